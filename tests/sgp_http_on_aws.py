"""SGP's routes: the real handler in this process, on the provider's AWS server and simulators, and who calls it."""

from __future__ import annotations

import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from local.calls import CALLS_PATH, Record
from tests.office_on_aws import AwsServer, Sandbox
from tests.provider_on_aws import CONNECTION, ProviderOnAws, provider_on_aws
from tests.routes_on_aws import Answer, RoutesOnAws

BASE = "/integrations/sgp/connections"
ONE = f"{BASE}/{CONNECTION}"
HINTS, CONTRACTS, RUNS = f"{ONE}/hints", f"{ONE}/contracts", f"{ONE}/runs"
LOGS = "/integrations/sgp/logs"
STATUSES = "/integrations/sgp/statuses"
LATE = ("sincronia.web.pages", "sincronia.web.session", "sincronia.workbooks")  # what is imported when it is needed


class SgpHttp(RoutesOnAws):
    """An execution environment of sgp.on_http. Keeps all that it answered."""

    def __init__(self, town: ProviderOnAws) -> None:
        super().__init__(town.sandbox, "sgp", asking="read_run", sending="replay_period")
        self.town = town
        for name in LATE:
            self.sandbox.imported(name)

    def lines(self, **query: Any) -> list[dict[str, Any]]:
        """Lines of the log, the newest first, as the API gives them."""
        found: list[dict[str, Any]] = self.get(LOGS, **query)["items"]
        return found

    def line(self, contract: int | str) -> dict[str, Any]:
        """The newest line of a contract."""
        return self.lines(record=contract, limit=1)[0]

    def worked_off(self, asked: Answer) -> dict[str, Any]:
        """The line of what was asked for, after every message was delivered."""
        assert asked.status == 202, asked
        while self.town.deliver():
            pass
        found: dict[str, Any] = self.get(asked.body["url"])
        assert found["id"] == asked.body["hint"]
        return found

    def calls(self) -> Counter[str]:
        """The AWS calls since the last time, by table or index: `hints/by_state Query`."""
        request = urllib.request.Request(f"{self.town.aws.endpoint}{CALLS_PATH}", method="DELETE")  # noqa: S310  # our own server
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            record = Record.from_json(answer.read())
        found: Counter[str] = Counter()
        for right, count in record.rights.items():
            service, _, action = right.action.partition(":")
            where = right.resource.rpartition(":table/test-")[2].replace("/index", "").lower()
            found[f"{where.replace('table', '', 1)} {action}" if service == "dynamodb" else right.action] += count
        return found


@contextmanager
def sgp_http(aws: AwsServer, sandbox: Sandbox, contracts: int = 24) -> Iterator[SgpHttp]:
    """A connected provider on emptied tables, in an execution environment that there is."""
    with provider_on_aws(aws, contracts, sandbox=sandbox) as town:
        town.connect()
        yield SgpHttp(town)
