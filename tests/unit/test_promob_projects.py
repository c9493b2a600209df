"""What may be done with a project, its environments and its revision, and what is said where it may not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from promob import projects
from promob.answers import ANSWERS
from promob.environments import (
    Conversion,
    Discount,
    Environment,
    Need,
    Occurrence,
    Origin,
    Source,
    StoredBudget,
    Version,
)
from promob.project_sentences import PROJECTS
from promob.projects import MOST_ENVIRONMENTS, Offered, Project, Revision
from sincronia.answers import Problem, ProblemError, Retry, explain

SELLER, REVIEWER, MANAGER = "a" * 16, "b" * 16, "c" * 16
CONVERSION = Conversion(version=0, budget="b1", at=5, by=SELLER)


def budget(sequence: int) -> StoredBudget:
    return StoredBudget(
        sequence=sequence,
        option="Casa",
        received_at=1,
        items="items/a",
        count=2,
        unpriced=0,
        cost=Decimal(100),
        price=Decimal(300),
    )


def version(number: int, sequence: int, limit: str | None = None) -> Version:
    return Version(
        number=number,
        sequence=sequence,
        option="Casa",
        imported_at=2,
        promob_id="P-1",
        items="priced/a",
        count=2,
        unpriced=0,
        cost=Decimal(100),
        price=Decimal("200.50"),
        promob_price=Decimal(300),
        discount_limit=None if limit is None else Decimal(limit),
    )


def environment(**fields: Any) -> Environment:
    return Environment(**{"id": "e1", "name": "Cozinha", "promob_id": "P-1"} | fields)


def ready(**fields: Any) -> Environment:
    """An environment that is up to date, in its version 2, of the save 7."""
    return environment(saved=7, budget=budget(7), current=version(2, 7), **fields)


def yellow(**fields: Any) -> Environment:
    """One with a budget that is newer than its version."""
    return replace(ready(**fields), saved=9, budget=budget(9))


def unprepared(**fields: Any) -> Environment:
    """One with a save that is newer than its budget."""
    return replace(ready(**fields), saved=8)


def by_hand(**fields: Any) -> Environment:
    """One of items by hand alone."""
    return environment(promob_id="", manual=3, manual_cost=Decimal(10), manual_price=Decimal("20.10"), **fields)


def converted(one: Environment) -> Environment:
    return replace(one, converted=replace(CONVERSION, version=one.current.number if one.current else 0))


def project(*environments: Environment, **fields: Any) -> Project:
    whole: dict[str, Any] = {"id": "p1", "store": "s1", "customer": "c1", "name": "Casa", "created_at": 0}
    return Project(**whole | {"environments": environments} | fields)


RELEASED = Revision(released_by=MANAGER, released_at=6)
ACCESSED = replace(RELEASED, reviewer=REVIEWER, accessed_at=7)
CONCLUDED = replace(ACCESSED, concluded_by=REVIEWER, concluded_at=8, orders=("o1",))


# ── what an environment needs ────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("one", "need", "has_newer_budget"),
    [
        (environment(), None, False),
        (by_hand(), None, False),
        (environment(saved=1), Need.PREPARE, False),
        (environment(saved=1, budget=budget(1)), Need.UPDATE, True),
        (environment(budget=budget(1)), Need.UPDATE, True),
        (environment(saved=2, budget=budget(1)), Need.PREPARE, True),
        (ready(), None, False),
        (yellow(), Need.UPDATE, True),
        (unprepared(), Need.PREPARE, False),
        (replace(yellow(), saved=10), Need.PREPARE, True),
    ],
)
def test_an_environment_says_what_it_needs(one: Environment, need: Need | None, has_newer_budget: bool) -> None:
    assert (one.need, one.has_newer_budget) == (need, has_newer_budget)


@pytest.mark.parametrize(("sequence", "now"), [(1, 7), (7, 7), (8, 8), (20, 20)])
def test_a_save_counts_where_it_is_newer_than_all_that_is_known(sequence: int, now: int) -> None:
    before = project(ready())
    after = projects.saved(before, "e1", sequence)
    assert after.environment("e1").saved == now
    assert (after is before) == (now == 7)


def test_a_save_is_late_where_a_budget_of_it_came_first() -> None:
    before = project(environment(budget=budget(3)))
    assert projects.saved(before, "e1", 3) is before
    assert projects.saved(before, "e1", 4).environment("e1").need == Need.PREPARE


@pytest.mark.parametrize(("sequence", "now"), [(1, 7), (7, 7), (8, 8)])
def test_a_budget_counts_where_it_is_newer_than_the_last(sequence: int, now: int) -> None:
    before = project(ready())
    after = projects.budgeted(before, "e1", budget(sequence))
    assert after.environment("e1").budget == budget(now)
    assert (after is before) == (now == 7)


def test_a_budget_of_an_older_save_leaves_it_to_be_prepared_again() -> None:
    after = projects.budgeted(project(environment(saved=5)), "e1", budget(4))
    assert after.environment("e1").need == Need.PREPARE


# ── update ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_update_makes_the_next_version_and_leaves_items_by_hand_alone() -> None:
    before = yellow(manual=3, manual_cost=Decimal(1), manual_price=Decimal(2))
    after = projects.updated(project(before), "e1", version(3, 9)).environment("e1")
    assert after == replace(before, current=version(3, 9))
    assert after.next_number == 4


def test_an_update_where_a_newer_save_came_since_makes_the_version_and_leaves_it_to_be_prepared() -> None:
    after = projects.updated(project(replace(yellow(), saved=10)), "e1", version(3, 9)).environment("e1")
    assert (after.current, after.need) == (version(3, 9), Need.PREPARE)


def test_an_update_of_what_is_up_to_date_changes_nothing() -> None:
    before = project(ready())
    assert projects.updated(before, "e1", None) is before


def test_a_managers_word_on_a_discount_is_for_the_version_that_there_was() -> None:
    discount = Discount(percent=Decimal(20), asked_by=SELLER, approved_by=MANAGER)
    after = projects.updated(project(yellow(discount=discount)), "e1", version(3, 9, "10")).environment("e1")
    assert after.discount == replace(discount, approved_by="")
    assert after.needs_approval


@pytest.mark.parametrize(
    ("one", "made", "reviewed"),
    [
        (ready(), None, True),
        (yellow(), version(3, 9), True),
        (replace(yellow(), saved=10), version(3, 9), False),
        (by_hand(), None, True),
    ],
)
def test_an_update_in_the_revision_confirms_what_is_up_to_date_then(
    one: Environment, made: Version | None, reviewed: bool
) -> None:
    after = projects.updated(project(converted(one), revision=ACCESSED), "e1", made).environment("e1")
    assert after.reviewed == reviewed


@pytest.mark.parametrize("before", [False, True])
def test_a_first_version_in_the_revision_is_yet_to_be_looked_at(before: bool) -> None:
    one = replace(yellow(), current=None, reviewed=before)
    after = projects.begun(project(converted(one), revision=ACCESSED), "e1", version(1, 9)).environment("e1")
    assert (after.current, after.reviewed) == (version(1, 9), False)


@pytest.mark.parametrize(
    "before",
    [
        project(ready(), revision=ACCESSED),  # not converted
        project(converted(ready()), revision=RELEASED),  # not accessed
        project(converted(ready())),
    ],
)
def test_an_update_confirms_nothing_outside_a_revision(before: Project) -> None:
    assert projects.updated(before, "e1", None) is before


# ── environments and Promob ──────────────────────────────────────────────────────────────────────────────────────────
def test_an_environment_comes_once() -> None:
    before = project(ready())
    new = environment(id="e2", name="Sala", promob_id="")
    after = projects.with_new(before, new)
    assert after.environments == (ready(), new)
    assert projects.with_new(after, replace(new, name="Quarto")) is after


def test_what_promob_made_is_attached_and_its_problem_is_gone() -> None:
    problem = Problem("vendor_rejected")
    refused = projects.not_made(project(environment(promob_id="")), "e1", problem)
    assert refused.environment("e1").problem == problem
    after = projects.attached(refused, "e1", "P-9")
    assert after.environment("e1") == environment(promob_id="P-9")
    assert projects.attached(after, "e1", "P-9") is after
    assert after.of_promob("P-9") == after.environment("e1")
    assert after.of_promob("P-1") is None


def test_what_promob_was_told_is_remembered() -> None:
    after = projects.told(project(ready()), "e1", "Convertido / Aprovado")
    assert after.environment("e1").told == "Convertido / Aprovado"


@pytest.mark.parametrize(("told", "name"), [("Sala", "Sala"), ("COZINHA", "COZINHA (P-9)")])
def test_a_project_made_in_promob_gets_a_name_of_its_own(told: str, name: str) -> None:
    received = projects.received(project(ready()), "P-9", told, "e9", 3)
    assert received == Environment(id="e9", name=name, origin=Origin.PROMOB, created_at=3, promob_id="P-9")


@pytest.mark.parametrize(
    ("before", "shown"),
    [
        (project(environment()), ("Não convertido", "Projeto")),
        (project(ready()), ("Não convertido", "Orçamento")),
        (project(ready(), revision=CONCLUDED), ("Não convertido", "Orçamento")),
        (project(converted(ready())), ("Convertido", "Aprovado")),
        (project(converted(ready()), revision=RELEASED), ("Convertido", "Em revisão")),
        (project(converted(ready()), revision=CONCLUDED), ("Convertido", "Revisão concluída")),
    ],
)
def test_connect_shows_how_far_an_environment_is(before: Project, shown: tuple[str, str]) -> None:
    assert projects.situation(before, before.environments[0]) == shown


# ── items by hand, discounts ─────────────────────────────────────────────────────────────────────────────────────────
def test_items_by_hand_count_in_the_price_and_in_what_was_changed() -> None:
    after = projects.with_manual(project(ready()), "e1", Decimal(5), Decimal("10.25")).environment("e1")
    assert (after.manual, after.manual_cost, after.manual_price) == (1, Decimal("5.00"), Decimal("10.25"))
    assert after.gross == Decimal("210.75")
    assert by_hand().gross == Decimal("20.10")


@pytest.mark.parametrize(
    ("limit", "percent", "approved_by", "needed"),
    [
        ("10", "10", "", False),
        ("10", "10.01", "", True),
        ("10", "10.01", MANAGER, False),
        (None, "90", "", False),
        ("0", "0.5", "", True),
    ],
)
def test_a_discount_above_the_limit_needs_a_manager(
    limit: str | None, percent: str, approved_by: str, needed: bool
) -> None:
    discount = Discount(percent=Decimal(percent), asked_by=SELLER, approved_by=approved_by)
    assert replace(ready(), current=version(2, 7, limit), discount=discount).needs_approval == needed
    assert not ready().needs_approval
    assert not by_hand(discount=discount).needs_approval


def test_a_managers_word_outlasts_a_repeated_request_and_no_other_percentage() -> None:
    asked = Discount(percent=Decimal(20), asked_by=SELLER)
    given = projects.discounted(project(ready()), "e1", asked)
    before = projects.discount_approved(given, "e1", asked.percent, MANAGER)
    assert before.environment("e1").discount == replace(asked, approved_by=MANAGER)
    assert projects.discounted(before, "e1", replace(asked, percent=Decimal("20.0"))) is before
    more = replace(asked, percent=Decimal(21))
    assert projects.discounted(before, "e1", more).environment("e1").discount == more
    assert projects.discounted(before, "e1", None).environment("e1").discount is None


# ── budgets, approval ────────────────────────────────────────────────────────────────────────────────────────────────
DISCOUNT = Discount(percent=Decimal(5), asked_by=SELLER)


def test_a_budget_offers_each_environment_once_as_it_stands() -> None:
    before = project(ready(discount=DISCOUNT, manual=4), by_hand(id="e2", name="Sala"))
    assert projects.offered(before, ["e2", "e1", "e2"]) == (
        Offered(environment="e2", version=0, manual=3, discount=None),
        Offered(environment="e1", version=2, manual=4, discount=Decimal(5)),
    )


def test_an_approval_converts_what_was_offered_and_nothing_else() -> None:
    before = project(ready(discount=DISCOUNT), by_hand(id="e2", name="Sala"), unprepared(id="e3", name="Quarto"))
    after = projects.approved(before, projects.offered(before, ["e1", "e2"]), CONVERSION)
    assert after == replace(
        before,
        environments=(
            replace(before.environments[0], converted=replace(CONVERSION, version=2)),
            replace(before.environments[1], converted=replace(CONVERSION, manual=before.environments[1].manual)),
            before.environments[2],
        ),
    )
    assert after.converted == after.environments[:2]


def approval_after(change: Callable[[Environment], Environment]) -> Callable[[], object]:
    """The approval of what was offered before an environment changed."""
    before = project(ready(), ready(id="e2", name="Sala"))
    offers = projects.offered(before, ["e1", "e2"])
    return lambda: projects.approved(before.with_environment(change(before.environment("e2"))), offers, CONVERSION)


def test_a_conversion_is_undone_with_its_reason_and_can_be_made_again() -> None:
    before = project(ready())
    approved = projects.approved(before, projects.offered(before, ["e1"]), CONVERSION)
    undone = projects.conversion_undone(approved, "e1", "O cliente desistiu")
    assert undone == replace(before, undone="O cliente desistiu")
    assert projects.approved(undone, projects.offered(undone, ["e1"]), CONVERSION).converted


# ── revision ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_revision_goes_from_release_to_conclusion() -> None:
    before = project(converted(ready(worked_by=SELLER)), ready(id="e2", name="Sala", worked_by=SELLER))
    released = projects.released(before, MANAGER, 6)
    assert released == replace(before, revision=RELEASED)
    assert projects.released(released, SELLER, 60) is released

    accessed = projects.accessed(released, REVIEWER, 7)
    assert accessed.revision == ACCESSED
    assert [one.worked_by for one in accessed.environments] == [REVIEWER, SELLER]
    assert projects.accessed(accessed, SELLER, 70) is accessed

    confirmed = projects.updated(accessed, "e1", None)
    projects.check_concludes(confirmed)
    concluded = projects.concluded(confirmed, REVIEWER, 8, ["o1"])
    assert concluded == replace(confirmed, revision=CONCLUDED)
    assert concluded.is_concluded
    assert projects.accessed(concluded, SELLER, 90) is concluded


def test_what_comes_late_after_the_conclusion_is_no_refusal() -> None:
    before = project(converted(ready()), revision=CONCLUDED)
    assert projects.saved(before, "e1", 7) is before
    assert projects.budgeted(before, "e1", budget(7)) is before


def test_an_assistance_goes_on_after_the_conclusion() -> None:
    opened = environment(id="a1", name="Cozinha ocorrência: 7", promob_id="P-2", occurrence=assistance())
    before = projects.with_new(project(converted(ready()), revision=CONCLUDED), opened)
    saved = projects.saved(before, "a1", 1)
    made = projects.updated(projects.budgeted(saved, "a1", budget(1)), "a1", version(1, 1))
    kept = projects.with_manual(made, "a1", Decimal(1), Decimal(2))
    assert kept.environment("a1").current == version(1, 1)
    assert kept.of_contract == before.of_contract == (converted(ready()),)


def test_an_assistance_is_about_a_revised_environment() -> None:
    before = project(converted(ready()), converted(by_hand(id="e2", name="Sala")), revision=CONCLUDED)
    for source in (None, *Source):
        assert projects.assisted(before, "e1", source) == before.environments[0]
    for source in (None, Source.BLANK):
        assert projects.assisted(before, "e2", source) == before.environments[1]


def test_an_assistance_by_hand_is_taken_into_promob_blank_or_as_a_copy() -> None:
    opened = environment(id="a1", name="Cozinha ocorrência: 7", promob_id="", occurrence=assistance(None))
    before = project(converted(ready()), opened, revision=CONCLUDED)
    blank = projects.assistance_integrated(before, "a1", Source.BLANK)
    assert blank.environment("a1") == replace(opened, occurrence=assistance())
    assert projects.assistance_integrated(blank, "a1", Source.BLANK) is blank
    copied = projects.assistance_integrated(before, "a1", Source.REVISION)
    assert copied.environment("a1") == replace(opened, copy_of="P-1", occurrence=assistance(Source.REVISION))


def test_who_works_on_an_environment_is_somebody_else_even_after_the_conclusion() -> None:
    for before in (project(ready()), OVER):
        assert projects.assigned(before, "e1", MANAGER).environment("e1").worked_by == MANAGER


def assistance(source: Source | None = Source.BLANK) -> Occurrence:
    return Occurrence(number=7, environment="e1", source=source)


# ── refusals ─────────────────────────────────────────────────────────────────────────────────────────────────────────
HIGH = Discount(percent=Decimal(20), asked_by=SELLER)
SEEN, GIVEN = Decimal(10), Discount(percent=Decimal("12.50"), asked_by=SELLER)
OVER = project(converted(ready()), ready(id="e2", name="Sala"), revision=CONCLUDED)
FULL = project(*(environment(id=f"f{number}", name=f"{number}", promob_id="") for number in range(MOST_ENVIRONMENTS)))
COZINHA, SALA, UPPER = {"name": "Cozinha"}, {"name": "Sala"}, {"name": "COZINHA"}


def new(**fields: Any) -> Environment:
    return environment(**{"id": "e9", "name": "Quarto", "promob_id": ""} | fields)


REFUSALS: list[tuple[Callable[[], object], str, dict[str, str]]] = [
    (lambda: project(ready()).environment("e2"), "promob.environment_unknown", {}),
    (lambda: projects.saved(project(), "e1", 1), "promob.environment_unknown", {}),
    (
        lambda: projects.with_new(project(ready()), new(name="COZINHA")),
        "promob.environment_exists",
        {"name": "COZINHA"},
    ),
    (lambda: projects.with_new(FULL, new()), "promob.too_many_environments", {"most": "40"}),
    (lambda: projects.with_new(FULL, new(occurrence=assistance())), "promob.too_many_environments", {"most": "40"}),
    (lambda: projects.with_new(OVER, new()), "promob.revision_concluded", {}),
    (
        lambda: projects.with_new(project(ready()), new(promob_id="P-1")),
        "promob.integrated_before",
        {"name": "Casa – Cozinha"},
    ),
    (lambda: projects.attached(project(ready()), "e1", "P-9"), "promob.in_promob_before", COZINHA),
    (
        lambda: projects.attached(project(ready(), new()), "e9", "P-1"),
        "promob.integrated_before",
        {"name": "Casa – Cozinha"},
    ),
    (lambda: projects.updated(project(unprepared()), "e1", None), "promob.prepare_again", COZINHA),
    (lambda: projects.updated(project(environment()), "e1", None), "promob.nothing_received", COZINHA),
    (lambda: projects.updated(project(by_hand()), "e1", None), "promob.nothing_received", COZINHA),
    (
        lambda: projects.updated(project(converted(by_hand()), revision=RELEASED), "e1", None),
        "promob.nothing_received",
        COZINHA,
    ),
    (lambda: projects.updated(project(yellow()), "e1", version(2, 9)), "promob.project_changed", {}),
    (lambda: projects.updated(project(yellow()), "e1", version(3, 8)), "promob.project_changed", {}),
    (lambda: projects.discount_approved(project(ready()), "e1", SEEN, MANAGER), "promob.no_discount", COZINHA),
    (
        lambda: projects.discount_approved(project(ready(discount=GIVEN)), "e1", SEEN, MANAGER),
        "promob.discount_changed",
        COZINHA | {"seen": "10%", "now": "12,5%"},
    ),
    (lambda: projects.discounted(project(converted(ready())), "e1", HIGH), "promob.converted_before", COZINHA),
    (lambda: projects.offered(project(ready()), []), "promob.nothing_chosen", {}),
    (lambda: projects.offered(project(environment()), ["e1"]), "promob.nothing_to_budget", COZINHA),
    (lambda: projects.offered(project(ready(occurrence=assistance())), ["e1"]), "promob.nothing_to_budget", COZINHA),
    (lambda: projects.offered(project(ready()), ["e2"]), "promob.environment_unknown", {}),
    (approval_after(lambda one: replace(one, saved=8)), "promob.out_of_date", SALA),
    (approval_after(lambda one: replace(one, budget=budget(8))), "promob.out_of_date", SALA),
    (
        approval_after(lambda one: replace(one, saved=8, budget=budget(8), current=version(3, 8))),
        "promob.budget_superseded",
        SALA,
    ),
    (approval_after(lambda one: replace(one, manual=1)), "promob.budget_superseded", SALA),
    (approval_after(lambda one: replace(one, discount=HIGH)), "promob.budget_superseded", SALA),
    (approval_after(converted), "promob.converted_before", SALA),
    (approval_after(lambda one: converted(replace(one, saved=8))), "promob.converted_before", SALA),
    (
        lambda: projects.approved(
            before := project(
                *(
                    replace(ready(id=f"e{n}", name=name), current=version(2, 7, "10"), discount=HIGH)
                    for n, name in ((1, "Cozinha"), (2, "Sala"))
                )
            ),
            projects.offered(before, ["e1", "e2"]),
            CONVERSION,
        ),
        "promob.discount_unapproved",
        {"name": "Cozinha, Sala"},
    ),
    (
        lambda: projects.approved(
            project(converted(ready()), ready(id="e2"), revision=RELEASED),
            [Offered(environment="e2", version=2, manual=0, discount=None)],
            CONVERSION,
        ),
        "promob.revision_begun",
        {},
    ),
    (lambda: projects.conversion_undone(project(ready()), "e1", "x"), "promob.not_converted", COZINHA),
    (
        lambda: projects.conversion_undone(project(converted(ready()), revision=RELEASED), "e1", "x"),
        "promob.revision_begun",
        {},
    ),
    (lambda: projects.released(project(ready()), MANAGER, 6), "promob.nothing_converted", {}),
    (lambda: projects.accessed(project(converted(ready())), REVIEWER, 7), "promob.not_released", {}),
    (lambda: projects.check_concludes(project(converted(ready()))), "promob.not_released", {}),
    (lambda: projects.check_concludes(project(converted(ready()), revision=RELEASED)), "promob.not_accessed", {}),
    (lambda: projects.check_concludes(project(converted(ready()), revision=ACCESSED)), "promob.not_reviewed", COZINHA),
    (
        lambda: projects.check_concludes(project(converted(unprepared(reviewed=True)), revision=ACCESSED)),
        "promob.out_of_date",
        COZINHA,
    ),
    (lambda: projects.concluded(OVER, REVIEWER, 9, []), "promob.revision_concluded", {}),
    (lambda: projects.assisted(project(converted(ready())), "e1", None), "promob.not_revised", COZINHA),
    (lambda: projects.assisted(OVER, "e2", None), "promob.not_revised", SALA),
    (lambda: projects.assistance_integrated(OVER, "e1", Source.BLANK), "promob.no_occurrence", COZINHA),
    (
        lambda: projects.assistance_integrated(
            project(converted(ready()), new(occurrence=assistance()), revision=CONCLUDED), "e9", Source.REVISION
        ),
        "promob.in_promob_before",
        {"name": "Quarto"},
    ),
    (
        lambda: projects.assisted(project(converted(by_hand()), revision=CONCLUDED), "e1", Source.REVISION),
        "promob.not_in_promob",
        COZINHA,
    ),
    *(
        (act, "promob.revision_concluded", {})
        for environment_id in ("e1", "e2")  # converted or not
        for act in (
            lambda e=environment_id: projects.saved(OVER, e, 8),
            lambda e=environment_id: projects.budgeted(OVER, e, budget(8)),
            lambda e=environment_id: projects.updated(OVER, e, None),
            lambda e=environment_id: projects.with_manual(OVER, e, Decimal(1), Decimal(1)),
            lambda e=environment_id: projects.discounted(OVER, e, HIGH),
            lambda e=environment_id: projects.discount_approved(OVER, e, SEEN, MANAGER),
        )
    ),
]


@pytest.mark.parametrize(("act", "code", "details"), REFUSALS)
def test_what_may_not_be_is_refused_in_words(act: Callable[[], object], code: str, details: dict[str, str]) -> None:
    with pytest.raises(ProblemError) as caught:
        act()
    assert caught.value.problem == Problem(code, details)
    assert explain(caught.value.problem, ANSWERS)


def test_each_refusal_of_a_rule_has_its_sentence_and_is_shown_here() -> None:
    """But for those that only a store of rows or objects can find: they are shown where acts are."""
    of_acts = {
        *("project_unknown", "budget_unknown", "budget_expired", "budget_decided", "item_unknown", "version_unknown"),
        *("too_many_suppliers", "too_many_items"),
    }
    shown = {code for _, code, _ in REFUSALS}
    assert PROJECTS.keys() - shown == {f"promob.{name}" for name in of_acts}


def test_only_a_change_at_the_same_moment_is_waited_for() -> None:
    waited_for = {code for code, answer in PROJECTS.items() if answer.retry != Retry.AFTER_CORRECTION}
    assert waited_for == {"promob.project_changed"}
    assert PROJECTS["promob.project_changed"].retry == Retry.PUT_OFF
