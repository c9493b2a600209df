"""A network of stores in which workers and requests may die: how it looks when all is quiet, what always holds."""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from hashlib import blake2b
from typing import Any

from local.vendors.webhook_sender import Delivery
from tests.crash.asms_world import steady
from tests.crash.scenario import tables
from tests.office_on_aws import START, AwsServer, Sandbox, clock_of, sandbox_as_new
from tests.promob_on_aws import LATE, PromobHttp
from tests.promob_worker_on_aws import CONNECTION, PromobWorker
from tests.routes_on_aws import RoutesOnAws

# What may differ between a disturbed and an undisturbed run.
VOLATILE = {
    *("at", "changed", "changed_at", "created_at", "decided_at", "concluded_at", "imported_at", "received_at"),
    *("released_at", "accessed_at", "expiration", "expires_at", "in_progress_expiration"),  # who comes later is later
    *("told_at", "synced"),  # by Promob's clock
    "body_hash",  # a body says when it was sent
    "Projeto no Promob", "Cliente no Promob",  # the log tells them of what is found, after a death before it was told
}  # fmt: skip
_MOMENT = re.compile(r"\d{4}-?\d\d-?\d\dT\d\d:?\d\d:?\d\d\.?\d*Z(-[0-9a-f]{16})?")  # alone, or with an id's rest
_NUMBERED = re.compile(r"ocorrência: \d+")  # who died after it was given a number leaves it out
_MADE_IN_PROMOB = re.compile(r"[CP]-9\d{5}")

Event = tuple[str, dict[str, Any]]  # of Promob's, with its id


class Requests(PromobHttp):
    """Who asks the routes of an execution environment."""

    def __init__(self, network: NetworkOnAws, sandbox: Sandbox) -> None:
        RoutesOnAws.__init__(self, sandbox, "promob", asking="read_store", sending="create_store")
        self.network = network
        self.tokens, self.ids = network.tokens, network.token_ids
        for name in LATE:
            sandbox.imported(name)


class NetworkOnAws(PromobWorker):
    """A network of stores with a clock to move, and whoever is called in the place of who died."""

    def __init__(self, aws: AwsServer) -> None:
        self.changes: Callable[[Sandbox], None] | None = None
        self.now = START
        self.tokens: dict[str, str] = {}  # of who asks, by name
        self.token_ids: dict[str, str] = {}
        self.ids: dict[str, str] = {}  # of what there is, by what the scenario calls it
        self.told = 0  # events of Promob's
        self.events = list[Event]()  # the last ones
        self.has_occurrences = False
        super().__init__(aws, self.new_sandbox())

    def new_sandbox(self) -> Sandbox:
        """A new execution environment, with the mutant's changes where there is one; who is called there is later."""
        self.now += 0.001
        self.sandbox = sandbox_as_new(clock_of(self), self._changed, "promob")
        self.on_webhook = self.sandbox.of("promob.on_webhook")
        return self.sandbox

    def _changed(self, sandbox: Sandbox) -> None:
        # SQS knows what was sent for five minutes of the place's clock; the server here goes by a clock of its own.
        queue, clock = sandbox.of("sincronia.store.hint_queue"), sandbox.of("sincronia.clock")
        once = queue._once
        queue._once = lambda hint, turn: once(hint, f"{turn} {clock.now() // 300}")
        if self.changes:
            self.changes(sandbox)

    def requests(self, sandbox: Sandbox | None = None) -> Requests:
        """Who asks the routes."""
        return Requests(self, sandbox or self.sandbox)

    def happens(self, what: Callable[[NetworkOnAws], object]) -> list[Event]:
        """People work in Promob; gives the events that it has to tell, with their ids."""
        events = list[Event]()

        def keep(_address: str, body: bytes, _headers: Mapping[str, str]) -> tuple[int, bytes]:
            self.told += 1
            events.append((f"msg_{self.told}", json.loads(body)))
            return 202, b""

        self.promob.sender.post = keep
        what(self)
        return events

    def tell(self, sandbox: Sandbox, event_id: str, event: Mapping[str, Any]) -> Delivery:
        """Promob's webhook."""
        self.on_webhook = sandbox.imported("promob.on_webhook")
        self.promob.sender.post = self._post
        return self.promob.sender.send(event, event_id)

    def tell_all(self, what: Callable[[NetworkOnAws], object]) -> None:
        """People work in Promob, and all that follows from it is done."""
        for event_id, event in self.happens(what):
            assert self.tell(self.sandbox, event_id, event).status == 200
        self.work_off()

    def forget(self, keys: set[str]) -> None:
        """Takes the objects away that are none of these, so that nothing is there before its time."""
        for key in {*self.objects(), *self.objects("hints/")} - keys:
            self.aws.s3.delete_object(Bucket=os.environ["DATA_BUCKET"], Key=key)


def world(place: NetworkOnAws, creates: Mapping[str, int]) -> dict[str, Any]:
    """Every row of Promob and of every table, and the objects, without what is volatile.

    What is made gets another id in each run: it stands as its name. An id that says when something was is left out.
    """
    rows = {table: place.rows(table) for table in tables(place.aws)}
    rows["requests"] = [row for row in rows["requests"] if not row["id"].startswith("http#")]  # answers, kept for a day
    names = _names(place, rows["projects"]) | _objects_of_occurrences(place)
    found: dict[str, Any] = {
        f"promob {kind}": _told(place.promob.rows(kind), names) for kind in ("customers", "projects", "user-links")
    }
    found |= {table: _told([_row(row) for row in each], names) for table, each in rows.items()}
    found["objects"] = _told(place.objects(), names)
    found["queued"] = place.message()
    found["creates"] = dict(creates)
    return found


