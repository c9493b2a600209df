"""A connection to Promob: its settings and secret as people type them, its example, and its test."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from local.model_provider import new_webhook_secret
from local.vendors.faults import Fault, Kind
from local.vendors.promob import PromobSimulator
from promob.answers import ANSWERS
from promob.client_sentences import CLIENT
from promob.connection import Secret, Settings, promob_of
from promob.connection_test import checks
from sincronia import clock, vendor_http
from sincronia.answers import Problem, ProblemError, Retry, explain
from sincronia.connection_fields import parsed
from sincronia.engine.flow import Opening
from sincronia.web.connection_forms import ConnectionForm

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "connection.promob.json"
SETTINGS = {"promob_address": "https://portal.example"}


def opening(settings: dict[str, Any], secret: dict[str, str]) -> Opening:
    return Opening(settings, secret, {}, clock.now() + 60)


def test_the_example_holds_what_a_connection_needs() -> None:
    example = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    assert (example.pop("connection"), example.pop("integration")) == ("rede-modelo", "promob")
    connection = ConnectionForm.model_validate(example).configured("rede-modelo", "promob")
    assert connection.enabled
    assert parsed(Settings, connection.settings, ANSWERS).model_dump() == example["settings"]
    promob_of(opening(example["settings"], {"promob_key": "uma-chave"}))


@pytest.mark.parametrize(
    ("settings", "secret", "field"),
    [
        ({}, {"promob_key": "chave"}, "Endereço do Portal do Promob"),
        ({"promob_address": "  "}, {"promob_key": "chave"}, "Endereço do Portal do Promob"),
        (SETTINGS, {}, "Chave da API do Promob"),
        (SETTINGS, {"promob_key": " "}, "Chave da API do Promob"),
    ],
)
def test_what_is_missing_is_named(settings: dict[str, Any], secret: dict[str, str], field: str) -> None:
    with pytest.raises(ProblemError) as raised:
        promob_of(opening(settings, secret))
    assert field in explain(raised.value.problem, ANSWERS)


def test_webhook_secrets_that_cannot_be_are_refused_and_not_quoted() -> None:
    one, other = new_webhook_secret(), new_webhook_secret()
    assert parsed(Secret, {"webhook_secrets": f" {one}  {other}"}, ANSWERS).webhook_secrets == f"{one} {other}"
    with pytest.raises(ProblemError) as raised:
        parsed(Secret, {"webhook_secrets": f"{one} whsec_abacate"}, ANSWERS)
    assert raised.value.problem == Problem("webhook_secret_invalid", {"field": "Segredos do webhook"})
    assert "abacate" not in explain(raised.value.problem, ANSWERS)


def test_a_connection_is_tried_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether Promob can be asked, and whether what it tells is let in."""
    monkeypatch.setattr(vendor_http, "sleep", lambda seconds: None)
    with PromobSimulator() as promob:
        whole = opening(
            {"promob_address": promob.url}, {"promob_key": promob.key, "webhook_secrets": new_webhook_secret()}
        )

        def tried(**changed: str) -> dict[str, str]:
            given = replace(whole, secret={**whole.secret, **changed})
            return {one.what: one.problem.code if one.problem else "" for one in checks(given)}

        assert tried() == {"Promob": "", "Webhooks": ""}
        assert tried(promob_key="outra") == {"Promob": "vendor_refused_token", "Webhooks": ""}
        assert tried(promob_key="") == {"Promob": "settings_invalid", "Webhooks": ""}
        assert tried(webhook_secrets="") == {"Promob": "", "Webhooks": "promob.webhook_secrets_missing"}
        promob.faults.set(Fault(Kind.ERROR, status=404))  # some other server
        assert tried() == {"Promob": "vendor_answer_malformed", "Webhooks": ""}
        assert promob.writes == 0


def test_what_the_client_says_is_for_a_person_to_correct() -> None:
    details = {"number": "2", "ids": "C-1, C-2"}
    told = [explain(Problem(code, details), ANSWERS) for code in CLIENT]
    assert all(answer.retry == Retry.AFTER_CORRECTION for answer in CLIENT.values())
    assert all(code.startswith("promob.") for code in CLIENT)
    assert (
        "O Promob tem 2 projetos criados para este ambiente: C-1, C-2. Deixe no Connect só o que está em uso; depois, \
repita este aviso."
        in told
    )
