"""Imports over HTTP: the form that sends a file, what is decided of an import, and what people get back of it."""

from __future__ import annotations

import base64
import io
import json
import os
import urllib.request
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
import requests

from local.calls import Record
from local.rights import compare
from sincronia import clock
from tests.asms_imports import carried_out, csv_of, dropped, imported, notification, outcomes, run, taken_in, users
from tests.asms_imports import workbook_of as workbook
from tests.asms_on_aws import CONNECTION, ONE, UNKNOWN, Asms
from tests.asms_runs import called
from tests.functions.test_asms_exports import sheets
from tests.invented import invented_cpf

RUNS = f"{ONE}/runs"
HOSTILE = ('=HYPERLINK("http://x.example")', "+55 11", "_x0041_", "a\r\nb", " em volta ", "<b>&amp;", "<r><t>x</t></r>")
Json = dict[str, Any]


@pytest.fixture
def project(asms: Asms) -> str:
    """A project that users are imported into."""
    return asms.entry("projects", "Suporte São Paulo")


def refusal(answer: Any) -> tuple[int, str]:
    """What a request was refused with."""
    return answer.status, answer.body["code"]


def asked(asms: Asms, project: str, file: str = "março.csv", **more: str) -> Json:
    """The form that an operator gets who wants to import."""
    answer = asms.post(f"{ONE}/projects/{project}/imports", {"category": "clients", "file": file, **more})
    assert answer.status == 201, answer
    return dict(answer.body)


def sent(form: Json, content: bytes, **changed: str) -> int:
    """What S3 says to who sends a file by a form."""
    fields = {**form["fields"], **changed}
    return requests.post(form["url"], data=fields, files={"file": ("x", content)}, timeout=10).status_code


def details(asms: Asms, run_id: str) -> Json:
    """What an import's details window shows."""
    return dict(asms.get(f"{RUNS}/{run_id}/import"))


def rows(asms: Asms, run_id: str, **query: Any) -> list[Json]:
    """The rows of an import that are listed."""
    return list(asms.get(f"{RUNS}/{run_id}/rows", **query)["items"])


def corrections(run_id: str) -> str:
    """Where the workbook is that comes back."""
    return f"{RUNS}/{run_id}/files/cadastros-a-corrigir.xlsx"


def returned(asms: Asms, run_id: str) -> bytes:
    """The workbook that comes back."""
    answer = asms.call("GET", corrections(run_id))
    assert answer.status == 303, answer
    with urllib.request.urlopen(answer.headers["Location"]) as body:  # noqa: S310  # our own server
        return bytes(body.read())


def preview(asms: Asms, project: str, content: bytes, **more: str) -> str:
    """A preview that has ended; gives its id."""
    found = imported(asms, content, project=project, sincronia_mode="preview", **more)
    assert found["phase"] == "done", found
    return str(found["run_id"])


PEOPLE = [
    {"Nome": "Ana Lima", "Login": "ana.lima", "E-mail": "ana@m.example"},
    {"Nome": "", "Login": "sem.nome", "E-mail": "torto"},
]


# ── the form ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("mode", ["apply", "preview"])
def test_who_asks_for_a_form_and_sends_a_file_by_it_has_imported_it(asms: Asms, project: str, mode: str) -> None:
    form = asked(asms, project, mode=mode)
    assert form["fields"]["key"].startswith(f"imports/{CONNECTION}/{project}/clients/")
    assert form["expires_at"] == clock.iso(asms.now + 900)
    assert sent(form, csv_of(PEOPLE)) == 204
    (run_id,) = taken_in(asms)
    carried_out(asms)
    found = run(asms, run_id)
    assert (found["mode"], found["trigger"]) == (mode, f"token:{asms.ids['operator']}")
    assert found["counters"] == {"created": 1, "rejected": 1}
    shown = details(asms, run_id)
    assert (shown["file"], shown["importer"], shown["project"]) == ("março.csv", "Painel (operator)", project)
    assert set(users(asms)) == ({"ana.lima"} if mode == "apply" else set())
    assert form["notifications"] == f"/notifications?connection={notification(asms, run_id)['audience']}"


