"""Numbers that people know things by, one after the other."""

from __future__ import annotations

from promob.store.rows import Row, scope_of


def next_number(connection: str, name: str) -> int:
    """The next number of a counter, from 1 on. One that its asker does not use is left out for good."""
    row = Row(counters_scope(connection), name)
    row.update([Row.version.add(1)])
    return int(row.version)


def counters_scope(connection: str) -> str:
    """The scope of a connection's counters."""
    return scope_of(connection, "counters")
