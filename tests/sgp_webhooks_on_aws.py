"""SGP's webhook function: the real handler in this process, on the AWS server, and who sends it webhooks."""

from __future__ import annotations

import base64
import hmac
import json
import os
import secrets
import urllib.request
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

from local.calls import CALLS_PATH, Record
from tests.office_on_aws import START, AwsServer, Context, Sandbox, event


def new_secret() -> str:
    """A webhook's secret, as a connection keeps it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


def signed(secret: str, body: str | bytes, event_id: str = "msg_1", moment: datetime | None = None) -> dict[str, str]:
    """The headers of a signed body. The library has its own clock: it is signed now, whatever the functions' clock."""
    moment = moment or datetime.now(UTC)
    signature = (
        Webhook(secret).sign(event_id, moment, body) if isinstance(body, str) else _of(secret, event_id, moment, body)
    )
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": signature,
    }


def _of(secret: str, event_id: str, moment: datetime, body: bytes) -> str:
    """The signature of any bytes, as Standard Webhooks says it; its library signs text alone."""
    content = f"{event_id}.{int(moment.timestamp())}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return f"v1,{base64.b64encode(hmac.digest(key, content, 'sha256')).decode()}"


@dataclass
class Answer:
    """An HTTP answer as the handler gave it, with its body read."""

    status: int
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def refused(self) -> tuple[int, str]:
        """Status and code of a refusal."""
        return self.status, str(self.body.get("code"))


class SgpWebhooks:
    """An execution environment of sgp.on_webhook, with a clock to move, and a connection."""

    def __init__(self, aws: AwsServer) -> None:
        self.aws = aws
        self.now = START
        self.sandbox = Sandbox(lambda: self.now, integration="sgp")
        self.on_webhook = self.sandbox.imported("sgp.on_webhook")
        self.sandbox.imported("sgp.on_http")
        self.connection = "provedor-modelo"
        self.secret = new_secret()

    def renew(self) -> None:
        """As a new environment would be, with the connection as it should be; quicker than importing everything."""
        webhooks = self.on_webhook.webhooks
        webhooks.secrets._kept.clear()
        webhooks._missed.clear()
        self.now = START
        self.connection = "provedor-modelo"
        self.secret = new_secret()
        self.connect()

    def connect(self, webhook_secrets: str | None = None, **more: Any) -> None:
        """Puts the connection, with its secret; what is given takes the place of what works."""
        connection = self.sandbox.of("sincronia.engine.state").Connection(
            self.connection, "sgp", "Provedor Modelo", {}, "", "ana", enabled=True
        )
        fields = {"sgp_token": "chave-do-sgp", "webhook_secrets": webhook_secrets or self.secret}
        self.sandbox.registering.put_connection(replace(connection, **more), [], fields, os.environ["SECRET_PREFIX"])

    @property
    def path(self) -> str:
        """Where the connection's webhooks come to."""
        name = self.sandbox.of("sincronia.store.connections").registered(self.connection).connection.secret_name
        return str(self.path_of(self.connection, name.removeprefix(os.environ["SECRET_PREFIX"])))

    def path_of(self, connection: str, random: str, integration: str = "sgp") -> str:
        """An address whose checksum is right."""
        return str(self.sandbox.of("sincronia.web.webhook_keys").webhook_path(integration, connection, random))

    def example(self, name: str = "cancel_json") -> dict[str, Any]:
        """An example from events/, as the connection's sender sends it."""
        happening = event(f"sgp/on_webhook/{name}")
        path = self.path
        happening["rawPath"] = happening["requestContext"]["http"]["path"] = path
        headers = happening["headers"]
        for header in ("authorization", "x-webhook-secret"):
            if header in headers:
                headers[header] = headers[header].replace("<secret>", self.secret)
        if "webhook-id" in headers:
            headers |= signed(self.secret, happening["body"], headers["webhook-id"])
        return happening

    def posted(self, body: Any, headers: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
        """An event like the example but for its body and headers; without any, the secret is shown."""
        happening = self.example()
        given = {"authorization": f"Bearer {self.secret}"} if headers is None else headers
        happening["headers"] = {"content-type": "application/json", **given}
        happening["body"] = body if isinstance(body, str) else json.dumps(body)
        return happening | more

    def send(self, happening: dict[str, Any]) -> Answer:
        """The handler's answer to an event."""
        answer = self.on_webhook.handler(happening, Context(10))
        assert answer["isBase64Encoded"] is False
        return Answer(answer["statusCode"], answer["headers"], json.loads(answer["body"]))

    def asked(self, path: str, role: str) -> Answer:
        """What sgp.on_http answers to who reads something."""
        auth = self.sandbox.of("sincronia.auth")
        text, token = auth.made(f"Painel ({role})", auth.Role(role), None, "operator:ana")
        self.sandbox.of("sincronia.store.tokens").keep_token(token)
        happening = event("zen/on_http/read_run") | {"rawPath": path}
        happening["requestContext"]["http"]["path"] = path
        happening["headers"]["authorization"] = f"Bearer {text}"
        answer = self.sandbox.of("sgp.on_http").handler(happening, Context(29))
        return Answer(answer["statusCode"], answer["headers"], json.loads(answer["body"]))

    def calls(self) -> Counter[tuple[str, str]]:
        """The AWS calls since the last time: (action, table, or empty)."""
        request = urllib.request.Request(f"{self.aws.endpoint}{CALLS_PATH}", method="DELETE")  # noqa: S310  # our own server
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            record = Record.from_json(answer.read())
        found: Counter[tuple[str, str]] = Counter()
        for right, count in record.rights.items():
            is_of_connections = right.resource.endswith(f":table/{os.environ['CONNECTIONS_TABLE']}")
            found[right.action, "connections" if is_of_connections else ""] += count
        return found

    def queued(self) -> list[dict[str, Any]]:
        """Takes what is in the queue: each message's body, with its group and deduplication id."""
        url, found = os.environ["HINT_QUEUE_URL"], []
        while messages := self.aws.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=0, MessageSystemAttributeNames=["All"]
        ).get("Messages"):
            for message in messages:
                attributes = message["Attributes"]
                found.append(
                    json.loads(message["Body"])
                    | {"group": attributes["MessageGroupId"], "once": attributes["MessageDeduplicationId"]}
                )
                self.aws.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found


def sgp_webhooks(aws: AwsServer) -> SgpWebhooks:
    """A connected environment on a fresh AWS."""
    aws.renew("sgp")
    return SgpWebhooks(aws)
