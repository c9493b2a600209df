"""The environment that functions find, for tests that import them, and the fixtures that most tests share."""

from __future__ import annotations

import dataclasses
import gc
import os
from collections.abc import Iterator
from functools import cache
from types import CodeType
from typing import Any

import botocore.loaders
import botocore.session
import botocore.useragent
import pytest
from hypothesis import HealthCheck, settings

from tests.hub_on_aws import Hub
from tests.office_on_aws import START, AwsServer, OfficeOnAws, Sandbox, office_on_aws, sandbox_as_new

for name in (
    *("connections", "links", "identities", "runs", "outcomes", "notifications", "hints"),
    *("tokens", "requests", "directory", "projects", "mailboxes", "privacy"),
):
    os.environ[f"{name.upper()}_TABLE"] = f"test-{name}"
os.environ |= {
    "DATA_BUCKET": "test-data",
    "RUN_QUEUE_URL": "http://127.0.0.1/queue-set-by-the-test",
    "HINT_QUEUE_URL": "http://127.0.0.1/queue-set-by-the-test.fifo",
    "ALLOWED_NETWORKS": "127.0.0.0/8",
    "AWS_DEFAULT_REGION": "sa-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_EC2_METADATA_DISABLED": "true",
    "POWERTOOLS_SERVICE_NAME": "test",
    "POWERTOOLS_METRICS_NAMESPACE": "Sincronia",
    "POWERTOOLS_LOG_LEVEL": "WARNING",
}


# Each new environment makes sessions of its own; what they read of the services' descriptions stays read.
botocore.session.create_loader = cache(botocore.loaders.create_loader)

# Of each call, it says again what calls, letter by letter: a tenth of what a call costs here.
_sanitized = botocore.useragent.sanitize_user_agent_string_component
vars(botocore.useragent)["sanitize_user_agent_string_component"] = cache(_sanitized)


@cache
def _compiled(text: str) -> CodeType:
    return compile(text, "<string>", "exec")


def _executed(text: str, *scopes: Any) -> None:
    exec(_compiled(text), *scopes)  # noqa: S102  # what dataclasses writes of a class


# Each new environment makes the product's dataclasses anew; what dataclasses writes of them is compiled once.
vars(dataclasses)["exec"] = _executed

# The same examples each time, however slow the machine is: a gate must not depend on its mood.
settings.register_profile("gate", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("gate")


gc.disable()  # until all is collected: nothing of it may go


def pytest_collection_finish() -> None:
    """What is imported by now stays; a fifth of the tests' time went into looking again whether it may go."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)  # what goes are whole environments, of some hundred thousand objects each


@pytest.fixture(scope="session")
def aws() -> Iterator[AwsServer]:
    """The AWS server, one for all tests of this process."""
    server = AwsServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def zen_environment(aws: AwsServer) -> Sandbox:
    """An execution environment of Zen's functions on an emptied AWS, for all tests of a module."""
    aws.emptied()
    return sandbox_as_new(lambda: START)


@pytest.fixture
def office(aws: AwsServer, zen_environment: Sandbox) -> Iterator[OfficeOnAws]:
    """A connected office of eight on an emptied AWS."""
    with office_on_aws(aws, sandbox=zen_environment) as office:
        office.connect()
        yield office


@pytest.fixture(scope="module")
def hub_environment(aws: AwsServer) -> Hub:
    """An execution environment of the hub, for all tests of a module."""
    return Hub(aws)


@pytest.fixture
def hub(aws: AwsServer, hub_environment: Hub) -> Hub:
    """The hub at START, on an emptied AWS."""
    aws.emptied()
    hub_environment.now = START
    return hub_environment
