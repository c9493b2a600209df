"""What comes next in a project, and in an environment, as a page says it in its one button."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from promob.offers import Budget, BudgetLine, BudgetState
from promob.projects import Project, offered
from promob.steps import SENTENCES, StepCode, next_step, step_of
from sincronia.answers import Problem
from tests.unit.test_promob_projects import (
    ACCESSED,
    CONCLUDED,
    RELEASED,
    by_hand,
    converted,
    environment,
    project,
    ready,
    unprepared,
    yellow,
)

TODAY = "2026-11-29"


def budget(of: Project, **fields: Any) -> Budget:
    """A budget of all environments of a project, as they stand."""
    lines = tuple(
        BudgetLine(offered=offer, name="Cozinha", gross=Decimal(1), price=Decimal(1))
        for offer in offered(of, [one.id for one in of.environments])
    )
    whole: dict[str, Any] = {"id": "b1", "number": 7, "project": of.id, "lines": lines, "created_at": 0}
    return Budget(**whole | {"created_by": "a", "valid_until": TODAY} | fields)


def second(**fields: Any) -> Any:
    """Another environment that is up to date."""
    return ready(id="e2", name="Sala", **fields)


@pytest.mark.parametrize(
    ("of", "code", "about"),
    [
        (project(), StepCode.ENVIRONMENTS, ""),
        (project(environment(promob_id="")), StepCode.WAIT, "e1"),
        (project(environment(promob_id="", problem=Problem("x"))), StepCode.CORRECT, "e1"),
        (project(environment()), StepCode.PREPARE, "e1"),
        (project(unprepared()), StepCode.PREPARE, "e1"),
        (project(second(), yellow()), StepCode.UPDATE, "e1"),
        (project(environment(), replace(yellow(), id="e2")), StepCode.UPDATE, "e2"),  # what is done here comes first
        (project(ready(), second()), StepCode.BUDGET, ""),
        (project(by_hand()), StepCode.BUDGET, ""),
        (project(converted(ready())), StepCode.RELEASE, ""),
        (project(converted(ready()), environment(id="e2")), StepCode.RELEASE, ""),  # nobody has drawn the other one
        (project(converted(ready()), second()), StepCode.BUDGET, ""),
        (project(converted(yellow())), StepCode.RELEASE, ""),  # what changed since enters the revision
        (project(converted(ready()), revision=RELEASED), StepCode.ACCESS, ""),
        (project(converted(yellow()), revision=ACCESSED), StepCode.REVISE, ""),
        (project(converted(ready()), revision=CONCLUDED), StepCode.ORDERS, ""),
    ],
)
def test_a_project_leads_from_its_first_environment_to_its_orders(of: Project, code: StepCode, about: str) -> None:
    step = next_step(of, [], TODAY)

    assert (step.code, step.of) == (code, about)
    assert "{" not in step.sentence


def test_a_budget_that_could_be_approved_is_what_comes_next() -> None:
    of = project(ready(), second())
    step = next_step(of, [budget(of)], TODAY)

    assert (step.code, step.of, step.sentence) == (StepCode.APPROVE, "b1", SENTENCES[step.code].format(name="7"))
    older = budget(of, id="b0")
    assert next_step(of, [budget(of, state=BudgetState.UNDONE), older], TODAY).of == "b0"


@pytest.mark.parametrize(
    ("now", "fields", "code"),
    [
        (project(ready(), second()), {"valid_until": "2026-11-28"}, StepCode.BUDGET),
        (project(ready(), second()), {"state": BudgetState.APPROVED}, StepCode.BUDGET),
        (project(ready(manual=1), second()), {}, StepCode.BUDGET),
        (project(yellow(), second()), {}, StepCode.UPDATE),
        (project(converted(ready()), converted(second())), {}, StepCode.RELEASE),
        (project(second()), {}, StepCode.BUDGET),
    ],
)
def test_a_budget_that_could_not_be_approved_leads_nowhere(now: Project, fields: Any, code: StepCode) -> None:
    offer = budget(project(ready(), second()), **fields)

    assert next_step(now, [offer], TODAY).code == code


def test_an_environment_needs_what_the_project_waits_for_until_the_conclusion() -> None:
    late = converted(yellow())
    step = step_of(project(late, revision=ACCESSED), late)
    assert step
    assert (step.code, step.name) == (StepCode.UPDATE, "Cozinha")
    assert step_of(project(late, revision=CONCLUDED), late) is None
    assert step_of(project(ready()), ready()) is None
