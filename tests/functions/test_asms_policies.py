"""Password policies over HTTP: read, changed in part, also by two at once; and what they say of a password typed."""

from __future__ import annotations

import io
import json
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.asms_on_aws import BASE, CONNECTION, ONE, Asms, problem
from tests.routes_on_aws import Answer

POLICY = f"{ONE}/password-policy"
CHECK = f"{POLICY}/check"
LONGEST = {"rule": "max_length", "sentence": "A senha deve ter no máximo 128 caracteres."}
NO_LOGIN = {"rule": "no_login", "sentence": "A senha não pode conter o login."}
NO_NAME = {
    "rule": "no_name",
    "sentence": "A senha não pode conter nenhuma palavra do nome que tenha três letras ou mais.",
}
AT_FIRST = {
    "min_length": 8,
    "upper": False,
    "lower": False,
    "digit": False,
    "symbol": False,
    "no_login": True,
    "no_name": True,
    "history": 3,
    "rules": [
        {"rule": "min_length", "sentence": "A senha deve ter no mínimo 8 caracteres."},
        LONGEST,
        NO_LOGIN,
        NO_NAME,
        {"rule": "history", "sentence": "A senha não pode repetir uma anterior; o diretório lembra até 3."},
    ],
}
STRICT = {
    "min_length": 10,
    "upper": True,
    "lower": True,
    "digit": True,
    "symbol": True,
    "no_login": False,
    "no_name": False,
    "history": 0,
}


def change(asms: Asms, what: dict[str, Any]) -> Answer:
    return asms.patch(POLICY, what, role="administrator")


def check(asms: Asms, password: str, **whose: str) -> Any:
    answer = asms.call("POST", CHECK, role="reader", body={"password": password, **whose})
    assert answer.status == 200, answer
    return answer.body


def named(policy: dict[str, Any]) -> dict[str, Any]:
    """A policy without what its rules ask."""
    return {name: value for name, value in policy.items() if name != "rules"}


# ── read and changed ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_directory_begins_with_a_policy_and_keeps_none(asms: Asms) -> None:
    asms.token("reader")
    asms.calls()

    assert asms.get(POLICY) == AT_FIRST
    assert asms.calls() == Counter({"tokens GetItem": 1, "connections GetItem": 1, "directory GetItem": 1})
    assert asms.rows() == []


def test_a_policy_is_changed_whole(asms: Asms) -> None:
    expected = STRICT | {
        "rules": [
            {"rule": "min_length", "sentence": "A senha deve ter no mínimo 10 caracteres."},
            LONGEST,
            {"rule": "upper", "sentence": "A senha deve ter uma letra maiúscula."},
            {"rule": "lower", "sentence": "A senha deve ter uma letra minúscula."},
            {"rule": "digit", "sentence": "A senha deve ter um algarismo."},
            {"rule": "symbol", "sentence": "A senha deve ter um símbolo, como ! ou @."},
        ]
    }
    answer = change(asms, STRICT)

    assert (answer.status, answer.body) == (200, expected)
    assert asms.get(POLICY) == expected


@pytest.mark.parametrize(("name", "value"), STRICT.items())
def test_what_is_not_named_stays(asms: Asms, name: str, value: Any) -> None:
    assert named(change(asms, {name: value}).body) == named(AT_FIRST) | {name: value}
    assert named(change(asms, {"min_length": 20}).body) == named(AT_FIRST) | {name: value} | {"min_length": 20}
    assert named(change(asms, {name: None}).body) == named(AT_FIRST) | {name: value} | {"min_length": 20}


def test_each_directory_has_its_own(asms: Asms) -> None:
    asms.connect("outra-empresa")
    change(asms, STRICT)

    assert asms.get(f"{BASE}/outra-empresa/password-policy") == AT_FIRST


def test_what_changes_nothing_writes_nothing(asms: Asms) -> None:
    change(asms, {"digit": True})
    (row,) = asms.rows()
    asms.calls()

    for what in ({}, {"digit": True}, {"digit": None, "history": 3}):
        assert named(change(asms, what).body) == named(AT_FIRST) | {"digit": True}
    assert set(asms.calls()) == {"tokens GetItem", "connections GetItem", "directory GetItem"}
    assert asms.rows() == [row]


# ── two at once, and lost answers ────────────────────────────────────────────────────────────────────────────────────
class Meanwhile:
    """What happens right before, or right after, a policy is written; one for each of the next writings."""

    def __init__(self, asms: Asms, monkeypatch: pytest.MonkeyPatch) -> None:
        connection = asms.sandbox.of("sincronia.store.connected").dynamodb
        self.dispatch = connection.dispatch
        self.before: list[Callable[[], Any]] = []
        self.after: list[Callable[[], Any]] = []
        monkeypatch.setattr(connection, "dispatch", self)

    def __call__(self, operation: str, given: Any) -> Any:
        if operation != "PutItem" or given["TableName"] != os.environ["DIRECTORY_TABLE"]:
            return self.dispatch(operation, given)
        if self.before:
            self.before.pop(0)()
        answer = self.dispatch(operation, given)
        if self.after:
            self.after.pop(0)()
        return answer


