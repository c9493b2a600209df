"""Additional fields: what a project asks of its clients or specialists beside the details (seed 003, “Adicional”)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from asms.catalogues import Category
from sincronia.answers import Problem

MOST_FIELDS = 100  # of one project
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


def missing(fields: Iterable[AdditionalField], values: Mapping[str, str]) -> tuple[AdditionalField, ...]:
    """The obligatory fields that have no value."""
    return tuple(field for field in fields if field.active and field.obligatory and not values.get(field.id))


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
