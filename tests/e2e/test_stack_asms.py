"""ASMS on the stack whole, over HTTP and its queue: logins at once, a directory's life, its end, and rights."""

from __future__ import annotations

import io
import json
import time
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from urllib.parse import quote_plus
from zipfile import ZipFile

import pytest
import requests

from local.calls import Record
from local.rights import compare
from local.stack import Stack
from sincronia import clock
from tests.e2e.directory_over_http import PNG, Directory
from tests.e2e.over_http import SECONDS, Answer, Caller, Document, Json, at_once, rights_used
from tests.e2e.test_connection_life import DELETION_WAITS, KEPT, belongings, secrets_of
from tests.e2e.test_stack_zen import named
from tests.privacy_on_aws import rights_of_privacy

FUNCTIONS = ("AsmsOnUpload", "AsmsOnQueue", "AsmsOnSchedule", "AsmsOnHttp")
KEPT_OF_A_DIRECTORY = (*KEPT, "AsmsDirectoryTable")
# What a role allows and the scene doesn't use, and why it is allowed all the same.
_LOG = "Lambda writes the log under the function's role"
UNUSED = {
    **{
        (name, f"logs:{action}", f"{name}:*"): _LOG
        for name in FUNCTIONS
        for action in ("CreateLogStream", "PutLogEvents")
    },
    (
        "AsmsOnHttp",
        "dynamodb:GetItem",
        "RequestsTable",
    ): "Powertools asks where a refused write didn't give the row back",
    ("AsmsOnHttp", "dynamodb:DeleteItem", "RequestsTable"): "Powertools forgets a request that ended in an error",
    ("AsmsOnQueue", "sqs:SendMessage", "AsmsQueue"): "a run goes on in another message only after minutes of work",
}


@pytest.fixture
def administrator(stack: Stack, document: Document) -> Caller:
    return Caller(stack, document, stack.token)


def test_of_many_who_want_one_login_at_once_one_gets_it(administrator: Caller) -> None:
    directory = Directory(administrator)
    logins = ("ana.brandão", "ANA.BRANDAO", "ana.brandao", "Ana.Brandáo")

    def asked(category: str, login: str) -> Answer:
        new = directory.new(login=login)
        return directory.operator.says("POST", f"{directory.path}/users/{category}", new)

    categories = ("clients", "specialists") * 2
    answers = at_once(*(partial(asked, *each) for each in zip(categories, logins, strict=True)))

    assert Counter(answer.status for answer in answers) == {201: 1, 409: 3}
    assert {answer.code for answer in answers if answer.status == 409} == {"asms.login_taken"}
    listed = [list(directory.operator.every(f"{directory.path}/users/{category}")) for category in categories[:2]]
    assert [one["login"] for found in listed for one in found] == [
        answer.body["login"] for answer in answers if answer.status == 201
    ]


@pytest.mark.sweep
def test_a_directory_lives_and_ends_within_the_rights_of_its_functions(stack: Stack, administrator: Caller) -> None:
    other = Directory(administrator)
    other.user("clients")
    kept, secrets = belongings(stack, other.id, KEPT_OF_A_DIRECTORY), secrets_of(stack)
    assert "AsmsDirectoryTable" in kept
    with rights_used(stack, *FUNCTIONS) as used:
        directory = Directory(administrator)
        _looked_at(directory)
        _laid_down(directory)
        client, specialist = _made(directory)
        _worked_with(directory, client, specialist)
        token = _token_of(directory, specialist)
        _exported(directory)
        _imported(directory)
        held = belongings(stack, directory.id, KEPT_OF_A_DIRECTORY)
        assert held.keys() == {*KEPT_OF_A_DIRECTORY} - {"LinksTable"}
        _deleted(directory)
    assert token.says("GET", other.path).code == "token_revoked"
    assert secrets_of(stack) == secrets
    assert belongings(stack, other.id, KEPT_OF_A_DIRECTORY) == kept
    compared = compare(stack.provisioned, Record(rights=used))
    assert [call for call in compared.forbidden if call.function in FUNCTIONS] == []
    unused = {named(right) for right in compared.unused if right.function in FUNCTIONS}
    elsewhere = rights_of_privacy(
        "AsmsOnQueue"
    )  # seen in tests/functions/test_privacy_*.py, and here where a tick finds any
    assert unused - elsewhere == UNUSED.keys() - elsewhere


def _looked_at(directory: Directory) -> None:
    """A person signs in at the hub, and the session holds here too; the connection gets another name."""
    api = directory.stack.api_url
    headers = {"Origin": api, "Accept": "text/html"}
    answer = requests.post(
        f"{api}/sign-in",
        {"token": directory.operator.token},
        headers=headers,
        timeout=SECONDS,
        allow_redirects=False,
    )
    cookie = {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]}
    found = requests.get(f"{api}{directory.path}", headers=cookie, timeout=SECONDS)
    assert (found.status_code, found.json()["id"]) == (200, directory.id)
    renamed = directory.administrator.says("PATCH", directory.path, {"name": "Outro nome"})
    assert (renamed.status, renamed.body["name"]) == (200, "Outro nome")


