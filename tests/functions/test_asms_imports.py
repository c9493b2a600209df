"""Files dropped on S3 create and change users, row by row; what is wrong is told, and what was done can be undone."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from tests.asms_imports import (
    carried_out,
    csv_of,
    dropped,
    faults,
    imported,
    notification,
    outcomes,
    put,
    requests,
    run,
    taken_in,
    users,
    workbook_of,
)
from tests.asms_on_aws import CLIENTS, CONNECTION, ONE, Asms
from tests.asms_runs import delivered, tick
from tests.crash.asms_world import agree
from tests.functions.test_asms_exports import downloaded, export, unpacked
from tests.invented import invented_cpf

RUNS = f"{ONE}/runs"


@pytest.fixture
def project(asms: Asms) -> str:
    """A project that users are imported into."""
    return asms.entry("projects", "Suporte São Paulo")


def totals(found: dict[str, Any]) -> dict[str, int]:
    """A run's counters, and how it ended."""
    return {**found["counters"], "received": found["received"]}


def test_rows_create_change_and_leave_users_and_what_is_wrong_is_told(asms: Asms, project: str) -> None:
    in_it = frozenset({project})
    ana = asms.user("clients", "Ana Lima", phone="11 5550-0100", projects=in_it)
    same = asms.user("clients", "Bento Reis", email="bento@empresamodelo.example", projects=in_it)
    asms.entry("companies", "Acme Ltda.")
    cpf = invented_cpf("529982247")
    rows = [
        {"Id": ana, "Nome": "Ana Lima Prado", "Login": "ana.lima", "Telefone": "11 5550-0101"},
        {"Nome": "Bento Reis", "Login": "Bento.Reis ", "E-mail": "bento@empresamodelo.example"},
        {"Nome": "Carolina Vergara", "Login": "carolina.vergara", "Identificação": cpf, "Empresas": "acme ltda."},
        {"Nome": "Davi Luz", "Login": "davi.luz", "E-mail": "davi sem arroba", "Empresas": "Beta"},
        {"Nome": "", "Login": "sem.nome"},
        {"Nome": "Outra Carolina", "Login": "CAROLINA.vergara"},
    ]
    found = imported(asms, csv_of(rows), project=project)
    assert totals(found) == {"updated": 2, "created": 1, "rejected": 3, "received": 6}
    assert (found["phase"], found["result"], found["flow"]) == ("done", "partial", "importar")
    kept = users(asms)
    assert (kept["ana.lima"]["name"], kept["ana.lima"]["phone"]) == ("Ana Lima Prado", "11 5550-0101")
    assert kept["Bento.Reis"]["id"] == same
    assert kept["carolina.vergara"]["identification"] == cpf
    assert kept["carolina.vergara"]["projects"] == [project]
    assert "davi.luz" not in kept
    assert faults(asms, found["run_id"]) == [
        ("E5", "dav…", "asms.cell_email"),
        ("G5", "Beta", "asms.cell_entry_unknown"),
        ("B6", "", "asms.cell_empty"),
        ("", "", "asms.row_repeated"),
    ]
    told = notification(asms, found["run_id"])
    assert told["state"] == "Concluído"
    assert told["text"].startswith("6 linhas: 1 criado, 2 atualizados, 3 precisam de correção.")


def test_a_users_rows_agree_whatever_an_import_did(asms: Asms, project: str) -> None:
    rows = [
        {"Nome": f"Pessoa {number}", "Login": f"pessoa.{number}", "E-mail": f"p{number}@m.example"}
        for number in range(40)
    ]
    imported(asms, csv_of(rows), project=project)
    changed = [{**row, "Nome": row["Nome"].upper() + "!", "E-mail": ""} for row in rows]
    found = imported(asms, csv_of(changed), project=project)
    assert totals(found) == {"updated": 40, "received": 40}
    agree(asms)


def test_what_is_exported_comes_back_unchanged_and_one_changed_cell_changes_that_alone(
    asms: Asms, project: str
) -> None:
    for number in range(12):
        asms.user("clients", f"Pessoa {number}", phone="=1+1", projects=frozenset({project}))
    bundle = exported(asms, project)
    before = asms.rows()
    found = imported(asms, bundle, project=project, name="exportado.zip")
    assert totals(found) == {"unchanged": 12, "received": 12}
    of_users = [row for row in asms.rows() if "#turns" not in row["scope"] and "#files" not in row["scope"]]
    assert of_users == before
    assert outcomes(asms, found["run_id"]) == []
    again = edited(bundle, "C4", "outro.login")
    found = imported(asms, again, project=project, name="exportado.xlsx")
    assert totals(found) == {"unchanged": 11, "updated": 1, "received": 12}
    (outcome,) = outcomes(asms, found["run_id"])
    assert outcome["changed"] == ["Login"]
    assert "outro.login" in users(asms)


