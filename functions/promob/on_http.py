"""Promob's routes: its connections and log of hints, the stores of a network, and all that is theirs."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from promob.assistance_routes import AssistanceRoutes
from promob.budget_routes import BudgetRoutes
from promob.customer_routes import CustomerRoutes
from promob.discount_routes import DiscountRoutes
from promob.environment_routes import EnvironmentRoutes
from promob.item_routes import ItemRoutes
from promob.offered import INTEGRATION
from promob.opening_routes import OpeningRoutes
from promob.order_routes import OrderRoutes
from promob.project_routes import ProjectRoutes
from promob.revision_routes import RevisionRoutes
from promob.rule_routes import RuleRoutes
from promob.store_routes import StoreRoutes
from promob.user_routes import UserRoutes
from promob.version_routes import VersionRoutes
from sincronia.web.connections import Connections
from sincronia.web.hint_acts import HintActs
from sincronia.web.hint_reads import HintReads
from sincronia.web.integrated import application_of
from sincronia.web.run_reads import Corrections, RunReads
from sincronia.web.webhook_addresses import WebhookAddresses

logger = Logger()
application = application_of(
    INTEGRATION,
    (
        Connections,
        WebhookAddresses,
        HintReads,
        HintActs,
        RunReads,
        Corrections,
        ProjectRoutes,
        CustomerRoutes,
        StoreRoutes,
        UserRoutes,
        BudgetRoutes,
        OrderRoutes,
        RuleRoutes,
        EnvironmentRoutes,
        OpeningRoutes,
        VersionRoutes,
        ItemRoutes,
        DiscountRoutes,
        RevisionRoutes,
        AssistanceRoutes,
    ),
)


@logger.inject_lambda_context(clear_state=True, correlation_id_path="requestContext.requestId")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers a request of API Gateway (payload 2.0)."""
    return application.answer(event, context)
