"""How projects are changed: whoever is overtaken looks again, whoever died comes again, and refusals change nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from promob import acting, projects
from promob.acting import MOST_SUPPLIERS, Projects
from promob.answers import ANSWERS
from promob.environments import Need, Source
from promob.offers import Budget, BudgetState, ManualItem
from promob.projects import Project
from promob.stores import Store
from sincronia import clock
from sincronia.answers import Problem, ProblemError, explain
from tests.promob_in_memory import (
    MANAGER,
    REVIEWER,
    SELLER,
    Death,
    MemoryItems,
    MemoryProjects,
    in_promob,
    new_project,
    promob_budget,
    promob_lines,
    simple_order,
    simple_version,
)

START = 1_795_000_000.0  # 2026-11-18, 8h06 in São Paulo
DAY = 86400.0


class Shop:
    """A store with a project of two environments. Time is `now`."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = START
        patch.setattr(clock, "now", lambda: self.now)
        patch.setattr(acting, "version_of", simple_version)
        patch.setattr(acting, "ordered", simple_order)
        self.store = MemoryProjects()
        self.objects = MemoryItems(self.store.writes)
        self.acts = Projects(self.store, self.objects)
        self.store.stores["1" * 16] = Store(
            id="1" * 16, name="Loja", cnpj="", account="A-1", serial="", responsible=SELLER, supplier="Marcenaria"
        )
        self.acts.made(new_project("p1", in_promob("e1", "Cozinha"), in_promob("e2", "Sala")))

    def budgeted(self, environment: str, sequence: int) -> Project:
        budget = promob_budget(self.objects, environment, sequence)
        return self.acts.budget_arrived("p1", environment, budget)

    def item(self, **fields: Any) -> ManualItem:
        whole: dict[str, Any] = {"id": "i1", "environment": "e1", "description": "Puxador"}
        return ManualItem(**whole | {"cost": Decimal("1.35"), "price": Decimal("2.25")} | fields)

    def offer(self, *environments: str, budget_id: str = "b1", until: str = "2026-11-28") -> Budget:
        return self.store.keep_budget(self.acts.budget("p1", environments, budget_id, 7, until, SELLER))

    def approved(self, *environments: str) -> Project:
        self.offer(*environments)
        return self.acts.approve("b1", SELLER)

    def revised(self, *environments: str) -> None:
        """All but the conclusion."""
        self.approved(*environments)
        self.acts.release("p1", MANAGER)
        self.acts.access("p1", REVIEWER)
        for one in environments:
            self.acts.update("p1", one, REVIEWER)

    def world(self) -> list[Any]:
        """All rows."""
        store = self.store
        tables = (store.projects, store.versions, store.budgets, store.orders, store.manual, store.notifications)
        return [*(dict(table) for table in tables), list(store.history), list(store.outgoing)]

    def refused(self, act: Callable[[], object]) -> str:
        """The code that an act is refused by, which changes nothing, in words for people."""
        before = self.world()
        with pytest.raises(ProblemError) as caught:
            act()
        assert self.world() == before
        assert explain(caught.value.problem, ANSWERS)
        return caught.value.problem.code


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Shop:
    return Shop(monkeypatch)


# ── every act ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_change_is_stamped_with_who_made_it_and_when(shop: Shop) -> None:
    shop.now += 60
    after = shop.acts.discount("p1", "e1", Decimal(5), SELLER)
    assert (after.version, after.changed_at, after.changed_by) == (2, START + 60, SELLER)
    assert shop.acts.discount("p1", "e1", Decimal(5), REVIEWER) == after


def test_who_is_overtaken_looks_again(shop: Shop) -> None:
    shop.store.meanwhile.append(lambda: shop.acts.save_arrived("p1", "e1", 3))
    after = shop.acts.discount("p1", "e2", Decimal(5), SELLER)
    assert (after.environment("e1").saved, after.version) == (3, 3)


