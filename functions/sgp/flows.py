"""SGP's flows: the sweeps that a connection schedules, and how hints about its contracts are worked on."""

from __future__ import annotations

from collections.abc import Mapping

from sgp import flow_names
from sgp.answers import ANSWERS
from sincronia.engine.flow import FlowKind, Identity
from sincronia.engine.hints import HintKind

RECONCILE_MINUTES = 10  # as often as the vendor's own integration
POWER_MINUTES = 360  # received power moves slowly, and is read splitter by splitter

KIND = HintKind(
    integration="sgp",
    entity=flow_names.CONTRACT,
    title="Contratos do SGP no OZmap",
    day_flow=flow_names.DAY,
    answers=ANSWERS,
    known_by=lambda _, contract: (Identity(flow_names.NUMBER, contract),),
)

FLOWS: Mapping[str, FlowKind] = {
    flow_names.RECONCILE: FlowKind(title="Conferir contratos", answers=ANSWERS, default_minutes=RECONCILE_MINUTES),
    flow_names.POWER: FlowKind(title="Ler potência e portas", answers=ANSWERS, default_minutes=POWER_MINUTES),
}
DAYS: Mapping[str, FlowKind] = {flow_names.DAY: FlowKind(title=KIND.title, answers=ANSWERS)}
