"""How what belongs to one change is written: in one transaction, which waits for others that it meets."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from sincronia.store.connected import dynamodb

_CONFLICTS = 6  # with transactions on the same rows, before the request is given up

Kept = TypeVar("Kept")


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
