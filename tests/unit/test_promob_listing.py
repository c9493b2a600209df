"""Promob's budgets are read as they are, in either form; what counts is counted once, and equals what Promob says."""

from __future__ import annotations

import io
import json
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from local.vendors import promob_listing
from local.vendors.promob_listing import Drawing, Piece, drawn, listing_json, listing_xml, written_json, written_xml
from promob.items import Item, Sums, item_from_line
from promob.listing_json import read_json
from promob.listing_numbers import number_in
from promob.listing_xml import read_xml
from sincronia.answers import ProblemError
from tests.promob_listings import WRITTEN, drawings, items_of, listing_of, written_with

FORMS = {
    "1": "1",
    "1,5": "1.5",
    "1.5": "1.5",
    "1.234": "1.234",  # a lone separator is of decimals
    "1.234,56": "1234.56",
    "1,234.56": "1234.56",
    "12.345.678,9": "12345678.9",
    "0,4300000000000001": "0.4300000000000001",
    " 7 ": "7",
    "-0": "0",
}


def test_items_come_in_the_documents_order_with_all_that_is_said_of_them() -> None:
    found = items_of(WRITTEN)

    assert [one.unique_id for one in found] == ["10", "11", "12", "20", "21"]
    assert found[0] == Item(
        unique_id="10",
        module="10",
        ambient=("Cozinha",),
        category="001",
        description="Balcão",
        reference="BAL800",
        unit="un",
        width=Decimal(800),
        height=Decimal(720),
        depth=Decimal(560),
        dimensions="800 x 720 x 560",
        is_component=False,
        counted=False,
    )
    assert found[1] == Item(
        unique_id="11",
        parent_id="10",
        module="10",
        ambient=("Cozinha",),
        category="001",
        description="Lateral",
        reference="LAT",
        repetition=Decimal(2),
        quantity=Decimal("0.4"),
        unit="m2",
        width=Decimal(720),
        height=Decimal(15),
        depth=Decimal(560),
        is_component=True,
        supplier="Araucária",
        finishes={"MATERIAL": "MDF", "THICKNESS": "15", "FITA_BORDA_2": "Branco"},
        order=Decimal("1040.50"),
        budget=Decimal("2090.00"),
        counted=True,
    )


def test_the_first_components_from_the_top_are_counted_and_nothing_twice() -> None:
    found = {one.unique_id: one for one in items_of(WRITTEN)}

    assert [one.unique_id for one in found.values() if one.counted] == ["11", "20", "21"]
    assert (found["12"].order, found["12"].budget) == (Decimal("7.00"), Decimal("9.00"))  # it is within 11's


def test_an_item_belongs_to_the_module_it_stands_in_or_names() -> None:
    found = {one.unique_id: one for one in items_of(WRITTEN)}

    assert {name: one.module for name, one in found.items()} == dict.fromkeys(("10", "11", "12", "20"), "10") | {
        "21": "21"
    }
    assert [found[name].parent_id for name in ("10", "11", "12", "20", "21")] == ["", "10", "11", "10", "-1"]
    assert (found["20"].ambient, found["20"].category) == (("Cozinha", "Despensa"), "Portas")


def test_the_listing_says_what_counted_items_come_to() -> None:
    listing = listing_of(WRITTEN)

    assert (listing.description, listing.date, listing.hour, listing.currency) == ("Casa", "21/11/2026", "10:00", "R$")
    assert listing.customer == {"nomecliente": "Ana", "cpfcnpj": ""}
    assert "Ana" not in repr(listing)
    assert (listing.items, listing.sums) == (
        5,
        Sums(count=3, unpriced=1, cost=Decimal("1050.50"), price=Decimal("2110.00")),
    )
    assert listing.categories == {
        "001": Sums(count=1, cost=Decimal("1040.50"), price=Decimal("2090.00")),
        "Portas": Sums(count=2, unpriced=1, cost=Decimal("10.00"), price=Decimal("20.00")),
    }


@pytest.mark.parametrize(
    ("before", "after", "unpriced"),
    [
        ('<ITEM UNIQUEID="21"/>', "", 1),
        ('<ITEM UNIQUEID="21"/>', '<ITEM UNIQUEID="11"/>', 2),
        ('<ITEM UNIQUEID="21"/>', '<ITEM DESCRIPTION="Tampo"/><ITEM DESCRIPTION="Tampo"/>', 3),
        ('<BUDGET TOTAL="20.00"/>', '<BUDGET TOTAL=""/>', 2),
        ('<ORDER TOTAL="10.00"/>', "", 2),
    ],
)
def test_items_without_a_price_are_told_once(before: str, after: str, unpriced: int) -> None:
    document = written_with(before, after)
    for total in ('VALUE="10"', 'VALUE="20"', 'VALUE="1050,50"', 'VALUE="2110"'):
        document = document.replace(total, 'VALUE=""')
    cost, price = ("1040.50" if "ORDER" in before else "1050.50"), ("2090" if "BUDGET" in before else "2110")
    document = document.replace('VALUE="1.050,50"', f'VALUE="{cost}"').replace('VALUE="2,110.00"', f'VALUE="{price}"')

    listing = listing_of(document)

    assert (listing.sums.unpriced, listing.sums.count) == (unpriced, 3)
    assert (listing.sums.cost, listing.sums.price) == (Decimal(cost), Decimal(price))


def test_an_ambients_own_total_may_leave_out_those_within_it() -> None:
    own = written_with(
        '<ORDER VALUE="1050,50"/><BUDGET VALUE="2110"/>', '<ORDER VALUE="1040,50"/><BUDGET VALUE="2090"/>'
    )

    assert listing_of(own) == listing_of(WRITTEN)


