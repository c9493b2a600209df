"""Rows as a simulated vendor keeps them: numbered in order, each under one unique key."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

Row = dict[str, Any]


class Table:
    """Rows by number. `key_of` gives a row's unique key; whoever calls holds the simulator's lock."""

    def __init__(self, key_of: Callable[[Row], Hashable], first: int = 1) -> None:
        self._key_of = key_of
        self._next = first
        self._by_key: dict[Hashable, int] = {}
        self.rows: dict[int, Row] = {}
        self.numbers: list[int] = []  # in order, for paging

    def find(self, key: Hashable) -> int | None:
        """The number of the row with that key."""
        return self._by_key.get(key)

    def insert(self, row: Row) -> int | None:
        """A new row's number; None where its key is taken."""
        key = self._key_of(row)
        if key in self._by_key:
            return None
        number = self._next
        self._next += 1
        self.rows[number] = row
        self.numbers.append(number)
        self._by_key[key] = number
        return number

    def assign(self, number: int, fields: Row) -> bool:
        """Changes fields of a row; False where its key would be another row's. Raises KeyError."""
        row = self.rows[number] | fields
        before, after = self._key_of(self.rows[number]), self._key_of(row)
        if self._by_key.get(after, number) != number:
            return False
        del self._by_key[before]
        self._by_key[after] = number
        self.rows[number] = row
        return True

    def remove(self, *numbers: int) -> None:
        """Takes rows away. Raises KeyError."""
        for number in numbers:
            del self._by_key[self._key_of(self.rows.pop(number))]
        self.numbers = [number for number in self.numbers if number in self.rows]
