"""Objects on S3, the run queue on SQS, secrets in Secrets Manager. Clients are made on first use."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.config import Config

from sincronia import clock, settings
from sincronia.answers import Problem, ProblemError
from sincronia.engine.state import RunKey
from sincronia.store.connected import session

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

SECRET_SECONDS = 300  # how long a secret that was read is used again


@cache
def s3() -> S3Client:
    client: S3Client = session.create_client("s3")
    return client


@cache
def signing_s3() -> S3Client:
    """Signs links and forms, which need signatures of the fourth version."""
    client: S3Client = session.create_client("s3", config=Config(signature_version="s3v4"))
    return client


@cache
def sqs() -> SQSClient:
    client: SQSClient = session.create_client("sqs")
    return client


@cache
def secrets_manager() -> SecretsManagerClient:
    client: SecretsManagerClient = session.create_client("secretsmanager")
    return client


class S3Objects:
    """Implements sincronia.engine.ports.Objects on the data bucket."""

    def write_lines(self, key: str, lines: Iterable[Mapping[str, Any]]) -> None:
        buffer = io.BytesIO()
        with gzip.open(buffer, "wt", encoding="utf-8", compresslevel=3, newline="\n") as text:
            for line in lines:
                text.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
        s3().put_object(Bucket=settings.data_bucket(), Key=key, Body=buffer.getvalue(), ContentType="application/gzip")

    def read_lines(self, key: str) -> Iterator[dict[str, Any]]:
        body = s3().get_object(Bucket=settings.data_bucket(), Key=key)["Body"].read()
        with gzip.open(io.BytesIO(body), "rt", encoding="utf-8") as text:
            for line in text:
                yield json.loads(line)

    def found_lines(self, key: str) -> Iterator[dict[str, Any]]:
        """The same, of an object that may have expired: nothing, then."""
        try:
            yield from self.read_lines(key)
        except s3().exceptions.ClientError as error:
            # To who may not list the bucket, S3 says of what isn't there that it is denied.
            if error.response["Error"]["Code"] not in {"NoSuchKey", "AccessDenied"}:
                raise

    def write_bytes(self, key: str, content: bytes) -> None:
        """Writes an object as it is; one of that key is replaced."""
        s3().put_object(Bucket=settings.data_bucket(), Key=key, Body=content)

    def read_bytes(self, key: str) -> bytes:
        """An object as it is."""
        body: bytes = s3().get_object(Bucket=settings.data_bucket(), Key=key)["Body"].read()
        return body


class SqsRunQueue:
    """Implements sincronia.engine.ports.RunQueue. A message holds the run's key and nothing else."""

    def send(self, key: RunKey) -> None:
        url, body = settings.run_queue_url(), json.dumps({"connection": key.connection, "run_id": key.run_id})
        if url.endswith(".fifo"):  # shared with hints: the connection's runs one after the other
            sqs().send_message(
                QueueUrl=url, MessageBody=body, MessageGroupId=key.connection, MessageDeduplicationId=uuid4().hex
            )
        else:
            sqs().send_message(QueueUrl=url, MessageBody=body)


class SecretsManagerSecrets:
    """Implements sincronia.engine.ports.Secrets; keeps what it read for five minutes."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, Mapping[str, str]]] = {}

    def fields(self, name: str) -> Mapping[str, str]:
        read_at, fields = self._kept.get(name, (0.0, {}))
        if clock.now() - read_at > SECRET_SECONDS:
            fields = self._read(name)
            self._kept[name] = (clock.now(), fields)
        return fields

    @staticmethod
    def _read(name: str) -> Mapping[str, str]:
        client = secrets_manager()
        try:
            fields: Mapping[str, str] = json.loads(client.get_secret_value(SecretId=name)["SecretString"])
        except client.exceptions.ResourceNotFoundException:
            raise ProblemError(Problem("secret_missing")) from None
        return fields
