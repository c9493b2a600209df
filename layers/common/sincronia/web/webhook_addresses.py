"""The route that tells an administrator where, and how, a connection's webhooks are sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from aws_lambda_powertools.event_handler import Depends, Request
from pydantic import BaseModel

from sincronia.answers import ProblemError
from sincronia.auth import Role
from sincronia.settings import secret_prefix
from sincronia.store.aws import SecretsManagerSecrets
from sincronia.web.application import Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration
from sincronia.web.webhook_answers import HOW_TO_SEND
from sincronia.web.webhook_keys import webhook_path
from sincronia.web.webhooks import live_secrets


class WebhookAnswer(BaseModel):
    """Where a connection's webhooks come to, how many secrets hold, and how one is sent."""

    path: str
    url: str
    secrets: int
    how: str


def _called(request: Request) -> str:
    """The API's address as this request came to it."""
    return f"{request.headers['x-forwarded-proto']}://{request.headers['host']}"


Called = Annotated[str, Depends(_called)]


@dataclass(frozen=True, slots=True)
class WebhookAddresses:
    """The route of one integration."""

    integration: Integration
    how: str = HOW_TO_SEND

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Conexões")
        routes.get(
            f"{self.integration.connection_path}/webhook",
            role=Role.ADMINISTRATOR,
            summary="Lê o endereço de webhook de uma conexão",
            refuses=("connection_unknown",),
            page="webhook.html",
            menu="Webhook",
        )(self.read_webhook)
        return routes

    def read_webhook(self, connection: ConnectionInPath, called: Called) -> WebhookAnswer:
        """The address is a secret too; without one of the webhooks' secrets it lets nobody in."""
        found = self.integration.connection(connection).connection
        path = webhook_path(self.integration.name, found.id, found.secret_name.removeprefix(secret_prefix()))
        try:
            secrets = live_secrets(SecretsManagerSecrets().fields(found.secret_name))
        except ProblemError:  # whoever made the connection died before it had a secret
            secrets = []
        return WebhookAnswer(path=path, url=called + path, secrets=len(secrets), how=self.how)