def _told(rows: list[Any], names: Mapping[str, str]) -> list[Any]:
    texts = [json.dumps(steady(row, VOLATILE), sort_keys=True, ensure_ascii=False) for row in rows]
    return [json.loads(text) for text in sorted(_named(text, names) for text in texts)]


def _named(text: str, names: Mapping[str, str]) -> str:
    for one, name in names.items():
        text = text.replace(one, name)
    return unnumbered(_MOMENT.sub("…", text))


def unnumbered(text: str) -> str:
    """A text that doesn't say which occurrence something is."""
    return _NUMBERED.sub("ocorrência: n", text)


def _row(row: dict[str, Any]) -> dict[str, Any]:
    """A row without what differs by who was first, by which project a request names, and by numbers that were left
    out by who died after they were given.
    """
    if str(row.get("id")).startswith("asked#"):
        return {"id": "asked"}
    kind = str(row.get("scope")).partition("#")[2].partition("#")[0]
    if kind == "history":  # of one moment, its place among others'
        return row | {"item": ""}
    if kind == "counters":
        return row | {"version": "n"}
    if kind == "budgets":
        return row | {"value": json.loads(row["value"]) | {"number": "n"}}
    if kind == "projects":
        value = json.loads(row["value"])
        for one in value.get("environments", ()):
            if "occurrence" in one:
                one["occurrence"]["number"] = "n"
        return row | {"value": value}
    return row


def _names(place: NetworkOnAws, rows: list[dict[str, Any]]) -> dict[str, str]:
    """What stands for each id that another run may give to something else."""
    names, budgets = dict[str, str](), list[tuple[int, str]]()
    for row in rows:
        kind = row["scope"].partition("#")[2]
        if kind in {"customers", "projects"}:
            value = json.loads(row["value"])
            names[row["item"]] = value["name"]
            names |= {one["id"]: f"{value['name']} – {one['name']}" for one in value.get("environments", ())}
        elif kind == "budgets":
            budgets.append((json.loads(row["value"])["number"], row["item"]))
    names |= {item: f"budget {number}" for number, (_, item) in enumerate(sorted(budgets))}
    for kind in ("customers", "projects"):
        for row in place.promob.rows(kind):
            if _MADE_IN_PROMOB.fullmatch(row["id"]):
                names[row["id"]] = f"promob's {row['name']}"
    return names


def _objects_of_occurrences(place: NetworkOnAws) -> dict[str, str]:
    """What stands for the names of objects whose lines name an occurrence: a name that doesn't go by its number."""
    names = {}
    for key in place.objects() if place.has_occurrences else ():
        packed = place.aws.s3.get_object(Bucket=os.environ["DATA_BUCKET"], Key=key)["Body"].read()
        text = gzip.decompress(packed).decode()
        if _NUMBERED.search(text):
            name = key.rpartition("/")[2].partition(".")[0]
            names[name] = blake2b(unnumbered(text).encode()).hexdigest()
    return names


def agree(place: NetworkOnAws) -> None:
    """At any moment projects, their versions, locks, notifications, objects, and what waits to be told say the same."""
    rows, objects = place.rows("projects"), set(place.objects())
    locks = {row["identity"]: row["record"] for row in place.rows("identities") if "record" in row}
    opened = [row for row in place.rows("notifications") if "page" in row and not row.get("concluded_at")]
    going = {row["hint"]["record"] for row in place.log() if row["state"] != "done" and "record" in row["hint"]}
    consequences, form = place.of("promob.consequences"), place.of("promob.store.project_rows").PROJECTS
    with place.inside():
        projects = [form.validate_json(row["value"]) for row in rows if row["scope"] == f"{CONNECTION}#projects"]
    wrong = [f"no object {name}" for name in _objects(rows) - objects]
    held = dict[str, str]()
    for project in projects:
        for one in project.environments:
            numbers = [int(row["item"]) for row in rows if row["scope"] == f"{CONNECTION}#versions#{one.id}"]
            current = one.current.number if one.current else 0
            if sorted(numbers) != [*range(1, current + 1)]:
                wrong.append(f"{one.name}: versions {numbers}, of which {current} is current")
            page = consequences.environment_path(CONNECTION, project.id, one.id)
            told = [row["id"] for row in opened if row["page"] == page]
            if told != ([one.notified] if one.notified else []) or bool(told) != (
                consequences.need_of(project, one) is not None
            ):
                wrong.append(f"{one.name} needs {one.need}, and {told} are open")
            if consequences._is_to_be_told(project, one) and f"{project.id}-{one.id}" not in going:
                wrong.append(f"{one.name} is to be told, and no hint is on its way")
            if one.promob_id:
                held[f"promob_project#{one.promob_id}"] = f"environment#{project.id}-{one.id}"
    locked = {value: record for value, record in locks.items() if value.startswith("promob_project#")}
    if locked != held:
        wrong.append(f"locks {locked}, environments {held}")
    assert not wrong, wrong


def _objects(rows: list[dict[str, Any]]) -> set[str]:
    """The keys of the objects that rows name."""
    return {
        f"promob/{CONNECTION}/{name}.json.gz" for row in rows for name in _names_in(json.loads(row.get("value", "{}")))
    }


def _names_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in {"items", "lines"} and isinstance(inner, str) and inner:
                yield inner
            else:
                yield from _names_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _names_in(inner)
