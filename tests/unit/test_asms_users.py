"""The rules of users: how names are compared, what is warned about, and what each change leaves as it was."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asms.additional import AdditionalField, FieldType
from asms.answers import ANSWERS
from asms.catalogues import Address, Category, Relation
from asms.passwords import Policy, Rule, is_password
from asms.user_details import LONGEST_ADDITIONAL, with_additional, with_password, wrong_additional
from asms.users import (
    MOST_PROJECTS,
    MOST_RELATED,
    MOST_SHIFTS,
    Shift,
    User,
    associated,
    deactivated,
    related,
    warnings,
    with_location,
    with_shift,
)
from sincronia.answers import Problem, ProblemError, explain
from sincronia.engine.flow import Identity
from sincronia.names import name_key
from tests import invented

BRUNO = User("1" * 16, Category.SPECIALISTS, "Bruno Prado", "bruno")
FIRST = date(2026, 1, 1)
DAYS = st.integers(0, 60).map(lambda days: FIRST + timedelta(days=days))
IDS = st.frozensets(st.sampled_from([f"{number:016x}" for number in range(12)]))
LETTERS = st.characters(codec="utf-8", exclude_categories=["Cs"])


def shift(number: int, since: date, until: date) -> Shift:
    return Shift(f"{number:016x}", since, until, "9" * 16)


def refused(problem: Problem) -> pytest.RaisesExc[ProblemError]:
    """Raises this very problem, which has a sentence."""
    assert explain(problem, ANSWERS)
    return pytest.RaisesExc(ProblemError, check=lambda error: error.problem == problem)


# ── names ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "text", ["João da Silva", "  joao  DA\tsilva ", "JOA\u0303O DA SILVA", "ｊoão da silva", "joão\u00a0da silva"]
)
def test_a_name_is_one_however_it_is_written(text: str) -> None:
    assert name_key(text) == "joao da silva"


@pytest.mark.parametrize(("one", "other"), [("Ana", "Anna"), ("Ana Maria", "Anamaria"), ("ana1", "ana2"), ("ª", "b")])
def test_names_that_differ_in_more_stay_apart(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@given(st.text(LETTERS, max_size=40))
def test_the_form_that_is_compared_has_no_other_form(text: str) -> None:
    key = name_key(text)

    assert name_key(key) == key
    assert key == key.strip()
    assert "  " not in key
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert name_key(unicodedata.normalize(form, text)) == key


@given(st.text(LETTERS, max_size=20), st.text(LETTERS, max_size=20))
def test_who_types_the_beginning_of_a_name_finds_it(beginning: str, rest: str) -> None:
    assert name_key(f"{beginning} {rest}").startswith(name_key(beginning))


# ── what a user is known by ──────────────────────────────────────────────────────────────────────────────────────────
def test_a_user_is_known_by_its_email_and_a_document_that_is_one() -> None:
    cpf = invented.invented_cpf("390533447")
    user = replace(BRUNO, login=" Brúno ", email="Bruno@Modelo.Example", identification=invented.written(cpf))

    assert user.login_key == "bruno"
    assert user.identities == (Identity("email", "bruno@modelo.example"), Identity("cpf", cpf))
    assert replace(user, identification="RG 12.345").identities == (Identity("email", "bruno@modelo.example"),)
    assert replace(user, identification="16.727.230/0001-97", email="").identities == (
        Identity("cnpj", "16727230000197"),
    )
    assert BRUNO.identities == ()


def test_no_email_and_one_that_others_have_are_warned_about() -> None:
    with_email = replace(BRUNO, email="bruno@modelo.example")

    assert warnings(BRUNO, 0) == (Problem("asms.email_missing"),)
    assert warnings(with_email, 0) == ()
    assert warnings(with_email, 3) == (Problem("asms.email_shared", {"number": "3"}),)
    assert warnings(with_email, 10) == (Problem("asms.email_shared", {"number": "10 ou mais"}),)


def test_a_location_of_which_nothing_is_known_leaves_the_address() -> None:
    there = Address(city="Campinas")
    user = replace(BRUNO, address=Address(city="Santos"))

    assert with_location(user, "2" * 16, there) == replace(user, location="2" * 16, address=there)
    assert with_location(user, "2" * 16, Address()) == replace(user, location="2" * 16)


# ── shifts ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@given(st.lists(st.tuples(DAYS, DAYS), max_size=8))
def test_no_day_belongs_to_two_shifts_and_each_has_one(asked: list[tuple[date, date]]) -> None:
    user = BRUNO
    for number, (since, until) in enumerate(asked):
        new = shift(number, since, until)
        fits = since < until and not any(
            one.since <= day < one.until
            for one in user.shifts
            for day in (since + timedelta(days=days) for days in range((until - since).days))
        )
        if not fits:
            with pytest.raises(ProblemError) as raised:
                with_shift(user, new)
            assert raised.value.problem.code == ("asms.shifts_overlap" if since < until else "asms.shift_empty")
            assert explain(raised.value.problem, ANSWERS)
            continue
        after = with_shift(user, new)
        assert {*after.shifts} == {*user.shifts, new}
        user = after
    assert list(user.shifts) == sorted(user.shifts, key=lambda one: one.since)


def test_the_shift_in_the_way_is_told() -> None:
    user = with_shift(BRUNO, shift(1, date(2026, 1, 5), date(2026, 2, 1)))

    with refused(Problem("asms.shifts_overlap", {"since": "05/01/2026", "until": "01/02/2026"})):
        with_shift(user, shift(2, date(2026, 1, 31), date(2026, 2, 28)))
    assert len(with_shift(user, shift(2, date(2026, 2, 1), date(2026, 2, 28))).shifts) == 2


def test_there_are_so_many_shifts_at_most() -> None:
    days = [FIRST + timedelta(days=number) for number in range(MOST_SHIFTS + 1)]
    full = replace(BRUNO, shifts=tuple(shift(day.toordinal(), day, day + timedelta(days=1)) for day in days[:-1]))

    with refused(Problem("asms.too_many", {"what": "turnos", "most": "200"})):
        with_shift(full, shift(1, days[-1], days[-1] + timedelta(days=1)))


@given(st.lists(st.tuples(DAYS, DAYS), max_size=8), DAYS)
def test_after_a_deactivation_nothing_is_ahead_and_what_was_stays(asked: list[tuple[date, date]], today: date) -> None:
    user = replace(BRUNO, tokens=("1" * 16,), email="bruno@modelo.example")
    for number, (since, until) in enumerate(asked):
        try:
            user = with_shift(user, shift(number, since, until))
        except ProblemError:
            continue

    after = deactivated(user, today)

    def worked(one: User, day: date) -> bool:
        return any(shift.since <= day < shift.until for shift in one.shifts)

    for day in (FIRST + timedelta(days=days) for days in range(62)):
        assert worked(after, day) == (worked(user, day) and day < today)
    assert all(one.since < one.until for one in after.shifts)
    assert replace(after, shifts=user.shifts) == replace(user, active=False, tokens=())
    assert deactivated(after, today) == after


# ── relations and projects ───────────────────────────────────────────────────────────────────────────────────────────
@given(IDS, IDS, IDS)
def test_what_is_added_is_there_and_what_is_removed_is_not(
    had: frozenset[str], add: set[str], remove: set[str]
) -> None:
    user = replace(BRUNO, relations={Relation.ROLES: frozenset({"a"})} | ({Relation.GROUPS: had} if had else {}))

    after = related(user, Relation.GROUPS, add, remove)

    assert after.relations.get(Relation.GROUPS, frozenset()) == (had | add) - remove
    assert after.relations[Relation.ROLES] == {"a"}
    assert all(after.relations.values())
    assert related(after, Relation.GROUPS, add, remove) == after


@given(IDS, IDS)
def test_who_is_associated_again_is_in_the_same_projects(had: frozenset[str], more: frozenset[str]) -> None:
    after = associated(replace(BRUNO, projects=had), more)

    assert after.projects == had | more
    assert associated(after, more) == after


def test_relations_and_projects_are_so_many_at_most() -> None:
    many = [f"{number:016x}" for number in range(MOST_RELATED + 1)]

    with refused(Problem("asms.too_many", {"what": "itens desta associação", "most": "200"})):
        related(BRUNO, Relation.GROUPS, many, ())
    assert len(related(BRUNO, Relation.GROUPS, many, many[:1]).relations[Relation.GROUPS]) == MOST_RELATED
    with refused(Problem("asms.too_many", {"what": "projetos", "most": "50"})):
        associated(BRUNO, many[: MOST_PROJECTS + 1])
    assert len(associated(BRUNO, many[:MOST_PROJECTS]).projects) == MOST_PROJECTS


# ── passwords and additional fields ──────────────────────────────────────────────────────────────────────────────────
def test_so_many_earlier_passwords_are_kept_as_the_policy_remembers() -> None:
    user = BRUNO
    for number in range(3):
        user = with_password(user, f"jacarandá-{number}", Policy(history=2))

    assert user.earlier_passwords[0] == user.password
    assert [is_password(one, f"jacarandá-{number}") for one, number in zip(user.earlier_passwords, (2, 1), strict=True)]
    assert with_password(user, "jacarandá-2", Policy(history=2, min_length=100)) is user
    with refused(Problem("asms.password_refused", {"rules": Policy(history=2).sentence(Rule.HISTORY)})):
        with_password(user, "jacarandá-1", Policy(history=2))
    assert with_password(user, "jacarandá-9", Policy(history=0)).earlier_passwords == ()


def asked(number: int, **more: Any) -> AdditionalField:
    return AdditionalField(
        f"{number:016x}", "9" * 16, Category.SPECIALISTS, f"Campo {number}", FieldType.NUMBER, **more
    )


def test_all_that_is_wrong_with_additional_fields_is_told_field_by_field() -> None:
    fields = [asked(1), asked(2, obligatory=True), asked(3, obligatory=True, active=False), asked(4, obligatory=True)]
    one, two, closed, four, unknown = (f"{number:016x}" for number in (1, 2, 3, 4, 5))
    user = replace(BRUNO, additional={one: "não é número", closed: "x"})
    given = {one: "não é número", two: "a", closed: "y", unknown: "z"}

    found = wrong_additional(user, given, fields)

    assert found == {
        two: Problem("asms.additional_number", {"field": "Campo 2", "options": ""}),
        closed: Problem("asms.additional_unknown"),
        unknown: Problem("asms.additional_unknown"),
        four: Problem("asms.additional_empty", {"field": "Campo 4"}),
    }
    assert all(explain(problem, ANSWERS) for problem in found.values())
    assert wrong_additional(user, {two: "2", four: "4", closed: None, unknown: ""}, fields) == {}


def test_an_empty_value_takes_one_away_and_a_row_holds_so_much() -> None:
    user = replace(BRUNO, additional={"a": "1", "b": "2", "c": "3"})

    assert with_additional(user, {"a": None, "b": "", "d": "4"}).additional == {"c": "3", "d": "4"}
    fits = LONGEST_ADDITIONAL - len('{"a": ""}')
    assert with_additional(BRUNO, {"a": "x" * fits}).additional
    with refused(Problem("asms.additional_too_long")):
        with_additional(BRUNO, {"a": "x" * (fits + 1)})
