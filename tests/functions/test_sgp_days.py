"""SGP's tick and days: sweeps when they are due, days that end, connections that are disabled or go."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from local.vendors.faults import Fault, Kind
from local.vendors.sgp import CLIENTS
from tests.contracts_on_aws import NOTHING, check_books, counted, dead_letters, in_both, in_sgp, line_of, told
from tests.office_on_aws import REGION, SECRET_PREFIX, START, TABLES, AwsServer, Sandbox
from tests.provider_on_aws import CONNECTION, ProviderOnAws, provider_on_aws
from tests.sgp_http_on_aws import BASE, ONE, SgpHttp

RECONCILE, POWER = "conferir_contratos", "ler_potencia"
MINUTE, HOUR, DAY = 60, 3600, 86400
MIDNIGHT = START + 18 * HOUR  # in São Paulo, the first after START
KEPT = {"tokens", "requests"}  # not a connection's


@pytest.fixture
def town(aws: AwsServer, environment: Sandbox) -> Iterator[ProviderOnAws]:
    with provider_on_aws(aws, contracts=0, splitters=4, sandbox=environment) as provider:
        provider.connect()
        yield provider
        assert dead_letters(provider) == 0


def ticked(town: ProviderOnAws, seconds: float = 0) -> None:
    """Time goes by; a tick, and the worker takes what comes."""
    town.now += seconds
    town.tick()
    while town.deliver():
        pass


def sweeps(town: ProviderOnAws) -> list[tuple[str, str]]:
    return [(row["hint"]["entity"], row["state"]) for row in town.log() if not row["hint"].get("record")]


def test_each_sweep_comes_when_it_is_due_and_once(town: ProviderOnAws) -> None:
    """Also where the tick is delivered twice, and while the sweep before waits for its vendor."""
    town.connect(flows={RECONCILE: 10, POWER: 360})
    ticked(town)
    town.tick()
    assert sorted(sweeps(town)) == [(RECONCILE, "done"), (POWER, "done")]
    assert town.message() is None
    ticked(town, 9 * MINUTE)
    assert len(sweeps(town)) == 2
    town.sgp.faults.set(Fault(Kind.ERROR, times=None, status=503))
    town.now += MINUTE
    town.tick()
    town.tick(town.new_sandbox())  # delivered twice, to two environments
    while town.deliver():
        pass
    assert [state for _, state in sweeps(town)].count("waiting") == 1
    for _ in range(3):
        ticked(town, 10 * MINUTE)
    assert len(sweeps(town)) == 3
    (waiting,) = [row for row in town.log() if row["state"] == "waiting"]
    assert line_of(town, waiting["id"]) == {
        **NOTHING,
        "outcome": "waiting",
        "action": RECONCILE,
        "label": "",
        "code": "vendor_down",
        "reason": "O SGP respondeu com um erro interno (código 503).",
        "waits_until": "2026-11-23T09:45:00.000Z",
    }
    town.sgp.faults.clear()
    ticked(town, 10 * MINUTE)
    ticked(town, 10 * MINUTE)
    assert {state for _, state in sweeps(town)} == {"done"}
    assert len(sweeps(town)) == 4
    done = line_of(town, waiting["id"])
    assert (done["outcome"], done["after"]) == ("unchanged", {"Conferidos": 0, "Avisos": 0})
    assert town.rows("runs") == []  # a sweep that names nobody is no day's work


def test_a_sweep_that_its_vendor_left_goes_on_where_it_was(
    town: ProviderOnAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages that it had are not asked for again; whom it names twice, as it may, has one hint for it."""
    monkeypatch.setattr(town.sandbox.of("sgp.sgp_client"), "PAGE_LENGTH", 2)
    town.connect(flows={RECONCILE: 10})
    new = [in_sgp(town) for _ in range(5)]
    pages = 2 * 3  # of two clients, under both filters
    town.sgp.faults.set(Fault(Kind.ERROR, times=None, after=1, status=503, subject=CLIENTS))
    ticked(town)
    (line,) = [row for row in town.log() if not row["hint"].get("record")]
    assert (line["state"], int(line["queued"]), int(line["compared"])) == ("waiting", 2, 2)
    town.sgp.faults.clear()
    town.sgp.reset()
    ticked(town, 5 * MINUTE)
    assert town.sgp.subjects[CLIENTS] == pages - 1
    assert line_of(town, line["id"])["after"] == {"Conferidos": 10, "Avisos": 2 + 5}
    ended = sorted((row["hint"]["record"], row["effect"]["kind"]) for row in town.log() if row["hint"].get("record"))
    assert ended == [(str(number), "created") for number in new]
    check_books(town)


