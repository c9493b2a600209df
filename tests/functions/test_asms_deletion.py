"""A directory deleted over HTTP, and by the worker: all of theirs goes, tokens end, nothing of others' is touched."""

from __future__ import annotations

import base64
import json
import os
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from local.calls import Record, Right
from local.rights import compare
from tests.asms_imports import csv_of, dropped, imported
from tests.asms_on_aws import BASE, CLIENTS, CONNECTION, ONE, SPECIALISTS, Asms
from tests.asms_runs import called, delivered, tick
from tests.invented import invented_cpf
from tests.office_on_aws import event
from tests.privacy_on_aws import only_for_privacy
from tests.routes_on_aws import Answer

OTHER = "empresa-vizinha"
TABLES = ("connections", "directory", "identities", "runs", "outcomes", "notifications")
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(40)).decode()


@pytest.fixture(autouse=True)
def _no_objects(asms: Asms) -> None:
    for key in objects(asms):
        asms.aws.s3.delete_object(Bucket=os.environ["DATA_BUCKET"], Key=key)


def objects(asms: Asms) -> list[str]:
    """The keys of all objects."""
    found = asms.aws.s3.list_objects_v2(Bucket=os.environ["DATA_BUCKET"])
    return [each["Key"] for each in found.get("Contents", [])]


def everything(asms: Asms) -> dict[str, list[Any]]:
    """All rows and objects, but for tokens and what answers repeated requests."""
    return {table: asms.rows(table) for table in TABLES} | {"objects": objects(asms)}


