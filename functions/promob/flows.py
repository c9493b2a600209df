"""How hints from Promob, and those to it, are worked on. Nothing of it is scheduled: Promob tells what it saves."""

from __future__ import annotations

from collections.abc import Mapping

from promob import flow_names
from promob.answers import ANSWERS, WORKED
from sincronia.engine.flow import FlowKind
from sincronia.engine.hints import HintKind

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
)

FLOWS: Mapping[str, FlowKind] = {}
DAYS: Mapping[str, FlowKind] = {flow_names.DAY: FlowKind(title=KIND.title, answers=ANSWERS)}
