"""Ids of what requests make."""

from __future__ import annotations

from pydantic import BaseModel

from sincronia.auth import Token
from sincronia.ids import new_id
from sincronia.store.asked import asked_for, digest


def id_for(caller: Token, idempotency_key: str, wanted: BaseModel, *where: str) -> str:
    """A new id, or the one that the same request got before: who died before the answer finds what was made.

    wanted: the request's body; where: what its address names.
    """
    new = new_id()
    if not idempotency_key:
        return new
    return asked_for(digest(caller.id, *where, idempotency_key, wanted.model_dump_json()), new)
