"""What differs between two versions is told module by module, in trade words."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest

from local.vendors.promob_listing import listing_xml
from promob.differences import Change, Difference, Kind, Value, What, differences
from promob.items import Item
from promob.listing_xml import read_xml
from promob.pricing import PricedItem, Rule, priced

SIZE = (Decimal(800), Decimal(720), Decimal(560))


def item(name: str, module: str = "", **fields: Any) -> PricedItem:
    """A counted item that costs 100 and is sold for 200; `module` names the one that it is a part of."""
    width, height, depth = fields.pop("size", SIZE)
    cost, price = fields.pop("cost", "100.00"), fields.pop("price", "200.00")
    whole: dict[str, Any] = {
        "ambient": ("Cozinha",),
        "category": "Balcões",
        "description": "Balcão",
        "reference": "BAL800",
        "unit": "un",
        "width": width,
        "height": height,
        "depth": depth,
        "is_component": True,
        "counted": not module,
        "module": module or name,
        "order": Decimal(str(cost)),
    }
    made = Item(unique_id=name, **whole | fields)
    return PricedItem(made, Decimal(str(price)) if made.counted else None)


def found(before: Iterable[PricedItem], after: Iterable[PricedItem]) -> list[str]:
    return [one.sentence for one in differences(before, after).found]


def test_the_same_differs_in_nothing() -> None:
    same = [item("1"), item("1-1", "1", reference="LAT"), item("2")]

    told = differences(same, same)

    assert (told.found, told.sentence) == ((), "Custo e preço são os mesmos.")
    assert told.before == told.after == Value(cost=Decimal("200.00"), price=Decimal("400.00"))


def test_a_module_comes_in_and_another_goes() -> None:
    told = differences([item("1", reference="A1")], [item("2", reference="B2", cost="80.00", price="1234.50")])

    assert told.found == (
        Difference(
            kind=Kind.ADDED,
            module="2",
            ambient="Cozinha",
            name="Balcão (B2)",
            before=None,
            after=Value(cost=Decimal("80.00"), price=Decimal("1234.50")),
        ),
        Difference(
            kind=Kind.GONE,
            module="1",
            ambient="Cozinha",
            name="Balcão (A1)",
            before=Value(cost=Decimal("100.00"), price=Decimal("200.00")),
            after=None,
        ),
    )
    assert [one.sentence for one in told.found] == [
        "Entrou o módulo Balcão (B2), em Cozinha: custo R$ 80,00, preço R$ 1.234,50.",
        "Saiu o módulo Balcão (A1), em Cozinha: custo R$ 100,00, preço R$ 200,00.",
    ]
    assert told.sentence == ("No total, custo de R$ 100,00 para R$ 80,00; preço de R$ 200,00 para R$ 1.234,50.")


def test_modules_that_were_drawn_anew_are_the_same() -> None:
    before = [item("1"), item("2", reference="TOR700"), item("3", ambient=("Sala",))]
    after = [item("7", ambient=("Sala",)), item("8", reference="TOR700"), item("9")]

    assert found(before, after) == []


def test_an_id_that_now_stands_for_another_module_does_not_hide_where_the_first_went() -> None:
    before = [item("1"), item("2", reference="TOR700")]
    after = [item("1", reference="GAV500"), item("2"), item("3", reference="TOR700")]

    assert found(before, after) == [
        "Entrou o módulo Balcão (GAV500), em Cozinha: custo R$ 100,00, preço R$ 200,00.",
    ]


def test_two_that_are_alike_are_two() -> None:
    assert found([item("1"), item("2")], [item("7")]) == [
        "Saiu o módulo Balcão (BAL800), em Cozinha: custo R$ 100,00, preço R$ 200,00."
    ]


def test_another_finish_is_told_once_for_all_parts() -> None:
    white = {"MODEL": "MDF\\Branco", "MODEL_DESCRIPTION": "Branco"}
    oak = {"MODEL": "MDF\\Carvalho", "MODEL_DESCRIPTION": "Carvalho"}

    def module(finishes: dict[str, str]) -> list[PricedItem]:
        sides = [item(f"1-{n}", "1", reference="LAT", finishes={**finishes, "THICKNESS": "15"}) for n in (1, 2)]
        return [item("1", finishes=finishes), *sides]

    (told,) = differences(module(white), module(oak)).found

    assert told.changes == (
        Change(what=What.FINISH, name="acabamento", before="Branco", after="Carvalho", finish="MODEL_DESCRIPTION"),
    )
    assert told.sentence == "Mudou o módulo Balcão (BAL800), em Cozinha: acabamento de Branco para Carvalho."


def test_finishes_that_changed_places_are_told() -> None:
    def module(door: str, body: str) -> list[PricedItem]:
        return [
            item("1"),
            item("1-1", "1", reference="POR", finishes={"MODEL_DESCRIPTION": door}),
            item("1-2", "1", reference="LAT", finishes={"MODEL_DESCRIPTION": body}),
        ]

    assert found(module("Branco", "Preto"), module("Preto", "Branco")) == [
        "Mudou o módulo Balcão (BAL800), em Cozinha: acabamento de Branco para Preto; acabamento de Preto para Branco."
    ]


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ({}, {"FITA_BORDA_1": "Branco"}, "fita de borda 1 de nada para Branco"),
        ({"MATERIAL": "MDF"}, {"MATERIAL": "MDP"}, "material de MDF para MDP"),
        ({"MODEL": "A"}, {"MODEL": "B"}, "padrão de A para B"),
        ({"THICKNESS": "15"}, {"THICKNESS": "18"}, "espessura de 15 para 18"),
        ({"MODEL_DESCRIPTION_FITA": "A"}, {}, "acabamento da fita de borda de A para nada"),
    ],
)
def test_each_finish_has_its_word(before: dict[str, str], after: dict[str, str], sentence: str) -> None:
    assert found([item("1", finishes=before)], [item("1", finishes=after)]) == [
        f"Mudou o módulo Balcão (BAL800), em Cozinha: {sentence}."
    ]


def test_a_part_more_is_no_other_finish() -> None:
    def module(parts: int) -> list[PricedItem]:
        finishes = {"MATERIAL": "MDF"}
        return [item("1"), *(item(f"1-{n}", "1", reference="LAT", finishes=finishes) for n in range(parts))]

    assert found(module(1), module(3)) == ["Mudou o módulo Balcão (BAL800), em Cozinha: peças: 2 a mais, 0 a menos."]


@pytest.mark.parametrize(
    ("fields", "what", "sentence"),
    [
        ({"size": (Decimal(900), *SIZE[1:])}, What.SIZE, "dimensões de 800 x 720 x 560 mm para 900 x 720 x 560 mm"),
        ({"size": (None, *SIZE[1:])}, What.SIZE, "dimensões de 800 x 720 x 560 mm para – x 720 x 560 mm"),
        ({"repetition": Decimal(3)}, What.PIECES, "número de peças de 1 para 3"),
        ({"quantity": Decimal("1.50"), "unit": "m2"}, What.QUANTITY, "quantidade de 1 un para 1,5 m2"),
        ({"ambient": ("Casa", "Sala")}, What.AMBIENT, "ambiente de Cozinha para Casa / Sala"),
        ({"reference": "BAL900"}, What.MODEL, "modelo de Balcão (BAL800) para Balcão (BAL900)"),
    ],
)
def test_what_changed_of_a_module_is_told(fields: dict[str, Any], what: What, sentence: str) -> None:
    (told,) = differences([item("1")], [item("1", **fields)]).found

    assert [one.what for one in told.changes] == [what]
    assert f": {sentence}." in told.sentence


def test_what_another_size_does_to_the_parts_is_not_told_beside_it() -> None:
    wide = (Decimal(900), *SIZE[1:])
    before = [item("1"), item("1-1", "1", reference="BAS")]
    after = [item("1", size=wide), item("1-1", "1", reference="BAS", size=wide)]

    (told,) = differences(before, after).found

    assert [one.what for one in told.changes] == [What.SIZE]


def test_cost_and_price_are_told_with_what_explains_them_and_without() -> None:
    before = [item("1"), item("2", reference="B")]
    after = [item("1", price="210.00"), item("2", reference="B", repetition=Decimal(2), cost="200.00")]

    assert found(before, after) == [
        "Mudou o módulo Balcão (BAL800), em Cozinha: preço de R$ 200,00 para R$ 210,00.",
        "Mudou o módulo Balcão (B), em Cozinha: número de peças de 1 para 2; custo de R$ 100,00 para R$ 200,00.",
    ]


def test_a_module_is_worth_what_is_counted_in_it() -> None:
    group = [item("1", counted=False), item("1-1", "1", counted=True), item("1-2", "1", counted=True)]

    (told,) = differences([], group).found

    assert told.after == Value(cost=Decimal("200.00"), price=Decimal("400.00"))
    assert told.name == "Balcão (BAL800)"


def test_two_drawings_of_a_kitchen_differ_in_some_modules() -> None:
    def version(items: int, drawing: int) -> list[PricedItem]:
        return list(priced(read_xml(listing_xml(items, drawing).encode()), [Rule(markup=Decimal(110))]))

    told = differences(version(60, 1), version(62, 2))

    kinds = {kind: [one for one in told.found if one.kind == kind] for kind in Kind}
    assert (len(kinds[Kind.ADDED]), len(kinds[Kind.GONE])) == (2, 0)
    assert {change.what for one in kinds[Kind.CHANGED] for change in one.changes} == {What.FINISH, What.SIZE}
    worth = [((one.before or Value(cost=Decimal(0), price=Decimal(0))), one.after) for one in told.found]
    assert told.after.price - told.before.price == sum(
        (after.price - before.price for before, after in worth if after), Decimal(0)
    )
