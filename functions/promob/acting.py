"""How projects are changed: read, changed by a rule, kept as they were read; again where somebody else was faster.

Every act is one transaction, after the objects that its rows name. Repeating one is safe.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from hashlib import blake2b

from promob import projects
from promob.environments import Conversion, Discount, Environment, Occurrence, Origin, Source, StoredBudget, Version
from promob.offers import Budget, BudgetLine, BudgetState, ManualItem, PurchaseOrder
from promob.ordering import Ordered, ordered
from promob.ports import Beside, ItemObjects, ProjectStore
from promob.pricing import with_discount
from promob.projects import Offered, Project
from promob.versions import version_of
from sincronia import clock
from sincronia.answers import Problem, ProblemError

MOST_MANUAL = 500  # items by hand of an environment, which are read at once to be ordered
MOST_SUPPLIERS = 40  # each has a purchase order in the transaction that concludes a revision
_TRIES = 8

Rule = Callable[[Project], Project]
Besides = Callable[[Project, Project], Beside]


@dataclass(frozen=True, slots=True)
class Projects:
    """The projects of one connection, as people and Promob change them. `by`: a token id; empty for Promob.

    Every method raises ProblemError(promob.project_unknown, promob.project_changed) and what its rule raises.
    """

    store: ProjectStore
    objects: ItemObjects

    def project(self, project_id: str) -> Project:
        """A project. Raises ProblemError(promob.project_unknown)."""
        found = self.store.project(project_id)
        if found is None:
            raise ProblemError(Problem("promob.project_unknown"))
        return found

    def changed(self, project_id: str, by: str, rule: Rule, beside: Besides = lambda _, __: Beside()) -> Project:
        """The project after a rule, which may be asked several times; nothing is written where it changes nothing."""
        for _ in range(_TRIES):
            before = self.project(project_id)
            after = rule(before)
            if after == before:
                return before
            after = _stamped(before, after, by)
            if self.store.keep(before, after, by, beside(before, after)):
                return self.project(project_id)
        raise ProblemError(Problem("promob.project_changed"), retry_at=clock.now())

    def made(self, new: Project) -> Project:
        """A project that is new; the one that is there where the same request made it before."""
        self.store.keep(None, _stamped(None, new, new.created_by), new.created_by)
        return self.project(new.id)

    # What Promob tells

    def save_arrived(self, project_id: str, environment_id: str, sequence: int) -> Project:
        """A save in Promob."""
        return self.changed(project_id, "", lambda before: projects.saved(before, environment_id, sequence))

    def budget_arrived(self, project_id: str, environment_id: str, budget: StoredBudget) -> Project:
        """A budget of Promob's; the first one of an environment makes its first version."""

        def rule(before: Project) -> Project:
            after = projects.budgeted(before, environment_id, budget)
            environment = after.environment(environment_id)
            if after is before or environment.current:
                return after
            return projects.begun(after, environment_id, self._version(after, environment, ""))

        return self.changed(project_id, "", rule)

    # What people do

    def update(self, project_id: str, environment_id: str, by: str) -> Project:
        """Atualizar: a version of the last stored budget, or the word that nothing has changed."""

        def rule(before: Project) -> Project:
            environment = before.environment(environment_id)
            version = None
            if environment.has_newer_budget and (environment.occurrence or not before.is_concluded):
                version = self._version(before, environment, by)
            return projects.updated(before, environment_id, version)

        return self.changed(project_id, by, rule)

    def keep_manual(self, project_id: str, item: ManualItem, by: str) -> ManualItem:
        """An item by hand, new or changed. Raises ProblemError(promob.too_many_items)."""

        def wanted(known: ManualItem | None) -> ManualItem:
            if known is None and len(self.store.manual_items(item.environment)) >= MOST_MANUAL:
                raise ProblemError(Problem("promob.too_many_items", {"most": str(MOST_MANUAL)}))
            return item

        return self._keep_manual(project_id, item.environment, item.id, wanted, by)

    def change_manual(
        self, project_id: str, environment_id: str, item_id: str, change: Callable[[ManualItem], ManualItem], by: str
    ) -> ManualItem:
        """An item by hand after a change. Raises ProblemError(promob.item_unknown)."""

        def wanted(known: ManualItem | None) -> ManualItem:
            if known is None:
                raise ProblemError(Problem("promob.item_unknown"))
            return change(known)

        return self._keep_manual(project_id, environment_id, item_id, wanted, by)

    def _keep_manual(
        self,
        project_id: str,
        environment_id: str,
        item_id: str,
        wanted: Callable[[ManualItem | None], ManualItem],
        by: str,
    ) -> ManualItem:
        kept: list[ManualItem] = []

        def rule(before: Project) -> Project:
            before.environment(environment_id)
            known = self.store.manual_item(environment_id, item_id)
            item = wanted(known)
            if known and _same(known, item):
                kept[:] = [known]
                return before
            version = known.version + 1 if known else 1
            kept[:] = [replace(item, changed_at=clock.now(), changed_by=by, version=version)]
            cost, price = _sums(item), _prices(item)
            if known:
                cost, price = cost - _sums(known), price - _prices(known)
            return projects.with_manual(before, environment_id, cost, price)

        self.changed(project_id, by, rule, lambda _, __: Beside(manual=tuple(kept)))
        return kept[0]

    def remove_manual(self, project_id: str, environment_id: str, item_id: str, by: str) -> None:
        """An item by hand goes. Raises ProblemError(promob.item_unknown)."""
        gone = self.store.manual_item(environment_id, item_id)
        if gone is None:
            raise ProblemError(Problem("promob.item_unknown"))
        item = gone

        def rule(before: Project) -> Project:
            known = self.store.manual_item(environment_id, item_id)
            if known is None:
                return before
            return projects.with_manual(before, environment_id, -_sums(known), -_prices(known))

        self.changed(project_id, by, rule, lambda _, __: Beside(manual_removed=(item,)))

    def discount(self, project_id: str, environment_id: str, percent: Decimal | None, by: str) -> Project:
        """Another discount on an environment's price, or none."""
        discount = None if percent is None else Discount(percent=percent, asked_by=by)
        return self.changed(project_id, by, lambda before: projects.discounted(before, environment_id, discount))

    def approve_discount(self, project_id: str, environment_id: str, seen: Decimal, by: str) -> Project:
        """A manager's word on a discount above the limit; seen: the percentage that it is about."""
        return self.changed(project_id, by, lambda before: projects.discount_approved(before, environment_id, seen, by))

    def budget(  # noqa: PLR0917  # callers name what they give
        self, project_id: str, environments: Sequence[str], budget_id: str, number: int, valid_until: str, by: str
    ) -> Budget:
        """A budget over environments of a project, as they now stand; it is yet to be kept."""
        project = self.project(project_id)
        lines = tuple(_line(project, offer) for offer in projects.offered(project, environments))
        now = clock.now()
        return Budget(
            id=budget_id,
            number=number,
            project=project_id,
            lines=lines,
            created_at=now,
            created_by=by,
            valid_until=valid_until,
            changed_at=now,
            version=1,
        )

    def approve(self, budget_id: str, by: str) -> Project:
        """Converts what a budget offers. Raises ProblemError(promob.budget_unknown, budget_decided, budget_expired)."""
        first = self._budget(budget_id)

        def rule(before: Project) -> Project:
            budget = self._budget(budget_id)  # read after the project, whose row guards it
            if budget.state == BudgetState.APPROVED and _carries(before, budget):
                return before  # the same request was here before
            if budget.state != BudgetState.OPEN:
                raise ProblemError(Problem("promob.budget_decided", {"number": str(budget.number)}))
            if clock.today().isoformat() > budget.valid_until:
                day = "/".join(reversed(budget.valid_until.split("-")))
                raise ProblemError(Problem("promob.budget_expired", {"number": str(budget.number), "day": day}))
            conversion = Conversion(version=0, budget=budget_id, at=clock.now(), by=by)
            return projects.approved(before, [line.offered for line in budget.lines], conversion)

        return self.changed(
            first.project, by, rule, lambda _, __: Beside(budgets=(_decided(first, BudgetState.APPROVED, by),))
        )

    def undo(self, project_id: str, environment_id: str, reason: str, by: str) -> Project:
        """Takes a conversion back; its budget can't be approved once more."""

        def beside(before: Project, _: Project) -> Beside:
            converted = before.environment(environment_id).converted
            budget = self.store.budget(converted.budget) if converted else None
            return Beside(budgets=(_decided(budget, BudgetState.UNDONE, by),) if budget else ())

        return self.changed(
            project_id, by, lambda before: projects.conversion_undone(before, environment_id, reason), beside
        )

    def release(self, project_id: str, by: str) -> Project:
        """Financial release: the revision begins."""
        at = clock.now()
        return self.changed(project_id, by, lambda before: projects.released(before, by, at))

    def access(self, project_id: str, by: str) -> Project:
        """A reviewer's access to the revision."""
        at = clock.now()
        return self.changed(project_id, by, lambda before: projects.accessed(before, by, at))

    def conclude(self, project_id: str, by: str) -> Project:
        """Concludes the revision: a purchase order for each supplier, from the revised items, once."""
        made: list[PurchaseOrder] = []

        def rule(before: Project) -> Project:
            if before.is_concluded:
                return before
            projects.check_concludes(before)
            made[:] = self._orders(before, by)
            return projects.concluded(before, by, clock.now(), [order.id for order in made])

        return self.changed(project_id, by, rule, lambda _, __: Beside(orders=tuple(made)))

    def assist(  # noqa: PLR0917  # callers name what they give
        self, project_id: str, environment_id: str, occurrence_id: str, number: int, source: Source | None, by: str
    ) -> Project:
        """Opens a technical assistance: by hand, or with a Promob project, blank or a copy of the revision's."""

        def rule(before: Project) -> Project:
            environment = projects.assisted(before, environment_id, source)
            new = Environment(
                id=occurrence_id,
                name=f"{environment.name} ocorrência: {number}",
                origin=Origin.HERE,
                created_at=clock.now(),
                worked_by=by,
                copy_of=environment.promob_id if source == Source.REVISION else "",
                occurrence=Occurrence(number=number, environment=environment_id, source=source),
            )
            return projects.with_new(before, new)

        return self.changed(project_id, by, rule)

    def _version(self, project: Project, environment: Environment, by: str) -> Version:
        assert environment.budget is not None  # noqa: S101  # whoever asks has seen it
        rules = self.store.rules(project.store)
        return version_of(environment, environment.budget, rules, self.objects, by)

    def _orders(self, project: Project, by: str) -> list[PurchaseOrder]:
        store = self.store.store(project.store)
        supplier = store.supplier if store else ""
        by_supplier: dict[str, list[Ordered]] = {}
        for environment in project.converted:
            lines = self.objects.lines(environment.current.items) if environment.current else iter(())
            for one in ordered(environment, lines, self.store.manual_items(environment.id), supplier):
                by_supplier.setdefault(one.supplier, []).append(one)
        if len(by_supplier) > MOST_SUPPLIERS:
            details = {"number": str(len(by_supplier)), "most": str(MOST_SUPPLIERS)}
            raise ProblemError(Problem("promob.too_many_suppliers", details))
        now = clock.now()
        return [
            PurchaseOrder(
                id=blake2b(f"{project.id}\n{name}".encode(), digest_size=8).hexdigest(),
                project=project.id,
                store=project.store,
                supplier=name,
                lines=self.objects.keep("orders", (one.as_line() for one in lines)),
                count=len(lines),
                cost=sum((one.cost for one in lines), Decimal("0.00")),
                created_at=now,
                created_by=by,
                changed_at=now,
            )
            for name, lines in sorted(by_supplier.items())
        ]

    def _budget(self, budget_id: str) -> Budget:
        found = self.store.budget(budget_id)
        if found is None:
            raise ProblemError(Problem("promob.budget_unknown"))
        return found


