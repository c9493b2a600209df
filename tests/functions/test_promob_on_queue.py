"""What Promob tells, worked off: what becomes of projects, customers and users, and what the log says of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from local.vendors.faults import Fault, Kind
from tests.invented import invented_cpf
from tests.office_on_aws import START, AwsServer, Sandbox, sandbox_as_new
from tests.promob_worker_on_aws import CONNECTION, RESPONSIBLE, SELLER, PromobWorker, promob_worker

NOBODY = invented_cpf("390533447")


@pytest.fixture(scope="module")
def sandbox(aws: AwsServer) -> Sandbox:
    """One execution environment for all tests of this module."""
    aws.emptied("promob")
    return sandbox_as_new(lambda: START, integration="promob")


@pytest.fixture
def network(aws: AwsServer, sandbox: Sandbox) -> Iterator[PromobWorker]:
    with promob_worker(aws, sandbox) as worker:
        yield worker


@pytest.fixture
def project(network: PromobWorker) -> Any:
    """A project whose environment is Promob's first project, which was integrated into it; SELLER works on it."""
    store = network.store()
    network.user(store)
    legacy = network.of("promob.environments").Origin.LEGACY
    environment = network.environment(promob_id=network.drawn.id, origin=legacy)
    found = network.project(network.customer(store), environment)
    network.work_off()
    return found


def environment(network: PromobWorker, project: Any) -> Any:
    return network.now_of(project).environments[0]


def told(row: dict[str, Any]) -> tuple[str, str, str]:
    """How a hint ended: its kind, what was done, what people call its record."""
    effect = row["effect"]
    return effect["kind"], effect["action"], effect["label"]


def refused(network: PromobWorker, rows: list[dict[str, Any]]) -> tuple[str, str, str]:
    """The one refusal: its code, what people call its record, its sentence."""
    (row,) = rows
    effect, answers = row["effect"], network.of("sincronia.answers")
    assert (effect["kind"], effect["after"]) == ("rejected", {})
    problem = answers.Problem(**effect["problem"])
    return problem.code, effect["label"], answers.explain(problem, network.of("promob.flows").KIND.answers)


def open_notifications(network: PromobWorker) -> list[tuple[str, str]]:
    """Who is to do something, and what."""
    rows = (row for row in network.rows("notifications") if row["state"] == "Pendente")
    return [(row["audience"], row["text"]) for row in rows if "projeto desatualizado" in row["title"]]


def shown(budget: Any) -> dict[str, Any]:
    """A budget as the log tells it."""
    cost, price = (f"R$ {one:,.2f}".translate(str.maketrans(",.", ".,")) for one in (budget.cost, budget.price))
    return {
        "Sequência no Promob": budget.sequence,
        "Nome da opção": budget.option,
        "Itens": budget.count,
        "Itens sem preço": budget.unpriced,
        "Custo": cost,
        "Preço no Promob": price,
    }


def event_of(network: PromobWorker, kind: str, **parts: Any) -> dict[str, Any]:
    """An event of Promob's first project; parts take the place of what is right, and None leaves one out."""
    there, user = network.drawn, network.promob_user()
    shown = {"id": there.id, "name": there.name, "sequence": 2, "external_id": "", "customer_id": there.customer_id}
    whole = {
        "type": kind,
        "account": there.account,
        "occurred_at": "2026-11-23T06:00:00-03:00",
        "user": user.id,
        "project": shown | (parts.pop("project", None) or {}),
    }
    if kind.startswith("budget."):
        whole["listing_xml"] = network.listing()
    return {name: value for name, value in (whole | parts).items() if value is not None}


def sent(network: PromobWorker, kind: str, **parts: Any) -> list[dict[str, Any]]:
    """The lines of the log that an event leads to."""
    assert network.promob.designer.send(event_of(network, kind, **parts)).status == 200
    return network.work_off()


# Saves and budgets


