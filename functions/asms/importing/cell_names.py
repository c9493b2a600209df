"""What people call a column and a cell, as Excel does. Imports nothing: the child process calls columns so, too."""

from __future__ import annotations


def letters(place: int) -> str:
    """A column; its place is counted from 0."""
    before, last = divmod(place, 26)
    return (letters(before - 1) if before else "") + chr(ord("A") + last)


def cell_name(place: int, number: int) -> str:
    """A cell, as C17; the column's place is counted from 0, the row from 1."""
    return f"{letters(place)}{number}"
