"""How a webhook is let in: address → secret → sender → record → connection → one message in the queue of hints.

Where the source can be asked, what a webhook says is not believed: it hints that a record may have changed. Where it
can't, the body is kept, before the message that names it. Nothing is read from a table, and nothing that is signed is
unpacked or parsed, before the sender has shown that it knows the connection's secret.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from typing import Any, Protocol
from urllib.parse import parse_qs

import pydantic_core
from aws_lambda_powertools import Logger
from standardwebhooks import Webhook, WebhookVerificationError

from sincronia import clock, settings
from sincronia.answers import Problem, ProblemError
from sincronia.engine.hints import Cause, Hint, hint_id
from sincronia.engine.ports import Secrets
from sincronia.packed import UnpackedTooLargeError, unpacked
from sincronia.store.aws import SecretsManagerSecrets
from sincronia.store.connections import registered
from sincronia.web.answers import PROBLEM_JSON
from sincronia.web.documents import places_of, problem_document
from sincronia.web.webhook_answers import ANSWERS
from sincronia.web.webhook_keys import Addressed, addressed

Json = dict[str, Any]

SECRETS_FIELD = "webhook_secrets"  # of the connection's secret: one or more that hold, spaces between them
MISS_SECONDS = 60  # how long a secret that isn't there is not asked for again
RETRY_SECONDS = 30
_MISSES = 1000  # how many of those are remembered
_FIELDS = 1000  # the most that a form may have
_LONGEST_EVENT_ID = 200
_BEARER = re.compile(r"bearer +(\S+)", re.IGNORECASE)
_SIGNED = ("webhook-id", "webhook-timestamp", "webhook-signature")
_HEADERS = {401: {"WWW-Authenticate": "Bearer"}, 405: {"Allow": "POST"}, 503: {"Retry-After": str(RETRY_SECONDS)}}
_FORMS = {"application/json": False, "application/x-www-form-urlencoded": True}  # whether it is a form, by type
_UNPACKED = {"", "identity"}  # Content-Encodings that leave a body as it is
_KIB, _MIB = 1024, 1024 * 1024

logger = Logger(child=True)


class Queue(Protocol):
    """Where hints go."""

    def send(self, hint: Hint) -> None: ...


@dataclass(frozen=True, slots=True)
class About:
    """What a webhook is about."""

    entity: str
    record: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What an integration takes as a webhook's body, in bytes."""

    most: int = 64 * _KIB  # as it is sent
    most_unpacked: int = 0  # of what comes as gzip; 0: nothing does
    signed_only: bool = False  # signed JSON, and neither forms nor secrets that are shown

    @property
    def malformed(self) -> Problem:
        """What a body is that can't be read."""
        return Problem("webhook_json_malformed" if self.signed_only else "webhook_malformed")


@dataclass(frozen=True)
class Delivery:
    """A webhook's request: its headers, their names in small letters, and its body as it was sent."""

    headers: Mapping[str, str]
    body: bytes
    is_form: bool = False
    most_unpacked: int = 0  # bytes; 0: the body isn't packed

    @cached_property
    def content(self) -> Json | None:
        """The body's fields; None where it is neither a JSON object nor a form. Raises ProblemError: too large."""
        if not self.most_unpacked:
            return _content(self.body, is_form=self.is_form)
        try:
            return _content(unpacked(self.body, self.most_unpacked), is_form=self.is_form)
        except UnpackedTooLargeError:
            raise ProblemError(Problem("webhook_unpacked_too_large", {"limit": _size(self.most_unpacked)})) from None
        except ValueError:
            return None


def _hashed(_: str, body: bytes) -> str:
    return _digest(body)


