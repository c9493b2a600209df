"""Any history of a project keeps what seed 002 asks for, on the stack whole.

Webhooks come over HTTP and the queue: late, again, in another order. People act over the API, some at the same moment,
and all is read over the API. tests/promob_machine.py tells more in memory, with deaths between any two writes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from local.stack import Stack
from local.vendors.promob_listing import Ambient, Category, Drawing, Piece, written_json
from tests.e2e.over_http import Answer, Caller, Document, Json, at_once
from tests.e2e.promob_over_http import Network, Place, last
from tests.promob_machine import CONCLUDED, WHICH, Known

SUPPLIERS = ("Fábrica", "Ferragens")
OUT_OF_DATE = "promob.out_of_date"


@dataclass(frozen=True)
class Told:
    """A webhook: an `event_id` is sent as often as one likes, always with the same body."""

    kind: str  # `save` or `budget`
    place: int
    sequence: int
    event_id: str


@dataclass
class Kept(Known):
    """What the model knows of an environment, what is by hand in it, and which version was converted."""

    items: dict[str, Decimal] = field(default_factory=dict)  # the cost of each, by its path; it sells for twice as much
    revision: int = 0  # of the items by hand
    converted: int = 0


@dataclass
class Offer:
    """A budget: its path, and of each environment in it the version and the items' revision that it offers."""

    path: str
    of: dict[int, tuple[int, int]]
    state: str = "open"