def test_who_is_overtaken_time_and_again_comes_back_at_once(shop: Shop) -> None:
    for number in range(8):
        shop.store.meanwhile.append(partial(shop.acts.save_arrived, "p1", "e1", number + 1))
        shop.store.meanwhile.append(lambda: None)  # of the one that overtakes
    with pytest.raises(ProblemError) as caught:
        shop.acts.save_arrived("p1", "e2", 1)
    assert caught.value.problem == Problem("promob.project_changed")
    assert caught.value.retry_at == START
    assert [one.saved for one in shop.acts.project("p1").environments] == [8, 0]


def test_a_project_that_comes_again_is_the_one_that_is_there(shop: Shop) -> None:
    made = shop.acts.project("p1")
    assert shop.acts.made(new_project("p1", name="Outra")) == made


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda acts: acts.project("p9"), "promob.project_unknown"),
        (lambda acts: acts.update("p9", "e1", SELLER), "promob.project_unknown"),
        (lambda acts: acts.update("p1", "e9", SELLER), "promob.environment_unknown"),
        (lambda acts: acts.approve("b9", SELLER), "promob.budget_unknown"),
        (lambda acts: acts.remove_manual("p1", "e1", "i9", SELLER), "promob.item_unknown"),
        (lambda acts: acts.budget("p1", [], "b1", 1, "2026-11-28", SELLER), "promob.nothing_chosen"),
    ],
)
def test_what_is_not_there_is_refused(shop: Shop, act: Callable[[Projects], object], code: str) -> None:
    assert shop.refused(lambda: act(shop.acts)) == code


# ── versions ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_first_budget_makes_a_version_and_later_ones_wait_for_the_update(shop: Shop) -> None:
    first = shop.budgeted("e1", 1).environment("e1")
    assert first.current == shop.store.version("e1", 1)
    assert first.current is not None
    assert (first.current.sequence, first.current.made_by, first.need) == (1, "", None)

    second = shop.budgeted("e1", 4).environment("e1")
    assert (second.current, second.need) == (first.current, Need.UPDATE)

    after = shop.acts.update("p1", "e1", SELLER).environment("e1").current
    assert after is not None
    assert (after.number, after.sequence, after.made_by) == (2, 4, SELLER)
    assert list(shop.objects.lines(after.items)) == promob_lines("e1", 4)


@pytest.mark.parametrize("death", [(number, when) for number in (1, 2) for when in ("before", "after")])
def test_an_update_that_died_comes_again_and_makes_one_version(shop: Shop, death: tuple[int, str]) -> None:
    shop.budgeted("e1", 1)
    shop.budgeted("e1", 2)
    shop.store.writes.expect(death)
    with pytest.raises(Death):
        shop.acts.update("p1", "e1", SELLER)
    shop.store.writes.expect(None)
    after = shop.acts.update("p1", "e1", SELLER).environment("e1")
    assert after.current is not None
    assert (after.current.number, after.need) == (2, None)
    assert [number for _, number in shop.store.versions] == [1, 2]


# ── items by hand ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_items_by_hand_count_by_the_half_cent_and_in_what_they_become(shop: Shop) -> None:
    kept = shop.acts.keep_manual("p1", shop.item(quantity=Decimal("1.5")), SELLER)  # 2.025 and 3.375
    assert kept == shop.item(quantity=Decimal("1.5"), changed_at=START, changed_by=SELLER, version=1)
    one = shop.acts.project("p1").environment("e1")
    assert (one.manual, one.manual_cost, one.manual_price) == (1, Decimal("2.03"), Decimal("3.38"))

    changed = shop.acts.keep_manual("p1", shop.item(quantity=Decimal(2)), REVIEWER)
    assert (changed.version, changed.changed_by) == (2, REVIEWER)
    one = shop.acts.project("p1").environment("e1")
    assert (one.manual, one.manual_cost, one.manual_price) == (2, Decimal("2.70"), Decimal("4.50"))

    shop.acts.remove_manual("p1", "e1", "i1", SELLER)
    one = shop.acts.project("p1").environment("e1")
    assert (one.manual, one.manual_cost, one.manual_price) == (3, Decimal("0.00"), Decimal("0.00"))
    assert shop.store.manual == {}


