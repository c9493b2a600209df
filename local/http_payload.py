"""Payload format 2.0 of HTTP APIs: a request as a function's event, and the function's answer as a response.

Source: API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP APIs". It leaves open what people
have since seen on AWS: the path arrives decoded, %2F too, and ends at a decoded question mark; a body is text for
text/*, application/json, application/xml and application/javascript alone, and base64 for all else, forms and no type
included.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from local.calls import ACCOUNT
from local.provisioned import RouteSpec

_TEXT = re.compile(r"(text/[^;]+|application/(json|xml|javascript))\s*(;.*)?", re.IGNORECASE)
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_BETWEEN_TWO_HOPS = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
)


@dataclass(frozen=True)
class Request:
    """What came over the wire; target and headers as Latin-1 shows their bytes, the body whole."""

    method: str
    target: str
    protocol: str
    headers: list[tuple[str, str]]
    body: bytes
    source: tuple[str, int]  # the caller's address, and the port that was called

    @property
    def path(self) -> str:
        """The decoded path."""
        encoded = self.target.partition("?")[0].encode("latin-1")
        return unquote_to_bytes(encoded).decode(errors="replace").partition("?")[0]

    @property
    def query(self) -> str:
        """The query as it was sent."""
        return self.target.partition("?")[2]


@dataclass(frozen=True)
class Response:
    """What goes over the wire, but for what each hop adds."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class _Answer(BaseModel):
    model_config = ConfigDict(strict=True)

    status: int = Field(alias="statusCode", ge=200, le=599)
    headers: dict[str, str | bool | int | float] | None = None
    cookies: list[str] | None = None
    body: str | None = None
    is_base64: bool | None = Field(None, alias="isBase64Encoded")


_ANSWER = TypeAdapter(_Answer)


def event(
    request: Request, route: RouteSpec, variables: dict[str, str], *, api_id: str, request_id: str, at: datetime
) -> dict[str, Any]:
    """The event of a request to a route; what is empty isn't there, as on AWS."""
    headers, cookies = _headers(request)
    text = _TEXT.fullmatch(headers.get("content-type", "")) is not None and "content-encoding" not in headers
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(request.query.encode("latin-1").decode(errors="replace"), keep_blank_values=True):
        query.setdefault(name, []).append(value)
    domain = headers.get("host", "").partition(":")[0]
    made: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route.key,
        "rawPath": request.path,
        "rawQueryString": request.query,
        "cookies": cookies,
        "headers": headers,
        "queryStringParameters": {name: ",".join(values) for name, values in query.items()},
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": api_id,
            "domainName": domain,
            "domainPrefix": domain.partition(".")[0],
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": request.protocol,
                "sourceIp": request.source[0],
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": request_id,
            "routeKey": route.key,
            "stage": "$default",
            "time": at.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(at.timestamp() * 1000),
        },
        "pathParameters": variables,
        "body": request.body.decode(errors="replace") if text else base64.b64encode(request.body).decode(),
        "isBase64Encoded": bool(request.body) and not text,
    }
    optional = ("cookies", "queryStringParameters", "pathParameters", "body")
    return {name: value for name, value in made.items() if value or name not in optional}


def _headers(request: Request) -> tuple[dict[str, str], list[str]]:
    """Names in small letters, several of one name between commas, cookies apart."""
    found: dict[str, list[str]] = {}
    cookies: list[str] = []
    for given, value in request.headers:
        name = given.lower()
        if name == "cookie":
            cookies += [cookie for part in value.split(";") if (cookie := part.strip())]
        elif name not in _BETWEEN_TWO_HOPS:
            found.setdefault(name, []).append(value)
    found["content-length"] = [str(len(request.body))]
    found.setdefault("x-forwarded-for", []).append(request.source[0])
    found |= {"x-forwarded-port": [str(request.source[1])], "x-forwarded-proto": ["http"]}
    return {name: ",".join(values) for name, values in found.items()}, cookies


def response(payload: bytes) -> Response | None:
    """The response that a function's answer means; None where it is none, which API Gateway answers with 500.

    JSON without a statusCode is itself the body of a 200; a text stands there without its quotes.
    """
    value = json.loads(payload)
    if not (isinstance(value, dict) and "statusCode" in value):
        content = value.encode() if isinstance(value, str) else payload
        return Response(200, [("content-type", "application/json")], content)
    try:
        answer = _ANSWER.validate_python(value)
        body = (answer.body or "").encode()
        if answer.is_base64:
            body = base64.b64decode(body, validate=True)
    except (ValidationError, UnicodeEncodeError, binascii.Error):
        return None
    headers = [(name, _written(value)) for name, value in (answer.headers or {}).items()]
    headers = [(name, value) for name, value in headers if name.lower() not in _BETWEEN_TWO_HOPS | {"content-length"}]
    headers += [("set-cookie", cookie) for cookie in answer.cookies or []]
    if not all(_NAME.fullmatch(name) and _is_one_line(value) for name, value in headers):
        return None
    if "content-type" not in {name.lower() for name, _ in headers}:
        headers.append(("content-type", "text/plain;charset=UTF-8"))
    return Response(answer.status, headers, body)


def _written(value: str | bool | float) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _is_one_line(value: str) -> bool:
    return not set("\r\n\0") & set(value) and all(ord(letter) < 256 for letter in value)
