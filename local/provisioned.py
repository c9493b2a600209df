"""What provisioning is given and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True)
class Clients:
    """The services that hold something of the stack."""

    dynamodb: DynamoDBClient
    s3: S3Client
    sqs: SQSClient
    secretsmanager: SecretsManagerClient

    def close(self) -> None:
        """Closes their connections."""
        for client in (self.dynamodb, self.s3, self.sqs, self.secretsmanager):
            client.close()


@dataclass(frozen=True)
class Place:
    """Where a resource is made: its logical id, and the stack around it."""

    logical_id: str
    stack_name: str
    region: str
    clients: Clients
    api_url: str | None = None  # where the stack's HTTP API is served

    @property
    def name(self) -> str:
        """The physical name. AWS adds random letters; nothing may rely on either."""
        return f"{self.stack_name}-{self.logical_id}"


@dataclass(frozen=True)
class FunctionSpec:
    """A Lambda function; timeout in seconds, memory in MB."""

    logical_id: str
    name: str
    arn: str
    handler: str
    timeout: int
    memory: int
    environment: Mapping[str, str]
    log_format: str
    log_level: str
    role_arn: str


@dataclass(frozen=True)
class MappingSpec:
    """A queue whose messages a function takes."""

    logical_id: str
    queue_arn: str
    function_name: str
    batch_size: int
    reports_failures: bool
    concurrency: int


@dataclass(frozen=True)
class ScheduleSpec:
    """A schedule and the function that it invokes; `input` may hold <aws.scheduler.…> words."""

    logical_id: str
    arn: str
    expression: str
    function_arn: str
    input: str


@dataclass(frozen=True)
class RouteSpec:
    """A route of the HTTP API: a method or ANY, a path with {variables}, whose function answers within seconds."""

    method: str
    path: str
    function_arn: str
    timeout: float

    @property
    def key(self) -> str:
        """As AWS names it, `ANY /tokens/{proxy+}`."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class ApiSpec:
    """An HTTP API; its id takes the place of AWS's ten random letters."""

    logical_id: str
    id: str
    arn: str
    routes: tuple[RouteSpec, ...]


@dataclass
class Provisioned:
    """The stack as it stands; functions and schedules by logical id, IAM statements by the role's ARN.

    invokers: by the function's ARN, patterns of what API Gateway may call it from.
    """

    functions: dict[str, FunctionSpec] = field(default_factory=dict)
    mappings: list[MappingSpec] = field(default_factory=list)
    schedules: dict[str, ScheduleSpec] = field(default_factory=dict)
    api: ApiSpec | None = None
    invokers: dict[str, list[str]] = field(default_factory=dict)
    role_statements: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