class HttpMachine(RuleBasedStateMachine):
    """A project with two environments, new in each example; all examples share the network."""

    network: ClassVar[Network]
    orders: ClassVar[dict[str, list[str]]]  # of each project whose revision is concluded

    @initialize(steps=st.integers(0, 10), hasty=st.booleans())
    def open(self, steps: int, *, hasty: bool) -> None:
        """Where an example begins: anywhere between nothing and what comes after the purchase orders."""
        self.places = self.network.places("Cozinha", "Sala")
        self.project = self.places[0].project
        self.known = [Kept(self.project) for _ in self.places]
        self.pending: list[Told] = []  # told by Promob, and still on its way
        self.arrived: list[Told] = []
        self.offers: list[Offer] = []
        self.released = self.accessed = self.concluded = self.overtaken = False
        self.frozen: list[Json] = []  # the environments, as they were when the revision was concluded
        self.the_project_gets_on(steps, hasty=hasty)

    # ── Promob tells ─────────────────────────────────────────────────────────────────────────────────────────────────
    @rule(which=WHICH, kind=st.sampled_from(["save", "budget"]))
    def promob_tells(self, which: int, kind: str) -> None:
        self.arrives(self.tell(kind, which))

    @rule(which=WHICH)
    def promob_is_ahead(self, which: int) -> None:
        """What is saved and prepared is on its way."""
        self.pending += [self.tell("save", which), self.tell("budget", which)]

    @rule(which=WHICH)
    def what_was_on_its_way_arrives(self, which: int) -> None:
        """In any order."""
        if self.pending:
            self.arrives(self.pending.pop(which % len(self.pending)))

    @rule(which=WHICH, renamed=st.booleans())
    def it_is_sent_again(self, which: int, *, renamed: bool) -> None:
        """Under the same id, of which no line comes; or under another one."""
        if self.arrived:
            again = self.arrived[which % len(self.arrived)]
            if renamed:
                self.arrives(self.named(again.kind, again.place, again.sequence))
            else:
                self.sent(again)

    # ── people act ───────────────────────────────────────────────────────────────────────────────────────────────────
    @rule(which=WHICH)
    def somebody_updates(self, which: int) -> None:
        self.update(which % 2)

    @rule(which=WHICH, cost=st.sampled_from([Decimal("0.10"), Decimal("33.33")]), supplier=st.sampled_from(SUPPLIERS))
    def an_item_is_added_by_hand(self, which: int, cost: Decimal, supplier: str) -> None:
        place, known = self.place(which), self.kept(which)
        new = {"description": "Puxador", "supplier": supplier, "cost": str(cost), "price": str(2 * cost)}
        answer = self.says("POST", f"{place.environment}/items", new)
        if self.is_let_in(answer, {CONCLUDED} if self.concluded else set()):
            known.items[f"{place.environment}/items/{answer.body['id']}"] = cost
            known.revision += 1

    @rule(which=WHICH)
    def an_item_by_hand_goes(self, which: int) -> None:
        known = self.kept(which)
        if known.items:
            path = next(iter(known.items))
            if self.is_let_in(self.says("DELETE", path), {CONCLUDED} if self.concluded else set()):
                del known.items[path]
                known.revision += 1

    @rule(which=WHICH, whole=st.booleans(), meanwhile=st.none() | st.tuples(st.sampled_from(["save", "budget"]), WHICH))
    def what_is_offered_is_approved(self, which: int, meanwhile: tuple[str, int] | None, *, whole: bool) -> None:
        """Or not; something is saved or prepared at the same moment."""
        chosen = [place for place in ((0, 1) if whole else (which % 2,)) if self.known[place].made]
        if chosen:
            self.offer(chosen, self.tell(*meanwhile) if meanwhile else None)

    @rule(which=WHICH)
    def an_older_budget_is_approved(self, which: int) -> None:
        if self.offers:
            self.approve(self.offers[which % len(self.offers)])

    @rule(which=WHICH)
    def a_conversion_is_undone(self, which: int) -> None:
        known = self.kept(which)
        wrong = {"promob.not_converted"} if not known.converted else set[str]()
        wrong |= {"promob.revision_begun"} if self.released else set()
        answer = self.says("POST", f"{self.place(which).environment}/conversion/undo", {"reason": "O cliente desistiu"})
        if self.is_let_in(answer, wrong):
            known.converted = 0
            for offer in self.offers:
                if which % 2 in offer.of and offer.state == "approved":
                    offer.state = "undone"

    @rule(steps=st.integers(2, 5), hasty=st.booleans())
    def the_project_gets_on(self, steps: int, *, hasty: bool) -> None:
        """The next steps from the first save to the purchase orders; in haste, people ask for more than may be."""
        for _ in range(steps):
            if hasty:
                self.ask_too_early()
            self.next_step()

    @rule(act=st.sampled_from(["release", "access", "conclude"]))
    def the_revision_goes_on(self, act: str) -> None:
        getattr(self, act)()

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────────────
    def tell(self, kind: str, which: int) -> Told:
        """A budget is of what was saved last."""
        known = self.kept(which)
        known.content += kind == "save" or not known.content
        return self.named(kind, which % 2, known.content)

    def named(self, kind: str, place: int, sequence: int) -> Told:
        self.counted = getattr(self, "counted", 0) + 1
        return Told(kind, place, sequence, f"{last(self.project)}.{self.counted}")

    def sent(self, told: Told) -> str:
        """The hint that a webhook becomes."""
        place = self.places[told.place]
        event = self.network.about("project.saved", place, told.sequence)
        if told.kind == "budget":
            listing = written_json(drawing(told.place, told.sequence))
            event = self.network.about("budget.prepared", place, told.sequence, listing=listing)
        answer = self.network.sent(event, told.event_id)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["hint"])

    def arrives(self, told: Told, hint: str = "") -> None:
        """It is told in the log what became of it: it counts, comes late, or comes after the conclusion."""
        line, known = self.network.line(hint or self.sent(told)), self.known[told.place]
        self.arrived.append(told)
        newest = known.budget if told.kind == "budget" else max(known.saved, known.budget)
        if told.sequence <= newest:
            assert (line["outcome"], line["action"]) == ("unchanged", "late")
        elif self.concluded:
            assert (line["outcome"], line["code"]) == ("rejected", CONCLUDED)
        else:
            assert line["outcome"] == "updated", line
            if told.kind == "save":
                known.saved = told.sequence
            else:
                known.budget = told.sequence
                if not known.made:
                    known.made.append(told.sequence)
                    known.confirmed = False  # nobody has looked at it

    def update(self, place: int) -> None:
        known, path = self.known[place], self.places[place].environment
        is_stored = known.budget > (known.made[-1] if known.made else 0)
        wrong = {CONCLUDED} if self.concluded else set()
        if not known.budget:
            wrong |= {"promob.nothing_received", "promob.prepare_again"}
        elif not is_stored and known.need:
            wrong |= {"promob.prepare_again"}
        answer = self.says("POST", f"{path}/update", {})
        if self.is_let_in(answer, wrong):
            known.made += [known.budget] if is_stored else []
            assert answer.body["made"] == is_stored
            known.confirmed = known.confirmed or (self.accessed and not known.need)

    def offer(self, chosen: list[int], meanwhile: Told | None) -> None:
        """A new budget, which is approved, or not."""
        ids = [last(self.places[place].environment) for place in chosen]
        made = self.network.operator.post(f"{self.project}/budgets", {"environments": ids})
        of = {place: (len(self.known[place].made), self.known[place].revision) for place in chosen}
        self.offers.append(Offer(f"{self.network.path}/budgets/{made['id']}", of))
        self.approve(self.offers[-1], meanwhile)

    def approve(self, offer: Offer, meanwhile: Told | None = None) -> None:
        """Only what is up to date, as it was offered; `meanwhile` something is told."""
        before = self.why_not(offer)
        approving = partial(self.says, "POST", f"{offer.path}/approval", {})
        if meanwhile is None:
            answer = approving()
        else:
            acts: tuple[Callable[[], Any], ...] = (approving, partial(self.sent, meanwhile))
            answer, hint = at_once(*acts)
            self.arrives(meanwhile, hint)
        if offer.state == "approved":
            assert answer.status == 200
        elif meanwhile is None:
            if self.is_let_in(answer, before):
                self.convert(offer)
        elif answer.status == 200:
            assert not before
            self.convert(offer)
        else:
            assert answer.code in before | self.why_not(offer)

    def convert(self, offer: Offer) -> None:
        offer.state = "approved"
        for place, (version, _) in offer.of.items():
            self.known[place].converted = version

    def why_not(self, offer: Offer) -> set[str]:
        """All that keeps an open budget from being approved; nothing, where it can be."""
        kept = [(self.known[place], offered) for place, offered in offer.of.items()]
        reasons = {
            "promob.budget_decided": offer.state == "undone",
            "promob.revision_begun": self.released,
            "promob.converted_before": any(known.converted for known, _ in kept),
            OUT_OF_DATE: any(known.need for known, _ in kept),
            "promob.budget_superseded": any((len(known.made), known.revision) != offered for known, offered in kept),
        }
        return {code for code, holds in reasons.items() if holds}

    def release(self) -> None:
        wrong = set() if self.released or self.converted else {"promob.nothing_converted"}
        if self.is_let_in(self.says("POST", f"{self.project}/revision/release", {}), wrong):
            self.released = True

    def access(self) -> None:
        wrong = set() if self.released else {"promob.not_released"}
        if self.is_let_in(self.says("POST", f"{self.project}/revision/access", {}), wrong):
            self.accessed = True

    def conclude(self) -> None:
        """The purchase orders are what was revised, all of it; who asks again is answered the same."""
        wrong = set[str]()
        if not self.concluded:
            wrong |= {"promob.not_released"} if not self.released else set()
            wrong |= {"promob.not_accessed"} if self.released and not self.accessed else set()
            wrong |= {OUT_OF_DATE} if any(known.need for known in self.converted) else set()
            wrong |= {"promob.not_reviewed"} if not all(known.confirmed for known in self.converted) else set()
        answer = self.says("POST", f"{self.project}/revision/conclusion", {})
        if not self.is_let_in(answer, wrong):
            return
        if self.concluded:
            assert answer.body["orders"] == self.orders[last(self.project)]
            return
        self.concluded = True
        self.orders[last(self.project)] = answer.body["orders"]
        self.frozen = self.network.operator.get(self.project)["environments"]
        expected = defaultdict[str, Decimal](Decimal)
        for place, known in enumerate(self.known):
            if known.converted:
                for supplier, cost in self.costs(place):
                    expected[supplier] += cost
        orders = [self.network.operator.get(f"{self.network.path}/orders/{one}") for one in answer.body["orders"]]
        assert {one["supplier"]: Decimal(one["cost"]) for one in orders} == expected
        assert len(orders) == len(expected)

    def costs(self, place: int) -> Iterator[tuple[str, Decimal]]:
        """What an environment costs of each supplier."""
        known = self.known[place]
        if known.made:
            yield from ((one.supplier, Decimal(one.order or 0)) for one in drawing(place, known.made[-1]).counted())
        for path, cost in known.items.items():
            yield str(self.suppliers[path]), cost

    @property
    def suppliers(self) -> dict[str, str]:
        """The supplier of each item by hand, by its path."""
        lists = [
            (place.environment, self.network.operator.get(f"{place.environment}/items", which="manual", limit=100))
            for place in self.places
        ]
        return {
            f"{environment}/items/{line['manual']['id']}": line["manual"]["supplier"]
            for environment, found in lists
            for line in found["items"]
        }

    def ask_too_early(self) -> None:
        """Asks for the purchase orders, and saves after them; once in an example, sells what was saved just before."""
        if not (self.overtaken or self.converted) and all(known.made for known in self.known):
            self.overtaken = True
            self.arrives(self.tell("save", 0))
            self.offer([0, 1], None)
        self.conclude()
        if self.concluded:
            self.arrives(self.tell("save", 0))

    def next_step(self) -> None:
        """What brings the project nearer to its purchase orders."""
        chosen = [place for place, known in enumerate(self.known) if known.converted] or [0, 1]
        kept = [(place, self.known[place]) for place in chosen]
        if waiting := [(place, known) for place, known in kept if known.need or not known.made]:
            place, known = waiting[0]
            if known.need == "update":
                self.update(place)
            else:
                self.arrives(self.tell("budget", place))
        elif not self.converted:
            self.offer([0, 1], None)
        elif not self.released:
            self.release()
        elif not self.accessed:
            self.access()
        elif left := [place for place, known in kept if not known.confirmed]:
            self.update(left[0])
        else:
            self.conclude()

    @property
    def converted(self) -> list[Kept]:
        return [known for known in self.known if known.converted]

    def place(self, which: int) -> Place:
        return self.places[which % 2]

    def kept(self, which: int) -> Kept:
        return self.known[which % 2]

    def says(self, method: str, path: str, body: Json | None = None) -> Answer:
        return self.network.operator.says(method, path, body)

    def is_let_in(self, answer: Answer, wrong: set[str]) -> bool:
        """Whether something is done: it is where nothing is wrong; else one of what is wrong is told."""
        assert (answer.status < 300) == (not wrong), (answer.status, answer.body, wrong)
        assert not wrong or answer.code in wrong
        return not wrong

    # ── what must hold ───────────────────────────────────────────────────────────────────────────────────────────────
    @invariant()
    def what_the_api_shows_is_what_happened(self) -> None:
        if not hasattr(self, "places"):
            return
        shown = self.network.operator.get(self.project)["environments"]
        for one, known, place in zip(shown, self.known, self.places, strict=True):
            assert (one["need"] or "") == known.need
            assert one["mark"] == ("yellow" if known.need else "green" if known.made else "none")
            assert (one["converted"]["version"] if one["converted"] else 0) == known.converted
            assert Decimal(one["manual_cost"]) == sum(known.items.values())
            versions = self.network.operator.get(f"{place.environment}/versions", limit=100)["items"]
            assert [version["sequence"] for version in reversed(versions)] == known.made == sorted(set(known.made))
            assert [version["number"] for version in reversed(versions)] == list(range(1, len(known.made) + 1))
            assert [version["number"] for version in versions if version["is_current"]] == [len(known.made)] * bool(
                known.made
            )
            assert [version["number"] for version in versions if version["is_converted"]] == [known.converted] * bool(
                known.converted
            )
        assert set(self.suppliers) == {path for known in self.known for path in known.items}
        assert not self.concluded or shown == self.frozen

    @invariant()
    def who_has_to_act_has_one_notification(self) -> None:
        if hasattr(self, "places") and not self.concluded:
            pending = self.network.operator.get("/notifications", mine="true", state="Pendente", limit=100)["items"]
            for known, place in zip(self.known, self.places, strict=True):
                told = [one for one in pending if one["run_url"] in {place.environment, f"{self.project}/revision"}]
                mine = [one for one in told if self.name_of(place) in one["title"]]
                assert len(mine) == bool(known.need)
                assert all(("Preparar para Negociação" in one["text"]) == (known.need == "prepare") for one in mine)

    def name_of(self, place: Place) -> str:
        return ("Cozinha", "Sala")[self.places.index(place)]


