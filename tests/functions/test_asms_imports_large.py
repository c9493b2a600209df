"""7,000 rows of which 500 are wrong in more than 25 ways: each is told at its cell, the others are applied."""

from __future__ import annotations

import io
import random
import urllib.request
from collections import Counter
from typing import Any

import openpyxl
import pytest

from tests.asms_imports import carried_out, csv_of, dropped, faults, imported, requests, run, users, workbook_of
from tests.asms_on_aws import Asms
from tests.crash.asms_world import agree
from tests.functions.test_asms_exports import field
from tests.functions.test_asms_imports import RUNS, totals

ROWS, WRONG = 7_000, 500

# What is done to a right row, and the cell and code that come of it; the column is named by its header.
Fault = tuple[dict[str, str], str, str]
FAULTS: tuple[Fault, ...] = (
    ({"Nome": ""}, "Nome", "asms.cell_empty"),
    ({"Nome": "N" * 201}, "Nome", "asms.cell_too_long"),
    ({"Nome": "Duas\nlinhas"}, "Nome", "asms.cell_one_line"),
    ({"Nome": "´"}, "Nome", "asms.cell_not_comparable"),
    ({"Login": "taken"}, "Login", "asms.cell_login_taken"),
    ({"Id": "0123456789abcdef"}, "Id", "asms.cell_id_unknown"),
    ({"Id": "12"}, "Id", "asms.cell_id_malformed"),
    ({"E-mail": "sem arroba"}, "E-mail", "asms.cell_email"),
    ({"E-mail": f"{'e' * 250}@m.example"}, "E-mail", "asms.cell_too_long"),
    ({"Senha": "curta"}, "Senha", "asms.password_min_length"),
    ({"Identificação": "(não cabe em uma célula)"}, "Identificação", "asms.cell_placeholder"),
    ({"Telefone": "#REF!"}, "Telefone", "asms.cell_error"),
    ({"Status": "Talvez"}, "Status", "asms.cell_choice"),
    ({"Cultura": "Francês"}, "Cultura", "asms.cell_choice"),
    ({"Localização": "Lua"}, "Localização", "asms.cell_entry_unknown"),
    ({"Localização": "Fechada"}, "Localização", "asms.cell_entry_inactive"),
    ({"Latitude": "norte"}, "Latitude", "asms.cell_degrees"),
    ({"Longitude": "181"}, "Longitude", "asms.cell_degrees"),
    ({"Empresas": "Nenhuma"}, "Empresas", "asms.cell_entry_unknown"),
    ({"Empresas": "Acme; acme"}, "Empresas", "asms.cell_entry_repeated"),
    ({"Serviços": "Antigo"}, "Serviços", "asms.cell_entry_inactive"),
    ({"Grupos": "Ninguém"}, "Grupos", "asms.cell_entry_unknown"),
    ({"Adicional: Vale": "ontem"}, "Adicional: Vale", "asms.cell_date"),
    ({"Adicional: Saldo": "muito"}, "Adicional: Saldo", "asms.cell_number"),
    ({"Adicional: Saldo": "1,234"}, "Adicional: Saldo", "asms.cell_number_ambiguous"),
    ({"Adicional: Plano": "Prata"}, "Adicional: Plano", "asms.cell_choice"),
    ({"Adicional: Plano": ""}, "Adicional: Plano", "asms.cell_empty"),
    ({"Adicional: Nota": "n" * 1001}, "Adicional: Nota", "asms.cell_too_long"),
)


def right(number: int) -> dict[str, str]:
    """A row without a fault."""
    return {
        "Id": "",
        "Nome": f"Pessoa {number:05}",
        "Login": f"pessoa.{number}",
        "E-mail": f"pessoa{number}@m.example",
        "Senha": "",
        "Identificação": "",
        "Telefone": f"11 5550-{number % 10000:04}",
        "Status": "Ativo",
        "Cultura": "Português",
        "Localização": "Matriz",
        "Latitude": "-23.5",
        "Longitude": "-46.6",
        "Adicional: Vale": "2027-01-31",
        "Adicional: Saldo": "12.5",
        "Adicional: Plano": "Ouro",
        "Adicional: Nota": "",
        "Empresas": "Acme",
        "Grupos": "Suporte",
        "Serviços": "",
    }


