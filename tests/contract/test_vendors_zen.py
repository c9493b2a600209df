"""Zen's port against its simulator over real HTTP: listing, find, writes, and each error and fault."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.vendors.faults import Fault, Kind
from local.vendors.zen import ZenSimulator
from sincronia import clock, vendor_http
from sincronia.answers import AnswerUnknownError, Problem, ProblemError, explain
from sincronia.engine.flow import Content, Target, TargetGoneError
from zen.answers import ANSWERS
from zen.zen_client import OFFICE_USERS, ZenRecords

MARIA: Content = {"Nome": "Maria Souza", "Email": "maria@aurora.example", "CodigoGrupo": 3, "Situacao": "Ativo"}
JOSE: Content = {"Nome": "José Lima", "Email": "jose@aurora.example", "CodigoGrupo": None, "Situacao": "Ativo"}


@pytest.fixture
def zen(monkeypatch: pytest.MonkeyPatch) -> Iterator[ZenSimulator]:
    monkeypatch.setattr(vendor_http, "sleep", lambda seconds: None)
    with ZenSimulator() as zen:
        yield zen


def target(zen: ZenSimulator, token: str | None = None, seconds: float = 60) -> Target:
    session = vendor_http.VendorSession("Zen", zen.url, clock.now() + seconds)
    return ZenRecords(session, zen.token if token is None else token, OFFICE_USERS)


def failure(action: Callable[[], Any]) -> ProblemError:
    with pytest.raises(ProblemError) as raised:
        action()
    assert raised.value.__context__ is None
    assert "0123456789abcdef" not in explain(raised.value.problem, ANSWERS)
    return raised.value


def test_user_is_created_and_found_whatever_the_case(zen: ZenSimulator) -> None:
    users = target(zen)
    code = users.create(MARIA)
    assert zen.users() == [{"Codigo": int(code), **MARIA}]
    zen.change(int(code), Email="MARIA@Aurora.Example")
    found = users.find("maria@aurora.example")
    assert found is not None
    assert (found.target_id, found.natural_key) == (code, "maria@aurora.example")
    assert found.content == {**MARIA, "Email": "MARIA@Aurora.Example"}
    assert users.find("outra@aurora.example") is None


def test_listing_holds_everybody_the_inactive_too(zen: ZenSimulator) -> None:
    for number in range(205):
        zen.add(f"Pessoa {number}", f"pessoa.{number}@aurora.example", state="Inativo" if number == 3 else "Ativo")
    listed = list(target(zen).listing())
    assert [user.natural_key for user in listed] == [f"pessoa.{number}@aurora.example" for number in range(205)]
    assert listed[3].content["Situacao"] == "Inativo"
    assert zen.requests == {"list": 3}


def test_listing_of_full_pages_and_of_none_asks_for_no_more(zen: ZenSimulator) -> None:
    assert list(target(zen).listing()) == []
    for number in range(100):
        zen.add("P", f"{number}@aurora.example")
    assert len(list(target(zen).listing())) == 100
    assert zen.requests == {"list": 2}


def test_update_writes_the_fields_and_makes_active(zen: ZenSimulator) -> None:
    users = target(zen)
    code = users.create(MARIA)
    users.deactivate(code)
    assert zen.users()[0]["Situacao"] == "Inativo"
    users.update(code, {field: value for field, value in JOSE.items() if field != "Situacao"})
    assert zen.users() == [{"Codigo": int(code), **JOSE}]
    assert zen.applied == {"create": 1, "update": 2}


def test_deactivation_keeps_the_user_and_can_be_repeated(zen: ZenSimulator) -> None:
    users = target(zen)
    code = users.create(MARIA)
    users.deactivate(code)
    users.deactivate(code)
    assert zen.users() == [{"Codigo": int(code), **MARIA, "Situacao": "Inativo"}]


def test_user_that_is_gone(zen: ZenSimulator) -> None:
    users = target(zen)
    users.deactivate("1999")
    with pytest.raises(TargetGoneError):
        users.update("1999", MARIA)


@pytest.mark.parametrize("email", ["maria@aurora.example", "MARIA@aurora.example"])
def test_email_that_is_taken(zen: ZenSimulator, email: str) -> None:
    users = target(zen)
    users.create(MARIA)
    jose = users.create(JOSE)
    assert failure(lambda: users.create({**JOSE, "Email": email})).problem.code == "zen.email_taken"
    assert failure(lambda: users.update(jose, {**JOSE, "Email": email})).problem.code == "zen.email_taken"
    assert len(zen.users()) == 2


def test_content_that_zen_does_not_take(zen: ZenSimulator) -> None:
    problem = failure(lambda: target(zen).create({**MARIA, "Nome": ""})).problem
    assert problem == Problem("vendor_rejected", {"vendor": "Zen", "host": "127.0.0.1", "status": "400"})


@pytest.mark.parametrize("act", ["listing", "create", "update"])
def test_wrong_token(zen: ZenSimulator, act: str) -> None:
    users = target(zen, token="outro")
    actions: dict[str, Callable[[], Any]] = {
        "listing": lambda: list(users.listing()),
        "create": lambda: users.create(MARIA),
        "update": lambda: users.update("1", MARIA),
    }
    assert failure(actions[act]).problem.code == "zen.access_key_refused"
    assert len(zen.journal) == 1


@pytest.mark.parametrize("kind", [Kind.LOST_ANSWER, Kind.WRONG_CONTENT_TYPE])
def test_create_whose_answer_is_lost_is_unknown_and_done_once(zen: ZenSimulator, kind: Kind) -> None:
    zen.faults.set(Fault(kind))
    users = target(zen)
    assert type(failure(lambda: users.create(MARIA))) is AnswerUnknownError
    assert zen.requests == {"create": 1}
    found = users.find("maria@aurora.example")
    assert found is not None
    assert found.content == MARIA


@pytest.mark.parametrize("fault", [Fault(Kind.RESET), Fault(Kind.ERROR, status=500), Fault(Kind.ERROR, status=503)])
def test_create_that_fails_without_effect_is_unknown_too(zen: ZenSimulator, fault: Fault) -> None:
    zen.faults.set(fault)
    assert type(failure(lambda: target(zen).create(MARIA))) is AnswerUnknownError
    assert (zen.requests, zen.users()) == ({"create": 1}, [])


def test_create_that_is_asked_to_wait_was_not_done(zen: ZenSimulator) -> None:
    zen.faults.set(Fault(Kind.BUSY, retry_after="2"), Fault(Kind.BUSY, retry_after="300"))
    error = failure(lambda: target(zen).create(MARIA))
    assert type(error) is ProblemError
    assert error.problem.code == "vendor_busy"
    assert error.retry_at == pytest.approx(clock.now() + 300, abs=5)
    assert (zen.requests, zen.users()) == ({"create": 2}, [])


@pytest.mark.parametrize("kind", [Kind.LOST_ANSWER, Kind.RESET, Kind.ERROR])
def test_update_is_repeated_until_it_is_answered(zen: ZenSimulator, kind: Kind) -> None:
    users = target(zen)
    code = users.create(MARIA)
    zen.faults.set(Fault(kind, times=2))
    users.update(code, {**MARIA, "Nome": "Maria S. Lima"})
    assert zen.requests["update"] == 3
    assert zen.users()[0]["Nome"] == "Maria S. Lima"


def test_update_that_is_never_answered_is_unknown(zen: ZenSimulator) -> None:
    users = target(zen)
    code = users.create(MARIA)
    zen.faults.set(Fault(Kind.LOST_ANSWER, times=None))
    assert type(failure(lambda: users.update(code, JOSE))) is AnswerUnknownError
    assert zen.users()[0]["Nome"] == "José Lima"


def test_listing_with_a_record_of_another_shape_names_the_place(zen: ZenSimulator) -> None:
    zen.add("P", "p@aurora.example")
    zen.faults.set(Fault(Kind.MALFORMED_RECORD))
    problem = failure(lambda: list(target(zen).listing())).problem
    assert (problem.code, problem.details["where"]) == ("vendor_answer_malformed", "Dados.Itens.0.Codigo")


def test_listing_cut_short_ends(zen: ZenSimulator) -> None:
    for number in range(150):
        zen.add("P", f"{number}@aurora.example")
    zen.faults.set(Fault(Kind.CUT_SHORT, times=None, keep=120))
    assert len(list(target(zen).listing())) == 120
    assert zen.requests == {"list": 3}


def test_of_ten_at_once_one_gets_the_email(zen: ZenSimulator) -> None:
    results: list[str] = []

    def create() -> None:
        try:
            results.append("ok" if target(zen).create(MARIA) else "")
        except ProblemError as error:
            results.append(error.problem.code)

    threads = [threading.Thread(target=create) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["ok"] + ["zen.email_taken"] * 9
    assert len(zen.users()) == 1
