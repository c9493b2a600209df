"""A mailbox and a CRM whose workers may die: how both and every table look when all is quiet, what always holds."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from local.vendors.domino import DominoSimulator
from local.vendors.zoho import ZohoSimulator
from local.vendors.zoho_modules import CUSTOM_NAMES
from tests.crash.asms_world import steady
from tests.crash.scenario import tables
from tests.crash.zen_world import VOLATILE as OF_RUNS
from tests.notes_vendors import VIEWS
from tests.office_on_aws import (
    SECRET_PREFIX,
    START,
    AwsServer,
    OfficeOnAws,
    Sandbox,
    clock_of,
    in_place_of_the_tests_own,
    sandbox_as_new,
)

CONNECTION, USER = "correio-modelo", "00000000000000a1"
SYNC = "sincronizar"
KINDS = ("contacts", "tasks", "events")

# What may differ between a disturbed and an undisturbed run.
VOLATILE = (OF_RUNS - {"id"}) | {
    *("brought_back_at", "made_at", "decided_at"),  # who comes later is later
    *("lane", "changed", "revision"),  # steps, and how often they were taken
    *("a_version", "b_version"),  # compared with what the sides say now
    *("catalogues", "cursors"),  # objects under the lease, and moments
    *("modified", "last-modified", "Modified_Time", "Created_Time", "Closed_Time", "deleted_time"),  # by both clocks
}


class MailboxesInDanger(OfficeOnAws):
    """One user of both systems with a clock to move, and whoever is called in the place of who died."""

    def __init__(self, aws: AwsServer, domino: DominoSimulator, zoho: ZohoSimulator) -> None:
        self.aws, self.domino, self.zoho = aws, domino, zoho
        self.now = START
        self.changes: Callable[[Sandbox], None] | None = None
        self.asked = 0  # runs that people asked for
        self.queue_url = os.environ["RUN_QUEUE_URL"]
        self.sandbox = self.new_sandbox()

    def new_sandbox(self) -> Sandbox:
        """A new execution environment, with the mutant's changes where there is one."""
        return sandbox_as_new(clock_of(self), self.changes, "notes")

    def inside(self, sandbox: Sandbox | None = None) -> AbstractContextManager[None]:
        """The product's modules are those of the environment: pydantic looks for types by their modules' names."""
        return in_place_of_the_tests_own((sandbox or self.sandbox).modules)

    def of(self, name: str) -> Any:
        """One of the product's modules."""
        return self.sandbox.imported(name)

    def tick(self, sandbox: Sandbox | None = None) -> None:
        """See OfficeOnAws."""
        with self.inside(sandbox):
            super().tick(sandbox)

    def handle(self, happening: dict[str, Any], sandbox: Sandbox | None = None, seconds: float = 300) -> bool:
        """See OfficeOnAws."""
        with self.inside(sandbox):
            return super().handle(happening, sandbox, seconds)

    @property
    def mailbox(self) -> str:
        """The path of the user's database."""
        return self.domino.first_user.mailbox

    def join(self, *modules: str, winner: str = "crm", minutes: int | None = 60) -> None:
        """Puts the connection, its user and its settings, both ways; `minutes`: between two syncs."""
        state, records, settings = map(self.of, ("sincronia.engine.state", "notes.records", "notes.sync_settings"))
        own = {"domino_address": self.domino.url, "zoho_address": self.zoho.url, "licence": 2}
        new = state.Connection(
            CONNECTION, "notes", "Correio Modelo", own | {"crm_fields": dict(CUSTOM_NAMES)}, "", "ana", enabled=True
        )
        secret = {f"zoho_{name}": value for name, value in self.zoho.credentials.items()}
        person = self.domino.first_user
        user = self.of("notes.mailbox_users").MailboxUser(
            id=USER,
            name=person.name,
            email=person.email,
            login=person.name,
            zone=ZoneInfo("America/Sao_Paulo"),
            databases=dict.fromkeys(records.Module, person.mailbox),
            views={records.Module(module.value): view for module, view in VIEWS.items()},
            crm_owner=self.zoho.rows("users")[0]["id"],
            secret_name="",
            excluded={},
        )
        wanted = settings.SyncSettings(
            frozenset(map(records.Module, modules)),
            direction=settings.Direction.BOTH,
            winner=settings.Winner(winner),
            version=1,
        )
        hourly = state.ScheduledFlow(CONNECTION, "notes", SYNC, "Sincronizar", {}, minutes, minutes and self.now, "")
        with self.inside():
            self.sandbox.registering.put_connection(new, [], secret, SECRET_PREFIX)
            self.of("notes.store.users").made_user(CONNECTION, user, person.password, 2)
            self.of("notes.store.settings").keep_settings(CONNECTION, wanted, hourly)

    def ask(self, flow: str, **filters: Any) -> None:
        """A person asks for a run, which the next tick queues."""
        state, self.asked = self.of("sincronia.engine.state"), self.asked + 1
        at = datetime.fromtimestamp(self.now, UTC)
        key = state.RunKey(CONNECTION, f"{at:%Y%m%dT%H%M%S}000Z-{self.asked:016x}")
        run = state.Run(key, "notes", flow, "ana", filters, CONNECTION, started_at=self.now, wake_at=self.now)
        with self.inside():
            self.of("sincronia.store.runs").run_out(run).save()

    def worked_off(self) -> dict[str, Any]:
        """What is due is done, by a tick and every message; gives the newest run's row, which was a success."""
        self.tick()
        while self.deliver():
            pass
        run = self.run()
        assert (run["phase"], run["result"]) == ("done", "success"), run
        return run

    def cancel(self) -> None:
        """A person wants the newest run to end, and it does."""
        run = self.run()
        with self.inside():
            key = self.of("sincronia.engine.state").RunKey(CONNECTION, run["run_id"])
            self.sandbox.on_queue.store.ask_to_cancel(key, "ana")
        self.tick()
        while self.deliver():
            pass
        assert self.run()["phase"] == "done"

    def in_step(self) -> dict[str, Any]:
        """Both sides agree, and that is known; gives the last run's row."""
        for _ in range(2):
            waits = [float(row["wake_at"]) for row in self.rows("connections") if "wake_at" in row]
            self.now = max([self.now + 1_800.0, *waits])
            if not waits:
                self.ask(SYNC)
            run = self.worked_off()
        assert not [row for row in self.rows("links") if "writing" in row["kept"]]
        return run

    def agreed(self) -> dict[str, Any]:
        """Of each pair: whether each side says what the pair holds, and whether that is of the version it has now."""
        opening = self.of("sincronia.engine.flow").Opening
        state, two_way, pairs = map(
            self.of, ("sincronia.store.connections", "sincronia.engine.two_way", "notes.store.pairs")
        )
        print_of, found = self.of("notes.syncing.catalogue").print_of, dict[str, Any]()
        with self.inside():
            connection = state.registered(CONNECTION).connection
            secrets = self.sandbox.on_queue.secrets
            opened = self.of("notes.connection").open_records(
                opening(connection.settings, secrets.fields(connection.secret_name), {}, self.now + 60), secrets
            )
            [user] = self.of("notes.store.users").stored_users(CONNECTION)
            for module in self.of("notes.records").Module:
                stored = list(pairs.stored_pairs(CONNECTION, USER, module))
                for side in two_way.Side if stored else ():
                    records = opened(user, module, side, self.now + 60)
                    shown = {one.id: one for one in records.read([one.pair.held(side).id for one in stored])}
                    for one in stored:
                        held = one.pair.held(side)
                        now = shown.get(held.id)
                        said = now is not None and print_of(now) == held.fingerprint
                        current = now is not None and held.version in {"", now.version}
                        found[f"{module} {side} {one.label} {held.id}"] = (said, current)
        return found


