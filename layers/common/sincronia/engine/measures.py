"""What a run's end adds to the metrics: flow as dimension, connection as metadata, no record's data."""

from __future__ import annotations

from aws_lambda_powertools.metrics import MetricUnit, single_metric

from sincronia.engine.state import Phase, Run


def measure(run: Run) -> None:
    """Writes the metrics (EMF, on standard output) of a run that was just left, if it is done or at the brake."""
    if run.phase not in {Phase.DONE, Phase.BRAKE}:
        return
    name = "RunsAtBrake" if run.phase == Phase.BRAKE else "RunsConcluded"
    with single_metric(name=name, unit=MetricUnit.Count, value=1) as metric:
        metric.add_dimension("flow", run.flow)
        metric.add_metadata("connection", run.key.connection)
        metric.add_metadata("run_id", run.key.run_id)
        if run.result and run.concluded_at is not None:
            metric.add_metadata("result", run.result.value)
            metric.add_metric("RunSeconds", MetricUnit.Seconds, run.concluded_at - run.started_at)
        for kind, number in run.counters.items():
            metric.add_metric(f"Records{kind.value.capitalize()}", MetricUnit.Count, number)