def exported(asms: Asms, project: str) -> bytes:
    """The zip of an export with data."""
    file = export(asms, project, "clients")["file"]
    carried_out(asms)
    return downloaded(asms, file)


def edited(bundle: bytes, cell: str, value: str) -> bytes:
    """The one workbook of an export, with another value in a cell, as openpyxl writes it."""
    (workbook,) = unpacked(bundle).values()
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    book["Clientes"][cell] = value
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_the_same_file_does_nothing_the_second_time_and_says_so(asms: Asms, project: str) -> None:
    file = csv_of([{"Nome": "Ana Lima", "Login": "ana"}])
    first = imported(asms, file, project=project)
    second = imported(asms, file, project=project, name="outro nome.csv")
    assert (second["result"], second["problem"]["code"], second["received"]) == ("failure", "asms.file_imported", 0)
    assert len(users(asms)) == 1
    other = asms.entry("projects", "Vendas")
    assert totals(imported(asms, file, project=other)) == {"updated": 1, "received": 1}  # it joins that project
    assert first["result"] == "success"


def test_an_unchanged_file_under_another_name_writes_no_record(asms: Asms, project: str) -> None:
    rows = [{"Nome": f"Pessoa {number}", "Login": f"pessoa.{number}"} for number in range(150)]
    imported(asms, csv_of(rows), project=project)
    asms.calls()
    again = [{**row, "Telefone": ""} for row in rows]
    found = imported(asms, csv_of(again), project=project, name="outro.csv")
    assert totals(found) == {"unchanged": 150, "received": 150}
    calls = asms.calls()
    assert calls["identities PutItem"] == calls["outcomes PutItem"] == calls["identities DeleteItem"] == 0
    assert calls["directory PutItem"] == 2  # whose turn it is, and that this file came


def test_created_and_changed_rows_cost_a_tenth_of_a_request_each_at_most(asms: Asms, project: str) -> None:
    rows = [
        {
            "Nome": f"Pessoa {number}",
            "Login": f"pessoa.{number}",
            "E-mail": f"pessoa{number}@m.example",
            "Identificação": invented_cpf(f"{100_000_000 + number}"),
        }
        for number in range(600)
    ]
    for changed in (rows, [{**row, "Telefone": "11 5550-0000"} for row in rows]):
        content = csv_of(changed)
        put(asms, content, project=project)
        taken_in(asms)
        requests(asms)
        carried_out(asms)
        assert (number := requests(asms)) <= 0.1 * len(rows) + 30, number  # 30: what any import takes
    assert len(users(asms)) == 600


def deactivating(asms: Asms, project: str, number: int) -> bytes:
    """A file that deactivates so many of twenty."""
    for each in range(20):
        asms.user("clients", f"Pessoa {each}", projects=frozenset({project}))
    return csv_of(
        {"Login": f"pessoa.{each}", "Nome": f"Pessoa {each}", "Status": "Inativo" if each < number else "Ativo"}
        for each in range(20)
    )


def test_a_file_that_deactivates_many_waits_for_a_person(asms: Asms, project: str) -> None:
    found = imported(asms, deactivating(asms, project, 11), project=project)
    assert (found["phase"], found["problem"]["code"]) == ("brake", "asms.brake_deactivations")
    assert "11 dos 20" in found["problem"]["detail"]
    assert all(user["active"] for user in users(asms).values())
    told = notification(asms, found["run_id"])
    assert (told["state"], "espera a sua decisão" in told["text"]) == ("Pendente", True)


def test_a_file_that_deactivates_few_is_its_own_approval(asms: Asms, project: str) -> None:
    found = imported(asms, deactivating(asms, project, 10), project=project)
    assert totals(found) == {"deactivated": 10, "unchanged": 10, "received": 20}