def test_a_save_makes_the_environment_out_of_date_and_tells_who_works_on_it(
    network: PromobWorker, project: Any
) -> None:
    delivery = network.promob.designer.save(network.drawn.id)
    (row,) = network.work_off()

    assert told(row) == ("updated", "saved", "Casa – Cozinha")
    assert (row["effect"]["before"], row["effect"]["after"]) == ({}, {"Sequência no Promob": 2})
    assert (environment(network, project).saved, environment(network, project).need) == (2, "prepare")
    assert open_notifications(network) == [
        (
            SELLER,
            "Houve alterações no Promob. Abra o ambiente no Promob e use Preparar para Negociação ou Negociar.",
        )
    ]
    before = network.rows("projects")
    network.promob.designer.redeliver(delivery.event)
    assert network.work_off() == []
    assert network.rows("projects") == before


def test_the_first_budget_makes_a_version_and_later_ones_wait_for_the_update(
    network: PromobWorker, project: Any
) -> None:
    answer = network.promob.designer.negotiate(network.drawn.id, 40).answer
    rows = network.work_off()

    first = environment(network, project)
    assert answer["open"].endswith(f"/projects/{project.id}/environments/{first.id}")
    assert sorted(told(row)[1] for row in rows) == ["environment_told", "first_budget", "saved"]
    assert (first.need, first.current.number, first.current.sequence) == (None, 1, 2)
    assert (first.budget.count, first.current.option) == (40, network.drawn.name)
    with network.inside():
        assert len(list(network.projects().objects.lines(first.budget.items))) >= 40
    (line,) = [row for row in rows if row["effect"]["action"] == "first_budget"]
    assert line["effect"]["before"] == {}
    assert line["effect"]["after"] == shown(first.budget)
    assert open_notifications(network) == []

    network.promob.designer.prepare(network.drawn.id, 41)
    (line,) = [row for row in network.work_off() if row["effect"]["action"] == "budget_stored"]
    second = environment(network, project)
    assert (second.need, second.current, second.budget.count) == ("update", first.current, 41)
    was, now = shown(first.budget).items(), shown(second.budget).items()
    assert (line["effect"]["before"], line["effect"]["after"]) == (dict(was - now), dict(now - was))
    assert [audience for audience, _ in open_notifications(network)] == [SELLER]

    network.act(lambda projects: projects.update(project.id, first.id, SELLER))
    assert environment(network, project).current.number == 2
    assert open_notifications(network) == []


@pytest.mark.parametrize("kind", ["project.created", "project.saved", "budget.prepared", "budget.negotiated"])
def test_what_comes_late_changes_nothing(network: PromobWorker, project: Any, kind: str) -> None:
    network.promob.designer.prepare(network.drawn.id, 5)
    network.promob.designer.save(network.drawn.id)
    network.work_off()
    before = network.rows("projects")

    parts = {"customer": network.drawn_for()} if kind == "project.created" else {}
    (row,) = sent(network, kind, **parts)

    assert told(row) == ("unchanged", "late", "Casa – Cozinha")
    assert network.rows("projects") == before


def test_a_budget_that_overtakes_its_save_is_up_to_date(network: PromobWorker, project: Any) -> None:
    sent(network, "budget.prepared", project={"sequence": 3})
    (row,) = sent(network, "project.saved", project={"sequence": 3})

    assert told(row)[:2] == ("unchanged", "late")
    assert environment(network, project).need is None


# What is not let in