def by_another(asms: Asms, **what: Any) -> Callable[[], None]:
    """Somebody else's change, straight in the store."""
    store, passwords = asms.sandbox.of("asms.store.policies"), asms.sandbox.of("asms.passwords")

    def change_it() -> None:
        before = store.stored_policy(CONNECTION)
        values = {name: getattr(before, name) for name in before.__slots__} | what | {"version": before.version + 1}
        assert store.keep_policy(CONNECTION, passwords.Policy(**values))

    return change_it


@pytest.mark.parametrize("first", [{}, {"symbol": True}])
def test_two_changes_at_once_are_both_kept(asms: Asms, monkeypatch: pytest.MonkeyPatch, first: dict[str, Any]) -> None:
    change(asms, first)
    Meanwhile(asms, monkeypatch).before = [by_another(asms, upper=True)]

    after = named(AT_FIRST) | first | {"upper": True, "digit": True}
    assert named(change(asms, {"digit": True}).body) == after
    assert named(asms.get(POLICY)) == after


def test_whoever_is_always_overtaken_is_told(asms: Asms, monkeypatch: pytest.MonkeyPatch) -> None:
    Meanwhile(asms, monkeypatch).before = [
        each for number in range(9, 14) for each in (by_another(asms, min_length=number), lambda: None)
    ]
    answer = change(asms, {"digit": True})

    assert (answer.status, answer.body) == (
        409,
        problem(
            409,
            "Não é possível agora",
            "asms.policy_changed",
            "Outras pessoas alteraram a política de senha ao mesmo tempo, e a sua alteração não foi gravada. Leia a "
            "política de novo e repita a alteração.",
        ),
    )
    assert named(asms.get(POLICY)) == named(AT_FIRST) | {"min_length": 13}


@pytest.mark.parametrize("first", [{}, {"symbol": True}])
def test_a_change_whose_answer_was_lost_was_made(
    asms: Asms, monkeypatch: pytest.MonkeyPatch, first: dict[str, Any]
) -> None:
    """The library sends the writing again, whose condition the first one has already made untrue."""
    change(asms, first)

    def fail() -> None:
        raise ClientError(
            {"Error": {"Code": "ConditionalCheckFailedException", "Message": "The conditional request failed"}},
            "PutItem",
        )

    Meanwhile(asms, monkeypatch).after = [fail]
    answer = change(asms, {"digit": True})

    assert (answer.status, named(answer.body)) == (200, named(AT_FIRST) | first | {"digit": True})
    assert [row["version"] for row in asms.rows()] == [2 if first else 1]


# ── a password that is being typed ───────────────────────────────────────────────────────────────────────────────────
def test_a_typed_password_is_told_each_rule(asms: Asms) -> None:
    change(asms, {"upper": True, "digit": True})

    assert check(asms, "joão-2", login="joao.silva", name="João da Silva") == {
        "kept": False,
        "rules": [
            {"rule": "min_length", "sentence": "A senha deve ter no mínimo 8 caracteres.", "kept": False},
            {**LONGEST, "kept": True},
            {"rule": "upper", "sentence": "A senha deve ter uma letra maiúscula.", "kept": False},
            {"rule": "digit", "sentence": "A senha deve ter um algarismo.", "kept": True},
            {**NO_LOGIN, "kept": True},
            {**NO_NAME, "kept": False},
        ],
    }


@pytest.mark.parametrize(
    ("password", "wrong"),
    [
        ("", ["min_length"]),
        ("céu-azul", []),
        ("ANA.LIMA-1", ["no_login"]),
        ("bé-a-triz-1", []),
        ("béatriz-12", ["no_name"]),
        ("x" * 129, ["max_length"]),
        ("x" * 1000, ["max_length"]),
    ],
)
def test_a_typed_password_is_kept_where_every_rule_is(asms: Asms, password: str, wrong: list[str]) -> None:
    told = check(asms, password, login="ana.lima", name="Beatriz Souza")

    assert [one["rule"] for one in told["rules"] if not one["kept"]] == wrong
    assert told["kept"] == (not wrong)


def test_a_password_alone_can_be_checked_while_nothing_else_is_typed(asms: Asms) -> None:
    assert check(asms, "céu-azul")["kept"]