@pytest.fixture
def project(asms: Asms) -> str:
    """A project with additional fields, and catalogues."""
    project = asms.entry("projects", "Suporte")
    for name, kind in (("Vale", "date"), ("Saldo", "number"), ("Nota", "text")):
        field(asms, project, name, kind)
    field(asms, project, "Plano", "choice", options=["Ouro", "Bronze"], obligatory=True)
    asms.entry("locations", "Matriz")
    asms.entry("locations", "Fechada", active=False)
    asms.entry("companies", "Acme")
    asms.entry("client-groups", "Suporte")
    asms.entry("services", "Antigo", active=False)
    asms.user("specialists", "Quem Já Veio", login="taken")
    return project


def prepared(rows: int, wrong: int) -> tuple[list[dict[str, str]], dict[int, Fault]]:
    """Rows, and by their number in the sheet what is wrong with which."""
    places = sorted(random.Random(5).sample(range(rows), wrong))
    known = {place + 2: FAULTS[number % len(FAULTS)] for number, place in enumerate(places)}
    return [{**right(number), **(known[number + 2][0] if number + 2 in known else {})} for number in range(rows)], known


@pytest.mark.sweep
def test_every_fault_of_a_large_file_is_told_at_its_cell_and_all_else_applied(asms: Asms, project: str) -> None:
    rows, known = prepared(ROWS, WRONG)
    headers = list(right(0))
    run_id = dropped(asms, workbook_of(rows), project=project, name="grande.xlsx")
    requests(asms)
    carried_out(asms)
    asked = requests(asms)
    found = run(asms, run_id)
    assert totals(found) == {"created": ROWS - WRONG, "rejected": WRONG, "received": ROWS}
    assert asked <= 0.1 * (ROWS - WRONG), asked
    expected = Counter(
        (f"{chr(ord('A') + headers.index(header))}{row}", code)
        for row, (_, header, code) in known.items()
        if (header, code) != ("Login", "asms.cell_login_taken")
    )
    told = Counter((cell, code) for cell, _, code in faults(asms, run_id))
    assert expected - told == Counter()
    assert len({code for _, code in told}) >= 18
    agree(asms)
    link = asms.call("GET", f"{RUNS}/{run_id}/files/cadastros-a-corrigir.xlsx", role="operator").headers["Location"]
    with urllib.request.urlopen(link) as body:  # noqa: S310  # our own server
        corrected = body.read()
    assert totals(imported(asms, mended(corrected, known), project=project, name="corrigido.xlsx")) == {
        "created": WRONG,
        "received": WRONG,
    }
    assert len(users(asms)) == ROWS


class Death(BaseException):  # no error: nothing may catch it
    """The worker is gone."""


@pytest.mark.sweep
def test_a_large_import_killed_at_random_rows_does_each_row_once(
    asms: Asms, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, _ = prepared(ROWS, WRONG)
    run_id = dropped(asms, csv_of(rows), project=project)
    chance, deaths = random.Random(11), 0
    steps = asms.sandbox.of("sincronia.engine.steps").Steps
    commit = steps.commit

    def mortal(self: Any, before: Any, step: Any) -> Any:
        fate = chance.random()
        if fate < 0.02:
            raise Death
        after = commit(self, before, step)
        if fate > 0.98:
            raise Death
        return after

    monkeypatch.setattr(steps, "commit", mortal)
    (task,) = [task for flow, task in asms.sandbox.on_queue.tasks.items() if flow == "importar"]
    for _ in range(100):
        try:
            carried_out(asms)
        except Death:
            deaths += 1
            task.step.__self__.session = None
            asms.now += 400
        else:
            break
    assert deaths >= 10
    assert totals(run(asms, run_id)) == {"created": ROWS - WRONG, "rejected": WRONG, "received": ROWS}
    assert len(users(asms)) == ROWS - WRONG
    agree(asms)


def mended(workbook: bytes, known: dict[int, Fault]) -> bytes:
    """The workbook that came back, with each row as it should have been."""
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    page = book["Clientes"]
    headers = [str(cell.value) for cell in page[1]]
    assert page.max_row == 1 + len(known)
    assert headers[-2:] == ["Situação", "O que fazer"]
    for cells, row in zip(page.iter_rows(min_row=2), sorted(known), strict=True):
        assert all(cells[place].value for place in (-2, -1))
        for cell, header in zip(cells, headers[:-2], strict=False):
            cell.value = right(row - 2)[header]
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
