"""Zen's routes: the real handler in this process, on the office's AWS server and simulators, and who calls it."""

from __future__ import annotations

from typing import Any

from tests.office_on_aws import CONNECTION, OfficeOnAws, Sandbox
from tests.routes_on_aws import RoutesOnAws

BASE = "/integrations/zen/connections"
ONE = f"{BASE}/{CONNECTION}"
RUNS = f"{ONE}/runs"


class ZenHttp(RoutesOnAws):
    """An execution environment of zen.on_http. Keeps all that it answered."""

    def __init__(self, office: OfficeOnAws, sandbox: Sandbox | None = None) -> None:
        super().__init__(sandbox or office.sandbox, "zen", asking="read_run", sending="start_run")
        self.office = office

    def started(self, flow: str = "sincronizar_usuarios", mode: str = "preview", **body: Any) -> Any:
        """A run that is asked for, worked off, as it then stands."""
        answer = self.post(RUNS, {"flow": flow, "mode": mode, **body})
        assert answer.status == 201, answer
        return self.worked_off(answer.body)

    def worked_off(self, run: Any) -> Any:
        """A run after every message was delivered."""
        while self.office.deliver():
            pass
        return self.get(run["url"])


def applied(http: ZenHttp, preview: Any, *deselected: tuple[str, str]) -> Any:
    """A preview, applied without the deselected (lane, source id) and worked off; gives the run."""
    body = {"deselected": [{"lane": lane, "source_id": source_id} for lane, source_id in deselected]}
    answer = http.post(f"{preview['url']}/apply", body)
    assert answer.status == 201, answer
    return http.worked_off(answer.body)


def outcomes(http: ZenHttp, run: Any, **query: Any) -> list[dict[str, Any]]:
    """A run's outcomes, as the API gives them."""
    items: list[dict[str, Any]] = http.get(f"{run['url']}/outcomes", limit=100, **query)["items"]
    return items