def test_who_is_not_let_in_is_told_why_and_nothing_changes(network: PromobWorker, project: Any) -> None:
    second = list(network.promob.store.accounts.values())[1]
    network.store(second, name="Filial")
    before = network.rows("projects")
    other_user = network.promob_user(1).id
    unknown = {"project": {"id": "P-0"}}
    cases: dict[tuple[str, str], dict[str, Any]] = {
        ("budget.prepared", "promob.responsible_without_login"): {"user": other_user},
        ("project.saved", "promob.project_not_integrated"): unknown,
        ("budget.prepared", "promob.project_not_integrated"): unknown,
        ("project.saved", "promob.store_wrong"): {"account": second.id},
        ("budget.prepared", "promob.store_wrong"): {"account": second.id},
        ("budget.negotiated", "promob.account_without_store"): {"account": "A-0"},
        ("budget.prepared", "promob.user_not_linked"): {"user": other_user},
        ("budget.negotiated", "promob.user_not_linked"): {"user": None},
        ("budget.prepared", "promob.event_malformed"): {"listing_xml": None},
        ("budget.negotiated", "promob.event_malformed"): {"listing": {}},
        ("project.saved", "promob.event_malformed"): {"project": {"sequence": 0}},
    }
    labels = []
    for (kind, code), parts in cases.items():
        found, label, sentence = refused(network, sent(network, kind, **parts))
        assert (found, "{" in sentence) == (code, False)
        labels.append(label)
        if code == "promob.responsible_without_login":
            network.user(network.stores()[0], RESPONSIBLE, 2, link="")
            before = network.rows("projects")

    assert network.rows("projects") == before
    assert labels == ["Casa – Cozinha", "P-0", "P-0", *["Casa – Cozinha"] * 5, "", "", ""]


def test_a_store_whose_integration_is_not_active_lets_nothing_in(network: PromobWorker) -> None:
    store = network.store(activated_at=None, name="Matriz")
    network.user(store)
    before = network.rows("projects")

    customer = network.drawn_for()
    for kind, parts in (
        ("project.created", {"customer": customer}),
        ("budget.prepared", {}),
        ("customer.changed", {"customer": customer}),
    ):
        assert refused(network, sent(network, kind, **parts))[2] == (
            "A integração da loja Matriz com o Promob ainda não foi ativada. O responsável pela integração conclui a "
            "configuração da loja; a lista de pré-requisitos diz o que falta."
        )
    assert network.rows("projects") == before


def test_a_listing_that_can_not_be_read_keeps_nothing(network: PromobWorker, project: Any) -> None:
    before, objects = network.rows("projects"), network.objects()
    for listing in ("", "<LISTING", "nada", '<!DOCTYPE a [<!ENTITY b "c">]><LISTING>&b;</LISTING>'):
        code, label, _ = refused(network, sent(network, "budget.prepared", listing_xml=listing))
        assert (code.startswith("promob."), label) == (True, "Casa – Cozinha")
    assert (network.rows("projects"), network.objects()) == (before, objects)


def test_what_is_no_longer_kept_can_not_be_looked_at_again(network: PromobWorker, project: Any) -> None:
    (row,) = sent(network, "project.saved")
    network.forget_bodies()
    network.again(row)

    (row,) = network.work_off()
    assert (row["effect"]["kind"], row["effect"]["problem"]["code"]) == ("rejected", "promob.body_gone")


def test_a_known_event_with_another_body_is_rejected(network: PromobWorker, project: Any) -> None:
    event = event_of(network, "project.saved")
    network.promob.designer.send(event, "msg_known")
    network.work_off()
    network.now += 60
    network.promob.designer.send({**event, "project": {**event["project"], "sequence": 9}}, "msg_known")

    (row,) = network.work_off()
    assert (row["effect"]["kind"], row["effect"]["problem"]["code"]) == ("rejected", "event_reused")
    assert environment(network, project).saved == 2


def test_after_the_revision_only_assistance_is_let_in(network: PromobWorker, project: Any) -> None:
    network.promob.designer.prepare(network.drawn.id, 5)
    network.work_off()
    concluded_by(network, project)
    network.act(lambda p: p.assist(project.id, project.environments[0].id, "c" * 16, 1, None, SELLER))
    with network.inside():
        rules = network.of("promob.projects")
        network.projects().changed(project.id, "", lambda before: rules.attached(before, "c" * 16, "P-7"))
    network.work_off()
    before = network.rows("projects")

    for kind in ("project.saved", "budget.prepared"):
        code, label, _ = refused(network, sent(network, kind, project={"sequence": 9}))
        assert (code, label) == ("promob.revision_concluded", "Casa – Cozinha")
    assert network.rows("projects") == before

    rows = sent(network, "budget.prepared", project={"id": "P-7"})
    assert told(next(row for row in rows if row["hint"]["record"] == "P-7")) == (
        "updated",
        "first_budget",
        "Casa – Cozinha ocorrência: 1",
    )


