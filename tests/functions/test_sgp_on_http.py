"""SGP's routes: the examples, who may what, the table of statuses, whose things are shown, what nobody should send."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.hub_on_aws import Hub
from tests.office_on_aws import ROOT, event
from tests.provider_on_aws import CONNECTION
from tests.routes_on_aws import Answer
from tests.sgp_http_on_aws import BASE, CONTRACTS, HINTS, LOGS, ONE, RUNS, STATUSES, SgpHttp

EXAMPLES = {  # the hint of the examples is that of events/sgp/on_queue/hint.json: its contract is cancelled
    "read_connection": ("reader", 200, None),
    "check_connection": ("operator", 200, None),
    "read_webhook": ("administrator", 200, None),
    "list_logs": ("reader", 200, None),
    "list_logs_page": ("reader", 200, None),
    "read_hint": ("reader", 200, None),
    "read_image": ("operator", 200, None),
    "preview_record": ("reader", 200, None),
    "replay_hint": ("operator", 202, None),
    "sync_record": ("operator", 202, None),
    "replay_period": ("operator", 202, None),
    "list_connection_runs": ("reader", 200, None),
    "read_run": ("reader", 200, None),
    "list_outcomes": ("reader", 200, None),
    "download_corrections": ("reader", 409, "run_not_concluded"),
    "decide_day": ("operator", 409, "nothing_to_decide"),
    "list_statuses": ("reader", 200, None),
    "change_statuses": ("administrator", 422, "sgp.status_fixed"),
    "change_connection": ("administrator", 200, None),
    "create_connection": ("administrator", 201, None),
    "delete_connection": ("administrator", 202, None),
}
ROLES = ("reader", "operator", "administrator")


def example(http: SgpHttp, name: str, role: str | None) -> Answer:
    """What an example is answered, sent by somebody of that role; a page's by somebody who has signed in."""
    happening = event(f"sgp/on_http/{name}")
    if "cookies" not in happening:
        return http.send(happening, role)
    happening["cookies"] = [http.session(role)] if role else []
    return http.handled(happening)


def test_the_examples_of_events_are_answered_to_who_has_the_role(sgp: SgpHttp) -> None:
    assert {file.stem for file in (ROOT / "events" / "sgp" / "on_http").glob("*.json")} == EXAMPLES.keys()
    sgp.town.connect(remove_property=True)
    sgp.town.sgp.change(308, status=3)
    assert sgp.town.handle(event("sgp/on_queue/hint"))
    for name, (role, status, code) in EXAMPLES.items():
        for lower in ROLES[: ROLES.index(role)]:
            refused = example(sgp, name, lower)
            assert (refused.status, refused.body["code"]) == (403, "role_insufficient"), name
        answer = example(sgp, name, role)
        assert answer.status == status, (name, answer)
        if code:
            assert answer.body["code"] == code, name


def test_who_has_no_token_gets_in_nowhere_and_costs_nothing(sgp: SgpHttp) -> None:
    sgp.calls()
    for name in EXAMPLES:
        answer = example(sgp, name, None)
        if name == "list_logs_page":
            assert (answer.status, answer.headers["Location"].partition("?")[0]) == (303, "/sign-in")
        else:
            assert (answer.status, answer.body["code"]) == (401, "token_missing"), name
    assert sgp.calls() == Counter()


# ── the table of statuses ────────────────────────────────────────────────────────────────────────────────────────────
def test_the_table_of_statuses_is_shown_with_the_connections_switches(sgp: SgpHttp) -> None:
    table = sgp.get(STATUSES)
    assert table["connection"] == CONNECTION
    assert [(row["code"], row["name"], row["ozmap"], row["assumption"]) for row in table["statuses"]] == [
        (1, "Ativo", "OK", True),
        (2, "Inativo", "ERRO", True),
        (3, "Cancelado", "", False),
        (4, "Suspenso", "ERRO", True),
        (5, "Inviabilidade Técnica", "", True),
        (6, "Novo", "OK", True),
        (7, "Ativo V. Reduzida", "ERRO", True),
    ]
    assert {one["name"]: one["on"] for one in table["switches"]} == {
        "cancel_clients": True,
        "create_clients": True,
        "consider_projects": False,
        "create_around_box": True,
        "remove_property": False,
        "disconnect_property": False,
    }
    page = sgp.page(STATUSES)
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    for row in (*table["statuses"], *table["switches"]):
        assert row["description"] in page.body