@contextmanager
def mailboxes_in_danger(aws: AwsServer) -> Iterator[MailboxesInDanger]:
    """A mailbox and a CRM with nothing in them."""
    aws.emptied("notes")
    place: list[MailboxesInDanger] = []

    def now() -> datetime:
        return datetime.fromtimestamp(place[0].now if place else START, UTC)

    sizes: dict[str, Any] = {"contacts": 0, "tasks": 0, "events": 0}
    with DominoSimulator(users=1, **sizes, now=now) as domino, ZohoSimulator(users=1, **sizes, now=now) as zoho:
        zoho.set_limits()  # by the place's clock all happens within minutes
        place.append(MailboxesInDanger(aws, domino, zoho))
        yield place[0]


def world(place: MailboxesInDanger, creates: Mapping[str, int]) -> dict[str, Any]:
    """Every row of both sides and of every table, without what is volatile. A run's id stands as its place."""
    found: dict[str, Any] = {}
    for vendor, simulator in (("domino", place.domino), ("zoho", place.zoho)):
        for kind in KINDS:
            found[f"{vendor} {kind}"] = [steady(row, VOLATILE) for row in simulator.rows(kind)]
    found["invitations"] = place.domino.rows("invitations")
    runs = sorted(str(row["run_id"]) for row in place.rows("runs"))
    for table in tables(place.aws):
        texts = []
        for row in place.rows(table):
            text = json.dumps(steady(row, VOLATILE), sort_keys=True, ensure_ascii=False)
            for number, run_id in reversed([*enumerate(runs)]):
                text = text.replace(run_id, f"run {number}")
            texts.append(text)
        found[table] = [json.loads(text) for text in sorted(texts)]
    found["agreed"] = place.agreed()
    found["queued"] = place.message()
    found["creates"] = dict(creates)
    return found


def conserved(place: MailboxesInDanger) -> None:
    """The law of conservation, on every lane of every run; no act that took a content away has no entry of it."""
    entries = {row["id"] for row in place.rows("mailboxes") if row["scope"] == f"{CONNECTION}#losers"}
    for run in place.rows("runs"):
        remaining = run["position"] if run["phase"] in {"apply", "brake", "done"} else 0
        for tally in json.loads(run["tallies"]).values():
            done = min(remaining, tally["planned"])
            remaining -= done
            assert tally["received"] == sum(tally["counters"].values()) + tally["planned"] - done, run
    for row in place.rows("outcomes"):
        named = steady(row).get("kept", {}).get("loser", {"S": ""})
        entry = named["S"] if isinstance(named, dict) else named
        assert not entry or entry in entries, f"no entry {entry}: {row}"