def _stamped(before: Project | None, after: Project, by: str) -> Project:
    return replace(after, version=(before.version if before else 0) + 1, changed_at=clock.now(), changed_by=by)


def _decided(budget: Budget, state: BudgetState, by: str) -> Budget:
    now = clock.now()
    return replace(budget, state=state, decided_at=now, decided_by=by, changed_at=now, version=budget.version + 1)


def _line(project: Project, offer: Offered) -> BudgetLine:
    environment = project.environment(offer.environment)
    gross = environment.gross
    price = gross if offer.discount is None else with_discount(gross, offer.discount)
    return BudgetLine(offered=offer, name=environment.name, gross=gross, price=price)


def _carries(project: Project, budget: Budget) -> bool:
    """Whether the environments of an approved budget are converted by it."""
    found = {one.id: one.converted for one in project.environments}
    return all(
        (converted := found.get(line.offered.environment)) and converted.budget == budget.id for line in budget.lines
    )


def _same(known: ManualItem, item: ManualItem) -> bool:
    return replace(item, changed_at=known.changed_at, changed_by=known.changed_by, version=known.version) == known


def _sums(item: ManualItem) -> Decimal:
    return (item.cost * item.quantity).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _prices(item: ManualItem) -> Decimal:
    return (item.price * item.quantity).quantize(Decimal("0.01"), ROUND_HALF_UP)
