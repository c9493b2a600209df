"""All that is kept of a connection, to be erased: rows, objects, secret."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from sincronia import settings
from sincronia.engine.erasing import RUN_ID
from sincronia.store.aws import s3
from sincronia.store.connected import dynamodb
from sincronia.store.connections import ConnectionItem
from sincronia.store.identities import identity_out
from sincronia.store.links import LinkItem, link_in
from sincronia.store.notifications import NotificationItem
from sincronia.store.outcomes import OutcomeItem, identities_in
from sincronia.store.privacy import concluded_with_connection
from sincronia.store.runs import RunItem, run_in
from sincronia.store.secrets import delete_secret

_ROWS = 100  # of a transaction
_OUTCOMES = 1000  # that are erased before the clock is looked at


class DynamoRemains:
    """Implements sincronia.engine.erasing.Remains. `entities` are those of all lanes that its integration can have."""

    def __init__(self, entities: Iterable[str]) -> None:
        self._entities = tuple(entities)

    def being_deleted(self, connection: str) -> bool:
        try:
            return bool(ConnectionItem.get(connection, "CONFIG", consistent_read=True).deleting)
        except ConnectionItem.DoesNotExist:
            return True

    def held_until(self, connection: str) -> float:
        runs = RunItem.query(connection, consistent_read=True)
        return max((float(run.lease_until) for run in runs if run.run_id != RUN_ID and run.lease), default=0.0)

    def erased(self, connection: str) -> Iterator[None]:
        for entity in self._entities:
            yield from deleted(_links_and_identities(connection, entity))
        for run in RunItem.query(connection, consistent_read=True):
            if run.run_id != RUN_ID:
                concluded_with_connection(run_in(run))
                yield from _outcomes_deleted(run.run_id)
                run.delete()
                yield
        yield from deleted(NotificationItem.query(connection, consistent_read=True))
        for place in ("runs", "results"):
            yield from objects_deleted(f"{place}/{connection}/")
        rows = list(ConnectionItem.query(connection, consistent_read=True))
        for row in rows:
            if row.item == "CONFIG":
                delete_secret(row.secret_name)
        for row in sorted(rows, key=lambda row: bool(row.item == "CONFIG")):
            row.delete()
            yield

    def conclude(self, connection: str) -> None:
        RunItem(connection, RUN_ID).delete()


def _links_and_identities(connection: str, entity: str) -> Iterator[Model]:
    """Each link after its identities: they are known by it alone."""
    for item in LinkItem.query(f"{connection}#{entity}", consistent_read=True):
        for identity in set(link_in(item).identities):
            yield identity_out(identity, connection, entity, item.source_id)
        yield item


def deleted(items: Iterable[Model]) -> Iterator[None]:
    """Deletes the items, some at a time; yields after each time."""
    left = iter(items)
    while some := list(islice(left, _ROWS)):
        with TransactWrite(connection=dynamodb) as transaction:
            for item in some:
                transaction.delete(item)
        yield


def _outcomes_deleted(run_id: str) -> Iterator[None]:
    """Outcomes after the identities that are known by them alone."""
    left = OutcomeItem.query(run_id, consistent_read=True)
    while some := list(islice(left, _OUTCOMES)):
        known_by = {(row.identity, row.holder): row for item in some for row in identities_in(item)}
        for _ in deleted(known_by.values()):  # without a pause: whoever goes on finds them by their outcomes again
            pass
        with OutcomeItem.batch_write() as batch:
            for item in some:
                batch.delete(item)
        yield


def objects_deleted(prefix: str) -> Iterator[None]:
    """Deletes the objects of a prefix, some at a time; yields after each time."""
    bucket = settings.data_bucket()
    for page in s3().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        found: list[Any] = [{"Key": each["Key"]} for each in page.get("Contents", ())]
        if found:
            s3().delete_objects(Bucket=bucket, Delete={"Objects": found, "Quiet": True})
            yield