# ── where ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def another(http: SgpHttp, connection: str, integration: str = "sgp") -> None:
    """One more connection, without flows."""
    state = http.sandbox.of("sincronia.engine.state")
    made = state.Connection(connection, integration, "Outra", {}, "", "ana", enabled=True)
    http.sandbox.registering.put_connection(made, [], {"sgp_token": "a"}, "sincronia/test/")


def test_another_connections_hints_and_runs_are_not_this_ones(sgp: SgpHttp) -> None:
    another(sgp, "provedor-outro")
    sgp.town.work_off(308)
    line = sgp.lines(connection=CONNECTION)[0]
    other = f"{BASE}/provedor-outro"
    for method, path in (("GET", ""), ("GET", "/image"), ("POST", "/replay")):
        answer = sgp.call(method, f"{other}/hints/{line['id']}{path}")
        assert (answer.status, answer.body["code"]) == (404, "hint_unknown"), path
    for method, path, body in (("GET", "", None), ("GET", "/outcomes", None), ("POST", "/decision", "approve")):
        sent = {"decision": body} if body else None
        answer = sgp.call(method, f"{other}/runs/{line['run_id']}{path}", body=sent)
        assert (answer.status, answer.body["code"]) == (404, "run_unknown"), path
    assert sgp.get(LOGS, connection="provedor-outro") == {"items": [], "next": None}


@pytest.mark.parametrize("connection", ["nunca-houve", "escritorio-modelo"])
def test_a_connection_of_nobody_or_of_another_integration_is_not_found(sgp: SgpHttp, connection: str) -> None:
    another(sgp, "escritorio-modelo", "zen")
    for name in EXAMPLES:
        happening = event(f"sgp/on_http/{name}")
        if CONNECTION in happening["rawPath"]:
            path = happening["rawPath"].replace(CONNECTION, connection)
            happening["rawPath"] = happening["requestContext"]["http"]["path"] = path
            answer = sgp.send(happening, "administrator")
            code = "run_unknown" if name in {"read_run", "list_outcomes", "download_corrections"} else None
            assert (answer.status, answer.body["code"]) == (404, code or "connection_unknown"), name
    for path in (LOGS, STATUSES):
        answer = sgp.call("GET", path, connection=connection)
        assert (answer.status, answer.body["code"]) == (404, "connection_unknown")


def test_a_disabled_connection_is_read_and_does_nothing(sgp: SgpHttp) -> None:
    sgp.town.work_off(308)
    line = sgp.lines()[0]
    sgp.call("PATCH", ONE, role="administrator", body={"enabled": False})
    assert sgp.lines() == [line]
    replay = {"since": "2026-11-22T00:00:00Z", "only": "all"}
    asked = (("GET", f"{CONTRACTS}/308/preview", None), ("POST", f"{CONTRACTS}/308/sync", None))
    for method, path, body in (
        *asked,
        ("POST", f"{HINTS}/{line['id']}/replay", None),
        ("POST", f"{ONE}/replays", replay),
    ):
        answer = sgp.call(method, path, body=body)
        assert (answer.status, answer.body["code"]) == (409, "connection_disabled"), path
    assert len(sgp.town.log()) == 1


def test_the_hub_lists_sgps_connections_runs_and_notifications(sgp: SgpHttp) -> None:
    sgp.town.work_off(308)
    run = sgp.get(RUNS)["items"][0]
    hub = Hub(sgp.town.aws, renew=False)
    reader = hub.token("reader")
    (connection,) = hub.call("GET", "/connections", reader).body["items"]
    assert (connection["id"], connection["integration"], connection["url"]) == (CONNECTION, "sgp", ONE)
    (listed,) = hub.call("GET", "/runs", reader).body["items"]
    assert listed == {name: run[name] for name in listed}
    assert (listed["flow"], listed["trigger"], listed["received"]) == ("contratos_do_dia", "webhook", 1)
    (told,) = hub.call("GET", "/notifications", reader).body["items"]
    assert (told["title"], told["state"], told["run_url"]) == (
        "Contratos do SGP no OZmap: 23/11/2026",
        "Pendente",
        run["url"],
    )


