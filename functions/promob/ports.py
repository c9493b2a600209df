"""What the projects of a connection ask of the outside. AWS is behind it in production."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from promob.environments import Version
from promob.offers import Budget, ManualItem, PurchaseOrder
from promob.pricing import Rule
from promob.projects import Project
from promob.stores import Store

Line = Mapping[str, Any]  # of an object that keeps items


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What is written in the same transaction as a project. The project's row guards all of it."""

    budgets: tuple[Budget, ...] = ()
    orders: tuple[PurchaseOrder, ...] = ()
    manual: tuple[ManualItem, ...] = ()
    manual_removed: tuple[ManualItem, ...] = ()


class ProjectStore(Protocol):
    """The projects of one connection. What is read is read consistently."""

    def project(self, project_id: str) -> Project | None: ...

    def of_promob(self, promob_id: str) -> tuple[str, str] | None:
        """The project and the environment that a Promob project is."""
        ...

    def keep(self, before: Project | None, after: Project, by: str, beside: Beside = Beside()) -> bool:
        """Writes a project with what follows from its change, all or nothing; its new versions and locks among it.

        False: it is no longer as it was read. `by`: a token id, empty for Promob. Raises
        ProblemError(promob.integrated_before) where another environment is the same Promob project.
        """
        ...

    def version(self, environment_id: str, number: int) -> Version | None: ...

    def budget(self, budget_id: str) -> Budget | None: ...

    def manual_items(self, environment_id: str) -> Sequence[ManualItem]: ...

    def manual_item(self, environment_id: str, item_id: str) -> ManualItem | None: ...

    def store(self, store_id: str) -> Store | None: ...

    def rules(self, store_id: str) -> Sequence[Rule]:
        """The store's commercial rules."""
        ...


class ItemObjects(Protocol):
    """Objects that keep items, named by what they hold."""

    def keep(self, kind: str, lines: Iterable[Line]) -> str:
        """Keeps lines; gives the object's name. `kind`: `items`, `priced`, `orders`."""
        ...

    def lines(self, name: str) -> Iterator[dict[str, Any]]:
        """The lines of an object."""
        ...
