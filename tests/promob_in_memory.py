"""Projects in memory, behind the same ports as DynamoDB and S3. Whoever writes can die at it, or be overtaken."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from promob.consequences import consequences
from promob.environments import Environment, StoredBudget, Version
from promob.offers import Budget, HistoryEntry, ManualItem, PurchaseOrder
from promob.ports import Beside
from promob.pricing import Rule
from promob.projects import Project
from promob.stores import Store
from sincronia import clock
from sincronia.answers import Problem, ProblemError
from sincronia.engine.state import Notification

CONNECTION = "rede-modelo"
SELLER, REVIEWER, MANAGER = "a" * 16, "b" * 16, "c" * 16


class Death(BaseException):
    """Whoever acted is gone."""


@dataclass
class Writes:
    """All that is written goes through this: at one of the next writes somebody dies, before or after it is done."""

    left: int = 0
    when: str = ""

    def expect(self, death: tuple[int, str] | None) -> None:
        """At which of the next writes, and `before` or `after`; None: all live."""
        self.left, self.when = death or (0, "")

    @contextmanager
    def one(self) -> Iterator[None]:
        """A write."""
        self.left -= 1
        dies = self.left == 0
        if dies and self.when == "before":
            raise Death
        yield
        if dies:
            raise Death


@dataclass
class MemoryItems:
    """Implements promob.ports.ItemObjects."""

    writes: Writes = field(default_factory=Writes)
    objects: dict[str, list[str]] = field(default_factory=dict)

    def keep(self, kind: str, lines: Iterable[Mapping[str, Any]]) -> str:
        kept = [json.dumps(line) for line in lines]
        name = f"{kind}/{blake2b(json.dumps(kept).encode(), digest_size=20).hexdigest()}"
        with self.writes.one():
            self.objects[name] = kept
        return name

    def lines(self, name: str) -> Iterator[dict[str, Any]]:
        return map(json.loads, self.objects[name])


def _unwatched(before: Project | None, after: Project, beside: Beside) -> None:
    """Nobody looks at what was written."""


@dataclass
class MemoryProjects:
    """Implements promob.ports.ProjectStore. A write is whole, or isn't there."""

    writes: Writes = field(default_factory=Writes)
    projects: dict[str, Project] = field(default_factory=dict)
    versions: dict[tuple[str, int], Version] = field(default_factory=dict)
    budgets: dict[str, Budget] = field(default_factory=dict)
    orders: dict[str, PurchaseOrder] = field(default_factory=dict)
    manual: dict[tuple[str, str], ManualItem] = field(default_factory=dict)
    notifications: dict[tuple[str, str], Notification] = field(default_factory=dict)
    history: list[tuple[str, HistoryEntry]] = field(default_factory=list)
    outgoing: list[str] = field(default_factory=list)  # project-environment
    stores: dict[str, Store] = field(default_factory=dict)
    rules_of: dict[str, Sequence[Rule]] = field(default_factory=dict)
    meanwhile: list[Callable[[], object]] = field(
        default_factory=list
    )  # each before one of the next changes is written
    watch: Callable[[Project | None, Project, Beside], None] = _unwatched  # what stood, and what stands

    def project(self, project_id: str) -> Project | None:
        return self.projects.get(project_id)

    def of_promob(self, promob_id: str) -> tuple[str, str] | None:
        found = ((project, project.of_promob(promob_id)) for project in self.projects.values())
        return next(((project.id, one.id) for project, one in found if one), None)

    def keep(self, before: Project | None, after: Project, by: str, beside: Beside = Beside()) -> bool:  # noqa: B008  # it is frozen
        if self.meanwhile:
            self.meanwhile.pop(0)()
        followed = consequences(CONNECTION, before, after, by, after.changed_at)
        with self.writes.one():
            if not self.is_as_read(before, after.id):
                return False
            self._check_locks(followed.project)
            stood = self.projects.get(after.id)
            for environment in followed.project.environments:
                self._keep_version(before, environment)
            self.projects[after.id] = followed.project
            self.budgets |= {one.id: one for one in beside.budgets}
            self.orders |= {one.id: one for one in beside.orders}
            self.manual |= {(one.environment, one.id): one for one in beside.manual}
            for item in beside.manual_removed:
                self.manual.pop((item.environment, item.id), None)
            self.notifications |= {(one.audience, one.id): one for one in followed.notifications}
            self.history += [(after.id, entry) for entry in followed.history]
            self.outgoing += [f"{after.id}-{one}" for one in followed.outgoing]
            self.watch(stood, followed.project, beside)
        return True

    def is_as_read(self, before: Project | None, project_id: str) -> bool:
        """The row's condition."""
        now = self.projects.get(project_id)
        return (now.version if now else 0) == (before.version if before else 0)

    def version(self, environment_id: str, number: int) -> Version | None:
        return self.versions.get((environment_id, number))

    def budget(self, budget_id: str) -> Budget | None:
        return self.budgets.get(budget_id)

    def manual_items(self, environment_id: str) -> Sequence[ManualItem]:
        return [item for (environment, _), item in sorted(self.manual.items()) if environment == environment_id]

    def manual_item(self, environment_id: str, item_id: str) -> ManualItem | None:
        return self.manual.get((environment_id, item_id))

    def store(self, store_id: str) -> Store | None:
        return self.stores.get(store_id)

    def rules(self, store_id: str) -> Sequence[Rule]:
        return self.rules_of.get(store_id, ())

    def keep_budget(self, new: Budget) -> Budget:
        """As the store of production does: the one that is there where the same request kept it before."""
        with self.writes.one():
            return self.budgets.setdefault(new.id, new)

    def open_notifications(self, environment_id: str) -> list[Notification]:
        """Those of an environment that are open."""
        found = self.notifications.values()
        return [
            one for one in found if one.state == "Pendente" and one.page.endswith(f"/environments/{environment_id}")
        ]

    def told(self, project_id: str) -> list[str]:
        """The codes of a project's history, the oldest first."""
        return [entry.code for project, entry in self.history if project == project_id]

    def _keep_version(self, before: Project | None, after: Environment) -> None:
        known = next((one.current for one in before.environments if one.id == after.id), None) if before else None
        if after.current and after.current.number != (known.number if known else 0):
            key = (after.id, after.current.number)
            assert key not in self.versions, "a version is there for good"
            self.versions[key] = after.current

    def _check_locks(self, after: Project) -> None:
        for one in after.environments:
            if one.promob_id and self.of_promob(one.promob_id) not in {None, (after.id, one.id)}:
                raise ProblemError(Problem("promob.integrated_before", {"name": one.name}))


