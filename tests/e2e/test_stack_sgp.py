"""SGP → OZmap on the stack whole, over HTTP and its queue: webhooks, dead letters, a connection's life and rights."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import pytest
import requests

from local.calls import Record
from local.rights import compare
from local.stack import Stack
from operations.redrive import redrive
from sincronia.engine.worker import LEASE_SECONDS
from tests.e2e.over_http import SECONDS, WORKBOOK, Caller, Document, rights_used
from tests.e2e.provider_over_http import LOGS, STATUSES, Provider
from tests.e2e.test_connection_life import DELETION_WAITS, belongings, secrets_of
from tests.e2e.test_stack_zen import named
from tests.privacy_on_aws import rights_of_privacy

FUNCTIONS = ("SgpOnWebhook", "SgpOnQueue", "SgpOnSchedule", "SgpOnHttp")
# What a role allows and the scene doesn't use, and why it is allowed all the same.
_LOG = "Lambda writes the log under the function's role"
UNUSED = {
    **{
        (name, f"logs:{action}", f"{name}:*"): _LOG
        for name in FUNCTIONS
        for action in ("CreateLogStream", "PutLogEvents")
    },
    (
        "SgpOnHttp",
        "dynamodb:GetItem",
        "RequestsTable",
    ): "Powertools asks where a refused write didn't give the row back",
    ("SgpOnHttp", "dynamodb:DeleteItem", "RequestsTable"): "Powertools forgets a request that ended in an error",
    (
        "SgpOnQueue",
        "s3:DeleteObject",
        "databucket/runs/*",
    ): "the deletion looks there, and SGP's runs keep nothing there",
}


@pytest.fixture
def administrator(stack: Stack, document: Document) -> Caller:
    return Caller(stack, document, stack.token)


def test_a_webhook_ends_on_the_map_and_in_the_log(administrator: Caller) -> None:
    provider = Provider(administrator)
    first, second, third = provider.mapped()[:3]
    provider.suspend(first)
    line = provider.told(first)
    assert (line["cause"], line["record"], line["outcome"], line["after"]) == (
        *("webhook", str(first), "updated"),
        {"Situação": "ERRO"},
    )
    client = provider.client(first)
    assert client
    assert client["status"] == 1
    provider.suspend(second)
    signed = provider.signed(second, "msg_1")
    assert provider.line(signed.json()["hint"])["outcome"] == "updated"
    again = provider.signed(second, "msg_1")
    assert again.status_code == 200  # the sender's event is known: it is acted on once
    provider.suspend(third)
    refused = [
        provider.sent(third, {"Authorization": f"Bearer {provider.secret[:-4]}AAA="}),
        provider.sent(third, {}),
        provider.signed(third, "msg_2", secret="whsec_" + "A" * 32),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [
        (401, "webhook_secret_wrong"),
        (401, "webhook_unsigned"),
        (401, "webhook_signature_wrong"),
    ]
    provider.told(first)
    assert Counter(line["record"] for line in provider.lines()) == {str(first): 2, str(second): 1}
    client = provider.client(third)
    assert client
    assert client["status"] == 0


# ── dead letters ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.sweep
def test_what_nobody_expected_ends_in_the_dead_letters_and_comes_back_by_the_command(administrator: Caller) -> None:
    """A line of the log is spoilt by hand, and nobody can read it; meanwhile all other contracts go on."""
    provider = Provider(administrator)
    spoilt, other = provider.mapped()[3:5]
    stack, queue = provider.stack, provider.stack.outputs["SgpQueue"]
    dynamodb, sqs = stack.client("dynamodb"), stack.client("sqs")
    table = stack.outputs["HintsTable"]
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "1"})  # six minutes otherwise
    provider.suspend(spoilt)
    line = provider.told(spoilt)
    key: Any = {"connection": {"S": provider.id}, "id": {"S": line["id"]}}
    row = dynamodb.get_item(TableName=table, Key=key)["Item"]
    dynamodb.put_item(TableName=table, Item={**row, "state": {"S": "spoilt"}})
    sqs.send_message(
        QueueUrl=queue,
        MessageBody=row["hint"]["S"],
        MessageGroupId=f"{provider.id}#{spoilt}",
        MessageDeduplicationId="once more",
    )
    provider.suspend(other)
    assert provider.told(other)["outcome"] == "updated"
    provider.until(lambda: dead_letters(stack), lambda number: number == 1)
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "360"})
    assert "'spoilt' is not a valid HintState" in (stack.logs / "SgpOnQueue.log").read_text(encoding="utf-8")
    dynamodb.delete_item(TableName=table, Key=key)  # the cause is mended
    assert len(list(redrive(sqs, stack.outputs["SgpDeadLetters"]))) == 1
    assert provider.line(line["id"])["outcome"] == "unchanged"  # what it asked for was done before
    assert dead_letters(stack) == 0


def dead_letters(stack: Stack) -> int:
    """How many there are."""
    url = stack.outputs["SgpDeadLetters"]
    attributes = stack.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(attributes["Attributes"]["ApproximateNumberOfMessages"])


# ── the life of a connection, and its rights ─────────────────────────────────────────────────────────────────────────
@pytest.mark.sweep
def test_a_providers_connection_lives_and_ends_within_the_rights_of_its_functions(
    stack: Stack, administrator: Caller
) -> None:
    others = Provider(administrator)
    others.told(others.mapped()[5])
    kept, secrets = belongings(stack, others.id), secrets_of(stack)
    with rights_used(stack, *FUNCTIONS) as used:
        provider = Provider(administrator, every_minutes=10, remove_property=True)
        _looked_at(provider)
        _tested(provider)
        _swept(provider)
        _put_off(provider)
        _asked_for(provider)
        _removed(provider)
        _sent_twice(provider)
        _day_ends(provider)
        _deleted(provider)
    assert secrets_of(stack) == secrets
    assert belongings(stack, others.id) == kept
    compared = compare(stack.provisioned, Record(rights=used))
    assert [call for call in compared.forbidden if call.function in FUNCTIONS] == []
    unused = {named(right) for right in compared.unused if right.function in FUNCTIONS}
    elsewhere = rights_of_privacy(
        "SgpOnQueue"
    )  # seen in tests/functions/test_privacy_*.py, and here where a tick finds any
    # An environment that has shown a page to an earlier test still knows the key of sessions.
    elsewhere |= {right for right in unused if right[2].startswith("SessionKey-")}
    assert unused - elsewhere == UNUSED.keys() - elsewhere


def _looked_at(provider: Provider) -> None:
    """A person signs in at the hub, and the session shows the log's page."""
    api = provider.stack.api_url
    headers = {"Origin": api, "Accept": "text/html"}
    answer = requests.post(
        *(f"{api}/sign-in", {"token": provider.operator.token}),
        headers=headers,
        timeout=SECONDS,
        allow_redirects=False,
    )
    shown = {"Accept": "text/html", "Cookie": answer.headers["Set-Cookie"].partition(";")[0]}
    for path in (LOGS, STATUSES):
        page = requests.get(f"{api}{path}", {"connection": provider.id}, headers=shown, timeout=SECONDS)
        assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert provider.administrator.says("GET", LOGS).code == "connection_unnamed"  # there are several


