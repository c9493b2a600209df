"""What Promob's integration holds about a person: a customer that loses who it is, and stays one customer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.invented import invented_cpf, written
from tests.privacy_on_aws import PrivacyHttp, check_rights, found, named_beside
from tests.promob_on_aws import PromobHttp
from tests.promob_worker_on_aws import CONNECTION

CPF = invented_cpf("529982247")
NAME, EMAIL = "Marina Alves Prado", "marina@exemplo.example"


@pytest.fixture
def customer(promob: PromobHttp) -> Any:
    """A customer whose project is called by her name."""
    network = promob.network
    store = promob.active_store()
    new = network.customer(store, name=NAME, document=CPF, email=EMAIL, phone="91 5555-0100")
    network.project(new, network.environment(), name=f"Casa de {NAME}")
    return new


@pytest.fixture
def privacy(promob: PromobHttp, customer: Any) -> PrivacyHttp:
    """Who asks for what the network has of her."""
    assert customer.document == CPF
    return PrivacyHttp(promob.network.aws, promob.sandbox, "promob/on_queue/deletion")


def link_of(promob: PromobHttp, customer: Any) -> None:
    """The link by which Promob's webhooks know the customer."""
    state, links = promob.sandbox.of("sincronia.engine.state"), promob.sandbox.of("sincronia.store.links")
    link = state.Link(customer.promob_id, customer.id, "2026-11-22T08:00:00.000Z", NAME, at="2026-11-22T08:00:00.000Z")
    links.link_out(link, CONNECTION, "promob_customer").save()


def test_what_is_held_is_exported(privacy: PrivacyHttp) -> None:
    receipt = privacy.done("export", "cpf", written(CPF))
    assert found(receipt)["cadastro de cliente"] == 1
    told = privacy.told(receipt)
    assert told["cadastro de cliente"][0]["e-mail"] == EMAIL
    assert [project["nome"] for project in told["projeto"]] == [f"Casa de {NAME}"]


def test_an_erased_customer_keeps_its_ids_and_its_project(
    privacy: PrivacyHttp, promob: PromobHttp, customer: Any
) -> None:
    network = promob.network
    network.request("customer", customer.id)
    network.work_off()
    named_beside(privacy, CONNECTION, "promob", EMAIL)
    link_of(promob, customer)
    privacy.done("export", "email", EMAIL)
    receipt = privacy.done("erasure", "email", EMAIL)
    check_rights(privacy, "PromobOnQueue")
    assert found(receipt)["cadastro de cliente"] == 1
    assert receipt["parts"][0]["vendors"] == ["Promob"]
    left = privacy.everything()
    for text in (CPF, written(CPF), NAME, EMAIL, "91 5555-0100"):
        assert text not in left
    (kept,) = promob.network.customers()
    assert (kept.id, kept.promob_id, kept.name) == (customer.id, customer.promob_id, "(apagado)")
    (project,) = promob.network.all_projects()
    assert (project.customer, project.name) == (customer.id, "Casa de (apagado)")
    assert found(privacy.done("erasure", "cpf", CPF)) == {}


def test_an_erased_customer_that_promob_does_not_have_is_not_sent_there(
    privacy: PrivacyHttp, promob: PromobHttp, customer: Any
) -> None:
    network = promob.network
    (store,) = network.stores()
    jonas = network.customer(store, name="Jonas Pereira Lima", document="", promob_id="", email="jonas@exemplo.example")
    privacy.done("erasure", "email", "jonas@exemplo.example")
    there = set(network.promob.store.customers)
    network.request("customer", jonas.id)
    network.work_off()
    assert set(network.promob.store.customers) == there
    assert {one.name for one in network.customers()} == {customer.name, "(apagado)"}
