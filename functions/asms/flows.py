"""ASMS's flows, by the name that runs keep them under. None is scheduled: people export, import, undo imports."""

from __future__ import annotations

from collections.abc import Mapping

from asms.answers import ANSWERS
from asms.exports import EXPORT
from asms.importing.model import IMPORT, UNDOING
from sincronia.engine.flow import FlowKind, RunFlow

FLOWS: Mapping[str, RunFlow] = {}
TASKS: Mapping[str, FlowKind] = {
    EXPORT: FlowKind(title="Exportar usuários", answers=ANSWERS),
    IMPORT: FlowKind(title="Importar usuários", answers=ANSWERS),
    UNDOING: FlowKind(title="Desfazer uma importação", answers=ANSWERS),
}
