"""The harness finds the harm where a safeguard of hints is taken out. Each mutant changes one thing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.crash.choke import Choke, Fate
from tests.crash.drives import overtaken
from tests.crash.sgp_scenarios import CREATED, HELD, RECONCILED, REMOVED, SgpScenario
from tests.crash.stage import Stage
from tests.crash.sweeps import sweep
from tests.office_on_aws import AwsServer, Sandbox
from tests.provider_on_aws import ProviderOnAws

pytestmark = pytest.mark.sweep


def no_write_ahead(sandbox: Sandbox) -> None:
    """What is about to be done is not written down."""
    worker = sandbox.of("sincronia.engine.hint_worker")
    whole = worker._Work._keep

    def keep(work: Any, stored: Any) -> None:
        if stored.state != worker.HintState.WORKING:
            whole(work, stored)

    worker._Work._keep = keep


def no_look(sandbox: Sandbox) -> None:
    """Who is created is not looked for before."""
    sandbox.of("sgp.ozmap_client").OzMap.client_by_code = lambda *_: None


def no_claim(sandbox: Sandbox) -> None:
    """A removal is not counted before it is done."""
    sandbox.of("sincronia.store.hinting").DynamoHintStore.claim_removal = lambda *_: True


def claim_by_attempt(sandbox: Sandbox) -> None:
    """A removal is counted as often as it is begun."""
    store = sandbox.of("sincronia.store.hinting").DynamoHintStore
    whole = store.claim_removal
    begun = sandbox.of("sincronia.clock").now
    store.claim_removal = lambda self, key, record, allowed: whole(self, key, f"{record} {begun()}", allowed)


def told_again(sandbox: Sandbox) -> None:
    """The end of a hint is written whether it has come to its end or not."""
    hinting = sandbox.of("sincronia.store.hinting")
    hinting.not_done = lambda: hinting.HintItem.id.exists() | hinting.HintItem.id.does_not_exist()


def position_first(sandbox: Sandbox) -> None:
    """A sweep's position is written down before its hints are queued."""
    queue = sandbox.of("sincronia.store.hint_queue").SqsHintQueue
    store = sandbox.of("sincronia.store.hinting").DynamoHintStore
    send, keep, held_back = queue.send_many, store.keep, list[Any]()

    def keep_first(self: Any, stored: Any) -> bool:
        kept: bool = keep(self, stored)
        send(queue(), held_back)
        held_back.clear()
        return kept

    queue.send_many = lambda _, hints: held_back.extend(hints)
    store.keep = keep_first


@pytest.fixture
def stage(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Stage[ProviderOnAws]]:
    with Stage(aws, monkeypatch, request.param) as stage:
        yield stage


def of(scenario: SgpScenario) -> pytest.MarkDecorator:
    """The stage of a scenario."""
    return pytest.mark.parametrize("stage", [pytest.param(scenario, id=scenario.name)], indirect=True)


@of(REMOVED)
def test_without_the_row_written_ahead_the_log_loses_what_was_done(stage: Stage[ProviderOnAws]) -> None:
    stage.changes = no_write_ahead
    (wrong,) = sweep(stage, Fate.AFTER, only="vendor DELETE").values()
    assert "'kind': 'unchanged'" in wrong.partition("outcomes:    found")[2]


@of(CREATED)
def test_without_a_look_a_death_after_a_create_finds_the_port_taken(stage: Stage[ProviderOnAws]) -> None:
    stage.changes = no_look
    (wrong,) = sweep(stage, Fate.AFTER, only="vendor POST").values()
    assert "'kind': 'rejected'" in wrong.partition("outcomes:    found")[2]


@of(HELD)
def test_without_the_claim_nothing_is_held(stage: Stage[ProviderOnAws]) -> None:
    stage.perform(Choke())
    stage.changes = no_claim
    with pytest.raises(AssertionError, match="nothing_to_decide"):
        stage.perform(Choke())


@of(REMOVED)
def test_with_a_claim_for_each_attempt_one_removal_counts_as_two(stage: Stage[ProviderOnAws]) -> None:
    stage.changes = claim_by_attempt
    assert "runs: expected" in " ".join(sweep(stage, Fate.AFTER, only="UpdateItem").values())


@of(REMOVED)
def test_without_asking_whether_it_is_done_a_zombie_tells_it_again(stage: Stage[ProviderOnAws]) -> None:
    stage.changes = told_again
    assert sweep(stage, drive=overtaken(too_late=True), only="TransactWriteItems")


@of(RECONCILED)
def test_with_the_position_first_a_death_loses_what_the_sweep_found(stage: Stage[ProviderOnAws]) -> None:
    stage.changes = position_first
    wrong = sweep(stage, Fate.AFTER, only="PutItem")
    assert any("ozmap ftth-clients: expected" in text for text in wrong.values()), wrong
