"""A network of stores deleted by the worker: all of theirs goes, and nothing of others' is touched."""

from __future__ import annotations

import json
import os
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError

from local.calls import CALLS_PATH, Record
from local.rights import compare
from tests.invented import invented_cpf
from tests.office_on_aws import START, AwsServer, Context, Sandbox, event, sandbox_as_new
from tests.promob_store_on_aws import CONNECTION, OTHER, REVIEWER, SELLER, Network, budget

TABLES = ("connections", "projects", "identities", "hints", "links", "runs", "outcomes", "notifications")


@pytest.fixture(scope="module")
def promob_environment(aws: AwsServer) -> Sandbox:
    aws.emptied("promob")
    return sandbox_as_new(lambda: START, integration="promob")


@pytest.fixture
def network(aws: AwsServer, promob_environment: Sandbox) -> Iterator[Network]:
    aws.emptied("promob")
    yield Network(aws, promob_environment)
    aws.clear()


def everything(network: Network) -> dict[str, list[Any]]:
    """All rows and objects."""
    found = network.aws.s3.list_objects_v2(Bucket=os.environ["DATA_BUCKET"]).get("Contents", [])
    return {table: network.rows(table) for table in TABLES} | {"objects": [each["Key"] for each in found]}


def of(connection: str, found: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """What of it is a connection's, by where it is."""
    return {
        where: rows
        for where, all_rows in found.items()
        if (rows := [row for row in all_rows if connection in json.dumps(row)])
    }


def filled(network: Network, connection: str) -> None:
    """A network with some of everything, SELLER among who works there."""
    of = network.of
    customers, stores, offers = of("promob.customers"), of("promob.stores"), of("promob.offers")
    a_store = {"id": "1" * 16, "name": "Loja", "cnpj": "", "account": "A-1", "serial": "S-1", "responsible": REVIEWER}
    of("promob.store.stores").made_store(connection, stores.Store(**a_store), SELLER)
    user = stores.User(id=SELLER, store="1" * 16, name="Ana", login="ana", promob_user="U-1", link="L-1")
    of("promob.store.users").made_user(connection, user, SELLER)
    customer = {"id": "2" * 16, "store": "1" * 16, "name": "Bia", "document": invented_cpf("390533447")}
    of("promob.store.customers").made_customer(connection, customers.Customer(**customer, promob_id="C-1"), "")
    rules = of("promob.store.rules")
    none = rules.stored_rules(connection, "1" * 16)
    rules.keep_rules(connection, "1" * 16, none, [of("promob.pricing").Rule()], SELLER)
    of("promob.store.counters").next_number(connection, "budgets")
    link = of("sincronia.engine.state").Link(source_id="P-1", target_id="P-1", synced="", label="Cozinha")
    of("sincronia.store.links").link_out(link, connection, "promob_project").save()
    items = of("promob.store.items").S3Items(connection)
    for kind in ("items", "priced", "orders"):
        items.keep(kind, [{"id": "1", "kind": kind}])
    of("sincronia.store.webhook_bodies").keep_body(connection, b"{}")
    environments = (
        network.updated(network.budgeted(network.environment(promob_id="P-1", worked_by=SELLER))),
        network.budgeted(network.environment("Sala", promob_id="P-2", worked_by=REVIEWER)),
        network.budgeted(network.environment("Quarto", promob_id="P-3")),
    )
    project = network.kept(*environments, connection=connection)
    item = offers.ManualItem(
        id="1" * 16, environment=environments[0].id, description="Puxador", cost=Decimal(1), price=Decimal(2)
    )
    order = offers.PurchaseOrder(
        id="3" * 16,
        project=project.id,
        store="1" * 16,
        supplier="Fábrica",
        lines="orders/a",
        count=1,
        cost=Decimal(1),
        created_at=START,
        created_by=SELLER,
    )
    beside = network.beside(manual=(item,), orders=(order,), budgets=(budget(network, project),))
    assert network.projects(connection).keep(project, network.then(project, name="Casa 2"), SELLER, beside)


def moved_on(network: Network, seconds: float = 300) -> bool:
    """One tick, and the worker with all messages; False where there was none."""
    network.sandbox.on_schedule.handler(event("promob/on_schedule/tick"), Context(60))
    delivered = False
    while delivery(network, seconds):
        delivered = True
    return delivered


def delivery(network: Network, seconds: float) -> bool:
    """Delivers one message about a run, which is spent then, whatever becomes of it; False where none waits."""
    queue = os.environ["RUN_QUEUE_URL"]
    while waiting := network.aws.sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=0).get("Messages", []):
        network.aws.sqs.delete_message(QueueUrl=queue, ReceiptHandle=waiting[0]["ReceiptHandle"])
        if "run_id" not in json.loads(waiting[0]["Body"]):
            continue  # a hint, whose vendor nobody plays here
        happening = event("promob/on_queue/deletion")
        happening["Records"][0] |= {"body": waiting[0]["Body"], "messageId": waiting[0]["MessageId"]}
        with suppress(BatchProcessingError):
            network.sandbox.on_queue.handler(happening, Context(seconds))
        return True
    return False


