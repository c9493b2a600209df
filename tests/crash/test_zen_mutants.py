"""The harness has teeth: with one safeguard taken out, it finds the harm. Each mutant changes one thing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError

from tests.crash.choke import Choke, Fate
from tests.crash.drives import cut, overtaken
from tests.crash.scenario import Scenario
from tests.crash.stage import Stage
from tests.crash.sweeps import sweep
from tests.crash.zen_drives import before_last_block, cancelled
from tests.crash.zen_scenarios import FIRST_SYNC, INITIAL, INITIAL_AGAIN, PREVIEW, ZenScenario
from tests.office_on_aws import AwsServer, OfficeOnAws, Sandbox

pytestmark = pytest.mark.sweep


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


def no_lane(sandbox: Sandbox) -> None:
    """The cursor, and the fence with it, has phase and position, and no lane."""
    working = sandbox.of("sincronia.store.working")
    whole = working.DynamoStore.run

    def run(store: Any, key: Any) -> Any:
        found = whole(store, key)
        return found and replace(found, lane=0)

    def fence(run: Any) -> Any:
        item, is_ = working.RunItem, working._is
        cursor = (item.phase == run.phase.value) & (item.position == run.position)
        return cursor & is_(item.lease, run.lease) & is_(item.cancelled_by, run.cancelled_by)

    working.DynamoStore.run = run
    working._still = fence


def no_passing_on(sandbox: Sandbox) -> None:
    """Who has left is deactivated, also where somebody else has got the target record."""
    planning = sandbox.of("sincronia.engine.planning")
    whole = planning.deactivations
    planning.deactivations = lambda known, _: whole(known, set())


def no_agreement(sandbox: Sandbox) -> None:
    """What is applied of a preview is not held to it."""
    sandbox.of("sincronia.engine.planning")._agreement = lambda *_: None


def no_mark_in_the_fence(sandbox: Sandbox) -> None:
    """A commit does not ask whether the run is to end."""
    working = sandbox.of("sincronia.store.working")
    whole = working._still
    working._still = lambda run: whole(run) if not run.lease else _holding(working, run)


def _holding(working: Any, run: Any) -> Any:
    item = working.RunItem
    cursor = (item.phase == run.phase.value) & (item.lane == run.lane) & (item.position == run.position)
    return cursor & (item.lease == run.lease)


@pytest.fixture
def stage(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Stage[OfficeOnAws]]:
    scenario: ZenScenario = getattr(request, "param", FIRST_SYNC)
    with Stage(aws, monkeypatch, scenario) as stage:
        yield stage


def of(scenario: ZenScenario) -> pytest.MarkDecorator:
    """The stage of another scenario."""
    return pytest.mark.parametrize("stage", [pytest.param(scenario, id=scenario.name)], indirect=True)


def test_without_looking_first_a_death_after_a_create_does_harm(stage: Stage[OfficeOnAws]) -> None:
    stage.changes = no_find
    assert len(sweep(stage, Fate.AFTER, only="vendor POST")) == 4


def test_without_the_fence_a_zombie_does_harm(stage: Stage[OfficeOnAws]) -> None:
    stage.changes = no_fence
    assert sweep(stage, drive=overtaken(too_late=True), only="TransactWriteItems")


def test_with_counters_outside_the_transaction_a_death_does_harm(stage: Stage[OfficeOnAws]) -> None:
    stage.changes = counters_outside_the_transaction
    assert sweep(stage, Fate.BEFORE, only="UpdateItem")


def redelivered(office: OfficeOnAws, _choke: Choke, _scenario: Scenario[OfficeOnAws]) -> None:
    """The message is handled, and comes again."""
    office.tick()
    waiting = office.message()
    assert waiting is not None
    office.handle(waiting[0])
    office.handle(waiting[0])
    office.spend(waiting[1])


def test_with_the_cursor_in_the_message_a_redelivery_does_harm(stage: Stage[OfficeOnAws]) -> None:
    expected = stage.perform(Choke(), redelivered)
    assert expected == stage.perform(Choke())
    stage.changes = cursor_in_the_message
    assert stage.perform(Choke(), redelivered) != expected


@of(INITIAL)
def test_with_the_lane_out_of_the_cursor_a_run_that_is_cut_comes_to_no_end(stage: Stage[OfficeOnAws]) -> None:
    assert stage.perform(Choke(), cut(*[4] * 40)) == stage.perform(Choke())
    stage.changes = no_lane
    with pytest.raises(AssertionError, match="not quiet"):
        stage.perform(Choke(), cut(*[4] * 80))


def access(stage: Stage[OfficeOnAws]) -> list[str]:
    """What Zen says of the access of the client's users, by CPF."""
    return [row["Situacao"] for row in sorted(stage.place.zen.rows("employees"), key=lambda row: str(row["Cpf"]))]


@of(INITIAL_AGAIN)
def test_without_passing_on_who_was_rehired_loses_access(stage: Stage[OfficeOnAws]) -> None:
    stage.perform(Choke())
    assert sorted(access(stage)) == ["Ativo", "Inativo"]
    stage.changes = no_passing_on
    with pytest.raises(BatchProcessingError):  # and a transaction may not write one link twice, so it comes to no end
        stage.perform(Choke())
    assert access(stage) == ["Inativo", "Inativo"]


@of(PREVIEW)
def test_without_the_agreement_what_nobody_saw_is_sent(stage: Stage[OfficeOnAws]) -> None:
    sent = " ".join(stage.perform(Choke())["zen partners"])
    assert "Nome Que Ninguém Viu" not in sent
    stage.changes = no_agreement
    assert "Nome Que Ninguém Viu" in " ".join(stage.perform(Choke())["zen partners"])


@of(INITIAL)
def test_without_the_mark_in_the_fence_a_holder_goes_on_when_it_is_cancelled(stage: Stage[OfficeOnAws]) -> None:
    undisturbed = Choke()
    stage.perform(undisturbed)
    first_create, drive = undisturbed.seen.index("vendor POST") + 1, cancelled(before_last_block(stage))
    stage.perform(Choke(at=first_create), drive)
    stage.changes = no_mark_in_the_fence
    with pytest.raises(AssertionError, match="cancelled_by"):
        stage.perform(Choke(at=first_create), drive)