# ── what nobody should send ──────────────────────────────────────────────────────────────────────────────────────────
HINT = "20261123T090000000Z-942b369b941d99a8"


@pytest.mark.parametrize(
    ("method", "path", "more", "refusal"),
    [
        ("GET", LOGS, {"outcome": "done"}, (422, "request_invalid", "outcome")),
        ("GET", LOGS, {"since": "ontem"}, (422, "request_invalid", "since")),
        ("GET", LOGS, {"since": "2026-11-22T00:00:00"}, (422, "request_invalid", "since")),  # no zone
        (
            "GET",
            LOGS,
            {"since": "2026-11-22T00:00:00Z", "until": "2026-11-22T00:00:00Z"},
            (422, "request_invalid", "until"),
        ),
        ("GET", LOGS, {"since": "9999-12-31T23:59:59-12:00"}, (422, "request_invalid", "until")),
        ("GET", LOGS, {"until": "0001-01-01T00:00:00+14:00"}, (422, "request_invalid", "until")),
        ("GET", LOGS, {"record": "x" * 61}, (422, "request_invalid", "record")),
        ("GET", LOGS, {"connection": "Provedor"}, (422, "request_invalid", "connection")),
        ("GET", LOGS, {"limit": 101}, (422, "request_invalid", "limit")),
        ("GET", LOGS, {"cursor": "e30="}, (400, "cursor_invalid", None)),
        ("GET", LOGS, {"contract": "308"}, (422, "request_invalid", None)),
        ("GET", f"{HINTS}/KEPT%23splitter", {}, (422, "request_invalid", "hint")),
        ("GET", f"{HINTS}/{HINT}", {}, (404, "hint_unknown", None)),
        ("GET", f"{HINTS}/{HINT}/image", {}, (404, "hint_unknown", None)),
        ("POST", f"{HINTS}/{HINT}/replay", {}, (404, "hint_unknown", None)),
        ("GET", f"{CONTRACTS}/abc/preview", {}, (422, "request_invalid", "record")),
        ("POST", f"{CONTRACTS}/{'1' * 13}/sync", {}, (422, "request_invalid", "record")),
        ("POST", f"{ONE}/replays", {"body": {}}, (422, "request_invalid", None)),
        (
            "POST",
            f"{ONE}/replays",
            {"body": {"since": "2026-11-22T00:00:00Z", "only": "x"}},
            (422, "request_invalid", "only"),
        ),
        (
            "POST",
            f"{ONE}/replays",
            {"body": {"since": "2026-11-23T09:00:00Z", "only": "all"}},
            (422, "request_invalid", "until"),
        ),
        (
            "POST",
            f"{ONE}/replays",
            {"body": {"since": "2026-11-22T00:00:00Z", "until": "2026-11-21T00:00:00Z", "only": "all"}},
            (422, "request_invalid", "until"),
        ),
        ("POST", f"{ONE}/replays", {"body": "{"}, (400, "body_malformed", None)),
        ("POST", f"{RUNS}/x/decision", {"body": {"decision": "approve"}}, (404, "run_unknown", None)),
        ("POST", f"{RUNS}/x/decision", {"body": {"decision": "aprovar"}}, (422, "request_invalid", "decision")),
        ("GET", f"{RUNS}/x/plan", {}, (404, "path_unknown", None)),
        ("POST", RUNS, {"body": {"flow": "conferir_contratos", "mode": "apply"}}, (405, "method_unknown", None)),
        ("PUT", ONE, {}, (405, "method_unknown", None)),
    ],
)
def test_what_nobody_should_send_is_refused_with_its_sentence(
    sgp: SgpHttp, method: str, path: str, more: dict[str, Any], refusal: tuple[int, str, str | None]
) -> None:
    answer = sgp.call(method, path, role="administrator", **more)
    assert (answer.status, answer.body["code"], answer.body.get("field")) == refusal, answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.body["detail"].endswith(".")
    assert sgp.town.log() == []
