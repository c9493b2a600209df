"""Exports over HTTP and by the worker: the empty format at once, the others as a run with its notification and zip."""

from __future__ import annotations

import io
import os
import urllib.request
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from local.calls import Record
from local.rights import compare
from tests.asms_on_aws import CONNECTION, ONE, UNKNOWN, Asms
from tests.asms_runs import called, delivered, tick
from tests.invented import invented_cpf

HASH = "$argon2id$v=19$m=1,t=1,p=1$invented"
HOSTILE = ('=HYPERLINK("http://x.example")', "+55 11", "_x0041_", "a\r\nb", " em volta ", "<b>&amp;", "00123")


def sheets(workbook: bytes) -> dict[str, list[list[Any]]]:
    """All sheets of a workbook, as a reader gives them."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def records(workbook: bytes, sheet: str) -> list[dict[str, str]]:
    """The rows of a sheet by header, without what is empty."""
    head, *rows = sheets(workbook)[sheet]
    return [{name: cell for name, cell in zip(head, row, strict=True) if cell} for row in rows]


def downloaded(asms: Asms, url: str) -> bytes:
    """What a reader gets from a file's address."""
    answer = asms.call("GET", url, role="reader")
    assert answer.status == 303, answer
    with urllib.request.urlopen(answer.headers["Location"]) as body:  # noqa: S310  # our own server
        return bytes(body.read())


def unpacked(file: bytes) -> dict[str, bytes]:
    """The workbooks of an export, by name."""
    with zipfile.ZipFile(io.BytesIO(file)) as bundle:
        assert bundle.testzip() is None
        return {name: bundle.read(name) for name in bundle.namelist()}


def export(asms: Asms, project: str, category: str, layout: str = "with_data", **more: Any) -> Any:
    """What an operator is answered who exports."""
    answer = asms.post(f"{ONE}/projects/{project}/exports", {"category": category, "format": layout}, **more)
    assert answer.status == 201, answer
    return answer.body


def notification(asms: Asms) -> dict[str, Any]:
    """The one notification that there is."""
    (row,) = asms.rows("notifications")
    return row


def whole(asms: Asms, category: str = "clients", layout: str = "with_data") -> tuple[str, dict[str, bytes]]:
    """Exports all of a new project with five users; gives its id, and the workbooks."""
    project = asms.entry("projects", "Suporte São Paulo")
    for number in range(5):
        asms.user(category, f"Pessoa {number}", projects=frozenset({project}))
    file = export(asms, project, category, layout)["file"]
    while delivered(asms):
        pass
    return project, unpacked(downloaded(asms, file))


def field(asms: Asms, project: str, name: str, kind: str, *, category: str = "clients", **more: Any) -> str:
    """A new additional field; gives its id."""
    body = {"category": category, "name": name, "type": kind, **more}
    answer = asms.call("POST", f"{ONE}/projects/{project}/fields", role="administrator", body=body)
    assert answer.status == 201, answer
    return str(answer.body["id"])


