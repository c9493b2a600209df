"""A budget is read as it comes: what is held at a time does not grow with it, but for the ids that it has."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator

from local.vendors.promob_listing import listing_xml
from promob.items import Sums
from promob.listing_xml import read_xml
from promob.pricing import Rule, priced

ITEMS = 3  # of a module, with its parts


class Repeated(io.RawIOBase):
    """A listing of so many modules of one item each, made as it is read."""

    def __init__(self, modules: int) -> None:
        self._parts = self._made(modules)

    def read(self, size: int = -1) -> bytes:
        return next(self._parts, b"")

    @staticmethod
    def _made(modules: int) -> Iterator[bytes]:
        whole = listing_xml(1)
        head, _, rest = whole.partition("<ITEM ")
        module, _, tail = rest.rpartition("</ITEM>")
        cost, price = "412,37", "907,21"
        yield head.encode()
        for number in range(modules):
            yield f"<ITEM {module}</ITEM>".replace("1000-1", f"{number:06}").encode()
        sums = (f"{modules * 41237 / 100:.2f}", f"{modules * 90721 / 100:.2f}")
        yield tail.replace(f'"{cost}"', f'"{sums[0]}"').replace(f'"{price}"', f'"{sums[1]}"').encode()


def peak(modules: int) -> tuple[int, Sums]:
    """The most bytes that were held at a time, and what the items come to."""
    tracemalloc.start()
    reading = read_xml(Repeated(modules))  # type: ignore[arg-type]
    for _ in priced(reading, [Rule(markup=None)]):
        pass
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most, reading.listing.sums


def test_four_times_the_items_take_their_ids_more_memory() -> None:
    few, many = peak(250), peak(1_000)

    assert (few[1].count, many[1].count) == (250, 1_000)
    grown = (many[0] - few[0]) / 750 / ITEMS  # bytes for each item
    assert grown < 200, "an item itself takes some 1,500"
