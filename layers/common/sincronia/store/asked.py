"""The table of requests: what an Idempotency-Key has asked for, by the id that it got."""

from __future__ import annotations

import json
from hashlib import blake2b

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError

from sincronia import clock
from sincronia.settings import table
from sincronia.store.connected import Table

KEPT_SECONDS = 2 * 24 * 3600  # longer than the key is good for


class AskedItem(Table):
    """The id of what a request asks for; beside the rows that Powertools keeps for the same requests."""

    class Meta:
        table_name = table("requests")

    id = UnicodeAttribute(hash_key=True)
    made = UnicodeAttribute()
    expiration = NumberAttribute()


def digest(*parts: str) -> str:
    """What names a request: who asks, with which key, for what."""
    return blake2b(json.dumps(parts).encode(), digest_size=8).hexdigest()


def asked_before(request: str, made: str) -> bool:
    """Whether the same request was here before; from now on it was, and asked for what has the id `made`."""
    item = AskedItem(f"asked#{request}", made=made, expiration=int(clock.now()) + KEPT_SECONDS)
    try:
        item.save(condition=AskedItem.id.does_not_exist())
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return True
    return False


def asked_for(request: str, made: str) -> str:
    """The id of what a request asks for: `made`, unless the same request was here before.

    Whoever died between making it and the answer, and is asked again, finds what was made.
    """
    if asked_before(request, made):
        return AskedItem.get(f"asked#{request}", consistent_read=True).made
    return made