def _tested(provider: Provider) -> None:
    """What is wrong is said; then all is right."""
    change = {"secret": {"ozmap_key": "outra-chave"}}
    assert provider.administrator.says("PATCH", provider.path, change).status == 200
    tested = provider.operator.post(f"{provider.path}/test", {}, 200)
    assert [check["code"] for check in tested["checks"]] == [None, "vendor_refused_token"]
    change = {"secret": {"ozmap_key": provider.definition["secret"]["ozmap_key"]}}
    assert provider.administrator.says("PATCH", provider.path, change).status == 200
    assert provider.operator.post(f"{provider.path}/test", {}, 200)["ok"] is True


def _swept(provider: Provider) -> None:
    """The sweep is due; a contract whose webhook was lost is found."""
    lost = provider.mapped()[6]
    provider.suspend(lost)
    provider.tick()
    lines = provider.until(provider.lines, lambda lines: any(line["record"] == str(lost) for line in lines))
    client = provider.client(lost)
    assert client
    assert client["status"] == 1
    due = {":now": int(time.time())}
    provider.put("ConnectionsTable", "SET wake_at = :now", due, item="FLOW#conferir_contratos")
    provider.tick()  # ten minutes later: the last one is done
    assert {line["cause"] for line in lines if line["record"]} == {"reconcile"}


def _put_off(provider: Provider) -> None:
    """OZmap asks for patience; the tick queues the hint again when it is over."""
    contract = provider.mapped()[7]
    provider.suspend(contract)
    provider.ozmap.misbehave(kind="busy", retry_after="600", times=None)
    hint = provider.sent(contract).json()["hint"]
    waiting = provider.line(hint, "waiting")
    assert (waiting["code"], waiting["waits_until"] > waiting["at"]) == ("vendor_busy", True)
    provider.ozmap.reset()
    provider.put("HintsTable", "SET wake_at = :now", {":now": int(time.time())}, id=hint)
    provider.stack.functions.find("SgpOnQueue").renew()  # new ones don't know that the vendor rests
    provider.tick()
    assert provider.line(hint)["outcome"] == "updated"


