"""What happens to a function at the very moment that it writes a transaction: others write, answers are lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.routes_on_aws import RoutesOnAws


class Meanwhile:
    """Takes the place of DynamoDB's client: what is in `before` and `after` is done at the next transactions."""

    def __init__(self, routes: RoutesOnAws, monkeypatch: pytest.MonkeyPatch) -> None:
        connection = routes.sandbox.of("sincronia.store.connected").dynamodb
        self.dispatch = connection.dispatch
        self.before: list[Callable[[], object]] = []  # one for each of the next transactions
        self.after: list[Callable[[], object]] = []
        monkeypatch.setattr(connection, "dispatch", self)

    def __call__(self, operation: str, given: Any) -> Any:
        """As the client does it, with what happens meanwhile."""
        if operation != "TransactWriteItems":
            return self.dispatch(operation, given)
        if self.before:
            self.before.pop(0)()
        answer = self.dispatch(operation, given)
        if self.after:
            self.after.pop(0)()
        return answer


def cancelled(reason: str) -> Callable[[], None]:
    """Raises what DynamoDB answers where it cancels a transaction."""
    answer: Any = {
        "Error": {"Code": "TransactionCanceledException", "Message": f"[{reason}]"},
        "CancellationReasons": [{"Code": reason}],
    }

    def cancel() -> None:
        raise ClientError(answer, "TransactWriteItems")

    return cancel


def die() -> None:
    """Ends the request as a crash does: nothing that comes after it happens, and its caller gets no answer of it."""
    raise RuntimeError