def test_a_file_waits_for_the_one_before_it(asms: Asms, project: str) -> None:
    braked = imported(asms, deactivating(asms, project, 11), project=project)
    waiting = imported(asms, csv_of([{"Login": "nova", "Nome": "Nova"}]), project=project, name="depois.csv")
    assert (waiting["phase"], waiting["problem"]["code"]) == ("read", "asms.import_waits")
    assert "espera" in notification(asms, waiting["run_id"])["text"]
    assert asms.post(f"{RUNS}/{braked['run_id']}/cancel", {}).status == 202
    carried_out(asms)
    asms.now += 60
    carried_out(asms)
    assert totals(run(asms, waiting["run_id"])) == {"created": 1, "received": 1}
    assert run(asms, braked["run_id"])["result"] == "cancelled"


def test_a_pending_import_can_be_cancelled(asms: Asms, project: str) -> None:
    run_id = dropped(asms, csv_of([{"Login": "nova", "Nome": "Nova"}]), project=project)
    assert asms.post(f"{RUNS}/{run_id}/cancel", {}).status == 202
    carried_out(asms)
    found = run(asms, run_id)
    assert (found["result"], users(asms)) == ("cancelled", {})
    assert notification(asms, run_id)["state"] == "Concluído"


def test_out_of_time_an_import_goes_on_where_it_was(asms: Asms, project: str) -> None:
    rows = [{"Nome": f"Pessoa {number}", "Login": f"pessoa.{number}", "E-mail": "x@m.example"} for number in range(90)]
    run_id = dropped(asms, csv_of(rows), project=project)
    importing = asms.sandbox.of("asms.importing.task")
    block, moves = importing._Block.step, []

    def slow(self: Any) -> Any:
        moves.append(self.run.position)
        asms.now += 300
        return block(self)

    importing._Block.step = slow
    try:
        carried_out(asms)
    finally:
        importing._Block.step = block
    assert totals(run(asms, run_id)) == {"created": 90, "received": 90}
    assert moves == sorted(set(moves))
    assert len(moves) > 3


def meanwhile(asms: Asms, act: Callable[[], None], times: int = 1) -> Callable[[], None]:
    """Has somebody act just before a block of an import is committed; gives what puts all back."""
    importing = asms.sandbox.of("asms.importing.task")
    block, left = importing._Block.step, [times]

    def step(self: Any) -> Any:
        if left[0]:
            left[0] -= 1
            act()
        return block(self)

    importing._Block.step = step
    return lambda: setattr(importing._Block, "step", block)


def test_who_is_changed_just_before_the_commit_is_decided_anew(asms: Asms, project: str, elsewhere: Asms) -> None:
    ana = asms.user("clients", "Ana Lima", projects=frozenset({project}))
    elsewhere.tokens = asms.tokens
    asms.token("operator")
    run_id = dropped(asms, csv_of([{"Login": "ana.lima", "Nome": "Ana Prado"}]), project=project)

    def edit() -> None:
        assert elsewhere.patch(f"{CLIENTS}/{ana}", {"phone": "11 5550-0199"}).status == 200

    restore = meanwhile(asms, edit)
    carried_out(asms)
    restore()
    user = users(asms)["ana.lima"]
    assert (user["name"], user["phone"], user["version"]) == ("Ana Prado", "11 5550-0199", 3)
    assert totals(run(asms, run_id)) == {"updated": 1, "received": 1}


def test_a_login_that_is_taken_just_before_the_commit_is_refused(asms: Asms, project: str) -> None:
    rows = [{"Login": f"pessoa.{number}", "Nome": f"Pessoa {number}"} for number in range(3)]
    run_id = dropped(asms, csv_of(rows), project=project)
    restore = meanwhile(asms, lambda: setattr(asms, "_", asms.user("specialists", "Quem Veio", login="PESSOA.1")))
    carried_out(asms)
    restore()
    assert totals(run(asms, run_id)) == {"created": 2, "rejected": 1, "received": 3}
    assert [code for _, _, code in faults(asms, run_id)] == ["asms.cell_login_taken"]
    assert set(users(asms)) == {"pessoa.0", "pessoa.2"}


