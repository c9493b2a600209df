"""SGP's worker: hints become what is true, each told once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.office_on_aws import AwsServer
from tests.provider_on_aws import CONNECTION, ProviderOnAws, provider_on_aws


@pytest.fixture
def town(aws: AwsServer) -> Iterator[ProviderOnAws]:
    with provider_on_aws(aws) as provider:
        provider.connect()
        yield provider


def on_the_map(town: ProviderOnAws, *, implanted: bool = True, live: bool = True) -> int:
    """A contract that OZmap has, connected to a port."""
    for contract in town.sgp.contracts():
        client = town.ozmap.client_of(str(contract.id))
        found = town.ozmap.property_of(str(contract.id))
        if client and found and client["implanted"] is implanted and (contract.status == 1 or not live):
            return contract.id
    raise LookupError


def test_a_suspended_contract_becomes_an_error_on_the_map(town: ProviderOnAws) -> None:
    contract = on_the_map(town)
    town.sgp.change(contract, status=4)

    (line,) = town.work_off(contract)

    assert line["state"] == "done"
    assert line["effect"]["kind"] == "updated", line
    client = town.ozmap.client_of(str(contract))
    assert client
    assert client["status"] == 1
    (run,) = town.rows("runs")
    assert run["counted"]
    (outcome,) = town.rows("outcomes")
    assert outcome["record"] == f"{CONNECTION}#contract#{contract}"
