"""The test of a connection: each part is tried, and what is wrong with it is told apart."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from local.vendors.faults import Fault, Kind
from local.vendors.office import Office
from local.vendors.questor import QuestorSimulator
from local.vendors.tareffa import TareffaSimulator
from local.vendors.zen import ZenSimulator
from sincronia import clock, connection_checks, vendor_http
from sincronia.answers import OutOfTimeError, ProblemError, explain
from sincronia.connection_checks import Check
from sincronia.engine.flow import Opening
from zen.answers import ANSWERS
from zen.connection_test import check, checks
from zen.flow_names import INITIAL
from zen.flows import FLOWS
from zen.questor_client import Users

PARTS = ["Questor", "Zen", "Chave de Acesso do usuário 0", "Tareffa"]
QUESTOR, ZEN, KEY, TAREFFA = PARTS


@pytest.fixture
def vendors(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[QuestorSimulator, ZenSimulator, TareffaSimulator]]:
    monkeypatch.setattr(vendor_http, "sleep", lambda seconds: None)
    office = Office(users=3, without_email=0, sharing_pairs=0)
    with QuestorSimulator(office) as questor, ZenSimulator() as zen, TareffaSimulator() as tareffa:
        yield questor, zen, tareffa


@pytest.fixture
def opening(vendors: tuple[QuestorSimulator, ZenSimulator, TareffaSimulator]) -> Opening:
    questor, zen, tareffa = vendors
    return Opening(
        settings={"questor_address": questor.url, "zen_address": zen.url, "tareffa_address": tareffa.url},
        secret={
            "questor_token": questor.token,
            "zen_token": zen.token,
            "administrator_access_key": "chave",
            "tareffa_token": tareffa.token,
        },
        filters={},
        deadline=clock.now() + 60,
    )


def changed(opening: Opening, settings: dict[str, Any] | None = None, secret: dict[str, str] | None = None) -> Opening:
    return replace(
        opening, settings={**opening.settings, **(settings or {})}, secret={**opening.secret, **(secret or {})}
    )


def found(opening: Opening) -> dict[str, str]:
    """The codes of what is wrong, by part; each part is tried, in the order of the screen."""
    tried = checks(opening)
    assert [one.what for one in tried] == PARTS
    assert all(explain(one.problem, ANSWERS) for one in tried if one.problem)
    return {one.what: one.problem.code for one in tried if one.problem}


def test_connection_that_works(
    opening: Opening, vendors: tuple[QuestorSimulator, ZenSimulator, TareffaSimulator]
) -> None:
    assert checks(opening) == tuple(Check(what, None) for what in PARTS)
    assert [len(vendor.journal) for vendor in vendors] == [1, 1, 1]
    assert [vendor.writes for vendor in vendors] == [0, 0, 0]
    check(opening)


def test_tareffa_is_tried_only_where_it_is_configured(opening: Opening) -> None:
    settings = {name: value for name, value in opening.settings.items() if name != "tareffa_address"}
    for without in (settings, {**settings, "tareffa_address": ""}):
        assert checks(replace(opening, settings=without)) == tuple(Check(what, None) for what in PARTS[:3])


@pytest.mark.parametrize(
    ("settings", "secret", "expected"),
    [
        ({"questor_address": "nenhum"}, {}, {QUESTOR: "vendor_address_invalid"}),
        ({"questor_address": ""}, {}, {QUESTOR: "settings_invalid"}),
        ({"questor_address": "http://10.1.2.3"}, {}, {QUESTOR: "vendor_address_private"}),
        ({}, {"questor_token": "outro"}, {QUESTOR: "vendor_refused_token"}),
        ({"zen_address": "http://nao-existe.invalid"}, {}, {ZEN: "vendor_host_unknown"}),
        ({"zen_address": None}, {}, {ZEN: "settings_invalid"}),
        ({}, {"zen_token": "outro"}, {ZEN: "zen.access_key_refused"}),
        ({}, {"zen_token": ""}, {ZEN: "zen.access_key_missing"}),
        ({}, {"administrator_access_key": " "}, {KEY: "zen.administrator_key_missing"}),
        ({}, {"tareffa_token": "outro"}, {TAREFFA: "vendor_refused_token"}),
        ({}, {"tareffa_token": ""}, {TAREFFA: "settings_invalid"}),
        ({"tareffa_address": "x"}, {}, {TAREFFA: "vendor_address_invalid"}),
        (
            {"questor_address": "x", "zen_address": "y"},
            {"administrator_access_key": "", "tareffa_token": "outro"},
            {
                QUESTOR: "vendor_address_invalid",
                ZEN: "vendor_address_invalid",
                KEY: "zen.administrator_key_missing",
                TAREFFA: "vendor_refused_token",
            },
        ),
    ],
)
def test_what_is_wrong_is_told_apart_and_keeps_no_other_part_from_being_tried(
    opening: Opening, settings: dict[str, Any], secret: dict[str, str], expected: dict[str, str]
) -> None:
    wrong = changed(opening, settings, secret)
    assert found(wrong) == expected
    with pytest.raises(ProblemError) as raised:
        check(wrong)
    assert raised.value.problem.code == expected[min(expected, key=PARTS.index)]


def test_token_of_somebody_who_is_no_administrator(
    opening: Opening, vendors: tuple[QuestorSimulator, ZenSimulator, TareffaSimulator]
) -> None:
    wrong = changed(opening, secret={"zen_token": vendors[1].user_token})
    assert found(wrong) == {ZEN: "vendor_forbidden"}


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault(Kind.ERROR, times=None, status=500), "vendor_down"),
        (Fault(Kind.BUSY, times=None, retry_after="90"), "vendor_busy"),
        (Fault(Kind.RESET, times=None), "vendor_unreachable"),
        (Fault(Kind.WRONG_CONTENT_TYPE), "vendor_answer_malformed"),
        (Fault(Kind.REDIRECT, location="https://outro.example/"), "vendor_redirected"),
    ],
)
def test_vendor_that_misbehaves(
    opening: Opening,
    vendors: tuple[QuestorSimulator, ZenSimulator, TareffaSimulator],
    fault: Fault,
    code: str,
) -> None:
    for vendor, what in zip(vendors, (QUESTOR, ZEN, TAREFFA), strict=True):
        vendor.faults.set(fault)
        assert found(opening) == {what: code}
        vendor.faults.clear()


def test_zen_that_has_no_certificate_is_a_matter_of_tls(opening: Opening, monkeypatch: pytest.MonkeyPatch) -> None:
    address = str(opening.settings["zen_address"]).replace("http://", "https://")
    assert found(changed(opening, {"zen_address": address})) == {ZEN: "vendor_tls"}


def test_questor_without_the_consultation(opening: Opening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Users, "CONSULTATION", "TnOutra")
    assert found(opening) == {QUESTOR: "zen.questor_query_missing"}


def test_vendor_that_never_answers_takes_its_seconds_and_no_more(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_checks, "SECONDS", 0.4)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        started = time.monotonic()
        assert found(changed(opening, {"zen_address": address})) == {ZEN: "vendor_unreachable"}
        assert time.monotonic() - started < 4
    assert threading.active_count() < 20


def test_nothing_is_asked_after_the_deadline(
    opening: Opening, vendors: tuple[QuestorSimulator, ZenSimulator, TareffaSimulator]
) -> None:
    with pytest.raises(OutOfTimeError):
        checks(replace(opening, deadline=clock.now()))
    assert [len(vendor.journal) for vendor in vendors] == [0, 0, 0]


def test_initial_sync_begins_with_it(
    opening: Opening, vendors: tuple[QuestorSimulator, ZenSimulator, TareffaSimulator]
) -> None:
    flow = FLOWS[INITIAL].open(opening)
    assert flow.check is not None
    assert [len(vendor.journal) for vendor in vendors] == [0, 0, 0]
    flow.check()
    assert [len(vendor.journal) for vendor in vendors] == [1, 1, 1]
    flow = FLOWS[INITIAL].open(changed(opening, secret={"zen_token": "outro"}))
    assert flow.check is not None
    with pytest.raises(ProblemError) as raised:
        flow.check()
    assert raised.value.problem.code == "zen.access_key_refused"
