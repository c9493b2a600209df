"""Projects in DynamoDB: what belongs to a change is written whole or not at all, whoever else writes meanwhile."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pynamodb.exceptions import TransactWriteError

from tests.invented import invented_cpf
from tests.office_on_aws import START, AwsServer, Sandbox, sandbox_as_new
from tests.promob_store_on_aws import ADMINISTRATOR, CONNECTION, OTHER, REVIEWER, SELLER, Network, budget

CPF, ANOTHER_CPF = invented_cpf("390533447"), invented_cpf("529982247")


@pytest.fixture(scope="module")
def promob_environment(aws: AwsServer) -> Sandbox:
    aws.emptied("promob")
    return sandbox_as_new(lambda: START, integration="promob")


@pytest.fixture
def network(aws: AwsServer, promob_environment: Sandbox) -> Iterator[Network]:
    aws.clear()
    network = Network(aws, promob_environment)
    yield network
    network.queued()


def at_once(network: Network, *writes: Callable[[], Any]) -> Counter[Any]:
    """How often each answer came."""
    network.rows()  # a client that is being made isn't ready for threads
    with ThreadPoolExecutor(len(writes)) as pool:
        return Counter(pool.map(lambda write: write(), writes))


# ── a project and what follows from its change ───────────────────────────────────────────────────────────────────────
def whole(network: Network) -> Any:
    """A project with as much of everything as one can have."""
    of, most = network.of, network.of("promob.projects").MOST_ENVIRONMENTS
    environments = of("promob.environments")
    name = "Ângulo \U0001f333 " * 10
    one = network.budgeted(
        network.environment(
            name,
            origin=environments.Origin.LEGACY,
            created_at=START + 0.123456,
            worked_by=SELLER,
            copy_of="P-0",
            problem=of("sincronia.answers").Problem("vendor_rejected", {"status": "422"}),
            manual=3,
            manual_cost=Decimal("0.10"),
            manual_price=Decimal("1234567.89"),
            discount=environments.Discount(percent=Decimal("12.5"), asked_by=SELLER, approved_by=REVIEWER),
            converted=environments.Conversion(version=1, budget="d" * 16, at=START, by=REVIEWER),
            reviewed=True,
            occurrence=environments.Occurrence(number=7, environment="e" * 16, source=environments.Source.REVISION),
            told="Convertido / Em revisão",
        ),
        2**40,
    )
    one = network.updated(one, discount_limit=Decimal(10), limited_by="Cozinhas", made_by=SELLER)
    revision = of("promob.projects").Revision(
        released_by=SELLER,
        released_at=START,
        reviewer=REVIEWER,
        accessed_at=START + 1,
        concluded_by=REVIEWER,
        concluded_at=START + 2,
        orders=tuple(f"{number:016x}" for number in range(40)),
    )
    return network.project(
        *(
            replace(one, id=f"e{number:015x}", name=f"{name}{number}", promob_id=f"P-{number}")
            for number in range(most)
        ),
        revision=revision,
        undone="Cliente desistiu " * 20,
    )


def test_a_project_is_read_as_it_was_kept_however_much_or_little_it_has(network: Network) -> None:
    bare, full = network.project(), whole(network)
    store = network.projects()

    assert store.keep(None, bare, SELLER)
    assert store.project(bare.id) == bare
    row, of_customer = sorted((row for row in network.rows() if row["item"] == bare.id), key=len, reverse=True)
    assert of_customer == {"scope": f"{CONNECTION}#of_customer#{bare.customer}", "item": bare.id}
    assert (row["scope"], row["version"]) == (f"{CONNECTION}#projects", 1)
    assert row["changed"] == f"2026-11-23T09:00:00.000Z#{bare.id}"
    assert json.loads(row["value"]) == {
        "id": bare.id,
        "store": "1" * 16,
        "customer": "2" * 16,
        "name": "Casa",
        "created_at": START,
        "created_by": SELLER,
        "changed_at": START,
        "changed_by": SELLER,
        "version": 1,
    }

    rows = network.of("promob.store.rows")
    form = network.of("promob.store.project_rows").PROJECTS
    row = rows.row_of(form, "s", full.id, full)
    assert rows.value_in(form, row) == full
    assert len(row.value.encode()) < 150_000  # of the 400 KB that a row can have
    assert store.project("f" * 16) is None


def test_the_rows_of_one_project_are_written_together(network: Network) -> None:
    attached = network.updated(network.budgeted(network.environment(promob_id="P-1", worked_by=SELLER)))
    made_here = network.environment("Sala")

    project = network.kept(attached, made_here)

    first, second = project.environments
    assert (first.id, second.id) == (attached.id, made_here.id)
    scopes = Counter(row["scope"].removeprefix(f"{CONNECTION}#") for row in network.rows())
    of_customer = f"of_customer#{project.customer}"
    assert scopes == {"projects": 1, of_customer: 1, f"versions#{first.id}": 1, f"history#{project.id}": 5}
    assert network.projects().version(first.id, 1) == first.current
    assert network.projects().of_promob("P-1") == (project.id, first.id)
    assert network.projects().of_promob("P-2") is None
    assert [(row["identity"], row["holder"], row["record"]) for row in network.rows("identities")] == [
        ("promob_project#P-1", f"{CONNECTION}#promob_project", f"environment#{project.id}-{first.id}")
    ]
    hints = network.rows("hints")
    records = sorted(json.loads(row["hint"])["record"] for row in hints)
    assert records == sorted((f"{project.id}-{first.id}", f"{project.id}-{second.id}"))
    assert {(row["state"], row["integration"]) for row in hints} == {("waiting", "promob")}
    queued = network.queued()
    assert sorted(hint["id"] for hint in queued) == sorted(row["id"] for row in hints)
    assert {(hint["entity"], hint["cause"], hint["by"]) for hint in queued} == {("environment", "request", SELLER)}


def test_a_notification_is_opened_and_concluded_with_what_it_tells_of(network: Network) -> None:
    project = network.kept(network.budgeted(network.environment(promob_id="P-1", worked_by=SELLER)))
    (environment,) = project.environments
    (opened,) = network.rows("notifications")
    assert (opened["audience"], opened["id"], opened["state"]) == (SELLER, environment.notified, "Pendente")

    network.now += 60
    assert network.projects().keep(project, network.then(project, environments=(network.updated(environment),)), "")

    (concluded,) = network.rows("notifications")
    assert (concluded["id"], concluded["state"]) == (environment.notified, "Concluído")
    assert network.projects().project(project.id).environments[0].notified == ""


def test_a_project_that_is_no_longer_as_it_was_read_keeps_all_as_it_is(network: Network) -> None:
    project = network.kept(network.environment(promob_id="P-1"))
    store = network.projects()
    renamed = network.then(project, name="Apartamento")
    assert store.keep(project, renamed, SELLER)
    before = network.world()

    more = (*project.environments, network.environment(promob_id="P-2"))
    assert not store.keep(project, network.then(project, environments=more), REVIEWER)
    assert not store.keep(None, replace(project, name="Outra"), REVIEWER)
    assert not store.keep(network.project(), network.project(), REVIEWER)

    assert network.world() == before


def test_a_change_whose_answer_was_lost_is_done_and_its_hints_are_queued(network: Network) -> None:
    new = network.project(network.environment())
    assert network.projects().keep(None, new, SELLER)
    network.queued()
    before = network.world()

    assert network.projects().keep(None, new, SELLER)

    assert network.world() == before


def test_of_two_changes_of_what_was_read_one_is_kept(network: Network) -> None:
    project = network.kept()
    names = [f"Casa {number}" for number in range(4)]

    def renamed(name: str) -> Callable[[], Any]:
        return lambda: network.projects().keep(project, network.then(project, name=name), SELLER)

    assert at_once(network, *map(renamed, names)) == {True: 1, False: 3}
    kept = network.projects().project(project.id)
    assert (kept.name in names, kept.version) == (True, 2)


def test_a_promob_project_is_one_environment_of_the_network(network: Network) -> None:
    first = network.kept(network.environment(promob_id="P-1"), name="Casa da praia")
    second = network.kept(network.environment("Sala"))
    (environment,) = second.environments
    before = network.world()

    attached = network.then(second, environments=(replace(environment, promob_id="P-1"),))
    assert network.refused(lambda: network.projects().keep(second, attached, "")) == (
        "promob.integrated_before",
        {"name": "Casa da praia – Cozinha"},
    )
    assert network.world() == before
    assert network.projects().of_promob("P-1") == (first.id, first.environments[0].id)

    elsewhere = network.kept(network.environment(promob_id="P-1"), connection=OTHER)
    assert network.projects(OTHER).of_promob("P-1") == (elsewhere.id, elsewhere.environments[0].id)
    free = network.then(second, environments=(replace(environment, promob_id="P-3"),))
    assert network.projects().keep(second, free, "")


def test_of_two_environments_that_become_one_promob_project_at_once_one_does(network: Network) -> None:
    projects = [network.kept(network.environment()) for _ in range(3)]

    def attached(project: Any) -> Callable[[], Any]:
        (environment,) = project.environments
        after = network.then(project, environments=(replace(environment, promob_id="P-1"),))

        def act() -> Any:
            try:
                return network.projects().keep(project, after, "")
            except Exception as error:
                return error.problem.code  # type: ignore[attr-defined]

        return act

    assert at_once(network, *map(attached, projects)) == {True: 1, "promob.integrated_before": 2}


def test_nothing_is_kept_of_a_connection_that_is_on_its_way_out(network: Network) -> None:
    project = network.kept(network.environment())
    customers, stores = network.of("promob.customers"), network.of("promob.stores")
    network.deleting()
    before = network.world()
    store = network.projects()
    customer = customers.Customer(id="3" * 16, store="1" * 16, name="Ana Prado")
    a_store = stores.Store(id="1" * 16, name="Loja", cnpj="", account="A-1", serial="S", responsible=SELLER)

    for act in (
        lambda: store.keep(project, network.then(project, name="Outra"), SELLER),
        lambda: store.keep(None, network.project(), SELLER),
        lambda: store.keep_budget(budget(network, project)),
        lambda: network.of("promob.store.customers").made_customer(CONNECTION, customer, SELLER),
        lambda: network.of("promob.store.stores").made_store(CONNECTION, a_store, SELLER),
    ):
        assert network.refused(act) == ("connection_unknown", {})
    assert network.refused(lambda: network.projects("rede-nenhuma").keep(None, network.project(), SELLER)) == (
        "connection_unknown",
        {},
    )
    assert network.world() == before


def test_a_version_never_changes(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    project = network.kept(network.updated(network.budgeted(network.environment(promob_id="P-1"))))
    (environment,) = project.environments
    back = network.then(project, environments=(replace(environment, current=None),))
    assert network.projects().keep(project, back, "")
    again = network.updated(replace(back.environments[0], current=None), limited_by="Outra")

    with pytest.raises(Exception, match="Failed to write transaction items") as caught:
        network.projects().keep(back, network.then(back, environments=(again,)), "")

    assert type(caught.value).__name__ == TransactWriteError.__name__
    assert network.projects().version(environment.id, 1) == environment.current


# ── what is written beside a project ─────────────────────────────────────────────────────────────────────────────────
def test_budgets_orders_and_items_by_hand_come_and_go_with_their_project(network: Network) -> None:
    offers, store = network.of("promob.offers"), network.projects()
    project = network.kept(network.environment())
    (environment,) = project.environments
    item = offers.ManualItem(
        id="1" * 16,
        environment=environment.id,
        description="Puxador",
        supplier="Ferragens",
        quantity=Decimal("2.5"),
        cost=Decimal("10.00"),
        price=Decimal("19.90"),
        changed_at=START,
        changed_by=SELLER,
    )
    other = replace(item, id="2" * 16, description="Cuba")
    order = offers.PurchaseOrder(
        id="3" * 16,
        project=project.id,
        store=project.store,
        supplier="Ferragens",
        lines="orders/a",
        count=1,
        cost=Decimal("25.00"),
        created_at=START,
        created_by=SELLER,
        changed_at=START,
    )
    offer = budget(network, project)

    first = network.then(project, name="Casa 2")
    beside = network.beside(manual=(item, other), orders=(order,), budgets=(offer,))
    assert store.keep(project, first, SELLER, beside)

    assert store.manual_items(environment.id) == [item, other]
    assert (store.manual_item(environment.id, item.id), store.manual_item("f" * 16, item.id)) == (item, None)
    assert (store.order(order.id), store.order("f" * 16)) == (order, None)
    assert (store.budget(offer.id), store.budget("f" * 16)) == (offer, None)
    approved = replace(offer, state=offers.BudgetState.APPROVED, decided_at=START, decided_by=REVIEWER, version=2)
    second = network.then(first, name="Casa 3")
    assert store.keep(first, second, SELLER, network.beside(budgets=(approved,), manual_removed=(item,)))
    assert (store.budget(offer.id), store.manual_items(environment.id)) == (approved, [other])

    before = network.world()
    assert not store.keep(first, network.then(first, name="Casa 4"), SELLER, beside)
    assert network.world() == before


def test_a_budget_that_is_kept_again_stays_as_it_is(network: Network) -> None:
    store, project = network.projects(), network.kept(network.environment())
    new = budget(network, project)

    assert store.keep_budget(new) == new
    assert store.keep_budget(new) == new
    assert store.keep_budget(replace(new, number=2)) == new


def test_the_fullest_changes_fit_into_a_transaction(network: Network) -> None:
    """Each at the bounds that promob.projects and promob.acting set: see promob.store.projects."""
    of, store = network.of, network.projects()
    environments, offers = of("promob.environments"), of("promob.offers")
    most, suppliers = of("promob.projects").MOST_ENVIRONMENTS, of("promob.acting").MOST_SUPPLIERS

    def all_of(project: Any, change: Callable[[Any], Any]) -> tuple[Any, ...]:
        return tuple(map(change, project.environments))

    def keep(before: Any, after: Any, **beside: Any) -> Any:
        network.now += 1
        after = network.then(after)
        assert store.keep(before, after, SELLER, network.beside(**beside))
        return store.project(after.id)

    def by_tens(project: Any, change: Callable[[Any], Any]) -> Any:
        """What people and Promob do to one environment at a time, here to ten."""
        for start in range(0, most, 10):
            ten = {one.id: change(one) for one in project.environments[start : start + 10]}
            project = keep(project, replace(project, environments=all_of(project, lambda one: ten.get(one.id, one))))  # noqa: B023
        return project

    project = network.kept(*(network.environment(f"Sala {number}", worked_by=SELLER) for number in range(most)))
    project = by_tens(project, lambda one: replace(one, promob_id=f"P-{one.id}"))
    project = keep(project, replace(project, environments=all_of(project, network.budgeted)))
    assert {one.need.value for one in project.environments} == {"update"}
    moved = all_of(project, lambda one: replace(one, worked_by=REVIEWER))
    project = keep(project, replace(project, environments=moved))  # two notifications each
    assert Counter(row["state"] for row in network.rows("notifications")) == {"Pendente": most, "Concluído": most}
    project = by_tens(project, network.updated)
    network.queued()
    offer = budget(network, project)
    converted = environments.Conversion(version=1, budget=offer.id, at=START, by=SELLER)
    approved = all_of(project, lambda one: replace(one, converted=converted))
    project = keep(project, replace(project, environments=approved), budgets=(offer,))
    assert len(network.queued()) == most
    revision = of("promob.projects").Revision(released_by=SELLER, released_at=START, accessed_at=START)
    project = keep(project, replace(project, revision=revision))
    orders = tuple(
        offers.PurchaseOrder(
            id=f"{number:016x}",
            project=project.id,
            store=project.store,
            supplier=f"Fornecedor {number}",
            lines="orders/a",
            count=1,
            cost=Decimal("1.00"),
            created_at=START,
            created_by=SELLER,
        )
        for number in range(suppliers)
    )
    concluded = replace(revision, concluded_at=START, orders=tuple(one.id for one in orders))
    project = keep(project, replace(project, revision=concluded), orders=orders)
    assert project.is_concluded
    assert len([row for row in network.rows() if row["scope"] == f"{CONNECTION}#orders"]) == suppliers


# ── what others follow ───────────────────────────────────────────────────────────────────────────────────────────────
def test_projects_are_listed_by_their_last_change(network: Network) -> None:
    store, ids = network.projects(), []
    for _ in range(5):
        network.now += 10
        ids.append(network.kept().id)
    network.kept(connection=OTHER)
    network.now += 10
    first = store.project(ids[0])
    assert store.keep(first, network.then(first, name="Casa 2"), SELLER)
    expected = [
        *ids[1:],
        ids[0],
    ]  # what changed last comes last where changes are followed, and first where they aren't

    page = store.projects_changed(None, 4, None)
    rest = store.projects_changed(None, 4, page.after)
    assert [one.id for one in (*page.values, *rest.values)] == expected[::-1]
    assert rest.after is None
    since = store.projects_changed(START + 40, 10, None)
    assert [one.id for one in since.values] == expected[2:]
    assert network.refused(lambda: store.projects_changed(None, 4, {"item": "x"})) == ("cursor_invalid", {})


def test_a_projects_budgets_are_listed_the_newest_first(network: Network) -> None:
    store, project = network.projects(), network.kept(network.environment(promob_id="P-1"))
    other, made, budget = network.kept(), list[Any](), network.of("promob.offers").Budget
    for number in range(1, 5):
        network.now += 60
        of = other if number == 3 else project
        new = budget(
            id=network.new_id(),
            number=number,
            project=of.id,
            lines=(),
            created_at=network.now,
            created_by=SELLER,
            valid_until="2026-12-01",
            changed_at=network.now,
            version=1,
        )
        made.append(store.keep_budget(new))
        assert store.keep_budget(new) == new  # the same request once more

    assert [one.number for one in store.budgets_of(project.id, 10)] == [4, 2, 1]
    assert store.budgets_of(project.id, 2) == [made[3], made[1]]
    assert store.budgets_of(other.id, 10) == [made[2]]
    assert store.budgets_of("f" * 16, 10) == []


def test_versions_and_history_are_listed_the_newest_first(network: Network) -> None:
    store, project = network.projects(), network.kept(network.environment(promob_id="P-1"))
    for sequence in range(1, 4):
        network.now += 60
        (environment,) = project.environments
        after = network.then(project, environments=(network.updated(network.budgeted(environment, sequence)),))
        assert store.keep(project, after, SELLER)
        project = store.project(project.id)
    (environment,) = project.environments

    page = store.versions(environment.id, 2, None)
    rest = store.versions(environment.id, 2, page.after)
    assert [one.number for one in (*page.values, *rest.values)] == [3, 2, 1]
    history = store.history(project.id, 20, None)
    assert [(one.code, one.at - START) for one in history.values] == [
        ("version_made", 180),
        ("version_made", 120),
        ("version_made", 60),
        ("environment_in_promob", 0),
        ("environment_created", 0),
        ("project_created", 0),
    ]


def test_what_happens_to_a_project_twice_in_a_moment_is_told_twice(network: Network) -> None:
    store, project = network.projects(), network.kept()
    for name in ("Sala", "Cozinha"):
        after = network.then(project, environments=(*project.environments, network.environment(name)))
        assert store.keep(project, after, SELLER)
        project = store.project(project.id)

    told = [(one.code, one.environment) for one in store.history(project.id, 20, None).values]
    assert told == [("environment_created", "Cozinha"), ("environment_created", "Sala"), ("project_created", "")]


# ── customers, stores, users, rules, counters ────────────────────────────────────────────────────────────────────────
def customer(network: Network, name: str = "Ana Prado", **fields: Any) -> Any:
    return network.of("promob.customers").Customer(id=network.new_id(), store="1" * 16, name=name, **fields)


def test_a_customer_is_found_by_its_document_or_made_and_promob_is_told(network: Network) -> None:
    store = network.of("promob.store.customers")
    network.now += 5

    made, is_new = store.made_customer(CONNECTION, customer(network, document=CPF), SELLER)

    stamp = {"version": 1, "created_at": network.now, "changed_at": network.now, "changed_by": SELLER}
    assert (made.name, made.document, is_new) == ("Ana Prado", CPF, True)
    assert {name: getattr(made, name) for name in stamp} == stamp
    assert store.stored_customer(CONNECTION, made.id) == made
    assert store.customer_of_document(CONNECTION, CPF) == made
    assert (store.customer_of_document(OTHER, CPF), store.customer_of_document(CONNECTION, ANOTHER_CPF)) == (None, None)
    assert [(hint["entity"], hint["record"], hint["cause"]) for hint in network.queued()] == [
        ("customer", made.id, "request")
    ]
    before = network.world()
    assert store.made_customer(CONNECTION, customer(network, "Ana P.", document=CPF), "") == (made, False)
    assert store.made_customer(CONNECTION, replace(customer(network), id=made.id), "") == (made, False)
    assert network.world() == before
    assert network.queued() == []


def test_a_customer_of_promob_is_found_by_what_promob_calls_it(network: Network) -> None:
    store = network.of("promob.store.customers")
    made, _ = store.made_customer(CONNECTION, customer(network, promob_id="C-1"), "")

    assert store.customer_of_promob(CONNECTION, "C-1") == made
    assert store.made_customer(CONNECTION, customer(network, document=CPF, promob_id="C-1"), "") == (made, False)
    assert network.queued() == []  # Promob has it


def test_a_customer_is_made_once_by_many_at_once(network: Network) -> None:
    store = network.of("promob.store.customers")
    new = [customer(network, f"Ana {number}", document=CPF) for number in range(4)]

    made = at_once(network, *((lambda one=one: store.made_customer(CONNECTION, one, "")) for one in new))

    assert len({one.id for one, _ in made}) == 1
    assert Counter(is_new for _, is_new in made.elements()) == {True: 1, False: 3}
    assert len(network.rows()) == 1


def test_a_customer_changes_with_what_it_is_known_by(network: Network) -> None:
    store = network.of("promob.store.customers")
    ana, _ = store.made_customer(CONNECTION, customer(network, document=CPF), SELLER)
    bia, _ = store.made_customer(CONNECTION, customer(network, "Bia Luz", document=ANOTHER_CPF), SELLER)
    network.queued()
    network.now += 60

    def changed(one: Any, **changes: Any) -> Any:
        return store.changed_customer(CONNECTION, one.id, "", lambda before: replace(before, **changes))

    assert changed(ana) == ana
    assert network.refused(lambda: changed(ana, document=ANOTHER_CPF)) == ("promob.document_taken", {"name": "Bia Luz"})
    assert network.queued() == []
    after = changed(bia, document="", email="bia@modelo.example")
    assert (after.version, after.changed_at, after.changed_by) == (2, network.now, "")
    assert [hint["record"] for hint in network.queued()] == [bia.id]  # Promob still is to have it
    problem = network.of("sincronia.answers").Problem("vendor_rejected", {"status": "422"})
    assert changed(bia, problem=problem).problem == problem
    assert network.queued() == []  # what Promob refused isn't asked for again
    assert changed(ana, document=ANOTHER_CPF, promob_id="C-1").document == ANOTHER_CPF
    assert network.queued() == []
    assert store.customer_of_document(CONNECTION, CPF) is None
    assert network.refused(lambda: changed(bia, promob_id="C-1")) == (
        "promob.customer_integrated_before",
        {"name": "Ana Prado"},
    )
    unknown = replace(ana, id="f" * 16)
    assert network.refused(lambda: changed(unknown, name="X")) == ("promob.customer_unknown", {})
    listed = store.customers_changed(CONNECTION, START + 60, 10, None)
    assert {one.id for one in listed.values} == {ana.id, bia.id}


def test_a_rule_that_met_another_change_is_asked_again(network: Network) -> None:
    store = network.of("promob.store.customers")
    ana, _ = store.made_customer(CONNECTION, customer(network), SELLER)
    seen: list[str] = []

    def rule(before: Any) -> Any:
        if not seen:
            store.changed_customer(CONNECTION, ana.id, "", lambda one: replace(one, phone="1"))
        seen.append(before.phone)
        return replace(before, email="ana@modelo.example")

    after = store.changed_customer(CONNECTION, ana.id, SELLER, rule)

    assert seen == ["", "1"]
    assert (after.phone, after.email, after.version) == ("1", "ana@modelo.example", 3)


def test_who_is_always_overtaken_is_told_so(network: Network) -> None:
    store = network.of("promob.store.customers")
    ana, _ = store.made_customer(CONNECTION, customer(network), SELLER)
    tries = []

    def rule(before: Any) -> Any:
        tries.append(before.version)
        store.changed_customer(CONNECTION, ana.id, "", lambda one: replace(one, phone=f"{len(tries)}"))
        return replace(before, email="ana@modelo.example")

    refused = network.refused(lambda: store.changed_customer(CONNECTION, ana.id, SELLER, rule))
    assert refused == ("promob.changed_meanwhile", {})
    assert tries == list(range(1, 9))


def a_store(network: Network, name: str = "Loja Centro", account: str = "A-1", **fields: Any) -> Any:
    new = {"id": network.new_id(), "name": name, "cnpj": "11222333000181", "account": account, "serial": "S-1"}
    return network.of("promob.stores").Store(**new, responsible=SELLER, **fields)


def test_an_account_is_one_store_of_the_network(network: Network) -> None:
    store, stores = network.of("promob.store.stores"), network.of("promob.stores")
    declared = stores.Declared(what="PC-1", by=SELLER, at=START)

    made, is_new = store.made_store(CONNECTION, a_store(network, machines=("PC-1",), webstart=(declared,)), SELLER)

    assert is_new
    assert store.store_of_account(CONNECTION, "A-1") == store.stored_store(CONNECTION, made.id) == made
    assert network.projects().store(made.id) == made
    network.now += 1
    assert store.made_store(CONNECTION, made, SELLER) == (made, False)
    assert network.refused(lambda: store.made_store(CONNECTION, a_store(network, "Loja Sul"), SELLER)) == (
        "promob.account_taken",
        {"name": "Loja Centro"},
    )
    assert store.made_store(OTHER, a_store(network), SELLER)[1]
    verified = stores.Verified(at=START, account_cnpj=made.cnpj, serials=("S-1",), users=("U-1",))
    after = store.changed_store(CONNECTION, made.id, SELLER, lambda one: replace(one, verified=verified))
    assert (
        store.stored_store(CONNECTION, made.id)
        == after
        == replace(made, verified=verified, version=2, changed_at=network.now)
    )
    second, _ = store.made_store(CONNECTION, a_store(network, "Loja Sul", "A-2"), SELLER)
    page = store.stores_page(CONNECTION, 1, None)
    assert (*page.values, *store.stores_page(CONNECTION, 1, page.after).values) == (after, second)


def test_a_user_of_promob_is_one_user_here(network: Network) -> None:
    store = network.of("promob.store.users")

    def user(token_id: str, name: str) -> Any:
        return network.of("promob.stores").User(id=token_id, store="1" * 16, name=name, login=name)

    ana, _ = store.made_user(CONNECTION, user(SELLER, "Ana"), ADMINISTRATOR)
    bia, _ = store.made_user(CONNECTION, user(REVIEWER, "Bia"), ADMINISTRATOR)
    assert store.made_user(CONNECTION, user(SELLER, "Outra"), ADMINISTRATOR) == (ana, False)

    def linked(one: Any) -> Any:
        return replace(one, promob_user="U-1", link="L-1", linked_at=START)

    ana = store.changed_user(CONNECTION, SELLER, SELLER, linked)
    assert ana.is_linked
    assert store.user_of_promob(CONNECTION, "U-1") == ana
    assert store.user_of_promob(OTHER, "U-1") is None
    assert network.refused(lambda: store.changed_user(CONNECTION, REVIEWER, REVIEWER, linked)) == (
        "promob.promob_user_taken",
        {"name": "Ana"},
    )
    assert store.all_users(CONNECTION) == [ana, bia]
    assert store.users_page(CONNECTION, 10, None).values == (ana, bia)

    refused = network.refused(lambda: store.remove_user(CONNECTION, replace(ana, version=1)))
    assert refused == ("promob.changed_meanwhile", {})
    for one in (ana, bia, bia):
        store.remove_user(CONNECTION, one)
    assert (network.rows(), network.rows("identities")) == ([], [])


def test_a_stores_rules_are_replaced_as_a_whole_by_who_has_read_them(network: Network) -> None:
    store, rule = network.of("promob.store.rules"), network.of("promob.pricing").Rule
    none = store.stored_rules(CONNECTION, "1" * 16)
    assert (none.rules, none.version) == ((), 0)
    rules = (rule(category="Cozinhas", markup=Decimal("110.5"), discount_limit=Decimal(10)), rule())

    first = store.keep_rules(CONNECTION, "1" * 16, none, rules, ADMINISTRATOR)

    assert store.stored_rules(CONNECTION, "1" * 16) == first
    assert (first.rules, first.version, first.changed_by) == (rules, 1, ADMINISTRATOR)
    assert network.projects().rules("1" * 16) == rules
    assert store.keep_rules(CONNECTION, "1" * 16, first, rules, SELLER) == first
    second = store.keep_rules(CONNECTION, "1" * 16, first, (), SELLER)
    refused = network.refused(lambda: store.keep_rules(CONNECTION, "1" * 16, first, rules[:1], SELLER))
    assert refused == ("promob.rules_changed", {})
    assert store.stored_rules(CONNECTION, "1" * 16) == second


def test_numbers_only_rise_and_are_given_once(network: Network) -> None:
    next_number = network.of("promob.store.counters").next_number
    network.of("promob.store.rows")

    given = at_once(network, *(lambda: next_number(CONNECTION, "budgets") for _ in range(6)))

    assert given == dict.fromkeys(range(1, 7), 1)
    assert next_number(CONNECTION, "budgets") == 7
    assert (next_number(CONNECTION, "occurrences"), next_number(OTHER, "budgets")) == (1, 1)


# ── objects ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_items_are_read_as_they_were_kept_and_named_by_what_they_are(network: Network) -> None:
    items = network.of("promob.store.items").S3Items(CONNECTION)
    lines = [{"id": f"{number}", "cost": "1.10", "description": "Módulo é \U0001f333"} for number in range(5000)]

    name = items.keep("items", iter(lines))

    assert list(items.lines(name)) == lines
    assert next(items.lines(name)) == lines[0]  # who reads no further leaves nothing open
    keys = [each["Key"] for each in network.aws.s3.list_objects_v2(Bucket=os.environ["DATA_BUCKET"])["Contents"]]
    assert keys == [f"promob/{CONNECTION}/{name}.json.gz"]
    network.now += 1
    assert items.keep("items", lines) == name
    assert items.keep("priced", lines) == name.replace("items/", "priced/")
    assert items.keep("items", lines[1:]) != name
    empty = items.keep("orders", [])
    assert list(items.lines(empty)) == []


def test_a_customers_projects_are_found_by_the_customer(network: Network) -> None:
    rows = network.of("promob.store.project_rows")
    first, second = network.kept(), network.kept()
    network.kept(customer="3" * 16)
    network.kept(connection=OTHER)

    found = rows.projects_of_customer(CONNECTION, first.customer)
    assert sorted(one.id for one in found) == sorted((first.id, second.id))
    assert rows.projects_of_customer(CONNECTION, "4" * 16) == []