def _nothing(_: str, __: Mapping[str, Any]) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhooks:
    """The webhooks of one integration.

    `record_of` gives what a body is about, None where it names nothing or several things; `looked_for` is what it looks
    for, as people read it after "Envie". `hashed` gives the hash that a connection's hint has of a body: where bodies
    are kept, it keeps them. `answered` gives what the sender is told beside the hint's id, of the connection and the
    body; it is asked once the hint is in the queue.
    """

    integration: str
    record_of: Callable[[Mapping[str, Any]], About | None]
    looked_for: str
    queue: Queue
    accepted: Accepted = field(default_factory=Accepted)
    hashed: Callable[[str, bytes], str] = _hashed
    answered: Callable[[str, Mapping[str, Any]], Mapping[str, Any]] = _nothing
    secrets: Secrets = field(default_factory=SecretsManagerSecrets)
    _missed: dict[str, float] = field(default_factory=dict, init=False)  # secret's name → until when

    def answer(self, event: Json) -> Json:
        """The answer to an event of API Gateway (payload 2.0). 200 only for what is in the queue."""
        try:
            hint, content = self._let_in(event)
            self.queue.send(hint)
            more = self.answered(hint.connection, content)
        except ProblemError as error:
            return _refusal(error.problem)
        except Exception as error:
            # The sender is to come again, whatever it was; what is in the queue already, it finds known.
            logger.error("webhook failed", error=type(error).__name__, at=places_of(error))
            return _refusal(Problem("webhook_not_queued"))
        logger.info("webhook", status=200, hint=hint.id)
        return _answer(200, "application/json", {"hint": hint.id, **more})

    def _let_in(self, event: Json) -> tuple[Hint, Json]:
        """The hint of an event, and what its body says. Raises ProblemError where it is not let in."""
        accepted = self.accepted
        address, delivery = self._addressed(event), _delivery(event, accepted)
        event_id = sender_id(delivery, self._live_secrets(address), signed_only=accepted.signed_only)
        logger.append_keys(connection=address.connection)
        if delivery.content is None:
            raise ProblemError(accepted.malformed)
        about = self.record_of(delivery.content)
        if about is None:
            raise ProblemError(Problem("webhook_record_missing", {"fields": self.looked_for}))
        self._check_connection(address)
        received_at, event_id = clock.now(), event_id or str(event["requestContext"]["requestId"])
        hint = Hint(
            connection=address.connection,
            id=hint_id(received_at, address.connection, event_id),
            entity=about.entity,
            record=about.record,
            cause=Cause.WEBHOOK,
            received_at=received_at,
            event_id=event_id,
            body_hash=self.hashed(address.connection, delivery.body),
        )
        return hint, delivery.content

    def _addressed(self, event: Json) -> Addressed:
        if event["requestContext"]["http"]["method"] != "POST":
            raise ProblemError(Problem("method_unknown"))
        address = addressed(event["rawPath"])
        if address is None or address.integration != self.integration:
            raise ProblemError(Problem("webhook_unknown"))
        return address

    def _live_secrets(self, address: Addressed) -> list[str]:
        name = _secret_name(address)
        if self._missed.get(name, 0) > clock.now():
            raise ProblemError(Problem("webhook_unknown"))
        try:
            fields = self.secrets.fields(name)
        except ProblemError:
            if len(self._missed) >= _MISSES:
                self._missed.clear()
            self._missed[name] = clock.now() + MISS_SECONDS
            raise ProblemError(Problem("webhook_unknown")) from None
        return live_secrets(fields)

    def _check_connection(self, address: Addressed) -> None:
        found = registered(address.connection)
        if found is None or found.deleting:
            raise ProblemError(Problem("webhook_connection_unknown"))
        connection = found.connection
        if (connection.integration, connection.secret_name) != (self.integration, _secret_name(address)):
            raise ProblemError(Problem("webhook_connection_unknown"))
        if not connection.enabled:
            raise ProblemError(Problem("webhook_connection_disabled"))


def live_secrets(fields: Mapping[str, str]) -> list[str]:
    """The webhooks' secrets among the fields of a connection's secret; each of them holds."""
    return fields.get(SECRETS_FIELD, "").split()


def sender_id(delivery: Delivery, secrets: list[str], *, signed_only: bool) -> str:
    """The event's id as its sender signed it; empty where the sender showed a secret instead, and may.

    Raises ProblemError for a sender who knows none of the secrets. All of them are tried, so that the time that it
    takes doesn't tell which.
    """
    if not secrets:
        raise ProblemError(Problem("webhook_without_secrets"))
    if any(name in delivery.headers for name in _SIGNED):
        if not sum(_signs(secret, delivery) for secret in secrets):
            raise ProblemError(Problem("webhook_signature_wrong"))
        event_id = delivery.headers["webhook-id"]
        return event_id if len(event_id) <= _LONGEST_EVENT_ID else _digest(event_id.encode())
    if signed_only:
        raise ProblemError(Problem("webhook_signature_missing"))
    shown = _shown(delivery)
    if not shown:
        raise ProblemError(Problem("webhook_unsigned"))
    if not sum(hmac.compare_digest(shown.encode(errors="replace"), secret.encode()) for secret in secrets):
        raise ProblemError(Problem("webhook_secret_wrong"))
    return ""