def test_an_item_that_comes_again_changes_nothing(shop: Shop) -> None:
    kept = shop.acts.keep_manual("p1", shop.item(), SELLER)
    before = shop.world()
    shop.now += 60
    assert shop.acts.keep_manual("p1", shop.item(), REVIEWER) == kept
    assert shop.world() == before


def test_an_item_is_of_an_environment_of_its_project(shop: Shop) -> None:
    shop.acts.made(new_project("p2", in_promob("e9", "Quarto")))
    shop.acts.keep_manual("p2", shop.item(environment="e9"), SELLER)
    again = shop.item(environment="e9")
    assert shop.refused(lambda: shop.acts.keep_manual("p1", again, SELLER)) == "promob.environment_unknown"
    assert shop.refused(lambda: shop.acts.remove_manual("p1", "e9", "i1", SELLER)) == "promob.environment_unknown"


def test_two_who_change_an_item_at_once_are_both_counted(shop: Shop) -> None:
    shop.acts.keep_manual("p1", shop.item(price=Decimal(10)), SELLER)
    shop.store.meanwhile.append(lambda: shop.acts.keep_manual("p1", shop.item(price=Decimal(25)), REVIEWER))
    shop.acts.keep_manual("p1", shop.item(price=Decimal(40)), SELLER)
    assert shop.acts.project("p1").environment("e1").manual_price == Decimal("40.00")
    item = shop.store.manual_item("e1", "i1")
    assert item is not None
    assert (item.price, item.version) == (Decimal(40), 3)


def test_who_changes_an_item_that_goes_meanwhile_makes_it_not_again(shop: Shop) -> None:
    shop.acts.keep_manual("p1", shop.item(), SELLER)
    kept = shop.acts.change_manual("p1", "e1", "i1", lambda item: replace(item, quantity=Decimal(2)), REVIEWER)
    assert kept == shop.item(quantity=Decimal(2), changed_at=START, changed_by=REVIEWER, version=2)
    shop.store.meanwhile.append(lambda: shop.acts.remove_manual("p1", "e1", "i1", SELLER))
    with pytest.raises(ProblemError) as caught:
        shop.acts.change_manual("p1", "e1", "i1", lambda item: replace(item, quantity=Decimal(3)), REVIEWER)
    assert caught.value.problem == Problem("promob.item_unknown")
    assert shop.store.manual == {}


def test_an_environment_holds_so_many_items_by_hand_and_no_more(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acting, "MOST_MANUAL", 1)
    shop.acts.keep_manual("p1", shop.item(), SELLER)
    assert shop.refused(lambda: shop.acts.keep_manual("p1", shop.item(id="i2"), SELLER)) == "promob.too_many_items"
    assert shop.acts.keep_manual("p1", shop.item(quantity=Decimal(2)), SELLER).version == 2


# ── budgets ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_budget_says_what_each_environment_comes_to(shop: Shop) -> None:
    shop.budgeted("e1", 1)  # 101.50 and 11.50, sold for twice as much
    shop.acts.keep_manual("p1", shop.item(environment="e2", price=Decimal("9.99")), SELLER)
    shop.acts.discount("p1", "e1", Decimal("7.5"), SELLER)
    budget = shop.offer("e2", "e1")
    assert [(line.name, line.gross, line.price) for line in budget.lines] == [
        ("Sala", Decimal("9.99"), Decimal("9.99")),
        ("Cozinha", Decimal("226.00"), Decimal("209.05")),
    ]
    assert (budget.price, budget.number, budget.state) == (Decimal("219.04"), 7, BudgetState.OPEN)


