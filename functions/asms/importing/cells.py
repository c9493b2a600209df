"""What the text of one cell means. Pure; nothing here quotes a text in a problem, but for names of entries."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from itertools import islice

from asms.additional import AdditionalField, FieldType, wrong
from asms.columns import TOO_LONG, Column
from asms.importing.model import Entries
from asms.text_forms import EMAIL, LINES, ONE_LINE, fits_key, is_comparable
from sincronia.answers import Problem, ProblemError
from sincronia.names import name_key

_ONE_LINE, _LINES, _EMAIL = re.compile(ONE_LINE), re.compile(LINES), re.compile(EMAIL)
_HALF = re.compile("[\ud800-\udfff]")  # of a character, which no text may hold
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TYPED_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_COMMA = re.compile(r"-?[0-9]+,[0-9]+")
_EITHER = re.compile(r"-?[1-9][0-9]{0,2},[0-9]{3}")  # 1,234 may be a bit more than one, or more than a thousand
_GROUPED = re.compile(r"-?[0-9]{1,3}(\.[0-9]{3})+,[0-9]+")  # 1.234,5
_GROUPED_BY_COMMAS = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+\.[0-9]+")  # 1,234.5
_DEGREES = re.compile(r"-?[0-9]{1,3}([.,][0-9]{1,20})?(e-[0-9]{1,3})?", re.IGNORECASE)
_MOST_SHOWN = 10  # options in one sentence
_LONGEST_SHOWN = 80  # characters of a name in one
_ERROR = re.compile(  # that a formula of Excel gives, in the languages of the import
    "#(N/[AD]|GETTING_DATA|OBTENDO_DADOS|OBTENIENDO_DATOS|[¡¿]?(REF|VALUE|VALOR|DIV/0|NAME|NOME|NOMBRE|NULL|NULO|N[UÚ]M|"
    "SPILL|DESPEJAR|DESBORDAMIENTO|C[AÁ]LC|FIELD|CAMPO|BLOCKED|BLOQUEADO|CONNECT|CONECTAR|UNKNOWN|DESCONHECIDO|"
    "DESCONOCIDO|BUSY)[!?])",
    re.IGNORECASE,
)


def check_readable(text: str) -> None:
    """Raises ProblemError(asms.cell_placeholder, asms.cell_error, asms.cell_characters) for what no cell may say."""
    stripped = text.strip()
    if stripped == TOO_LONG:
        raise ProblemError(Problem("asms.cell_placeholder"))
    if stripped.startswith("#") and _ERROR.fullmatch(stripped):
        raise ProblemError(Problem("asms.cell_error"))
    if not text.isascii() and _HALF.search(text):
        raise ProblemError(Problem("asms.cell_characters"))


def line_in(column: Column, text: str) -> str:
    """A text of one line. Raises ProblemError(asms.cell_one_line, asms.cell_too_long)."""
    if not _ONE_LINE.fullmatch(text):
        raise ProblemError(Problem("asms.cell_one_line"))
    check_length(column, text)
    return text


def lines_in(column: Column, text: str) -> str:
    """A text that may have several lines. Raises ProblemError(asms.cell_characters, asms.cell_too_long)."""
    if not _LINES.fullmatch(text):
        raise ProblemError(Problem("asms.cell_characters"))
    check_length(column, text)
    return text


def name_in(column: Column, text: str) -> str:
    """A name or a login, which are compared.

    Raises ProblemError(asms.cell_not_comparable, asms.cell_key_too_long), and what line_in raises.
    """
    name = line_in(column, text)
    if not is_comparable(name):
        raise ProblemError(Problem("asms.cell_not_comparable"))
    if not fits_key(name):
        raise ProblemError(Problem("asms.cell_key_too_long"))
    return name


def email_in(column: Column, text: str) -> str:
    """An e-mail address. Raises ProblemError(asms.cell_email, asms.cell_too_long)."""
    if not _EMAIL.fullmatch(text):
        raise ProblemError(Problem("asms.cell_email"))
    check_length(column, text)
    return text


def check_length(column: Column, text: str) -> None:
    """Raises ProblemError(asms.cell_too_long)."""
    if column.longest is not None and len(text) > column.longest:
        raise ProblemError(Problem("asms.cell_too_long", {"longest": str(column.longest), "length": str(len(text))}))


def by_name(choices: Mapping[str, str]) -> Mapping[str, str]:
    """What each choice means, by the form that its label is compared in."""
    return {name_key(label): value for label, value in choices.items()}


def choice_in(column: Column, known: Mapping[str, str], text: str) -> str:
    """What a choice means; `known`: the column's choices by_name. Raises ProblemError(asms.cell_choice)."""
    value = known.get(name_key(text))
    if value is None:
        raise ProblemError(Problem("asms.cell_choice", {"choices": choices_shown(column)}))
    return value


