"""The routes of IBM Notes ↔ Zoho CRM: connections, settings, users, runs, results, conflicts, links."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from notes.bringing_back_routes import BringingBackRoutes
from notes.conflict_routes import ConflictRoutes
from notes.meeting_routes import MeetingRoutes
from notes.offered import INTEGRATION
from notes.pair_routes import PairRoutes
from notes.result_routes import ResultRoutes
from notes.settings_routes import SettingsRoutes
from notes.uninstalling import NotesConnections
from notes.user_routes import UserRoutes
from sincronia.web.integrated import application_of
from sincronia.web.run_decisions import RunCancels
from sincronia.web.run_reads import RunReads

logger = Logger()
application = application_of(
    INTEGRATION,
    (
        NotesConnections,
        SettingsRoutes,
        UserRoutes,
        RunReads,
        RunCancels,
        ResultRoutes,
        ConflictRoutes,
        BringingBackRoutes,
        MeetingRoutes,
        PairRoutes,
    ),
)


@logger.inject_lambda_context(clear_state=True, correlation_id_path="requestContext.requestId")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers a request of API Gateway (payload 2.0)."""
    return application.answer(event, context)
