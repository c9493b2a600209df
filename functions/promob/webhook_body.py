"""What a webhook of Promob's is about.

ASSUMPTION, here and in what reads the rest of it: nobody publishes what Promob sends. The envelope is our own, with the
names that Promob's XML has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from promob import flow_names
from sincronia.web.webhooks import About

NEGOTIATED = "budget.negotiated"
MOST_UNPACKED = 48 * 1024 * 1024  # bytes of a body: some 40,000 items

LOOKED_FOR = (
    "em type, project.created, project.saved, budget.prepared, budget.negotiated, customer.created, customer.changed "
    "ou user.password_changed; e a identificação no Promob do que mudou, em project.id, em customer.id ou em user, com "
    "até 60 letras sem acento, números, pontos, hifens ou sublinhados"
)

_PROJECTS = frozenset({"project.created", "project.saved", "budget.prepared", NEGOTIATED})
_CUSTOMERS = frozenset({"customer.created", "customer.changed"})
_USERS = frozenset({"user.password_changed"})
_FORM = re.compile(r"[0-9A-Za-z._-]{1,60}")


def record_of(body: Mapping[str, Any]) -> About | None:
    """What a body is about; None where it doesn't say so."""
    kind = body.get("type")
    if not isinstance(kind, str):
        return None
    if kind in _PROJECTS:
        return _about(flow_names.PROMOB_PROJECT, _id_in(body.get("project")))
    if kind in _CUSTOMERS:
        return _about(flow_names.PROMOB_CUSTOMER, _id_in(body.get("customer")))
    if kind in _USERS:
        return _about(flow_names.PROMOB_USER, body.get("user"))
    return None


def _about(entity: str, record: Any) -> About | None:
    return About(entity, record) if isinstance(record, str) and _FORM.fullmatch(record) else None


def _id_in(part: Any) -> Any:
    return part.get("id") if isinstance(part, Mapping) else None
