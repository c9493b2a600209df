"""Whatever happens at whatever call of an erasure, nothing of the person stays, and nothing is counted twice."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError
from pynamodb.transactions import TransactWrite

from tests.asms_on_aws import CLIENTS, CONNECTION
from tests.crash.asms_scenarios import AsmsScenario
from tests.crash.asms_world import VOLATILE, DirectoryOnAws, steady
from tests.crash.choke import Choke, Fate
from tests.crash.scenario import Doing
from tests.crash.stage import Stage
from tests.crash.sweeps import shared, sweep
from tests.invented import invented_cpf
from tests.office_on_aws import AwsServer, Context, Sandbox, event

REQUEST = "20261123T090000000Z-00000000000000aa"
EMAIL = "ana.lima@m.example"
LEASE = 361.0  # seconds, past every lease


@dataclass(frozen=True, kw_only=True)
class PrivacyScenario(AsmsScenario):
    """A directory that somebody is erased from."""

    replaced_after = LEASE

    def world(self, place: DirectoryOnAws, creates: Mapping[str, int]) -> dict[str, Any]:
        """See asms_world.world; beside it the receipt, and what is left of outcomes, notifications and the run."""
        whole = AsmsScenario.world(self, place, creates)
        volatile = VOLATILE | {"concluded_at", "stays", "story_at", "started_at", "wake_at"}
        for table in ("privacy", "outcomes", "notifications"):
            whole[table] = [steady(row, volatile) for row in place.rows(table)]
        (run,) = [row for row in place.rows("runs") if row["flow"] == "lgpd"]
        return {**whole, "run": (run["phase"], run["result"], json.loads(run["progress"])["found"])}


def _asked(place: DirectoryOnAws) -> None:
    """Ana, with comments; three outcomes and a notification that name her; and the request that erases her."""
    asms = place.asked_by(place.sandbox)
    project = asms.entry("projects", "Matriz")
    where = {"projects": frozenset({project})}
    ana = asms.user("clients", "Ana Lima", email=EMAIL, identification=invented_cpf("529982247"), **where)
    asms.user("clients", "Bento Reis", email="bento@m.example", **where)
    for text in ("Prefere a tarde.", "Mudou de sala."):
        assert asms.post(f"{CLIENTS}/{ana}/comments", {"text": text}).status == 201
    of = place.sandbox.imported
    state, moment = of("sincronia.engine.state"), of("sincronia.clock").moment()
    key = state.RunKey(CONNECTION, "20261122T080000000Z-0000000000000001")
    done = state.Run(key, "asms", "importar", "schedule", {}, CONNECTION, place.now, phase=state.Phase.DONE)
    of("sincronia.store.runs").run_out(done).save()
    for number in range(3):
        kept = {"version": 1, "before": {"email": EMAIL}}
        outcome = state.Outcome(f"{number:08}", "clients", state.OutcomeKind.UPDATED, ana, "Ana Lima", kept=kept)
        of("sincronia.store.outcomes").outcome_out(outcome, key, moment).save()
    told = state.Notification(CONNECTION, key.run_id, CONNECTION, "asms", "Importar", f"Veja {EMAIL}.", moment)
    of("sincronia.store.notifications").notification_out(told).save()
    privacy, store = of("sincronia.engine.privacy"), of("sincronia.store.privacy")
    request = store.PrivacyRequest(
        id=REQUEST,
        purpose=privacy.Purpose.ERASURE,
        known_by=privacy.KnownBy.EMAIL,
        person="hash",
        by="token",
        author="Ana",
        asked_at=moment,
        places=(store.Place(CONNECTION, "asms", "Empresa Modelo"),),
        left=1,
    )
    assert store.keep_request(request, privacy.Subject(privacy.KnownBy.EMAIL, EMAIL))


def _carried_out(place: DirectoryOnAws) -> Doing:
    """The worker, a few findings at a time, until the part has ended."""

    def doing(sandbox: Sandbox) -> None:
        sandbox.imported("sincronia.engine.privacy_task")._MOST_WRITES = 2
        stored_run = sandbox.imported("sincronia.store.runs").stored_run
        key = sandbox.imported("sincronia.engine.state").RunKey(CONNECTION, f"lgpd-{REQUEST}")
        happening = event("asms/on_queue/deletion")
        happening["Records"][0]["body"] = json.dumps({"connection": CONNECTION, "run_id": f"lgpd-{REQUEST}"})
        for _ in range(4):
            with suppress(BatchProcessingError):
                sandbox.on_queue.handler(happening, Context(300))
            run = stored_run(key)
            if run and run.phase == "done":
                return
            place.now += LEASE

    return doing


ERASURE = PrivacyScenario(name="erasure", prepare=_asked, acts=(_carried_out,))


@pytest.fixture
def stage(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage[DirectoryOnAws]]:
    with Stage(aws, monkeypatch, ERASURE) as stage:
        yield stage


def test_undisturbed_an_erasure_leaves_nothing_and_counts_all(stage: Stage[DirectoryOnAws]) -> None:
    world = stage.perform(Choke())
    assert world["run"] == (
        *("done", "success"),
        [
            ["resultado de sincronização", "resultados de sincronização", 3],
            ["notificação", "notificações", 1],
            ["comentário", "comentários", 2],
            ["cadastro de cliente ou especialista", "cadastros de clientes ou especialistas", 1],
        ],
    )
    (request,) = [row for row in world["privacy"] if row["scope"] == "requests"]
    assert request["left"] == 0
    left = json.dumps(world, ensure_ascii=False)
    assert EMAIL not in left
    assert "Ana Lima" not in left
    assert "Bento Reis" in left


@pytest.mark.sweep
@pytest.mark.parametrize("fate", [Fate.AFTER, Fate.LOST], ids=str)
def test_death_or_a_lost_answer_at_every_call(stage: Stage[DirectoryOnAws], fate: Fate) -> None:
    assert sweep(stage, fate) == {}


@pytest.mark.sweep
def test_death_before_what_others_see(stage: Stage[DirectoryOnAws]) -> None:
    assert sweep(stage, Fate.BEFORE, chosen=shared) == {}


@pytest.mark.sweep
def test_with_the_count_apart_from_what_it_counts_a_death_is_noticed(stage: Stage[DirectoryOnAws]) -> None:
    def apart(sandbox: Sandbox) -> None:
        """What is found is erased before the run moves on, and not with it."""
        work, connected = (
            sandbox.imported("sincronia.engine.privacy_task"),
            sandbox.imported("sincronia.store.connected"),
        )
        whole = work.PrivacyWork._erasing

        def erasing(asked: Any, found: Any) -> tuple[()]:
            if writes := whole(asked, found):
                with TransactWrite(connection=connected.dynamodb) as transaction:
                    for write in writes:
                        write(transaction)
            return ()

        work.PrivacyWork._erasing = staticmethod(erasing)

    stage.changes = apart
    assert sweep(stage, Fate.AFTER, chosen=shared)
