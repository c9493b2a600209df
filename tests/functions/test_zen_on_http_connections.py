"""Connections over HTTP: made, read, changed, tested; secrets go in and never come out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.vendors.faults import Fault, Kind
from tests.office_on_aws import CONNECTION, START, OfficeOnAws, Sandbox
from tests.routes_on_aws import Answer
from tests.zen_http_on_aws import BASE, ONE, RUNS, ZenHttp

USERS, COMPANIES, INITIAL = "sincronizar_usuarios", "sincronizar_empresas", "sincronizacao_inicial"
NEW = "escritorio-aurora"
SECRET = {
    "questor_token": "segredo-do-questor",
    "zen_token": "segredo-do-zen",
    "administrator_access_key": "segredo-do-usuario-0",
}
FIELDS = [
    {"name": name, "title": title, "kind": kind, "required": required}
    for name, title, kind, required in (
        ("questor_address", "Endereço do Questor", "text", True),
        ("zen_address", "Endereço Zen", "text", True),
        ("tareffa_address", "Endereço do Tareffa", "text", False),
        ("questor_token", "Token do Questor", "secret", False),
        ("zen_token", "Chave de Acesso (TOKEN) do Zen", "secret", False),
        ("administrator_access_key", "Chave de Acesso do usuário 0 – Administrador", "secret", False),
        ("tareffa_token", "Token do Tareffa", "secret", False),
    )
]


@pytest.fixture
def http(office: OfficeOnAws) -> ZenHttp:
    return ZenHttp(office)


def definition(http: ZenHttp, **more: Any) -> dict[str, Any]:
    return {
        "id": NEW,
        "name": "Escritório Aurora",
        "responsible": "ana",
        "settings": {"questor_address": http.office.questor.url, "zen_address": http.office.zen.url},
        "secret": SECRET,
        "flows": {USERS: {"every_minutes": 60}},
    } | more


def create(http: ZenHttp, **more: Any) -> Answer:
    return http.call("POST", BASE, role="administrator", body=definition(http, **more))


def change(http: ZenHttp, body: Any, one: str = ONE) -> Answer:
    return http.call("PATCH", one, role="administrator", body=body)


def flow_of(http: ZenHttp, name: str, **more: Any) -> dict[str, Any]:
    kind = http.office.sandbox.flows[name]
    return {"title": kind.title, "every_minutes": None, "filters": dict(kind.default_filters), "next_at": None} | more


def test_a_connection_is_made_with_all_flows_and_read_without_its_secret(http: ZenHttp) -> None:
    answer = create(http)
    expected = {
        "id": NEW,
        "integration": "zen",
        "name": "Escritório Aurora",
        "responsible": "ana",
        "enabled": True,
        "settings": {"questor_address": http.office.questor.url, "zen_address": http.office.zen.url},
        "secret_fields": {
            "questor_token": True,
            "zen_token": True,
            "administrator_access_key": True,
            "tareffa_token": False,
        },
        "fields": FIELDS,
        "flows": {
            USERS: flow_of(http, USERS, every_minutes=60, next_at="2026-11-23T09:00:00.000Z"),
            COMPANIES: flow_of(http, COMPANIES),
            INITIAL: flow_of(http, INITIAL),
        },
        "url": f"{BASE}/{NEW}",
    }
    assert (answer.status, answer.body) == (201, expected)
    assert http.get(f"{BASE}/{NEW}") == expected
    again = create(http, name="Outra")
    assert (again.status, again.body["code"]) == (409, "connection_exists")
    assert http.get(f"{BASE}/{NEW}") == expected


def test_only_an_administrator_makes_and_changes_connections(http: ZenHttp) -> None:
    for role in ("reader", "operator"):
        answer = http.call("POST", BASE, role=role, body=definition(http))
        assert (answer.status, answer.body["code"]) == (403, "role_insufficient")
        assert http.call("PATCH", ONE, role=role, body={"name": "x"}).status == 403
    assert http.call("GET", f"{BASE}/{NEW}", role="reader").body["code"] == "connection_unknown"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"id": "Escritório"}, "id"),
        ({"settings": {"questor_address": "http://questor.example"}}, "settings.zen_address"),
        ({"settings": {"questor_address": 1, "zen_address": "https://zen.example"}}, "settings.questor_address"),
        ({"secret": {"zen_token": "com espaço"}}, "secret.zen_token"),
        ({"flows": {USERS: {"every_minutes": 1}}}, "flows.sincronizar_usuarios.every_minutes"),
        ({"flows": {USERS: {"filters": {"groups": ["x"]}}}}, "flows.sincronizar_usuarios.filters.groups.0"),
        ({"flows": {COMPANIES: {"filters": {"companies": "9..1"}}}}, "flows.sincronizar_empresas.filters.companies"),
        ({"flows": {"sincronizar_notas": {}}}, "flows"),
        ({"secret": {"senha": "segredo-do-zen"}}, "secret"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_made(http: ZenHttp, more: dict[str, Any], field: str) -> None:
    answer = create(http, **more)
    assert (answer.status, answer.body["field"]) == (422, field)
    assert "segredo-do" not in json.dumps(answer.body)
    assert {row["connection"] for row in http.office.rows("connections")} == {CONNECTION}


def test_a_change_keeps_what_it_does_not_name(http: ZenHttp) -> None:
    create(http)
    url = f"{BASE}/{NEW}"
    before = http.get(url)
    http.office.now += 600
    answer = change(http, {"name": "Aurora", "flows": {COMPANIES: {"every_minutes": 120}}}, url)
    companies = flow_of(http, COMPANIES, every_minutes=120, next_at="2026-11-23T09:10:00.000Z")
    expected = before | {"name": "Aurora", "flows": before["flows"] | {COMPANIES: companies}}
    assert (answer.status, answer.body) == (200, expected)
    narrowed = {"filters": {"groups": [1]}}
    answer = change(http, {"flows": {USERS: narrowed}}, url)
    assert answer.body["flows"][USERS] == before["flows"][USERS] | narrowed
    assert http.get(url) == answer.body


def test_a_secrets_field_is_replaced_alone_and_takes_effect_at_once(http: ZenHttp) -> None:
    change(http, {"secret": {"administrator_access_key": ""}})
    assert http.get(ONE)["secret_fields"]["administrator_access_key"] is False
    refused = http.post(RUNS, {"flow": USERS, "mode": "preview"})
    assert (refused.status, refused.body["code"]) == (422, "zen.administrator_key_missing")
    change(http, {"secret": {"administrator_access_key": "segredo-do-usuario-0"}})
    assert http.started()["counters"] == {"created": 5, "rejected": 3}


def test_disabled_nothing_is_due_and_nothing_starts(http: ZenHttp) -> None:
    assert change(http, {"enabled": False}).body["flows"][USERS]["next_at"] is None
    answer = http.post(RUNS, {"flow": USERS, "mode": "preview"})
    assert (answer.status, answer.body["code"]) == (409, "connection_disabled")
    http.office.now = START + 7200
    http.office.tick()
    assert http.office.rows("runs") == []
    assert change(http, {"enabled": True}).body["flows"][USERS]["next_at"] == "2026-11-23T11:00:00.000Z"


def test_two_changes_at_once_are_both_kept(http: ZenHttp, monkeypatch: pytest.MonkeyPatch) -> None:
    registering = http.sandbox.of("sincronia.store.registering")
    flows_of, others = registering.flows_of, [{"name": "Nome da outra pessoa"}]

    def meanwhile(connection: str) -> Any:
        if others:
            assert change(http, others.pop()).status == 200
        return flows_of(connection)

    monkeypatch.setattr(http.sandbox.of("sincronia.web.connections"), "flows_of", meanwhile)
    answer = change(http, {"responsible": "bia"})
    assert (answer.status, answer.body["responsible"], answer.body["name"]) == (200, "bia", "Nome da outra pessoa")


def test_the_test_of_a_connection_says_what_is_wrong(http: ZenHttp) -> None:
    well = http.post(f"{ONE}/test")
    assert (well.status, well.body) == (
        200,
        {
            "ok": True,
            "checks": [
                {"what": what, "ok": True, "code": None, "detail": None}
                for what in ("Questor", "Zen", "Chave de Acesso do usuário 0")
            ],
        },
    )
    change(http, {"secret": {"zen_token": "0" * 32}})
    http.office.questor.faults.set(Fault(Kind.ERROR, times=None, status=503))
    ill = http.post(f"{ONE}/test").body
    assert (ill["ok"], [(check["what"], check["code"]) for check in ill["checks"]]) == (
        False,
        [("Questor", "vendor_down"), ("Zen", "zen.access_key_refused"), ("Chave de Acesso do usuário 0", None)],
    )
    assert "Host not Found - Socket Error #11001" in ill["checks"][1]["detail"]


def test_secrets_are_in_no_answer_no_log_and_no_table(
    http: ZenHttp, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "DEBUG")
    loud = ZenHttp(http.office, Sandbox(lambda: http.office.now))
    create(loud)
    create(loud)
    change(loud, {"secret": {"zen_token": "segredo-do-zen-novo"}}, f"{BASE}/{NEW}")
    change(loud, {"secret": {"zen_token": "segredo-do-zen novo"}}, f"{BASE}/{NEW}")
    change(loud, {"secret": {"zen_token": ["segredo-do-zen"]}}, f"{BASE}/{NEW}")
    loud.call("POST", BASE, role="administrator", body='{"secret": {"zen_token": "segredo-do-zen"')
    loud.get(f"{BASE}/{NEW}")
    loud.post(f"{BASE}/{NEW}/test")
    loud.post(f"{BASE}/{NEW}/runs", {"flow": USERS, "mode": "apply"}, key="uma-chave")
    while http.office.deliver():
        pass
    logged = capsys.readouterr()
    assert '"route"' in logged.out
    tables = [http.office.rows(table) for table in ("connections", "runs", "requests", "notifications", "outcomes")]
    for said in (logged.out, logged.err, *loud.answered, json.dumps(tables)):
        assert "segredo-do" not in said
        assert not [token for token in loud.tokens.values() if token in said]
