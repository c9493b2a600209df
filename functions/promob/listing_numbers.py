"""Numbers as Promob writes them: `1234.5`, `1234,5`, `1.234,50`, `1,234.50`. A lone separator is of decimals."""

from __future__ import annotations

import re
from decimal import Decimal

from sincronia.answers import Problem, ProblemError

_PLAIN = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,20})?")
_COMMAS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3}){1,3},[0-9]{1,20}")
_DOTS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){1,3}\.[0-9]{1,20}")


def number_in(text: str, where: str, attribute: str) -> Decimal | None:
    """The number of an attribute, None where it is empty.

    Raises ProblemError(promob.number_negative, promob.number_malformed). `where`: “o item X”.
    """
    plain = text.strip()
    if not plain:
        return None
    unsigned = plain.removeprefix("-")
    if _PLAIN.fullmatch(unsigned):
        value = Decimal(unsigned.replace(",", "."))
    elif _COMMAS.fullmatch(unsigned):
        value = Decimal(unsigned.replace(".", "").replace(",", "."))
    elif _DOTS.fullmatch(unsigned):
        value = Decimal(unsigned.replace(",", ""))
    else:
        raise ProblemError(Problem("promob.number_malformed", {"where": where, "attribute": attribute}))
    if value and unsigned != plain:
        raise ProblemError(Problem("promob.number_negative", {"where": where, "attribute": attribute}))
    return value