def test_clients_come_out_with_all_that_is_theirs(asms: Asms) -> None:
    project, other = asms.entry("projects", "Suporte São Paulo"), asms.entry("projects", "Vendas")
    plan = field(asms, project, "Plano", "choice", options=["Ouro, prata", "Bronze"])
    remote = field(asms, project, "Remoto", "yes_no", obligatory=True)
    note = field(asms, project, "Observação", "text")
    field(asms, project, "Só de especialistas", "date", category="specialists")
    matriz = asms.entry("locations", "Matriz")
    acme, odd = asms.entry("companies", "Acme; Filhos"), asms.entry("companies", "Beta “Dois”")
    relation = asms.sandbox.of("asms.catalogues").Relation
    users = asms.sandbox.of("asms.users")
    cpf = invented_cpf("529982247")
    carolina = asms.user(
        "clients",
        "Carolina Vergara",
        email="carolina@empresamodelo.example",
        identification=cpf,
        phone="+55 11 5550-0142",
        culture=users.Culture.ES,
        location=matriz,
        address=asms.sandbox.of("asms.catalogues").Address(street="=1+1", city="Belém", postcode="01310-100"),
        additional={plan: "Ouro, prata", remote: "no", note: "".join(HOSTILE)},
        geolocation=users.Geolocation(-23.561414, -46.655881),
        relations={relation.COMPANIES: frozenset({acme, odd})},
        projects=frozenset({project, other}),
        password=HASH,
        earlier_passwords=(HASH,),
    )
    ana = asms.user("clients", "Ana Souza", active=False, projects=frozenset({project}))
    asms.user("clients", "Bruno Prado", projects=frozenset({other}))
    asked = export(asms, project, "clients")
    waiting = notification(asms)
    assert (waiting["state"], waiting["text"]) == ("Pendente", "A exportação foi iniciada.")
    assert waiting["title"] == "Exportar clientes: Suporte São Paulo (com dados)"
    assert asms.call("GET", asked["file"], role="reader").body["code"] == "run_not_concluded"
    asms.now += 60
    assert delivered(asms)
    done = notification(asms)
    assert (done["state"], done["result"], done["files"]) == (
        "Concluído",
        "success",
        ["suporte-sao-paulo-clientes.zip"],
    )
    assert done["text"] == "2 clientes em 1 planilha. O arquivo fica guardado por 7 dias."
    assert done["concluded_at"] > done["created_at"]
    run = asms.get(asked["run"]["url"])
    assert (run["phase"], run["result"], run["title"]) == ("done", "success", "Exportar usuários")
    file = downloaded(asms, asked["file"])
    workbooks = unpacked(file)
    assert list(workbooks) == ["suporte-sao-paulo-clientes-001.xlsx"]
    (workbook,) = workbooks.values()
    assert records(workbook, "Clientes") == [
        {"Id": ana, "Nome": "Ana Souza", "Login": "ana.souza", "Status": "Inativo", "Cultura": "Português"},
        {
            "Id": carolina,
            "Nome": "Carolina Vergara",
            "Login": "carolina.vergara",
            "E-mail": "carolina@empresamodelo.example",
            "Identificação": cpf,
            "Telefone": "+55 11 5550-0142",
            "Status": "Ativo",
            "Cultura": "Espanhol",
            "Localização": "Matriz",
            "Logradouro": "=1+1",
            "Cidade": "Belém",
            "CEP": "01310-100",
            "Latitude": "-23.561414",
            "Longitude": "-46.655881",
            "Adicional: Observação": "".join(HOSTILE),
            "Adicional: Plano": "Ouro, prata",
            "Adicional: Remoto": "Não",
            "Empresas": '"Acme; Filhos"; Beta “Dois”',
        },
    ]
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        assert not [name for name in parts.namelist() if b"argon2" in parts.read(name)]


def test_specialists_come_out_with_shifts_and_without_what_only_clients_have(asms: Asms) -> None:
    project, calendar = asms.entry("projects", "Suporte"), asms.entry("calendars", "Comercial")
    night = asms.entry("calendars", "Noite; fim de semana")
    shift = asms.sandbox.of("asms.users").Shift
    shifts = (
        shift("1", date(2026, 12, 1), date(2026, 12, 24), night),
        shift("2", date(2027, 1, 4), date(2027, 1, 31), calendar),
    )
    ida = asms.user("specialists", "Ida Nunes", projects=frozenset({project}), shifts=shifts)
    expected = {"Id": ida, "Nome": "Ida Nunes", "Login": "ida.nunes", "Status": "Ativo", "Cultura": "Português"}
    of_shifts = {
        "Desde": "2026-12-01; 2027-01-04",
        "Até": "2026-12-24; 2027-01-31",
        "Calendário": '"Noite; fim de semana"; Comercial',
    }
    for layout, more in (("with_data", of_shifts), ("with_data_without_relations", {})):
        file = export(asms, project, "specialists", layout)["file"]
        assert delivered(asms)
        (workbook,) = unpacked(downloaded(asms, file)).values()
        assert records(workbook, "Especialistas") == [expected | more]
        head = sheets(workbook)["Especialistas"][0]
        assert ("Papéis" in head, "Desde" in head) == (bool(more), bool(more))
        assert not {"Latitude", "Empresas", "Serviços"} & set(head)


def test_the_empty_format_is_there_at_once(asms: Asms) -> None:
    project = asms.entry("projects", "Suporte")
    asms.user("clients", "Ana Souza", projects=frozenset({project}))
    field(asms, project, "Plano", "choice", options=["Ouro, prata", "Bronze"])
    asked = export(asms, project, "clients", "empty")
    assert asked["run"] is None
    workbook = downloaded(asms, asked["file"])
    assert len(sheets(workbook)["Clientes"]) == 1
    assert sheets(workbook)["Informações"][0][:2] == ["Versão do formato", "1"]
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    page, offered = book["Clientes"], {}
    for rule in page.data_validations.dataValidation:
        (area,) = rule.sqref.ranges
        ((choices, where),) = openpyxl.workbook.defined_name.DefinedName("x", attr_text=rule.formula1).destinations
        offered[page.cell(1, area.min_col).value] = [cell.value for (cell,) in book[choices][where]]
        assert (area.min_row, area.max_row, area.size["columns"]) == (2, 1_048_576, 1)
    assert offered == {
        "Status": ["Ativo", "Inativo"],
        "Cultura": ["Português", "Inglês", "Espanhol"],
        "Adicional: Plano": ["Ouro, prata", "Bronze"],
    }
    assert (asms.rows("runs"), asms.rows("notifications")) == ([], [])


