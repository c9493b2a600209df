"""Fingerprints of contents: equal contents have equal fingerprints, and two of them tell which fields differ.

A fingerprint keeps a short hash per field, so a link need not keep the values themselves.
"""

from __future__ import annotations

import json
from hashlib import blake2b

from sincronia.engine.flow import Content


def fingerprint(content: Content) -> str:
    """`name=hash` for each field, in the order of their names; 64 bits a field."""
    return " ".join(f"{name}={_hash(content[name])}" for name in sorted(content))


def changed_fields(before: str, after: str) -> tuple[str, ...]:
    """The names of the fields that differ between two fingerprints, in order."""
    old, new = _fields(before), _fields(after)
    return tuple(sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name)))


def _fields(text: str) -> dict[str, str]:
    return dict(part.rsplit("=", 1) for part in text.split(" ") if part)


def _hash(value: object) -> str:
    return blake2b(json.dumps(value, ensure_ascii=False).encode(), digest_size=8).hexdigest()