class _OfBytes(Webhook):
    """The library's checks, over a body of any bytes; by itself it signs text alone."""

    def __init__(self, secret: str, body: bytes) -> None:
        super().__init__(secret)
        self._body = body

    def sign(self, msg_id: str, timestamp: datetime, data: str) -> str:  # noqa: ARG002  # the body is known
        content = f"{msg_id}.{int(timestamp.timestamp())}.".encode() + self._body
        return f"v1,{base64.b64encode(hmac.digest(self._whsecret, content, 'sha256')).decode()}"


def _signs(secret: str, delivery: Delivery) -> bool:
    try:
        _OfBytes(secret, delivery.body).verify("", dict(delivery.headers), json_parse=False)
    except (WebhookVerificationError, ValueError):  # ValueError: a signature that the library can't read
        return False
    return True


def _shown(delivery: Delivery) -> str:
    """The secret that a sender shows who can't sign.

    ASSUMPTION, here alone: that such a vendor's gateway can be made to send one header or field of one's own.
    """
    bearer = _BEARER.fullmatch(delivery.headers.get("authorization", "").strip())
    token = (delivery.content or {}).get("token")
    shown = bearer[1] if bearer else delivery.headers.get("x-webhook-secret", "").strip()
    return shown or (token if isinstance(token, str) else "")


def _delivery(event: Json, accepted: Accepted) -> Delivery:
    """What was sent. Raises ProblemError for what is too large, of another type, or badly encoded."""
    headers, text = event.get("headers") or {}, event.get("body") or ""
    encoded = bool(event.get("isBase64Encoded"))
    if len(text) > (accepted.most * 4 // 3 + 4 if encoded else accepted.most):
        raise _too_large(accepted)
    try:
        body = base64.b64decode(text, validate=True) if encoded else text.encode()
    except ValueError:
        raise ProblemError(accepted.malformed) from None
    if len(body) > accepted.most:
        raise _too_large(accepted)
    is_form = _is_form(headers.get("content-type", ""), body, accepted)
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding in _UNPACKED:
        return Delivery(headers, body, is_form)
    if encoding != "gzip" or not accepted.most_unpacked:
        raise ProblemError(Problem("webhook_encoding_unsupported"))
    return Delivery(headers, body, is_form, accepted.most_unpacked)


def _too_large(accepted: Accepted) -> ProblemError:
    code = "webhook_too_large" if accepted.most_unpacked == 0 else "webhook_packed_too_large"
    return ProblemError(Problem(code, {"limit": _size(accepted.most)}))


def _size(number: int) -> str:
    """A number of bytes, as people read it."""
    return f"{number // _KIB} KiB" if number < _MIB else f"{number / _MIB:.3g} MiB".replace(".", ",")


def _is_form(content_type: str, body: bytes, accepted: Accepted) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    if accepted.signed_only:
        if kind not in {"", "application/json"}:
            raise ProblemError(Problem("webhook_json_expected"))
        return False
    if not kind:
        return not body.lstrip().startswith((b"{", b"["))
    if kind not in _FORMS:
        raise ProblemError(Problem("webhook_type_unsupported"))
    return _FORMS[kind]


def _content(body: bytes, *, is_form: bool) -> Json | None:
    """A body's fields; those that a form has several times are lists."""
    try:
        if is_form:
            fields = parse_qs(
                body.decode(errors="replace"), keep_blank_values=True, strict_parsing=True, max_num_fields=_FIELDS
            )
            return {name: values if len(values) > 1 else values[0] for name, values in fields.items()} or None
        value = pydantic_core.from_json(body, allow_inf_nan=False)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _secret_name(address: Addressed) -> str:
    return f"{settings.secret_prefix()}{address.random}"


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()


def _refusal(problem: Problem) -> Json:
    document = problem_document(problem, ANSWERS)
    logger.info("webhook", status=document["status"], code=problem.code)
    return _answer(document["status"], PROBLEM_JSON, document)


def _answer(status: int, content_type: str, body: Json) -> Json:
    return {
        "statusCode": status,
        "headers": {"Cache-Control": "no-store", "Content-Type": content_type, **_HEADERS.get(status, {})},
        "body": json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        "isBase64Encoded": False,
    }
