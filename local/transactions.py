"""DynamoDB's TransactWriteItems as AWS documents it, in the place of moto's.

moto 5.2.5 copies every touched table and puts the copy back when a transaction is cancelled, so that concurrent writes
are lost and the cost grows with the table. Here: check every condition, then apply, undoing the touched items alone.
The caller (aws_server) holds one lock over all DynamoDB calls; that is what makes check and apply one step.

Source of the rules: Amazon DynamoDB API Reference, TransactWriteItems and TransactionCanceledException.
"""

from __future__ import annotations

import copy
import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from moto.core.responses import ActionResult
from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.exceptions import (
    ConditionalCheckFailed,
    DynamodbException,
    MockValidationException,
    MultipleTransactionsException,
    ProvidedKeyDoesNotExist,
    TransactionCanceledException,
    TransactWriteSingleOpException,
)
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from local.moto_replaced import Replacement, replace

_METHOD = "transact_write_items"
_MOST_ACTIONS = 100
_MOST_BYTES = 4 * 1024 * 1024
_TOKEN_SECONDS = 600
_KINDS = frozenset({"ConditionCheck", "Put", "Update", "Delete"})

Key = tuple[DynamoType, DynamoType | None]


@dataclass(frozen=True)
class _Action:
    kind: str
    request: dict[str, Any]
    table: Table
    key: Key

    def current(self) -> Item | None:
        return self.table.get_item(*self.key)


def install() -> None:
    """Puts this module's transaction in the place of moto's, in this process.

    Raises MotoChangedError when moto's version or a replaced method's signature differs.
    """
    replace(
        (
            Replacement(
                DynamoDBBackend,
                _METHOD,
                "(self, transact_items: list[dict[str, typing.Any]]) -> None",
                transact_write_items,
            ),
            Replacement(
                DynamoHandler,
                _METHOD,
                "(self) -> moto.core.responses.ActionResult",
                _once_per_token(DynamoHandler.transact_write_items),
            ),
        ),
        module="local/transactions.py",
        tests="tests/contract/test_local_transactions.py",
    )


def transact_write_items(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    """All of the actions or none.

    Raises moto's ValidationException for a request that is wrong as a whole, and its TransactionCanceledException, with
    one reason per action in their order, when a condition fails or an action can't be applied.
    """
    if not 1 <= len(transact_items) <= _MOST_ACTIONS:
        side = "less than or equal to 100" if transact_items else "greater than or equal to 1"
        raise MockValidationException(
            "1 validation error detected: Value at 'transactItems' failed to satisfy constraint: "
            f"Member must have length {side}"
        )
    actions = [_parsed(backend, item) for item in transact_items]
    _refuse_repeated(actions)
    before = [copy.deepcopy(action.current()) for action in actions]
    if sum(_bytes(action, old) for action, old in zip(actions, before, strict=True)) > _MOST_BYTES:
        raise MockValidationException("Transaction request size exceeds the limit of 4 MB")
    reasons = [_condition_failure(action, old) for action, old in zip(actions, before, strict=True)]
    if not any(reasons):
        reasons = _apply(backend, actions, before)
    if any(reasons):
        raise TransactionCanceledException([reason or (None, None, None) for reason in reasons])


_Reason = tuple[str, str, dict[str, Any] | None]


def _parsed(backend: DynamoDBBackend, item: dict[str, Any]) -> _Action:
    if len(item) != 1 or not _KINDS.issuperset(item):
        raise TransactWriteSingleOpException
    kind, request = next(iter(item.items()))
    table = backend.get_table(request["TableName"])
    attributes = request["Item"] if kind == "Put" else request["Key"]
    names = [name for name in (table.hash_key_attr, table.range_key_attr) if name is not None]
    if kind != "Put" and set(attributes) != set(names):
        raise ProvidedKeyDoesNotExist
    for name in names:
        if name not in attributes:
            raise MockValidationException(
                f"One or more parameter values were invalid: Missing the key {name} in the item"
            )
    parts = [DynamoType(attributes[name]) for name in names]
    return _Action(kind, request, table, (parts[0], parts[1] if len(parts) > 1 else None))


def _refuse_repeated(actions: list[_Action]) -> None:
    seen: set[tuple[str, str]] = set()
    for action in actions:
        place = (action.table.name, repr([part.to_json() for part in action.key if part is not None]))
        if place in seen:
            raise MultipleTransactionsException
        seen.add(place)


def _bytes(action: _Action, old: Item | None) -> int:
    if action.kind == "Put":
        return sum(len(name.encode()) + DynamoType(value).size() for name, value in action.request["Item"].items())
    written = action.request.get("ExpressionAttributeValues", {}) if action.kind == "Update" else {}
    return (old.size() if old is not None else 0) + sum(DynamoType(value).size() for value in written.values())


def _condition_failure(action: _Action, old: Item | None) -> _Reason | None:
    request = action.request
    condition = get_filter_expression(
        request.get("ConditionExpression"),
        request.get("ExpressionAttributeNames"),
        request.get("ExpressionAttributeValues"),
    )
    if condition.expr(old):
        return None
    shown = None
    if old is not None and request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD":
        shown = old.to_json()["Attributes"]
    return ("ConditionalCheckFailed", ConditionalCheckFailed().message, shown)


def _apply(backend: DynamoDBBackend, actions: list[_Action], before: list[Item | None]) -> list[_Reason | None]:
    for position, action in enumerate(actions):
        try:
            _write(backend, action)
        except Exception as error:
            for done, old in zip(actions[: position + 1], before, strict=False):
                _restore(done, old)
            if not isinstance(error, DynamodbException):
                raise
            reason: _Reason = ("ValidationError", str(error.message), None)
            return [reason if number == position else None for number in range(len(actions))]
    return []


def _write(backend: DynamoDBBackend, action: _Action) -> None:
    request, table = action.request, action.table
    if action.kind == "Put":
        backend.put_item(table.name, request["Item"])
    elif action.kind == "Delete":
        backend.delete_item(table.name, request["Key"])
    elif action.kind == "Update":
        backend.update_item(
            table.name,
            request["Key"],
            update_expression=request["UpdateExpression"],
            expression_attribute_names=request.get("ExpressionAttributeNames", {}),
            expression_attribute_values=request.get("ExpressionAttributeValues", {}),
        )


def _restore(action: _Action, old: Item | None) -> None:
    hash_value, range_value = action.key
    if old is None:
        action.table.delete_item(hash_value, range_value)
    elif range_value is None:
        cast("dict[DynamoType, Item]", action.table.items)[hash_value] = old
    else:
        action.table.items[hash_value][range_value] = old


def _once_per_token(
    original: Callable[[DynamoHandler], ActionResult],
) -> Callable[[DynamoHandler], ActionResult]:
    """A successful request that comes again under its ClientRequestToken within ten minutes changes nothing."""
    seen: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    def transact(handler: DynamoHandler) -> ActionResult:
        token = handler.body.get("ClientRequestToken")
        if token is None:
            return original(handler)
        now = time.monotonic()
        while seen and next(iter(seen.values()))[0] < now:
            seen.popitem(last=False)
        content = json.dumps(handler.body["TransactItems"], sort_keys=True, default=repr).encode()
        digest = hashlib.sha256(content).digest()
        if token in seen:
            if seen[token][1] != digest:
                raise DynamodbException(
                    "com.amazonaws.dynamodb.v20120810#IdempotentParameterMismatchException",
                    "The request uses the same client token as a previous, but non-identical request.",
                )
            return ActionResult({})
        result = original(handler)
        seen[token] = (now + _TOKEN_SECONDS, digest)
        return result

    return transact
