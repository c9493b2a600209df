"""Ids of what requests make in the directory."""

from __future__ import annotations

from uuid import uuid4

from pydantic import BaseModel

from sincronia.auth import Token
from sincronia.store.asked import asked_for, digest


def id_for(caller: Token, idempotency_key: str, wanted: BaseModel, *where: str) -> str:
    """A new id, or the one that the same request got before: who died before the answer finds what was made.

    wanted: the request's body; where: what its address names.
    """
    new = uuid4().hex[:16]
    if not idempotency_key:
        return new
    return asked_for(digest(caller.id, *where, idempotency_key, wanted.model_dump_json()), new)