def test_a_form_takes_one_file_of_a_fitting_size_under_its_own_key_and_metadata(asms: Asms, project: str) -> None:
    fields = asked(asms, project)["fields"]
    conditions = json.loads(base64.b64decode(fields["policy"]))["conditions"]
    fixed = {"key", *(name for name in fields if name.startswith("x-amz-meta-"))}
    assert len(fixed) == 4
    for name in fixed:
        assert {name: fields[name]} in conditions
    assert ["content-length-range", 1, 64 * 2**20] in conditions
    assert not [each for each in conditions if isinstance(each, list) and each[0] == "starts-with"]


def test_two_forms_for_the_same_name_are_for_two_files(asms: Asms, project: str) -> None:
    first, second = (asked(asms, project)["fields"]["key"] for _ in range(2))
    assert first != second


@pytest.mark.parametrize("name", ["ç" * 200, "😀" * 200, "a" * 200])
def test_the_longest_name_has_room_in_the_metadata(asms: Asms, project: str, name: str) -> None:
    form = asked(asms, project, file=name)
    metadata = {field: value for field, value in form["fields"].items() if field.startswith("x-amz-meta-")}
    assert sum(len(field) + len(value) for field, value in metadata.items()) < 2_000
    assert sent(form, csv_of(PEOPLE)) == 204
    (run_id,) = taken_in(asms)
    shown = details(asms, run_id)["file"]
    assert name.startswith(shown)
    assert len(shown) > 100


def test_a_form_is_refused_where_nothing_could_be_imported(asms: Asms, project: str) -> None:
    body = {"category": "clients", "file": "a.csv"}
    path = f"{ONE}/projects/{project}/imports"
    assert refusal(asms.post(f"{ONE}/projects/{UNKNOWN}/imports", body)) == (404, "asms.entry_missing")
    assert refusal(asms.post(path, {**body, "file": "a\nb.csv"})) == (422, "request_invalid")
    assert refusal(asms.post(path, {**body, "file": "a" * 201})) == (422, "request_invalid")
    assert refusal(asms.post(path, {**body, "mode": "try"})) == (422, "request_invalid")
    assert refusal(asms.call("POST", path, role="reader", body=body)) == (403, "role_insufficient")
    inactive = asms.entry("projects", "Antigo", active=False)
    assert refusal(asms.post(f"{ONE}/projects/{inactive}/imports", body)) == (409, "asms.project_inactive")
    asms.call("PATCH", ONE, role="administrator", body={"enabled": False})
    assert refusal(asms.post(path, body)) == (409, "connection_disabled")


# ── a preview is applied ─────────────────────────────────────────────────────────────────────────────────────────────
def test_a_preview_is_applied_once_and_does_what_it_showed(asms: Asms, project: str) -> None:
    shown = preview(asms, project, csv_of(PEOPLE))
    assert details(asms, shown)["applied"] is None
    answer = asms.post(f"{RUNS}/{shown}/apply")
    assert (answer.status, answer.body["preview"], answer.body["mode"]) == (201, shown, "apply")
    applied = answer.body["run_id"]
    assert notification(asms, applied)["state"] == "Pendente"
    again = asms.post(f"{RUNS}/{shown}/apply")
    assert (*refusal(again), again.body["run_url"]) == (409, "preview_applied", answer.body["url"])
    carried_out(asms)
    assert run(asms, applied)["counters"] == {"created": 1, "rejected": 1}
    assert set(users(asms)) == {"ana.lima"}
    assert details(asms, shown)["applied"] == {
        "run_id": applied,
        "phase": "done",
        "result": "partial",
        "url": answer.body["url"],
    }
    assert (details(asms, applied)["preview"], details(asms, applied)["file"]) == (shown, "novos.csv")


