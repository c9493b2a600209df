"""Who calls the integrations' routes in these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.asms_on_aws import Asms
from tests.notes_history_on_aws import NotesHistory
from tests.office_on_aws import START, AwsServer, OfficeOnAws, Sandbox, office_on_aws, sandbox_as_new
from tests.promob_on_aws import PromobHttp, promob_http
from tests.promob_selling import Selling
from tests.sgp_http_on_aws import SgpHttp, sgp_http
from tests.zen_http_on_aws import ZenHttp


@pytest.fixture
def http(office: OfficeOnAws) -> ZenHttp:
    """An office of users alone."""
    return ZenHttp(office)


@pytest.fixture
def clients(aws: AwsServer, zen_environment: Sandbox) -> Iterator[ZenHttp]:
    """An office with client companies, one without a tax regime."""
    companies = {"companies": 3, "employees_per_company": 2, "without_regime": 1}
    with office_on_aws(aws, sandbox=zen_environment, **companies) as office:
        office.connect()
        yield ZenHttp(office)


@pytest.fixture(scope="module")
def environment(aws: AwsServer) -> Sandbox:
    """An execution environment of SGP's functions on an emptied AWS, for all tests of a module."""
    aws.emptied("sgp")
    return sandbox_as_new(lambda: START, integration="sgp")


@pytest.fixture
def sgp(aws: AwsServer, environment: Sandbox) -> Iterator[SgpHttp]:
    """A provider of 24 contracts, most of them on the map; cancelling and creating are on."""
    with sgp_http(aws, environment) as http:
        yield http


@pytest.fixture(scope="module")
def asms_environment(aws: AwsServer) -> Sandbox:
    """An execution environment of ASMS's functions on an emptied AWS, for all tests of a module."""
    aws.emptied("asms")
    return sandbox_as_new(lambda: START, integration="asms")


@pytest.fixture
def asms(aws: AwsServer, asms_environment: Sandbox) -> Asms:
    """An empty directory."""
    aws.clear()
    asms = Asms(aws, asms_environment)
    asms.connect()
    return asms


@pytest.fixture(scope="module")
def asms_environment_elsewhere(asms_environment: Sandbox) -> Sandbox:
    """A second execution environment on the same AWS."""
    return sandbox_as_new(lambda: START, integration="asms")


@pytest.fixture
def elsewhere(asms: Asms, asms_environment_elsewhere: Sandbox) -> Asms:
    """The directory of `asms`, as another execution environment has it: for who comes in the midst of a request."""
    return Asms(asms.aws, asms_environment_elsewhere)


@pytest.fixture(scope="module")
def promob_environment(aws: AwsServer) -> Sandbox:
    """An execution environment of Promob's functions on an emptied AWS, for all tests of a module."""
    aws.emptied("promob")
    return sandbox_as_new(lambda: START, integration="promob")


@pytest.fixture
def promob(aws: AwsServer, promob_environment: Sandbox) -> Iterator[PromobHttp]:
    """A connected network of stores, none of which is configured yet."""
    with promob_http(aws, promob_environment) as http:
        yield http


@pytest.fixture
def selling(promob: PromobHttp) -> Selling:
    """A store whose seller sells."""
    return Selling(promob)


@pytest.fixture(scope="module")
def notes_environment(aws: AwsServer) -> Sandbox:
    """An execution environment of the functions of Notes on an emptied AWS, for all tests of a module."""
    aws.emptied("notes")
    return sandbox_as_new(lambda: START, integration="notes")


@pytest.fixture
def history(aws: AwsServer, notes_environment: Sandbox) -> NotesHistory:
    """A connection without users, and nothing synced yet."""
    aws.clear()
    return NotesHistory(notes_environment)
