"""The table of privacy requests.

| scope | item | row |
| --- | --- | --- |
| requests | request's id | the request; `left` counts the connections whose part has not ended |
| request#id | PERSON | whom it is about, while it is at work; after a week at the latest it goes by itself |
| request#id | PART#connection | what became of it there |
| person#hash | request's id | that it was about this person; the hash is keyed, and tells nobody who that is |

Requests and parts stay: they prove that what was asked for was done. Nothing of them names the person.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from sincronia import clock, settings
from sincronia.answers import problem_in, problem_out
from sincronia.engine.flow import Identity
from sincronia.engine.hints import compact
from sincronia.engine.privacy import Holdings, KnownBy, Named, Person, Purpose, Subject
from sincronia.engine.privacy_task import Asked, Part, is_open, part_run
from sincronia.engine.state import Phase, Run, RunKey
from sincronia.store.aws import S3Objects, s3
from sincronia.store.connected import Table, dynamodb
from sincronia.store.connections import registered
from sincronia.store.identities import holders_of
from sincronia.store.links import LinkItem
from sincronia.store.listing import After, Listed, listed
from sincronia.store.runs import RunItem, run_out

PERSON_DAYS = 7  # that it is known whom a request is about, at the latest
_TOGETHER = 90  # runs of a transaction
_MOST_RECORDS = 1000  # of one person at one connection
_OPEN_HOURS = 48  # longer than a run goes on that waits for nobody
_REQUESTS, _PERSON, _PART = "requests", "PERSON", "PART#"


class PrivacyRow(Table):
    """A row. `value` is what it holds, as JSON."""

    class Meta:
        table_name = settings.table("privacy")

    scope = UnicodeAttribute(hash_key=True)
    item = UnicodeAttribute(range_key=True)
    value = JSONAttribute(null=True)
    left = NumberAttribute(null=True)
    expires_at = NumberAttribute(null=True)


@dataclass(frozen=True, slots=True)
class Place:
    """A connection that a request is carried out at, as it was called then."""

    connection: str
    integration: str
    name: str


@dataclass(frozen=True, slots=True)
class PrivacyRequest:
    """A request. `person` is the keyed hash of whom it is about; `left`: parts that have not ended."""

    id: str  # sorts by time
    purpose: Purpose
    known_by: KnownBy
    person: str
    by: str  # the token's id, and what the token was called then
    author: str
    asked_at: str
    places: tuple[Place, ...]
    left: int

    @property
    def connections(self) -> frozenset[str]:
        """Where it is carried out."""
        return frozenset(place.connection for place in self.places)


def keep_request(request: PrivacyRequest, whom: Subject) -> bool:
    """Makes a run for each connection, and then the request with whom it is about; False where it was there already.

    Whoever dies between leaves runs whose request never comes: they end by themselves, and have done nothing.
    """
    runs = iter(part_run(place.connection, place.integration, request.id, request.by) for place in request.places)
    while some := list(islice(runs, _TOGETHER)):
        _made(some)
    value = {
        "purpose": request.purpose.value,
        "known_by": request.known_by.value,
        "person": request.person,
        "by": request.by,
        "author": request.author,
        "asked_at": request.asked_at,
        "places": [[place.connection, place.integration, place.name] for place in request.places],
    }
    expires_at = int(clock.now()) + PERSON_DAYS * 86400
    said = {"known_by": whom.known_by.value, "value": whom.value}
    try:
        with TransactWrite(connection=dynamodb) as transaction:
            transaction.save(
                PrivacyRow(_REQUESTS, request.id, value=value, left=request.left),
                condition=PrivacyRow.item.does_not_exist(),
            )
            if request.places:
                transaction.save(PrivacyRow(_scope(request.id), _PERSON, value=said, expires_at=expires_at))
            transaction.save(PrivacyRow(f"person#{request.person}", request.id))
    except TransactWriteError as error:
        if error.cause_response_code != "TransactionCanceledException" or stored_request(request.id) is None:
            raise
        return False
    return True


def _made(runs: Iterable[Run]) -> None:
    """Makes runs; those that the same request made before stay as they are."""
    new = [run for run in runs if not _is_made(run.key)]
    if not new:
        return
    with TransactWrite(connection=dynamodb) as transaction:
        for run in new:
            item = run_out(run)
            item.month = "-"  # no month lists it
            transaction.save(item, condition=RunItem.run_id.does_not_exist())


def _is_made(key: RunKey) -> bool:
    return RunItem.count(key.connection, RunItem.run_id == key.run_id, consistent_read=True) > 0


def stored_request(request: str) -> PrivacyRequest | None:
    """A request, read consistently."""
    try:
        return _request_in(PrivacyRow.get(_REQUESTS, request, consistent_read=True))
    except PrivacyRow.DoesNotExist:
        return None


def requests_page(limit: int, after: After | None) -> Listed[PrivacyRequest]:
    """A page of requests, the newest first."""
    return listed(
        lambda start: PrivacyRow.query(
            _REQUESTS, limit=limit, scan_index_forward=False, last_evaluated_key=start, consistent_read=True
        ),
        _request_in,
        after,
        partition={"scope": _REQUESTS},
        names=frozenset({"item"}),
    )


def parts_of(request: str) -> dict[str, Part]:
    """What became of a request so far, by connection."""
    rows = PrivacyRow.query(_scope(request), PrivacyRow.item.startswith(_PART), consistent_read=True)
    return {part.connection: part for part in map(_part_in, rows)}


def requests_about(person: str) -> list[str]:
    """The ids of the requests about a person, the oldest first."""
    return [row.item for row in PrivacyRow.query(f"person#{person}", consistent_read=True)]


class DynamoRequests:
    """Implements sincronia.engine.privacy_task.Requests."""

    def asked(self, request: str) -> Asked | None:
        found = stored_request(request)
        return Asked(found.id, found.purpose, found.connections) if found else None

    def subject(self, request: str) -> Subject | None:
        try:
            value = PrivacyRow.get(_scope(request), _PERSON, consistent_read=True).value
        except PrivacyRow.DoesNotExist:
            return None
        return Subject(KnownBy(value["known_by"]), value["value"])

    def concluded(self, request: str, part: Part) -> tuple[Callable[[Any], None], ...]:
        row = PrivacyRow(_scope(request), f"{_PART}{part.connection}", value=_part_out(part))
        of_request, found = PrivacyRow(_REQUESTS, request), stored_request(request)
        left = found.left if found else 0
        writes: list[Callable[[Any], None]] = [
            lambda transaction: transaction.save(row, condition=PrivacyRow.item.does_not_exist()),
            lambda transaction: transaction.update(
                of_request, [PrivacyRow.left.set(left - 1)], condition=PrivacyRow.left == left
            ),
        ]
        if left == 1:  # nobody needs to know any more whom it was about
            writes.append(lambda transaction: transaction.delete(PrivacyRow(_scope(request), _PERSON)))
        return tuple(writes)


def concluded_with_connection(run: Run) -> None:
    """Where a run of a connection that is being deleted is a request's part: its end, for nothing stays to look at."""
    if not is_open(run):
        return
    request = str(run.filters["request"])
    found = stored_request(request)
    if found is None or run.key.connection not in found.connections - parts_of(request).keys():
        return
    part = Part(run.key.connection, clock.moment(), {}, gone=True)
    with TransactWrite(connection=dynamodb) as transaction:
        for write in DynamoRequests().concluded(request, part):
            write(transaction)


