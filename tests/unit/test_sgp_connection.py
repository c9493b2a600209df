"""A connection's settings and secret as people type them, and its test."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from local.vendors.ozmap import OzmapSimulator
from local.vendors.sgp import SgpSimulator
from sgp.answers import ANSWERS
from sgp.connection import (
    OzMapSettings,
    Secret,
    Settings,
    Switches,
    ozmap_of,
    sgp_of,
)
from sgp.connection_test import checks
from sgp.records import open_contracts
from sincronia import clock
from sincronia.answers import ProblemError, explain
from sincronia.connection_fields import Fields, parsed, webhook_secrets
from sincronia.engine.flow import Opening
from tests.sgp_world import TOWN, Remembered

SETTINGS = {
    "sgp_address": "https://provedor.example",
    "sgp_app": "sincronia",
    "ozmap_address": "https://mapa.example:9994",
}
SECRET = {"sgp_token": "um-token", "ozmap_key": "uma-chave"}
GOOD = "whsec_" + base64.b64encode(bytes(24)).decode()
OTHER = "whsec_" + base64.b64encode(bytes(range(64))).decode()


def sentence(model: type[Fields], values: dict[str, Any]) -> str:
    with pytest.raises(ProblemError) as raised:
        parsed(model, values, ANSWERS)
    assert raised.value.__context__ is None
    return explain(raised.value.problem, ANSWERS)


def test_every_switch_is_off_until_it_is_turned_on() -> None:
    """The six of seed 004, by the names that people know."""
    switches = parsed(Settings, SETTINGS, ANSWERS).model_dump(exclude={*SETTINGS, "projects_by_pop"})
    assert switches == dict.fromkeys(switches, False)
    assert [Switches.model_fields[name].title for name in switches] == [
        "Cancelar Clientes",
        "Criar Clientes",
        "Considerar Projetos na Criação de Clientes",
        "Criar Clientes ao Redor da Caixa",
        "Remover Imóvel Completamente",
        "Desconectar o Imóvel do Cliente Cancelado da Porta do Splitter",
    ]
    assert "Cancelar Clientes" in sentence(Settings, {**SETTINGS, "cancel_clients": "sim"})


@pytest.mark.parametrize("mapping", [{"7": "OK"}, {}, None])
def test_status_mapping_is_fixed(mapping: Any) -> None:
    assert "é fixo nesta versão" in sentence(Settings, {**SETTINGS, "status_mapping": mapping})


def test_webhook_secrets() -> None:
    assert webhook_secrets(f" {GOOD}  {OTHER}\n") == (GOOD, OTHER)
    assert webhook_secrets("") == ()
    assert (
        parsed(Secret, {**SECRET, "webhook_secrets": f"{GOOD}   {OTHER}"}, ANSWERS).webhook_secrets == f"{GOOD} {OTHER}"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        "whsec_",
        "abacate",
        GOOD.removeprefix("whsec_"),
        "whsec_" + base64.b64encode(bytes(23)).decode(),
        "whsec_" + base64.b64encode(bytes(65)).decode(),
        GOOD + "!",
        f"{GOOD} abacate",
    ],
)
def test_what_is_no_webhook_secret_is_refused_and_not_quoted(wrong: str) -> None:
    told = sentence(Secret, {**SECRET, "webhook_secrets": wrong})
    assert "Os segredos do webhook" in told
    assert wrong == "whsec_" or wrong not in told


@pytest.mark.parametrize(
    ("settings", "secret", "field"),
    [
        ({**SETTINGS, "sgp_address": " "}, SECRET, "Endereço do SGP (URL)"),
        ({**SETTINGS, "sgp_app": ""}, SECRET, "APP_NAME do SGP"),
        ({**SETTINGS, "ozmap_address": ""}, SECRET, "Endereço do OZmap"),
        (SETTINGS, {"ozmap_key": "uma-chave"}, "TOKEN do SGP"),
        (SETTINGS, {"sgp_token": "um-token"}, "Chave da API do OZmap"),
    ],
)
def test_what_is_missing_is_named(settings: dict[str, str], secret: dict[str, str], field: str) -> None:
    with pytest.raises(ProblemError) as raised:
        open_contracts(Opening(settings, secret, {}, clock.now() + 1), Remembered())
    assert field in explain(raised.value.problem, ANSWERS)


def test_connection_is_tried_at_both_ends() -> None:
    """What is wrong at one end hides nothing of the other."""
    with SgpSimulator(TOWN) as sgp, OzmapSimulator(TOWN) as ozmap:
        settings = {"sgp_address": sgp.url, "sgp_app": sgp.app, "ozmap_address": ozmap.url}
        secret = {"sgp_token": sgp.token, "ozmap_key": ozmap.key}

        def tried(**changed: str) -> dict[str, str]:
            opening = Opening(settings, {**secret, **changed}, {}, clock.now() + 60)
            return {one.what: one.problem.code if one.problem else "" for one in checks(opening)}

        assert tried() == {"SGP": "", "OZmap": ""}
        assert tried(sgp_token="outro") == {"SGP": "vendor_refused_token", "OZmap": ""}
        assert tried(sgp_token="", ozmap_key="outra") == {"SGP": "settings_invalid", "OZmap": "vendor_refused_token"}
        assert (sgp.writes, ozmap.writes) == (0, 0)


def test_each_end_needs_its_own_settings_alone() -> None:
    opening = Opening(OzMapSettings(ozmap_address="https://mapa.example").model_dump(), SECRET, {}, 0)
    ozmap_of(opening)
    with pytest.raises(ProblemError):
        sgp_of(opening)
