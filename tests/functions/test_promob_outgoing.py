"""What was made and decided here, told to Promob: environments, customers, Situação and Estágio."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local.vendors.faults import Fault, Kind
from tests.invented import invented_cpf
from tests.office_on_aws import START, AwsServer, Sandbox, sandbox_as_new
from tests.promob_worker_on_aws import CONNECTION, RESPONSIBLE, SELLER, PromobWorker, promob_worker

CPF = invented_cpf("390533447")


@pytest.fixture(scope="module")
def sandbox(aws: AwsServer) -> Sandbox:
    """One execution environment for all tests of this module."""
    aws.emptied("promob")
    return sandbox_as_new(lambda: START, integration="promob")


@pytest.fixture
def network(aws: AwsServer, sandbox: Sandbox) -> Iterator[PromobWorker]:
    with promob_worker(aws, sandbox) as worker:
        yield worker


def made(network: PromobWorker, kind: str = "projects") -> list[dict[str, Any]]:
    """What was made in Promob from here, as Promob has it, in the order of the names."""
    return sorted((row for row in network.promob.rows(kind) if row["external_id"]), key=lambda row: str(row["name"]))


def told(rows: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """How each hint ended: its kind, what was done, what people call its record. In that order."""
    return sorted(tuple(row["effect"][name] for name in ("kind", "action", "label")) for row in rows)


def later(network: PromobWorker, seconds: int = 400) -> list[dict[str, Any]]:
    """What becomes of what waits."""
    network.now += seconds
    network.tick()
    return network.work_off()


def approved(network: PromobWorker, project: Any) -> None:
    """All that a project has is offered and approved."""
    environments = [one.id for one in project.environments]

    def through(projects: Any) -> None:
        projects.store.keep_budget(projects.budget(project.id, environments, "d" * 16, 1, "2026-12-31", SELLER))
        projects.approve("d" * 16, SELLER)

    network.act(through)


def test_environments_made_here_come_into_promob_by_themselves(network: PromobWorker) -> None:
    customer = network.customer(network.store())
    project = network.project(customer, network.environment("Cozinha"), network.environment("Sala"))

    rows = network.work_off()

    assert told(rows)[:2] == [
        ("created", "environment_made", "Casa – Cozinha"),
        ("created", "environment_made", "Casa – Sala"),
    ]
    (row,) = (row for row in rows if row["effect"]["after"] == {"Ambiente": "Cozinha"})
    assert (row["hint"]["cause"], row["hint"]["by"]) == ("request", SELLER)
    assert [(one["account"], one["name"], one["customer_id"], one["external_id"]) for one in made(network)] == [
        (network.account.id, each.name, customer.promob_id, f"{project.id}-{each.id}") for each in project.environments
    ]
    after = network.now_of(project)
    assert [one.promob_id for one in after.environments] == [one["id"] for one in made(network)]
    assert {one.told for one in after.environments} == {"Não convertido / Projeto"}
    writes, before = network.promob.writes, network.rows("projects")
    assert later(network) == []
    assert (network.promob.writes, network.rows("projects")) == (writes, before)


def test_a_customer_made_here_comes_into_promob(network: PromobWorker) -> None:
    customer = network.customer(
        network.store(), name="Ana", document=CPF, email="ana@cliente.example", phone="49 3000", promob_id=""
    )

    rows = network.work_off()

    assert told(rows) == [("created", "customer_made", "Ana")]
    (there,) = made(network, "customers")
    fields = {"name": "Ana", "document": CPF, "email": "ana@cliente.example", "phone": "49 3000"}
    assert there == {"id": there["id"], "account": network.account.id, "external_id": customer.id} | fields
    assert network.stored("customer", customer.id).promob_id == there["id"]
    assert not any(private in str(network.log()) for private in (CPF, "ana@cliente.example", "49 3000"))


def test_a_customer_of_that_document_is_taken_for_the_same(network: PromobWorker) -> None:
    there = network.promob.store.customers[network.drawn.customer_id]
    customer = network.customer(network.store(), document=there.document, promob_id="")

    rows = network.work_off()

    assert told(rows) == [("updated", "customer_found", there.name)]
    assert rows[0]["effect"]["after"] == {"Cliente no Promob": there.id}
    assert network.stored("customer", customer.id).promob_id == there.id
    assert made(network, "customers") == []


def test_an_environment_brings_its_customer_along(network: PromobWorker) -> None:
    customer = network.customer(network.store(), document=CPF, promob_id="")
    network.unqueue()
    network.project(customer, network.environment())
    network.work_off()

    (there,) = made(network, "customers")
    assert [one["customer_id"] for one in made(network)] == [there["id"]]
    assert network.stored("customer", customer.id).promob_id == there["id"]


def test_a_customer_of_another_store_is_another_account_s_in_promob(network: PromobWorker) -> None:
    customer = network.customer(network.store(), document=CPF, promob_id="C-1")
    second = list(network.promob.store.accounts.values())[1]
    branch = network.store(second, name="Filial")
    for name in ("Cozinha", "Sala"):
        network.project(customer, network.environment(name), store=branch.id)
    network.work_off()

    (there,) = made(network, "customers")
    assert (there["account"], there["document"]) == (second.id, CPF)
    assert [(one["account"], one["customer_id"]) for one in made(network)] == [(second.id, there["id"])] * 2
    assert network.stored("customer", customer.id).promob_id == "C-1"


def test_what_promob_refuses_is_said_where_it_is_looked_for(network: PromobWorker) -> None:
    customer = network.customer(network.store(), name="Ana", promob_id="", document=CPF)
    network.promob.faults.set(Fault(Kind.ERROR, method="POST", status=422, times=3))
    (row,) = network.work_off()
    assert (told([row]), row["effect"]["problem"]["code"]) == ([("rejected", "", "Ana")], "vendor_rejected")
    assert network.stored("customer", customer.id).problem.code == "vendor_rejected"

    project = network.project(customer, network.environment("Sala"))
    (row,) = network.work_off()
    assert (told([row]), row["effect"]["problem"]["code"]) == ([("rejected", "", "Casa – Sala")], "vendor_rejected")
    assert network.now_of(project).environments[0].problem.code == "vendor_rejected"
    assert later(network) == []

    network.promob.faults.clear()
    network.again(row)
    assert ("created", "environment_made", "Casa – Sala") in told(network.work_off())
    environment = network.now_of(project).environments[0]
    assert (environment.problem, bool(environment.promob_id)) == (None, True)
    assert network.stored("customer", customer.id).problem is None


@pytest.mark.parametrize(
    "fault",
    [
        Fault(Kind.BUSY, method="POST", retry_after="30"),
        Fault(Kind.ERROR, method="POST", status=503),
        Fault(Kind.RESET, method="POST"),
        Fault(Kind.LOST_ANSWER, method="POST"),
        Fault(Kind.WRONG_CONTENT_TYPE, method="POST"),
        Fault(Kind.ERROR, method="GET", status=500, times=9),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.method}",
)
def test_it_goes_on_by_itself_and_makes_nothing_twice(network: PromobWorker, fault: Fault) -> None:
    customer = network.customer(network.store())
    network.promob.faults.set(fault)
    project = network.project(customer, network.environment("Sala"))

    (waiting,) = network.work_off()
    assert (waiting["state"], network.now_of(project).environments[0].promob_id) == ("waiting", "")
    network.promob.faults.clear()
    later(network)

    assert [one["name"] for one in made(network)] == ["Sala"]
    environment = network.now_of(project).environments[0]
    assert (environment.promob_id, environment.problem) == (made(network)[0]["id"], None)
    assert later(network) == []


def test_connect_shows_how_far_a_project_has_come(network: PromobWorker) -> None:
    store = network.store()
    network.user(store)
    legacy = network.of("promob.environments").Origin.LEGACY
    environment = network.environment("Sala", promob_id=network.drawn.id, origin=legacy)
    project = network.project(network.customer(store), environment)
    network.promob.designer.prepare(network.drawn.id, 3)
    network.work_off()
    shown = [connect(network)]

    approved(network, project)
    (row,) = network.work_off()
    assert told([row]) == [("updated", "environment_told", "Casa – Sala")]
    assert row["effect"]["before"] == {"Situação": "Não convertido", "Estágio": "Orçamento"}
    assert row["effect"]["after"] == {"Situação": "Convertido", "Estágio": "Aprovado"}
    shown.append(connect(network))
    for step in (
        lambda p: p.release(project.id, SELLER),
        lambda p: (p.access(project.id, RESPONSIBLE), p.update(project.id, environment.id, RESPONSIBLE)),
        lambda p: p.conclude(project.id, RESPONSIBLE),
    ):
        network.act(step)
        network.work_off()
        shown.append(connect(network))

    assert shown == [
        ("Não convertido", "Orçamento"),
        ("Convertido", "Aprovado"),
        ("Convertido", "Em revisão"),
        ("Convertido", "Em revisão"),
        ("Convertido", "Revisão concluída"),
    ]
    writes = network.promob.writes
    network.again(row)  # what it says there is by now what it should say
    assert told(network.work_off()) == [("unchanged", "", "Casa – Sala")]
    assert network.promob.writes == writes

    network.promob.edit("projects", {"remove": [network.drawn.id]})
    network.again(row)
    (row,) = network.work_off()
    assert (told([row]), row["effect"]["problem"]["code"]) == ([("rejected", "", "Casa – Sala")], "promob.project_gone")


def connect(network: PromobWorker) -> tuple[str, str]:
    """What Connect shows of Promob's first project."""
    return network.drawn.situation, network.drawn.stage


