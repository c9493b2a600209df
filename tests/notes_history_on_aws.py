"""What the routes of results, conflicts, links and meetings show, kept straight in the store, and who asks for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from pynamodb.transactions import TransactWrite

from tests.office_on_aws import SECRET_PREFIX, START, Sandbox, in_place_of_the_tests_own
from tests.routes_on_aws import Answer, RoutesOnAws

CONNECTION = "correio-modelo"
ONE = f"/integrations/notes/connections/{CONNECTION}"
RESULTS, CONFLICTS, PAIRS, MEETINGS = (f"{ONE}/{name}" for name in ("results", "conflicts", "pairs", "meetings"))
DAY = 86400


class NotesHistory(RoutesOnAws):
    """An execution environment of notes.on_http, and people with mailboxes. Time is START."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox, "notes", asking="read_results", sending="schedule_meeting")
        self.sandbox.of("sincronia.clock").now = lambda: START
        self.connect()

    def handled(self, happening: dict[str, Any]) -> Answer:
        with in_place_of_the_tests_own(self.sandbox.modules):  # pydantic looks for types by their modules' names
            return super().handled(happening)

    def of(self, name: str) -> Any:
        """One of the product's modules."""
        return self.sandbox.imported(name)

    def connect(self, settings: Mapping[str, Any] | None = None, *, enabled: bool = True) -> None:
        """Puts the connection, or changes it."""
        state = self.of("sincronia.engine.state")
        whole = {"domino_address": "https://domino.exemplo.com.br"} | dict(settings or {})
        new = state.Connection(CONNECTION, "notes", "Correio Modelo", whole, "", "ana", enabled=enabled)
        self.sandbox.registering.put_connection(new, [], {}, SECRET_PREFIX)

    def switched_off(self) -> None:
        """The connection is disabled."""
        self.connect(enabled=False)

    def user(self, name: str, excluded: Sequence[str] = ()) -> str:
        """Somebody with a mailbox and a token of their own, who calls with `role=name`; gives the token's id."""
        auth = self.of("sincronia.auth")
        text, token = auth.made(name.capitalize(), auth.Role("operator"), None, "operator:ana")
        self.of("sincronia.store.tokens").keep_token(token)
        self.tokens[name], self.ids[name] = str(text), str(token.id)
        users, records = self.of("notes.mailbox_users"), self.of("notes.records")
        self.keep_user(
            users.MailboxUser(
                id=token.id,
                name=name.capitalize(),
                email=f"{name}@escritorio.example",
                login=name,
                zone=ZoneInfo("America/Sao_Paulo"),
                databases=dict.fromkeys(records.Module, "mail/a.nsf"),
                views={},
                crm_owner="1",
                secret_name=f"{SECRET_PREFIX}{name}",
                excluded={records.Module("contacts"): frozenset(excluded)},
            )
        )
        return self.ids[name]

    def keep_user(self, user: Any) -> None:
        """Keeps a user as a new one."""
        self.of("notes.store.users").made_user(CONNECTION, user, "senha", 100)

    def saved(self, modules: Sequence[str]) -> None:
        """Saves settings by which these modules are kept in step."""
        settings, state = self.of("notes.sync_settings"), self.of("sincronia.engine.state")
        named = frozenset(map(self.of("notes.records").Module, modules))
        unscheduled = state.ScheduledFlow(CONNECTION, "notes", "sincronizar", "Sincronizar", {}, None, None, "")
        new = settings.SyncSettings(modules=named, version=1)
        self.of("notes.store.settings").keep_settings(CONNECTION, new, unscheduled)

    def mailboxes(self) -> Any:
        """The store, as the sync writes it."""
        return self.of("notes.store.mailboxes").DynamoMailboxes()

    def conflict(self, entry: str, user: str, *, at: str, module: str = "contacts", brought_back_at: str = "") -> None:
        """A contact, or a task, that a conflict has overwritten in the CRM."""
        records, settings = self.of("notes.records"), self.of("notes.sync_settings")
        contact = records.Contact(last_name="Lima", email="carla@escritorio.example")
        loser = self.of("notes.ports").Loser(
            id=entry,
            user=user,
            module=records.Module(module),
            side=settings.CRM,
            record_id="c1",
            label="Lima",
            content=contact if module == "contacts" else records.Task("Ligar"),
            stands=records.Contact(last_name="Lima", email="carla@escritorio.example", title="Gerente"),
            why="conflict",
            at=at,
            run_id="20261122T080000000Z-0000000000000001",
            brought_back_at=brought_back_at,
            brought_back_by=user if brought_back_at else "",
        )
        self.committed(self.mailboxes().loser_kept(CONNECTION, loser))

    def linked(self, user: str, module: str, notes_id: str, crm_id: str) -> None:
        """Two records that are one."""
        two_way, ports = self.of("sincronia.engine.two_way"), self.of("notes.ports")
        held = [two_way.Held(each, "1", "f", "k") for each in (notes_id, crm_id)]
        stored = ports.StoredPair(two_way.Pair(*held), "Lima")
        of = self.of("notes.records").Module(module)
        self.committed(*self.mailboxes().pair_kept(CONNECTION, user, of, None, stored))

    def synced(self, user: str, *, days_ago: int, skipped: Mapping[str, int] | None = None, **numbers: int) -> str:
        """A run that has written that many contacts of a user's to the CRM, the one that was started last; its id."""
        state, counts = self.of("sincronia.engine.state"), self.of("notes.syncing.counts")
        names, crm = self.of("notes.flow_names"), self.of("notes.sync_settings").CRM
        more = Counter({(crm, what, ""): number for what, number in numbers.items()})
        more.update({(crm, "skipped", code): number for code, number in (skipped or {}).items()})
        at = START - days_ago * DAY
        moment = self.of("sincronia.clock").iso(at).replace("-", "").replace(":", "").replace(".", "")
        key = state.RunKey(CONNECTION, f"{moment}-{user}")
        run = state.Run(
            key=key,
            integration="notes",
            flow=names.SYNC,
            trigger="schedule",
            filters={},
            audience=CONNECTION,
            started_at=at,
            phase=state.Phase.DONE,
            result=state.Result.SUCCESS,
            concluded_at=at + 60,
            progress=counts.with_counts({}, names.entity(self.of("notes.records").Module.CONTACTS, user), more),
        )
        self.of("sincronia.store.runs").run_out(run).save()
        item = self.of("sincronia.store.connections").ConnectionItem
        item(CONNECTION, f"FLOW#{names.SYNC}", integration="notes", active_run=key.run_id).save()
        return str(key.run_id)

    def runs(self) -> list[str]:
        """The ids of all runs."""
        return sorted(item.run_id for item in self.of("sincronia.store.runs").RunItem.query(CONNECTION))

    def ended(self, run_id: str, result: str) -> None:
        """A run has come to its end."""
        state, store = self.of("sincronia.engine.state"), self.of("sincronia.store.runs")
        run = store.stored_run(state.RunKey(CONNECTION, run_id))
        done = replace(run, phase=state.Phase.DONE, result=state.Result(result), concluded_at=START)
        store.run_out(done).save()

    def committed(self, *actions: Any) -> None:
        """One transaction of these."""
        with TransactWrite(connection=self.of("sincronia.store.connected").dynamodb) as transaction:
            for action in actions:
                action(transaction)
