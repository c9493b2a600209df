"""How hints from Promob, and those to it, are worked on. Nothing of it is scheduled: Promob tells what it saves."""

from __future__ import annotations

from collections.abc import Mapping

from promob import flow_names
from promob.answers import ANSWERS, WORKED
from sincronia.engine.flow import FlowKind, Identity
from sincronia.engine.hints import HintKind


def known_by(entity: str, record: str) -> tuple[Identity, ...]:
    """What people look a record up by: Promob's own id, or of an environment its project's. Customers are by theirs."""
    if entity == flow_names.ENVIRONMENT:
        return (Identity("project", record.partition("-")[0]),)
    return () if entity == flow_names.CUSTOMER else (Identity(entity, record),)


KIND = HintKind(
    integration="promob",
    entity=flow_names.ENVIRONMENT,
    title="Avisos do Promob",
    day_flow=flow_names.DAY,
    answers=WORKED,
    others=(flow_names.CUSTOMER, flow_names.PROMOB_PROJECT, flow_names.PROMOB_CUSTOMER, flow_names.PROMOB_USER),
    keeps_bodies=True,
    # What was saved makes an environment out of date at once, so that no budget of it is approved meanwhile. Promob is
    # asked only for whose login a budget is, once, until the responsible user is known; that one then waits by itself.
    goes_on=frozenset({flow_names.PROMOB_PROJECT, flow_names.PROMOB_CUSTOMER}),
    known_by=known_by,
)

FLOWS: Mapping[str, FlowKind] = {}
DAYS: Mapping[str, FlowKind] = {flow_names.DAY: FlowKind(title=KIND.title, answers=ANSWERS)}
