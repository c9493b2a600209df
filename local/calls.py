"""What was called on the AWS server: counts per caller, readable at any time, bounded in memory.

The caller is the access key of the request's signature; each function has its own (see functions.access_key).
"""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qs, unquote

ACCOUNT = "123456789012"
CALLS_PATH = "/_local/calls"  # on the AWS server; no bucket's name begins with an underscore
_TRANSACTION_RIGHTS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}
_BATCH_OPERATIONS = frozenset({"BatchWriteItem", "BatchGetItem"})
_OBJECT_ACTIONS = {
    "GET": "GetObject",
    "HEAD": "GetObject",
    "PUT": "PutObject",
    "DELETE": "DeleteObject",
    "POST": "PutObject",
}
_DELETED_KEY = re.compile(rb"<Key>([^<]*)</Key>")
_BUCKET_ACTIONS = {"GET": "ListBucket", "HEAD": "ListBucket", "PUT": "CreateBucket", "DELETE": "DeleteBucket"}


@dataclass(frozen=True)
class Request:
    """What is needed of an HTTP request to say who called what."""

    method: str
    path: str
    query: str
    authorization: str
    target: str
    body: bytes
    copied: str = ""  # the object that one of S3's is to be a copy of: /bucket/key


@dataclass(frozen=True)
class Operation:
    """One kind of call: `dynamodb`, `TransactWriteItems`."""

    caller: str
    service: str
    name: str


@dataclass(frozen=True)
class Right:
    """What IAM asks of a call: `dynamodb:PutItem` on an ARN.

    Object keys end after their folder, and so do secrets' names that have one; a bucket's listing has its prefix's
    folder behind `?prefix=`.
    """

    caller: str
    action: str
    resource: str


@dataclass
class Record:
    """Counts since the start or the last reset."""

    operations: Counter[Operation] = field(default_factory=Counter)
    rights: Counter[Right] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, request: Request) -> None:
        """Counts one call; a request without a signature is nobody's and isn't counted."""
        signature = _signature(request)
        if signature is None:
            return
        caller, region, service = signature
        name, rights = _understood(request, region, service)
        with self._lock:
            self.operations[Operation(caller, service, name)] += 1
            for action, resource in rights:
                self.rights[Right(caller, f"{service}:{action}", resource)] += 1

    def reset(self) -> None:
        """Starts counting anew."""
        with self._lock:
            self.operations.clear()
            self.rights.clear()

    def to_json(self) -> str:
        """`{"operations": [[caller, service, name, count], …], "rights": [[caller, action, resource, count], …]}`"""
        with self._lock:
            return json.dumps(
                {
                    "operations": [[o.caller, o.service, o.name, n] for o, n in self.operations.items()],
                    "rights": [[r.caller, r.action, r.resource, n] for r, n in self.rights.items()],
                }
            )

    @classmethod
    def from_json(cls, text: str) -> Record:
        """The inverse of to_json."""
        read = json.loads(text)
        return cls(
            Counter({Operation(caller, service, name): n for caller, service, name, n in read["operations"]}),
            Counter({Right(caller, action, resource): n for caller, action, resource, n in read["rights"]}),
        )

    def named(self, service: str, *, without: frozenset[str] = frozenset()) -> Counter[str]:
        """Calls of a service by operation, those of the callers in `without` left out."""
        counts: Counter[str] = Counter()
        for operation, count in self.operations.items():
            if operation.service == service and operation.caller not in without:
                counts[operation.name] += count
        return counts


def _signature(request: Request) -> tuple[str, str, str] | None:
    """Access key, region and service of a version 4 signature, in the header, a presigned address, or a form."""
    _, found, rest = request.authorization.partition("Credential=")
    credential = rest.split(",")[0] if found else parse_qs(request.query).get("X-Amz-Credential", [""])[0]
    parts = (credential or _field(request, "x-amz-credential")).split("/")
    return (parts[0], parts[2], parts[3]) if len(parts) == 5 else None


