"""What the texts of users and entries may hold: for the API's forms, and for the cells of an import. Pure."""

from __future__ import annotations

from sincronia.names import name_key

ONE_LINE = r"^[^\x00-\x1f\x7f]*$"
LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
EMAIL = r"^[^\x00-\x1f\x7f\s@]+@[^\x00-\x1f\x7f\s@]+$"
LONGEST_KEY = 900  # bytes; a key of DynamoDB has 1,024, and a category may stand before the name


def is_comparable(text: str) -> bool:
    """Whether something is left of a name when names are compared."""
    return bool(name_key(text))


def fits_key(text: str) -> bool:
    """Whether what a name is compared by is short enough to be a key."""
    return len(name_key(text).encode()) <= LONGEST_KEY