@pytest.mark.parametrize("encoding", ["utf-8", "ISO-8859-1", "utf-16"])
@pytest.mark.parametrize("begins", ["", "\ufeff"])
def test_it_is_utf_8_whatever_it_says_of_itself(encoding: str, begins: str) -> None:
    document = begins + WRITTEN.replace('encoding="utf-8"', f'encoding="{encoding}"')

    assert items_of(document) == items_of(WRITTEN)


def test_a_file_is_read_as_bytes_are() -> None:
    reading = read_xml(io.BytesIO(WRITTEN.encode()))

    with pytest.raises(ValueError, match="come first"):
        _ = reading.listing
    assert [one.unique_id for one in reading] == ["10", "11", "12", "20", "21"]
    assert reading.through() == reading.through() == listing_of(WRITTEN)


@pytest.mark.parametrize(("text", "number"), FORMS.items())
def test_numbers_are_read_however_promob_writes_them(text: str, number: str) -> None:
    assert number_in(text, "o item", "QUANTITY") == Decimal(number)


def test_no_number_is_none() -> None:
    assert number_in("  ", "o item", "QUANTITY") is None


def rounded(*prices: str, told: str) -> str:
    """A listing of components with these prices, and what Promob says that they come to."""
    pieces = tuple(
        Piece(id=f"{number}", description="Peça", order=Decimal(price), budget=Decimal(price))
        for number, price in enumerate(prices)
    )
    category = promob_listing.Category("Peças", pieces)
    document = written_xml(Drawing(ambients=(promob_listing.Ambient("Sala", (category,)),)), decimals=".")
    total = sum(map(Decimal, prices), Decimal(0))
    return document.replace(f'VALUE="{total:f}"', f'VALUE="{told}"')


@pytest.mark.parametrize(
    ("prices", "told", "kept"),
    [
        (("10.004", "10.004"), "20.01", "20.01"),  # summed before it was rounded
        (("10.004", "10.004", "10.004"), "30.00", "30.00"),  # and after
        (("10.005",), "10.00", "10.00"),
        (("10.0049", "10.0049"), "20.0098", "20.01"),
    ],
)
def test_a_total_is_promobs_own_to_the_cent_however_it_was_rounded(
    prices: tuple[str, ...], told: str, kept: str
) -> None:
    sums = listing_of(rounded(*prices, told=told)).sums

    assert (sums.cost, sums.price) == (Decimal(kept), Decimal(kept))


@pytest.mark.parametrize("items", [3, 2_000])
def test_an_item_that_is_missing_is_found_however_cheap_it_is_and_however_many_there_are(items: int) -> None:
    there = ["19.99"] * items
    whole = sum(map(Decimal, (*there, "0.01")), Decimal(0))

    assert refused(rounded(*there, "0.01", told=f"{whole:f}")) is None
    assert refused(rounded(*there, told=f"{whole:f}")) == "promob.totals_differ"


def refused(document: str) -> str | None:
    """The code of what stops a document from being read."""
    try:
        listing_of(document)
    except ProblemError as error:
        return error.problem.code
    return None


@settings(max_examples=40)
@given(drawings(), st.sampled_from(",."), st.booleans())
def test_what_is_drawn_is_read_whatever_the_form(of: Drawing, decimals: str, bom: bool) -> None:
    counted = list(of.counted())
    assume(counted)
    reading = read_xml(written_xml(of, decimals=decimals, bom=bom).encode())
    items = list(reading)

    assert {one.unique_id for one in items if one.counted} == {one.id for one in counted}
    sums = reading.listing.sums
    assert sums.cost == sum((one.order or Decimal(0) for one in counted), Decimal(0))
    assert sums.price == sum((one.budget or Decimal(0) for one in counted), Decimal(0))
    assert sums.unpriced == sum(1 for one in counted if one.order is None or one.budget is None)
    assert sum(one.count for one in reading.listing.categories.values()) == sums.count == len(counted)

    as_json = read_json(json.loads(json.dumps(written_json(of))))
    assert list(as_json) == items
    assert as_json.listing == reading.listing

    assert [item_from_line(json.loads(json.dumps(one.as_line()))) for one in items] == items


def test_json_takes_numbers_and_what_is_nothing_for_what_they_are() -> None:
    listing = listing_json(3)
    first = listing["ambients"][0]["categories"][0]["items"][0]
    first |= {"quantity": 1.25, "repetition": 2, "unit": None, "references": None, "tags": [{"colour": 1}]}

    item = next(iter(read_json(listing)))

    assert (item.quantity, item.repetition, item.unit, item.supplier) == (Decimal("1.25"), Decimal(2), "", "")


@pytest.mark.parametrize("items", [1, 2, 3, 7, 300])
def test_the_invented_budget_has_so_many_items_and_another_drawing_differs(items: int) -> None:
    first = listing_of(listing_xml(items, customer="Ana"))

    assert (first.sums.count, first.customer) == (items, {"nomecliente": "Ana"})
    assert listing_xml(items) == listing_xml(items)
    assert len({listing_xml(items, drawing) for drawing in range(1, 4)}) == 3
    assert all(one.sums.count == items for one in map(listing_of, (listing_xml(items, drawing) for drawing in (2, 3))))


def test_the_invented_budget_is_a_whole_kitchen() -> None:
    items = items_of(listing_xml(300))

    assert {len(one.ambient) for one in items} == {1, 2}
    assert len({one.category for one in items}) >= 5
    assert len({one.supplier for one in items if one.supplier}) >= 4
    assert len({one.finishes.get("MODEL_DESCRIPTION") for one in items}) >= 4
    assert sum(1 for one in items if not one.counted) > 300
    assert list(drawn(300).counted()) == list(drawn(300).counted())
