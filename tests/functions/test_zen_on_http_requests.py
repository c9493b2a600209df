"""Requests as they come: each of the examples, and what nobody should send."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.office_on_aws import CONNECTION, ROOT, OfficeOnAws, event
from tests.zen_http_on_aws import BASE, ONE, RUNS, ZenHttp

RUN = f"{RUNS}/20261123T090000000Z-942b369b941d99a8"
EXAMPLES = {  # the run of the examples is the connection's first scheduled one
    "list_connection_runs": (200, None),
    "read_run": (200, None),
    "read_flow": (200, None),
    "read_messages": (200, None),
    "list_outcomes": (200, None),
    "list_planned": (409, "run_not_preview"),
    "download_corrections": (303, None),
    "retry_run": (201, None),
    "apply_preview": (409, "run_not_preview"),
    "select_records": (409, "run_not_preview"),
    "correct_record": (409, "run_not_preview"),
    "decide_run": (409, "nothing_to_decide"),
    "cancel_run": (409, "run_concluded"),
    "start_run": (409, "run_active"),
    "create_connection": (422, "request_invalid"),
    "check_connection": (200, None),
    "read_connection": (200, None),
    "change_connection": (422, "request_invalid"),
    "delete_connection": (202, None),
}


@pytest.fixture
def http(office: OfficeOnAws) -> ZenHttp:
    return ZenHttp(office)


def test_the_examples_of_events_are_answered(http: ZenHttp) -> None:
    assert {file.stem for file in (ROOT / "events" / "zen" / "on_http").glob("*.json")} == EXAMPLES.keys()
    http.office.sync()
    for name, (status, code) in EXAMPLES.items():
        answer = http.send(event(f"zen/on_http/{name}"), "administrator")
        assert (answer.status, (answer.body or {}).get("code")) == (status, code), (name, answer)


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("GET", f"{RUNS}/{'0' * 300}", None, "request_invalid"),
        ("GET", f"{RUNS}/a%00b", None, "request_invalid"),
        ("GET", f"{BASE}/nunca-houve", None, "connection_unknown"),
        ("GET", f"{BASE}/nunca-houve/runs", None, "connection_unknown"),
        ("POST", f"{BASE}/nunca-houve/runs", {"flow": "sincronizar_usuarios", "mode": "apply"}, "connection_unknown"),
        ("POST", RUNS, {"flow": "sincronizar_notas", "mode": "apply"}, "request_invalid"),
        (
            "POST",
            RUNS,
            {"flow": "sincronizar_usuarios", "mode": "apply", "filters": {"grupos": [1]}},
            "request_invalid",
        ),
        (
            "POST",
            RUNS,
            {"flow": "sincronizar_usuarios", "mode": "apply", "filters": {"groups": [1] * 9000}},
            "request_invalid",
        ),
        ("POST", RUNS, '{"flow": "\\ud800", "mode": "apply"}', "body_malformed"),
        ("POST", f"{RUN}/apply", {"deselected": [{"lane": "x", "source_id": "1"}]}, "run_unknown"),
        ("POST", f"{RUN}/decision", {"decision": "aprovar"}, "request_invalid"),
        ("PATCH", ONE, {"settings": {"questor_address": "x" * 20_000, "zen_address": "y"}}, "request_invalid"),
        ("PATCH", ONE, {"name": "   "}, "request_invalid"),
        ("PATCH", ONE, {"flows": {"__proto__": {}}}, "request_invalid"),
        ("PUT", ONE, {}, "method_unknown"),
        ("GET", f"{ONE}/nada", None, "path_unknown"),
    ],
)
def test_what_nobody_should_send_is_answered_with_a_problem(
    http: ZenHttp, method: str, path: str, body: Any, code: str
) -> None:
    answer = http.call(method, path, role="administrator", body=body)
    assert (answer.body["code"], answer.headers["Content-Type"].split(";")[0]) == (code, "application/problem+json")
    assert 400 <= answer.status < 500
    assert http.office.rows("runs") == []


@pytest.mark.parametrize(
    "cursor", ["x", "e30=", "eyJvZmZzZXQiOiAiLTEifQ==", "eyJvZmZzZXQiOiAiwrIifQ==", "eyJzZXEiOiAiMSJ9"]
)
def test_a_forged_cursor_is_refused_or_reads_nothing_else(http: ZenHttp, cursor: str) -> None:
    preview = http.started()
    answer = http.call("GET", f"{preview['url']}/plan", role="reader", cursor=cursor)
    assert (answer.status, answer.body["code"]) == (400, "cursor_invalid")
    outcomes = http.call("GET", f"{preview['url']}/outcomes", role="reader", cursor=cursor)
    assert outcomes.status in (200, 400)
    assert outcomes.status == 400 or outcomes.body == {"items": [], "next": None}


def test_who_does_not_get_in_costs_no_read_of_a_business_table(http: ZenHttp) -> None:
    http.token("reader")
    others = ("connections", "runs", "outcomes", "notifications")
    before = json.dumps([http.office.rows(table) for table in others])
    reads = http.sandbox.of("sincronia.store.connected").dynamodb
    called: list[str] = []
    make = type(reads).dispatch

    def counted(self: Any, operation: str, kwargs: Any) -> Any:
        called.append(kwargs.get("TableName", operation))
        return make(self, operation, kwargs)

    type(reads).dispatch = counted
    try:
        assert http.call("POST", RUNS, role="reader", body={"flow": "x", "mode": "y"}).status == 403
        assert http.call("DELETE", ONE, role="reader").status == 403
        assert http.call("GET", ONE, role=None).status == 401
    finally:
        type(reads).dispatch = make
    assert len(called) == 2
    assert all("token" in name.lower() for name in called), called
    assert json.dumps([http.office.rows(table) for table in others]) == before
    assert http.get(ONE)["id"] == CONNECTION
