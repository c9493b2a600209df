"""The selectors of "Sincronizar Empresas e Funcionários": what they hold, and where one is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen.selectors import SelectorError, parse


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("1..10", "1..10"),
        ("1;3;9", "1;3;9"),
        ("1..", "1.."),
        ("7", "7"),
        ("1..3;9;20..", "1..3;9;20.."),
        (" 1 .. 10 ; 12 ", "1..10;12"),
        ("9;3;1", "1;3;9"),
        ("1;2;3", "1..3"),
        ("1..5;4..8;9", "1..9"),
        ("5..;1;7..9", "1;5.."),
        ("5..;2..", "2.."),
        ("001..010", "1..10"),
        ("4..4", "4"),
        ("0", "0"),
        ("3..10;4..5;11", "3..11"),
    ],
)
def test_selector_has_one_form(text: str, normal: str) -> None:
    assert str(parse(text)) == normal


@pytest.mark.parametrize(
    ("text", "position", "piece"),
    [
        ("10..1", 1, "10..1"),
        ("1;10..1", 3, "10..1"),
        ("", 1, ""),
        ("   ", 1, ""),
        ("1;;3", 3, ""),
        ("1;", 3, ""),
        (";1", 1, ""),
        ("1; ;3", 3, ""),
        ("abc", 1, "abc"),
        ("1;a", 3, "a"),
        ("12a", 3, "a"),
        ("1..5x", 5, "x"),
        ("1...5", 4, ".5"),
        ("1..2..3", 5, "..3"),
        ("1.5", 2, ".5"),
        ("..5", 1, "..5"),
        ("1 2", 3, "2"),
        ("  x", 3, "x"),
        ("1-5", 2, ""),
        ("1,3", 2, ""),
        ("-1", 1, ""),
        ("1;<b>", 3, ""),
        ("1;maria@aurora.example", 3, ""),
        ("abcdefghijklm", 1, ""),
        ("1234567890", 1, "1234567890"),
        ("1..1234567890", 1, ""),
        ("١", 1, ""),
        ("1;" * 1001, 2001, ""),
    ],
)
def test_wrong_selector_points_at_the_place(text: str, position: int, piece: str) -> None:
    with pytest.raises(SelectorError) as raised:
        parse(text)
    assert (raised.value.position, raised.value.piece) == (position, piece)


def test_selector_of_too_many_ranges_is_too_big() -> None:
    with pytest.raises(SelectorError):
        parse(";".join(str(code) for code in range(1, 403, 2)))


@pytest.mark.parametrize(
    ("text", "above"),
    [("1..", "2.."), ("1;3", "3"), ("1..5;9", "2..5;9"), ("4..6", "4..6"), ("1", None), ("0..1", None)],
)
def test_what_lies_above_a_code_is_kept(text: str, above: str | None) -> None:
    left = parse(text).above(2)
    assert (left and str(left)) == above


_CODES = st.integers(min_value=0, max_value=60)
_ONE = _CODES.map(str)
_RANGE = st.tuples(_CODES, _CODES).map(lambda ends: f"{min(ends)}..{max(ends)}")
_OPEN = _CODES.map(lambda first: f"{first}..")
_TEXTS = st.lists(st.one_of(_ONE, _RANGE, _OPEN), min_size=1, max_size=8).map(";".join)


def read_otherwise(text: str) -> set[int]:
    """The codes up to 100 that a selector means, read in another way than the product's."""
    codes: set[int] = set()
    for part in text.split(";"):
        first, dots, last = part.partition("..")
        codes |= set(range(int(first), int(last or 100) + 1)) if dots else {int(first)}
    return codes


@given(_TEXTS)
def test_holds_what_it_says_and_no_more(text: str) -> None:
    selector = parse(text)
    assert {code for code in range(101) if selector.holds(code)} == read_otherwise(text)
    assert selector.holds(10**9) == any(part.endswith("..") for part in text.split(";"))


@given(_TEXTS)
def test_normal_form_means_the_same_and_stays(text: str) -> None:
    selector = parse(text)
    assert parse(str(selector)) == selector
    assert read_otherwise(str(selector)) == read_otherwise(text)


@given(st.text(max_size=30))
def test_any_text_is_a_selector_or_is_wrong_at_a_place_of_it(text: str) -> None:
    wrong: SelectorError | None = None
    try:
        assert parse(str(parse(text))) == parse(text)
    except SelectorError as error:
        wrong = error
    if wrong:
        assert 1 <= wrong.position <= len(text) + 1
        assert wrong.piece in text