def test_an_approval_decides_the_budget_and_can_be_repeated(shop: Shop) -> None:
    shop.budgeted("e1", 1)
    after = shop.approved("e1")
    budget = shop.store.budgets["b1"]
    assert (budget.state, budget.decided_at, budget.decided_by, budget.version) == ("approved", START, SELLER, 2)
    before = shop.world()
    assert shop.acts.approve("b1", REVIEWER) == after
    assert shop.world() == before


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_approval_that_died_comes_again(shop: Shop, when: str) -> None:
    shop.budgeted("e1", 1)
    shop.offer("e1")
    shop.store.writes.expect((1, when))
    with pytest.raises(Death):
        shop.acts.approve("b1", SELLER)
    shop.store.writes.expect(None)
    assert shop.acts.approve("b1", SELLER).environment("e1").converted
    assert shop.store.told("p1").count("converted") == 1


@pytest.mark.parametrize(
    "comes",
    [lambda shop: shop.acts.save_arrived("p1", "e2", 2), lambda shop: shop.budgeted("e2", 2)],
    ids=["save", "budget"],
)
def test_what_is_saved_at_the_very_moment_of_the_approval_stops_it(shop: Shop, comes: Callable[[Shop], object]) -> None:
    shop.budgeted("e1", 1)
    shop.budgeted("e2", 1)
    shop.offer("e1", "e2")
    shop.store.meanwhile.append(lambda: comes(shop))
    with pytest.raises(ProblemError) as caught:
        shop.acts.approve("b1", SELLER)
    assert caught.value.problem == Problem("promob.out_of_date", {"name": "Sala"})
    assert shop.acts.project("p1").converted == ()
    assert shop.store.budgets["b1"].state == BudgetState.OPEN


def test_a_budget_is_valid_up_to_the_end_of_its_last_day(shop: Shop) -> None:
    shop.budgeted("e1", 1)
    shop.offer("e1", until="2026-11-18")
    shop.now = START + DAY  # 2026-11-19
    with pytest.raises(ProblemError) as caught:
        shop.acts.approve("b1", SELLER)
    assert caught.value.problem == Problem("promob.budget_expired", {"number": "7", "day": "18/11/2026"})
    assert explain(caught.value.problem, ANSWERS).startswith("O orçamento 7 venceu em 18/11/2026.")
    shop.now = START + 15 * 3600  # 23h06 of the day
    assert shop.acts.approve("b1", SELLER).converted


def test_a_budget_that_was_undone_is_decided_for_good(shop: Shop) -> None:
    shop.budgeted("e1", 1)
    shop.budgeted("e2", 1)
    shop.approved("e1", "e2")
    shop.acts.undo("p1", "e1", "O cliente desistiu", SELLER)
    assert shop.store.budgets["b1"].state == BudgetState.UNDONE
    assert [one.id for one in shop.acts.project("p1").converted] == ["e2"]
    assert shop.refused(lambda: shop.acts.approve("b1", SELLER)) == "promob.budget_decided"

    shop.offer("e1", budget_id="b2")
    assert [one.id for one in shop.acts.approve("b2", SELLER).converted] == ["e1", "e2"]
    shop.acts.undo("p1", "e2", "Outro projeto", SELLER)
    assert [shop.store.budgets[one].state for one in ("b1", "b2")] == ["undone", "approved"]


def test_who_approves_what_was_undone_meanwhile_is_refused(shop: Shop) -> None:
    shop.budgeted("e1", 1)
    shop.offer("e1")

    def meanwhile() -> None:
        shop.acts.approve("b1", REVIEWER)
        shop.acts.undo("p1", "e1", "O cliente desistiu", REVIEWER)

    shop.store.meanwhile.append(meanwhile)
    with pytest.raises(ProblemError) as caught:
        shop.acts.approve("b1", SELLER)
    assert caught.value.problem == Problem("promob.budget_decided", {"number": "7"})


