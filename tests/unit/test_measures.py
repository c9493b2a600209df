"""What hints and sweeps add to the metrics."""

from __future__ import annotations

import json

import pytest

from sincronia.answers import Problem
from sincronia.engine.hints import Cause, Effect, Hint, HintState, StoredHint
from sincronia.engine.measures import measure_hint
from sincronia.engine.state import OutcomeKind


def hint(record: str, state: HintState, effect: Effect | None) -> StoredHint:
    sent = Hint("casa", "20261122T000000000Z-0123456789abcdef", "contract", record, Cause.SCHEDULE, 0)
    return StoredHint(sent, state, effect)


FAILED = Effect(OutcomeKind.FAILED, problem=Problem("vendor_refused_token"))


@pytest.mark.parametrize(
    ("stored", "metric"),
    [
        (hint("308", HintState.DONE, Effect(OutcomeKind.REMOVED)), "RecordsRemoved"),
        (hint("308", HintState.DONE, FAILED), "RecordsFailed"),
        (hint("308", HintState.HELD, Effect(OutcomeKind.REMOVED)), "RunsAtBrake"),
        (hint("308", HintState.WAITING, None), "HintsPutOff"),
        (hint("", HintState.WAITING, None), "HintsPutOff"),
        (hint("", HintState.DONE, Effect(OutcomeKind.UNCHANGED)), "SweepsConcluded"),
        (hint("", HintState.DONE, FAILED), "SweepsFailed"),
    ],
)
def test_a_hint_that_was_left_is_counted_by_what_it_came_to(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    stored: StoredHint,
    metric: str,
) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Sincronia")

    measure_hint(stored, "contratos_do_dia")

    (line,) = capsys.readouterr().out.splitlines()
    told = json.loads(line)
    assert (told[metric], told["flow"], told["connection"]) == ([1.0], "contratos_do_dia", "casa")
    assert [one["Name"] for one in told["_aws"]["CloudWatchMetrics"][0]["Metrics"]] == [metric]
