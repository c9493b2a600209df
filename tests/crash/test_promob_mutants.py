"""The harness finds the harm where a safeguard of Promob's ways is taken out. Each mutant changes one thing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.crash.choke import Choke, Fate, choked
from tests.crash.promob_scenarios import AGAIN, APPROVED, APPROVED_UNLESS_SAVED, BUDGETED, DECIDED, HERE, SAVED, STORED
from tests.crash.promob_world import NetworkOnAws
from tests.crash.stage import Stage
from tests.crash.sweeps import sweep
from tests.office_on_aws import AwsServer, Sandbox

pytestmark = pytest.mark.sweep

TOLD_AGAIN = replace(STORED, name="told again", acts=(SAVED, AGAIN))
BUDGET_MADE = replace(DECIDED, name="budget made", acts=(BUDGETED,))


def no_find(sandbox: Sandbox) -> None:
    """What is to be made in Promob is not looked for there before."""
    promob = sandbox.of("promob.promob_client").Promob
    for find in ("project_by_external_id", "customer_by_external_id", "customer_by_document"):
        setattr(promob, find, lambda *_: None)


def no_version(sandbox: Sandbox) -> None:
    """A row is written whatever became of it since it was read."""
    keeping = sandbox.of("promob.store.keeping")
    whole = keeping.Change._write

    class Unconditional:
        def __init__(self, transaction: Any) -> None:
            self._transaction = transaction

        def __getattr__(self, name: str) -> Any:
            return getattr(self._transaction, name)

        def save(self, row: Any, condition: Any = None) -> None:
            self._transaction.save(row, condition=None if isinstance(row, keeping.Row) else condition)

    keeping.Change._write = lambda change, transaction: whole(change, Unconditional(transaction))


def no_event(sandbox: Sandbox) -> None:
    """The ids of Promob's events are not remembered."""
    store, event = (
        sandbox.of("sincronia.store.hinting").DynamoHintStore,
        sandbox.of("sincronia.engine.hint_ports").Event,
    )
    store.known = lambda _, hint: event(hint_id=hint.id, body_hash=hint.body_hash)


def no_outbox(sandbox: Sandbox) -> None:
    """What Promob is to be told is queued after the change, and not kept with it."""
    change = sandbox.of("promob.store.keeping").Change
    whole = change._write
    change._write = lambda self, transaction: whole(replace(self, hints=()), transaction)


def test_without_a_look_a_death_after_a_create_makes_it_twice(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with Stage(aws, monkeypatch, HERE) as stage:
        stage.changes = no_find
        wrong = sweep(stage, Fate.AFTER, only="vendor POST")
    assert len(wrong) == 3
    assert all("creates: expected" in text for text in wrong.values()), wrong


@pytest.mark.parametrize("is_known", [True, False], ids=["known", "mutant"])
def test_without_remembered_events_one_that_comes_again_is_told_again(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, *, is_known: bool
) -> None:
    with Stage(aws, monkeypatch, TOLD_AGAIN) as stage:
        stage.changes = None if is_known else no_event
        before = len(stage.place.log())
        stage.perform(Choke())
        told = [row["effect"]["action"] for row in stage.place.log()[before:]]
    assert told == (["saved"] if is_known else ["saved", "late"])


def test_without_the_outbox_what_promob_is_to_be_told_hangs_on_the_queue(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Stage(aws, monkeypatch, HERE) as stage:
        stage.changes = no_outbox
        with pytest.raises(AssertionError, match="no hint is on its way"):
            stage.perform(Choke())


def approvals_met_by_a_save(stage: Stage[NetworkOnAws]) -> list[str]:
    """A save arrives before an approval's first call, and right around its transaction; gives what went wrong."""
    undisturbed, wrong = Choke(), list[str]()
    begun(stage)
    with choked(undisturbed, stage.monkeypatch), undisturbed.watching():
        APPROVED(stage.place)(stage.place.sandbox)
    commit = next(at for at, name in enumerate(undisturbed.seen, start=1) if name.endswith("TransactWriteItems"))
    for at in (1, commit - 1, commit, commit + 1):
        begun(stage)
        place, was_converted = stage.place, list[bool]()

        def save(place: NetworkOnAws = place, was_converted: list[bool] = was_converted) -> None:
            was_converted.append(is_converted(place))
            here = place.sandbox
            other = place.new_sandbox()
            SAVED(place)(other)
            place.work_off()
            place.sandbox = here

        choke = Choke(at=at, pause=save)
        with choked(choke, stage.monkeypatch), choke.watching():
            APPROVED_UNLESS_SAVED(place)(place.sandbox)
        if is_converted(place) != was_converted[0]:
            wrong.append(f"call {at} ({undisturbed.seen[at - 1]}): approved though it was saved before")
        else:
            stage.scenario.check(place)
    return wrong


def begun(stage: Stage[NetworkOnAws]) -> None:
    """The stage as it is before the approval of a budget."""
    stage.perform(Choke())


def is_converted(place: NetworkOnAws) -> bool:
    (project,) = place.all_projects()
    return project.environments[0].converted is not None


def test_a_save_at_the_moment_of_an_approval_keeps_it_back(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with Stage(aws, monkeypatch, BUDGET_MADE) as stage:
        assert approvals_met_by_a_save(stage) == []


def test_without_the_version_an_approval_overtakes_a_save(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with Stage(aws, monkeypatch, BUDGET_MADE) as stage:
        stage.changes = no_version
        assert any("TransactWriteItems" in text for text in approvals_met_by_a_save(stage))
