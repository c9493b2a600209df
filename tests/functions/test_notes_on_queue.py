"""A sync through the real worker: the store on DynamoDB, objects on S3, Domino and Zoho simulated."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.notes_vendors import VIEWS, Vendors, vendors
from tests.office_on_aws import SECRET_PREFIX, AwsServer, Context, Sandbox, in_place_of_the_tests_own, sandbox_as_new

CONNECTION, USER = "correio-modelo", "00000000000000a1"


class Sync:
    """A connection to both simulators with one user, everything kept in step both ways."""

    def __init__(self, sandbox: Sandbox, both: Vendors) -> None:
        self.sandbox, self.both, self.runs = sandbox, both, 0
        of = self.of = sandbox.imported
        state, records, settings = of("sincronia.engine.state"), of("notes.records"), of("notes.sync_settings")
        new = state.Connection(CONNECTION, "notes", "Correio Modelo", both.settings, "", "ana", enabled=True)
        sandbox.registering.put_connection(new, [], both.secret, SECRET_PREFIX)
        person = both.domino.first_user
        user = of("notes.mailbox_users").MailboxUser(
            id=USER,
            name=person.name,
            email=person.email,
            login=person.name,
            zone=ZoneInfo("America/Sao_Paulo"),
            databases=dict.fromkeys(records.Module, person.mailbox),
            views={records.Module(module.value): view for module, view in VIEWS.items()},
            crm_owner=both.user.crm_owner,
            secret_name=f"{SECRET_PREFIX}ana",
            excluded={},
        )
        of("notes.store.users").made_user(CONNECTION, user, person.password, 5)
        unscheduled = state.ScheduledFlow(CONNECTION, "notes", "sincronizar", "Sincronizar", {}, None, None, "")
        wanted = settings.SyncSettings(frozenset(records.Module), direction=settings.Direction.BOTH, version=1)
        of("notes.store.settings").keep_settings(CONNECTION, wanted, unscheduled)

    def run(self) -> Any:
        """A run of the sync, as the worker leaves it after its messages."""
        state, runs = self.of("sincronia.engine.state"), self.of("sincronia.store.runs")
        self.runs += 1
        key = state.RunKey(CONNECTION, f"20261129T1200{self.runs:02}000Z-0000000000000001")
        now = self.of("sincronia.clock").now()
        new = state.Run(key, "notes", "sincronizar", "ana", {}, CONNECTION, started_at=now)
        runs.run_out(new).save()
        body = json.dumps({"connection": CONNECTION, "run_id": key.run_id})
        happening = {"Records": [{"messageId": "1", "body": body, "eventSource": "aws:sqs"}]}
        with in_place_of_the_tests_own(self.sandbox.modules):
            assert self.sandbox.on_queue.handler(happening, Context(300)) == {"batchItemFailures": []}
        return runs.stored_run(key)


@pytest.fixture
def sync(aws: AwsServer) -> Iterator[Sync]:
    aws.emptied("notes")
    with vendors() as both:
        yield Sync(sandbox_as_new(time.time, integration="notes"), both)


def test_a_sync_writes_what_is_new_and_the_next_one_nothing(sync: Sync) -> None:
    before = len(sync.both.zoho.rows("contacts"))

    first = sync.run()
    written = _rows(sync.both)
    second, third = sync.run(), sync.run()

    assert (first.phase, first.result, first.problem) == ("done", "success", None)
    assert len(sync.both.zoho.rows("contacts")) > before
    assert (second.phase, second.result, third.phase, third.result) == ("done", "success", "done", "success")
    assert _rows(sync.both) == written
    assert sum(tally.planned for tally in third.tallies.values()) == 0  # the second took in our own versions


def test_a_mailbox_that_comes_back_empty_is_held_by_the_brake(sync: Sync) -> None:
    sync.run()
    linked = len(sync.both.zoho.rows("contacts"))
    keys = [row["unid"] for row in sync.both.domino.rows("contacts")]
    sync.both.domino.edit("contacts", {"remove": keys})

    run = sync.run()

    assert run.phase == "brake"
    assert len(sync.both.zoho.rows("contacts")) == linked


def test_a_wrong_password_is_told_and_nothing_is_written(sync: Sync) -> None:
    [user] = sync.of("notes.store.users").stored_users(CONNECTION)
    sync.of("sincronia.store.aws").secrets_manager().put_secret_value(
        SecretId=user.secret_name, SecretString='{"password": "x"}'
    )
    before = len(sync.both.zoho.rows("contacts"))

    run = sync.run()

    assert len(run.progress["aside"]) == 3
    assert len(sync.both.zoho.rows("contacts")) == before


def test_a_new_password_holds_from_the_next_run_on(sync: Sync) -> None:
    sync.run()
    [user] = sync.of("notes.store.users").stored_users(CONNECTION)
    sync.both.domino.set_password(sync.both.domino.first_user.name, "senha-nova-2")
    sync.of("notes.store.users").change_password(CONNECTION, user.id, user.email, "senha-nova-2")

    run = sync.run()

    assert (run.result, run.progress.get("aside")) == ("success", None)


def _rows(both: Vendors) -> list[Any]:
    kinds = ("contacts", "tasks", "events")
    return [vendor.rows(kind) for vendor in (both.domino, both.zoho) for kind in kinds]