def test_who_is_changed_at_every_commit_is_left_behind_and_named(asms: Asms, project: str, elsewhere: Asms) -> None:
    ana = asms.user("clients", "Ana Lima", projects=frozenset({project}))
    asms.token("operator")
    elsewhere.tokens = asms.tokens
    rows = [{"Login": "ana.lima", "Nome": "Ana Prado"}, {"Login": "nova", "Nome": "Nova"}]
    run_id = dropped(asms, csv_of(rows), project=project)
    asms.sandbox.of("asms.importing.task").time.sleep = lambda _: None
    numbers = iter(range(100))

    def edit() -> None:
        assert elsewhere.patch(f"{CLIENTS}/{ana}", {"phone": f"11 5550-01{next(numbers):02}"}).status == 200

    restore = meanwhile(asms, edit, times=20)
    carried_out(asms)
    restore()
    assert totals(run(asms, run_id)) == {"failed": 1, "created": 1, "received": 2}
    assert [code for _, _, code in faults(asms, run_id)] == ["asms.row_overtaken"]


def test_passwords_are_kept_as_hashes_and_an_empty_cell_keeps_the_old_one(asms: Asms, project: str) -> None:
    found = imported(asms, csv_of([{"Login": "ana", "Nome": "Ana Lima", "Senha": "Girassol-2026"}]), project=project)
    first = users(asms)["ana"]["password"]
    assert first.startswith("$argon2id$")
    assert "Girassol" not in str(asms.rows("outcomes")) + str(asms.rows("runs")) + str(asms.rows("notifications"))
    imported(asms, csv_of([{"Login": "ana", "Nome": "Ana Prado", "Senha": ""}]), project=project)
    assert users(asms)["ana"]["password"] == first
    weak = imported(asms, csv_of([{"Login": "ana", "Nome": "Ana Prado", "Senha": "ana"}]), project=project)
    assert totals(weak) == {"rejected": 1, "received": 1}
    codes = {code for _, value, code in faults(asms, weak["run_id"]) if value == "••••"}
    assert len(codes) == 3, codes  # too short, the login inside, the name inside
    assert found["result"] == "success"


def test_a_preview_writes_nothing_and_shows_each_field(asms: Asms, project: str) -> None:
    asms.user("clients", "Ana Lima", phone="11 5550-0100", projects=frozenset({project}))
    rows = [
        {"Login": "ana.lima", "Nome": "Ana Prado", "Telefone": "11 5550-0100"},
        {"Login": "nova", "Nome": "Nova Pessoa", "Telefone": "11 5550-0102"},
        {"Login": "torto", "Nome": "", "Telefone": "11 5550-0103"},
    ]
    before = users(asms)
    found = imported(asms, csv_of(rows), project=project, sincronia_mode="preview")
    assert totals(found) == {"updated": 1, "created": 1, "rejected": 1, "received": 3}
    assert (found["mode"], found["result"], users(asms)) == ("preview", "partial", before)
    assert notification(asms, found["run_id"])["text"].startswith("Nada foi gravado ainda.")
    (outcome,) = outcomes(asms, found["run_id"])
    assert outcome["kind"] == "rejected"
    again = imported(asms, csv_of(rows), project=project, name="outra.csv")  # a preview is no import of the file
    assert totals(again) == {"updated": 1, "created": 1, "rejected": 1, "received": 3}


def undone(asms: Asms, import_run: dict[str, Any]) -> dict[str, Any]:
    """Takes an import back; gives the run."""
    answer = asms.post(f"{RUNS}/{import_run['run_id']}/undo", {})
    assert answer.status == 201, answer
    carried_out(asms)
    return run(asms, answer.body["run_id"])


def test_an_import_is_taken_back_but_for_who_was_edited_since(asms: Asms, project: str) -> None:
    in_it = frozenset({project})
    asms.user("clients", "Ana Lima", phone="11 5550-0100", projects=in_it)
    bento = asms.user("clients", "Bento Reis", projects=in_it)
    before = users(asms)
    rows = [
        {"Login": "ana.lima", "Nome": "Ana Prado", "E-mail": "ana@m.example", "Status": "Inativo"},
        {"Login": "bento.reis", "Nome": "Bento Prado", "E-mail": "", "Status": "Ativo"},
        {"Login": "nova", "Nome": "Nova Pessoa", "E-mail": "nova@m.example", "Status": "Ativo"},
    ]
    file = csv_of(rows)
    found = imported(asms, file, project=project)
    assert totals(found) == {"deactivated": 1, "updated": 1, "created": 1, "received": 3}
    assert asms.patch(f"{CLIENTS}/{bento}", {"phone": "11 5550-0103"}).status == 200
    back = undone(asms, found)
    assert totals(back) == {"updated": 1, "removed": 1, "skipped": 1, "received": 3}
    now = users(asms)
    assert set(now) == {"ana.lima", "bento.reis"}
    volatile = {"version", "changed_at", "changed_by"}
    assert {name: value for name, value in now["ana.lima"].items() if name not in volatile} == {
        name: value for name, value in before["ana.lima"].items() if name not in volatile
    }
    assert now["bento.reis"]["name"] == "Bento Prado"
    (left,) = [one for one in outcomes(asms, back["run_id"]) if one["kind"] == "skipped"]
    assert (left["label"], left["problem"]["code"]) == ("Bento Prado", "asms.undo_edited")
    assert (
        totals(imported(asms, file, project=project, name="de novo.csv"))["received"] == 3
    )  # it doesn't stand any more