def _asked_for(provider: Provider) -> None:
    """A preview, a contract, a line, a period; a list by each of its filters."""
    contract = provider.mapped()[8]
    provider.suspend(contract)
    preview = provider.operator.get(f"{provider.path}/contracts/{contract}/preview")
    line = provider.asked(f"/contracts/{contract}/sync")
    for name in ("label", "action", "outcome", "before", "after"):
        assert preview[name] == line[name]
    assert provider.asked(f"/hints/{line['id']}/replay")["outcome"] == "unchanged"
    period = provider.asked("/replays", {"since": "2026-01-31T00:00:00Z", "only": "failed"})
    assert period["action_title"] == "Repetição do que falhou em um período"
    assert line in provider.lines(record=contract)
    assert line in provider.lines(outcome="updated")


def _removed(provider: Provider) -> None:
    """Eleven go on a day, or a fifth of the links; the next waits for a person, and goes."""
    contracts = provider.mapped()
    removed, held = [], ""
    for contract in contracts:
        provider.change(contract, status=3)
        hint = provider.sent(contract).json()["hint"]
        line = provider.line(hint, "removed", "held")
        if line["outcome"] == "held":
            held = hint
            break
        removed.append(line)
    assert len(removed) >= 10
    image = provider.operator.get(f"{provider.path}/hints/{removed[0]['id']}/image")
    assert image["image"]["client"]
    run = provider.operator.get(f"{provider.path}/runs/{line['run_id']}")
    assert run["phase"] == "brake"
    provider.operator.post(f"{run['url']}/decision", {"decision": "approve"}, 200)
    assert provider.line(held)["outcome"] == "removed"
    assert provider.lines(outcome="held") == []
    again = provider.operator.says("POST", f"{run['url']}/decision", {"decision": "reject"})
    assert (again.status, again.code) == (409, "decided_before")


def _sent_twice(provider: Provider) -> None:
    """With a key, what is asked twice is done once; by its event's id, so is what is sent twice."""
    contract = provider.mapped()[0]
    path = f"{provider.path}/contracts/{contract}/sync"
    first, again = (provider.operator.says("POST", path, key="uma-vez") for _ in range(2))
    assert again.body == first.body
    provider.line(first.body["hint"])
    hints = [provider.signed(contract, "msg_1").json()["hint"] for _ in range(2)]
    provider.line(hints[0])
    provider.told(contract)  # comes after both of them
    assert provider.operator.says("GET", f"{provider.path}/hints/{hints[1]}").status == 404


def _day_ends(provider: Provider) -> None:
    """What midnight would do: the day's run comes to its end, and its workbook can be had."""
    (run,) = provider.operator.get(f"{provider.path}/runs")["items"]
    provider.told(99999)
    provider.day_ends(run["run_id"])
    ended = provider.operator.get(run["url"])
    assert (ended["phase"], ended["result"]) == ("done", "partial")
    outcomes = list(provider.operator.every(f"{run['url']}/outcomes"))
    assert Counter(one["kind"] for one in outcomes) == ended["counters"]
    rejected = provider.operator.every(f"{run['url']}/outcomes", kind="rejected")
    assert "99999" in {one["source_id"] for one in rejected}
    file = provider.operator.says("GET", f"{run['url']}/files/{WORKBOOK}")
    assert requests.get(file.headers["Location"], timeout=SECONDS).content[:2] == b"PK"


def _deleted(provider: Provider) -> None:
    """Marked at once; the worker erases all that is left, and webhooks come to nothing."""
    administrator, stack = provider.administrator, provider.stack
    answer = administrator.says("DELETE", provider.path)
    assert (answer.status, answer.body) == (202, {"id": provider.id, "deleting": True})
    assert administrator.says("GET", provider.path).status == 404
    past = time.time() - DELETION_WAITS - LEASE_SECONDS  # no worker is still at a hint
    marked = {":now": time.time(), ":past": past}
    provider.put("RunsTable", "SET wake_at = :now, started_at = :past", marked, run_id="exclusao")
    provider.tick()
    provider.until(lambda: administrator.says("DELETE", provider.path).status, lambda status: status == 404)
    provider.until(lambda: belongings(stack, provider.id), lambda left: left == {})