@pytest.mark.parametrize(
    "meanwhile", [{"phone": "11 5550-0199"}, {"name": "Ana Lopes"}], ids=["another cell", "the very cell"]
)
def test_who_was_changed_since_the_preview_is_left_out_and_comes_back(
    asms: Asms, project: str, meanwhile: dict[str, str]
) -> None:
    ana = asms.user("clients", "Ana Lima", projects=frozenset({project}))
    people = [{"Login": "ana.lima", "Nome": "Ana Prado", "Telefone": ""}, {"Login": "nova", "Nome": "Nova Pessoa"}]
    shown = preview(asms, project, csv_of(people))
    assert asms.patch(f"{ONE}/users/clients/{ana}", meanwhile).status == 200
    applied = asms.post(f"{RUNS}/{shown}/apply").body["run_id"]
    carried_out(asms)
    assert run(asms, applied)["counters"] == {"created": 1, "skipped": 1}
    (left,) = rows(asms, applied, kind="skipped")
    assert (left["label"], left["row"]) == ("Ana Prado", 2)
    assert [(fault["cell"], fault["code"]) for fault in left["faults"]] == [(None, "asms.row_stale")]
    (head, *back) = sheets(returned(asms, applied))["Clientes"]
    assert head == ["Login", "Nome", "Telefone", "Situação", "O que fazer"]
    assert [row[:3] for row in back] == [["ana.lima", "Ana Prado", ""]]


def test_what_is_no_preview_or_not_ready_is_not_applied(asms: Asms, project: str) -> None:
    plain = imported(asms, csv_of(PEOPLE), project=project)["run_id"]
    assert refusal(asms.post(f"{RUNS}/{plain}/apply")) == (409, "run_not_preview")
    waiting = dropped(asms, csv_of(PEOPLE[:1]), project=project, sincronia_mode="preview")
    assert refusal(asms.post(f"{RUNS}/{waiting}/apply")) == (409, "preview_not_ready")
    carried_out(asms)
    asms.now += 8 * 86400
    assert refusal(asms.post(f"{RUNS}/{waiting}/apply")) == (409, "preview_expired")
    assert refusal(asms.post(f"{RUNS}/{UNKNOWN}/apply")) == (404, "run_unknown")


