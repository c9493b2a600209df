"""The API against its own document, by schemathesis: whatever is sent, no server error and no undocumented answer.

What is sent is made from the document, right and wrong; where it is right, some of it names what exists, so that
answers of success are held to the document too. Each operation must have been seen to succeed.
"""

from __future__ import annotations

import copy
import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import BaseSchema, Case
from schemathesis.core.failures import FailureGroup
from schemathesis.core.parameters import ParameterLocation

from local.processes import ROOT
from local.stack import Stack
from tests.e2e.over_http import SECONDS, Caller, Document, Json
from tests.e2e.scene import Scene

DOCUMENT: Json = json.loads((ROOT / "functions" / "hub" / "openapi.json").read_text(encoding="utf-8"))
NEVER = {
    "sgp_change_statuses",  # who wants to change the fixed table reads that it is fixed
    "promob_read_image",  # nothing is removed in Promob
    "promob_decide_day",  # so the brake holds nothing
}
ONCE = {"ask_privacy_request"}  # it begins a run for each connection, which the ticks of other tests would find
_CHECKS = {
    # A cursor is opaque: the document can't say which are wrong, and the API refuses them.
    "positive_data_acceptance": {"enabled": False},
    # What is too long for API Gateway is refused by it.
    "negative_data_rejection": {
        "expected-statuses": ["400", "401", "403", "404", "405", "409", "413", "415", "422", "431"]
    },
}


def described(examples: int, *, coverage: bool) -> BaseSchema:
    """The document, for as many examples of each operation; with coverage also for each constraint's edges."""
    config: Json = {
        "seed": 1,
        "generation": {"max-examples": examples, "deterministic": True},
        "phases": {"coverage": {"enabled": coverage}, "stateful": {"enabled": False}},
        "checks": _CHECKS,
    }
    return schemathesis.openapi.from_dict(DOCUMENT, config=schemathesis.Config.from_dict(config))


class Asked(Scene):
    """The scene, and what was asked of it."""

    def __init__(self, administrator: Caller) -> None:
        super().__init__(administrator)
        self.asked = ""  # the operation of the last case
        self.succeeded = set[str]()  # operations that have; some can only once, as what decides of a run

    def aim(self, case: Case[Any]) -> None:
        """Lets two cases in three name what exists, where they aren't wrong on purpose; all until one has succeeded."""
        name = case.operation.definition.raw["operationId"]
        case.path_parameters = {  # API Gateway takes a decoded ? for the end: another address
            each: value.replace("%3F", "") if isinstance(value, str) else value
            for each, value in (case.path_parameters or {}).items()
        }
        is_left = zlib.crc32(repr((case.path_parameters, case.query, case.body)).encode()) % 3 == 0
        if name in self.succeeded and (is_left or name in ONCE):
            return
        if not _wrong_at(case, ParameterLocation.PATH):
            case.path_parameters = {**case.path_parameters, **self.named(name)}
        if name in self.queries and not _wrong_at(case, ParameterLocation.QUERY):
            case.query = dict(self.queries[name])
        if name in self.right and isinstance(case.body, dict) and not _wrong_at(case, ParameterLocation.BODY):
            case.body = {**case.body, **self.right[name]}


def _wrong_at(case: Case[Any], location: ParameterLocation) -> bool:
    return case.meta is not None and case.meta.is_negative_at(location)


@pytest.fixture(scope="session")  # a process may leave this module and come back to it
def scene(stack: Stack, document: Document) -> Asked:
    return Asked(Caller(stack, document, stack.token))


@pytest.fixture
def statuses() -> Counter[int]:
    """How often which status was answered to one operation."""
    return Counter()


@pytest.fixture
def success(scene: Asked, statuses: Counter[int]) -> Iterator[None]:
    """That there were answers of success, now or in an earlier test of the same scene."""
    yield
    assert scene.asked in scene.succeeded or scene.asked in NEVER, dict(statuses)


def send(case: Case[Any], scene: Asked, statuses: Counter[int]) -> None:
    """One case, and all that is checked of its answer."""
    scene.aim(case)
    stack = scene.administrator.stack
    headers = {"Authorization": f"Bearer {scene.administrator.token}"}
    answer = case.call_and_validate(base_url=stack.api_url, headers=headers, timeout=SECONDS, allow_redirects=False)
    statuses[answer.status_code] += 1
    scene.asked = case.operation.definition.raw["operationId"]
    if answer.status_code < 400:
        scene.succeeded.add(scene.asked)


def without_status(document: Json) -> None:
    del document["paths"]["/tokens/current"]["get"]["responses"]["200"]


def of_another_type(document: Json) -> None:
    content = document["paths"]["/tokens/current"]["get"]["responses"]["200"]["content"]
    content["text/plain"] = content.pop("application/json")


def with_another_field(document: Json) -> None:
    document["components"]["schemas"]["TokenAnswer"]["required"].append("secret")


@pytest.mark.parametrize(
    ("change", "failure"),
    [
        (without_status, "Undocumented status code"),
        (of_another_type, "Undocumented Content-Type"),
        (with_another_field, "schema"),
    ],
)
def test_an_answer_that_the_document_does_not_know_is_noticed(
    stack: Stack, change: Callable[[Json], None], failure: str
) -> None:
    document = copy.deepcopy(DOCUMENT)
    change(document)
    with pytest.raises(FailureGroup, match=failure):
        Caller(stack, Document(document), stack.token).says("GET", "/tokens/current")


counted = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def test_the_stack_serves_the_document_that_is_committed(stack: Stack) -> None:
    assert requests.get(f"{stack.api_url}/openapi.json", timeout=SECONDS).json() == DOCUMENT


@pytest.mark.sweep
@described(2, coverage=False).parametrize()
@counted
def test_answers_are_documented(case: Case[Any], scene: Asked, statuses: Counter[int]) -> None:
    send(case, scene, statuses)


@pytest.mark.sweep
@pytest.mark.usefixtures("success")
@described(10, coverage=True).parametrize()
@counted
def test_answers_are_documented_at_every_edge(case: Case[Any], scene: Asked, statuses: Counter[int]) -> None:
    send(case, scene, statuses)