def test_the_first_tick_after_midnight_closes_the_day(town: ProviderOnAws) -> None:
    """São Paulo's midnight; what comes then is of the next day."""
    town.now = MIDNIGHT - 5 * MINUTE
    one, other, new = in_both(town), in_both(town), in_sgp(town, lat=None, lng=None)
    town.connect(create_around_box=False)
    told(town, one, status=4)
    told(town, other, status=3)
    told(town, new)
    town.now = MIDNIGHT - 1
    town.tick()
    (note,) = town.rows("notifications")
    assert (note["title"], note["text"], "result" in note) == (
        "Contratos do SGP no OZmap: 23/11/2026",
        "Em andamento; o dia é encerrado à meia-noite.",
        False,
    )
    town.now = MIDNIGHT
    told(town, one)
    town.tick()
    town.tick()
    day, following = sorted(town.rows("runs"), key=lambda row: str(row["run_id"]))
    assert (day["phase"], day["result"], counted(day)) == (
        "done",
        "partial",
        {"received": 3, "updated": 1, "deactivated": 1, "rejected": 1},
    )
    assert (following["phase"], counted(following)) == ("apply", {"received": 1, "unchanged": 1})
    note, _ = sorted(town.rows("notifications"), key=lambda row: str(row["id"]))
    assert (note["text"], note["result"], note["concluded_at"]) == (
        "3 conferidos: 1 atualizado, 1 desativado, 1 precisa de correção.",
        "partial",
        "2026-11-24T03:00:01.000Z",
    )
    town.now = MIDNIGHT + DAY
    town.tick()
    assert {row["phase"] for row in town.rows("runs")} == {"done"}
    assert [row["result"] for row in sorted(town.rows("notifications"), key=lambda row: str(row["id"]))] == [
        "partial",
        "success",
    ]
    check_books(town)


def test_a_hint_of_a_connection_that_is_disabled_says_so(town: ProviderOnAws) -> None:
    contract = in_both(town, status=4)
    http = SgpHttp(town)
    assert http.call("PATCH", ONE, role="administrator", body={"enabled": False}).status == 200
    assert told(town, contract) == {
        **NOTHING,
        "outcome": "failed",
        "label": "",
        "code": "connection_missing",
        "reason": "A conexão desta sincronização não existe mais ou está desativada.",
    }
    assert (town.sgp.requests.total(), town.ozmap.requests.total()) == (0, 0)
    assert http.call("PATCH", ONE, role="administrator", body={"enabled": True}).status == 200
    assert told(town, contract)["outcome"] == "updated"


def everything(town: ProviderOnAws) -> dict[str, Any]:
    """All rows, objects and secrets, but for tokens and what answers repeated requests."""
    found: dict[str, Any] = {table: town.rows(table) for table in (*TABLES, "hints") if table not in KEPT}
    bucket = os.environ["DATA_BUCKET"]
    found["objects"] = [each["Key"] for each in town.aws.s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    secrets = boto3.client("secretsmanager", endpoint_url=town.aws.endpoint, region_name=REGION)
    found["secrets"] = [  # the stack's own are nobody's connection's
        name for each in secrets.list_secrets()["SecretList"] if (name := each["Name"]).startswith(SECRET_PREFIX)
    ]
    secrets.close()
    return found


def test_a_connection_that_is_deleted_leaves_nothing(town: ProviderOnAws) -> None:
    """Every table, the images of what was removed, the secret; and hints that come late make nothing of it again."""
    http = SgpHttp(town)
    for secret in everything(town)["secrets"]:  # emptying leaves the secrets of tests before
        town.aws.secretsmanager.delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)
    town.connect(flows={RECONCILE: 10, POWER: 360}, remove_property=True)
    settings = {"sgp_address": town.sgp.url, "sgp_app": "outro", "ozmap_address": town.ozmap.url}
    never = {name: {"every_minutes": None} for name in (RECONCILE, POWER)}
    other = {"id": "outro", "name": "Outro", "responsible": "bia", "settings": settings, "flows": never}
    assert http.call("POST", BASE, role="administrator", body=other).status == 201
    mine = town.sandbox.of("sincronia.store.connections").registered(CONNECTION).connection.secret_name
    others = {
        name: [row for row in rows if CONNECTION not in str(row) and row != mine]
        for name, rows in everything(town).items()
    }
    removed, held_back, known = in_both(town), in_both(town, status=4), in_both(town)
    told(town, removed, status=3)
    ticked(town)
    hint = town.hint(known, event_id="evt_1", body_hash="0" * 32)
    town.sandbox.of("sincronia.store.hint_queue").SqsHintQueue().send(hint)
    while town.deliver():
        pass
    town.sgp.faults.set(Fault(Kind.ERROR, times=None, status=503))
    assert told(town, held_back)["outcome"] == "waiting"
    town.sgp.faults.clear()
    used = everything(town)
    assert not [name for name, rows in used.items() if len(rows) == len(others[name])]
    town.send(held_back)  # queued while it was there
    answer = http.call("DELETE", ONE, role="administrator")
    assert (answer.status, answer.body) == (202, {"id": CONNECTION, "deleting": True})
    writes = town.ozmap.writes
    for _ in range(8):
        ticked(town, 3 * MINUTE)
    town.send(known)  # and when it was gone
    ticked(town, MINUTE)
    assert everything(town) == others
    assert town.ozmap.writes == writes
