"""What the template says of a function is true of the code: its handler, its environment, its sample events."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools.shared import constants as powertools

from asms.importing.model import IMPORT
from asms.offered import INTEGRATION as ASMS
from local.api_routes import found, routes_of
from local.provisioned import RouteSpec
from local.template import Made, Resolver, translated
from notes.flow_names import SYNC
from operations.flows import FLOWS
from promob.flows import DAYS as PROMOB_DAYS
from sgp.offered import INTEGRATION as SGP
from tests.template import rules
from tests.template.handler_imports import wrong_imports
from zen.offered import INTEGRATION as ZEN

ROOT = Path(__file__).parents[2]
PRODUCT = [*ROOT.glob("layers/common/sincronia/**/*.py"), *ROOT.glob("functions/**/*.py")]
FUNCTIONS = dict(rules.of_type(translated(ROOT / "template.yaml", {}, "sa-east-1"), rules.FUNCTION))
ENVIRONMENT_NAME = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")

# Sweeps write nothing: what their hints do has its brake in the day's runs.
BRAKED: Mapping[str, Collection[str]] = {
    "asms": {*ASMS.flows, IMPORT},
    "notes": {SYNC},
    "promob": PROMOB_DAYS,
    "sgp": SGP.days,
    "zen": ZEN.flows,
}


def _variables(function: Mapping[str, Any]) -> set[str]:
    return set(function["Environment"]["Variables"])


def _constants(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in texts if ENVIRONMENT_NAME.fullmatch(text)}


def _tables_asked_for(path: Path) -> set[str]:
    """Variables that hold the tables of calls like `settings.table("…")`."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    calls = [
        node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) in {"table", "settings.table"}
    ]
    return {f"{str(ast.literal_eval(call.args[0])).upper()}_TABLE" for call in calls}


@cache
def _known_to_settings() -> frozenset[str]:
    tables = frozenset().union(*(_tables_asked_for(path) for path in PRODUCT))
    return tables | _constants(ROOT / "layers/common/sincronia/settings.py")


@pytest.mark.parametrize("logical_id", FUNCTIONS)
def test_its_environment_is_what_settings_and_powertools_read(logical_id: str) -> None:
    known = _known_to_settings() | {value for value in vars(powertools).values() if isinstance(value, str)}

    assert _variables(FUNCTIONS[logical_id]) - known == set()


def test_every_setting_is_given_to_a_function() -> None:
    given = set().union(*(_variables(function) for function in FUNCTIONS.values()))

    assert _known_to_settings() - given == set()


def test_only_settings_reads_the_environment() -> None:
    readers = [
        str(path.relative_to(ROOT))
        for path in PRODUCT
        if path.name != "settings.py"
        and re.search(r"\bos\.(environ|getenv)\b|\bfrom os import\b", path.read_text("utf-8"))
    ]

    assert readers == []


def _environment(function: Mapping[str, Any]) -> dict[str, str]:
    names = _variables(function)
    environment = {name: "203.0.113.0/24" if name == "ALLOWED_NETWORKS" else f"a-{name.lower()}" for name in names}
    return environment | {
        "POWERTOOLS_LOG_LEVEL": "INFO",
        "AWS_REGION": "sa-east-1",
        "AWS_DEFAULT_REGION": "sa-east-1",
    }


def test_every_handler_is_there_and_needs_no_more_than_its_environment() -> None:
    handlers = {function["Handler"]: _environment(function) for function in FUNCTIONS.values()}

    assert len(handlers) == len(FUNCTIONS)
    assert wrong_imports(handlers) == {}


def test_a_handler_that_is_not_there_or_misses_a_variable_is_noticed() -> None:
    wrong = wrong_imports({"zen.on_nothing.handler": {}, "zen.on_queue.nothing": {}, "hub.on_http.handler": {}})

    assert "No module named 'zen.on_nothing'" in wrong["zen.on_nothing.handler"]
    assert wrong.keys() == {"zen.on_nothing.handler", "zen.on_queue.nothing", "hub.on_http.handler"}


@pytest.mark.parametrize("logical_id", FUNCTIONS)
def test_it_has_sample_events(logical_id: str) -> None:
    integration, trigger, _ = FUNCTIONS[logical_id]["Handler"].split(".")
    events = sorted((ROOT / "events" / integration / trigger).glob("*.json"))

    assert events
    for event in events:
        assert isinstance(json.loads(event.read_text(encoding="utf-8")), dict), event


def test_every_flow_has_its_alarm_at_the_brake() -> None:
    """The metric's dimensions name the flow, so that an alarm sees one flow alone."""
    alarms = [
        {each["Name"]: each["Value"] for each in alarm["Dimensions"]}
        for _, alarm in rules.of_type(translated(ROOT / "template.yaml", {}, "sa-east-1"), rules.ALARM)
        if alarm["MetricName"] == "RunsAtBrake"
    ]

    missing = [
        flow for name, flows in BRAKED.items() for flow in flows if {"service": name, "flow": flow} not in alarms
    ]

    assert missing == []
    assert BRAKED.keys() >= FLOWS.keys()


def _routes() -> tuple[RouteSpec, ...]:
    """The API's routes, with functions by their logical ids."""
    template = translated(ROOT / "template.yaml", {}, "sa-east-1")
    resolver = Resolver(template, {}, stack_name="sample", region="sa-east-1")
    resolver.made |= {logical_id: Made(logical_id, {"Arn": logical_id}) for logical_id in FUNCTIONS}
    return routes_of(resolver.resolve(template["Resources"]["HttpApi"]["Properties"]["Body"], "Body"), "Body")


def test_every_path_of_the_openapi_document_has_its_route() -> None:
    described = json.loads((ROOT / "functions/hub/openapi.json").read_text(encoding="utf-8"))["paths"]
    routes = _routes()

    astray = {}
    for path, item in described.items():
        integration = re.match(r"/integrations/([a-z]+)/", path)
        wanted = f"{integration[1].capitalize() if integration else 'Hub'}OnHttp"
        for method in item:
            matching = found(routes, method.upper(), path)
            if matching is None or matching[0].function_arn != wanted:
                astray[f"{method} {path}"] = matching

    assert described
    assert astray == {}


def test_there_are_no_events_of_functions_that_are_not_there() -> None:
    handlers = {tuple(function["Handler"].split(".")[:2]) for function in FUNCTIONS.values()}
    folders = {path.parent.relative_to(ROOT / "events").parts for path in ROOT.glob("events/**/*.json")}

    assert folders - handlers == set()
