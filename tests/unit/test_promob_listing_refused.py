"""What is malformed, hostile or doesn't add up is refused with a sentence that says what is wrong where."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from local.vendors.promob_listing import listing_json
from promob import listing_reader
from promob.answers import ANSWERS
from promob.items import Listing
from promob.listing_json import read_json
from promob.listing_reader import MOST_DEPTH
from promob.listing_sentences import LISTING
from promob.listing_xml import read_xml
from sincronia.answers import ProblemError, explain
from tests.promob_listings import WRITTEN, written_with

BEGINS = "No orçamento do Promob, "
AGAIN = " Use Preparar para Negociação de novo; se acontecer outra vez, avise o suporte do Promob."
AS_IT_IS = " Envie o orçamento como o Promob o grava."
FORBIDDEN = "o XML tem uma DTD ou entidades, que não são aceitas; nada dele foi lido." + AS_IT_IS
MENDED = " Corrija a quantidade ou o preço no Promob e prepare o ambiente de novo."
SHORTER = " Diminua o texto no Promob e prepare o ambiente de novo."
FORM = " Corrija a forma do orçamento e envie-o de novo."
EMPTY = "não há nenhum item com preço próprio. Inclua módulos no ambiente e use Preparar para Negociação."
DEEP = "há mais de 64 elementos um dentro do outro. Desfaça os agrupamentos do ambiente e prepare-o de novo."
SIDE = "o item Lateral (LAT) de UNIQUEID 11"
DOOR = "o item Porta de UNIQUEID 20"
UNIQUE = 'UNIQUEID="11" UNIQUEPARENTID="10"'
OF_SIDE = 'DESCRIPTION="Lateral" REFERENCE="LAT" REPETITION="2"'
TWICE = '<ORDER TOTAL="10.00"/>'
HEAD = '<?xml version="1.0" encoding="utf-8"?>'


def line_of(text: str) -> int:
    """The line of the budget that is written out on which a text stands."""
    return WRITTEN[: WRITTEN.index(text)].count("\n") + 1


def malformed(line: int) -> str:
    return f"o XML está incompleto ou inválido na linha {line}.{AGAIN}"


def not_a_number(where: str, attribute: str) -> str:
    return f"{where} tem em {attribute} algo que não é um número.{AGAIN}"


def negative(where: str, attribute: str) -> str:
    return f"{where} tem em {attribute} um número negativo.{MENDED}"


def too_long(where: str, attribute: str, most: int) -> str:
    return f"{where} tem em {attribute} um texto com mais de {most} caracteres.{SHORTER}"


def differs(what: str, where: str, told: str, ours: str) -> str:
    return f"o total {what} {where} é {told}, e os itens somam {ours}; nada foi considerado.{AGAIN}"


def nested(depth: int) -> str:
    """Items within each other."""
    return "<ITEMS>" + "".join(f'<ITEM UNIQUEID="n{number}"><ITEMS>' for number in range(depth))


DOCUMENTS: dict[str, tuple[str, str]] = {
    "nothing": ("", malformed(1)),
    "no XML": ("nada", malformed(1)),
    "cut off": (WRITTEN[: WRITTEN.index("<PRICE>")], malformed(line_of("<PRICE>"))),
    "an end that doesn't fit": (written_with("</LISTING>", "</LISTINGS>"), malformed(line_of("</LISTING>"))),
    "an attribute twice": (written_with(UNIQUE, f'{UNIQUE} UNIQUEID="11"'), malformed(line_of(UNIQUE))),
    "a second document": (WRITTEN + "<LISTING/>", malformed(line_of("</LISTING>") + 1)),
    "an unknown entity": (written_with("Brinde", "&brinde;"), malformed(line_of("Brinde"))),
    "a control character": (written_with("Brinde", "a\x00b"), malformed(line_of("Brinde"))),
    "a control character, written": (written_with("Brinde", "&#1;"), malformed(line_of("Brinde"))),
    "an unquoted attribute": (written_with('UNIQUEID="20"', "UNIQUEID=20"), malformed(line_of('UNIQUEID="20"'))),
    "a DTD": (WRITTEN.replace(HEAD, "<!DOCTYPE LISTING>"), FORBIDDEN),
    "a DTD elsewhere": (WRITTEN.replace(HEAD, '<!DOCTYPE LISTING SYSTEM "http://127.0.0.1:1/x.dtd">'), FORBIDDEN),
    "an entity": (WRITTEN.replace(HEAD, '<!DOCTYPE a [<!ENTITY b "c">]>').replace("Brinde", "&b;"), FORBIDDEN),
    "a file": (WRITTEN.replace(HEAD, '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'), FORBIDDEN),
    "a parameter entity": (WRITTEN.replace(HEAD, '<!DOCTYPE a [<!ENTITY % b "c"> %b;]>'), FORBIDDEN),
    "a billion laughs": (
        '<!DOCTYPE l [<!ENTITY a "ha">'
        + "".join(f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefghi", "bcdefghij", strict=True))
        + "]><LISTING>&j;</LISTING>",
        FORBIDDEN,
    ),
    "something else": ("<html><body/></html>", f"falta o elemento LISTING: o XML é de outra coisa.{AS_IT_IS}"),
    "small letters": ("<listing/>", f"falta o elemento LISTING: o XML é de outra coisa.{AS_IT_IS}"),
    "another namespace": (
        WRITTEN.replace("<LISTING ", '<LISTING xmlns="urn:x" '),
        f"falta o elemento LISTING: o XML é de outra coisa.{AS_IT_IS}",
    ),
    "no item": (
        '<LISTING><AMBIENTS/><TOTALPRICES><MARGINS><ORDER VALUE="0"/></MARGINS></TOTALPRICES></LISTING>',
        EMPTY,
    ),
    "groups alone": (
        WRITTEN.replace('COMPONENT="Y"', 'COMPONENT="N"').replace("VALUE=", "X="),
        EMPTY,
    ),
    "no total": (
        written_with('<ORDER VALUE="1.050,50"/>', ""),
        "falta o total do LISTING (TOTALPRICES), com ORDER e BUDGET, e não se sabe se os itens estão completos."
        + AGAIN,
    ),
    "items within each other": (
        WRITTEN[: WRITTEN.index("<ITEMS>")] + nested(MOST_DEPTH),
        DEEP,
    ),
    "elements within each other": (
        "<LISTING>" + "<X>" * 10_000,
        DEEP,
    ),
    "a quantity that is none": (written_with('"0,4"', '"muito"'), not_a_number(SIDE, "QUANTITY")),
    "a quantity with an exponent": (written_with('"0,4"', '"1E+9"'), not_a_number(SIDE, "QUANTITY")),
    "a quantity that isn't finite": (written_with('"0,4"', '"NaN"'), not_a_number(SIDE, "QUANTITY")),
    "a quantity of other digits": (written_with('"0,4"', '"٣"'), not_a_number(SIDE, "QUANTITY")),
    "a quantity without end": (written_with('"0,4"', f'"{"9" * 5000}"'), not_a_number(SIDE, "QUANTITY")),
    "a quantity with wrong thousands": (written_with('"0,4"', '"1.23.456,0"'), not_a_number(SIDE, "QUANTITY")),
    "a quantity with two signs": (written_with('"0,4"', '"--1"'), not_a_number(SIDE, "QUANTITY")),
    "a negative quantity": (written_with('"0,4"', '"-0,4"'), negative(SIDE, "QUANTITY")),
    "a negative repetition": (written_with(OF_SIDE, OF_SIDE.replace('"2"', '"-2"')), negative(SIDE, "REPETITION")),
    "a negative size": (written_with('WIDTH="720"', 'WIDTH="-720"'), negative(SIDE, "WIDTH")),
    "a size with its unit": (written_with('WIDTH="720"', 'WIDTH="720 mm"'), not_a_number(SIDE, "WIDTH")),
    "a negative cost": (written_with('TOTAL="10.00"', 'TOTAL="-10.00"'), negative(DOOR, "ORDER TOTAL")),
    "a negative price": (written_with('TOTAL="20.00"', 'TOTAL="-20"'), negative(DOOR, "BUDGET TOTAL")),
    "a negative price of parts": (
        written_with('TOTALCOMPONENTS="9,00"', 'TOTALCOMPONENTS="-9"'),
        negative(SIDE, "BUDGET TOTALCOMPONENTS"),
    ),
    "a cost that is none": (written_with('TOTAL="10.00"', 'TOTAL="R$ 10"'), not_a_number(DOOR, "ORDER TOTAL")),
    "two costs": (written_with(TWICE, TWICE * 2), f"{DOOR} tem ORDER mais de uma vez.{AGAIN}"),
    "two totals": (
        written_with('<ORDER VALUE="1.050,50"/>', '<ORDER VALUE="1.050,50"/>' * 2),
        f"o total do orçamento tem ORDER mais de uma vez.{AGAIN}",
    ),
    "a total that is none": (
        written_with('"1.050,50"', '"x"'),
        not_a_number("o total do orçamento", "ORDER VALUE"),
    ),
    "a negative total": (
        written_with('"1040,50"', '"-1040,50"'),
        negative("o total da categoria 001", "ORDER VALUE"),
    ),
    "neither component nor group": (
        written_with('"Y" DESCRIPTION="Porta"', '"S" DESCRIPTION="Porta"'),
        f"{DOOR} não tem em COMPONENT nem Y nem N, e não se sabe se o preço dele conta.{AGAIN}",
    ),
    "an item without an id": (
        written_with('UNIQUEID="20"', 'UNIQUEID=" "'),
        f"o item Porta da categoria Portas não tem UNIQUEID.{AGAIN}",
    ),
    "nothing but wrong numbers": (
        WRITTEN[: WRITTEN.index("<ITEM ")] + '<ITEM UNIQUEID="7" DEPTH="-1"/>',
        negative("o item sem nome de UNIQUEID 7", "DEPTH"),
    ),
    "a category without a name": (
        written_with('"Portas"', '""').replace('TOTAL="10.00"', 'TOTAL="11.00"'),
        differs("do custo de fábrica", "da categoria sem nome do ambiente Despensa", "R$ 10,00", "R$ 11,00"),
    ),
    "the same id twice": (
        written_with('UNIQUEID="20"', 'UNIQUEID="11"'),
        f"há mais de um item com o UNIQUEID 11.{AGAIN}",
    ),
    "the same id within itself": (
        written_with('UNIQUEID="12"', 'UNIQUEID="11"'),
        f"há mais de um item com o UNIQUEID 11.{AGAIN}",
    ),
    "a long id": (
        written_with('UNIQUEID="20"', f'UNIQUEID="{"2" * 101}"'),
        too_long("um item da categoria Portas", "UNIQUEID", 100),
    ),
    "a long description": (
        written_with('"Brinde"', f'"{"b" * 501}"'),
        too_long("um item da categoria Portas", "DESCRIPTION", 500),
    ),
    "a description of megabytes": (
        written_with('"Brinde"', f'"{"b" * 1_000_000}"'),
        too_long("um item da categoria Portas", "DESCRIPTION", 500),
    ),
    "a long supplier": (written_with('"Araucária"', f'"{"a" * 201}"'), too_long(SIDE, "SUPPLIER", 200)),
    "a long finish": (written_with('"MDF"/><THICK', f'"{"m" * 301}"/><THICK'), too_long(SIDE, "MATERIAL", 300)),
    "a long category": (
        written_with('"Portas"', f'"{"p" * 201}"'),
        too_long("uma categoria do ambiente Despensa", "DESCRIPTION", 200),
    ),
    "a long ambient": (written_with('"Despensa"', f'"{"d" * 201}"'), too_long("um ambiente", "NAME", 200)),
    "a long name of the listing": (
        written_with('"Casa"', f'"{"c" * 201}"'),
        too_long("o orçamento", "DESCRIPTION", 200),
    ),
    "a long name of the customer": (written_with('"Ana"', f'"{"a" * 201}"'), too_long("o cliente", "nomecliente", 200)),
    "a category that costs something else": (
        written_with('"1040,50"', '"1040,51"'),
        differs("do custo de fábrica", "da categoria 001 do ambiente Cozinha", "R$ 1.040,51", "R$ 1.040,50"),
    ),
    "a category that is sold for something else": (
        written_with('"2090"', '"209,0"'),
        differs("do preço de venda", "da categoria 001 do ambiente Cozinha", "R$ 209,00", "R$ 2.090,00"),
    ),
    "an ambient that costs something else": (
        written_with('"1050,50"', '"1060,50"'),
        differs("do custo de fábrica", "do ambiente Cozinha", "R$ 1.060,50", "R$ 1.050,50"),
    ),
    "a listing that costs something else": (
        written_with('"1.050,50"', '"1.050,48"'),
        differs("do custo de fábrica", "do orçamento", "R$ 1.050,48", "R$ 1.050,50"),
    ),
    "a listing that leaves out what stands within": (
        written_with('"2,110.00"', '"2,090.00"'),
        differs("do preço de venda", "do orçamento", "R$ 2.090,00", "R$ 2.110,00"),
    ),
    "an item taken away": (
        written_with('<ITEM UNIQUEID="12"', '<ITEM UNIQUEID="12"').replace(
            WRITTEN[WRITTEN.index('<ITEM UNIQUEID="20"') : WRITTEN.index('<ITEM UNIQUEID="21" ')], ""
        ),
        differs("do custo de fábrica", "da categoria Portas do ambiente Despensa", "R$ 10,00", "R$ 0,00"),
    ),
}


def refused(read: Callable[[], Listing]) -> tuple[str, str]:
    """The code of what is wrong, and its sentence without how each begins."""
    with pytest.raises(ProblemError) as raised:
        read()
    sentence = explain(raised.value.problem, ANSWERS)
    assert sentence.startswith(BEGINS)
    return raised.value.problem.code, sentence.removeprefix(BEGINS)


@pytest.mark.parametrize(("document", "sentence"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_bad_document_is_refused(document: str, sentence: str) -> None:
    start = time.process_time()

    assert refused(read_xml(document.encode()).through)[1] == sentence
    assert time.process_time() - start < 1


@pytest.mark.parametrize("encoding", ["utf-32", "latin-1", "cp037"])
def test_bytes_of_another_encoding_are_refused(encoding: str) -> None:
    document = WRITTEN.replace('encoding="utf-8"', f'encoding="{encoding}"')

    code, _ = refused(read_xml(document.encode(encoding)).through)

    assert code == "promob.xml_malformed"


def test_too_many_items_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert listing_reader.MOST_ITEMS == 60_000
    monkeypatch.setattr(listing_reader, "MOST_ITEMS", 1_500)
    head = WRITTEN[: WRITTEN.index("<ITEM ")]

    def document(items: int) -> bytes:
        return (head + "".join(f'<ITEM UNIQUEID="{number}"/>' for number in range(items))).encode()

    assert refused(read_xml(document(1_501)).through)[1] == (
        "há mais de 1.500 itens, contadas as peças. Divida o ambiente em mais de um e prepare cada um."
    )
    assert refused(read_xml(document(1_500)).through)[0] == "promob.xml_malformed"  # it isn't whole


def test_too_many_items_without_price_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing_reader, "MOST_ITEMS", 1_500)
    listed = '<ITEM DESCRIPTION="Tampo"/>'

    def document(items: int) -> bytes:
        return written_with('<ITEM UNIQUEID="21"/>', listed * items).encode()

    assert read_xml(document(1_500)).through().sums.unpriced == 1_501
    assert refused(read_xml(document(1_501)).through)[0] == "promob.too_many_items"


def test_other_items_may_come_before_the_fault_but_no_listing_does() -> None:
    reading = read_xml(written_with('"1.050,50"', '"7"').encode())

    items = iter(reading)
    assert [next(items).unique_id for _ in range(5)] == ["10", "11", "12", "20", "21"]
    with pytest.raises(ProblemError):
        next(items)
    with pytest.raises(ValueError, match="come first"):
        _ = reading.listing


def with_item(**parts: Any) -> dict[str, Any]:
    """A listing as JSON, with something else in its first item."""
    listing = listing_json(3)
    listing["ambients"][0]["categories"][0]["items"][0] |= parts
    return listing


FIRST = "listing.ambients[0].categories[0].items[0]"
ITEM = "o item Balcão 2 portas (BAL800) de UNIQUEID 1000-1"


def as_form(field: str) -> str:
    return f"o campo {field} não tem a forma esperada.{FORM}"


def within(depth: int) -> dict[str, Any]:
    """Items within each other."""
    item: dict[str, Any] = {"uniqueid": "x"}
    for number in range(depth):
        item = {"uniqueid": f"{number}", "items": [item]}
    return with_item(items=[item])


VALUES: dict[str, tuple[Any, str]] = {
    "nothing": (None, as_form("listing")),
    "a list": ([], as_form("listing")),
    "a text": ("<LISTING/>", as_form("listing")),
    "no member": (
        {},
        EMPTY,
    ),
    "ambients that are none": ({"ambients": {}}, as_form("listing.ambients")),
    "an ambient that is none": ({"ambients": [7]}, as_form("listing.ambients[0]")),
    "items that are none": (with_item(items="x"), as_form(f"{FIRST}.items")),
    "a price that is none": (with_item(price=7), as_form(f"{FIRST}.price")),
    "references that are none": (with_item(references=["x"]), as_form(f"{FIRST}.references")),
    "a reference that is none": (with_item(references={"model": ["x"]}), as_form(f"{FIRST}.references.model")),
    "a description that is none": (with_item(description={"a": 1}), as_form(f"{FIRST}.description")),
    "a control character": (with_item(description="a\x00b"), as_form(f"{FIRST}.description")),
    "half a character": (with_item(description="a\ud800"), as_form(f"{FIRST}.description")),
    "a quantity that isn't finite": (with_item(quantity=float("nan")), not_a_number(ITEM, "QUANTITY")),
    "a quantity that is true": (with_item(quantity=True), not_a_number(ITEM, "QUANTITY")),
    "a negative quantity": (with_item(quantity=-1), negative(ITEM, "QUANTITY")),
    "a huge quantity": (with_item(quantity=10**400), not_a_number(ITEM, "QUANTITY")),
    "no id": (with_item(uniqueid=None), f"o item Balcão 2 portas da categoria Balcões não tem UNIQUEID.{AGAIN}"),
    "items within each other": (
        within(200),
        DEEP,
    ),
    "another total": (
        listing_json(3) | {"totalprices": {"margins": {"order": {"value": 7}, "budget": {"value": "7"}}}},
        differs("do custo de fábrica", "do orçamento", "R$ 7,00", "R$ 699,51"),
    ),
    "another price": (
        with_item(price={"margins": {"order": {"total": 1}, "budget": {"total": 1}}}),
        differs("do custo de fábrica", "da categoria Balcões do ambiente Cozinha", "R$ 412,37", "R$ 1,00"),
    ),
}


@pytest.mark.parametrize(("value", "sentence"), VALUES.values(), ids=VALUES)
def test_a_bad_value_is_refused(value: Any, sentence: str) -> None:
    assert refused(read_json(value).through)[1] == sentence


def test_every_sentence_about_a_listing_is_said_somewhere_here() -> None:
    said = {
        refused(read_xml(document.encode()).through)[0] for document, _ in DOCUMENTS.values() if len(document) < 10**6
    }
    said |= {refused(read_json(value).through)[0] for value, _ in VALUES.values()}

    assert said | {"promob.too_many_items"} == set(LISTING)
