"""The last test of a connection: kept by the route that tests, told by health, gone with the next change."""

from __future__ import annotations

import json
from typing import Any

from tests.functions.test_hub_health import OFFICE, connect, done, run
from tests.hub_on_aws import Hub
from tests.office_on_aws import CONNECTION, START
from tests.zen_http_on_aws import ZenHttp

TEST = f"/integrations/zen/connections/{CONNECTION}/test"


def _kept(http: ZenHttp) -> Any:
    (row,) = [row for row in http.office.rows("connections") if row["item"] == "CONFIG"]
    return json.loads(row["checked"]) if "checked" in row else None


def test_a_test_is_kept_until_the_connection_changes(http: ZenHttp) -> None:
    assert _kept(http) is None

    http.post(TEST)
    well = _kept(http)
    http.office.connect(secret={"zen_token": "outra-chave"})
    changed = _kept(http)
    told = http.post(TEST).body
    ill = _kept(http)

    assert well == {"at": START, "failed": "", "reason": ""}
    assert changed is None
    (wrong,) = [check for check in told["checks"] if not check["ok"]]
    assert ill == {"at": START, "failed": wrong["what"], "reason": wrong["detail"]}
    assert "outra-chave" not in json.dumps(ill)


def test_health_tells_of_a_failed_test_until_something_succeeds(hub: Hub) -> None:
    reader = hub.token("reader")
    connect(hub)
    run(hub, START - 600, **done(hub, START - 600, unchanged=6))
    check = hub.of("sincronia.connection_checks").LastCheck(START - 60, "Questor", "O Questor não está atendendo.")
    hub.of("sincronia.store.connections").keep_check(OFFICE, check)

    def findings() -> list[tuple[str, str, str]]:
        (one,) = hub.call("GET", "/health", reader).body["items"]
        return [(each["code"], each["sentence"], each["reason"]) for each in one["findings"]]

    before = findings()
    run(hub, START, **done(hub, START, unchanged=6))

    sentence = "O teste da conexão, em 23/11/2026 às 05:59, achou um problema em Questor."
    assert before == [("check_failed", sentence, "O Questor não está atendendo.")]
    assert findings() == [("well", "Tudo em dia.", "")]


def test_the_test_of_a_connection_that_is_gone_is_kept_nowhere(hub: Hub) -> None:
    hub.of("sincronia.store.connections").keep_check(
        "sumida", hub.of("sincronia.connection_checks").LastCheck(START, "Questor", "x")
    )

    assert hub.rows("connections") == []
