"""Keys of files to import: what they say, however they are written, and what an upload's metadata keep."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asms.catalogues import Category
from asms.importing.keys import (
    BY,
    MODE,
    NAME,
    Drop,
    Uploaded,
    connection_of,
    file_of,
    key_in,
    metadata_in,
    metadata_out,
    parsed,
    upload_key,
)
from sincronia.engine.state import Mode


@pytest.mark.parametrize("category", Category)
def test_a_key_says_where_what_it_holds_goes(category: Category) -> None:
    key = f"imports/empresa-modelo/9f2c4be10a7d3358/{category.value}/novos.xlsx"
    assert parsed(key) == Drop("empresa-modelo", "9f2c4be10a7d3358", category, "novos.xlsx")


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_accents_spaces_and_plus_signs_arrive_as_they_were_typed(form: str) -> None:
    written = unicodedata.normalize(form, "imports/empresa-modelo/Suporte  São Paulo/clients/Março + ação (1).csv")  # type: ignore[arg-type]
    encoded = quote_plus(written, safe="/")
    assert "%2B" in encoded
    assert "+" in encoded
    assert key_in(encoded) == written  # byte for byte: S3 knows it so
    assert parsed(key_in(encoded)) == Drop(
        "empresa-modelo", "Suporte São Paulo", Category.CLIENTS, "Março + ação (1).csv"
    )


@pytest.mark.parametrize(
    "key",
    [
        "imports/empresa-modelo/projeto/clients",
        "imports/empresa-modelo/projeto/clientes/a.xlsx",
        "imports/empresa-modelo/projeto/Clients/a.xlsx",
        "imports/empresa-modelo/projeto/clients/pasta/a.xlsx",
        "imports/empresa-modelo//clients/a.xlsx",
        "imports/empresa-modelo/ \t/clients/a.xlsx",
        "imports/Empresa Modelo/projeto/clients/a.xlsx",
        "imports/../projeto/clients/a.xlsx",
        "imports//projeto/clients/a.xlsx",
        "exports/empresa-modelo/projeto/clients/a.xlsx",
        "imports/a.xlsx",
        "",
    ],
)
def test_a_key_of_another_form_says_nothing(key: str) -> None:
    assert parsed(key) is None


def test_a_file_without_a_name_is_told_from_a_key_of_another_form() -> None:
    assert parsed("imports/empresa-modelo/projeto/clients/") == Drop("empresa-modelo", "projeto", Category.CLIENTS, "")
    assert parsed("imports/empresa-modelo/projeto/clients/ \n") == Drop(
        "empresa-modelo", "projeto", Category.CLIENTS, ""
    )


def test_the_connection_is_known_though_the_rest_is_wrong_and_only_what_can_be_one() -> None:
    assert connection_of("imports/empresa-modelo/a.xlsx") == "empresa-modelo"
    for key in ("imports/Ana Souza/a.xlsx", "imports/ana@empresa/a", "imports/", "others/empresa-modelo/a"):
        assert connection_of(key) == ""


def test_people_know_a_file_by_its_last_segment() -> None:
    assert file_of("imports/empresa-modelo/a\nb.xlsx") == "a b.xlsx"
    assert file_of("imports/empresa-modelo/") == "imports/empresa-modelo/"


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("Clientes março.xlsx", "-Clientes-marco.xlsx"),
        ("../../etc/passwd", "-..-..-etc-passwd"),
        ("中文.csv", "-.csv"),
        ("a" * 300 + ".zip", "-" + "a" * 76 + ".zip"),
        ("", "-"),
    ],
)
def test_an_upload_gets_a_key_of_its_own_that_reads_back(name: str, ending: str) -> None:
    keys = {upload_key("empresa-modelo", "9f2c4be10a7d3358", Category.SPECIALISTS, name) for _ in range(3)}
    assert len(keys) == 3
    for key in keys:
        drop = parsed(key)
        assert drop is not None
        assert (drop.connection, drop.project, drop.category) == (
            "empresa-modelo",
            "9f2c4be10a7d3358",
            Category.SPECIALISTS,
        )
        assert drop.name[8:] == ending


@given(st.text(max_size=60), st.sampled_from(Mode), st.from_regex(r"[0-9a-f]{16}", fullmatch=True))
def test_metadata_are_ascii_and_keep_what_an_upload_says(name: str, mode: Mode, by: str) -> None:
    kept = metadata_out(Uploaded(mode, by, name))
    assert all(text.isascii() and text.isprintable() for text in kept.values())
    read = metadata_in(kept)
    assert (read.mode, read.by) == (mode, by)
    assert read.name.split() == unicodedata.normalize("NFC", _seen(name)).split()


def _seen(text: str) -> str:
    return "".join(" " if unicodedata.category(letter) == "Cc" else letter for letter in text)


def test_what_people_drop_by_hand_is_applied_and_a_mode_that_is_not_known_writes_nothing() -> None:
    assert metadata_in({}) == Uploaded(Mode.APPLY, "", "")
    assert metadata_in({MODE: "aplicar"}).mode == Mode.PREVIEW
    assert metadata_in({MODE: "apply", BY: "0" * 16, NAME: "mar%C3%A7o.csv"}) == Uploaded(
        Mode.APPLY, "0" * 16, "março.csv"
    )
