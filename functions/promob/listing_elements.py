"""The elements of a LISTING that something is read from, and where they stand (Promob's own XML).

ASSUMPTION, of ITEMSWITHOUTPRICE alone: what it holds isn't published. Here it lists ITEMs, by UNIQUEID where they are
in the AMBIENTS, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto


class Kind(Enum):
    """What an element is, by where it stands."""

    DOCUMENT = auto()
    LISTING = auto()
    CUSTOMERS_DATA = auto()
    DATA = auto()
    AMBIENTS = auto()
    AMBIENT = auto()
    CATEGORIES = auto()
    CATEGORY = auto()
    ITEMS = auto()
    ITEM = auto()
    REFERENCES = auto()
    REFERENCE = auto()
    PRICE = auto()
    MARGINS = auto()
    ORDER = auto()
    BUDGET = auto()
    TOTALS = auto()
    TOTAL_MARGINS = auto()
    TOTAL_ORDER = auto()
    TOTAL_BUDGET = auto()
    WITHOUT_PRICE = auto()
    ONE_WITHOUT_PRICE = auto()


_WITHIN: Mapping[tuple[Kind, str], Kind] = {
    (Kind.DOCUMENT, "LISTING"): Kind.LISTING,
    (Kind.LISTING, "CUSTOMERSDATA"): Kind.CUSTOMERS_DATA,
    (Kind.CUSTOMERS_DATA, "DATA"): Kind.DATA,
    (Kind.LISTING, "AMBIENTS"): Kind.AMBIENTS,
    (Kind.AMBIENTS, "AMBIENT"): Kind.AMBIENT,
    (Kind.AMBIENT, "AMBIENTS"): Kind.AMBIENTS,
    (Kind.AMBIENT, "AMBIENT"): Kind.AMBIENT,
    (Kind.AMBIENT, "CATEGORIES"): Kind.CATEGORIES,
    (Kind.CATEGORIES, "CATEGORY"): Kind.CATEGORY,
    (Kind.CATEGORY, "ITEMS"): Kind.ITEMS,
    (Kind.ITEMS, "ITEM"): Kind.ITEM,
    (Kind.ITEM, "ITEMS"): Kind.ITEMS,
    (Kind.ITEM, "REFERENCES"): Kind.REFERENCES,
    (Kind.ITEM, "PRICE"): Kind.PRICE,
    (Kind.PRICE, "MARGINS"): Kind.MARGINS,
    (Kind.MARGINS, "ORDER"): Kind.ORDER,
    (Kind.MARGINS, "BUDGET"): Kind.BUDGET,
    **{(kind, "TOTALPRICES"): Kind.TOTALS for kind in (Kind.LISTING, Kind.AMBIENT, Kind.CATEGORY)},
    (Kind.TOTALS, "MARGINS"): Kind.TOTAL_MARGINS,
    (Kind.TOTAL_MARGINS, "ORDER"): Kind.TOTAL_ORDER,
    (Kind.TOTAL_MARGINS, "BUDGET"): Kind.TOTAL_BUDGET,
    (Kind.LISTING, "ITEMSWITHOUTPRICE"): Kind.WITHOUT_PRICE,
    (Kind.WITHOUT_PRICE, "ITEM"): Kind.ONE_WITHOUT_PRICE,
}


def kind_within(around: Kind, tag: str) -> Kind | None:
    """What an element is that stands in another; None where nothing in it is read."""
    return Kind.REFERENCE if around == Kind.REFERENCES else _WITHIN.get((around, tag))
