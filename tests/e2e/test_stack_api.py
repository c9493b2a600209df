"""The API over HTTP, on the stack whole: who is refused and what that costs, and what becomes of two at once."""

from __future__ import annotations

from collections import Counter

import pytest

from local.stack import Stack
from sincronia import auth
from tests.e2e.over_http import CONNECTIONS, USERS, Answer, Caller, Document, Json, Office, at_once, rights_used

REFUSED = {
    "token_malformed": 401,
    "token_unknown": 401,
    "token_expired": 401,
    "token_revoked": 401,
    "role_insufficient": 403,
}
ALL_USERS = {"flow": USERS, "mode": "apply", "filters": {}}


@pytest.fixture
def administrator(stack: Stack, document: Document) -> Caller:
    return Caller(stack, document, stack.token)


@pytest.fixture
def office(administrator: Caller) -> Office:
    office = Office(administrator)
    at_once(*[lambda: administrator.get(office.path)] * 2)  # two environments of the function are warm
    return office


def spoilt(administrator: Caller, code: str) -> Caller:
    """A caller who is refused with that code wherever an operator's or an administrator's token is asked for."""
    reader = administrator.with_role("reader")
    token = reader.token
    match code:
        case "token_malformed":
            token = token[:-1] + ("a" if token[-1] != "a" else "b")
        case "token_unknown":  # another secret under an id that there is
            text = f"{token[:21]}{auth.new_token()[21:-6]}"
            token = text + auth._checksum(text)
        case "token_expired":
            administrator.stack.client("dynamodb").update_item(
                TableName=administrator.stack.outputs["TokensTable"],
                Key={"token_id": {"S": reader.id}},
                UpdateExpression="SET expires_at = :past",
                ExpressionAttributeValues={":past": {"S": "2026-01-31T12:00:00.000Z"}},
            )
        case "token_revoked":
            assert administrator.says("DELETE", f"/tokens/{reader.id}").status == 204
    return Caller(reader.stack, reader.document, token)


@pytest.mark.parametrize("code", REFUSED)
def test_who_is_refused_costs_no_read_of_a_business_table(office: Office, code: str) -> None:
    caller = spoilt(office.administrator, code)
    run = f"{office.path}/runs/20260131T120000000Z-0123456789abcdef"
    asked: list[tuple[str, str, Json | None]] = [
        ("GET", "/tokens", None),
        ("POST", "/tokens", {"description": "Mais um"}),
        ("DELETE", "/tokens/0123456789abcdef", None),
        ("POST", CONNECTIONS, office.definition),
        ("PATCH", office.path, {"enabled": False}),
        ("DELETE", office.path, None),
        ("POST", f"{office.path}/test", {}),
        ("POST", f"{office.path}/runs", ALL_USERS),
        ("POST", f"{run}/apply", {}),
        ("POST", f"{run}/retry", {}),
        ("POST", f"{run}/decision", {"decision": "approve"}),
        ("POST", f"{run}/cancel", {}),
        ("POST", f"{run}/corrections", {"lane": "empresa", "source_id": "1", "fields": {"name": "a"}}),
    ]
    if REFUSED[code] == 401:  # a reader may read
        lists = ("/connections", "/runs", "/notifications", office.path, f"{office.path}/runs", run)
        asked += [("GET", path, None) for path in (*lists, f"{run}/plan", f"{run}/outcomes", f"{run}/messages")]
    with rights_used(office.stack, "HubOnHttp", "ZenOnHttp") as used:
        answers = [caller.says(method, path, body, key="uma-vez") for method, path, body in asked]
    assert {(answer.status, answer.code) for answer in answers} == {(REFUSED[code], code)}
    calls = Counter[tuple[str, str]]()
    for right, number in used.items():
        calls[right.action, right.resource.rpartition("-")[2]] += number
    assert calls == ({} if code == "token_malformed" else {("dynamodb:GetItem", "TokensTable"): len(asked)})
    assert len(office.runs()) == 0


def test_two_callers_start_the_same_run_at_once(office: Office) -> None:
    office.questor.misbehave(kind="latency", seconds=0.5, times=None, operation="list")
    answers = at_once(*[lambda: office.operator.says("POST", f"{office.path}/runs", ALL_USERS)] * 2)
    made, refused = sorted(answers, key=lambda answer: answer.status)
    assert (made.status, refused.status, refused.code) == (201, 409, "run_active")
    assert refused.body["run_url"] == made.body["url"]
    assert made.body["run_id"] in refused.body["detail"]
    office.questor.reset()
    run = office.ended(made.body)
    assert [one["run_id"] for one in office.runs()] == [run["run_id"]]
    assert office.zen.state()["applied"] == {"create": len(office.sendable())}


