"""The harness has teeth: with one safeguard taken out, it finds the harm. Each mutant changes one thing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.crash.choke import Choke, Fate
from tests.crash.harness import FIRST_SYNC, Stage, overtaken, sweep
from tests.office_on_aws import AwsServer, OfficeOnAws, Sandbox


def no_find(sandbox: Sandbox) -> None:
    """A second attempt creates without looking first."""
    sandbox.of("zen.zen_client").ZenRecords.find = lambda *_: None


def no_fence(sandbox: Sandbox) -> None:
    """A commit asks neither for the cursor nor for the lease."""
    working = sandbox.of("sincronia.store.working")
    working._still = lambda _: working.RunItem.run_id.exists()


def counters_outside_the_transaction(sandbox: Sandbox) -> None:
    """The counters are written after the outcomes that they count."""
    working = sandbox.of("sincronia.store.working")
    whole = working.DynamoStore.commit

    def commit(store: Any, before: Any, after: Any, rows: Any) -> bool:
        committed: bool = whole(store, before, replace(after, tallies=before.tallies), rows)
        if committed and after.tallies != before.tallies:
            tallies = sandbox.of("sincronia.store.runs").attributes(after)["tallies"]
            working.run_item(after.key).update([working.RunItem.tallies.set(tallies)])
        return committed

    working.DynamoStore.commit = commit


def cursor_in_the_message(sandbox: Sandbox) -> None:
    """The worker begins where its message says, which is where the run began, and only the lease is asked for."""
    working, state = sandbox.of("sincronia.store.working"), sandbox.of("sincronia.engine.state")
    whole = working.DynamoStore.run

    def run(store: Any, key: Any) -> Any:
        found = whole(store, key)
        return found and replace(
            found, phase=state.Phase.READ, position=0, tallies={}, source_manifests={}, wake_at=None
        )

    def still(run: Any) -> Any:
        return working.RunItem.lease == run.lease if run.lease else working.RunItem.lease.does_not_exist()

    working.DynamoStore.run = run
    working._still = still


@pytest.fixture
def stage(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(aws, monkeypatch, FIRST_SYNC)


def test_without_looking_first_a_death_after_a_create_does_harm(stage: Stage) -> None:
    stage.changes = no_find
    assert len(sweep(stage, Fate.AFTER, only="vendor POST")) == 4


def test_without_the_fence_a_zombie_does_harm(stage: Stage) -> None:
    stage.changes = no_fence
    assert sweep(stage, drive=overtaken(lease_over=True), only="TransactWriteItems")


def test_with_counters_outside_the_transaction_a_death_does_harm(stage: Stage) -> None:
    stage.changes = counters_outside_the_transaction
    assert sweep(stage, Fate.BEFORE, only="UpdateItem")


def redelivered(office: OfficeOnAws, _: Choke) -> None:
    """The message is handled, and comes again."""
    office.tick()
    waiting = office.message()
    assert waiting is not None
    office.handle(waiting[0])
    office.handle(waiting[0])
    office.spend(waiting[1])


def test_with_the_cursor_in_the_message_a_redelivery_does_harm(stage: Stage) -> None:
    expected = stage.perform(Choke(), redelivered)
    assert expected == stage.perform(Choke())
    stage.changes = cursor_in_the_message
    assert stage.perform(Choke(), redelivered) != expected
