"""What drawing the pages of runs costs, whatever the tables hold; those of the hub are counted beside its own tests."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.contracts_on_aws import in_both
from tests.sgp_http_on_aws import LOGS, ONE, RUNS, SgpHttp


def outcomes(sgp: SgpHttp, run_id: str, count: int) -> None:
    """So many more of a run's outcomes, as the table has them."""
    state, store = sgp.sandbox.of("sincronia.engine.state"), sgp.sandbox.of("sincronia.store.outcomes")
    key = state.RunKey("provedor-modelo", run_id)
    with store.OutcomeItem.batch_write() as batch:
        for number in range(count):
            outcome = state.Outcome(f"{number:08}", "contract", state.OutcomeKind.UPDATED, f"{number}", "Maria")
            batch.save(store.outcome_out(outcome, key, "2026-11-23T09:00:00.000Z"))


def costs(sgp: SgpHttp, pages: list[str]) -> dict[str, Counter[str]]:
    """The calls that each page makes, when whatever is imported late is imported."""
    found = {}
    for page in pages:
        path, _, query = page.partition("?")
        named = dict(part.split("=") for part in query.split("&") if part)
        sgp.drawn(path, "administrator", **named)
        sgp.calls()
        sgp.drawn(path, "administrator", **named)
        found[page] = sgp.calls()
    return found


@pytest.mark.sweep
def test_the_pages_of_a_run_cost_the_same_with_a_hundred_outcomes_and_with_ten_thousand(sgp: SgpHttp) -> None:
    sgp.town.work_off(in_both(sgp.town, status=4))
    (line,) = sgp.get(LOGS)["items"]
    run = f"{RUNS}/{line['run_id']}"
    pages = [ONE, RUNS, run, f"{run}/outcomes", f"{run}/outcomes?kind=updated", LOGS]
    outcomes(sgp, line["run_id"], 100)
    few = costs(sgp, pages)
    outcomes(sgp, line["run_id"], 10_000)

    assert costs(sgp, pages) == few
    for page, calls in few.items():
        assert sum(count for call, count in calls.items() if call.endswith("Query")) <= 2, (page, calls)
        assert not [call for call in calls if call.endswith("Scan")], (page, calls)
