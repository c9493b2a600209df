"""Who calls Zen's routes in these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.office_on_aws import AwsServer, OfficeOnAws, office_on_aws
from tests.zen_http_on_aws import ZenHttp


@pytest.fixture
def http(office: OfficeOnAws) -> ZenHttp:
    """An office of users alone."""
    return ZenHttp(office)


@pytest.fixture
def clients(aws: AwsServer) -> Iterator[ZenHttp]:
    """An office with client companies, one without a tax regime."""
    with office_on_aws(aws, companies=3, employees_per_company=2, without_regime=1) as office:
        office.connect()
        yield ZenHttp(office)
