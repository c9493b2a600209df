"""The routes that integrations' on_http have in common, as one application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from sincronia.web.answers import ANSWERS as WEB
from sincronia.web.application import Application, Routes
from sincronia.web.integration import Integration
from sincronia.web.run_answers import ANSWERS, RequestProblemError, response_of

Kind = TypeVar("Kind", bound=Integration)


def application_of(integration: Kind, groups: tuple[Callable[[Kind], Any], ...], *more: Routes) -> Application:
    """The application of one integration; each group is made of it and has `routes()`."""
    whole = replace(integration, answers={**integration.answers, **ANSWERS, **WEB})
    application = Application([*(group(whole).routes() for group in groups), *more], whole.answers, whole.name)
    application.resolver.exception_handler(RequestProblemError)(lambda error: response_of(error, whole.answers))
    return application