@pytest.mark.parametrize("act", ["apply", "undo"])
def test_a_request_whose_answer_nobody_heard_finds_its_run(
    asms: Asms, project: str, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = preview if act == "apply" else lambda *of: str(imported(of[0], of[2], project=of[1])["run_id"])
    of = made(asms, project, csv_of(PEOPLE))
    queue = asms.sandbox.of("sincronia.store.aws").SqsRunQueue

    def dies(*_: Any) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(queue, "send", dies)
        assert asms.post(f"{RUNS}/{of}/{act}", key="a").status == 500
    other = asms.post(f"{RUNS}/{of}/{act}", key="b")
    assert refusal(other) == (409, "preview_applied" if act == "apply" else "asms.import_undone")
    answer = asms.post(f"{RUNS}/{of}/{act}", key="a")
    assert (answer.status, answer.body["url"]) == (201, other.body["run_url"])
    assert asms.post(f"{RUNS}/{of}/{act}", key="a").body == answer.body
    carried_out(asms)
    assert run(asms, answer.body["run_id"])["phase"] == "done"


def test_a_preview_shows_field_by_field_what_would_be_done(asms: Asms, project: str) -> None:
    asms.user("clients", "Ana Lima", phone="11 5550-0100", projects=frozenset({project}))
    shown = preview(
        asms,
        project,
        csv_of(
            [
                {"Login": "ana.lima", "Nome": "Ana Lima", "Telefone": "11 5550-0101", "Senha": "Girassol-2026"},
                {"Login": "torto", "Nome": "", "Telefone": "", "Senha": ""},
            ]
        ),
    )
    changed, wrong = asms.get(f"{RUNS}/{shown}/plan")["items"]
    assert (changed["kind"], changed["label"], changed["lane"]) == ("updated", "Ana Lima", "clients")
    assert changed["differences"] == [
        {"field": "Senha", "before": "••••", "after": "••••"},
        {"field": "Telefone", "before": "11 5550-0100", "after": "11 5550-0101"},
    ]
    assert (wrong["kind"], wrong["code"]) == ("rejected", "asms.cell_empty")
    assert [each["kind"] for each in asms.get(f"{RUNS}/{shown}/plan", kind="rejected")["items"]] == ["rejected"]
    (row,) = rows(asms, shown)
    assert (row["row"], row["faults"][0]["cell"]) == (3, "B3")
    plain = imported(asms, csv_of(PEOPLE), project=project, name="outros.csv")["run_id"]
    assert refusal(asms.call("GET", f"{RUNS}/{plain}/plan", role="reader")) == (409, "run_not_preview")


def test_a_preview_that_was_cancelled_has_no_plan(asms: Asms, project: str) -> None:
    run_id = dropped(asms, csv_of(PEOPLE), project=project, sincronia_mode="preview")
    assert asms.post(f"{RUNS}/{run_id}/cancel").status == 202
    carried_out(asms)
    assert asms.get(f"{RUNS}/{run_id}/plan")["items"] == []
    assert refusal(asms.post(f"{RUNS}/{run_id}/apply")) == (409, "preview_not_ready")


# ── the brake ────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def braked(asms: Asms, project: str) -> str:
    """An import that waits for a decision: it would deactivate eleven of twenty."""
    for each in range(20):
        asms.user("clients", f"Pessoa {each}", projects=frozenset({project}))
    file = csv_of({"Login": f"pessoa.{each}", "Status": "Inativo" if each < 11 else "Ativo"} for each in range(20))
    return str(imported(asms, file, project=project)["run_id"])


def test_an_import_at_the_brake_goes_on_when_it_is_approved(asms: Asms, braked: str) -> None:
    (brake,) = details(asms, braked)["brakes"]
    assert (brake["code"], "11 dos 20" in brake["reason"]) == ("asms.brake_deactivations", True)
    answer = asms.post(f"{RUNS}/{braked}/decision", {"decision": "approve"})
    assert (answer.status, answer.body["decided_by"]) == (200, f"Painel (operator) (token {asms.ids['operator']})")
    again = asms.post(f"{RUNS}/{braked}/decision", {"decision": "reject"})
    assert refusal(again) == (409, "decided_before")
    carried_out(asms)
    assert run(asms, braked)["counters"] == {"deactivated": 11, "unchanged": 9}


def test_an_import_at_the_brake_ends_when_it_is_rejected(asms: Asms, braked: str) -> None:
    answer = asms.post(f"{RUNS}/{braked}/decision", {"decision": "reject"})
    assert (answer.status, answer.body["result"], answer.body["counters"]) == (200, "cancelled", {"skipped": 20})
    told = notification(asms, braked)
    assert (told["state"], "rejeitada por Painel (operator)" in told["text"]) == ("Concluído", True)
    carried_out(asms)
    assert all(user["active"] for user in users(asms).values())
    assert refusal(asms.post(f"{RUNS}/{braked}/undo")) == (409, "asms.nothing_to_undo")
    assert refusal(asms.call("GET", corrections(braked))) == (404, "file_unknown")


def test_what_waits_for_nothing_is_not_decided(asms: Asms, project: str) -> None:
    run_id = imported(asms, csv_of(PEOPLE), project=project)["run_id"]
    answer = asms.post(f"{RUNS}/{run_id}/decision", {"decision": "approve"})
    assert refusal(answer) == (409, "nothing_to_decide")


@pytest.mark.parametrize("phase", ["read", "brake"])
def test_an_import_is_cancelled_wherever_it_waits(asms: Asms, braked: str, project: str, phase: str) -> None:
    waiting = dropped(asms, csv_of(PEOPLE), project=project, name="depois.csv")
    cancelled = braked if phase == "brake" else waiting
    answer = asms.post(f"{RUNS}/{cancelled}/cancel")
    assert (answer.status, answer.body["phase"]) == (202, phase)
    carried_out(asms)
    assert run(asms, cancelled)["result"] == "cancelled"
    assert details(asms, cancelled)["problem"]["code"] == "cancelled"
    assert refusal(asms.post(f"{RUNS}/{cancelled}/cancel")) == (409, "run_concluded")


# ── taken back ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_import_is_undone_once_and_names_the_run_that_does(asms: Asms, project: str) -> None:
    run_id = imported(asms, csv_of(PEOPLE), project=project)["run_id"]
    assert details(asms, run_id)["undone"] is None
    answer = asms.post(f"{RUNS}/{run_id}/undo")
    assert (answer.status, answer.body["flow"], answer.body["run_id"]) == (201, "desfazer", f"{run_id}-desfeita")
    again = asms.post(f"{RUNS}/{run_id}/undo")
    assert (*refusal(again), again.body["run_url"]) == (409, "asms.import_undone", answer.body["url"])
    carried_out(asms)
    assert users(asms) == {}
    assert run(asms, answer.body["run_id"])["counters"] == {"removed": 1}
    assert details(asms, run_id)["undone"] == {
        "run_id": f"{run_id}-desfeita",
        "phase": "done",
        "result": "success",
        "url": answer.body["url"],
    }


def test_what_changed_nobody_is_not_undone(asms: Asms, project: str) -> None:
    shown = preview(asms, project, csv_of(PEOPLE))
    assert refusal(asms.post(f"{RUNS}/{shown}/undo")) == (409, "asms.nothing_to_undo")
    wrong = imported(asms, csv_of(PEOPLE[1:]), project=project)["run_id"]
    assert refusal(asms.post(f"{RUNS}/{wrong}/undo")) == (409, "asms.nothing_to_undo")
    waiting = dropped(asms, csv_of(PEOPLE), project=project, name="outros.csv")  # the same of the same second is one
    assert refusal(asms.post(f"{RUNS}/{waiting}/undo")) == (409, "asms.nothing_to_undo")
    carried_out(asms)
    undoing = asms.post(f"{RUNS}/{waiting}/undo").body["run_id"]
    carried_out(asms)
    assert refusal(asms.post(f"{RUNS}/{undoing}/undo")) == (409, "asms.run_not_import")


# ── what people read ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_details_say_what_was_imported_and_what_it_came_to(asms: Asms, project: str) -> None:
    file = csv_of([{"Login": "ana", "Telefne": "1", "Cor": "azul"}])
    run_id = imported(asms, file, project=project, name="março.csv", sincronia_name="mar%C3%A7o%20final.csv")["run_id"]
    shown = details(asms, run_id)
    told = notification(asms, run_id)
    assert shown == {
        "run_id": run_id,
        "title": told["title"],
        "text": told["text"],
        "file": "março final.csv",
        "project": project,
        "project_name": "Suporte São Paulo",
        "category": "clients",
        "mode": "apply",
        "importer": "ana",
        "culture": "pt",
        "phase": "done",
        "result": "partial",
        "started_at": clock.iso(asms.now),
        "concluded_at": clock.iso(asms.now),
        "position": 1,
        "planned": 1,
        "received": 1,
        "counters": {"rejected": 1},
        "ignored": ["Telefne (Telefone?)", "Cor"],
        "missing": ["Nome"],
        "problem": None,
        "brakes": [],
        "corrections": corrections(run_id),
        "preview": None,
        "applied": None,
        "undone": None,
        "can_be_undone": False,
        "rows": rows(asms, run_id),
        "url": f"{RUNS}/{run_id}",
    }


def test_what_is_told_is_in_the_importers_language(asms: Asms, project: str) -> None:
    asms.user("specialists", "Ana Souza", email="souza@m.example", culture=asms.sandbox.of("asms.users").Culture.ES)
    of_connection = {"connection": {"S": CONNECTION}, "item": {"S": "CONFIG"}}
    asms.aws.dynamodb.update_item(
        TableName=os.environ["CONNECTIONS_TABLE"],
        Key=of_connection,
        UpdateExpression="SET responsible = :who",
        ExpressionAttributeValues={":who": {"S": "souza@m.example"}},
    )
    run_id = imported(asms, csv_of(PEOPLE), project=project)["run_id"]
    failed = imported(asms, csv_of(PEOPLE), project=project, name="outro.csv")["run_id"]
    assert details(asms, run_id)["culture"] == "es"
    assert details(asms, failed)["problem"]["reason"].startswith("Este mismo archivo ya se importó el ")
    (row,) = rows(asms, run_id)
    spanish = {fault["code"]: fault["reason"] for fault in row["faults"]}
    tables = asms.sandbox.of("asms.importing.all_sentences").ALL_SENTENCES
    assert spanish["asms.cell_empty"] == tables["asms.cell_empty"].es.sentence
    (head, (*_, situation, advice)) = sheets(returned(asms, run_id))["Clientes"]
    assert head[-2:] == ["Situação", "O que fazer"]
    assert f"Nome (A3): {spanish['asms.cell_empty']}" in situation.split("\n")
    assert tables["asms.cell_empty"].es.advice in advice.split("\n")


def test_rows_are_listed_by_pages_with_all_that_is_wrong_and_nothing_personal(asms: Asms, project: str) -> None:
    cpf = invented_cpf("529982247")
    wrong = [
        {"Nome": "", "Login": f"pessoa.{number}", "E-mail": "carolina sem arroba", "Identificação": cpf}
        for number in range(5)
    ]
    run_id = imported(asms, csv_of([*wrong, PEOPLE[0]]), project=project)["run_id"]
    first = asms.get(f"{RUNS}/{run_id}/rows", limit=3)
    second = asms.get(f"{RUNS}/{run_id}/rows", limit=3, cursor=first["next"])
    found = [*first["items"], *second["items"]]
    assert [row["row"] for row in found] == [2, 3, 4, 5, 6]
    assert second["next"] is None
    name, email = found[0]["faults"]
    assert (name["cell"], name["column"], name["value"], name["code"]) == ("A2", "Nome", "", "asms.cell_empty")
    assert (email["cell"], email["column"], email["code"]) == ("C2", "E-mail", "asms.cell_email")
    assert email["reason"]
    assert email["advice"]
    assert "carolina" not in json.dumps(found)
    assert cpf not in json.dumps(found)
    assert {(row["kind"], row["file"], row["sheet"]) for row in found} == {("rejected", "", "")}
    assert rows(asms, run_id, kind="failed") == rows(asms, run_id, kind="skipped") == []
    assert refusal(asms.call("GET", f"{RUNS}/{run_id}/rows", role="reader", kind="created")) == (422, "request_invalid")


def test_of_an_export_there_is_no_import_to_read(asms: Asms, project: str) -> None:
    body = {"category": "clients", "format": "with_data"}
    run_id = asms.post(f"{ONE}/projects/{project}/exports", body).body["run"]["run_id"]
    carried_out(asms)
    for path in ("import", "rows"):
        assert refusal(asms.call("GET", f"{RUNS}/{run_id}/{path}", role="reader")) == (409, "asms.run_not_import")
    assert refusal(asms.call("GET", corrections(run_id))) == (404, "file_unknown")
    assert refusal(asms.call("GET", f"{RUNS}/{UNKNOWN}/import", role="reader")) == (404, "run_unknown")


# ── the workbook that comes back ─────────────────────────────────────────────────────────────────────────────────────
def test_what_was_rejected_comes_back_as_it_was_typed_and_can_be_dropped_again(asms: Asms, project: str) -> None:
    wrong = [
        {"Cor": text, "Login": f"pessoa.{number}", "E-mail": "torto", "Nome": "Pessoa", "Telefone": ""}
        for number, text in enumerate(HOSTILE)
    ]
    right = {"Cor": "azul", "Login": "ana.lima", "E-mail": "", "Nome": "Ana Lima", "Telefone": "1"}
    first = imported(asms, csv_of([wrong[0], right, *wrong[1:]]), project=project)["run_id"]
    file = returned(asms, first)
    head, *back = sheets(file)["Clientes"]
    assert head == ["Cor", "Login", "E-mail", "Nome", "Telefone", "Situação", "O que fazer"]
    assert [row[:5] for row in back] == [list(row.values()) for row in wrong]
    reason = rows(asms, first)[0]["faults"][0]
    assert [row[5:] for row in back[:2]] == [
        [f"E-mail (C{number}): {reason['reason']}", reason["advice"]] for number in (2, 4)
    ]
    again = imported(asms, file, project=project, name="cadastros-a-corrigir.xlsx")
    assert again["counters"] == {"rejected": len(HOSTILE)}
    assert details(asms, again["run_id"])["ignored"] == ["Cor"]
    second = returned(asms, again["run_id"])
    assert [row[:5] for row in sheets(second)["Clientes"]] == [head[:5], *(row[:5] for row in back)]
    assert sheets(second)["Clientes"][0] == head
    corrected = edited(second, lambda page: [page.cell(row, 3, f"p{row}@m.example") for row in range(2, 9)])
    last = imported(asms, corrected, project=project, name="cadastros-a-corrigir.xlsx")
    assert last["counters"] == {"created": len(HOSTILE)}
    assert refusal(asms.call("GET", corrections(last["run_id"]))) == (404, "file_unknown")


def edited(file: bytes, change: Callable[[Any], Any], sheet: str = "Clientes") -> bytes:
    """A workbook in which somebody has changed a sheet."""
    book, saved = openpyxl.load_workbook(io.BytesIO(file)), io.BytesIO()
    change(book[sheet])
    book.save(saved)
    return saved.getvalue()


def test_each_workbook_of_a_zip_comes_back_as_a_sheet_with_its_own_columns(asms: Asms, project: str) -> None:
    files = {
        "a.xlsx": workbook([{"Login": "a", "Nome": ""}, {"Login": "b", "Nome": "B"}]),
        "b.csv": csv_of([{"Login": "c", "Nome": "C"}]),
        "c.csv": csv_of([{"E-mail": "torto", "Login": "d", "Nome": "D"}, {"Login": "e", "Nome": ""}]),
    }
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w") as written:
        for name, content in files.items():
            written.writestr(name, content)
    found = imported(asms, bundle.getvalue(), project=project, name="todos.zip")
    assert found["counters"] == {"created": 2, "rejected": 3}
    assert [(row["file"], row["sheet"], row["row"]) for row in rows(asms, found["run_id"])] == [
        ("a.xlsx", "Clientes", 2),
        ("c.csv", "", 2),
        ("c.csv", "", 3),
    ]
    file = returned(asms, found["run_id"])
    back = {name: [row[:-2] for row in page] for name, page in sheets(file).items()}
    assert back == {
        "Clientes": [["Login", "Nome"], ["a", ""]],
        "Clientes (2)": [["E-mail", "Login", "Nome"], ["torto", "d", "D"], ["", "e", ""]],
    }
    again = imported(asms, file, project=project, name="cadastros-a-corrigir.xlsx")
    assert again["counters"] == {"rejected": 3}


def test_a_workbook_is_kept_from_who_may_only_read(asms: Asms, project: str) -> None:
    file = csv_of([{"Nome": "", "Login": "ana", "Senha": "Girassol-2026"}])
    run_id = imported(asms, file, project=project)["run_id"]
    assert refusal(asms.call("GET", corrections(run_id), role="reader")) == (403, "role_insufficient")
    assert "Girassol-2026" in sheets(returned(asms, run_id))["Clientes"][1]


def test_rows_that_an_import_did_not_come_to_come_back_with_the_reason(asms: Asms, project: str) -> None:
    people = [{"Nome": "", "Login": "torto"}, *({"Nome": f"P {n}", "Login": f"p.{n}"} for n in range(3))]
    run_id = dropped(asms, csv_of(people), project=project)
    importing = asms.sandbox.of("asms.importing.task")
    block = importing._Block.takes

    def fails(self: Any, *of: Any) -> Any:
        if self.run.position + self.number == 2:
            if self.number:
                return False
            raise asms.sandbox.of("sincronia.answers").ProblemError(
                asms.sandbox.of("sincronia.answers").Problem("connection_missing")
            )
        return block(self, *of)

    importing._Block.takes = fails
    try:
        carried_out(asms)
    finally:
        importing._Block.takes = block
    found = run(asms, run_id)
    assert (found["result"], found["counters"]) == ("failure", {"created": 1, "rejected": 1, "failed": 2})
    _, *back = sheets(returned(asms, run_id))["Clientes"]
    assert [row[1] for row in back] == ["torto", "p.1", "p.2"]
    why = details(asms, run_id)["problem"]
    assert [row[2:] for row in back[1:]] == [[why["reason"], why["advice"]]] * 2


def test_the_workbook_is_there_as_long_as_what_was_dropped(asms: Asms, project: str) -> None:
    run_id = dropped(asms, csv_of(PEOPLE), project=project)
    assert refusal(asms.call("GET", corrections(run_id))) == (409, "run_not_concluded")
    carried_out(asms)
    assert asms.call("GET", corrections(run_id)).status == 303
    asms.aws.s3.delete_object(Bucket=os.environ["DATA_BUCKET"], Key=f"imported/{CONNECTION}/{run_id}")
    assert refusal(asms.call("GET", corrections(run_id))) == (404, "file_unknown")
    unreadable = imported(asms, b"%PDF-1.7", project=project)["run_id"]
    assert refusal(asms.call("GET", corrections(unreadable))) == (404, "file_unknown")


def test_the_routes_have_the_rights_that_they_use(asms: Asms, project: str) -> None:
    called(asms)
    asked(asms, project)
    used = called(asms)
    shown = preview(asms, project, csv_of(PEOPLE))
    called(asms)
    applied = asms.post(f"{RUNS}/{shown}/apply", key="a").body["run_id"]
    used += called(asms)
    carried_out(asms)
    called(asms)
    for path in (f"{shown}/plan", f"{shown}/import", f"{applied}/import", f"{applied}/rows"):
        asms.get(f"{RUNS}/{path}")
    for path in (corrections(applied), corrections(shown)):
        assert asms.call("GET", path).status == 303
    assert asms.post(f"{RUNS}/{applied}/undo", key="b").status == 201
    used += called(asms)
    rights = Counter({replace(right, caller="AsmsOnHttp"): count for right, count in used.items()})
    assert compare(asms.aws.provisioned, Record(rights=rights)).forbidden == []


def test_nothing_that_was_typed_is_told_but_in_the_workbook(asms: Asms, project: str) -> None:
    run_id = imported(asms, csv_of([{"Nome": "", "Login": "a", "Senha": "Girassol-2026"}]), project=project)["run_id"]
    details(asms, run_id)
    rows(asms, run_id)
    assert outcomes(asms, run_id)
    assert "Girassol" not in "".join(asms.answered)
