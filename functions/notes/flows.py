"""The flows of IBM Notes ↔ Zoho CRM: the sync, and what people ask for each time."""

from __future__ import annotations

from collections.abc import Mapping

from notes import bringing_back, flow_names, meeting
from notes.answers import ANSWERS
from sincronia.engine.flow import FlowKind

# ASSUMED: as often as people look at a mailbox. There is no period before settings are saved: nothing runs until then.
SYNC_MINUTES = 15

FLOWS: Mapping[str, FlowKind] = {flow_names.SYNC: FlowKind(title="Sincronizar", answers=ANSWERS)}
TASKS: Mapping[str, FlowKind] = {
    flow_names.MEETING: FlowKind(title=meeting.TITLE, answers=ANSWERS),
    flow_names.BRINGING_BACK: FlowKind(title=bringing_back.TITLE, answers=ANSWERS),
}
