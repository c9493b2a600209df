"""Any history of stores, saves, budgets and people's acts keeps what seed 002 asks for.

What Promob tells comes again, late, and in another order; who writes dies at any write, or is overtaken between reading
and writing. What must hold is looked at in each transaction and after each step, by a model that knows no rule of ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from promob import acting, projects
from promob.acting import Projects
from promob.environments import Environment, Source
from promob.offers import Budget, BudgetState, ManualItem
from promob.ports import Beside
from promob.projects import Project
from promob.stores import Store
from sincronia import clock
from sincronia.answers import ProblemError
from tests.promob_in_memory import (
    CONNECTION,
    MANAGER,
    REVIEWER,
    SELLER,
    Death,
    MemoryItems,
    MemoryProjects,
    in_promob,
    new_project,
    promob_budget,
    promob_lines,
    simple_order,
    simple_version,
)

START = 1_795_000_000.0
DAY = 86400.0
CONCLUDED = "promob.revision_concluded"


@dataclass(frozen=True)
class Event:
    """What Promob tells of an environment."""

    kind: str  # `save` or `budget`
    environment: str
    sequence: int


@dataclass
class Known:
    """What the model knows of an environment."""

    project: str
    assistance: bool = False
    content: int = 0  # Promob's sequence
    saved: int = 0  # the newest save, and the newest budget, that were let in
    budget: int = 0
    made: list[int] = field(default_factory=list)  # sequences of the versions, in the order of their numbers
    let_through: tuple[Decimal, int] | None = None  # percentage and version that a manager had before him
    confirmed: bool = False  # updated or confirmed since the reviewer's access
    frozen: tuple[Any, ...] | None = None  # what was there of Promob when the revision was concluded

    @property
    def need(self) -> str:
        """What has to be done."""
        if self.saved > self.budget:
            return "prepare"
        return "update" if self.budget > (self.made[-1] if self.made else 0) else ""


@dataclass(frozen=True)
class Act:
    """An act, which can be repeated. `happened` tells the model, once it is written or answered."""

    name: str
    do: Callable[[], object]
    happened: Callable[[], object] = lambda: None
    event: Event | None = None


WHICH = st.integers(0, 7)
PERCENT = st.sampled_from([None, Decimal(5), Decimal(10), Decimal(20), Decimal(20)])
AMOUNT = st.sampled_from([Decimal("0.10"), Decimal("33.33"), Decimal(7)])
DEATHS = st.none() | st.tuples(st.integers(1, 4), st.sampled_from(["before", "after"]))
EVENTS = st.one_of(
    st.tuples(st.just("save"), WHICH),
    st.tuples(st.just("prepare"), WHICH),
    st.tuples(st.just("late"), WHICH),
    st.tuples(st.just("again"), WHICH),
)
PEOPLE = st.one_of(
    st.tuples(st.just("update"), WHICH),
    st.tuples(st.just("item"), WHICH, st.integers(0, 1), AMOUNT),
    st.tuples(st.just("item_gone"), WHICH, st.integers(0, 1)),
    st.tuples(st.just("assign"), WHICH, st.sampled_from(["", SELLER, REVIEWER])),
    st.tuples(st.just("discount"), WHICH, PERCENT),
    st.tuples(st.just("let_through"), WHICH),
    st.tuples(st.just("offer"), WHICH, st.booleans()),
    st.tuples(st.just("approve"), WHICH),
    st.tuples(st.just("undo"), WHICH),
)
REVISION = st.one_of(
    st.tuples(st.just("release"), WHICH),
    st.tuples(st.just("access"), WHICH),
    st.tuples(st.just("conclude"), WHICH),
    st.tuples(st.just("assist"), WHICH, st.sampled_from([None, *Source])),
)
MEANWHILE = st.one_of(
    st.tuples(st.sampled_from(["save", "prepare", "update"]), WHICH),
    st.tuples(st.just("item"), WHICH, st.integers(0, 1), AMOUNT),
)
ACTS = EVENTS | PEOPLE | REVISION


class ProjectsMachine(RuleBasedStateMachine):
    """Two stores with a project each. What is drawn as a number is taken modulo what there is."""

    @initialize()
    def open(self) -> None:
        self.patch = pytest.MonkeyPatch()
        self.now = START
        self.patch.setattr(clock, "now", lambda: self.now)
        self.patch.setattr(acting, "version_of", simple_version)
        self.patch.setattr(acting, "ordered", simple_order)
        self.store = MemoryProjects(watch=self.written)
        self.objects = MemoryItems(self.store.writes)
        self.acts = Projects(self.store, self.objects)
        self.known: dict[str, Known] = {}
        self.items: dict[tuple[str, str], Decimal] = {}  # by hand: the cost of each; it sells for twice as much
        self.told: list[Event] = []  # by Promob, all of them
        self.doing: list[Act] = []
        self.answers = 0  # how many acts were answered: one within another counts first
        self.ordered = Counter[str]()  # how often purchase orders were made of a project
        self.offers = 0
        self.states: dict[str, BudgetState] = {}
        for number, names in enumerate((("Cozinha", "Sala"), ("Quarto",))):
            store = f"{number}" * 16
            self.store.stores[store] = Store(
                id=store, name="Loja", cnpj="", account=f"A-{number}", serial="", responsible=SELLER
            )
            found = [in_promob(f"e{number}{place}", name) for place, name in enumerate(names)]
            self.known |= {one.id: Known(f"p{number}") for one in found}
            self.acts.made(new_project(f"p{number}", *found, store=store))

    def teardown(self) -> None:
        if hasattr(self, "patch"):
            self.patch.undo()

    # ── what happens ─────────────────────────────────────────────────────────────────────────────────────────────────
    @rule(drawn=EVENTS, death=DEATHS, again=st.booleans())
    def promob_tells(self, drawn: tuple[Any, ...], death: tuple[int, str] | None, *, again: bool) -> None:
        self.acted(self.act(*drawn), death, again=again)

    @rule(drawn=PEOPLE, death=DEATHS, again=st.booleans())
    def somebody_works(self, drawn: tuple[Any, ...], death: tuple[int, str] | None, *, again: bool) -> None:
        self.acted(self.act(*drawn), death, again=again)

    @rule(drawn=REVISION, death=DEATHS, again=st.booleans())
    def the_revision_goes_on(self, drawn: tuple[Any, ...], death: tuple[int, str] | None, *, again: bool) -> None:
        self.acted(self.act(*drawn), death, again=again)

    @rule(which=WHICH, steps=st.integers(1, 4))
    def a_project_gets_on(self, which: int, steps: int) -> None:
        """The next steps from the first save to the purchase orders."""
        for _ in range(steps):
            step = self.next_step(("p0", "p0", "p1")[which % 3])
            self.acted(self.act(*step))
            if step[0] in {"conclude", "assist"}:
                break

    @rule(which=WHICH, death=DEATHS, overtaken_by=st.none() | EVENTS | PEOPLE)
    def a_project_gets_on_with_trouble(
        self, which: int, death: tuple[int, str] | None, overtaken_by: tuple[Any, ...] | None
    ) -> None:
        """The next step; somebody dies at it, or something else happens at the same moment."""
        other = self.act(*overtaken_by) if overtaken_by else None
        self.acted(self.act(*self.next_step(("p0", "p0", "p1")[which % 3])), death, overtaken_by=other)

    @rule(which=WHICH, whole=st.booleans(), meanwhile=st.none() | MEANWHILE, at_once=st.booleans())
    def what_was_offered_is_approved(
        self, which: int, meanwhile: tuple[Any, ...] | None, *, whole: bool, at_once: bool
    ) -> None:
        """Or not: nobody looks before he asks, and something happens meanwhile."""
        self.acted(self.act_offer(which, whole))
        other = self.act(*meanwhile) if meanwhile else None
        if other and not at_once:
            self.acted(other)
        self.acted(self.act_approve(0), overtaken_by=other if at_once else None)

    @rule(which=WHICH, let_through=st.booleans())
    def a_discount_is_high(self, which: int, *, let_through: bool) -> None:
        """A manager may let it through."""
        self.acted(self.act_discount(which, Decimal(20)))
        if let_through:
            self.acted(self.act_let_through(which))

    @rule(which=WHICH, meanwhile=st.none() | MEANWHILE, hasty=st.booleans())
    def a_revision_is_concluded(self, which: int, meanwhile: tuple[Any, ...] | None, *, hasty: bool) -> None:
        """Where the reviewer is at it, or has been; something happens to one of its environments at the same moment."""
        begun = [one.id for one in self.store.projects.values() if one.revision and one.revision.accessed_at]
        if begun:
            step = self.next_step(begun[which % len(begun)])
            while step[0] in {"update", "prepare"} and not hasty:
                self.acted(self.act(*step))
                step = self.next_step(begun[which % len(begun)])
            other = self.act(meanwhile[0], step[1], *meanwhile[2:]) if meanwhile else None
            self.acted(self.act_conclude(step[1]), overtaken_by=other)

    @rule(which=WHICH)
    def an_approval_is_undone(self, which: int) -> None:
        """Where one is that can be."""
        there = [one for one in self.store.projects.values() if one.revision is None]
        found = [list(self.known).index(one.id) for project in there for one in project.converted]
        if found:
            self.acted(self.act_undo(found[which % len(found)]))

    @rule(one=ACTS, other=ACTS)
    def at_once(self, one: tuple[Any, ...], other: tuple[Any, ...]) -> None:
        """One reads, another acts as a whole, and then the first one writes."""
        first, second = self.act(*one), self.act(*other)
        self.acted(first, overtaken_by=second)

    @rule(which=WHICH)
    def promob_is_ahead(self, which: int) -> None:
        """What is saved and prepared in Promob is on its way; it comes later, or never."""
        environment = self.environment_id(which)
        if self.known[environment].content < 6:
            self.tell("save", environment)
            self.tell("budget", environment)

    @rule(seconds=st.sampled_from([0.001, 1.0, 3600.0, 6 * DAY]))
    def time_goes_by(self, seconds: float) -> None:
        self.now += seconds

    def acted(
        self,
        act: Act,
        death: tuple[int, str] | None = None,
        *,
        again: bool = True,
        overtaken_by: Act | None = None,
    ) -> str:
        """What was refused, or nothing. Who died comes again, or doesn't; of Promob's events each can come again."""
        self.doing.append(act)
        if overtaken_by:
            self.store.meanwhile.append(lambda: self.acted(overtaken_by))
        self.store.writes.expect(death)
        try:
            return self.answered(act)
        except Death:
            self.store.writes.expect(None)
            return self.answered(act) if again else ""
        finally:
            self.store.writes.expect(None)
            self.store.meanwhile.clear()
            self.doing.pop()
            self.answers += 1

    def answered(self, act: Act) -> str:
        before, refused, answers = self.world(), None, self.answers
        is_late = act.event is not None and self.is_late(act.event)
        try:
            act.do()
        except ProblemError as error:
            refused = error.problem.code
        assert not is_late or (refused is None and self.world() == before), "what comes late changes nothing"
        if refused is None:
            act.happened()
            return ""
        assert (act.name, refused) != ("conclude", CONCLUDED), "who concludes again is answered"
        if act.event:
            self.check_refused(act.event, refused, before if self.answers == answers else None)
        return refused

    def is_late(self, event: Event) -> bool:
        known = self.known[event.environment]
        return event.sequence <= (known.budget if event.kind == "budget" else max(known.saved, known.budget))

    def check_refused(self, event: Event, refused: str, before: tuple[Any, ...] | None) -> None:
        """Only what comes after the conclusion is refused, and then it changes nothing; before: None after another."""
        known = self.known[event.environment]
        assert refused == CONCLUDED
        assert known.frozen is not None
        if before is not None and len(self.doing) == 1:
            assert self.world() == before

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────────────
    def act(self, name: str, which: int, *more: Any) -> Act:
        made: Act = getattr(self, f"act_{name}")(which, *more)
        return made

    def act_save(self, which: int) -> Act:
        return self.arrival(self.tell("save", self.environment_id(which)))

    def act_prepare(self, which: int) -> Act:
        environment = self.environment_id(which)
        if self.known[environment].content == 0:
            self.tell("save", environment)  # of which nothing comes by itself
        return self.arrival(self.tell("budget", environment))

    def act_late(self, which: int) -> Act:
        """One of the last events, which was perhaps never heard."""
        return self.arrival(self.told[-1 - which % min(4, len(self.told))]) if self.told else self.act_save(which)

    def act_again(self, which: int) -> Act:
        """Any event."""
        return self.arrival(self.told[which * 7 % len(self.told)]) if self.told else self.act_save(which)

    def tell(self, kind: str, environment: str) -> Event:
        known = self.known[environment]
        known.content += kind == "save"
        self.told.append(Event(kind, environment, known.content))
        return self.told[-1]

    def arrival(self, event: Event) -> Act:
        known = self.known[event.environment]

        def do() -> None:
            if event.kind == "save":
                self.acts.save_arrived(known.project, event.environment, event.sequence)
                return
            budget = promob_budget(self.objects, event.environment, event.sequence)
            self.acts.budget_arrived(known.project, event.environment, budget)

        def happened() -> None:
            if event.kind == "save":
                known.saved = max(known.saved, event.sequence)
            else:
                known.budget = max(known.budget, event.sequence)

        return Act(event.kind, do, happened, event)

    def act_update(self, which: int) -> Act:
        environment = self.environment_id(which)
        known = self.known[environment]

        def happened() -> None:
            accessed = self.project(known).revision and self.project(known).revision.accessed_at is not None
            known.confirmed = known.confirmed or (bool(accessed) and not known.need)

        return Act("update", lambda: self.acts.update(known.project, environment, SELLER), happened)

    def act_item(self, which: int, number: int, cost: Decimal) -> Act:
        environment = self.environment_id(which)
        item = ManualItem(
            id=f"i{number}",
            environment=environment,
            description="Puxador",
            supplier=("", "Ferragens")[number],
            quantity=Decimal(2),
            cost=cost / 2,
            price=cost,
        )
        return Act(
            "item",
            lambda: self.acts.keep_manual(self.known[environment].project, item, SELLER),
            lambda: self.items.__setitem__((environment, item.id), item.cost * 2),
        )

    def act_item_gone(self, which: int, number: int) -> Act:
        environment = self.environment_id(which)
        return Act(
            "item_gone",
            lambda: self.acts.remove_manual(self.known[environment].project, environment, f"i{number}", SELLER),
            lambda: self.items.pop((environment, f"i{number}"), None),
        )

    def act_assign(self, which: int, who: str) -> Act:
        environment = self.environment_id(which)

        def assigned(before: Project) -> Project:
            return before.with_environment(replace(before.environment(environment), worked_by=who))

        return Act("assign", lambda: self.acts.changed(self.known[environment].project, SELLER, assigned))

    def act_discount(self, which: int, percent: Decimal | None) -> Act:
        environment = self.environment_id(which)
        return Act(
            "discount", lambda: self.acts.discount(self.known[environment].project, environment, percent, SELLER)
        )

    def act_let_through(self, which: int) -> Act:
        environment = self.environment_id(which)
        known = self.known[environment]
        discount = self.project(known).environment(environment).discount
        seen = discount.percent if discount else Decimal(1)

        def happened() -> None:
            known.let_through = (seen, len(known.made))

        return Act(
            "let_through", lambda: self.acts.approve_discount(known.project, environment, seen, MANAGER), happened
        )

    def act_offer(self, which: int, whole: bool) -> Act:
        environment = self.environment_id(which)
        project = self.known[environment].project
        chosen = [one for one, known in self.known.items() if known.project == project and not known.assistance]
        self.offers += 1
        budget_id, number = f"b{self.offers}", self.offers

        def do() -> None:
            until = (clock.today() + timedelta(days=10)).isoformat()
            offered = chosen if whole else [environment]
            self.store.keep_budget(self.acts.budget(project, offered, budget_id, number, until, SELLER))

        return Act("offer", do)

    def act_approve(self, which: int) -> Act:
        """One of the last budgets."""
        there = list(self.store.budgets)
        budget_id = there[-1 - which % min(3, len(there))] if there else "b0"
        return Act("approve", lambda: self.acts.approve(budget_id, SELLER))

    def act_undo(self, which: int) -> Act:
        environment = self.environment_id(which)
        return Act(
            "undo", lambda: self.acts.undo(self.known[environment].project, environment, "O cliente desistiu", SELLER)
        )

    def act_release(self, which: int) -> Act:
        return Act("release", lambda: self.acts.release(self.known[self.environment_id(which)].project, SELLER))

    def act_access(self, which: int) -> Act:
        return Act("access", lambda: self.acts.access(self.known[self.environment_id(which)].project, REVIEWER))

    def act_conclude(self, which: int) -> Act:
        return Act("conclude", lambda: self.acts.conclude(self.known[self.environment_id(which)].project, REVIEWER))

    def act_assist(self, which: int, source: Source | None) -> Act:
        """An assistance; Promob has it at once."""
        environment = self.environment_id(which)
        project, new = self.known[environment].project, f"a-{environment}"

        def do() -> None:
            self.acts.assist(project, environment, new, 7, source, SELLER)
            if source:
                self.acts.changed(project, "", lambda before: projects.attached(before, new, f"P-{new}"))

        return Act("assist", do)

    def next_step(self, project_id: str) -> tuple[Any, ...]:
        """What brings a project nearer to its purchase orders, and then to an assistance."""
        project = self.store.projects[project_id]
        numbers = {one: number for number, one in enumerate(self.known)}
        chosen = project.converted or project.of_contract
        first, revision = numbers[chosen[0].id], project.revision
        step: tuple[Any, ...] = ("conclude", first)
        if project.is_concluded:
            step = self.next_step_of_assistance(project, first)
        elif waiting := [one for one in chosen if self.known[one.id].need or not self.known[one.id].made]:
            name = "update" if self.known[waiting[0].id].need == "update" else "prepare"
            step = (name, numbers[waiting[0].id])
        elif not project.converted:
            step = self.next_step_of_offer(project, first)
        elif revision is None:
            step = ("release", first)
        elif revision.accessed_at is None:
            step = ("access", first)
        elif left := [one for one in chosen if not self.known[one.id].confirmed]:
            step = ("update", numbers[left[0].id])
        return step

    def next_step_of_offer(self, project: Project, first: int) -> tuple[Any, ...]:
        last = next(reversed(self.store.budgets.values()), None)
        if last is None or last.project != project.id or not self.offers_what_stands(project, last):
            return ("offer", first, True)
        high = [one for one in project.of_contract if one.needs_approval]
        return ("let_through", list(self.known).index(high[0].id)) if high else ("approve", 0)

    def next_step_of_assistance(self, project: Project, first: int) -> tuple[Any, ...]:
        opened = next((one.id for one in project.environments if one.occurrence), None)
        if opened is None:
            return ("assist", first, Source.BLANK)
        known = self.known[opened]
        steps = {"": "save", "prepare": "prepare", "update": "update"}
        return (steps[known.need] if known.content else "prepare", list(self.known).index(opened))

    def offers_what_stands(self, project: Project, budget: Budget) -> bool:
        now = projects.offered(project, [line.offered.environment for line in budget.lines])
        return budget.state == BudgetState.OPEN and tuple(line.offered for line in budget.lines) == now

    def environment_id(self, which: int) -> str:
        return list(self.known)[which % len(self.known)]

    def project(self, known: Known) -> Any:
        return self.store.projects[known.project]

    def world(self) -> tuple[Any, ...]:
        """All rows, but for objects that no row names."""
        store = self.store
        rows: tuple[Mapping[Any, Any], ...] = (
            store.projects,
            store.versions,
            store.budgets,
            store.orders,
            store.manual,
            store.notifications,
        )
        return (*(dict(table) for table in rows), len(store.history), len(store.outgoing))

    # ── what must hold ───────────────────────────────────────────────────────────────────────────────────────────────
    def written(self, stood: Project | None, after: Project, beside: Beside) -> None:
        """In the transaction itself: what it may do, as the model knows the world by then."""
        if stood is None:
            return
        act = self.doing[-1]
        if act.event:
            act.happened()
        was = {one.id: one for one in stood.environments}
        for one in after.environments:
            known = self.known.setdefault(one.id, Known(after.id, assistance=True))
            self.check_version(known, was.get(one.id), one)
        if not act.event:
            act.happened()
        for budget in beside.budgets:
            self.check_decided(budget)
        for one in after.environments:
            self.check_conversion(stood, was.get(one.id), one)
        if after.is_concluded and not stood.is_concluded:
            self.check_concluded(after, beside)
        else:
            assert not beside.orders

    def check_version(self, known: Known, before: Environment | None, after: Environment) -> None:
        """A version is made of the newest budget that was let in, and gets the next number."""
        if after.current != (before.current if before else None):
            assert after.current
            assert after.current.number == len(known.made) + 1
            assert after.current.sequence == known.budget
            known.made.append(after.current.sequence)
            if self.doing[-1].event:
                known.confirmed = False  # nobody has looked at it

    def check_decided(self, budget: Budget) -> None:
        before = self.states.get(budget.id, BudgetState.OPEN)
        assert (before, budget.state) in {
            (BudgetState.OPEN, BudgetState.APPROVED),
            (BudgetState.APPROVED, BudgetState.UNDONE),
            (BudgetState.UNDONE, BudgetState.UNDONE),  # of its next environment
        }
        self.states[budget.id] = budget.state

    def check_conversion(self, stood: Project, before: Environment | None, after: Environment) -> None:
        """Only what is up to date is converted, as it was offered; and only until the revision."""
        was, now = before.converted if before else None, after.converted
        if was == now:
            return
        assert stood.revision is None
        if now is None:
            return
        assert was is None
        known, budget = self.known[after.id], self.store.budgets[now.budget]
        assert not known.need
        assert now.version == len(known.made)
        (line,) = [line for line in budget.lines if line.offered.environment == after.id]
        percent = line.offered.discount or Decimal(0)
        assert percent <= 10 or not known.made or known.let_through == (percent, len(known.made))
        assert line.gross == 2 * (self.promob_cost(after.id) + sum(self.by_hand(after.id).values()))
        assert abs(line.price - line.gross * (100 - percent) / 100) <= Decimal("0.005")
        assert clock.today().isoformat() <= budget.valid_until

    def check_concluded(self, after: Project, beside: Beside) -> None:
        """The purchase orders are what was revised, all of it, once."""
        expected: dict[str, dict[str, Decimal]] = {}
        for one in after.converted:
            known = self.known[one.id]
            assert not known.need
            assert known.confirmed
            for line in promob_lines(one.id, known.made[-1]) if known.made else ():
                expected.setdefault(line["supplier"], {})[line["reference"]] = Decimal(line["cost"])
            for item, cost in self.by_hand(one.id).items():
                supplier = "Ferragens" if item == "i1" else "Fábrica"
                expected.setdefault(supplier, {})[f"{one.id}/{item}"] = cost
        for one in after.of_contract:
            self.known[one.id].frozen = (one.saved, one.budget, one.current)
        found = {
            order.supplier: {line["reference"]: Decimal(line["cost"]) for line in self.objects.lines(order.lines)}
            for order in beside.orders
        }
        assert found == expected
        assert {order.supplier: order.cost for order in beside.orders} == {
            supplier: sum(lines.values()) for supplier, lines in expected.items()
        }
        assert after.revision
        assert set(after.revision.orders) == {order.id for order in beside.orders}
        self.ordered[after.id] += 1

    @invariant()
    def orders_are_made_once(self) -> None:
        if hasattr(self, "ordered"):
            assert set(self.ordered.values()) <= {1}
            named = [order for one in self.store.projects.values() if one.revision for order in one.revision.orders]
            assert sorted(named) == sorted(self.store.orders)

    @invariant()
    def versions_only_rise(self) -> None:
        """Exactly one is current, the one of the highest number."""
        for one, known in self.environments():
            there = {number: version for (owner, number), version in self.store.versions.items() if owner == one.id}
            assert list(there) == list(range(1, len(known.made) + 1))
            assert [version.sequence for version in there.values()] == known.made
            assert known.made == sorted(set(known.made))
            assert one.current == there.get(len(known.made))
            assert bool(known.made) == bool(known.budget), "the first budget makes the first version"

    @invariant()
    def what_is_needed_is_known(self) -> None:
        for one, known in self.environments():
            assert (one.need or "") == known.need
            if one.converted:
                assert one.converted.version <= len(known.made)

    @invariant()
    def items_by_hand_are_as_people_left_them(self) -> None:
        for one, _ in self.environments():
            items = self.by_hand(one.id)
            there = {item.id: item.cost * item.quantity for item in self.store.manual_items(one.id)}
            assert there == items
            assert (one.manual_cost, one.manual_price) == (sum(items.values()), 2 * sum(items.values()))

    @invariant()
    def who_has_to_act_has_one_notification(self) -> None:
        for one, known in self.environments():
            told = self.store.open_notifications(one.id)
            wanted = known.need if known.frozen is None else ""
            assert len(told) == bool(wanted)
            assert [notification.id for notification in told] == [one.notified] * len(told)
            for notification in told:
                assert notification.audience == (one.worked_by or CONNECTION)
                assert ("use Preparar para Negociação" in notification.text) == (wanted == "prepare")

    @invariant()
    def nothing_comes_after_the_conclusion(self) -> None:
        for one, known in self.environments():
            assert known.frozen is None or (one.saved, one.budget, one.current) == known.frozen

    @invariant()
    def budgets_and_conversions_agree(self) -> None:
        if hasattr(self, "states"):
            converted = {one.id: one.converted.budget for one, _ in self.environments() if one.converted}
            for budget in self.store.budgets.values():
                by_it = [converted.get(line.offered.environment) == budget.id for line in budget.lines]
                assert all(by_it) if budget.state == BudgetState.APPROVED else not all(by_it)
                assert budget.state != BudgetState.OPEN or not any(by_it)
            for project in self.store.projects:
                told = Counter(self.store.told(project))
                now = [one for one, known in self.environments() if known.project == project and one.converted]
                assert told["converted"] - told["conversion_undone"] == len(now)

    @invariant()
    def what_rows_name_is_there(self) -> None:
        for one, _ in self.environments():
            named = [of.items for of in (one.budget, one.current) if of]
            assert set(named) <= self.objects.objects.keys()

    def environments(self) -> Iterator[tuple[Environment, Known]]:
        if hasattr(self, "states"):
            for project in self.store.projects.values():
                for one in project.environments:
                    yield one, self.known[one.id]

    def promob_cost(self, environment: str) -> Decimal:
        made = self.known[environment].made
        lines = promob_lines(environment, made[-1]) if made else []
        return sum((Decimal(line["cost"]) for line in lines), Decimal(0))

    def by_hand(self, environment: str) -> dict[str, Decimal]:
        return {item: cost for (owner, item), cost in self.items.items() if owner == environment}
