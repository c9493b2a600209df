"""The whole life of a connection by the API alone, from its first test to its deletion; and what it takes of rights."""

from __future__ import annotations

import io
import json
import re
import time
import zipfile
from collections.abc import Sequence
from typing import Any

import pytest
import requests

from local.calls import Record
from local.rights import compare
from local.stack import Stack
from local.vendors.zen import USER_TOKEN
from tests.e2e.over_http import (
    CONNECTIONS,
    INITIAL,
    SECONDS,
    USERS,
    WORKBOOK,
    Caller,
    Document,
    Json,
    Office,
    rights_used,
)
from tests.e2e.test_stack_zen import named
from tests.privacy_on_aws import rights_of_privacy

# Where something of a connection is kept, besides its secret.
KEPT = (
    *("ConnectionsTable", "LinksTable", "IdentitiesTable", "RunsTable", "OutcomesTable", "NotificationsTable"),
    "objects",
)
# What a role allows and the scene doesn't use, and why it is allowed all the same.
_LOG = "Lambda writes the log under the function's role"
UNUSED = {
    ("ZenOnHttp", "logs:CreateLogStream", "ZenOnHttp:*"): _LOG,
    ("ZenOnHttp", "logs:PutLogEvents", "ZenOnHttp:*"): _LOG,
    (
        "ZenOnHttp",
        "dynamodb:GetItem",
        "RequestsTable",
    ): "Powertools asks where a refused write didn't give the row back",
    ("ZenOnHttp", "dynamodb:DeleteItem", "RequestsTable"): "Powertools forgets a request that ended in an error",
    ("ZenOnQueue", "logs:CreateLogStream", "ZenOnQueue:*"): _LOG,
    ("ZenOnQueue", "logs:PutLogEvents", "ZenOnQueue:*"): _LOG,
    ("ZenOnQueue", "sqs:SendMessage", "ZenQueue"): "a run goes on in another message only after four minutes of work",
}
DELETION_WAITS = 130  # seconds; for requests that still saw the connection
USER_0 = "Chave de Acesso do usuário 0"


@pytest.mark.sweep
def test_a_connections_whole_life(stack: Stack, document: Document) -> None:
    administrator = Caller(stack, document, stack.token)
    other = Office(administrator)
    other.sync(USERS)
    others = belongings(stack, other.id)
    assert others.keys() == set(KEPT)
    secrets = secrets_of(stack)
    with rights_used(stack, *stack.provisioned.functions) as used:
        office = Office(administrator)
        _looked_at(office)
        _tested(office)
        preview = _shown(office)
        run = _applied(office, preview)
        _workbook(office, run)
        _worked_with(office, run)
        assert belongings(stack, office.id).keys() == set(KEPT)
        assert len(secrets_of(stack) - secrets) == 1
        _deleted(office)
    assert secrets_of(stack) == secrets
    assert belongings(stack, other.id) == others
    compared = compare(stack.provisioned, Record(rights=used))
    assert compared.forbidden == []
    unused = {named(right) for right in compared.unused if right.function in {"ZenOnHttp", "ZenOnQueue"}}
    elsewhere = rights_of_privacy(
        "ZenOnQueue"
    )  # seen in tests/functions/test_privacy_*.py, and here where a tick finds any
    assert unused - elsewhere == UNUSED.keys() - elsewhere


def _looked_at(office: Office) -> None:
    """A person signs in at the hub, and the session holds here too."""
    api = office.administrator.stack.api_url
    headers = {"Origin": api, "Accept": "text/html"}
    answer = requests.post(
        f"{api}/sign-in", {"token": office.administrator.token}, headers=headers, timeout=SECONDS, allow_redirects=False
    )
    cookie = {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]}
    found = requests.get(f"{api}{CONNECTIONS}/{office.id}", headers=cookie, timeout=SECONDS)
    assert (found.status_code, found.json()["id"]) == (200, office.id)