def test_a_workbook_of_another_writer_is_read_too(asms: Asms, project: str) -> None:
    found = imported(
        asms, workbook_of([{"Nome": "Ana Lima", "Login": "ana"}]), project=project, name="feito à mão.xlsx"
    )
    assert totals(found) == {"created": 1, "received": 1}


def test_a_file_that_cannot_be_read_ends_with_the_cause(asms: Asms, project: str) -> None:
    found = imported(asms, b"%PDF-1.7 nada", project=project, name="clientes.xlsx")
    assert (found["result"], found["received"], users(asms)) == ("failure", 0, {})
    assert found["problem"]["code"].startswith("asms.file_")


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "asms.file_without_rows"),
        ([{"Telefone": "1"}], "asms.header_without_key"),
        ([{"X": "1"}], "asms.header_unknown"),
    ],
)
def test_a_file_without_what_it_needs_ends_with_the_cause(asms: Asms, project: str, rows: Any, code: str) -> None:
    found = imported(asms, csv_of(rows, headers=() if rows else ("Nome", "Login")), project=project)
    assert (found["result"], found["problem"]["code"]) == ("failure", code)


def test_columns_that_are_not_known_are_named(asms: Asms, project: str) -> None:
    found = imported(asms, csv_of([{"Nome": "Ana", "Login": "ana", "Telefne": "1", "Cor": "azul"}]), project=project)
    text = notification(asms, found["run_id"])["text"]
    assert "Telefne (Telefone?)" in text
    assert "Cor" in text


def test_a_file_that_was_replaced_before_it_was_read_is_not_imported(asms: Asms, project: str) -> None:
    run_id = dropped(asms, csv_of([{"Nome": "Ana", "Login": "ana"}]), project=project)
    other = dropped(asms, csv_of([{"Nome": "Bia", "Login": "bia"}]), project=project)
    carried_out(asms)
    assert run(asms, run_id)["problem"]["code"] == "asms.file_replaced"
    asms.now += 60
    carried_out(asms)
    assert (run(asms, other)["result"], set(users(asms))) == ("success", {"bia"})


def test_specialists_come_with_shifts_and_roles(asms: Asms, project: str) -> None:
    asms.entry("calendars", "Plantão")
    asms.entry("roles", "Agente")
    row = {
        "Nome": "Caio Sá",
        "Login": "caio",
        "Papéis": "agente",
        "Desde": "2027-01-01; 2027-02-01",
        "Até": "2027-01-31; 2027-02-28",
        "Calendário": "Plantão; plantão",
    }
    found = imported(asms, csv_of([row]), project=project, category="specialists")
    assert totals(found) == {"created": 1, "received": 1}
    user = users(asms, "specialists")["caio"]
    assert [(shift["since"], shift["until"]) for shift in user["shifts"]] == [
        ("2027-01-01", "2027-01-31"),
        ("2027-02-01", "2027-02-28"),
    ]
    found = imported(
        asms,
        csv_of([{**row, "Status": "Inativo", "Desde": "", "Até": "", "Calendário": ""}]),
        project=project,
        category="specialists",
    )
    assert totals(found) == {"deactivated": 1, "received": 1}


def test_a_redelivered_message_does_nothing_more(asms: Asms, project: str) -> None:
    run_id = dropped(asms, csv_of([{"Nome": "Ana", "Login": "ana"}]), project=project)
    carried_out(asms)
    rows = asms.rows(), asms.rows("outcomes")
    asms.sandbox.of("sincronia.store.aws").SqsRunQueue().send(
        asms.sandbox.of("sincronia.engine.state").RunKey(CONNECTION, run_id)
    )
    assert delivered(asms)
    tick(asms)
    assert (asms.rows(), asms.rows("outcomes")) == rows
