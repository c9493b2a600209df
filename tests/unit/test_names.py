"""The form that names are compared in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sincronia.names import name_key

ACUTE = "\u0301"  # an accent that joins the letter before it, and is left out


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("  João  da SILVA ", "joao da silva"),
        ("A\tB\n", "a b"),
        ("ﬁm", "fim"),
        ("Straße", "strasse"),
        ("´", ""),
        ("", ""),
    ],
)
def test_case_accents_and_spaces_make_no_difference(text: str, key: str) -> None:
    assert name_key(text) == key


@given(st.text(st.characters(codec="ascii")))
def test_plain_text_has_the_same_form_as_with_an_accent_that_is_left_out(text: str) -> None:
    assert name_key(text + ACUTE) == name_key(text)
