"""Addresses of webhooks: what was made is read, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sincronia.web.webhook_keys import Addressed, addressed, webhook_path

RANDOM = "00112233445566778899aabbccddeeff"
PATH = webhook_path("sgp", "provedor-modelo", RANDOM)


def test_an_address_reads_as_it_was_made() -> None:
    assert PATH.split("/") == ["", "webhooks", "sgp", "provedor-modelo", RANDOM + "de89a598"]
    assert addressed(PATH) == Addressed("sgp", "provedor-modelo", RANDOM)


@given(st.integers(0, len(PATH) - 1), st.characters())
def test_no_other_letter_is_read(position: int, letter: str) -> None:
    changed = PATH[:position] + letter + PATH[position + 1 :]

    assert (addressed(changed) is not None) == (changed == PATH)


@pytest.mark.parametrize(
    "path",
    ["", "/", PATH + "/", "/" + PATH, PATH + "\n", PATH.upper(), PATH[:-1], webhook_path("sgp", "a" * 62, RANDOM)],
)
def test_what_is_no_address_is_not_read(path: str) -> None:
    assert addressed(path) is None