def drawing(place: int, sequence: int) -> Drawing:
    """What an environment is under a sequence of Promob's: a module of each supplier."""
    pieces = tuple(
        Piece(
            id=f"{number}",
            description="Módulo",
            reference=f"M{number}",
            supplier=supplier,
            order=100 * sequence + number + place + Decimal("0.37"),
            budget=2 * (100 * sequence + number + place + Decimal("0.37")),
        )
        for number, supplier in enumerate(SUPPLIERS)
    )
    return Drawing(ambients=(Ambient("Cozinha", (Category("Balcões", pieces),)),))


@pytest.mark.sweep
def test_any_history_of_a_project_keeps_what_is_asked_over_http(stack: Stack, document: Document) -> None:
    network, orders = Network(Caller(stack, document, stack.token)), dict[str, list[str]]()
    machine = type("OnThisStack", (HttpMachine,), {"network": network, "orders": orders})
    run_state_machine_as_test(machine, settings=settings(max_examples=30, stateful_step_count=8))
    made: dict[str, list[str]] = defaultdict(list)
    for order in network.operator.every(f"{network.path}/orders"):
        made[order["project"]].append(order["id"])
    assert {project: sorted(ids) for project, ids in made.items()} == {
        project: sorted(ids) for project, ids in orders.items()
    }
    assert orders, "no example came to its purchase orders"
