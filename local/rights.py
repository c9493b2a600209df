"""Compares what each function called with what its role in the template allows it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from local.calls import Record
from local.provisioned import FunctionSpec, Provisioned

POLLER_ACTIONS = frozenset(
    {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"}
)
_COMPARED = frozenset({"Sid", "Effect", "Action", "Resource", "Condition"})


@dataclass(frozen=True, order=True)
class Allowed:
    """One action on one resource that a function's role allows; both as the template writes them, resolved."""

    function: str
    action: str
    resource: str


@dataclass(frozen=True, order=True)
class Called:
    """One action that a function called, on a resource's ARN."""

    function: str
    action: str
    resource: str


@dataclass(frozen=True)
class Comparison:
    """Calls that no statement allows, and rights that no call used; both sorted."""

    forbidden: list[Called]
    unused: list[Allowed]


def compare(provisioned: Provisioned, record: Record) -> Comparison:
    """What the stack's functions called against what their roles allow.

    The rights that the queue's poller uses on the queues of a function's event source mappings are no function's
    call, and are left out of the unused. Raises ValueError for a statement that isn't a plain Allow.
    """
    allowed = list(_allowed(provisioned))
    called = [
        Called(right.caller, right.action, right.resource)
        for right in record.rights
        if right.caller in provisioned.functions
    ]
    polled = {
        (function.logical_id, mapping.queue_arn)
        for mapping in provisioned.mappings
        for function in provisioned.functions.values()
        if mapping.function_name in (function.name, function.arn)
    }
    forbidden = [call for call in called if not any(_covers(right, call) for right in allowed)]
    unused = [
        right
        for right in allowed
        if not any(_covers(right, call) for call in called)
        and not (right.action in POLLER_ACTIONS and (right.function, right.resource) in polled)
    ]
    return Comparison(sorted(forbidden), sorted(unused))


def _allowed(provisioned: Provisioned) -> Iterable[Allowed]:
    for function in provisioned.functions.values():
        for statement in provisioned.role_statements[function.role_arn]:
            if statement["Effect"] != "Allow" or statement.keys() - _COMPARED:
                raise ValueError(
                    f"{function.logical_id}: local/rights.py só compara Allow de Action e Resource, e não {statement}."
                )
            for action in _listed(statement, "Action"):
                for resource in _listed(statement, "Resource"):
                    for prefix in _prefixes(function, statement):
                        yield Allowed(function.logical_id, action, resource + prefix)


def _prefixes(function: FunctionSpec, statement: Mapping[str, Any]) -> list[str]:
    """What a listing's prefix must be like, in the form of calls.Right; one that begins a resource is enough."""
    if "Condition" not in statement:
        return [""]
    match statement:
        case {"Action": "s3:ListBucket", "Condition": {"StringLike": {"s3:prefix": patterns, **others}, **more}}:
            if not others and not more:
                return [f"?prefix={pattern}" for pattern in ([patterns] if isinstance(patterns, str) else patterns)]
    raise ValueError(
        f"{function.logical_id}: local/rights.py só conhece a condição s3:prefix de s3:ListBucket, e não {statement}."
    )


def _listed(statement: Mapping[str, Any], name: str) -> list[str]:
    value = statement[name]
    return value if isinstance(value, list) else [value]


def _covers(right: Allowed, call: Called) -> bool:
    """A right without a condition on the prefix covers a listing with any."""
    resource, _, asked = right.resource.partition("?prefix=")
    called, _, prefix = call.resource.partition("?prefix=")
    return (
        right.function == call.function
        and _pattern(right.action.lower()).fullmatch(call.action.lower()) is not None
        and _pattern(resource).fullmatch(called) is not None
        and (not asked or _pattern(asked).fullmatch(prefix) is not None)
    )


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """IAM's wildcards: * any run of characters, ? one."""
    return re.compile("".join({"*": ".*", "?": "."}.get(part, re.escape(part)) for part in text))