def test_each_so_many_users_have_a_workbook_of_their_own(asms: Asms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asms.sandbox.of("asms.exports"), "RECORDS", 2)
    _, workbooks = whole(asms)
    names = [[row["Nome"] for row in records(workbook, "Clientes")] for workbook in workbooks.values()]
    assert names == [["Pessoa 0", "Pessoa 1"], ["Pessoa 2", "Pessoa 3"], ["Pessoa 4"]]
    assert notification(asms)["text"].startswith("5 clientes em 3 planilhas.")


@pytest.mark.parametrize("size", [1, 5])
def test_no_workbook_is_empty_where_there_are_users(asms: Asms, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(asms.sandbox.of("asms.exports"), "RECORDS", size)
    _, workbooks = whole(asms, "specialists")
    assert [len(records(workbook, "Especialistas")) for workbook in workbooks.values()] == [size] * (5 // size)


def test_a_project_without_users_has_a_workbook_without_rows(asms: Asms) -> None:
    file = export(asms, asms.entry("projects", "Novo"), "clients")["file"]
    assert delivered(asms)
    (workbook,) = unpacked(downloaded(asms, file)).values()
    assert records(workbook, "Clientes") == []
    assert notification(asms)["text"].startswith("0 clientes em 1 planilha.")


@pytest.mark.sweep
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("dies_at", range(1, 13))
def test_whoever_dies_is_followed_by_somebody_who_goes_on(
    asms: Asms, monkeypatch: pytest.MonkeyPatch, dies_at: int, after: bool
) -> None:
    """At each write of a file or of the run, before it and after it."""
    exports = asms.sandbox.of("asms.store.exports")
    monkeypatch.setattr(asms.sandbox.of("asms.exports"), "RECORDS", 2)
    store, calls = asms.sandbox.of("sincronia.store.working").DynamoStore, [0]

    def deadly(whole: Any) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            calls[0] += 1
            if calls[0] == dies_at and not after:
                raise ConnectionError
            answer = whole(*arguments, **named)
            if calls[0] == dies_at:
                raise ConnectionError
            return answer

        return call

    monkeypatch.setattr(exports._Upload, "complete", deadly(exports._Upload.complete))
    monkeypatch.setattr(store, "take_lease", deadly(store.take_lease))
    monkeypatch.setattr(store, "commit", deadly(store.commit))
    project = asms.entry("projects", "Suporte")
    for number in range(5):
        asms.user("clients", f"Pessoa {number}", projects=frozenset({project}))
    file = export(asms, project, "clients")["file"]
    for _ in range(3):
        while delivered(asms):
            pass
        asms.now += 400
        tick(asms)
    workbooks = unpacked(downloaded(asms, file))
    names = [[row["Nome"] for row in records(workbook, "Clientes")] for workbook in workbooks.values()]
    assert names == [["Pessoa 0", "Pessoa 1"], ["Pessoa 2", "Pessoa 3"], ["Pessoa 4"]]
    assert notification(asms)["text"].startswith("5 clientes em 3 planilhas.")


def test_out_of_time_it_goes_on_by_a_message_to_itself(asms: Asms, monkeypatch: pytest.MonkeyPatch) -> None:
    upload, files = asms.sandbox.of("asms.store.exports")._Upload, list[str]()
    monkeypatch.setattr(asms.sandbox.of("asms.exports"), "RECORDS", 2)
    whole = upload.complete

    def slow(self: Any) -> None:
        whole(self)
        files.append(self.key.rpartition("/")[2])
        asms.now += 100

    monkeypatch.setattr(upload, "complete", slow)
    project = asms.entry("projects", "Suporte")
    for number in range(5):
        asms.user("clients", f"Pessoa {number}", projects=frozenset({project}))
    file = export(asms, project, "clients")["file"]
    deliveries = 0
    while delivered(asms, seconds=260):
        deliveries += 1
    assert deliveries == 2
    assert files == [*(f"suporte-clientes-{number:03}.xlsx" for number in (1, 2, 3)), "suporte-clientes.zip"]
    assert len(unpacked(downloaded(asms, file))) == 3


def test_who_was_overtaken_changes_nothing(asms: Asms, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker pauses before its first workbook is whole; another one does it all; then the first goes on."""
    of, upload = asms.sandbox.of, asms.sandbox.of("asms.store.exports")._Upload
    project = asms.entry("projects", "Suporte")
    asms.user("clients", "Ana Souza", projects=frozenset({project}))
    asked = export(asms, project, "clients")
    key = of("sincronia.engine.state").RunKey(CONNECTION, asked["run"]["run_id"])
    whole, left = upload.complete, list[Any]()

    def paused(self: Any) -> None:
        monkeypatch.setattr(upload, "complete", whole)
        asms.user("clients", "Bruno Prado", projects=frozenset({project}))
        asms.now += 400
        left.append(of("sincronia.engine.worker").work(key, asms.sandbox.on_queue.outside, 240))
        left.append((downloaded(asms, asked["file"]), notification(asms)))
        whole(self)

    monkeypatch.setattr(upload, "complete", paused)
    assert delivered(asms)
    run, (file, told) = left
    assert run.phase == "done"
    assert (downloaded(asms, asked["file"]), notification(asms)) == (file, told)
    assert told["text"].startswith("2 clientes em 1 planilha.")
    keys = asms.aws.s3.list_objects_v2(Bucket=os.environ["DATA_BUCKET"], Prefix=f"exports/{CONNECTION}/{key.run_id}/")
    assert len({each["Key"].split("/")[3] for each in keys["Contents"]}) == 2


def test_of_two_exports_of_the_same_users_the_second_is_told_which_runs(asms: Asms) -> None:
    project, other = asms.entry("projects", "Suporte"), asms.entry("projects", "Vendas")
    first = export(asms, project, "clients", key="a")
    again = export(asms, project, "clients", key="a")
    assert again == first
    body = {"category": "clients", "format": "with_data_without_relations"}
    refused = asms.post(f"{ONE}/projects/{project}/exports", body)
    run = first["run"]
    assert (refused.status, refused.body["code"], refused.body["run_url"]) == (409, "run_active", run["url"])
    export(asms, project, "specialists")
    export(asms, other, "clients")
    while delivered(asms):
        pass
    assert {row["state"] for row in asms.rows("notifications")} == {"Concluído"}
    export(asms, project, "clients")


def test_a_cancelled_export_ends_and_has_no_file(asms: Asms) -> None:
    project = asms.entry("projects", "Suporte")
    asked = export(asms, project, "clients")
    assert asms.call("POST", f"{asked['run']['url']}/cancel").status == 202
    while delivered(asms):
        pass
    told = notification(asms)
    assert (told["state"], told["result"], told.get("files")) == ("Concluído", "cancelled", None)
    assert told["text"].startswith("A execução foi cancelada por Painel (operator)")
    assert asms.call("GET", asked["file"], role="reader").body["code"] == "file_unknown"


def test_the_file_is_there_for_a_week_and_under_its_own_name(asms: Asms) -> None:
    asked = export(asms, asms.entry("projects", "Suporte"), "clients")
    assert delivered(asms)
    other = asked["file"].replace("suporte", "outro")
    assert asms.call("GET", other, role="reader").body["code"] == "file_unknown"
    asms.now += 7 * 86400 - 60
    assert asms.call("GET", asked["file"], role="reader").status == 303
    asms.now += 120
    assert asms.call("GET", asked["file"], role="reader").body["code"] == "file_unknown"


def test_what_is_not_there_is_refused(asms: Asms) -> None:
    project = asms.entry("projects", "Suporte")
    body = {"category": "clients", "format": "with_data"}
    assert asms.post(f"{ONE}/projects/{UNKNOWN}/exports", body).body["code"] == "asms.entry_missing"
    assert asms.call("GET", f"{ONE}/projects/{UNKNOWN}/formats/clients", role="reader").status == 404
    assert asms.post(f"{ONE}/projects/{project}/exports", {**body, "format": "pdf"}).status == 422
    reader = asms.call("POST", f"{ONE}/projects/{project}/exports", role="reader", body=body)
    assert reader.status == 403
    unknown = f"{ONE}/runs/{UNKNOWN}/files/suporte-clientes.zip"
    assert asms.call("GET", unknown, role="reader").body["code"] == "run_unknown"


def test_the_routes_have_the_rights_that_they_use(asms: Asms) -> None:
    project = asms.entry("projects", "Suporte")
    called(asms)
    asked = export(asms, project, "clients", key="a")
    for path in (f"{ONE}/projects/{project}/formats/clients", f"{ONE}/runs", asked["run"]["url"], asked["file"]):
        asms.call("GET", path, role="reader")
    asms.get(f"{asked['run']['url']}/outcomes")
    asms.get(f"{asked['run']['url']}/outcomes", kind="failed")
    asms.call("POST", f"{asked['run']['url']}/cancel")
    used = Record(rights=Counter({replace(right, caller="AsmsOnHttp"): count for right, count in called(asms).items()}))
    assert used.rights
    assert compare(asms.aws.provisioned, used).forbidden == []
