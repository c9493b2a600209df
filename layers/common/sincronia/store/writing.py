"""How what belongs to one change is written: in one transaction, which waits for others that it meets."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from typing import Any, TypeVar

from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from sincronia.store.connected import dynamodb

_CONFLICTS = 6  # with transactions on the same rows, before the request is given up

Kept = TypeVar("Kept")


class Writes:
    """What is to be written in a transaction that is yet to be made. `items` tell whether two can be in one."""

    def __init__(self) -> None:
        self.actions: list[Callable[[TransactWrite], None]] = []
        self.items: set[str] = set()  # table and key

    def save(self, item: Model, condition: Condition | None = None) -> None:
        """See TransactWrite.save."""
        self._add(item, lambda transaction: transaction.save(item, condition=condition))

    def delete(self, item: Model, condition: Condition | None = None) -> None:
        """See TransactWrite.delete."""
        self._add(item, lambda transaction: transaction.delete(item, condition=condition))

    def update(self, item: Model, actions: list[Any], condition: Condition | None = None) -> None:
        """See TransactWrite.update."""
        self._add(item, lambda transaction: transaction.update(item, actions, condition=condition))

    def _add(self, item: Model, action: Callable[[TransactWrite], None]) -> None:
        self.actions.append(action)
        self.items.add(json.dumps(item.get_delete_kwargs_from_instance()))


def written(write: Callable[[TransactWrite], None], done: Kept, refused: Callable[[], Kept | None]) -> Kept:
    """What became of a transaction: `done`, or what `refused` finds where it was cancelled.

    refused: reads why; None where it only met another transaction, and can be tried again.
    """
    for attempt in range(_CONFLICTS):
        try:
            with TransactWrite(connection=dynamodb) as transaction:
                write(transaction)
        except TransactWriteError as error:
            if error.cause_response_code != "TransactionCanceledException":
                raise
            kept = refused()
            if kept is not None:
                return kept
            if attempt == _CONFLICTS - 1:
                raise
            time.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311  # only spreads requests
            continue
        break
    return done
