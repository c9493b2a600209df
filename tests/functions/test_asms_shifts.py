"""Shifts of specialists over HTTP: after their start, on no day of another, and safe to ask for again."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from tests.asms_on_aws import BASE, CLIENTS, SPECIALISTS, UNKNOWN, Asms, problem
from tests.office_on_aws import event

SINCE, UNTIL = "2026-12-01", "2026-12-15"


@pytest.fixture
def bruno(asms: Asms) -> str:
    return asms.user("specialists", "Bruno Prado")


@pytest.fixture
def calendar(asms: Asms) -> str:
    return asms.entry("calendars", "Horário comercial")


def shifts(asms: Asms, user: str) -> list[tuple[str, str, str]]:
    """What the store has: since, until, calendar."""
    return [(f"{one.since}", f"{one.until}", one.calendar) for one in asms.stored("specialists", user).shifts]


def form(calendar: str, since: Any = SINCE, until: Any = UNTIL) -> dict[str, Any]:
    return {"since": since, "until": until, "calendar": calendar}


def test_a_shift_has_its_days_and_its_calendar(asms: Asms, bruno: str, calendar: str) -> None:
    asms.token("operator")
    asms.calls()

    answer = asms.post(f"{SPECIALISTS}/{bruno}/shifts", form(calendar))

    (kept,) = asms.stored("specialists", bruno).shifts
    whole = {"since": SINCE, "until": UNTIL, "calendar": {"id": calendar, "name": "Horário comercial"}}
    assert (answer.status, answer.body) == (201, {"id": kept.id, **whole})
    assert asms.stored("specialists", bruno).changed_by == asms.ids["operator"]


def test_a_shift_costs_five_reads_and_one_transaction(asms: Asms, bruno: str, calendar: str) -> None:
    asms.token("operator")
    asms.calls()

    assert asms.post(f"{SPECIALISTS}/{bruno}/shifts", form(calendar)).status == 201

    assert asms.calls() == Counter(
        {
            "tokens GetItem": 1,
            "connections GetItem": 1,
            "directory GetItem": 2,  # before the calendar is looked at, and when the user is changed
            "directory BatchGetItem": 1,
            "directory PutItem": 1,
        }
    )


def test_shifts_are_kept_in_their_order_and_one_may_begin_when_another_ends(
    asms: Asms, bruno: str, calendar: str
) -> None:
    path = f"{SPECIALISTS}/{bruno}/shifts"
    for since, until in ((SINCE, UNTIL), (UNTIL, "2026-12-20"), ("2026-11-20", SINCE)):
        assert asms.post(path, form(calendar, since, until)).status == 201

    assert shifts(asms, bruno) == [
        ("2026-11-20", SINCE, calendar),
        (SINCE, UNTIL, calendar),
        (UNTIL, "2026-12-20", calendar),
    ]


@pytest.mark.parametrize(
    ("since", "until"),
    [(SINCE, UNTIL), ("2026-12-14", "2026-12-16"), ("2026-11-30", "2026-12-02"), ("2026-12-05", "2026-12-06")],
)
def test_a_shift_on_another_s_days_is_refused(asms: Asms, bruno: str, calendar: str, since: str, until: str) -> None:
    path = f"{SPECIALISTS}/{bruno}/shifts"
    assert asms.post(path, form(calendar)).status == 201
    nights = asms.entry("calendars", "Noites")

    answer = asms.post(path, form(nights, since, until))

    detail = (
        "O turno se sobrepõe a outro do mesmo especialista, de 01/12/2026 até 15/12/2026. Mude os dias de um dos "
        "dois; um turno pode começar no dia em que o outro termina."
    )
    assert answer.body == problem(422, "Requisição inválida", "asms.shifts_overlap", detail)
    assert shifts(asms, bruno) == [(SINCE, UNTIL, calendar)]


@pytest.mark.parametrize("until", [SINCE, "2026-11-30"])
def test_a_shift_ends_after_the_day_it_begins(asms: Asms, bruno: str, calendar: str, until: str) -> None:
    answer = asms.post(f"{SPECIALISTS}/{bruno}/shifts", form(calendar, SINCE, until))

    detail = "O turno termina (Até) no dia em que começa (Desde), ou antes dele. Informe em Até um dia depois de Desde."
    assert answer.body == problem(422, "Requisição inválida", "asms.shift_empty", detail)


@pytest.mark.parametrize(
    ("changes", "field", "wrong"),
    [
        ({"since": "2026-02-30"}, "since", "deve ser um "),
        ({"since": "01/12/2026"}, "since", "deve ser um "),
        ({"since": "20261201"}, "since", "deve ser um "),
        ({"since": "2026-12-01T00:00:00"}, "since", "deve ser um "),
        ({"since": "２０２６-12-01"}, "since", "deve ser um "),
        ({"until": 1764547200}, "until", "deve ser um "),
        ({"until": None}, "until", "deve ser um "),
        ({"calendar": "Horário comercial"}, "calendar", "não tem a forma esperada"),
        ({"calendar": 1}, "calendar", "deve ser um "),
        ({"shift": "x"}, "", "tem um campo que não existe"),
    ],
)
def test_a_field_of_another_form_is_named(  # noqa: PLR0917
    asms: Asms, bruno: str, calendar: str, changes: dict[str, Any], field: str, wrong: str
) -> None:
    answer = asms.post(f"{SPECIALISTS}/{bruno}/shifts", {**form(calendar), **changes})

    assert (answer.status, answer.body["code"], answer.body.get("field", "")) == (422, "request_invalid", field)
    assert wrong in answer.body["detail"]
    assert shifts(asms, bruno) == []


def test_a_day_that_is_none_is_said_to_be_none(asms: Asms, bruno: str, calendar: str) -> None:
    answer = asms.post(f"{SPECIALISTS}/{bruno}/shifts", form(calendar, "2026-02-30"))

    assert answer.body["detail"] == (
        "A requisição tem campos que precisam de correção: since: deve ser um dia que existe, como 2026-11-23. "
        "Corrija e envie de novo."
    )


def test_what_is_missing_is_named(asms: Asms, bruno: str) -> None:
    answer = asms.post(f"{SPECIALISTS}/{bruno}/shifts", {})

    assert [(one["field"], one["code"]) for one in answer.body["errors"]] == [
        (name, "field_missing") for name in ("since", "until", "calendar")
    ]


def test_only_an_active_calendar_of_the_connection_can_be_chosen(asms: Asms, bruno: str) -> None:
    path = f"{SPECIALISTS}/{bruno}/shifts"
    old, role = asms.entry("calendars", "Escala antiga", active=False), asms.entry("roles", "Analista")

    unknown = problem(
        422,
        "Requisição inválida",
        "asms.entry_unknown",
        "O que foi escolhido não está no catálogo desta conexão (calendário). Confira a identificação na lista do "
        "catálogo.",
        field="calendar",
    )
    assert asms.post(path, form(UNKNOWN)).body == unknown
    assert asms.post(path, form(role)).body == unknown
    assert asms.post(path, form(old)).body == problem(
        422,
        "Requisição inválida",
        "asms.entry_inactive",
        "Escala antiga (calendário) está desativado no catálogo e não pode mais ser escolhido. Escolha outro, ou "
        "ative este no catálogo antes.",
        field="calendar",
    )
    assert shifts(asms, bruno) == []


def test_shifts_are_for_specialists_whom_the_connection_has(asms: Asms, bruno: str, calendar: str) -> None:
    client = asms.user("clients", "Carolina Vergara")
    for path, code in (
        (f"{SPECIALISTS}/{UNKNOWN}/shifts", "asms.user_unknown"),
        (f"{SPECIALISTS}/{client}/shifts", "asms.user_unknown"),
        (f"{CLIENTS}/{client}/shifts", "path_unknown"),
        (f"{BASE}/nunca-houve/users/specialists/{bruno}/shifts", "connection_unknown"),
    ):
        answer = asms.post(path, form(calendar))
        assert (answer.status, answer.body["code"]) == (404, code), path
    assert asms.post(f"{SPECIALISTS}/Bruno/shifts", form(calendar)).body["field"] == "user"


def test_who_only_reads_defines_and_removes_no_shift(asms: Asms, bruno: str, calendar: str) -> None:
    path = f"{SPECIALISTS}/{bruno}/shifts"
    made = asms.post(path, form(calendar)).body

    for method, where, body in (("POST", path, form(calendar)), ("DELETE", f"{path}/{made['id']}", None)):
        answer = asms.call(method, where, role="reader", body=body)
        assert (answer.status, answer.body["code"]) == (403, "role_insufficient")


def test_who_is_inactive_gets_no_shift(asms: Asms, calendar: str) -> None:
    user = asms.user("specialists", "Ana Reis", active=False)

    answer = asms.post(f"{SPECIALISTS}/{user}/shifts", form(calendar))

    detail = (
        "O especialista está inativo, e por isso não recebe novos turnos nem novos tokens de integração. Ative o "
        "especialista antes."
    )
    assert answer.body == problem(409, "Não é possível agora", "asms.specialist_inactive", detail)


def test_there_are_so_many_shifts_and_no_more(asms: Asms, calendar: str) -> None:
    users = asms.sandbox.of("asms.users")
    day = date(2027, 1, 1)
    many = tuple(
        users.Shift(asms.new_id(), day + timedelta(number), day + timedelta(number + 1), calendar)
        for number in range(users.MOST_SHIFTS)
    )
    user = asms.user("specialists", "Ana Reis", shifts=many)

    answer = asms.post(f"{SPECIALISTS}/{user}/shifts", form(calendar))

    detail = "Um usuário tem no máximo 200 turnos. Retire os que não são mais usados e tente de novo."
    assert answer.body == problem(422, "Requisição inválida", "asms.too_many", detail)
    assert len(shifts(asms, user)) == users.MOST_SHIFTS


def test_a_shift_that_is_there_can_be_removed_once(asms: Asms, bruno: str, calendar: str) -> None:
    path = f"{SPECIALISTS}/{bruno}/shifts"
    first = asms.post(path, form(calendar)).body
    asms.post(path, form(calendar, UNTIL, "2026-12-20"))

    removed = asms.call("DELETE", f"{path}/{first['id']}")
    again = asms.call("DELETE", f"{path}/{first['id']}")

    assert (removed.status, removed.body) == (204, None)
    detail = (
        "O especialista não tem turno com esta identificação. Confira os turnos que ele tem na leitura do especialista."
    )
    assert again.body == problem(404, "Não encontrado", "asms.shift_unknown", detail)
    assert shifts(asms, bruno) == [(UNTIL, "2026-12-20", calendar)]


def test_the_same_shift_again_is_the_one_that_is_there(asms: Asms, bruno: str, calendar: str) -> None:
    path = f"{SPECIALISTS}/{bruno}/shifts"
    first = asms.post(path, form(calendar))
    before = asms.rows()

    again = asms.post(path, form(calendar))

    assert again == first
    assert asms.rows() == before


def test_who_died_after_the_shift_was_kept_finds_it(
    asms: Asms, bruno: str, calendar: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    changing = asms.sandbox.of("asms.changing")
    keep = changing.keep_user

    def die(*arguments: Any) -> None:
        keep(*arguments)
        raise RuntimeError

    path = f"{SPECIALISTS}/{bruno}/shifts"
    with monkeypatch.context() as patched:
        patched.setattr(changing, "keep_user", die)
        assert asms.post(path, form(calendar), key="k1").status == 500

    again = asms.post(path, form(calendar), key="k1")

    assert again.status == 201
    assert shifts(asms, bruno) == [(SINCE, UNTIL, calendar)]


def test_an_answer_that_was_lost_is_no_failure(
    asms: Asms, bruno: str, calendar: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    changing = asms.sandbox.of("asms.changing")
    keep = changing.keep_user

    def keep_twice(*arguments: Any) -> Any:
        keep(*arguments)
        return keep(*arguments)

    monkeypatch.setattr(changing, "keep_user", keep_twice)

    assert asms.post(f"{SPECIALISTS}/{bruno}/shifts", form(calendar)).status == 201
    assert shifts(asms, bruno) == [(SINCE, UNTIL, calendar)]


@pytest.mark.parametrize(("since", "statuses", "kept"), [(UNTIL, (201, 201), 2), ("2026-12-10", (201, 422), 1)])
def test_of_two_at_once_both_are_kept_unless_they_overlap(  # noqa: PLR0917
    asms: Asms,
    elsewhere: Asms,
    bruno: str,
    calendar: str,
    since: str,
    statuses: tuple[int, int],
    kept: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    changing = asms.sandbox.of("asms.changing")
    keep, answered = changing.keep_user, []
    path = f"{SPECIALISTS}/{bruno}/shifts"

    def keep_slowly(*arguments: Any) -> Any:
        monkeypatch.setattr(changing, "keep_user", keep)
        answered.append(elsewhere.post(path, form(calendar)).status)
        return keep(*arguments)

    monkeypatch.setattr(changing, "keep_user", keep_slowly)
    answered.append(asms.post(path, form(calendar, since, "2026-12-20")).status)

    assert (tuple(answered), len(shifts(asms, bruno))) == (statuses, kept)


def test_the_examples_of_events_are_answered(asms: Asms) -> None:
    asms.made = 0xD0
    shift = asms.sandbox.of("asms.users").Shift(f"{0xD2:016x}", date(2027, 1, 1), date(2027, 1, 2), f"{0xE1:016x}")
    asms.user("specialists", "Bruno Prado", shifts=(shift,))
    asms.made = 0xE0
    asms.entry("calendars", "Noites")

    answers = [asms.send(event(f"asms/on_http/{name}"), "operator") for name in ("add_shift", "remove_shift")]

    assert [answer.status for answer in answers] == [201, 204]
