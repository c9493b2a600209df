"""Promob's worker, who dies after a write or is overtaken before it: whatever befalls it, the world ends the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any

import pytest

from tests.crash.choke import Choke, Death, Fate, choked
from tests.invented import invented_cpf
from tests.office_on_aws import START, AwsServer, Sandbox, sandbox_as_new
from tests.promob_worker_on_aws import CONNECTION, SELLER, PromobWorker, promob_worker

CPF = invented_cpf("390533447")
WRITES = ("PutItem", "UpdateItem", "TransactWriteItems", "PUT", "POST", "PATCH")
Act = Callable[[PromobWorker], None]
Meanwhile = Callable[[PromobWorker, dict[str, Any]], None]
Disturbed = Callable[[Act, str, Meanwhile], None]
VOLATILE = {"changed", "at", "expires_at", "received_at", "imported_at", "created_at", "changed_at", "notified", "id"}


@pytest.fixture(scope="module")
def sandbox(aws: AwsServer) -> Sandbox:
    """One execution environment for all tests of this module."""
    aws.emptied("promob")
    return sandbox_as_new(lambda: START, integration="promob")


@pytest.fixture(params=[9, pytest.param(1, marks=pytest.mark.sweep)], ids=["some", "all"])
def disturbed(
    request: pytest.FixtureRequest, aws: AwsServer, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> Disturbed:
    """Runs an act once in peace, and once for each write, or each ninth, and each thing that can befall it."""

    def run(act: Act, entity: str, meanwhile: Meanwhile) -> None:
        with choked(Choke(), monkeypatch) as calls:
            expected = outcome(aws, sandbox, act, entity, choke=calls)
        writes = [number for number, name in enumerate(calls.seen, 1) if name.rpartition(".")[2].split()[-1] in WRITES]
        assert len(writes) > 5
        for at in writes[request.param // 2 :: request.param]:
            for overtaken in (False, True):
                choke = Choke(at, Fate.AFTER, pause=(lambda: None) if overtaken else None)
                with choked(choke, monkeypatch):
                    found = outcome(aws, sandbox, act, entity, choke=choke, meanwhile=meanwhile)
                differs = {part: found[part] for part in found if found[part] != expected[part]}
                assert differs == {}, (at, calls.seen[at - 1], overtaken)

    return run


def outcome(
    aws: AwsServer, sandbox: Sandbox, act: Act, entity: str, *, choke: Choke, meanwhile: Meanwhile | None = None
) -> dict[str, list[str]]:
    """The world after an act, when all is quiet."""
    with promob_worker(aws, sandbox) as network:
        act(network)
        worked_off(network, entity, choke, meanwhile)
        made = [(row["id"], row["name"]) for kind in ("customers", "projects") for row in network.promob.rows(kind)]
        found = {f"promob {kind}": network.promob.rows(kind) for kind in ("customers", "projects")}
        found |= {table: network.rows(table) for table in ("projects", "identities", "notifications", "links")}
        texts = {part: [json.dumps(plain(row), sort_keys=True) for row in rows] for part, rows in found.items()}
        texts["told"] = [
            json.dumps([row["hint"]["record"], row["effect"]["kind"], row["effect"]["action"]])
            for row in network.log()
            if row["hint"]["entity"] == entity
        ]
        for number, name in made:  # which number Promob gave depends on what it was asked before
            texts = {part: [text.replace(number, name) for text in each] for part, each in texts.items()}
        return {part: sorted(each) for part, each in texts.items()} | {"objects": network.objects()}


def worked_off(network: PromobWorker, entity: str, choke: Choke, meanwhile: Meanwhile | None) -> None:
    """All that waits; hints about the entity by workers who are watched. Who dies is followed by another."""
    for _ in range(60):
        waiting = network.message()
        if waiting is None:
            if not any("wake_at" in row for row in network.log()):
                return
            network.now += 400
            network.tick()
            continue
        happening, receipt = waiting
        if choke.pause and meanwhile:
            choke.pause = partial(meanwhile, network, happening)
        watched = json.loads(happening["Records"][0]["body"])["entity"] == entity
        try:
            with choke.watching() if watched else nullcontext():
                spent = network.handle(happening)
        except Death:
            choke.revive()
            network.renew()
            continue
        if spent:
            network.spend(receipt)
    raise AssertionError("it never came to an end")


def another_worker(network: PromobWorker, happening: dict[str, Any]) -> None:
    """Somebody else has the same message."""
    network.handle(happening)


def the_customers_hint(network: PromobWorker, happening: dict[str, Any]) -> None:
    """What Promob is to be told of the customer is told at the same time."""
    (customer,) = network.customers()
    hints, queue = network.of("sincronia.engine.hints"), network.of("sincronia.store.hint_queue")
    body = queue._body(hints.requested(CONNECTION, "customer", customer.id, SELLER))
    network.handle({"Records": [happening["Records"][0] | {"body": body}]})


def plain(value: Any) -> Any:
    """A value without what depends on when, and on ids that nobody chose."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items() if name not in VOLATILE}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, str) and value.startswith(("{", "[")):
        return plain(json.loads(value))
    return value


def test_what_is_made_in_promob_comes_in_once(disturbed: Disturbed) -> None:
    def act(network: PromobWorker) -> None:
        network.user(network.store())
        network.promob.designer.create_project(network.drawn.customer_id, "Sala")

    disturbed(act, "promob_project", another_worker)


def test_a_budget_comes_in_once(disturbed: Disturbed) -> None:
    def act(network: PromobWorker) -> None:
        store = network.store()
        network.user(store)
        legacy = network.of("promob.environments").Origin.LEGACY
        environment = network.environment(promob_id=network.drawn.id, origin=legacy)
        network.project(network.customer(store), environment)
        network.promob.designer.prepare(network.drawn.id)

    disturbed(act, "promob_project", another_worker)


def test_what_is_made_here_comes_into_promob_once(disturbed: Disturbed) -> None:
    def act(network: PromobWorker) -> None:
        customer = network.customer(network.store(), name="Ana", document=CPF, promob_id="")
        network.unqueue()
        network.project(customer, network.environment("Sala"))

    disturbed(act, "environment", the_customers_hint)
