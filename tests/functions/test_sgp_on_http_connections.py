"""SGP's connections over HTTP: made, read, changed, tested; secrets go in and never come out."""

from __future__ import annotations

import base64
import json
import secrets
from typing import Any

import pytest

from local.vendors.faults import Fault, Kind
from tests.routes_on_aws import Answer
from tests.sgp_http_on_aws import BASE, ONE, STATUSES, SgpHttp

NEW = "provedor-aurora"
SWITCHES = {
    "cancel_clients": True,
    "create_clients": True,
    "consider_projects": True,
    "create_around_box": True,
    "remove_property": True,
    "disconnect_property": True,
    "projects_by_pop": {"POP Centro": ["POP Centro", "POP Jardim Primavera"]},
}
FIXED = (
    "O mapeamento de status entre o SGP e o OZmap é fixo nesta versão e não pode ser alterado. Retire o campo das "
    "configurações; se precisar de outro mapeamento, peça-o ao suporte como melhoria."
)


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


def definition(http: SgpHttp, **more: Any) -> dict[str, Any]:
    addresses = {"sgp_address": http.town.sgp.url, "sgp_app": "sincronia", "ozmap_address": http.town.ozmap.url}
    return {
        "id": NEW,
        "name": "Provedor Aurora",
        "responsible": "ana",
        "settings": {**addresses, **SWITCHES},
        "secret": {
            "sgp_token": http.town.sgp.token,
            "ozmap_key": http.town.ozmap.key,
            "webhook_secrets": f"{new_secret()} {new_secret()}",
        },
    } | more


def create(http: SgpHttp, **more: Any) -> Answer:
    return http.call("POST", BASE, role="administrator", body=definition(http, **more))


def test_a_connection_is_made_with_its_sweeps_and_read_without_its_secret(sgp: SgpHttp) -> None:
    body = definition(sgp)

    answer = sgp.call("POST", BASE, role="administrator", body=body)

    expected = {
        "id": NEW,
        "integration": "sgp",
        "name": "Provedor Aurora",
        "responsible": "ana",
        "enabled": True,
        "settings": body["settings"],
        "secret_fields": {"sgp_token": True, "ozmap_key": True, "webhook_secrets": True},
        "fields": answer.body["fields"],
        "flows": {
            "conferir_contratos": {
                "title": "Conferir contratos",
                "every_minutes": 10,
                "filters": {},
                "next_at": "2026-11-23T09:00:00.000Z",
            },
            "ler_potencia": {
                "title": "Ler potência e portas",
                "every_minutes": 360,
                "filters": {},
                "next_at": "2026-11-23T09:00:00.000Z",
            },
        },
        "url": f"{BASE}/{NEW}",
    }
    assert (answer.status, answer.body) == (201, expected)
    assert sgp.get(f"{BASE}/{NEW}") == expected
    said = "".join(sgp.answered)
    assert not [text for text in (*body["secret"].values(), *body["secret"]["webhook_secrets"].split()) if text in said]


def test_all_switches_are_off_and_no_webhook_comes_unless_somebody_says_so(sgp: SgpHttp) -> None:
    settings = {name: value for name, value in definition(sgp)["settings"].items() if name not in SWITCHES}

    assert create(sgp, settings=settings, secret={"sgp_token": "a", "ozmap_key": "b"}).status == 201

    switches = sgp.get(STATUSES, connection=NEW)["switches"]
    assert [(one["name"], one["on"]) for one in switches] == [
        (name, False) for name in SWITCHES if name != "projects_by_pop"
    ]
    assert sgp.get(f"{BASE}/{NEW}")["secret_fields"]["webhook_secrets"] is False


def test_a_sweep_of_no_period_is_off_and_one_left_out_keeps_its_own(sgp: SgpHttp) -> None:
    made = create(sgp, flows={"ler_potencia": {"every_minutes": None}}).body["flows"]
    assert [(flow["every_minutes"], flow["next_at"]) for flow in made.values()] == [
        (10, "2026-11-23T09:00:00.000Z"),
        (None, None),
    ]
    change = {"flows": {"conferir_contratos": {"every_minutes": 30}}}
    changed = sgp.call("PATCH", f"{BASE}/{NEW}", role="administrator", body=change).body["flows"]
    assert [(flow["every_minutes"], flow["next_at"]) for flow in changed.values()] == [
        (30, "2026-11-23T09:00:00.000Z"),
        (None, None),
    ]