def concluded_by(network: PromobWorker, project: Any) -> None:
    """A budget is approved, the revision is released, accessed, updated and concluded."""
    only = project.environments[0].id

    def through(p: Any) -> None:
        p.store.keep_budget(p.budget(project.id, [only], "d" * 16, 1, "2026-12-31", SELLER))
        p.approve("d" * 16, SELLER)
        p.release(project.id, SELLER)
        p.access(project.id, RESPONSIBLE)
        p.update(project.id, only, RESPONSIBLE)
        p.conclude(project.id, RESPONSIBLE)

    network.act(through)


# Who works in Promob


def test_the_responsible_user_needs_no_link_and_is_asked_for_once(network: PromobWorker, project: Any) -> None:
    (store,) = network.stores()
    login = network.promob_user(2).login.upper()
    network.user(store, RESPONSIBLE, 2, login=login, promob_user="", link="")
    user = network.promob_user(2).id

    before = network.promob.reads
    sent(network, "budget.prepared", user=user)
    asked = network.promob.reads
    sent(network, "budget.prepared", user=user, project={"sequence": 3})

    assert environment(network, project).budget.sequence == 3
    assert network.stored("user", RESPONSIBLE).promob_user == user
    assert (asked - before, network.promob.reads - asked) == (2, 0)  # the users, and what Connect shows


def test_who_is_responsible_for_several_stores_needs_no_link_in_any(network: PromobWorker, project: Any) -> None:
    other = network.store(list(network.promob.store.accounts.values())[1])
    network.user(other, RESPONSIBLE, 2, link="")
    network.user(other, "e" * 16, 1)

    refused(network, sent(network, "budget.prepared", user=network.promob_user(1).id))
    assert environment(network, project).budget is None
    sent(network, "budget.prepared", user=network.promob_user(2).id)
    assert environment(network, project).budget is not None


def test_a_changed_password_unlinks_the_user_until_linked_again(network: PromobWorker, project: Any) -> None:
    there = network.promob_user()
    event = network.promob.designer.change_password(there.id).event
    (row,) = network.work_off()

    user = network.stored("user", SELLER)
    assert told(row) == ("updated", "user_unlinked", there.name)
    assert (user.is_linked, user.unlinked_why, user.promob_user) == (False, "password", there.id)
    code, _, sentence = refused(network, sent(network, "budget.prepared"))
    assert (code, there.name in sentence) == ("promob.user_not_linked", True)

    link = network.promob.store.link_user(there.account, there.login, "outra-senha")
    with network.inside():
        linked = {"link": link.id, "linked_at": network.now, "unlinked_why": ""}
        network.of("promob.store.users").changed_user(CONNECTION, SELLER, SELLER, lambda one: replace(one, **linked))
    repeated = event_of(network, "user.password_changed")
    network.promob.designer.redeliver(event)
    network.promob.designer.send(repeated)  # under another id
    (row,) = network.work_off()
    assert told(row) == ("unchanged", "late", there.name)
    assert network.stored("user", SELLER).is_linked


def test_a_password_of_who_is_not_linked_here_matters_to_nobody(network: PromobWorker, project: Any) -> None:
    before = network.rows("projects")
    (row,) = sent(network, "user.password_changed", project=None, user=network.promob_user(1).id)
    assert told(row) == ("unchanged", "", network.promob_user(1).id)
    assert network.rows("projects") == before


# What is made in Promob


