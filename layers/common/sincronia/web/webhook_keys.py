"""Addresses of webhooks: `/webhooks/<integration>/<connection>/<key>`. Pure.

A key is the random part of the name of the connection's secret, 32 hexadecimal digits, and 8 that are the CRC-32 of
integration, connection and random part. The checksum keeps typing errors, and most of what is made up, from ever
costing a call; it guards nothing.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

_FORM = re.compile(r"/webhooks/([a-z]+)/([a-z0-9-]{2,61})/([0-9a-f]{32})([0-9a-f]{8})")


@dataclass(frozen=True, slots=True)
class Addressed:
    """Whom a webhook's address names."""

    integration: str
    connection: str
    random: str  # of the secret's name


def webhook_path(integration: str, connection: str, random: str) -> str:
    """The path that a connection's webhooks come to; `random` is that part of its secret's name."""
    return f"/webhooks/{integration}/{connection}/{random}{_checksum(integration, connection, random)}"


def addressed(path: str) -> Addressed | None:
    """Whom a path names; None where it is no webhook's. Costs no I/O."""
    form = _FORM.fullmatch(path)
    if form is None or form[4] != _checksum(form[1], form[2], form[3]):
        return None
    return Addressed(form[1], form[2], form[3])


def _checksum(integration: str, connection: str, random: str) -> str:
    text = f"{integration}\n{connection}\n{random}"
    return f"{zlib.crc32(text.encode()):08x}"