def belongings(stack: Stack, connection: str, kept: Sequence[str] = KEPT) -> dict[str, list[str]]:
    """All rows and objects that name a connection, by where they are."""
    dynamodb, s3 = stack.client("dynamodb"), stack.client("s3")
    found = {
        name: [json.dumps(row, sort_keys=True) for row in dynamodb.scan(TableName=table)["Items"]]
        for name in kept
        if (table := stack.outputs.get(name))
    }
    listed = s3.list_objects_v2(Bucket=stack.outputs["DataBucket"]).get("Contents", [])
    found["objects"] = [each["Key"] for each in listed]
    theirs = {where: sorted(text for text in texts if _names(text, connection)) for where, texts in found.items()}
    return {where: texts for where, texts in theirs.items() if texts}


def secrets_of(stack: Stack) -> set[str]:
    """The names of all secrets but of connections that other tests have deleted: theirs go when their time comes."""
    rows = stack.client("dynamodb").scan(TableName=stack.outputs["ConnectionsTable"], ConsistentRead=True)["Items"]
    going = {row["secret_name"]["S"] for row in rows if "deleting" in row}
    return {str(each["Name"]) for each in stack.client("secretsmanager").list_secrets()["SecretList"]} - going


def _names(text: str, connection: str) -> bool:
    """Whether a text has the connection's id as a word of its own: escritorio-1 isn't in escritorio-12."""
    return re.search(rf"(?<![a-z0-9-]){re.escape(connection)}(?![a-z0-9])", text) is not None


def _tested(office: Office) -> None:
    """Everything that can be wrong with it is told apart; then all is right."""
    zen = str(office.definition["settings"]["zen_address"])
    token = str(office.definition["secret"]["zen_token"])
    for change, wrong in (
        ({"settings": _at(office, "http://zen.contabilaurora.example")}, ("Zen", "vendor_host_unknown")),
        ({"settings": _at(office, zen.replace("http:", "https:"))}, ("Zen", "vendor_tls")),
        ({"settings": _at(office, zen), "secret": {"zen_token": "0" * 32}}, ("Zen", "zen.access_key_refused")),
        ({"secret": {"zen_token": USER_TOKEN}}, ("Zen", "vendor_forbidden")),
        (
            {"secret": {"zen_token": token, "administrator_access_key": ""}},
            (USER_0, "zen.administrator_key_missing"),
        ),
    ):
        assert office.administrator.says("PATCH", office.path, change).status == 200
        tested = office.operator.post(f"{office.path}/test", {}, 200)
        assert tested["ok"] is False
        assert [(check["what"], check["code"]) for check in tested["checks"] if not check["ok"]] == [wrong]
        assert all((check["detail"] is None) is check["ok"] for check in tested["checks"])
    secret = {"administrator_access_key": "chave-do-usuario-0"}
    assert office.administrator.says("PATCH", office.path, {"secret": secret}).status == 200
    tested = office.operator.post(f"{office.path}/test", {}, 200)
    parts = ("Questor", "Zen", USER_0, "Tareffa")
    assert tested == {
        "ok": True,
        "checks": [{"what": what, "ok": True, "code": None, "detail": None} for what in parts],
    }


def _at(office: Office, zen: str) -> Json:
    return {**office.definition["settings"], "zen_address": zen}


def _shown(office: Office) -> Json:
    """The initial sync, as a preview: nothing is written."""
    preview = office.sync(INITIAL, "preview", tareffa=True)
    assert (preview["phase"], preview["mode"]) == ("done", "preview")
    for lane in preview["lanes"]:
        assert sum(lane["counters"].values()) == lane["received"]
    assert office.zen.state()["writes"] == office.tareffa.state()["writes"] == 0
    return preview