def _laid_down(directory: Directory) -> None:
    """Entries are made, read, changed; a name moves with its entry. A field and a policy likewise."""
    administrator = directory.administrator
    site = directory.entry("locations", "Matriz", address={"city": "Joinville"})
    path = f"{directory.path}/catalogues/locations/{site}"
    changed = administrator.says("PATCH", path, {"name": "Sede"})
    assert (changed.status, changed.body["address"]["city"]) == (200, "Joinville")
    assert administrator.get(path) == changed.body | {"offered": None}
    directory.entry("locations", "Matriz")  # the name is free again
    field = directory.field(category="clients", name="Matrícula", type="text")
    path = f"{directory.path}/projects/{directory.project}/fields"
    assert administrator.says("PATCH", f"{path}/{field}", {"name": "Crachá"}).status == 200
    assert [one["name"] for one in administrator.get(path)["fields"]] == ["Crachá"]
    policy = f"{directory.path}/password-policy"
    assert administrator.says("PATCH", policy, {"min_length": 10}).body["min_length"] == 10
    assert administrator.get(policy)["min_length"] == 10


def _made(directory: Directory) -> tuple[str, str]:
    """A client, asked for twice with one key, and a specialist; gives their addresses."""
    users = f"{directory.path}/users/clients"
    new = directory.new(password="Jabuticaba#2026")  # nobody's
    first, again = (directory.operator.says("POST", users, new, key="uma-vez") for _ in range(2))
    assert (first.status, again.body) == (201, first.body)
    client = f"{users}/{first.body['id']}"
    changed = directory.operator.says("PATCH", client, {"login": "outro.login", "email": "outro@empresa.example"})
    assert (changed.status, changed.body["login"]) == (200, "outro.login")
    assert [one["id"] for one in directory.operator.every(users, name=new["name"])] == [first.body["id"]]
    assert [one["id"] for one in directory.operator.every(users, project=directory.project)] == [first.body["id"]]
    return client, directory.user("specialists")


def _worked_with(directory: Directory, client: str, specialist: str) -> None:
    """All that an operator does with users: groups, projects, shifts, comments, photos."""
    operator = directory.operator
    other = directory.entry("projects", "Implantação")
    group = directory.entry("client-groups", "Diretoria", projects=[other])
    groups = f"{client}/relations/groups"
    assert operator.says("POST", groups, {"add": [group]}).code == "asms.association_undecided"
    assert len(operator.post(groups, {"add": [group], "associate": True}, 200)["projects"]) == 2
    members = f"{directory.path}/projects/{other}/users/clients"
    assert operator.post(f"{members}/dissociation", {"search": ""}, 200)["changed"] == 1
    calendar = directory.entry("calendars", "Comercial")
    today = clock.today()
    days = {"since": today.isoformat(), "until": (today + timedelta(days=10)).isoformat()}
    shift = operator.post(f"{specialist}/shifts", {**days, "calendar": calendar})
    assert operator.says("DELETE", f"{specialist}/shifts/{shift['id']}").status == 204
    operator.post(f"{specialist}/shifts", {**days, "calendar": calendar})
    operator.post(f"{client}/comments", {"text": "Prefere a tarde."})
    assert [one["text"] for one in operator.every(f"{client}/comments")] == ["Prefere a tarde."]
    for user in (client, specialist):
        operator.post(f"{user}/photo", {"content": PNG})
    photo = operator.says("GET", f"{client}/photo")
    assert photo.status == 303
    assert requests.get(photo.headers["Location"], timeout=SECONDS).content == b"\x89PNG\r\n\x1a\n"
    assert operator.says("DELETE", f"{client}/photo").status == 204


def _token_of(directory: Directory, specialist: str) -> Caller:
    """Tokens of a specialist: one that is revoked, and one that works; gives its bearer."""
    administrator, tokens = directory.administrator, f"{specialist}/tokens"
    first = administrator.post(tokens, {"description": "Painel antigo"})
    assert administrator.says("DELETE", f"{tokens}/{first['id']}").status == 204
    second = administrator.post(tokens, {"description": "Painel"})
    assert [one["id"] for one in administrator.get(tokens)["items"]] == [second["id"]]
    bearer = Caller(directory.stack, administrator.document, second["token"])
    assert bearer.get(specialist)["id"] == specialist.rpartition("/")[2]
    return bearer


