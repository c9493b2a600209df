"""Runs that begin by themselves: no flow holds them, so any number of them go on beside each other."""

from __future__ import annotations

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from sincronia.engine.state import Notification, Run
from sincronia.store.connected import dynamodb
from sincronia.store.notifications import notification_out
from sincronia.store.runs import RunItem, run_out, stored_run


def begun(run: Run, notification: Notification) -> bool:
    """Makes a run with its notification; False where that very run was made before."""
    try:
        with TransactWrite(connection=dynamodb) as transaction:
            transaction.save(run_out(run), condition=RunItem.run_id.does_not_exist())
            transaction.save(notification_out(notification))
    except TransactWriteError as error:
        if error.cause_response_code != "TransactionCanceledException" or stored_run(run.key) is None:
            raise
        return False
    return True
