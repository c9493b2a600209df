"""Promob's webhook function: the real handler in this process, on the AWS server, and Promob that sends it webhooks."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import replace
from datetime import datetime
from typing import Any

from tests.office_on_aws import START, AwsServer, Sandbox, event
from tests.sgp_webhooks_on_aws import SgpWebhooks, new_secret, signed

CONNECTION = "rede-modelo"


class PromobWebhooks(SgpWebhooks):
    """An execution environment of promob.on_webhook, with a clock to move, and a connection."""

    def __init__(self, aws: AwsServer) -> None:
        self.aws = aws
        self.now = START
        self.sandbox = Sandbox(lambda: self.now, integration="sgp")
        self.on_webhook = self.sandbox.imported("promob.on_webhook")
        self.connection = CONNECTION
        self.secret = new_secret()

    def renew(self) -> None:
        super().renew()
        self.connection = CONNECTION
        self.connect()

    def connect(self, webhook_secrets: str | None = None, **more: Any) -> None:
        """Puts the connection, with its secret; what is given takes the place of what works."""
        connection = self.sandbox.of("sincronia.engine.state").Connection(
            CONNECTION, "promob", "Rede Modelo", {}, "", "ana", enabled=True
        )
        fields = {"promob_key": "chave-do-promob", "webhook_secrets": webhook_secrets or self.secret}
        self.sandbox.registering.put_connection(replace(connection, **more), [], fields, os.environ["SECRET_PREFIX"])

    def path_of(self, connection: str, random: str, integration: str = "promob") -> str:
        return super().path_of(connection, random, integration)

    def example(self, name: str = "project_saved") -> dict[str, Any]:
        """An example from events/, as Promob sends it to the connection."""
        happening = event(f"promob/on_webhook/{name}")
        return self._sent(happening, content_of(happening), happening["headers"]["webhook-id"])

    def delivered(
        self, content: bytes, *, event_id: str = "msg_1", moment: datetime | None = None, **headers: str
    ) -> dict[str, Any]:
        """A signed event like the examples but for its content; names of headers with underscores for hyphens."""
        happening = event("promob/on_webhook/project_saved")
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        happening["headers"] = {"content-type": "application/json", **more}
        happening["isBase64Encoded"] = "content_encoding" in headers
        happening["body"] = base64.b64encode(content).decode() if happening["isBase64Encoded"] else content.decode()
        return self._sent(happening, content, event_id, moment)

    def told(self, body: Any, **more: Any) -> dict[str, Any]:
        """The same, of a body that is JSON."""
        return self.delivered(json.dumps(body).encode(), **more)

    def put_project(self, project_id: str, environment_id: str, promob_id: str, *, converted: bool) -> None:
        """A project of one environment, which is that one in Promob."""
        environments, rows = (self.sandbox.of(f"promob.{name}") for name in ("environments", "store.project_rows"))
        conversion = environments.Conversion(version=1, budget="b", at=START, by="t") if converted else None
        environment = environments.Environment(
            id=environment_id, name="Cozinha", promob_id=promob_id, converted=conversion
        )
        project = self.sandbox.of("promob.projects").Project(
            id=project_id, store="s", customer="c", name="Casa", created_at=START, environments=(environment,)
        )
        rows.project_row(CONNECTION, project).save()
        (lock,) = self.sandbox.imported("promob.store.projects").locks_of(project)
        lock_out = self.sandbox.of("sincronia.store.identities").lock_out
        lock_out(lock.identity, CONNECTION, lock.entity, lock.id).save()

    def bodies(self) -> dict[str, bytes]:
        """What is kept of bodies, by their keys."""
        bucket = os.environ["DATA_BUCKET"]
        listed = self.aws.s3.list_objects_v2(Bucket=bucket, Prefix="hints/").get("Contents", [])
        return {each["Key"]: self.aws.s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read() for each in listed}

    def _sent(
        self, happening: dict[str, Any], content: bytes, event_id: str, moment: datetime | None = None
    ) -> dict[str, Any]:
        happening["rawPath"] = happening["requestContext"]["http"]["path"] = self.path
        happening["headers"] |= signed(self.secret, content, event_id, moment)
        return happening


def content_of(happening: dict[str, Any]) -> bytes:
    """The bytes that were sent."""
    body = str(happening["body"])
    return base64.b64decode(body) if happening["isBase64Encoded"] else body.encode()


def promob_webhooks(aws: AwsServer) -> PromobWebhooks:
    """A connected environment on a fresh AWS."""
    aws.renew("promob")
    return PromobWebhooks(aws)
