"""A store's rules price what is counted, to the cent; the most specific rule holds, and the tightest limit is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promob.items import Item
from promob.pricing import PricedItem, PricedSums, Rounding, Rule, priced, priced_from_line, with_discount


def item(name: str = "1", order: str | None = "100.00", budget: str | None = "250.00", **fields: Any) -> Item:
    """A counted item; fields take the place of what it has."""
    whole: dict[str, Any] = {
        "module": name,
        "ambient": ("Cozinha",),
        "category": "Balcões",
        "description": "Balcão",
        "reference": "BAL800",
        "supplier": "Araucária",
        "is_component": True,
        "counted": True,
        "order": None if order is None else Decimal(order),
        "budget": None if budget is None else Decimal(budget),
    }
    return Item(unique_id=name, **whole | fields)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def price(one: Item, *rules: Rule) -> Decimal | None:
    (found,) = priced([one], rules)
    return found.price


def test_without_a_rule_promobs_own_price_holds() -> None:
    assert price(item(budget="250.01")) == Decimal("250.01")
    assert price(item(), Rule(supplier="Outro", markup=Decimal(10))) == Decimal("250.00")


def test_a_markup_is_on_the_factory_cost() -> None:
    assert price(item(order="33.33"), Rule(markup=Decimal("110.5"))) == Decimal("70.16")  # 70.15965
    assert price(item(), Rule(markup=Decimal(0))) == Decimal("100.00")


MOST_SPECIFIC_FIRST = [
    Rule(reference="BAL800", supplier="Araucária", category="Balcões", markup=Decimal(1)),
    Rule(reference="BAL800", supplier="Araucária", markup=Decimal(2)),
    Rule(reference="BAL800", category="Balcões", markup=Decimal(3)),
    Rule(reference="BAL800", markup=Decimal(4)),
    Rule(supplier="Araucária", category="Balcões", markup=Decimal(5)),
    Rule(supplier="Araucária", markup=Decimal(6)),
    Rule(category="Balcões", markup=Decimal(7)),
    Rule(markup=Decimal(8)),
]


@pytest.mark.parametrize("first", range(8))
def test_of_the_rules_that_fit_the_most_specific_one_holds(first: int) -> None:
    left = MOST_SPECIFIC_FIRST[first:]

    for rules in (left, left[::-1], [*left[3:], *left[:3]]):
        assert price(item(), *rules) == Decimal(101 + first)


def test_of_two_that_name_the_same_the_first_in_the_list_holds() -> None:
    same = [Rule(supplier=name, markup=Decimal(10 * n)) for n, name in enumerate(("araucária ", "Araucária"), start=1)]

    assert [price(item(), *rules) for rules in permutations(same)] == [Decimal("110.00"), Decimal("120.00")]


@pytest.mark.parametrize(
    "fields", [{"supplier": "Outro"}, {"supplier": ""}, {"category": "Tampos"}, {"reference": "BAL80"}]
)
def test_a_rule_that_names_something_else_does_not_fit(fields: dict[str, str]) -> None:
    rule = Rule(reference="BAL800", supplier="Araucária", category="Balcões", markup=Decimal(0))

    assert price(item(), rule) == Decimal("100.00")
    assert price(item(**fields), rule) == Decimal("250.00")


def test_names_are_compared_without_regard_to_case_and_spaces() -> None:
    rule = Rule(category=" BALCÕES", supplier="araucária", reference="bal800 ", markup=Decimal(0))

    assert price(item(), rule) == Decimal("100.00")


@pytest.mark.parametrize(
    ("step", "rounding", "cost", "expected"),
    [
        ("0.01", Rounding.HALF_UP, "10.005", "10.01"),
        ("0.05", Rounding.HALF_UP, "10.02", "10.00"),
        ("0.05", Rounding.HALF_UP, "10.025", "10.05"),
        ("0.05", Rounding.UP, "10.01", "10.05"),
        ("0.05", Rounding.UP, "10.05", "10.05"),
        ("0.05", Rounding.DOWN, "10.04", "10.00"),
        ("1.00", Rounding.HALF_UP, "10.50", "11.00"),
        ("1.00", Rounding.DOWN, "10.99", "10.00"),
        ("10.00", Rounding.UP, "0.01", "10.00"),
        ("0.90", Rounding.HALF_UP, "10.00", "9.90"),
    ],
)
def test_a_price_is_a_multiple_of_the_step(step: str, rounding: Rounding, cost: str, expected: str) -> None:
    rule = Rule(markup=Decimal(0), step=Decimal(step), rounding=rounding)

    found = price(item(order=cost), rule)

    assert found == Decimal(expected)
    assert found is not None
    assert found.as_tuple().exponent == -2


def test_what_is_not_counted_has_no_price_and_lacks_none() -> None:
    sold = priced([item("1", counted=False), item("2")], [Rule(markup=Decimal(10))])

    group, counted = sold

    assert (group.price, group.is_unpriced) == (None, False)
    assert (counted.price, counted.is_unpriced) == (Decimal("110.00"), False)
    assert (sold.sums.count, sold.sums.cost) == (1, Decimal("100.00"))


@pytest.mark.parametrize(
    ("order", "budget", "markup", "expected"),
    [
        (None, "250.00", "10", None),
        ("100.00", None, None, None),
        (None, "250.00", None, "250.00"),
        (None, None, "1", None),
    ],
)
def test_an_item_without_a_price_is_told(
    order: str | None, budget: str | None, markup: str | None, expected: str | None
) -> None:
    rule = Rule(markup=None if markup is None else Decimal(markup))
    sold = priced([item(order=order, budget=budget)], [rule])

    (found,) = sold

    assert found.price == (None if expected is None else Decimal(expected))
    assert found.is_unpriced
    assert (sold.sums.count, sold.sums.unpriced, sold.sums.price) == (1, 1, Decimal(expected or 0))


def test_totals_are_told_by_category_and_as_a_whole() -> None:
    items = [
        item("1", "100.00", "250.00"),
        item("2", "50.10", "99.99", category="Tampos"),
        item("3", "1.11", "3.33"),
    ]
    sold = priced(items, [Rule(markup=Decimal(100)), Rule(category="Tampos")])

    assert [one.price for one in sold] == [Decimal("200.00"), Decimal("99.99"), Decimal("2.22")]
    assert sold.categories == {
        "Balcões": PricedSums(count=2, cost=Decimal("101.11"), price=Decimal("202.22"), promob_price=Decimal("253.33")),
        "Tampos": PricedSums(count=1, cost=Decimal("50.10"), price=Decimal("99.99"), promob_price=Decimal("99.99")),
    }
    assert sold.sums == PricedSums(
        count=3, cost=Decimal("151.21"), price=Decimal("302.21"), promob_price=Decimal("353.32")
    )


def test_the_tightest_limit_of_the_rules_that_hold_is_told_with_its_rule() -> None:
    rules = [
        Rule(discount_limit=Decimal(15)),
        Rule(supplier="Serra", category="Tampos", discount_limit=Decimal("7.5")),
        Rule(reference="LUXO", discount_limit=Decimal(1)),  # no item has it
        Rule(reference="BAL800"),  # no limit
    ]
    sold = priced(
        [item("1"), item("2", reference="A"), item("3", reference="", supplier="Serra", category="Tampos")], rules
    )

    assert (sold.discount_limit, sold.limited_by) == (None, None)
    assert len(list(sold)) == 3
    assert (sold.discount_limit, sold.limited_by) == (Decimal("7.5"), rules[1])
    assert rules[1].title == "categoria Tampos, fornecedor Serra"


def test_of_equal_limits_the_rule_that_was_met_first_is_told() -> None:
    rules = [Rule(discount_limit=Decimal(0)), Rule(reference="BAL800", discount_limit=Decimal(0))]
    sold = priced([item("1"), item("2", reference="")], rules)

    assert len(list(sold)) == 2
    assert sold.limited_by == rules[1]


@pytest.mark.parametrize(
    ("rule", "title"),
    [
        (Rule(), "todos os itens"),
        (Rule(reference="BAL800"), "referência BAL800"),
        (
            Rule(category="Tampos", supplier="Serra", reference="T1"),
            "categoria Tampos, fornecedor Serra, referência T1",
        ),
    ],
)
def test_a_rule_is_called_what_it_names(rule: Rule, title: str) -> None:
    assert rule.title == title


def test_items_are_priced_one_by_one() -> None:
    taken: list[str] = []

    def items() -> Iterator[Item]:
        for name in ("1", "2"):
            taken.append(name)
            yield item(name)

    sold = iter(priced(items(), []))

    assert (next(sold).item.unique_id, taken) == ("1", ["1"])


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.none() | st.decimals(0, 10**6, places=2), st.none() | st.decimals(0, 10**6, places=2))),
    st.none() | st.decimals(0, 9_999, places=4),
    st.sampled_from(("0.01", "0.05", "1.00")),
    st.sampled_from(Rounding),
)
def test_sums_are_those_of_the_lines(
    prices: list[tuple[Decimal | None, Decimal | None]], markup: Decimal | None, step: str, rounding: Rounding
) -> None:
    items = [item(f"{n}", order=_text(o), budget=_text(b)) for n, (o, b) in enumerate(prices)]
    sold = priced(items, [Rule(markup=markup, step=Decimal(step), rounding=rounding)])

    lines = list(sold)

    assert sold.sums.price == sum((one.price or Decimal(0) for one in lines), Decimal(0))
    assert all(one.price is None or one.price % Decimal(step) == 0 for one in lines)
    assert [priced_from_line(json.loads(json.dumps(one.as_line()))) for one in lines] == lines


@pytest.mark.parametrize(
    ("whole", "percent", "expected"),
    [
        ("100.00", "10", "90.00"),
        ("0.05", "50", "0.03"),
        ("99.99", "0", "99.99"),
        ("99.99", "100", "0.00"),
        ("1234.56", "7.5", "1141.97"),
    ],
)
def test_a_discount_is_taken_off_to_the_cent(whole: str, percent: str, expected: str) -> None:
    assert with_discount(Decimal(whole), Decimal(percent)) == Decimal(expected)


def test_a_line_without_a_price_has_none() -> None:
    one = PricedItem(item(), None)

    assert "price" not in one.as_line()
    assert priced_from_line(one.as_line()) == one
