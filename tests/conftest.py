"""The environment that functions find, for tests that import them, and the fixtures that most tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.office_on_aws import AwsServer, OfficeOnAws, office_on_aws

for name in (
    *("connections", "links", "identities", "runs", "outcomes", "notifications", "hints"),
    *("tokens", "requests", "directory"),
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


# The same examples each time, however slow the machine is: a gate must not depend on its mood.
settings.register_profile("gate", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("gate")


@pytest.fixture(scope="session")
def aws() -> Iterator[AwsServer]:
    """The AWS server, one for all tests of this process."""
    server = AwsServer()
    yield server
    server.close()


@pytest.fixture
def office(aws: AwsServer) -> Iterator[OfficeOnAws]:
    """A connected office of eight on a fresh AWS."""
    with office_on_aws(aws) as office:
        office.connect()
        yield office
