"""ASMS's flows, by the name that runs keep them under. Nothing is scheduled: people ask for exports."""

from __future__ import annotations

from collections.abc import Mapping

from asms.answers import ANSWERS
from asms.exports import EXPORT
from sincronia.engine.flow import FlowKind, RunFlow

FLOWS: Mapping[str, RunFlow] = {}
TASKS: Mapping[str, FlowKind] = {EXPORT: FlowKind(title="Exportar usuários", answers=ANSWERS)}
