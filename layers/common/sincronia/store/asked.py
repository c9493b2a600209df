"""The table of requests: which run an Idempotency-Key has asked for."""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError

from sincronia import clock
from sincronia.settings import table
from sincronia.store.connected import Table

KEPT_SECONDS = 2 * 24 * 3600  # longer than the key is good for


class AskedRunItem(Table):
    """The id of the run that a request asks for; beside the rows that Powertools keeps for the same requests."""

    class Meta:
        table_name = table("requests")

    id = UnicodeAttribute(hash_key=True)
    run_id = UnicodeAttribute()
    expiration = NumberAttribute()


def asked_before(request: str, run_id: str) -> bool:
    """Whether the same request for a run was here before; from now on it was."""
    item = AskedRunItem(f"run#{request}", run_id=run_id, expiration=int(clock.now()) + KEPT_SECONDS)
    try:
        item.save(condition=AskedRunItem.id.does_not_exist())
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return True
    return False


def run_asked_for(request: str, run_id: str) -> str:
    """The id of the run that a request asks for: `run_id`, unless the same request was here before.

    Whoever died between the run and its answer, and is asked again, finds the run that was made.
    """
    if asked_before(request, run_id):
        return AskedRunItem.get(f"run#{request}", consistent_read=True).run_id
    return run_id
