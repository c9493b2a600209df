"""What is to be corrected, over HTTP: the pencil in a preview, and the workbook of the rejected and failed."""

from __future__ import annotations

import io
import urllib.request
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

from local.vendors.tareffa import TareffaSimulator
from tests.zen_http_on_aws import ONE, ZenHttp, applied, outcomes

COMPANIES = "sincronizar_empresas"
LANE = "usuario_escritorio"


# ── the pencil ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_record_corrected_in_the_preview_is_sent_as_it_is_now(http: ZenHttp) -> None:
    preview = http.started()
    planned = http.get(f"{preview['url']}/plan")["items"]
    missing = next(each for each in planned if each["code"] == "zen.email_missing")
    correction = {"lane": LANE, "source_id": missing["source_id"], "fields": {"email": "Novo@modelo.example"}}
    answer = http.post(f"{preview['url']}/corrections", correction)
    assert (answer.status, answer.body) == (
        200,
        {
            "lane": LANE,
            "source_id": missing["source_id"],
            "label": missing["label"],
            "content": answer.body["content"],
            "problem": None,
        },
    )
    assert answer.body["content"]["Email"] == "novo@modelo.example"
    run = applied(http, preview)
    assert run["counters"] == {"created": 6, "rejected": 2}
    late = http.post(f"{preview['url']}/corrections", correction)
    assert (late.status, late.body["code"], late.body["run_url"]) == (409, "preview_applied", run["url"])


def test_a_correction_of_a_company_counts_for_each_of_its_targets(clients: ZenHttp) -> None:
    with TareffaSimulator() as tareffa:
        change = {
            "settings": clients.get(ONE)["settings"] | {"tareffa_address": tareffa.url},
            "secret": {"tareffa_token": tareffa.token},
        }
        assert clients.call("PATCH", ONE, role="administrator", body=change).status == 200
        preview = clients.started(COMPANIES, filters={"tareffa": True})
        rejected = clients.get(f"{preview['url']}/plan", kind="rejected")["items"]
        (without,) = [each for each in rejected if each["code"] == "zen.tax_regime_missing"]
        fields = {"tax_regime": "Lucro Real", "name": "Razão Social Nova"}
        correction = {"lane": "tareffa.empresa", "source_id": without["source_id"], "fields": fields}
        answer = clients.post(f"{preview['url']}/corrections", correction)
        assert (answer.status, answer.body["problem"]) == (200, None)
        run = applied(clients, preview)
        sent = [each for each in outcomes(clients, run) if each["source_id"] == without["source_id"]]
        assert {(each["lane"], each["kind"]) for each in sent} == {
            ("empresa", "created"),
            ("tareffa.empresa", "created"),
        }


@pytest.mark.parametrize(
    ("lane", "source_id", "fields", "code", "field"),
    [
        (LANE, "3", {"email": "sem arroba"}, "zen.correction_invalid", "fields.email"),
        (LANE, "3", {"senha": "x"}, "zen.correction_invalid", "fields.senha"),
        (LANE, "abc", {"name": "Nome"}, "zen.not_correctable", None),
        ("empresa", "3", {"name": "Nome"}, "request_invalid", "lane"),
        (LANE, "3", {}, "request_invalid", "fields"),
    ],
)
def test_a_wrong_correction_changes_nothing(
    http: ZenHttp, *, lane: str, source_id: str, fields: Any, code: str, field: str | None
) -> None:
    preview = http.started()
    before = http.office.questor.users()
    body = {"lane": lane, "source_id": source_id, "fields": fields}
    answer = http.post(f"{preview['url']}/corrections", body)
    assert (answer.status, answer.body["code"], answer.body.get("field")) == (422, code, field)
    assert http.office.questor.users() == before


def cells(file: bytes) -> list[list[str]]:
    """A workbook's rows; every cell must be text."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with ZipFile(io.BytesIO(file)) as parts:
        sheet = ElementTree.fromstring(parts.read("xl/worksheets/sheet1.xml"))  # noqa: S314  # we made it
        assert not [name for name in parts.namelist() if "externalLink" in name or name.endswith("sheet1.xml.rels")]
    rows = [list(row.iter(f"{space}c")) for row in sheet.iter(f"{space}row")]
    assert {cell.get("t") for row in rows for cell in row} == {"inlineStr"}
    assert not list(sheet.iter(f"{space}f"))
    return [["".join(cell.itertext()) for cell in row] for row in rows]


# ── the workbook ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("mode", ["apply", "preview"])
def test_what_is_to_be_corrected_comes_as_a_workbook_without_formulas(http: ZenHttp, mode: str) -> None:
    code = next(row["CODIGOUSUARIO"] for row in http.office.questor.users() if not row["EMAIL"])
    http.office.questor.change(code, NOMEUSUARIO='=HYPERLINK("https://x.example";"A")')
    run = http.started(mode=mode)
    answer = http.call("GET", f"{run['url']}/files/cadastros-a-corrigir.xlsx", role="reader")
    assert (answer.status, answer.body) == (303, None)
    link = answer.headers["Location"]
    assert "X-Amz-Expires=300" in link
    with urllib.request.urlopen(link) as response:  # noqa: S310  # our own server
        file = response.read()
    heading, *rows = cells(file)
    assert heading == ["Cadastro", "Tipo", "Destino", "Situação", "O que está errado", "O que fazer"]
    assert len(rows) == 3
    (row,) = [row for row in rows if str(row[0]).startswith("=")]
    assert row == [
        f'=HYPERLINK("https://x.example";"A") (código {code})',
        "Usuários do Escritório",
        "Zen",
        "Precisa de correção",
        f"O usuário de código {code} não tem e-mail informado no Questor.",
        "Informe o e-mail no cadastro do usuário; a próxima sincronização o envia.",
    ]


def test_without_anything_to_correct_there_is_no_workbook(clients: ZenHttp) -> None:
    run = clients.started(COMPANIES, filters={})
    assert run["result"] == "success"
    answer = clients.call("GET", f"{run['url']}/files/cadastros-a-corrigir.xlsx", role="reader")
    assert (answer.status, answer.body["code"]) == (404, "file_unknown")
