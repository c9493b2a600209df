"""What people decide of runs over HTTP: twice at once, at the brake, to end one, to try again, and the pencil."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest

from local.vendors.faults import Fault, Kind
from tests.office_on_aws import CONNECTION, OfficeOnAws
from tests.zen_http_on_aws import ONE, RUNS, ZenHttp, applied, outcomes

USERS, COMPANIES = "sincronizar_usuarios", "sincronizar_empresas"
LANE = "usuario_escritorio"


# ── twice at once ────────────────────────────────────────────────────────────────────────────────────────────────────
def meanwhile(http: ZenHttp, monkeypatch: pytest.MonkeyPatch, act: Any) -> list[Any]:
    """Lets `act` happen between what the next request reads and the transaction that makes its run."""
    schedule, found = http.sandbox.of("sincronia.store.scheduling").DynamoSchedule, list[Any]()
    start_run = schedule.start_run

    def overtaken(self: Any, start: Any) -> bool:
        if not found:
            found.append(None)
            found[0] = act()
        return bool(start_run(self, start))

    monkeypatch.setattr(schedule, "start_run", overtaken)
    return found


def test_two_start_the_same_flow_at_once(http: ZenHttp, monkeypatch: pytest.MonkeyPatch) -> None:
    body = {"flow": USERS, "mode": "apply"}
    winner = meanwhile(http, monkeypatch, lambda: http.post(RUNS, body))
    loser = http.post(RUNS, body)
    assert winner[0].status == 201
    assert (loser.status, loser.body["code"], loser.body["run_url"]) == (409, "run_active", winner[0].body["url"])
    assert len(http.office.rows("runs")) == len(http.office.rows("notifications")) == 1


def test_two_apply_a_preview_at_once_with_other_deselections(http: ZenHttp, monkeypatch: pytest.MonkeyPatch) -> None:
    preview = http.started()
    one, other = [record["source_id"] for record in http.get(f"{preview['url']}/plan", kind="created")["items"][:2]]
    url = f"{preview['url']}/apply"
    winner = meanwhile(http, monkeypatch, lambda: http.post(url, {"deselected": [{"lane": LANE, "source_id": one}]}))
    loser = http.post(url, {"deselected": [{"entity": LANE, "source_id": other}]})
    assert winner[0].status == 201
    assert (loser.status, loser.body["code"]) == (409, "preview_applied")
    run = http.worked_off(winner[0].body)
    assert [outcome["source_id"] for outcome in outcomes(http, run, kind="skipped")] == [one]
    assert http.office.zen.writes == 4


def test_many_at_once_make_one_run(office: OfficeOnAws) -> None:
    http = ZenHttp(office)
    http.token("operator")
    http.post(f"{ONE}/test")  # whatever is imported late is imported
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: http.post(RUNS, {"flow": USERS, "mode": "apply"}), range(4)))
    assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
    assert {answer.body["code"] for answer in answers if answer.status == 409} == {"run_active"}
    assert len(office.rows("runs")) == 1


def test_with_a_key_a_request_that_is_sent_twice_acts_once(http: ZenHttp) -> None:
    body = {"flow": USERS, "mode": "apply"}
    first = http.post(RUNS, body, key="chave-1")
    again = http.post(RUNS, body, key="chave-1")
    assert (again.status, again.body, again.headers["Idempotency-Replayed"]) == (201, first.body, "true")
    reused = http.post(RUNS, body | {"mode": "preview"}, key="chave-1")
    assert (reused.status, reused.body["code"]) == (422, "idempotency_key_reused")
    assert len(http.office.rows("runs")) == 1


@pytest.mark.parametrize("worked_off", [False, True])
def test_with_a_key_who_died_before_the_answer_finds_the_run_that_was_made(http: ZenHttp, worked_off: bool) -> None:
    body = {"flow": USERS, "mode": "apply"}
    first = http.post(RUNS, body, key="chave-1")
    answer_lost(http)
    if worked_off:
        http.worked_off(first.body)
    http.office.now += 60
    again = http.post(RUNS, body, key="chave-1")
    assert (again.status, again.body["run_id"]) == (201, first.body["run_id"])
    assert again.body["phase"] == ("done" if worked_off else "read")
    assert len(http.office.rows("runs")) == 1


def test_with_a_key_who_died_while_applying_or_trying_again_finds_that_run(http: ZenHttp) -> None:
    preview = http.started()
    for url, body in ((f"{preview['url']}/apply", {"deselected": []}), (f"{preview['url']}-aplicada/retry", None)):
        first = http.post(url, body, key="chave-2")
        assert first.status == 201
        answer_lost(http)
        assert http.post(url, body, key="chave-2").body["run_id"] == first.body["run_id"]
        answer_lost(http)
        assert http.post(url, body, key="outra-chave").status == 409
        http.worked_off(first.body)


def answer_lost(http: ZenHttp) -> None:
    """Nobody came to keep the answer."""
    for row in http.office.rows("requests"):
        if row["id"].startswith("http#"):  # Powertools' row
            key = {"id": {"S": row["id"]}}
            http.office.aws.dynamodb.delete_item(TableName=os.environ["REQUESTS_TABLE"], Key=key)


# ── what is applied of a preview ─────────────────────────────────────────────────────────────────────────────────────
def test_who_changed_since_the_preview_is_left_out_and_named(http: ZenHttp) -> None:
    preview = http.started()
    changed = http.get(f"{preview['url']}/plan", kind="created")["items"][0]
    http.office.questor.change(int(changed["source_id"]), NOMEUSUARIO="Outro Nome")
    run = applied(http, preview)
    (skipped,) = outcomes(http, run, kind="skipped")
    assert (skipped["source_id"], skipped["label"]) == (
        changed["source_id"],
        f"Outro Nome (código {changed['source_id']})",
    )
    assert (skipped["code"], skipped["detail"]) == (
        "preview_stale",
        "O cadastro mudou ou surgiu na origem depois da pré-visualização, e por isso não foi enviado. Execute a "
        "pré-visualização de novo e confira o cadastro.",
    )


def test_a_deselected_company_takes_what_belongs_to_it_along(clients: ZenHttp) -> None:
    filters = {"partners": True, "org_chart": True}
    preview = clients.started(COMPANIES, filters=filters)
    company = clients.get(f"{preview['url']}/plan", lane="empresa")["items"][0]["source_id"]
    run = applied(clients, preview, ("empresa", company))
    skipped = outcomes(clients, run, kind="skipped")
    assert {outcome["source_id"].split("/")[0] for outcome in skipped} == {company}
    assert {outcome["lane"] for outcome in skipped} >= {"empresa", "organograma", "socio", "usuario_cliente"}
    assert len(clients.office.zen.rows("companies")) == 2
    assert [lane["title"] for lane in run["lanes"]] == [
        *("Empresas", "Filiais", "Organogramas", "Sócios", "Usuários do Cliente")
    ]


@pytest.mark.parametrize(
    ("deselected", "status", "field"),
    [([{"lane": "empresa", "source_id": "1"}], 422, "deselected.0.lane"), ([{"lane": LANE}], 422, None)],
)
def test_a_deselected_record_of_no_lane_is_refused(
    http: ZenHttp, deselected: list[Any], status: int, field: str | None
) -> None:
    preview = http.started()
    answer = http.post(f"{preview['url']}/apply", {"deselected": deselected})
    assert answer.status == status
    assert field is None or answer.body["field"] == field


def test_only_a_fresh_preview_that_went_well_is_applied(http: ZenHttp) -> None:
    queued = http.post(RUNS, {"flow": USERS, "mode": "preview"}).body
    assert http.post(f"{queued['url']}/apply", {}).body["code"] == "preview_not_ready"
    preview = http.worked_off(queued)
    http.office.now += 8 * 86400
    assert http.post(f"{preview['url']}/apply", {}).body["code"] == "preview_expired"
    run = http.started(mode="apply")
    assert http.post(f"{run['url']}/apply", {}).body["code"] == "run_not_preview"
    assert http.post(f"{RUNS}/20261123T090000000Z-nunca/apply", {}).body["code"] == "run_unknown"
    assert http.call("PATCH", ONE, role="administrator", body={"secret": {"questor_token": "outro"}}).status == 200
    http.office.now += 400  # the worker keeps a secret for five minutes
    failed = http.started()
    assert failed["result"] == "failure"
    assert http.post(f"{failed['url']}/apply", {}).body["code"] == "preview_not_ready"


# ── to try again, to decide, to end ──────────────────────────────────────────────────────────────────────────────────
def test_what_was_rejected_is_tried_again_once(http: ZenHttp) -> None:
    run = http.started(mode="apply")
    missing = next(each for each in outcomes(http, run) if each["code"] == "zen.email_missing")
    http.office.questor.change(int(missing["source_id"]), EMAIL="novo@modelo.example")
    answer = http.post(f"{run['url']}/retry")
    assert (answer.status, answer.body["retried"]) == (201, run["run_id"])
    again = http.worked_off(answer.body)
    assert again["counters"] == {"created": 1, "rejected": 2}
    second = http.post(f"{run['url']}/retry")
    assert (second.status, second.body["code"], second.body["run_url"]) == (409, "run_retried", again["url"])
    preview = http.started()
    assert http.post(f"{preview['url']}/retry").body["code"] == "nothing_to_retry"


def braked(http: ZenHttp) -> Any:
    """A run that waits: the source has become empty."""
    http.started(mode="apply")
    http.office.questor.faults.set(Fault(Kind.EMPTY, operation="list"))
    run = http.started(mode="apply")
    assert (run["phase"], [brake["code"] for brake in run["brakes"]]) == ("brake", ["brake_source_empty"])
    return run


@pytest.mark.parametrize(
    ("decision", "result", "code"), [("approve", "success", None), ("reject", "cancelled", "brake_rejected")]
)
def test_a_brake_is_decided_of_once(http: ZenHttp, decision: str, result: str, code: str | None) -> None:
    run = braked(http)
    texts = [line["text"] for line in http.get(f"{run['url']}/messages")["items"]]
    assert texts[-1].endswith("A sincronização espera a sua decisão.")
    answer = http.post(f"{run['url']}/decision", {"decision": decision})
    by = f"Painel (operator) (token {http.token('operator')[4:20]})"
    assert (answer.status, answer.body["decided_by"]) == (200, by)
    done = http.worked_off(run)
    assert (done["result"], done["problem"] and done["problem"]["code"]) == (result, code)
    late = http.post(f"{run['url']}/decision", {"decision": decision})
    assert (late.status, late.body["code"]) == (409, "decided_before")
    other = http.started()
    assert http.post(f"{other['url']}/decision", {"decision": decision}).body["code"] == "nothing_to_decide"


def test_a_run_is_cancelled_and_no_second_time(http: ZenHttp) -> None:
    asked = http.post(RUNS, {"flow": USERS, "mode": "apply"}).body
    answer = http.post(f"{asked['url']}/cancel")
    assert (answer.status, answer.body["cancelled_by"][:17]) == (202, "Painel (operator)")
    done = http.worked_off(asked)
    assert (done["phase"], done["result"], http.office.zen.writes) == ("done", "cancelled", 0)
    again = http.post(f"{asked['url']}/cancel")
    assert (again.status, again.body["code"]) == (409, "run_concluded")
    assert http.get(f"{asked['url']}/messages")["items"][-1]["text"].startswith("Encerrado por decisão de uma pessoa.")


def test_a_reader_starts_and_decides_nothing(http: ZenHttp) -> None:
    run = http.started()
    for path in (RUNS, *(f"{run['url']}/{what}" for what in ("apply", "retry", "decision", "cancel", "corrections"))):
        assert http.call("POST", path, role="reader", body={}).body["code"] == "role_insufficient"


def test_another_integrations_run_is_not_read_here(http: ZenHttp) -> None:
    run = http.started()
    table = boto3.resource("dynamodb").Table(os.environ["RUNS_TABLE"])
    key = {"connection": CONNECTION, "run_id": run["run_id"]}
    table.update_item(Key=key, UpdateExpression="SET integration = :i", ExpressionAttributeValues={":i": "notes"})
    table.meta.client.close()
    assert http.call("GET", run["url"], role="reader").body["code"] == "run_unknown"
