"""Additional fields: what a project asks of its clients or specialists beside the details (seed 003, “Adicional”)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from asms.catalogues import Category
from sincronia.answers import Problem
from sincronia.names import name_key

MOST_FIELDS = 100  # of one project
MOST_OPTIONS = 100  # of one choice
LONGEST_TEXT = 1000


class FieldType(StrEnum):
    """What a field takes."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class AdditionalField:
    """A field that a project asks for. `options` are those of a choice, in their order."""

    id: str
    project: str
    category: Category
    name: str
    type: FieldType
    obligatory: bool = False
    options: tuple[str, ...] = ()
    active: bool = True
    version: int = 1


_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")


def wrong(field: AdditionalField, value: str) -> Problem | None:
    """What is wrong with a value; None where it is one of the field's. Nothing here quotes the value.

    A value is text: a number with a decimal point, a date as AAAA-MM-DD, `yes` or `no`, an option as it is written.
    """
    right = {
        FieldType.TEXT: lambda: len(value) <= LONGEST_TEXT,
        FieldType.NUMBER: lambda: _NUMBER.fullmatch(value) is not None,
        FieldType.DATE: lambda: _is_date(value),
        FieldType.YES_NO: lambda: value in {"yes", "no"},
        FieldType.CHOICE: lambda: value in field.options,
    }[field.type]()
    if right:
        return None
    return Problem(f"asms.additional_{field.type.value}", {"field": field.name, "options": ", ".join(field.options)})


def options_wrong(kind: FieldType, options: Sequence[str]) -> Problem | None:
    """What is wrong with a field's options; None where it has those that its type needs, all different."""
    if kind != FieldType.CHOICE:
        return Problem("asms.options_needless", {"type": kind.value}) if options else None
    if not options:
        return Problem("asms.options_missing", {"most": str(MOST_OPTIONS)})
    first: dict[str, int] = {}
    for place, option in enumerate(options, 1):
        before = first.setdefault(name_key(option), place)
        if before != place:
            return Problem("asms.options_repeated", {"first": str(before), "second": str(place)})
    return None


def missing(fields: Iterable[AdditionalField], values: Mapping[str, str]) -> tuple[AdditionalField, ...]:
    """The obligatory fields that have no value."""
    return tuple(field for field in fields if field.active and field.obligatory and not values.get(field.id))


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