@pytest.fixture
def logged(asms: Asms) -> Iterator[io.StringIO]:
    """All that the function logs."""
    text = io.StringIO()
    loggers = [asms.sandbox.of(module).logger for module in ("asms.on_http", "sincronia.web.application")]
    (stream,) = loggers[0].handlers
    before = stream.setStream(text)
    for each in loggers:
        each.setLevel(logging.DEBUG)
    yield text
    for each in loggers:
        each.setLevel(logging.CRITICAL)
    stream.setStream(before)


def test_nothing_of_a_typed_password_is_kept_or_logged(asms: Asms, logged: io.StringIO) -> None:
    body = {"password": "Segredo-9731", "login": "fulana", "name": "Fulana de Tal"}
    asms.token("reader")
    before = {table: asms.rows(table) for table in ("directory", "requests", "tokens")}
    asms.calls()
    asms.answered.clear()

    answers = [
        asms.call("POST", CHECK, role="reader", body=body, key="a-mesma"),
        asms.call("POST", CHECK, role="reader", body=body, key="a-mesma"),
        asms.call("POST", CHECK, role="reader", body=body | {"Segredo-9731": 1}),
        asms.call("POST", CHECK, role="reader", body=body | {"password": ["Segredo-9731"]}),
        asms.call("POST", CHECK, role="reader", body=body | {"password": "Segredo-9731" * 90}),
    ]

    assert [answer.status for answer in answers] == [200, 200, 422, 422, 422]
    assert "Idempotency-Replayed" not in answers[1].headers
    assert set(asms.calls()) == {"tokens GetItem", "connections GetItem", "directory GetItem"}
    assert {table: asms.rows(table) for table in before} == before
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert [(line["message"], line["status"]) for line in lines] == [("request", answer.status) for answer in answers]
    for text in (logged.getvalue(), *asms.answered):
        assert not any(word in text for word in ("Segredo", "9731", "ulana"))


# ── who may, and what nobody should send ─────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("method", "path", "lower"),
    [("GET", POLICY, []), ("PATCH", POLICY, ["reader", "operator"]), ("POST", CHECK, [])],
)
def test_who_may(asms: Asms, method: str, path: str, lower: list[str]) -> None:
    body = {"GET": None, "PATCH": {"digit": True}, "POST": {"password": "x"}}[method]
    for role in ("reader", "operator", "administrator"):
        answer = asms.call(method, path, role=role, body=body)
        if role in lower:
            assert (answer.status, answer.body["code"]) == (403, "role_insufficient")
        else:
            assert answer.status == 200, answer
    nobody = asms.call(method, path, role=None, body=body)
    assert (nobody.status, nobody.body["code"]) == (401, "token_missing")


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("PATCH", POLICY, {"min_length": 0}, "min_length"),
        ("PATCH", POLICY, {"min_length": 129}, "min_length"),
        ("PATCH", POLICY, {"min_length": "8"}, "min_length"),
        ("PATCH", POLICY, {"min_length": True}, "min_length"),
        ("PATCH", POLICY, {"history": -1}, "history"),
        ("PATCH", POLICY, {"history": 13}, "history"),
        ("PATCH", POLICY, {"upper": "true"}, "upper"),
        ("PATCH", POLICY, {"no_login": 1}, "no_login"),
        ("PATCH", POLICY, {"max_length": 200}, None),
        ("PATCH", POLICY, {"version": 1}, None),
        ("POST", CHECK, {}, "password"),
        ("POST", CHECK, {"password": None}, "password"),
        ("POST", CHECK, {"password": 12345678}, "password"),
        ("POST", CHECK, {"password": "x" * 1001}, "password"),
        ("POST", CHECK, {"password": "x", "login": "x" * 1001}, "login"),
        ("POST", CHECK, {"password": "x", "user": "0000000000000001"}, None),
    ],
)
def test_what_nobody_should_send_is_refused(
    asms: Asms, method: str, path: str, body: dict[str, Any], field: str | None
) -> None:
    answer = asms.call(method, path, role="administrator", body=body)

    assert (answer.status, answer.body["code"], answer.body.get("field")) == (422, "request_invalid", field)
    assert asms.rows() == []


@pytest.mark.parametrize("connection", ["nunca-houve", "escritorio-modelo"])
def test_a_connection_of_nobody_or_of_another_integration_is_not_found(asms: Asms, connection: str) -> None:
    state = asms.sandbox.of("sincronia.engine.state")
    other = state.Connection("escritorio-modelo", "zen", "Outra", {}, "", "ana", enabled=True)
    asms.sandbox.registering.put_connection(other, [], {}, "sincronia/test/")
    path = f"{BASE}/{connection}/password-policy"

    for answer in (
        asms.call("GET", path, role="reader"),
        asms.patch(path, {"digit": True}, role="administrator"),
        asms.call("POST", f"{path}/check", role="reader", body={"password": "x"}),
    ):
        assert (answer.status, answer.body["code"]) == (404, "connection_unknown")
    assert asms.rows() == []
