"""The routes that every integration's on_http has, as one application."""

from __future__ import annotations

from dataclasses import replace

from sincronia.web.answers import ANSWERS as WEB
from sincronia.web.application import Application
from sincronia.web.connections import Connections
from sincronia.web.integration import Integration
from sincronia.web.run_answers import ANSWERS, RequestProblemError, response_of
from sincronia.web.run_decisions import RunDecisions
from sincronia.web.run_reads import RunReads
from sincronia.web.run_starts import RunStarts


def application_of(integration: Integration) -> Application:
    """The application of one integration's connections and runs."""
    whole = replace(integration, answers={**integration.answers, **ANSWERS, **WEB})
    groups = (Connections(whole), RunStarts(whole), RunReads(whole), RunDecisions(whole))
    application = Application([group.routes() for group in groups], whole.answers)
    application.resolver.exception_handler(RequestProblemError)(lambda error: response_of(error, whole.answers))
    return application