def test_a_high_discount_is_approved_once_a_manager_has_let_it_through(shop: Shop) -> None:
    shop.budgeted("e1", 1)
    shop.acts.discount("p1", "e1", Decimal("10.5"), SELLER)
    shop.offer("e1")
    assert shop.refused(lambda: shop.acts.approve("b1", SELLER)) == "promob.discount_unapproved"
    shop.acts.approve_discount("p1", "e1", Decimal("10.5"), MANAGER)
    assert shop.acts.approve("b1", SELLER).converted


def test_a_manager_lets_through_the_discount_that_was_seen(shop: Shop) -> None:
    shop.acts.discount("p1", "e1", Decimal(20), SELLER)
    act = partial(shop.acts.approve_discount, "p1", "e1", by=MANAGER)
    assert shop.refused(lambda: act(Decimal(15))) == "promob.discount_changed"
    discount = act(Decimal("20.0")).environment("e1").discount
    assert discount is not None
    assert discount.approved_by == MANAGER


# ── revision ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_conclusion_orders_what_was_revised_of_each_supplier(shop: Shop) -> None:
    shop.budgeted("e1", 1)  # Fábrica and Ferragens
    shop.budgeted("e2", 2)  # Fábrica
    shop.acts.keep_manual("p1", shop.item(quantity=Decimal(2)), SELLER)
    shop.revised("e1", "e2")
    after = shop.acts.conclude("p1", REVIEWER)

    orders = {order.supplier: order for order in shop.store.orders.values()}
    assert {name: (order.count, order.cost) for name, order in orders.items()} == {
        "Ferragens": (1, Decimal("11.50")),
        "Fábrica": (2, Decimal("204.00")),
        "Marcenaria": (1, Decimal("2.70")),  # for which nobody is named
    }
    assert list(shop.objects.lines(orders["Fábrica"].lines)) == [
        {"reference": "e1/1/Fábrica", "cost": "101.50"},
        {"reference": "e2/2/Fábrica", "cost": "102.50"},
    ]
    assert {(order.project, order.store, order.created_at, order.created_by) for order in orders.values()} == {
        ("p1", "1" * 16, START, REVIEWER)
    }
    assert after.revision is not None
    assert sorted(after.revision.orders) == sorted(shop.store.orders)
    before = shop.world()
    assert shop.acts.conclude("p1", SELLER) == after
    assert shop.world() == before


@pytest.mark.parametrize("death", [(number, when) for number in (1, 2, 3) for when in ("before", "after")])
def test_a_conclusion_that_died_comes_again_and_orders_once(shop: Shop, death: tuple[int, str]) -> None:
    shop.budgeted("e1", 1)
    shop.revised("e1")
    shop.store.writes.expect(death)
    with pytest.raises(Death):
        shop.acts.conclude("p1", REVIEWER)
    shop.store.writes.expect(None)
    after = shop.acts.conclude("p1", REVIEWER)
    assert after.revision is not None
    assert sorted(after.revision.orders) == sorted(shop.store.orders)
    assert len(shop.store.orders) == 2
    assert shop.store.told("p1").count("revision_concluded") == 1


def test_what_changes_at_the_very_moment_of_the_conclusion_is_ordered_or_stops_it(shop: Shop) -> None:
    shop.budgeted("e1", 2)
    shop.revised("e1")
    shop.store.meanwhile.append(lambda: shop.acts.save_arrived("p1", "e1", 3))
    with pytest.raises(ProblemError) as caught:
        shop.acts.conclude("p1", REVIEWER)
    assert caught.value.problem == Problem("promob.out_of_date", {"name": "Cozinha"})
    assert shop.store.orders == {}

    shop.budgeted("e1", 4)
    shop.acts.update("p1", "e1", REVIEWER)
    shop.store.meanwhile.append(lambda: shop.acts.keep_manual("p1", shop.item(), SELLER))
    shop.acts.conclude("p1", REVIEWER)
    assert {order.supplier: order.cost for order in shop.store.orders.values()} == {
        "Fábrica": Decimal("104.50"),
        "Marcenaria": Decimal("1.35"),
    }


