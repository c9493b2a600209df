"""A connection's deletion over HTTP, and by the worker: everything of theirs goes, and nothing of anybody else's."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError

from tests.office_on_aws import CONNECTION, REGION, SECRET_PREFIX, TABLES, OfficeOnAws
from tests.routes_on_aws import Answer
from tests.zen_http_on_aws import BASE, ONE, RUNS, ZenHttp

USERS = "sincronizar_usuarios"
OTHER = "escritorio-aurora"
KEPT = {"tokens", "requests"}


@pytest.fixture
def http(office: OfficeOnAws) -> ZenHttp:
    return ZenHttp(office)


def delete(http: ZenHttp, one: str = ONE, role: str = "administrator") -> Answer:
    return http.call("DELETE", one, role=role)


def everything(office: OfficeOnAws) -> dict[str, Any]:
    """All rows, objects and secrets, but for tokens and what answers repeated requests."""
    bucket = os.environ["DATA_BUCKET"]
    secrets = boto3.client("secretsmanager", endpoint_url=office.aws.endpoint, region_name=REGION)
    found: dict[str, Any] = {table: office.rows(table) for table in TABLES if table not in KEPT}
    found["objects"] = [each["Key"] for each in office.aws.s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    found["secrets"] = [
        name for each in secrets.list_secrets()["SecretList"] if (name := each["Name"]).startswith(SECRET_PREFIX)
    ]
    secrets.close()
    return found


def used(http: ZenHttp) -> None:
    """The office's connection after a preview, what is applied of it, its workbook, and a run that failed."""
    preview = http.started()
    out = {"lane": "usuario_escritorio", "source_id": "1"}
    run = http.worked_off(http.post(f"{preview['url']}/apply", {"deselected": [out]}).body)
    assert http.call("GET", f"{run['url']}/files/cadastros-a-corrigir.xlsx", role="reader").status == 303
    http.started(mode="apply")


def erased(http: ZenHttp) -> None:
    """The clock moves on, and the tick and the worker do theirs."""
    for _ in range(4):
        http.office.now += 180
        http.office.tick()
        while http.office.deliver():
            pass


def beside(http: ZenHttp) -> None:
    """Another connection, with a run of its own."""
    office = http.office
    new = {
        "id": OTHER,
        "name": "Aurora",
        "responsible": "bia",
        "settings": {"questor_address": office.questor.url, "zen_address": office.zen.url},
        "secret": {
            "questor_token": office.questor.token,
            "zen_token": office.zen.token,
            "administrator_access_key": "chave",
        },
    }
    assert http.call("POST", BASE, role="administrator", body=new).status == 201
    asked = http.post(f"{BASE}/{OTHER}/runs", {"flow": USERS, "mode": "apply"})
    http.worked_off(asked.body)


def test_everything_of_theirs_goes_and_nothing_of_anybody_else(http: ZenHttp) -> None:
    beside(http)
    others = everything(http.office)
    used(http)
    assert {name for name, found in everything(http.office).items() if found != others[name]} == {*others} - {"secrets"}
    assert delete(http, role="operator").status == 403
    answer = delete(http)
    assert (answer.status, answer.body) == (202, {"id": CONNECTION, "deleting": True})
    assert delete(http).status == 202
    assert http.call("GET", ONE, role="reader").body["code"] == "connection_unknown"
    again = http.call("POST", BASE, role="administrator", body=_like(CONNECTION))
    assert again.body["code"] == "connection_exists"
    erased(http)
    left = everything(http.office)
    ours = [row for row in others["connections"] if row["connection"] == CONNECTION]
    assert left["connections"] == [row for row in others["connections"] if row not in ours]
    for name in left.keys() - {"connections", "secrets"}:
        assert left[name] == others[name], name
    assert len(left["secrets"]) == len(others["secrets"]) - 1
    assert delete(http).body["code"] == "connection_unknown"
    made = http.call("POST", BASE, role="administrator", body=_like(CONNECTION))
    assert made.status == 201
    erased(http)
    assert http.get(ONE)["id"] == CONNECTION


def _like(connection: str) -> dict[str, Any]:
    settings = {"questor_address": "http://127.0.0.1:1", "zen_address": "http://127.0.0.1:1"}
    return {"id": connection, "name": "Outra", "responsible": "ana", "settings": settings}


def test_what_is_at_work_is_cancelled_and_waited_for(http: ZenHttp) -> None:
    office = http.office
    asked = http.post(RUNS, {"flow": USERS, "mode": "apply"}).body
    store, engine = http.sandbox.of("sincronia.store.working"), http.sandbox.of("sincronia.engine.worker")
    held = store.DynamoStore().run(http.sandbox.of("sincronia.engine.state").RunKey(CONNECTION, asked["run_id"]))
    assert store.DynamoStore().take_lease(held, engine._leased(held))
    delete(http)
    row = next(row for row in office.rows("runs") if row["run_id"] == asked["run_id"])
    assert row["cancelled_by"].startswith("Painel (administrator) (token ")
    office.now += 180
    office.tick()
    while office.deliver():
        pass
    assert asked["run_id"] in {row["run_id"] for row in office.rows("runs")}
    erased(http)
    assert everything(office) == {name: [] for name in everything(office)}
    assert office.zen.writes == 0


def test_cut_off_anywhere_the_deletion_goes_on(http: ZenHttp, monkeypatch: pytest.MonkeyPatch) -> None:
    used(http)
    delete(http)
    remains = http.sandbox.of("sincronia.store.remains").DynamoRemains
    whole, cuts = remains.erased, list[int]()

    def cut(self: Any, connection: str) -> Any:
        for done, _ in enumerate(whole(self, connection)):
            yield
            if done == len(cuts) % 3:
                cuts.append(done)
                raise ConnectionError

    monkeypatch.setattr(remains, "erased", cut)
    http.office.now += 180
    for _ in range(40):
        http.office.tick()
        waiting = http.office.message()
        if waiting:
            with suppress(BatchProcessingError):
                http.office.handle(waiting[0])
            http.office.spend(waiting[1])
        http.office.now += 400
    assert len(cuts) > 3
    assert everything(http.office) == {name: [] for name in everything(http.office)}


def test_out_of_time_it_queues_itself_again(http: ZenHttp) -> None:
    used(http)
    delete(http)
    http.office.now += 180
    http.office.tick()
    deliveries = 0
    while waiting := http.office.message():
        assert http.office.handle(waiting[0], seconds=20)
        http.office.spend(waiting[1])
        deliveries += 1
        if deliveries > 60:
            break
    assert 3 < deliveries <= 60
    assert everything(http.office) == {name: [] for name in everything(http.office)}
