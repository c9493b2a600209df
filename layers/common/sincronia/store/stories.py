"""What is read for a record's story, over all connections: who has a value, links, and what happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sincronia.engine.flow import Identity
from sincronia.engine.hints import StoredHint
from sincronia.engine.state import Connection, Link, Outcome
from sincronia.store.connections import ConnectionItem, connection_in
from sincronia.store.hints import HintItem, stored_hint_in
from sincronia.store.identities import IdentityItem
from sincronia.store.links import LinkItem, link_in
from sincronia.store.outcomes import OutcomeItem, outcome_in


@dataclass(frozen=True, slots=True)
class Holder:
    """A record of a connection that has a value."""

    connection: str
    entity: str
    id: str


def holders_everywhere(identity: Identity, most: int) -> list[Holder]:
    """The records of all connections that have a value; so many at most."""
    rows = IdentityItem.query(f"{identity.kind}#{identity.value}", limit=most)
    return [_holder_in(row) for row in rows]


def _holder_in(row: IdentityItem) -> Holder:
    connection, _, rest = row.holder.partition("#")
    entity, _, record = str(row.record or rest).partition("#")
    return Holder(connection, entity, record)


def connections_of(ids: Iterable[str]) -> dict[str, Connection]:
    """Those of the connections that there are and that stay, by id."""
    wanted = [(one, "CONFIG") for one in dict.fromkeys(ids)]
    rows = ConnectionItem.batch_get(wanted) if wanted else ()
    return {row.connection: connection_in(row) for row in rows if not row.deleting}


def links_of(keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Link]:
    """Those of the links that there are, by scope (connection#entity) and source id."""
    wanted = list(dict.fromkeys(keys))
    return {(item.scope, item.source_id): link_in(item) for item in LinkItem.batch_get(wanted)} if wanted else {}


@dataclass(frozen=True, slots=True)
class StoredOutcome:
    """An outcome, the run that it is of, and when it was written; `place` sorts a record's outcomes by that."""

    outcome: Outcome
    run_id: str
    place: str

    @property
    def at(self) -> str:
        """When it was written."""
        return self.place.split("#", 1)[0]


def outcomes_of_record(record: str, before: str, limit: int) -> tuple[list[StoredOutcome], bool]:
    """A record's outcomes before a place (empty: all), the newest first, and whether older ones may follow.

    record: connection#entity#source_id.
    """
    found = OutcomeItem.story.query(
        record, OutcomeItem.story_at < before if before else None, limit=limit, scan_index_forward=False
    )
    stored = [StoredOutcome(outcome_in(item), item.run_id, item.story_at) for item in found]
    return stored, found.last_evaluated_key is not None


def hints_of_key(record_key: str, before: str, limit: int) -> tuple[list[StoredHint], bool]:
    """A record's hints whose ids come before a text (empty: all), the newest first, and whether older ones may follow.

    record_key: connection#entity#record.
    """
    found = HintItem.by_record.query(
        record_key, HintItem.id < before if before else None, limit=limit, scan_index_forward=False
    )
    return [stored_hint_in(item) for item in found], found.last_evaluated_key is not None