@pytest.mark.parametrize(
    ("more", "field", "code"),
    [
        ({"settings": {"status_mapping": {"4": "OK"}}}, "settings.status_mapping", "sgp.status_fixed"),
        ({"settings": {"status_mapping": None}}, "settings.status_mapping", "sgp.status_fixed"),
        ({"secret": {"webhook_secrets": "segredo-curto"}}, "secret.webhook_secrets", "webhook_secret_invalid"),
        ({"secret": {"webhook_secrets": "whsec_c2VncmVkbw=="}}, "secret.webhook_secrets", "webhook_secret_invalid"),
        ({"settings": {"cancel_clients": "sim"}}, "settings.cancel_clients", "request_invalid"),
        (
            {"settings": {"projects_by_pop": {"POP Centro": "um"}}},
            "settings.projects_by_pop.?",
            "request_invalid",
        ),
        ({"settings": {"sgp_address": ""}}, "settings.sgp_address", "request_invalid"),
        ({"settings": {"senha": "segredo-do-sgp"}}, "settings", "request_invalid"),
        ({"secret": {"sgp_token": ["segredo-do-sgp"]}}, "secret.sgp_token", "request_invalid"),
        ({"flows": {"conferir_contratos": {"every_minutes": 1}}}, "flows.conferir_contratos.every_minutes", None),
        ({"flows": {"conferir_contratos": {"filters": {"a": 1}}}}, "flows.conferir_contratos.filters", None),
        ({"flows": {"contratos_do_dia": {}}}, "flows", None),
        ({"flows": {"sincronizar_usuarios": {}}}, "flows", None),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_made(
    sgp: SgpHttp, more: dict[str, dict[str, Any]], field: str, code: str | None
) -> None:
    body = definition(sgp)
    answer = create(sgp, **{name: {**body.get(name, {}), **values} for name, values in more.items()})
    assert (answer.status, answer.body["field"], answer.body["code"]) == (422, field, code or "request_invalid")
    assert "segredo-" not in json.dumps(answer.body)
    assert sgp.call("GET", f"{BASE}/{NEW}", role="reader").status == 404


def test_who_wants_another_mapping_of_statuses_reads_that_there_is_none(sgp: SgpHttp) -> None:
    settings = {**sgp.get(ONE)["settings"], "status_mapping": {"4": "OK"}}
    for path, body in ((ONE, {"settings": settings}), (STATUSES, {"statuses": {"4": "OK"}}), (STATUSES, None)):
        answer = sgp.call("PATCH", path, role="administrator", body=body)
        assert (answer.status, answer.body["code"], answer.body["detail"]) == (422, "sgp.status_fixed", FIXED)
    assert "status_mapping" not in sgp.get(ONE)["settings"]


def test_the_test_of_a_connection_tries_both_sides(sgp: SgpHttp) -> None:
    right = sgp.post(f"{ONE}/test").body
    assert right == {
        "ok": True,
        "checks": [{"what": what, "ok": True, "code": None, "detail": None} for what in ("SGP", "OZmap")],
    }
    sgp.call("PATCH", ONE, role="administrator", body={"secret": {"sgp_token": "0" * 16}})
    sgp.town.ozmap.faults.set(Fault(Kind.ERROR, times=None, status=503))
    wrong = sgp.post(f"{ONE}/test").body
    assert (wrong["ok"], [(check["what"], check["code"]) for check in wrong["checks"]]) == (
        False,
        [("SGP", "vendor_refused_token"), ("OZmap", "vendor_down")],
    )
    assert all(check["detail"] for check in wrong["checks"])


def test_an_administrator_learns_where_webhooks_come_to(sgp: SgpHttp) -> None:
    create(sgp)
    answer = sgp.call("GET", f"{BASE}/{NEW}/webhook", role="administrator")
    assert answer.status == 200
    assert answer.body["path"].startswith(f"/webhooks/sgp/{NEW}/")
    assert answer.body["url"] == f"https://abcdefghij.execute-api.sa-east-1.amazonaws.com{answer.body['path']}"
    assert answer.body["secrets"] == 2
    assert answer.body["how"]
