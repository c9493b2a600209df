"""A LISTING as JSON: the same elements and names as in the XML, in small letters.

ASSUMPTION, all of it: this form is our own. Attributes are texts, numbers or `true` and `false`; what stands once is an
object under its name. AMBIENTS, CATEGORIES, ITEMS, CUSTOMERSDATA and ITEMSWITHOUTPRICE are lists, REFERENCES is an
object of texts. What nobody here asks for is left out.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping
from functools import partial
from typing import Any

from promob.items import Item, Listing
from promob.listing_reader import ListingReader, Reading
from sincronia.answers import Problem, ProblemError

_MEMBERS = {
    "ambients": "AMBIENT",
    "categories": "CATEGORY",
    "items": "ITEM",
    "customersdata": "DATA",
    "itemswithoutprice": "ITEM",
}
_OBJECTS = frozenset({"references", "price", "margins", "order", "budget", "totalprices"})
_ATTRIBUTES = frozenset(
    {"description", "name", "date", "hour", "currencysymbol", "id", "value", "total", "totalcomponents"}
    | {"uniqueid", "uniqueparentid", "component", "reference", "repetition", "quantity", "unit"}
    | {"width", "height", "depth", "textdimension"}
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # characters that no XML has


def read_json(listing: Any) -> Reading:
    """The listing of a JSON value. Reading it raises ProblemError, as the XML's does."""
    return Reading(partial(_read, listing))


def _read(listing: Any) -> Generator[Item, None, Listing]:
    reader = ListingReader()
    for _ in _walked(reader, "LISTING", listing, "listing"):
        yield from reader.taken()
    return reader.listing()


def _walked(reader: ListingReader, tag: str, value: Any, path: str) -> Iterator[None]:
    """Hands an object on as the element that it stands for; pauses after each object."""
    if not isinstance(value, Mapping):
        raise _malformed(path)
    attributes = {name.upper(): _text(one, f"{path}.{name}") for name, one in value.items() if name in _ATTRIBUTES}
    reader.start(tag, attributes)
    for name, one in value.items():
        where = f"{path}.{name}"
        if one is None:
            continue
        if name in _MEMBERS:
            if not isinstance(one, list):
                raise _malformed(where)
            reader.start(name.upper(), {})
            for number, member in enumerate(one):
                yield from _walked(reader, _MEMBERS[name], member, f"{where}[{number}]")
            reader.end(name.upper())
        elif name == "references":
            _hand_references(reader, one, where)
        elif name in _OBJECTS:
            yield from _walked(reader, name.upper(), one, where)
    reader.end(tag)
    yield


def _hand_references(reader: ListingReader, value: Any, path: str) -> None:
    if not isinstance(value, Mapping):
        raise _malformed(path)
    reader.start("REFERENCES", {})
    for name, one in value.items():
        reader.start(name.upper(), {"REFERENCE": _text(one, f"{path}.{name}")})
        reader.end(name.upper())
    reader.end("REFERENCES")


def _text(value: Any, path: str) -> str:
    """What an attribute says."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str) or _CONTROL.search(value):
        raise _malformed(path)
    return value


def _malformed(path: str) -> ProblemError:
    return ProblemError(Problem("promob.listing_malformed", {"field": path[:200]}))
