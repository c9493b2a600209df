"""“Por que este registro está assim?”: the records that a value finds, and their story over all integrations.

The search is posted: what people look for is a CPF or an e-mail, which may stand in no address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, Field

from hub import record_values
from hub.integrated import Integrated, integrations
from hub.record_stories import Read, Told, hint_before, merged, of_hint, of_outcome
from hub.record_values import KINDS, TITLES, ValueKind
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role
from sincronia.engine.flow import Identity, LinkStatus, status_of
from sincronia.engine.hints import HintState
from sincronia.engine.state import Connection, Link, OutcomeKind
from sincronia.identities import punctuated
from sincronia.store.stories import (
    Holder,
    connections_of,
    hints_of_key,
    holders_everywhere,
    links_of,
    outcomes_of_record,
)
from sincronia.web.application import Input, Routes
from sincronia.web.fields import run_url
from sincronia.web.paging import after_of, cursor_of

MOST_RECORDS = 20  # whose stories one search tells
_PLACE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{12}Z#.{1,200}")

routes = Routes("Por quê?")


class KindAnswer(BaseModel):
    """What a value can be."""

    kind: ValueKind
    title: str


class Searchable(BaseModel):
    """What records can be looked up by."""

    kinds: list[KindAnswer]


class Search(Input):
    """What is looked for."""

    value: str = Field(default="", max_length=record_values.LONGEST, description="Com pontuação ou sem ela.")
    kind: ValueKind | None = Field(default=None, description="O que value é; sem isso, é reconhecido pela forma.")
    limit: int = Field(default=30, ge=1, le=100, description="Quantos acontecimentos a página traz, no máximo.")
    cursor: str = Field(default="", max_length=1000, description="O valor de next da página anterior.")


class KnownValue(BaseModel):
    """A value that people know a record by."""

    kind: str
    title: str
    value: str


class FoundRecord(BaseModel):
    """A record that has the value, as one integration keeps it."""

    number: int = Field(description="O que os acontecimentos chamam de record.")
    connection: str
    connection_name: str
    integration: str
    integration_title: str
    lane: str
    lane_title: str
    target: str
    source_id: str
    label: str
    status: LinkStatus | None = Field(description="null, onde nada dele é comparado com outro sistema.")
    last_moved_at: str | None = Field(description="Quando a situação mudou pela última vez.")
    known_by: list[KnownValue]
    url: str | None = Field(description="Onde só ele é mostrado.")


class StoryEvent(BaseModel):
    """One thing that happened to a record: what, why, and what to do."""

    at: str
    record: int
    connection: str
    title: str
    cause: str | None = Field(description="Por que se olhou para o cadastro; null, em uma execução.")
    by: str | None
    outcome: OutcomeKind | HintState
    outcome_title: str
    label: str
    reason: str
    advice: str
    waits_until: str | None
    changed: list[str]
    before: dict[str, Any]
    after: dict[str, Any]
    origin: str | None = Field(description="A linha do arquivo de que ele veio.")
    run_url: str | None


class Stories(Searchable):
    """The records that a value finds, and what happened to them, the newest first."""

    records: list[FoundRecord]
    more_records: bool = Field(description=f"true, onde há mais de {MOST_RECORDS} e os outros não são contados.")
    events: list[StoryEvent]
    next: str | None


@routes.get(
    "/records",
    role=Role.READER,
    summary="Diz por que valores se procura um cadastro",
    page="hub/records.html",
    menu="Por quê?",
)
def read_searchable() -> Searchable:
    """The search is posted to the same place."""
    return Searchable(kinds=_kinds())


@routes.post(
    "/records",
    role=Role.READER,
    summary="Conta a história de um cadastro em todas as integrações",
    answered="Os cadastros com este valor, e o que aconteceu a eles.",
    refuses=("cursor_invalid", *record_values.ANSWERS),
    idempotent=False,
    page="hub/records.html",
)
def search_records(search: Search) -> Stories:
    """Whose CPF, CNPJ, e-mail, contract, login or project it is. Nothing is written, and the value is not logged."""
    before = _place_of(search.cursor)
    wanted = record_values.identities_of(search.value, search.kind)
    found, more = _found(wanted)
    if not found and (doubt := record_values.doubt_about(search.value)):
        raise ProblemError(doubt)
    stories = [_story(one, before, search.limit) for one in found]
    events, after = merged(stories, search.limit)
    numbers = {one.holder: number for number, one in enumerate(found, start=1)}
    return Stories(
        kinds=_kinds(),
        records=[
            _record(one, story, number) for number, (one, story) in enumerate(zip(found, stories, strict=True), 1)
        ],
        more_records=more,
        events=[_event(told, found[numbers[told.record] - 1], numbers[told.record]) for told in events],
        next=cursor_of({"before": after} if after else None),
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """A record with what is known of it."""

    holder: Holder
    connection: Connection
    known: Integrated
    lane: tuple[str, str]
    link: Link | None
    identities: tuple[Identity, ...]


def _kinds() -> list[KindAnswer]:
    return [KindAnswer(kind=kind, title=title) for kind, title in KINDS.items()]


def _place_of(cursor: str) -> str:
    """The place that a cursor names. Raises ProblemError(cursor_invalid)."""
    after = after_of(cursor)
    if after is None:
        return ""
    if after.keys() != {"before"} or not _PLACE.fullmatch(after["before"]):
        raise ProblemError(Problem("cursor_invalid"))
    return after["before"]


def _found(wanted: Iterable[Identity]) -> tuple[list[_Found], bool]:
    """The records that have one of the identities, and whether there are more of them."""
    having: dict[Holder, list[Identity]] = {}
    for identity in wanted:
        for holder in holders_everywhere(identity, MOST_RECORDS + 1):
            having.setdefault(holder, []).append(identity)
    holders = list(having)[:MOST_RECORDS]
    connections = connections_of(holder.connection for holder in holders)
    links = links_of(_key(holder) for holder in holders)
    found = []
    for holder in holders:
        connection = connections.get(holder.connection)
        known = integrations().get(connection.integration) if connection else None
        lane = known.lane(holder.entity) if known else None
        if connection and known and lane:
            link = links.get(_key(holder))
            by = tuple(dict.fromkeys((*(link.identities if link else ()), *having[holder])))
            found.append(_Found(holder, connection, known, lane, link, by))
    return found, len(having) > MOST_RECORDS


def _key(holder: Holder) -> tuple[str, str]:
    return f"{holder.connection}#{holder.entity}", holder.id


def _story(one: _Found, before: str, limit: int) -> Read:
    """What happened to a record before a place: one Query, whatever there is."""
    holder = one.holder
    record = f"{holder.connection}#{holder.entity}#{holder.id}"
    if holder.entity not in one.known.hinted:
        outcomes, more = outcomes_of_record(record, before, limit)
        told = [of_outcome(stored, holder, one.known) for stored in outcomes]
        return Read(told, more, told[-1].place if told else "")
    hints, more = hints_of_key(record, hint_before(before), limit)
    told = [of_hint(stored, holder, one.known) for stored in hints]
    return Read(told, more, told[-1].place if told else "")


def _record(one: _Found, story: Read, number: int) -> FoundRecord:
    """What is known of a record; what people call it says its link, else the newest of its story."""
    holder, link, (title, target) = one.holder, one.link, one.lane
    integration, connection = one.connection.integration, one.connection.id
    return FoundRecord(
        number=number,
        connection=connection,
        connection_name=one.connection.name,
        integration=integration,
        integration_title=one.known.title,
        lane=holder.entity,
        lane_title=title,
        target=target,
        source_id=holder.id,
        label=link.label if link else next((told.label for told in story.told if told.label), ""),
        status=status_of(link.synced or None, link.seen) if link else None,
        last_moved_at=link.at or None if link else None,
        known_by=[_known_by(identity) for identity in one.identities],
        url=_log_url(integration, connection, holder.id) if holder.entity in one.known.hinted else None,
    )


def _known_by(identity: Identity) -> KnownValue:
    value = punctuated(identity.value) if identity.kind in {"cpf", "cnpj"} else identity.value
    return KnownValue(kind=identity.kind, title=TITLES.get(identity.kind, identity.kind), value=value)


def _log_url(integration: str, connection: str, record: str) -> str:
    return f"/integrations/{integration}/logs?{urlencode({'connection': connection, 'record': record})}"


def _event(told: Told, one: _Found, number: int) -> StoryEvent:
    integration, connection = one.connection.integration, one.connection.id
    return StoryEvent(
        at=told.at,
        record=number,
        connection=connection,
        title=told.title,
        cause=told.cause or None,
        by=told.by or None,
        outcome=told.outcome,
        outcome_title=told.outcome_title,
        label=told.label,
        reason=told.reason,
        advice=told.advice,
        waits_until=told.waits_until or None,
        changed=list(told.changed),
        before=dict(told.before),
        after=dict(told.after),
        origin=told.origin or None,
        run_url=run_url(integration, connection, told.run_id) if told.run_id else None,
    )
