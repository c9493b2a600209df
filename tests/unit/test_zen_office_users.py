"""The rules of "Sincronizar Usuários": what opens the flow, and what a row of Questor becomes."""

from __future__ import annotations

from string import Formatter
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from sincronia import clock
from sincronia.answers import COMMON, Problem, ProblemError, explain
from sincronia.engine.flow import BrakeLimits, Flow, Identity, Limit, LinkStatus, Opening
from zen.answers import ANSWERS
from zen.office_users import DEFAULT_FILTERS, FLOW, is_email, record_of

SETTINGS = {"questor_address": "http://127.0.0.1:9001", "zen_address": "http://escritorio.app.zen.example/"}
SECRET = {"questor_token": "", "zen_token": "0123abc", "administrator_access_key": "chave"}
ROW = {"CODIGOUSUARIO": 12, "NOMEUSUARIO": "Maria Souza", "EMAIL": "Maria@Aurora.example", "CODIGOGRUPOUSUARIO": 3}


@pytest.fixture(autouse=True)
def silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here may reach a vendor."""

    def send(*arguments: Any, **options: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)


def opened(
    settings: dict[str, Any] = SETTINGS, secret: dict[str, str] = SECRET, filters: dict[str, Any] | None = None
) -> Flow:
    return FLOW.open(Opening(settings, secret, filters or {}, clock.now() + 60))


def refusal(**parts: Any) -> Problem:
    with pytest.raises(ProblemError) as raised:
        opened(**parts)
    assert raised.value.__context__ is None
    return raised.value.problem


def test_flow_is_open_to_all_where_no_filter_is_set() -> None:
    flow = opened()
    assert (flow.entity, flow.shared_key_code) == ("usuario_escritorio", "zen.email_shared")
    assert (flow.narrowed, flow.force, flow.statuses, flow.brake) == (
        False,
        False,
        frozenset(LinkStatus),
        BrakeLimits(),
    )


def test_filters_narrow_select_and_force() -> None:
    brake = {"deactivations": {"percent": 100, "number": 5}, "changes": {"percent": 1, "number": 2}}
    flow = opened(filters={"groups": ["2", 5], "statuses": ["Sincronizado"], "force": True, "brake": brake})
    assert (flow.narrowed, flow.force, flow.statuses) == (True, True, frozenset({LinkStatus.SYNCED}))
    assert flow.brake == BrakeLimits(deactivations=Limit(100, 5), changes=Limit(1, 2))


def test_schedule_leaves_out_who_is_in_step() -> None:
    flow = opened(filters=DEFAULT_FILTERS)
    assert flow.statuses == {LinkStatus.NOT_SYNCED, LinkStatus.RESYNC_PENDING}
    assert not flow.narrowed
    assert not flow.force


@pytest.mark.parametrize("key", ["", "  ", None])
def test_nothing_opens_without_the_administrators_key_whatever_else_is_wrong(key: str | None) -> None:
    secret = {} if key is None else {"administrator_access_key": key}
    problem = refusal(settings={}, secret=secret)
    assert problem.code == "zen.administrator_key_missing"
    sentence = explain(problem, ANSWERS)
    for word in ("0 – Administrador", "Chave de Acesso", "Minha Conta", "Token API Questor Zen", "Salvar"):
        assert word in sentence


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"settings": {**SETTINGS, "zen_address": " "}}, "Endereço Zen"),
        ({"settings": {"zen_address": "http://a.example"}}, "Endereço do Questor"),
        ({"secret": {**SECRET, "zen_token": ""}}, "Chave de Acesso (TOKEN) do Zen"),
        ({"secret": {**SECRET, "zen_token": "../x?y"}}, "Chave de Acesso (TOKEN) do Zen"),
        ({"filters": {"groups": ["Fiscal"]}}, "Código Grupo"),
        ({"filters": {"groups": [-1]}}, "Código Grupo"),
        ({"filters": {"statuses": ["Pronto"]}}, "Status"),
        ({"filters": {"group": [1]}}, "group"),
    ],
)
def test_what_does_not_do_is_named(parts: dict[str, Any], field: str) -> None:
    problem = refusal(**parts)
    assert (problem.code, dict(problem.details)) == ("settings_invalid", {"field": field})
    assert field in explain(problem, ANSWERS)


def test_address_that_is_none_is_named_with_its_vendor() -> None:
    problem = refusal(settings={**SETTINGS, "zen_address": "escritorio"})
    assert (problem.code, problem.details["vendor"]) == ("vendor_address_invalid", "Zen")


def test_row_becomes_a_record() -> None:
    record = record_of({**ROW, "EMAIL": "  Maria@Aurora.example "})
    assert (record.source_id, record.label, record.natural_key) == (
        "12",
        "Maria Souza (código 12)",
        "maria@aurora.example",
    )
    assert record.content == {
        "Nome": "Maria Souza",
        "Email": "maria@aurora.example",
        "CodigoGrupo": 3,
        "Situacao": "Ativo",
    }
    assert record.identities == (Identity("email", "maria@aurora.example"),)
    assert record.problem is None


def test_numbers_as_text_and_columns_beyond_those_known_do_no_harm() -> None:
    assert record_of({**ROW, "CODIGOUSUARIO": "12", "CODIGOGRUPOUSUARIO": "3", "OUTRA": {}}) == record_of(ROW)


@pytest.mark.parametrize("email", [None, "", "   "])
def test_user_without_an_email_says_so(email: str | None) -> None:
    record = record_of({**ROW, "EMAIL": email})
    assert (record.source_id, record.natural_key, record.identities) == ("12", "", ())
    assert record.problem == Problem("zen.email_missing", {"code": "12"})


@pytest.mark.parametrize(
    "email",
    ["maria", "maria@", "@aurora.example", "maria@aurora", "maria@@aurora.example", "ma ria@aurora.example",
     "maria.@aurora.example", ".maria@aurora.example", "ma..ria@aurora.example", "maria@-aurora.example",
     "maria@aurora..example", "maria@aurora.example;joao@aurora.example", "joão@aurora.example", "maria@aurora.1",
     f"{'m' * 65}@aurora.example", f"m@{'a.' * 130}example"],
)  # fmt: skip
def test_address_that_no_server_could_take_is_invalid(email: str) -> None:
    record = record_of({**ROW, "EMAIL": email})
    assert record.problem == Problem("zen.email_invalid", {"code": "12"})
    assert email not in explain(record.problem, ANSWERS)


@given(st.from_regex(r"[a-z0-9]([a-z0-9_+-]{0,20}[a-z0-9])?", fullmatch=True), st.lists(
    st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True), min_size=1, max_size=3
))  # fmt: skip
def test_plain_addresses_are_valid(local: str, labels: list[str]) -> None:
    assert is_email(f"{local}@{'.'.join(labels)}.example")


@pytest.mark.parametrize(
    ("change", "source_id", "field"),
    [
        ({"NOMEUSUARIO": None}, "12", "NOMEUSUARIO"),
        ({"NOMEUSUARIO": "  "}, "12", "NOMEUSUARIO"),
        ({"CODIGOGRUPOUSUARIO": "x"}, "12", "CODIGOGRUPOUSUARIO"),
        ({"EMAIL": 5}, "12", "EMAIL"),
        ({"CODIGOUSUARIO": None}, "", "CODIGOUSUARIO"),
        ({"CODIGOUSUARIO": "doze"}, "", "CODIGOUSUARIO"),
        ({"CODIGOUSUARIO": -1}, "", "CODIGOUSUARIO"),
    ],
)
def test_malformed_row_keeps_its_code_where_it_has_one(change: dict[str, Any], source_id: str, field: str) -> None:
    record = record_of({**ROW, **change})
    assert (record.source_id, record.content, record.natural_key) == (source_id, {}, "")
    assert record.problem == Problem("record_malformed", {"field": field})


@pytest.mark.parametrize("column", ["CODIGOUSUARIO", "NOMEUSUARIO", "EMAIL", "CODIGOGRUPOUSUARIO"])
def test_column_that_questor_no_longer_has_is_no_empty_value(column: str) -> None:
    record = record_of({name: value for name, value in ROW.items() if name != column})
    assert record.problem == Problem("record_malformed", {"field": column})


@pytest.mark.parametrize("row", [None, [], "x", 3])
def test_row_that_is_none_is_malformed(row: Any) -> None:
    record = record_of(row)
    assert (record.source_id, record.problem and record.problem.code) == ("", "record_malformed")


def test_every_sentence_can_be_filled_and_ends() -> None:
    details = {"vendor", "host", "status", "where", "code", "others", "query"}
    for code in [*sorted(set(ANSWERS) - set(COMMON)), "vendor_host_unknown", "vendor_refused_token"]:
        answer = ANSWERS[code]
        used = {name for text in (answer.sentence, answer.advice) for _, name, _, _ in Formatter().parse(text) if name}
        assert used <= details, code
        assert explain(Problem(code, dict.fromkeys(details, "x")), ANSWERS).endswith("."), code


def test_shared_email_names_the_others() -> None:
    sentence = explain(Problem("zen.email_shared", {"code": "12", "others": "15, 31"}), ANSWERS)
    assert "código 12" in sentence
    assert "código 15, 31" in sentence
