"""What people corrected of what a preview shows, as the preview's row remembers it."""

from __future__ import annotations

from collections.abc import Set

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from sincronia.engine.state import RunKey
from sincronia.store.connected import dynamodb
from sincronia.store.runs import RunItem, run_item


def note_corrections(preview: RunKey, applied: RunKey, corrections: Set[str]) -> bool:
    """Adds corrections to a preview, unless it has been applied meanwhile: then False, and nothing is noted."""
    if not corrections:
        return True
    try:
        with TransactWrite(connection=dynamodb) as transaction:
            transaction.update(run_item(preview), [RunItem.corrections.add(set(corrections))])
            transaction.condition_check(RunItem, applied.connection, applied.run_id, RunItem.run_id.does_not_exist())
    except TransactWriteError as error:
        if error.cause_response_code != "TransactionCanceledException":
            raise
        return False
    return True
