"""What ticks and runs add to the metrics: flow as dimension, connection as metadata, no record's data."""

from __future__ import annotations

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from sincronia.engine.hints import HintState, StoredHint
from sincronia.engine.state import OutcomeKind, Phase, Run
from sincronia.engine.tick import Ticked


def measure_tick(ticked: Ticked) -> None:
    """Writes the metrics (EMF, on standard output) of a tick that did something."""
    numbers = {"RunsStarted": ticked.started, "RunsPassedOver": ticked.passed_over, "RunsQueued": ticked.queued}
    metrics = EphemeralMetrics()
    for name, number in numbers.items():
        if number:
            metrics.add_metric(name, MetricUnit.Count, number)
    if any(numbers.values()):
        metrics.flush_metrics()


def measure_run(run: Run) -> None:
    """Writes the metrics (EMF, on standard output) of a run that was just left, if it is done or at the brake."""
    if run.phase not in {Phase.DONE, Phase.BRAKE}:
        return
    metrics = EphemeralMetrics()
    metrics.add_dimension("flow", run.flow)
    metrics.add_metadata("connection", run.key.connection)
    metrics.add_metadata("run_id", run.key.run_id)
    metrics.add_metric("RunsAtBrake" if run.phase == Phase.BRAKE else "RunsConcluded", MetricUnit.Count, 1)
    if run.result and run.concluded_at is not None:
        metrics.add_metadata("result", run.result.value)
        metrics.add_metric("RunSeconds", MetricUnit.Seconds, run.concluded_at - run.started_at)
        for kind, number in run.counters.items():
            metrics.add_metric(f"Records{kind.value.capitalize()}", MetricUnit.Count, number)
    metrics.flush_metrics()


def measure_hint(stored: StoredHint, day_flow: str) -> None:
    """Writes the metric (EMF, on standard output) of a hint, or of a sweep, that was just left."""
    metrics = EphemeralMetrics()
    metrics.add_dimension("flow", day_flow)
    metrics.add_metadata("connection", stored.hint.connection)
    metrics.add_metadata("hint", stored.hint.id)
    metrics.add_metric(_came_to(stored), MetricUnit.Count, 1)
    metrics.flush_metrics()


def _came_to(stored: StoredHint) -> str:
    if stored.state == HintState.HELD:
        return "RunsAtBrake"
    if stored.state != HintState.DONE or stored.effect is None:
        return "HintsPutOff"
    kind = stored.effect.kind
    if stored.hint.record:
        return f"Records{kind.value.capitalize()}"
    return "SweepsFailed" if kind == OutcomeKind.FAILED else "SweepsConcluded"