def test_an_environment_of_items_by_hand_alone_is_offered_approved_and_ordered(shop: Shop) -> None:
    shop.acts.keep_manual("p1", shop.item(supplier="Ferragens"), SELLER)
    shop.revised("e1")
    shop.acts.conclude("p1", REVIEWER)
    assert [(order.supplier, order.cost) for order in shop.store.orders.values()] == [("Ferragens", Decimal("1.35"))]


def test_after_the_conclusion_promob_and_people_are_refused(shop: Shop) -> None:
    shop.budgeted("e1", 1)
    shop.revised("e1")
    shop.acts.conclude("p1", REVIEWER)
    for act in (
        lambda: shop.acts.save_arrived("p1", "e1", 2),
        lambda: shop.budgeted("e1", 2),
        lambda: shop.budgeted("e2", 1),
        lambda: shop.acts.update("p1", "e1", SELLER),
        lambda: shop.acts.keep_manual("p1", shop.item(), SELLER),
        lambda: shop.acts.discount("p1", "e2", Decimal(5), SELLER),
    ):
        assert shop.refused(act) == "promob.revision_concluded"
    before = shop.world()
    shop.acts.save_arrived("p1", "e1", 1)  # late, and so no refusal
    shop.budgeted("e1", 1)
    assert shop.world() == before


def test_more_suppliers_than_orders_fit_are_refused(shop: Shop) -> None:
    for number in range(MOST_SUPPLIERS + 1):
        shop.acts.keep_manual("p1", shop.item(id=f"i{number}", supplier=f"F{number}"), SELLER)
    shop.revised("e1")
    with pytest.raises(ProblemError) as caught:
        shop.acts.conclude("p1", REVIEWER)
    assert caught.value.problem == Problem("promob.too_many_suppliers", {"number": "41", "most": "40"})
    assert explain(caught.value.problem, ANSWERS)
    assert shop.store.orders == {}
    shop.acts.remove_manual("p1", "e1", "i0", SELLER)
    shop.acts.conclude("p1", REVIEWER)
    assert len(shop.store.orders) == MOST_SUPPLIERS


# ── assistance ───────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("source", "copy_of", "told"), [(None, "", False), (Source.BLANK, "", True), (Source.REVISION, "P-e1", True)]
)
def test_an_assistance_is_an_environment_named_after_what_it_is_about(
    shop: Shop, source: Source | None, copy_of: str, told: bool
) -> None:
    shop.budgeted("e1", 1)
    shop.revised("e1")
    assert shop.refused(lambda: shop.acts.assist("p1", "e1", "a1", 12, source, SELLER)) == "promob.not_revised"
    shop.acts.conclude("p1", REVIEWER)
    after = shop.acts.assist("p1", "e1", "a1", 12, source, SELLER)
    opened = after.environment("a1")
    assert (opened.name, opened.copy_of, opened.worked_by) == ("Cozinha ocorrência: 12", copy_of, SELLER)
    assert ("p1-a1" in shop.store.outgoing) == told
    assert shop.acts.assist("p1", "e1", "a1", 13, source, SELLER) == after


def test_an_assistance_takes_in_what_promob_has_of_it_after_the_conclusion(shop: Shop) -> None:
    shop.budgeted("e1", 1)
    shop.revised("e1")
    shop.acts.conclude("p1", REVIEWER)
    shop.acts.assist("p1", "e1", "a1", 12, Source.BLANK, SELLER)
    shop.acts.changed("p1", "", lambda before: projects.attached(before, "a1", "P-9"))
    shop.budgeted("a1", 1)
    shop.acts.save_arrived("p1", "a1", 2)
    opened = shop.acts.project("p1").environment("a1")
    assert opened.current == shop.store.version("a1", 1)
    (told,) = shop.store.open_notifications("a1")
    assert told.text.endswith("É de uma assistência técnica.")
    shop.acts.keep_manual("p1", replace(shop.item(), environment="a1"), SELLER)
    assert shop.refused(lambda: shop.offer("a1")) == "promob.nothing_to_budget"