def choices_shown(column: Column) -> str:
    """The choices of a column, for a sentence."""
    first = ", ".join(map(shown, islice(column.choices, _MOST_SHOWN)))
    return f"{first}, …" if len(column.choices) > _MOST_SHOWN else first


def day_in(text: str) -> date:
    """A day, as AAAA-MM-DD or as DD/MM/AAAA. Raises ProblemError(asms.cell_date)."""
    try:
        if found := _ISO_DAY.fullmatch(text):
            return date(*map(int, found.groups()))
        if found := _TYPED_DAY.fullmatch(text):
            return date(*map(int, reversed(found.groups())))
    except ValueError:
        pass
    raise ProblemError(Problem("asms.cell_date"))


def number_in(text: str) -> str:
    """A number with a decimal point, of as many digits as were typed.

    Raises ProblemError(asms.cell_number, asms.cell_number_ambiguous).
    """
    if _PLAIN.fullmatch(text):
        return text
    if _EITHER.fullmatch(text):
        raise ProblemError(Problem("asms.cell_number_ambiguous"))
    if _COMMA.fullmatch(text) or _GROUPED.fullmatch(text):
        return text.replace(".", "").replace(",", ".")
    if _GROUPED_BY_COMMAS.fullmatch(text):
        return text.replace(",", "")
    raise ProblemError(Problem("asms.cell_number"))


def degrees_in(text: str, limit: int) -> float:
    """Degrees, from -limit to limit. Raises ProblemError(asms.cell_degrees)."""
    if _DEGREES.fullmatch(text):
        degrees = float(text.replace(",", "."))
        if -limit <= degrees <= limit:
            return degrees
    raise ProblemError(Problem("asms.cell_degrees", {"limit": str(limit)}))


def additional_in(field: AdditionalField, column: Column, known: Mapping[str, str], text: str) -> str:
    """A value of an additional field, as the directory keeps it; `known` are a choice's options, as for choice_in.

    Raises ProblemError(asms.cell_characters, asms.cell_too_long, asms.cell_number, asms.cell_number_ambiguous,
    asms.cell_number_digits, asms.cell_date, asms.cell_choice).
    """
    if field.type == FieldType.TEXT:
        return lines_in(column, text)
    if field.type == FieldType.DATE:
        return day_in(text.strip()).isoformat()
    if field.type != FieldType.NUMBER:
        return choice_in(column, known, text)
    number = number_in(text.strip())
    if wrong(field, number):
        raise ProblemError(Problem("asms.cell_number_digits"))
    return number


def items_in(column: Column, text: str) -> list[str]:
    """The items of a list, as columns.items writes it, without empty ones.

    Raises ProblemError(asms.cell_list, asms.cell_items_too_many).
    """
    try:
        read = next(csv.reader([text], delimiter=";", skipinitialspace=True), [])
    except csv.Error:
        raise ProblemError(Problem("asms.cell_list")) from None
    found = [item for one in read if (item := one.strip())]
    if column.most is not None and len(found) > column.most:
        raise ProblemError(Problem("asms.cell_items_too_many", {"most": str(column.most), "number": str(len(found))}))
    return found


def entry_in(entries: Entries, had: Collection[str], name: str) -> str:
    """The id of an entry that can be chosen, or is among those that the user had.

    Raises ProblemError(asms.cell_entry_unknown, asms.cell_entry_inactive).
    """
    entry = entries.by_name.get(name_key(name))
    if entry is None:
        raise ProblemError(Problem("asms.cell_entry_unknown", {"name": shown(name)}))
    if not entry.active and entry.id not in had:
        raise ProblemError(Problem("asms.cell_entry_inactive", {"name": entry.name}))
    return entry.id


def repeated(names: Iterable[str]) -> list[str]:
    """The names that came before, each once, as they were typed the first time."""
    first: dict[str, str] = {}
    found: dict[str, str] = {}
    for name in names:
        key = name_key(name)
        if key in first:
            found[key] = first[key]
        first.setdefault(key, name)
    return list(found.values())


def shown(name: str) -> str:
    """What was typed as an entry's name, for a sentence."""
    return name if len(name) <= _LONGEST_SHOWN else f"{name[: _LONGEST_SHOWN - 1]}…"