def _understood(request: Request, region: str, service: str) -> tuple[str, list[tuple[str, str]]]:
    """The operation's name, and the rights (action, resource) that it needs."""
    if service == "s3":
        return _object_call(request)
    name = request.target.rpartition(".")[2]
    match service:
        case "dynamodb":
            rights = [(action, _table(region, table)) for action, table in _table_calls(name, _json(request))]
        case "sqs":
            body = _json(request)
            queue = str(body.get("QueueUrl", body.get("QueueName", "*"))).rpartition("/")[2]
            rights = [(name.removesuffix("Batch"), f"arn:aws:sqs:{region}:{ACCOUNT}:{queue}")]
        case "secretsmanager":
            body = _json(request)
            secret = str(body.get("SecretId", body.get("Name", ""))).rpartition(":secret:")[2]
            folder = secret[: secret.rfind("/") + 1]
            rights = [(name, f"arn:aws:secretsmanager:{region}:{ACCOUNT}:secret:{folder or secret}")]
        case _:  # RPC v2 has the name in the path, the query protocol in the body
            name = name or request.path.partition("/operation/")[2]
            name = name or parse_qs(request.body.decode(errors="replace")).get("Action", ["unknown"])[0]
            rights = [(name, "*")]
    return name, rights


def _json(request: Request) -> dict[str, Any]:
    body = json.loads(request.body or b"{}")
    return body if isinstance(body, dict) else {}


def _object_call(request: Request) -> tuple[str, list[tuple[str, str]]]:
    """A subresource (?lifecycle, ?tagging) is told by its name, which no right of a function covers."""
    bucket, _, key = unquote(request.path).lstrip("/").partition("/")
    key = key or _field(request, "key")
    subresource = next((part for part in request.query.split("&") if part and "=" not in part), "")
    if not key:
        action = _BUCKET_ACTIONS.get(request.method, request.method) if bucket else "ListAllMyBuckets"
        if (request.method, subresource) == ("POST", "delete"):
            keys = (unescape(key.decode()) for key in _DELETED_KEY.findall(request.body))
            return "DeleteObjects", [("DeleteObject", _object(bucket, key)) for key in keys]
        if subresource:
            action = f"{request.method.title()}Bucket?{subresource}"
        prefix = parse_qs(request.query).get("prefix", [""])[0] if action == "ListBucket" else ""
        return action, [(action, f"arn:aws:s3:::{bucket}" + (f"?prefix={_folder(prefix) or prefix}" if prefix else ""))]
    action = _OBJECT_ACTIONS[request.method]
    if subresource and subresource != "uploads":
        action = f"{request.method.title()}Object?{subresource}"
    return action, [(action, _object(bucket, key)), *_copied(request)]


def _copied(request: Request) -> list[tuple[str, str]]:
    """Who copies reads the source, too."""
    bucket, _, key = unquote(request.copied).lstrip("/").partition("/")
    return [("GetObject", _object(bucket, key))] if bucket else []


def _field(request: Request, name: str) -> str:
    """A field of an uploaded form, before the file; empty where the request is none, or has no such field."""
    if request.method != "POST" or not request.body.startswith(b"--"):
        return ""
    found = re.search(rb'(?i); name="' + name.encode() + rb'"\r\n(?:[^\r\n]+\r\n)*\r\n([^\r\n]*)\r\n', request.body)
    return found[1].decode() if found else ""


def _object(bucket: str, key: str) -> str:
    return f"arn:aws:s3:::{bucket}/{_folder(key)}"


def _folder(key: str) -> str:
    folder, slash, _ = key.partition("/")
    return folder + slash if slash else ""


def _table_calls(name: str, body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if name in ("TransactWriteItems", "TransactGetItems"):
        for item in body["TransactItems"]:
            for kind, request in item.items():
                yield _TRANSACTION_RIGHTS.get(kind, kind), request["TableName"]
    elif name in _BATCH_OPERATIONS:
        for table in body["RequestItems"]:
            yield name, table
    else:
        table = str(body.get("TableName", "*"))
        index = body.get("IndexName")
        yield name, f"{table}/index/{index}" if index else table


def _table(region: str, table: str) -> str:
    return f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/{table.rpartition(':table/')[2] or table}"
