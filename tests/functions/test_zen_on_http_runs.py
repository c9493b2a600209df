"""Runs over HTTP: started, read, applied, decided of; the real handler, whole answers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.office_on_aws import CONNECTION, OfficeOnAws
from tests.zen_http_on_aws import RUNS, ZenHttp

USERS = "sincronizar_usuarios"


@pytest.fixture
def http(office: OfficeOnAws) -> ZenHttp:
    return ZenHttp(office)


def test_a_preview_is_started_and_read_whole(http: ZenHttp) -> None:
    answer = http.post(RUNS, {"flow": USERS, "mode": "preview"})
    assert (answer.status, answer.headers["Content-Type"]) == (201, "application/json")
    run = answer.body
    assert run | {"run_id": "", "url": "", "trigger": ""} == {
        "connection": CONNECTION,
        "run_id": "",
        "integration": "zen",
        "flow": USERS,
        "title": "Sincronizar Usuários",
        "mode": "preview",
        "trigger": "",
        "filters": http.office.sandbox.flows[USERS].default_filters,
        "preview": None,
        "retried": None,
        "phase": "read",
        "result": None,
        "started_at": "2026-11-23T09:00:00.000Z",
        "concluded_at": None,
        "continues_at": None,
        "position": 0,
        "planned": 0,
        "received": 0,
        "counters": {},
        "lanes": [],
        "steps": ["Usuários"],
        "problem": None,
        "brakes": [],
        "decided_by": None,
        "decided_at": None,
        "cancelled_by": None,
        "url": "",
    }
    assert run["url"] == f"{RUNS}/{run['run_id']}"
    done = http.worked_off(run)
    counters = {"created": 5, "rejected": 3}
    assert done == run | {
        "started_by": "Painel (operator)",
        "daily": False,
        "followed_by": None,
        "phase": "done",
        "result": "partial",
        "concluded_at": "2026-11-23T09:00:00.000Z",
        "received": 8,
        "counters": counters,
        "steps": ["Usuários"],
        "lanes": [
            {
                "lane": "usuario_escritorio",
                "title": "Usuários do Escritório",
                "target": "Zen",
                "step": "Usuários",
                "received": 8,
                "planned": 0,
                "counters": counters,
            }
        ],
    }
    assert http.office.zen.writes == 0


def applied(http: ZenHttp, preview: Any, deselected: list[dict[str, str]] | None = None, **more: Any) -> Any:
    """What a preview showed, applied and worked off."""
    answer = http.post(f"{preview['url']}/apply", {"deselected": deselected or []}, **more)
    assert answer.status == 201, answer
    return http.worked_off(answer.body)


def test_a_preview_shows_each_record_and_what_differs(http: ZenHttp) -> None:
    applied(http, http.started())
    (first, *_) = http.office.rows("links")
    code = int(first["source_id"])
    before = next(row["NOMEUSUARIO"] for row in http.office.questor.users() if row["CODIGOUSUARIO"] == code)
    http.office.questor.change(code, NOMEUSUARIO="Nome Novo")
    run = http.started()
    records = http.get(f"{run['url']}/plan")["items"]
    assert [record["offset"] for record in records] == list(range(8))
    (updated,) = [record for record in records if record["kind"] == "updated"]
    assert updated | {"offset": 0} == {
        "offset": 0,
        "lane": "usuario_escritorio",
        "lane_title": "Usuários do Escritório → Zen",
        "kind": "updated",
        "source_id": str(code),
        "label": f"Nome Novo (código {code})",
        "status": "Ressincronização Pendente",
        "code": None,
        "detail": None,
        "differences": [{"field": "Nome", "before": before, "after": "Nome Novo"}],
        "deselected": False,
        "corrected": False,
    }
    assert http.get(f"{run['url']}/plan", kind="updated")["items"] == [updated]
    assert http.get(f"{run['url']}/plan", lane="empresa")["items"] == []
    rejected = http.get(f"{run['url']}/plan", kind="rejected")["items"]
    assert {record["code"] for record in rejected} == {"zen.email_missing", "zen.email_shared"}
    page = http.get(f"{run['url']}/plan", limit=5)
    rest = http.get(f"{run['url']}/plan", limit=5, cursor=page["next"])
    assert (page["items"] + rest["items"], rest["next"]) == (records, None)


def test_a_preview_is_applied_once_without_the_deselected(http: ZenHttp) -> None:
    preview = http.started()
    created = http.get(f"{preview['url']}/plan", kind="created")["items"]
    out = created[0]["source_id"]
    run = applied(http, preview, [{"lane": "usuario_escritorio", "source_id": out}])
    assert (run["run_id"], run["preview"]) == (f"{preview['run_id']}-aplicada", preview["run_id"])
    assert run["counters"] == {"created": 4, "rejected": 3, "skipped": 1}
    (skipped,) = http.get(f"{run['url']}/outcomes", kind="skipped")["items"]
    assert (skipped["source_id"], skipped["code"]) == (out, "deselected")
    again = http.post(f"{preview['url']}/apply", {"deselected": []})
    assert (again.status, again.body) == (
        409,
        {
            "type": "about:blank",
            "title": "Não é possível agora",
            "status": 409,
            "code": "preview_applied",
            "detail": f"Esta pré-visualização já foi sincronizada, na execução {run['run_id']}. Acompanhe aquela "
            "execução, ou execute uma pré-visualização nova.",
            "run_url": run["url"],
        },
    )
    assert http.office.zen.writes == 4


def test_a_second_start_names_the_run_that_is_at_work(http: ZenHttp) -> None:
    first = http.post(RUNS, {"flow": USERS, "mode": "preview"}).body
    for flow in (USERS, "sincronizacao_inicial"):
        answer = http.post(RUNS, {"flow": flow, "mode": "apply"})
        assert (answer.status, answer.body["code"], answer.body["run_url"]) == (409, "run_active", first["url"])
    beside = http.post(RUNS, {"flow": "sincronizar_empresas", "mode": "preview"})
    assert beside.status == 201


def test_a_wrong_selector_points_at_the_place_before_anything_is_written(http: ZenHttp) -> None:
    answer = http.post(RUNS, {"flow": "sincronizar_empresas", "mode": "preview", "filters": {"companies": "1;x"}})
    assert (answer.status, answer.body) == (
        422,
        {
            "type": "about:blank",
            "title": "Não foi possível atender",
            "status": 422,
            "code": "zen.selector_invalid",
            "detail": "O filtro Empresa não pôde ser entendido na posição 3 (“x”). Use códigos de até 9 algarismos: "
            "“..” para uma sequência, do menor para o maior (1..10) ou sem fim (1..), e “;” entre códigos ou "
            "sequências (1;3;9).",
            "field": "filters.companies",
        },
    )
    assert http.office.rows("runs") == []


def test_messages_tell_the_run_as_it_goes(http: ZenHttp) -> None:
    asked = http.post(RUNS, {"flow": USERS, "mode": "apply"}).body
    url = f"{asked['url']}/messages"
    before = http.get(url)
    assert [line["text"] for line in before["items"]] == [
        "Sincronizar Usuários: a sincronização foi iniciada.",
        "Lendo a origem: 0 cadastros nesta lista.",
    ]
    assert before["concluded"] is False
    http.worked_off(asked)
    rest = http.get(url, after=before["items"][-1]["seq"])
    assert rest["concluded"] is True
    texts = [line["text"] for line in rest["items"]]
    assert len([text for text in texts if text.startswith("Criado no Zen, ")]) == 5
    assert len([text for text in texts if text.startswith("Precisa de correção: ")]) == 3
    assert texts[-1] == (
        "Concluído, com cadastros a corrigir ou deixados de fora. 8 conferidos: 5 criados, 3 precisam de correção."
    )
    pages: list[Any] = []
    seen = ""
    while not pages or not pages[-1]["concluded"]:
        pages.append(http.get(url, limit=3, **({"after": seen} if seen else {})))
        seen = pages[-1]["items"][-1]["seq"]
    paged = [line for page in pages for line in page["items"]]
    assert paged == http.get(url)["items"]


def test_outcomes_come_by_pages_and_by_kind(http: ZenHttp) -> None:
    run = http.started(mode="apply")
    outcomes = http.get(f"{run['url']}/outcomes")["items"]
    created = next(outcome for outcome in outcomes if outcome["kind"] == "created")
    assert created["lane"] == "usuario_escritorio"
    assert created["target_id"]
    assert len(outcomes) == 8
    for query in ({}, {"kind": "rejected"}):
        whole = http.get(f"{run['url']}/outcomes", **query)["items"]
        found: list[Any] = []
        cursor = ""
        while cursor is not None:
            page = http.get(f"{run['url']}/outcomes", limit=2, cursor=cursor, **query)
            found += page["items"]
            cursor = page["next"]
        assert found == whole