def _applied(office: Office, preview: Json) -> Json:
    """It is synced but for one company, and what belongs to it; the one without tax regime goes to Zen alone."""
    administrator = office.administrator
    planned = list(administrator.every(f"{preview['url']}/plan", lane="tareffa.empresa"))
    refused = [one["source_id"] for one in planned if one["code"] == "zen.tax_regime_missing"]
    assert len(refused) == 1
    out = next(one["source_id"] for one in planned if one["kind"] == "created")
    deselected = [{"lane": lane, "source_id": out} for lane in ("empresa", "tareffa.empresa")]
    run = office.ended(office.operator.post(f"{preview['url']}/apply", {"deselected": deselected}))
    assert (run["phase"], run["result"], run["preview"]) == ("done", "partial", preview["run_id"])
    skipped = office.outcomes(run, kind="skipped")
    assert {one["source_id"].partition("/")[0] for one in skipped} == {out}
    assert {one["code"] for one in skipped} == {"deselected"}
    left_out = {one["lane"] for one in planned_of(office, preview) if one["source_id"].partition("/")[0] == out}
    assert {one["lane"] for one in skipped} == left_out - {"usuario_escritorio", "tareffa.usuario"}
    assert "usuario_cliente" in left_out
    rejected = office.outcomes(run, kind="rejected")
    assert [(one["lane"], one["source_id"]) for one in rejected if one["code"] == "zen.tax_regime_missing"] == [
        ("tareffa.empresa", refused[0])
    ]
    created = office.outcomes(run, kind="created")
    assert len(office.zen.rows("companies")) == len([one for one in created if one["lane"] == "empresa"]) == 2
    assert len(office.tareffa.rows("companies")) == 1
    for lane in run["lanes"]:
        assert sum(lane["counters"].values()) == lane["received"]
    assert len(office.outcomes(run)) == sum(run["counters"].values()) - run["counters"].get("unchanged", 0)
    return run


def planned_of(office: Office, preview: Json) -> list[Json]:
    """All that a preview shows."""
    return list(office.administrator.every(f"{preview['url']}/plan"))


def _workbook(office: Office, run: Json) -> None:
    """What is to be corrected, by a link that needs no token."""
    (file,) = office.notification(run)["files"]
    assert file == {"name": WORKBOOK, "url": f"{run['url']}/files/{WORKBOOK}"}
    answer = office.operator.says("GET", file["url"])
    assert answer.status == 303
    got = requests.get(answer.headers["Location"], timeout=SECONDS)
    assert got.status_code == 200
    with zipfile.ZipFile(io.BytesIO(got.content)) as book:
        assert book.testzip() is None
        assert b'name="Cadastros a corrigir"' in book.read("xl/workbook.xml")
        rows = book.read("xl/worksheets/sheet1.xml").count(b"<row ")
    assert rows == 1 + run["counters"]["rejected"]


def _worked_with(office: Office, run: Json) -> None:
    """What was rejected is tried again; a run is asked for once, and decided of at the brake."""
    again = office.ended(office.operator.post(f"{run['url']}/retry"))
    assert (again["retried"], again["counters"]) == (run["run_id"], {"rejected": run["counters"]["rejected"]})
    office.questor.misbehave(kind="empty", operation="list", times=None)
    asked = {"flow": USERS, "mode": "apply", "filters": {}}
    made = office.operator.says("POST", f"{office.path}/runs", asked, key="uma-vez")
    assert office.ended(made.body)["phase"] == "brake"
    office.operator.post(f"{made.body['url']}/decision", {"decision": "reject"}, 200)
    office.questor.reset()
    assert [one["run_id"] for one in office.runs()[:2]] == [made.body["run_id"], again["run_id"]]


def _deleted(office: Office) -> None:
    """Marked at once, carried out by the worker when nobody can still see it; then nothing of it is left."""
    administrator, stack = office.administrator, office.stack
    for _ in range(2):
        answer = administrator.says("DELETE", office.path)
        assert (answer.status, answer.body) == (202, {"id": office.id, "deleting": True})
    assert administrator.says("GET", office.path).status == 404
    again = administrator.says("POST", CONNECTIONS, office.definition)
    assert (again.status, again.code) == (409, "connection_exists")
    past: dict[str, Any] = {":past": {"N": str(time.time() - DELETION_WAITS)}}  # before whatever else is due
    stack.client("dynamodb").update_item(
        TableName=stack.outputs["RunsTable"],
        Key={"connection": {"S": office.id}, "run_id": {"S": "exclusao"}},
        UpdateExpression="SET wake_at = :past, started_at = :past",
        ExpressionAttributeValues=past,
    )
    assert not stack.fire_schedule("ZenOnSchedule").failed
    end = time.monotonic() + SECONDS
    while administrator.says("DELETE", office.path).status != 404:
        assert time.monotonic() < end
        time.sleep(0.1)
    end = time.monotonic() + SECONDS
    while (left := belongings(stack, office.id)) and time.monotonic() < end:
        time.sleep(0.1)
    assert left == {}
