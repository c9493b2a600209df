"""The directory's pages of imports and exports: the file on its way, what became of it, and what comes back."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests

from tests.asms_imports import carried_out, csv_of, dropped, imported, run, taken_in, users
from tests.asms_on_aws import CONNECTION, ONE, UNKNOWN, Asms
from tests.asms_pages import Drawn, drawn, led_to, read, sent
from tests.routes_on_aws import BROWSER

IMPORTS, EXPORTS, RUNS = f"{ONE}/imports", f"{ONE}/exports", f"{ONE}/runs"
PEOPLE = [
    {"Nome": "Ana Lima", "Login": "ana.lima", "E-mail": "ana@m.example"},
    {"Nome": "", "Login": "sem.nome", "E-mail": "torto"},
]


@pytest.fixture
def project(asms: Asms) -> str:
    return asms.entry("projects", "Suporte")


def preview(asms: Asms, project: str) -> str:
    """A preview that has ended; gives its id."""
    return str(imported(asms, csv_of(PEOPLE), project=project, sincronia_mode="preview")["run_id"])


def of_sent(asms: Asms, key: str, **said: str) -> Drawn:
    """The page that S3 leads to who has sent a file at that key."""
    happening = asms.request("GET", f"{IMPORTS}/sent")
    happening["headers"] = dict(BROWSER)
    happening["rawQueryString"] = urlencode({"key": key, **said})
    happening["queryStringParameters"] = {"key": key, **said}
    return read(asms, asms.handled(happening | {"cookies": [asms.session("operator")]}))


def details(asms: Asms, run_id: str, role: str = "operator") -> Drawn:
    """The details of an import."""
    return drawn(asms, f"{RUNS}/{run_id}/import", role)


# ── the file on its way ──────────────────────────────────────────────────────────────────────────────────────────────
def test_a_file_is_sent_without_script_by_two_forms_and_its_import_is_found(asms: Asms, project: str) -> None:
    page = drawn(asms, IMPORTS)
    assert "xlsx, csv ou um zip deles, de até 64 MB e 100.000 linhas." in page.text
    start = f"{ONE}/projects/{project}/imports"
    upload = read(asms, page.sends(start, category="clients", mode="apply", file="março.csv"), status=201)
    (form,) = upload.forms
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(form.action))
    policies = [each.answer.headers["Content-Security-Policy"] for each in (page, upload)]
    assert [re.findall(r"form-action ([^;]+);", policy) for policy in policies] == [[f"'self' {origin}"]] * 2
    assert form.fields[-1] == ("file", "")

    files = {"file": ("qualquer.csv", csv_of(PEOPLE))}
    answer = requests.post(form.action, data=dict(form.fields[:-1]), files=files, timeout=10, allow_redirects=False)
    assert answer.status_code == 303
    where = urlsplit(answer.headers["Location"])
    assert f"{where.scheme}://{where.netloc}{where.path}" == f"https://{BROWSER['host']}{IMPORTS}/sent"
    query = dict(parse_qsl(where.query))
    assert set(query) == {"key", "bucket"}

    waiting = of_sent(asms, **query, etag='"x"')
    assert "Arquivo recebido" in waiting.text
    assert 'id="sent" class="block" data-live' in waiting.answer.body
    (run_id,) = taken_in(asms)
    found = of_sent(asms, **query)
    assert f'data-leads="{RUNS}/{run_id}/import"' in found.answer.body
    assert "data-live" not in found.answer.body
    carried_out(asms)
    assert set(users(asms)) == {"ana.lima"}


def test_a_program_s_form_leads_nowhere_and_no_other_page_names_the_bucket(asms: Asms, project: str) -> None:
    answer = asms.post(f"{ONE}/projects/{project}/imports", {"category": "clients", "file": "a.csv"})
    assert "success_action_redirect" not in answer.body["fields"]
    assert "form-action 'self';" in drawn(asms, EXPORTS).answer.headers["Content-Security-Policy"]


def test_a_file_that_nobody_sent_is_found_nowhere(asms: Asms, project: str) -> None:
    run_id = dropped(asms, csv_of(PEOPLE), project=project)
    found = of_sent(asms, f"imports/{CONNECTION}/{project}/clients/novos.csv")
    assert f'href="{RUNS}/{run_id}/import"' in found.answer.body
    lost = of_sent(asms, "imports/x/y/clients/0123abcd-outro.csv")
    assert "Arquivo recebido outro.csv O arquivo está na fila" in lost.text


def test_the_project_is_chosen_first_and_its_absence_said(asms: Asms) -> None:
    assert "Ainda não há projetos" in drawn(asms, IMPORTS).text
    first, second = asms.entry("projects", "Suporte"), asms.entry("projects", "Vendas")
    page = drawn(asms, IMPORTS)
    assert [form.action for form in page.forms] == [IMPORTS]
    chosen = drawn(asms, IMPORTS, project=second)
    assert [form.action for form in chosen.forms] == [IMPORTS, f"{ONE}/projects/{second}/imports"]
    assert asms.page(IMPORTS, project=UNKNOWN).status == 404
    assert asms.page(IMPORTS, "reader").status == 403
    assert first not in [value for form in chosen.forms for name, value in form.fields if name == "project"]


def test_an_import_that_can_t_begin_says_why(asms: Asms, project: str) -> None:
    page = drawn(asms, IMPORTS)
    start = f"{ONE}/projects/{project}/imports"
    refused = read(asms, page.sends(start, file=""), status=422)
    assert refused.text.startswith("A importação não começou")
    assert asms.get(RUNS)["items"] == []


# ── what became of it ────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_details_tell_counts_and_what_is_wrong_in_which_cell_and_give_the_corrections(
    asms: Asms, project: str
) -> None:
    run_id = str(imported(asms, csv_of(PEOPLE), project=project)["run_id"])
    page = details(asms, run_id)
    assert "Importação novos.csv Suporte · clientes" in page.text
    assert "2 linhas no arquivo. 1 criado 1 precisa de correção" in page.text
    assert "O que precisa de correção" in page.text
    assert re.search(r"Nome \(célula A3\) \S", page.text)
    assert "data-live" not in page.answer.body
    corrections = f"{RUNS}/{run_id}/files/cadastros-a-corrigir.xlsx"
    assert f'href="{corrections}"' in page.answer.body
    assert asms.page(corrections).status == 303
    assert [form.action for form in page.forms] == [f"{RUNS}/{run_id}/undo"]

    reading = details(asms, run_id, "reader")
    assert reading.forms == []
    assert corrections not in reading.answer.body


def test_an_import_that_is_at_work_is_drawn_again_and_may_be_cancelled(asms: Asms, project: str) -> None:
    run_id = dropped(asms, csv_of(PEOPLE), project=project)
    page = details(asms, run_id)
    assert "Pendente Lendo o arquivo" in page.text
    assert '<div id="import" data-live' in page.answer.body
    assert led_to(page.sends(f"{RUNS}/{run_id}/cancel")) == f"{RUNS}/{run_id}/import"
    carried_out(asms)
    assert run(asms, run_id)["result"] == "cancelled"
    assert "Cancelada" in details(asms, run_id).text


def test_a_preview_is_applied_and_the_import_undone_from_the_details(asms: Asms, project: str) -> None:
    run_id = preview(asms, project)
    page = details(asms, run_id)
    assert "Pré-visualização de importação" in page.text
    assert "1 a criar" in page.text
    assert users(asms) == {}
    applied = led_to(page.sends(f"{RUNS}/{run_id}/apply"))
    carried_out(asms)
    assert set(users(asms)) == {"ana.lima"}
    assert f'href="{applied}/import"' in details(asms, run_id).answer.body
    assert f'href="{applied}/import"' in drawn(asms, applied).answer.body

    undone = led_to(drawn(asms, f"{applied}/import").sends(f"{applied}/undo"))
    carried_out(asms)
    assert users(asms) == {}
    after = drawn(asms, f"{applied}/import")
    assert (f'href="{undone}"' in after.answer.body, after.forms) == (True, [])


def test_an_import_at_the_brake_is_decided_from_the_details(asms: Asms, project: str) -> None:
    for each in range(20):
        asms.user("clients", f"Pessoa {each}", projects=frozenset({project}))
    rows = [{"Login": f"pessoa.{each}", "Status": "Inativo" if each < 11 else "Ativo"} for each in range(20)]
    run_id = dropped(asms, csv_of(rows), project=project)
    carried_out(asms)
    found = run(asms, run_id)
    assert found["phase"] == "brake", found
    page = details(asms, run_id)
    assert "O freio espera a sua decisão" in page.text
    assert 'id="import" data-live' not in page.answer.body
    answer = page.sends(f"{RUNS}/{run_id}/decision", button=("decision", "reject"))
    assert led_to(answer) == f"{RUNS}/{run_id}/import"
    carried_out(asms)
    assert run(asms, run_id)["phase"] == "done"
    assert "Quem decide é" not in page.text
    assert all(asms.stored("clients", line["id"]).active for line in asms.get(f"{ONE}/users/clients")["items"])


def test_the_rows_that_were_left_are_listed_by_why(asms: Asms, project: str) -> None:
    run_id = str(imported(asms, csv_of([PEOPLE[1]] * 12), project=project)["run_id"])
    page = details(asms, run_id)
    assert "As primeiras que precisam de correção" in page.text
    assert "Ver as 12 que precisam de correção" in page.text
    rows = drawn(asms, f"{RUNS}/{run_id}/rows", limit=5)
    assert len(re.findall(r"<li class=\"card", rows.answer.body)) == 5
    assert "Continuar" in rows.text
    assert "Nenhuma linha" in drawn(asms, f"{RUNS}/{run_id}/rows", kind="failed").text


# ── exports ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_empty_format_is_there_at_once(asms: Asms, project: str) -> None:
    page = drawn(asms, EXPORTS)
    made = read(
        asms, page.sends(f"{ONE}/projects/{project}/exports", category="specialists", format="empty"), status=201
    )
    (file,) = re.findall(r'class="button primary" href="([^"]+)"', made.answer.body)
    assert asms.page(file).status == 303
    assert "A planilha vazia de especialistas" in made.text


def test_with_data_an_export_is_queued_and_its_file_downloaded(asms: Asms, project: str) -> None:
    asms.user("clients", "Ana", projects=frozenset({project}))
    start = f"{ONE}/projects/{project}/exports"
    page = drawn(asms, EXPORTS)
    queued = read(asms, page.sends(start, format="with_data"), status=201)
    assert "laranja a verde" in queued.text
    (where,) = re.findall(r'href="([^"]+)">Acompanhar', queued.answer.body)
    again = read(asms, sent(asms, start, {"category": "clients", "format": "with_data"}), status=409)
    assert f'href="{where}"' in again.answer.body
    assert 'id="export" data-live' in drawn(asms, where).answer.body
    carried_out(asms)
    done = drawn(asms, where)
    assert "data-live" not in done.answer.body
    assert f'href="{where}"' in drawn(asms, where.removesuffix("/export")).answer.body
    (file,) = re.findall(r'href="([^"]+\.zip)"', done.answer.body)
    assert asms.page(file).status == 303
    other = str(imported(asms, csv_of(PEOPLE), project=project)["run_id"])
    assert asms.page(f"{RUNS}/{other}/export").status == 409


def test_a_reader_gets_the_empty_format_alone(asms: Asms, project: str) -> None:
    page = drawn(asms, EXPORTS, "reader")
    assert [form.method for form in page.forms] == ["get"]
    files = re.findall(r'href="([^"]+/formats/[^"]+)"', page.answer.body)
    assert [asms.page(file, "reader").status for file in files] == [303, 303]
