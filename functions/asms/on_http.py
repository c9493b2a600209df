"""ASMS's routes: its connections, the directory of clients and specialists, exports and imports of it."""

from __future__ import annotations

from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from asms.catalogue_routes import CatalogueRoutes
from asms.comment_routes import CommentRoutes
from asms.export_routes import ExportRoutes
from asms.field_routes import FieldRoutes
from asms.import_routes import ImportRoutes
from asms.offered import INTEGRATION
from asms.photo_routes import PhotoRoutes
from asms.policy_routes import PolicyRoutes
from asms.project_routes import ProjectRoutes
from asms.relation_routes import RelationRoutes
from asms.section_routes import SectionRoutes
from asms.shift_routes import ShiftRoutes
from asms.token_routes import TokenRoutes
from asms.user_routes import UserRoutes
from sincronia.web.connections import Connections
from sincronia.web.integrated import application_of
from sincronia.web.run_decisions import RunCancels
from sincronia.web.run_reads import RunPlans, RunReads

logger = Logger()
application = application_of(
    INTEGRATION,
    (
        Connections,
        UserRoutes,
        SectionRoutes,
        RelationRoutes,
        ShiftRoutes,
        TokenRoutes,
        CommentRoutes,
        PhotoRoutes,
        ProjectRoutes,
        partial(RunReads, page="asms/run.html"),
        partial(RunPlans, page="asms/plan.html"),
        RunCancels,
        ImportRoutes,
        ExportRoutes,
        CatalogueRoutes,
        FieldRoutes,
        PolicyRoutes,
    ),
)


@logger.inject_lambda_context(clear_state=True, correlation_id_path="requestContext.requestId")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers a request of API Gateway (payload 2.0)."""
    return application.answer(event, context)
