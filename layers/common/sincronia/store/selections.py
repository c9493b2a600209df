"""What people deselected of what a preview shows, kept on the preview's row until it is applied."""

from __future__ import annotations

from collections.abc import Iterable, Set

from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from sincronia.engine.state import RunKey
from sincronia.store.connected import dynamodb
from sincronia.store.runs import RunItem, run_item

Record = tuple[str, str]  # a lane's entity, and a source id


def deselected_records(preview: RunKey) -> frozenset[Record]:
    """What is deselected so far."""
    wanted = ["run_id", "left_out"]  # of the second alone, where it isn't there, nothing would be found
    item = RunItem.get(preview.connection, preview.run_id, consistent_read=True, attributes_to_get=wanted)
    return frozenset(_record_in(text) for text in item.left_out or ())


def keep_selection(preview: RunKey, applied: RunKey, deselected: Set[Record], selected: Set[Record]) -> bool:
    """Adds to what is deselected, and takes from it, unless the preview was applied meanwhile: False.

    Two writes, for one can't do both: who dies between them asks again, and loses nothing.
    """
    return _changed(preview, applied, RunItem.left_out.delete(_out(selected)) if selected else None) and _changed(
        preview, applied, RunItem.left_out.add(_out(deselected)) if deselected else None
    )


def _changed(preview: RunKey, applied: RunKey, change: Action | None) -> bool:
    if change is None:
        return True
    try:
        with TransactWrite(connection=dynamodb) as transaction:
            transaction.update(run_item(preview), [change])
            transaction.condition_check(RunItem, applied.connection, applied.run_id, RunItem.run_id.does_not_exist())
    except TransactWriteError as error:
        if error.cause_response_code != "TransactionCanceledException":
            raise
        return False
    return True


def _out(records: Iterable[Record]) -> set[str]:
    return {f"{entity}#{source_id}" for entity, source_id in records}


def _record_in(text: str) -> Record:
    entity, _, source_id = text.partition("#")
    return entity, source_id