def of(connection: str, found: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """What of it is a connection's, by where it is."""
    return {
        where: rows
        for where, all_rows in found.items()
        if (rows := [row for row in all_rows if _names(row, connection)])
    }


def _names(row: Any, connection: str) -> bool:
    return connection in json.dumps(row)


def asked(asms: Asms, method: str, path: str, body: Any = None, role: str = "administrator") -> Any:
    """What somebody is answered whose request is fine."""
    answer = asms.call(method, path, role=role, body=body)
    assert answer.status in {200, 201}, answer
    return answer.body


def filled(asms: Asms) -> str:
    """A directory with one of everything; gives the id of a specialist's token."""
    project = asms.entry("projects", "Suporte")
    group = asms.entry("client-groups", "Diretoria", projects=[project])
    asms.entry("locations", "Matriz", address={"city": "Belém"})
    field = {"category": "clients", "name": "Setor", "type": "text"}
    asked(asms, "POST", f"{ONE}/projects/{project}/fields", field)
    asked(asms, "PATCH", f"{ONE}/password-policy", {"min_length": 12})
    relations = {asms.sandbox.of("asms.catalogues").Relation.GROUPS: frozenset({group})}
    where = {"projects": frozenset({project})}
    contact = {"email": "carolina@empresamodelo.example", "identification": invented_cpf("529982247")}
    carolina = asms.user("clients", "Carolina Vergara", **contact, **where, relations=relations)
    bruno = asms.user("specialists", "Bruno Prado", **where)
    for path in (f"{CLIENTS}/{carolina}", f"{SPECIALISTS}/{bruno}"):
        asked(asms, "POST", f"{path}/comments", {"text": "Prefere a tarde."}, role="operator")
        asked(asms, "POST", f"{path}/photo", {"content": PNG}, role="operator")
    imported(asms, csv_of([{"Nome": "Davi Luz", "Login": "davi"}, {"Nome": "", "Login": "torto"}]), project=project)
    return str(asked(asms, "POST", f"{SPECIALISTS}/{bruno}/tokens", {"description": "BI"})["id"])


def delete(asms: Asms, role: str = "administrator") -> Answer:
    return asms.call("DELETE", ONE, role=role)


def erased(asms: Asms) -> None:
    """The clock moves on, and the tick and the worker do theirs."""
    for _ in range(3):
        asms.now += 180
        tick(asms)
        while delivered(asms):
            pass


def test_the_example_names_what_a_deletion_queues(asms: Asms) -> None:
    delete(asms)
    asms.now += 180
    tick(asms)
    (queued,) = asms.aws.sqs.receive_message(QueueUrl=os.environ["RUN_QUEUE_URL"], WaitTimeSeconds=0)["Messages"]
    assert json.loads(queued["Body"]) == json.loads(event("asms/on_queue/deletion")["Records"][0]["body"])


def test_everything_of_theirs_goes_and_nothing_of_anybody_else(asms: Asms) -> None:
    asms.connect(OTHER)
    others = asms.sandbox.of("asms.store.catalogues")
    entry = asms.sandbox.of("asms.catalogues").Entry(
        asms.new_id(), asms.sandbox.of("asms.catalogues").Catalogue.PROJECTS, "Suporte"
    )
    assert others.keep_entry(OTHER, None, entry) == "done"
    asms.aws.s3.put_object(Bucket=os.environ["DATA_BUCKET"], Key=f"photos/{OTHER}/1/a.png", Body=b"")
    left = everything(asms)
    token = filled(asms)
    assert of(CONNECTION, everything(asms)).keys() == {
        *("connections", "directory", "identities", "objects"),
        *("runs", "outcomes", "notifications"),  # of an import
    }
    assert delete(asms, role="operator").status == 403
    answer = delete(asms)
    assert (answer.status, answer.body) == (202, {"id": CONNECTION, "deleting": True})
    assert delete(asms).status == 202
    assert asms.call("GET", CLIENTS, role="reader").body["code"] == "connection_unknown"
    erased(asms)
    assert of(CONNECTION, everything(asms)) == {}
    assert everything(asms) == left | {
        "connections": [row for row in left["connections"] if row["connection"] == OTHER]
    }
    (row,) = [row for row in asms.rows("tokens") if row["token_id"] == token]
    assert (row["state"], row["revoked_by"]) == ("revoked", asms.ids["administrator"])
    assert delete(asms).body["code"] == "connection_unknown"
    made = {"id": CONNECTION, "name": "Outra", "responsible": "ana", "settings": {}}
    assert asms.call("POST", BASE, role="administrator", body=made).status == 201


@pytest.mark.sweep
@pytest.mark.parametrize("every", [1, 2, 3])
def test_cut_off_anywhere_the_deletion_goes_on(asms: Asms, monkeypatch: pytest.MonkeyPatch, every: int) -> None:
    """A worker dies after each so many bits of what it erases."""
    filled(asms)
    delete(asms)
    remains = asms.sandbox.of("asms.store.remains").DirectoryRemains
    whole, cuts = remains.erased, list[int]()

    def cut(self: Any, connection: str) -> Any:
        for done, _ in enumerate(whole(self, connection), 1):
            yield
            if done == every:
                cuts.append(done)
                raise ConnectionError

    monkeypatch.setattr(remains, "erased", cut)
    asms.now += 180
    for _ in range(40):
        tick(asms)
        delivered(asms)
        asms.now += 400
    assert len(cuts) >= 3
    assert of(CONNECTION, everything(asms)) == {}


def test_out_of_time_it_queues_itself_again(asms: Asms) -> None:
    filled(asms)
    delete(asms)
    asms.now += 180
    tick(asms)
    deliveries = 0
    while deliveries < 60 and delivered(asms, seconds=20):
        deliveries += 1
    assert 3 < deliveries < 60
    assert of(CONNECTION, everything(asms)) == {}


def by_worker(asms: Asms) -> dict[Right, int]:
    """What the worker calls for one message."""
    called(asms)
    assert delivered(asms)
    return {replace(right, caller="AsmsOnQueue"): count for right, count in called(asms).items()}


def test_tick_and_worker_have_the_rights_that_they_use_and_no_others(asms: Asms) -> None:
    filled(asms)
    project = asked(asms, "GET", f"{ONE}/catalogues/projects")["items"][0]["id"]
    assert asms.call("GET", f"{ONE}/projects/{project}/formats/clients", role="reader").status == 303
    asked(asms, "POST", f"{ONE}/projects/{project}/exports", {"category": "clients", "format": "with_data"}, "operator")
    used = by_worker(asms)
    new, inactive = {"Nome": "Elisa", "Login": "elisa"}, {"Nome": "Bruno Prado", "Login": "bruno.prado"}
    preview = dropped(asms, csv_of([new]), project=project, sincronia_mode="preview")
    used |= by_worker(asms)
    asked(asms, "POST", f"{ONE}/runs/{preview}/apply", {}, "operator")
    used |= by_worker(asms)
    ended = dropped(asms, csv_of([inactive | {"Status": "Inativo"}]), project=project, category="specialists")
    used |= by_worker(asms)
    asked(asms, "POST", f"{ONE}/runs/{ended}/undo", {}, "operator")
    used |= by_worker(asms)
    delete(asms)
    asms.now += 180
    called(asms)
    tick(asms)
    used |= {replace(right, caller="AsmsOnSchedule"): count for right, count in called(asms).items()}
    assert delivered(asms)
    used |= {replace(right, caller="AsmsOnQueue"): count for right, count in called(asms).items()}
    compared = compare(asms.aws.provisioned, Record(rights=Counter(used)))
    assert compared.forbidden == []
    unused = {
        (right.function, right.action)
        for right in compared.unused
        if right.function in {"AsmsOnSchedule", "AsmsOnQueue"} and not right.action.startswith("logs:")
        if not only_for_privacy(right)  # see test_privacy_asms.py
    }
    assert unused == {("AsmsOnQueue", "sqs:SendMessage")}  # only where four minutes aren't enough
