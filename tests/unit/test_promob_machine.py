"""Any history of a store's projects keeps what seed 002 asks for; and a fault in the rules does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from promob import acting, consequences, projects
from promob.acting import Projects
from promob.environments import Environment, StoredBudget
from promob.ports import Beside
from promob.projects import Project
from sincronia import clock
from sincronia.answers import Problem, ProblemError
from tests.promob_in_memory import MemoryProjects
from tests.promob_machine import ProjectsMachine


def test_any_history_keeps_what_is_asked() -> None:
    run_state_machine_as_test(ProjectsMachine, settings=settings(max_examples=60, stateful_step_count=50))


@pytest.mark.sweep
def test_a_thousand_histories_keep_what_is_asked() -> None:
    run_state_machine_as_test(ProjectsMachine, settings=settings(max_examples=1000, stateful_step_count=50))


# ── it has teeth: each of these faults is found ──────────────────────────────────────────────────────────────────────
def allowing(code: str) -> Callable[[pytest.MonkeyPatch], None]:
    """What a rule refuses by this code is let through."""
    check = projects._check_none

    def lax(names: list[str], refused: str) -> None:
        check([] if refused == code else names, refused)

    return lambda patch: patch.setattr(projects, "_check_none", lax)


def put(where: Any, name: str, value: Any) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setattr(where, name, value)


def updated_as(**changes: Any) -> Callable[[pytest.MonkeyPatch], None]:
    return put(Environment, "updated", lambda self, version: replace(self, current=version, **changes))


def concluded_again(self: Projects, project_id: str, by: str) -> Project:
    """Orders are made whatever was there before."""
    made = self._orders(self.project(project_id), by)

    def rule(before: Project) -> Project:
        if not before.is_concluded:
            projects.check_concludes(before)
        revision = before.revision or projects.Revision(released_by="", released_at=0)
        return replace(before, revision=replace(revision, concluded_at=clock.now(), orders=tuple(o.id for o in made)))

    return self.changed(project_id, by, rule, lambda _, __: Beside(orders=tuple(made)))


def concluded_once(self: Projects, project_id: str, by: str) -> Project:
    """Who comes again is refused."""
    made = self._orders(self.project(project_id), by)
    ids = [order.id for order in made]
    return self.changed(
        project_id,
        by,
        lambda before: projects.concluded(before, by, clock.now(), ids),
        lambda _, __: Beside(orders=tuple(made)),
    )


def orders_of_what_was_read_before(self: Projects, project_id: str, by: str) -> Project:
    """What changed between reading the items and concluding isn't ordered."""
    if self.project(project_id).is_concluded:
        return self.project(project_id)
    return concluded_once(self, project_id, by)


def undone_at_any_time(project: Project, environment_id: str, reason: str) -> Project:
    environment = project.environment(environment_id)
    if environment.converted is None:
        raise ProblemError(Problem("promob.not_converted", {"name": environment.name}))
    return project.with_environment(replace(environment, converted=None))


def budget_without_version(self: Projects, project_id: str, environment_id: str, budget: StoredBudget) -> Project:
    return self.changed(project_id, "", lambda before: projects.budgeted(before, environment_id, budget))


def silent(
    connection: str, project: Project, before: Any, after: Environment, at: float
) -> tuple[Environment, list[Any]]:
    """Nothing is ever concluded."""
    settled, told = NOTIFIED(connection, project, before, after, at)
    return settled, [one for one in told if one.result is None]


def repeated(connection: str, project: Project, before: Any, after: Environment, at: float) -> Any:
    """Each need opens another one."""
    return NOTIFIED(connection, project, before, replace(after, notified=""), at)


NOTIFIED = consequences._notified
FAULTS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "what is out of date is approved": allowing("promob.out_of_date"),
    "what was never confirmed is concluded": allowing("promob.not_reviewed"),
    "a discount needs no manager": allowing("promob.discount_unapproved"),
    "what is converted is approved again": allowing("promob.converted_before"),
    "another version is approved than was offered": put(projects, "is_as_offered", lambda offer, environment: True),
    "nobody looks if a row is as it was read": put(MemoryProjects, "is_as_read", lambda self, before, project_id: True),
    "a save that comes late counts": put(Environment, "saved_at", lambda self, sequence: replace(self, saved=sequence)),
    "a budget that comes late counts": put(Environment, "budgeted", lambda self, budget: replace(self, budget=budget)),
    "a save is not heard": put(Environment, "saved_at", lambda self, sequence: self),
    "a number comes again": put(Environment, "next_number", property(lambda self: 1)),
    "an update touches items by hand": updated_as(manual_price=Decimal(0)),
    "a manager's word holds for the next version": updated_as(),
    "what comes after the conclusion is let in": put(projects, "_check_accepts", lambda project, environment: None),
    "orders are made again": put(Projects, "conclude", concluded_again),
    "who concludes again is refused": put(Projects, "conclude", concluded_once),
    "orders are of what was there before": put(Projects, "conclude", orders_of_what_was_read_before),
    "a conversion is undone in the revision": put(projects, "conversion_undone", undone_at_any_time),
    "a budget stays approved after its undoing": put(acting, "_decided", lambda budget, state, by: budget),
    "the first budget makes no version": put(Projects, "budget_arrived", budget_without_version),
    "a notification is never concluded": put(consequences, "_notified", silent),
    "a notification is opened anew": put(consequences, "_notified", repeated),
}


@seed(4)  # each is found whatever the seed; with this one, soon
class Search(ProjectsMachine):
    """The same machine, which looks for faults."""


@pytest.mark.sweep
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    FAULTS[fault](monkeypatch)
    sought = settings(
        max_examples=1000, stateful_step_count=50, phases=[Phase.generate], derandomize=False, database=None
    )
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Search, settings=sought)
