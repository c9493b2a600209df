"""Decimals and moments as answers give them: texts, and null where there is none."""

from __future__ import annotations

from decimal import Decimal

from sincronia import clock


def number(value: Decimal) -> str:
    """A decimal, never with an exponent: `1234.50`."""
    return f"{value:f}"


def number_or_none(value: Decimal | None) -> str | None:
    """A decimal, where there is one."""
    return None if value is None else number(value)


def moment_or_none(at: float | None) -> str | None:
    """The moment of seconds since 1970, where there is one."""
    return None if at is None else clock.iso(at)