def _exported(directory: Directory) -> None:
    """The empty format at once, the others by the worker; one is cancelled, before or after it is done."""
    operator = directory.operator
    empty = operator.says("GET", directory.export("clients", "empty")["file"])
    assert requests.get(empty.headers["Location"], timeout=SECONDS).content[:2] == b"PK"
    asked = directory.export("clients", "with_data")
    assert directory.ended(asked)["result"] == "success"
    told = operator.get(f"/notifications/{directory.id}/{asked['run']['run_id']}")
    assert (told["state"], [file["url"] for file in told["files"]]) == ("Concluído", [asked["file"]])
    link = operator.says("GET", asked["file"]).headers["Location"]
    with ZipFile(io.BytesIO(requests.get(link, timeout=SECONDS).content)) as bundle:
        assert bundle.testzip() is None
        assert len(bundle.namelist()) == 1
    other = directory.export("specialists", "with_data_without_relations")
    cancelled = operator.says("POST", f"{other['run']['url']}/cancel")
    assert cancelled.status in {202, 409}
    assert directory.ended(other)["result"] in {"cancelled", "success"}
    listed = [run["run_id"] for run in operator.every(f"{directory.path}/runs")]
    assert listed == [other["run"]["run_id"], asked["run"]["run_id"]]
    for query in ({}, {"kind": "failed"}):  # an export does nothing to records
        assert list(operator.every(f"{asked['run']['url']}/outcomes", **query)) == []


def _imported(directory: Directory) -> None:
    """A program's file, one that somebody drops by hand, wrong rows that come back, a preview, undoing, the brake."""
    operator = directory.operator
    people = [f"Pessoa {number};pessoa.{number};p{number}@empresa.example" for number in range(12)]
    header = "Nome;Login;E-mail"
    directory.imported([header, *people])
    run = _dropped(directory, [header, "Ana Prado;ana.prado;", "Davi Luz;davi.luz;sem arroba"])
    assert (run["result"], run["counters"]) == ("partial", {"created": 1, "rejected": 1})
    details = operator.get(f"{run['url']}/import")
    assert (details["importer"], details["culture"]) == (directory.definition["responsible"], "pt")
    (told,) = operator.get(f"/notifications/{directory.id}/{run['run_id']}")["files"]
    assert told["url"] == details["corrections"]
    (row,) = operator.every(f"{run['url']}/rows")
    assert [fault["cell"] for fault in row["faults"]] == ["C3"]
    link = operator.says("GET", details["corrections"]).headers["Location"]
    with ZipFile(io.BytesIO(requests.get(link, timeout=SECONDS).content)) as workbook:
        assert workbook.testzip() is None
    shown = directory.imported([header, "Ana Prado Lima;ana.prado;"], "preview")
    assert [one["label"] for one in operator.every(f"{shown['url']}/plan")] == ["Ana Prado Lima"]
    applied = operator.post(f"{shown['url']}/apply")
    assert directory.ended({"run": applied})["counters"] == {"updated": 1}
    undone = operator.post(f"{run['url']}/undo")
    assert directory.ended({"run": undone})["counters"] == {"skipped": 1}  # it was changed since
    lines = [f"{name};{login};;Inativo" for name, login, _ in (person.split(";") for person in people)]
    braked = directory.imported([f"{header};Status", *lines])
    assert braked["phase"] == "brake"
    assert operator.post(f"{braked['url']}/decision", {"decision": "approve"}, 200)["phase"] == "apply"
    assert not directory.stack.fire_schedule("AsmsOnSchedule").failed
    assert directory.ended({"run": braked})["counters"] == {"deactivated": 12}
    files = [one["filters"]["file"] for one in operator.every(f"{directory.path}/runs") if one["flow"] == "importar"]
    assert sorted(files) == [*["novos.csv"] * 4, "à mão.csv"]  # what S3 told of twice is there once


def _dropped(directory: Directory, rows: Iterable[str]) -> Json:
    """The import of clients whom somebody drops by hand, at its end. S3 tells of them twice."""
    stack, key = directory.stack, f"imports/{directory.id}/Suporte a terminais/clients/à mão.csv"
    content = "\r\n".join(rows).encode()
    put = stack.client("s3").put_object(Bucket=stack.outputs["DataBucket"], Key=key, Body=content)
    run = directory.import_of(key)
    told = {"key": quote_plus(key), "eTag": put["ETag"].strip('"'), "size": len(content)}
    message = json.dumps({"Records": [{"s3": {"object": told}}]})
    stack.client("sqs").send_message(QueueUrl=stack.outputs["AsmsUploads"], MessageBody=message)
    return run


def _deleted(directory: Directory) -> None:
    """Marked at once; the worker erases all of it when nobody can still see it."""
    administrator, stack = directory.administrator, directory.stack
    answer = administrator.says("DELETE", directory.path)
    assert (answer.status, answer.body) == (202, {"id": directory.id, "deleting": True})
    assert administrator.says("GET", f"{directory.path}/users/clients").code == "connection_unknown"
    now = time.time()
    stack.client("dynamodb").update_item(
        TableName=stack.outputs["RunsTable"],
        Key={"connection": {"S": directory.id}, "run_id": {"S": "exclusao"}},
        UpdateExpression="SET wake_at = :now, started_at = :past",
        ExpressionAttributeValues={":now": {"N": str(now)}, ":past": {"N": str(now - DELETION_WAITS)}},
    )
    assert not stack.fire_schedule("AsmsOnSchedule").failed
    end = time.monotonic() + SECONDS
    while (left := belongings(stack, directory.id, KEPT_OF_A_DIRECTORY)) and time.monotonic() < end:
        time.sleep(0.1)
    assert left == {}