def test_a_preview_is_applied_twice_at_once(office: Office) -> None:
    preview = office.sync(USERS, "preview")
    assert office.zen.state()["writes"] == 0
    last = preview["counters"]["created"]
    code = str(office.sendable()[0]["CODIGOUSUARIO"])
    chosen: list[Json] = [
        {"deselected": []},
        {"deselected": [{"lane": "usuario_escritorio", "source_id": code}]},
    ]
    answers = at_once(
        *[lambda body=body: office.operator.says("POST", f"{preview['url']}/apply", body) for body in chosen]
    )
    winner = next(number for number, answer in enumerate(answers) if answer.status == 201)
    refused = answers[1 - winner]
    assert (refused.status, refused.code, refused.body["run_url"]) == (
        *(409, "preview_applied"),
        answers[winner].body["url"],
    )
    run = office.ended(answers[winner].body)
    assert run["counters"].get("skipped", 0) == winner  # what the winner deselected, and not the other
    assert office.zen.state()["applied"] == {"create": last - winner}
    assert len(office.runs()) == 2


def test_a_token_is_revoked_in_mid_use(office: Office) -> None:
    office.zen.misbehave(kind="latency", seconds=0.02, times=None, operation="create")
    run = office.start(USERS, "apply")
    office.until(run, lambda run: run["position"] > 0)
    assert office.administrator.says("DELETE", f"/tokens/{office.operator.id}").status == 204
    for method, path, body in (("GET", run["url"], None), ("POST", f"{run['url']}/cancel", {})):
        refused = office.operator.says(method, path, body)
        assert (refused.status, refused.code) == (401, "token_revoked")
    run = office.ended(run)
    assert (run["phase"], run["counters"]["created"]) == ("done", len(office.sendable()))
    assert len(office.zen.users()) == len(office.sendable())


def test_an_idempotency_key_twice_at_once_and_again_later_makes_one_run(office: Office) -> None:
    def ask(body: Json) -> Answer:
        return office.operator.says("POST", f"{office.path}/runs", body, key="pedido-1")

    answers = at_once(*[lambda: ask(ALL_USERS)] * 2)
    made = next(answer for answer in answers if answer.status == 201)
    other = answers[1 - answers.index(made)]
    assert other.body == made.body or (other.status, other.code) == (409, "idempotency_in_progress")
    run = office.ended(made.body)
    later = ask(ALL_USERS)
    assert (later.status, later.body, later.headers["Idempotency-Replayed"]) == (201, made.body, "true")
    reused = ask({**ALL_USERS, "mode": "preview"})
    assert (reused.status, reused.code) == (422, "idempotency_key_reused")
    assert [one["run_id"] for one in office.runs()] == [run["run_id"]]
    assert office.zen.state()["applied"] == {"create": len(office.sendable())}


def test_a_run_is_cancelled_in_the_middle(office: Office) -> None:
    office.zen.misbehave(kind="latency", seconds=0.03, times=None, operation="create")
    run = office.start(USERS, "apply")
    office.until(run, lambda run: run["position"] > 0)
    asked = office.operator.says("POST", f"{run['url']}/cancel", {})
    assert asked.status == 202
    run = office.ended(run)
    assert (run["phase"], run["result"], run["problem"]["code"]) == ("done", "cancelled", "cancelled")
    assert run["cancelled_by"].startswith("Teste (operator)")
    written = run["counters"]["created"]
    assert 0 < written < len(office.sendable())
    assert len(office.zen.users()) == office.zen.state()["applied"]["create"] == written
    assert sum(run["counters"].values()) == run["received"] == 70
    assert len(office.outcomes(run, kind="created")) == written
    notification = office.notification(run)
    assert (notification["state"], notification["result"]) == ("Concluído", "cancelled")
    assert run["cancelled_by"] in notification["text"]
    again = office.operator.says("POST", f"{run['url']}/cancel", {})
    assert (again.status, again.code) == (409, "run_concluded")
    assert office.sync(USERS)["counters"]["created"] == len(office.sendable()) - written


def test_one_approves_and_one_rejects_at_once(office: Office) -> None:
    """The source is empty all at once; one decision counts, and the run and Zen are as it says."""
    office.sync(USERS)
    before = office.zen.users()
    office.questor.misbehave(kind="empty", operation="list", times=None)
    run = office.sync(USERS)
    assert (run["phase"], [brake["code"] for brake in run["brakes"]]) == ("brake", ["brake_source_empty"])
    deciding = {decision: office.administrator.with_role("operator") for decision in ("approve", "reject")}
    answers = at_once(
        *[
            lambda decision=decision, caller=caller: caller.says(
                "POST", f"{run['url']}/decision", {"decision": decision}
            )
            for decision, caller in deciding.items()
        ]
    )
    approved = answers[0].status == 200
    won, lost = answers if approved else reversed(answers)
    assert (won.status, lost.status, lost.code) == (200, 409, "decided_before")
    assert list(deciding.values())[not approved].id in won.body["decided_by"]
    run = office.until(run, lambda run: run["phase"] == "done")
    assert run["decided_by"] == won.body["decided_by"]
    assert run["result"] == ("success" if approved else "cancelled")
    states = {user["Situacao"] for user in office.zen.users()}
    assert states == ({"Inativo"} if approved else {"Ativo"})
    assert (office.zen.users() == before) is not approved