def test_an_assistance_begins_blank_or_as_a_copy_or_without_a_promob_project(network: PromobWorker) -> None:
    store = network.store()
    network.user(store)
    of = network.of("promob.environments")
    sala = network.environment("Sala", promob_id=network.drawn.id, origin=of.Origin.LEGACY)
    project = network.project(network.customer(store), sala)
    network.promob.designer.prepare(network.drawn.id, 3)
    network.work_off()
    approved(network, project)

    def concluded(p: Any) -> None:
        p.release(project.id, SELLER)
        p.access(project.id, RESPONSIBLE)
        p.update(project.id, sala.id, RESPONSIBLE)
        p.conclude(project.id, RESPONSIBLE)
        for number, source in enumerate((None, of.Source.BLANK, of.Source.REVISION), 1):
            p.assist(project.id, sala.id, f"{number:016x}"[::-1], number, source, SELLER)

    network.act(concluded)
    rows = network.work_off()

    assert [(one["name"], one["sequence"]) for one in made(network)] == [
        ("Sala ocorrência: 2", 0),
        ("Sala ocorrência: 3", 1),
    ]
    after = [row["effect"]["after"] for row in rows if row["effect"]["action"] == "environment_made"]
    assert sorted(after, key=len) == [
        {"Ambiente": "Sala ocorrência: 2"},
        {"Ambiente": "Sala ocorrência: 3", "Cópia de": network.drawn.id},
    ]
    by_hand = network.now_of(project).environments[1]
    assert (by_hand.name, by_hand.promob_id, by_hand.problem) == ("Sala ocorrência: 1", "", None)


def test_what_is_not_there_is_not_told(network: PromobWorker) -> None:
    network.request("environment", f"{'e' * 16}-{'f' * 16}")
    network.request("customer", "e" * 16)
    codes = [row["effect"]["problem"]["code"] for row in network.work_off()]
    assert sorted(codes) == ["promob.customer_unknown", "promob.project_unknown"]
    assert CONNECTION not in str(network.promob.rows("projects"))