def test_everything_of_theirs_goes_and_nothing_of_anybody_else(network: Network) -> None:
    filled(network, OTHER)
    left = everything(network)
    filled(network, CONNECTION)
    assert of(CONNECTION, everything(network)).keys() == {
        *("connections", "projects", "identities", "hints", "links", "notifications", "objects"),
    }
    kinds = {row["scope"].split("#")[1] for row in of(CONNECTION, everything(network))["projects"]}
    assert kinds == {
        *("stores", "users", "customers", "projects", "of_customer", "versions", "manual"),
        *("budgets", "orders", "history", "rules", "counters"),
    }
    audiences = {row["audience"] for row in of(CONNECTION, everything(network))["notifications"]}
    assert audiences == {CONNECTION, REVIEWER}

    network.deleting()
    for _ in range(4):
        network.now += 180
        moved_on(network)

    assert of(CONNECTION, everything(network)) == {}
    assert {**everything(network), "hints": None} == left | {
        "connections": [row for row in left["connections"] if row["connection"] == OTHER],
        "hints": None,  # those of others are queued again meanwhile
    }
    assert [row["id"] for row in network.rows("hints")] == [row["id"] for row in left["hints"]]


@pytest.mark.sweep
@pytest.mark.parametrize("every", [1, 2, 3])
def test_cut_off_anywhere_the_deletion_goes_on(network: Network, monkeypatch: pytest.MonkeyPatch, every: int) -> None:
    """A worker dies after each so many bits of what it erases."""
    filled(network, CONNECTION)
    network.deleting()
    remains = network.of("promob.store.remains").ProjectRemains
    whole, cuts = remains.erased, list[int]()

    def cut(self: Any, connection: str) -> Any:
        for done, _ in enumerate(whole(self, connection), 1):
            yield
            if done == every:
                cuts.append(done)
                raise ConnectionError

    monkeypatch.setattr(remains, "erased", cut)
    for _ in range(40):
        network.now += 400
        moved_on(network)
    assert len(cuts) >= 3
    assert of(CONNECTION, everything(network)) == {}


def test_the_worker_has_the_rights_that_erasing_asks_for(network: Network) -> None:
    filled(network, CONNECTION)
    network.deleting()
    network.now += 400
    network.queued()
    network.sandbox.on_schedule.handler(event("promob/on_schedule/tick"), Context(60))
    called(network)
    assert delivery(network, 300)
    used = Counter({replace(right, caller="PromobOnQueue"): count for right, count in called(network).items()})
    assert of(CONNECTION, everything(network)) == {}
    assert compare(network.aws.provisioned, Record(rights=used)).forbidden == []


def called(network: Network) -> Counter[Any]:
    """The AWS calls since the last time."""
    request = urllib.request.Request(f"{network.aws.endpoint}{CALLS_PATH}", method="DELETE")  # noqa: S310  # our own server
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        return Record.from_json(answer.read()).rights