# ── pricing and ordering, as simple as can be: they have tests of their own ──────────────────────────────────────────
@dataclass(frozen=True)
class Part:
    """A line of a purchase order."""

    supplier: str
    reference: str
    cost: Decimal

    def as_line(self) -> dict[str, str]:
        """The line as its object keeps it."""
        return {"reference": self.reference, "cost": str(self.cost)}


def simple_version(
    environment: Environment, budget: StoredBudget, rules: Sequence[Rule], objects: MemoryItems, by: str
) -> Version:
    """A version that sells everything for twice its cost; discounts above 10% are a manager's."""
    lines = list(objects.lines(budget.items))
    cost = sum((Decimal(line["cost"]) for line in lines), Decimal(0))
    return Version(
        number=environment.next_number,
        sequence=budget.sequence,
        option=budget.option,
        imported_at=clock.now(),
        promob_id=environment.promob_id,
        items=objects.keep("priced", lines),
        count=len(lines),
        unpriced=0,
        cost=cost,
        price=2 * cost,
        promob_price=budget.price,
        discount_limit=Decimal(10),
        limited_by="todos os itens",
        made_by=by,
    )


def simple_order(
    environment: Environment, lines: Iterable[Mapping[str, Any]], manual: Sequence[ManualItem], supplier: str
) -> Iterator[Part]:
    """What is ordered for an environment: Promob's items of its version, and those by hand."""
    for line in lines:
        yield Part(line["supplier"], line["reference"], Decimal(line["cost"]))
    for item in manual:
        yield Part(item.supplier or supplier, f"{item.environment}/{item.id}", item.cost * item.quantity)


def promob_lines(environment: str, sequence: int) -> list[dict[str, str]]:
    """What Promob has in an environment after a save: other items after each."""
    parts = {"Fábrica": 100 + sequence, **({"Ferragens": 10 + sequence} if sequence % 2 else {})}
    return [
        {"supplier": supplier, "reference": f"{environment}/{sequence}/{supplier}", "cost": f"{cost}.50"}
        for supplier, cost in parts.items()
    ]


def promob_budget(objects: MemoryItems, environment: str, sequence: int) -> StoredBudget:
    """Promob's budget of what was saved under a sequence; its items are kept first."""
    lines = promob_lines(environment, sequence)
    cost = sum((Decimal(line["cost"]) for line in lines), Decimal(0))
    return StoredBudget(
        sequence=sequence,
        option="Casa",
        received_at=clock.now(),
        items=objects.keep("items", lines),
        count=len(lines),
        unpriced=0,
        cost=cost,
        price=3 * cost,
    )


def new_project(project_id: str, *environments: Environment, **fields: Any) -> Project:
    """A project as somebody makes it."""
    whole: dict[str, Any] = {
        "store": "1" * 16,
        "customer": "2" * 16,
        "name": "Casa",
        "created_at": clock.now(),
        "created_by": SELLER,
    }
    return Project(id=project_id, environments=environments, **whole | fields)


def in_promob(environment_id: str, name: str, **fields: Any) -> Environment:
    """An environment that Promob has."""
    return Environment(id=environment_id, name=name, promob_id=f"P-{environment_id}", worked_by=SELLER, **fields)