def test_projects_made_in_promob_come_into_one_project_of_their_customer(network: PromobWorker) -> None:
    store = network.store()
    network.user(store)
    designer, there = network.promob.designer, network.drawn.customer_id
    first = designer.create_project(there, "Cozinha")
    rows = [row for row in network.work_off() if row["hint"]["entity"] == "promob_project"]
    designer.create_project(there, "cozinha")

    assert [told(row) for row in rows] == [("created", "environment_received", "Cozinha – Cozinha")]
    assert rows[0]["effect"]["after"]["Projeto"] == "Cozinha"
    network.work_off()
    (project,) = network.all_projects()
    (customer,) = network.customers()
    made = list(network.promob.store.projects)[-2:]
    assert [(one.name, one.promob_id) for one in project.environments] == [
        ("Cozinha", made[0]),
        (f"cozinha ({made[1]})", made[1]),
    ]
    assert (project.customer, project.store, project.name) == (customer.id, store.id, "Cozinha")
    assert {one.worked_by for one in project.environments} == {SELLER}
    known = network.promob.store.customers[there]
    assert (customer.name, customer.document, customer.promob_id) == (known.name, known.document, there)

    before = network.rows("projects")
    designer.redeliver(first.event)
    designer.send(
        event_of(
            network, "project.created", project={"id": made[0], "sequence": 0}, customer={"id": "C-0", "name": "X"}
        )
    )
    (row,) = network.work_off()
    assert told(row) == ("unchanged", "late", "Cozinha – Cozinha")
    assert network.rows("projects") == before


def test_it_comes_into_the_open_project_that_people_made(network: PromobWorker) -> None:
    store = network.store()
    network.user(store)
    customer = network.customer(store, promob_id="")  # known by the CPF alone
    project = network.project(customer)
    network.promob.designer.create_project(network.drawn.customer_id, "Sala")
    network.work_off()

    assert [one.name for one in network.now_of(project).environments] == ["Sala"]
    assert network.stored("customer", customer.id).promob_id == network.drawn.customer_id

    second = network.project(customer, name="Praia")
    network.promob.designer.create_project(network.drawn.customer_id, "Varanda")
    network.work_off()
    assert len(network.now_of(second).environments) == 0  # nobody can say which of the two it is for
    assert sorted(one.name for one in network.all_projects()) == ["Casa", "Praia", "Varanda"]


def test_what_was_made_from_here_is_known_by_the_name_that_it_got(network: PromobWorker) -> None:
    """The answer to its making never came, and people work in it already."""
    store = network.store()
    network.user(store)
    network.promob.faults.set(Fault(Kind.LOST_ANSWER, method="POST"))
    project = network.project(network.customer(store), network.environment("Sala"))
    (waiting,) = network.work_off()
    assert (waiting["state"], environment(network, project).promob_id) == ("waiting", "")
    there = list(network.promob.store.projects)[-1]

    network.promob.designer.save(there)
    (row,) = [row for row in network.work_off() if row["hint"]["record"] == there]
    assert told(row) == ("updated", "saved", "Casa – Sala")
    assert (environment(network, project).promob_id, environment(network, project).saved) == (there, 1)

    copied = {"id": "P-8", "name": "Cópia", "external_id": f"{project.id}-{project.environments[0].id}"}
    sent(network, "project.created", project=copied, customer=network.drawn_for())
    assert [one.promob_id for one in network.now_of(project).environments] == [there, "P-8"]


def test_two_projects_of_a_new_customer_at_once_end_in_one_project(network: PromobWorker) -> None:
    network.user(network.store())
    there = network.drawn.customer_id
    designer = network.promob.designer
    for name in ("Cozinha", "Sala"):
        designer.create_project(there, name)
    with pytest.MonkeyPatch.context() as patch:  # as if both had looked before either of them wrote
        patch.setattr(network.of("promob.incoming"), "projects_of_customer", lambda *_: [])
        network.work_off()

    (project,) = network.all_projects()
    assert sorted(one.name for one in project.environments) == ["Cozinha", "Sala"]
    assert len(network.customers()) == 1


# Customers