class DynamoHeld:
    """Implements sincronia.engine.privacy_task.Held."""

    def is_there(self, connection: str) -> bool:
        found = registered(connection)
        return found is not None and not found.deleting

    def name(self, connection: str) -> str:
        found = registered(connection)
        return found.connection.name if found else connection

    def busy(self, run: RunKey) -> bool:
        waits = {Phase.DONE.value, Phase.BRAKE.value}
        since = compact(clock.now() - _OPEN_HOURS * 3600)
        lately = RunItem.query(run.connection, RunItem.run_id.between(since, ":"), consistent_read=True)
        return any(other.phase not in waits and other.counted is None for other in lately)  # a day's run only counts

    def person(self, connection: str, whom: Subject, holdings: Holdings) -> Person:
        known = [*_known(connection, whom.identities), *holdings.records(connection, whom)]
        by_key = {(one.entity, one.id): one for one in known}
        labels = dict.fromkeys(by_key, "") | _labels(connection, by_key)
        labels |= {(one.entity, one.id): one.label for one in known if one.label}
        records = (Named(entity, record, labels[entity, record]) for entity, record in sorted(by_key))
        return Person(connection, whom, tuple(records))


def _known(connection: str, identities: Sequence[Identity]) -> Iterable[Named]:
    """The records that have one of the identities."""
    for identity in identities:
        for holder in holders_of(identity, connection, _MOST_RECORDS):
            entity, _, record = holder.partition("#")
            yield Named(entity, record)


def _labels(connection: str, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """What links call the records that have one."""
    wanted = [(f"{connection}#{entity}", record) for entity, record in keys]
    found = LinkItem.batch_get(wanted, consistent_read=True) if wanted else ()
    return {(item.scope.partition("#")[2], item.source_id): item.label for item in found}


class PrivacyFiles(S3Objects):
    """Implements sincronia.engine.privacy_task.Files on the data bucket."""

    def write_document(self, key: str, value: Mapping[str, Any], name: str) -> None:
        s3().put_object(
            Bucket=settings.data_bucket(),
            Key=key,
            Body=json.dumps(value, ensure_ascii=False, indent=2).encode(),
            ContentType="application/json",
            ContentDisposition=f'attachment; filename="{name}"',
        )


def _scope(request: str) -> str:
    return f"request#{request}"


def _request_in(row: PrivacyRow) -> PrivacyRequest:
    value: dict[str, Any] = row.value
    return PrivacyRequest(
        id=row.item,
        purpose=Purpose(value["purpose"]),
        known_by=KnownBy(value["known_by"]),
        person=value["person"],
        by=value["by"],
        author=value["author"],
        asked_at=value["asked_at"],
        places=tuple(Place(*one) for one in value["places"]),
        left=int(row.left or 0),
    )


def _part_out(part: Part) -> dict[str, Any]:
    return {
        "concluded_at": part.concluded_at,
        "found": [[one, several, number] for (one, several), number in part.found.items()],
        "has_file": part.has_file,
        "gone": part.gone,
        "vendors": list(part.vendors),
        "stays": [list(stay) for stay in part.stays],
        "problem": problem_out(part.problem),
    }


def _part_in(row: PrivacyRow) -> Part:
    value: dict[str, Any] = row.value
    return Part(
        connection=row.item.removeprefix(_PART),
        concluded_at=value["concluded_at"],
        found={(one, several): number for one, several, number in value["found"]},
        has_file=value["has_file"],
        gone=value["gone"],
        vendors=tuple(value["vendors"]),
        stays=tuple((what, until) for what, until in value["stays"]),
        problem=problem_in(value["problem"]),
    )
