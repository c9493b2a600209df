"""IBM Notes ↔ Zoho CRM as its routes offer it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from notes.answers import ANSWERS
from notes.connection import Secret, Settings
from notes.connection_test import checks
from notes.flow_names import INTEGRATION as NAME
from notes.flows import FLOWS, TASKS
from notes.lane_titles import LaneTitles
from notes.store.settings import stored_settings
from notes.store.users import stored_users
from notes.sync_settings import SyncSettings
from sincronia.engine.flow import Opening
from sincronia.engine.state import Connection
from sincronia.store.aws import SecretsManagerSecrets
from sincronia.web.integration import Check, Integration


class NoFilters(BaseModel):
    """A sync goes through all that its settings name."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesIntegration(Integration):
    """An integration whose test needs the connection's users and settings, too."""

    def tried(self, connection: Connection, seconds: float) -> Sequence[Check]:
        """Each user's mailbox, and the CRM."""
        opening = self.opening(connection, {}, seconds)
        return checks(opening, stored_settings(connection.id), stored_users(connection.id), SecretsManagerSecrets())


def _tried_alone(opening: Opening) -> Sequence[Check]:
    """What an opening tells of: the CRM's authorization."""
    return checks(opening, SyncSettings(), (), SecretsManagerSecrets())


INTEGRATION = NotesIntegration(
    name=NAME,
    flows=FLOWS,
    tasks=TASKS,
    filters=dict.fromkeys(FLOWS, NoFilters),
    answers=ANSWERS,
    settings=Settings,
    secret=Secret,
    lanes=LaneTitles(),
    listings={},
    check=_tried_alone,
)