def test_a_customer_of_promobs_becomes_what_promob_says(network: PromobWorker) -> None:
    store = network.store()
    designer, account = network.promob.designer, network.account.id
    first = designer.create_customer(
        account, "Ana Prado", document=NOBODY, email="ana@cliente.example", phone="49 3000"
    )
    (row,) = network.work_off()
    (customer,) = network.customers()
    there = list(network.promob.store.customers)[-1]

    assert told(row) == ("created", "customer_received", "Ana Prado")
    assert row["effect"]["after"] == {"Nome": "Ana Prado"}
    assert (customer.store, customer.promob_id, customer.document) == (store.id, there, NOBODY)

    network.now += 60
    designer.change_customer(there, name="Ana Prado Luz", document="", email="", phone="49 3001")
    (row,) = network.work_off()
    (changed,) = network.customers()
    assert told(row) == ("updated", "customer_changed", "Ana Prado Luz")
    assert row["effect"]["before"] == {"Nome": "Ana Prado"}
    assert row["effect"]["after"] == {"Nome": "Ana Prado Luz", "E-mail": "alterado", "Telefone": "alterado"}
    assert (changed.id, changed.document, changed.email, changed.phone) == (customer.id, NOBODY, "", "49 3001")

    before = network.rows("projects")
    late = {"id": there, "name": "Ana", "document": ""}
    (row,) = sent(network, "customer.changed", customer=late)
    designer.redeliver(first.event)
    assert (told(row), network.work_off()) == (("unchanged", "late", "Ana"), [])
    assert network.rows("projects") == before
    assert not any(private in str(network.log()) for private in (NOBODY, "ana@cliente.example", "49 3001"))


def test_a_customer_of_this_place_is_found_by_our_id_or_the_document(network: PromobWorker) -> None:
    store = network.store()
    account = network.account.id
    ana = network.customer(store, name="Ana", document=NOBODY, promob_id="", email="ana@cliente.example")
    bia = network.customer(store, name="Bia", document="", promob_id="")
    network.unqueue()  # before Promob has them from here

    designer = network.promob.designer
    designer.create_customer(account, "Ana Prado", document=NOBODY)
    designer.create_customer(account, "Bia", external_id=bia.id)
    assert [told(row)[1] for row in network.work_off()] == ["customer_attached"] * 2
    made = list(network.promob.store.customers)[-2:]
    found = {one.id: one for one in network.customers()}
    assert [found[one.id].promob_id for one in (ana, bia)] == made
    assert (found[ana.id].name, found[ana.id].email) == ("Ana Prado", "ana@cliente.example")


def test_a_document_is_one_customers(network: PromobWorker) -> None:
    store = network.store()
    network.customer(store, name="Ana", document=NOBODY, promob_id="C-1")
    bia = network.customer(store, name="Bia", document="", promob_id="C-2")
    told_twice = {"id": "C-2", "name": "Bia", "document": NOBODY}

    code, label, sentence = refused(network, sent(network, "customer.changed", customer=told_twice))
    assert (code, label) == ("promob.document_taken", "Bia")
    assert sentence == "O CPF ou CNPJ já é do cliente Ana. Use esse cliente, ou corrija o CPF ou CNPJ."
    assert network.stored("customer", bia.id).document == ""

    second = list(network.promob.store.accounts.values())[1]
    network.store(second, name="Filial")
    (row,) = sent(
        network,
        "customer.created",
        account=second.id,
        customer={"id": "C-3", "name": "Ana P.", "document": NOBODY},
    )
    assert told(row)[:2] == ("unchanged", "")  # the same person, in another store's account
    assert len(network.customers()) == 2
    code, _, _ = refused(
        network, sent(network, "customer.changed", account=second.id, customer={"id": "C-1", "name": "A"})
    )
    assert code == "promob.store_wrong"


# What Promob's portal can't be asked


def test_what_is_saved_is_let_in_while_the_key_is_missing(network: PromobWorker, project: Any) -> None:
    network.connect(promob_key="")
    (row,) = sent(network, "project.saved")
    assert told(row)[:2] == ("updated", "saved")
