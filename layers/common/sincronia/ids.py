"""Ids of what is kept here."""

from __future__ import annotations

from uuid import uuid4

ID_FORM = r"^[0-9a-f]{16}$"


def new_id() -> str:
    """An id that nothing has yet."""
    return uuid4().hex[:16]
