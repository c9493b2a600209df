"""A DynamoDB request answered straight from what the server received.

moto 5.2.5 makes a web framework's request of it, looks in its body for the fields of a form, looks for each part of an
answer under all names that it may have in a model, and draws 52 letters for the answer's id: more than half of the
time that a read takes. Here: the target says the action, the signature the region, the body the parameters.
"""

from __future__ import annotations

import uuid
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from moto.core.model import OperationModel
from moto.core.parse import JSONParser
from moto.core.responses import ActionResult
from moto.core.serialize import DefaultAttributePicker, JSONSerializer
from moto.core.utils import get_service_model
from moto.dynamodb.responses import DynamoHandler

from local.calls import ACCOUNT

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from moto.core.parse import RequestDict

# Their answers have the names that they have in DynamoDB's model.
_OF_ITEMS = frozenset(
    {
        *("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan"),
        *("BatchGetItem", "BatchWriteItem", "TransactGetItems", "TransactWriteItems"),
    }
)


class TableRequest(DynamoHandler):
    """A request, its body not read yet; `call_action` gives status, headers and content of its answer."""

    def __init__(self, environ: WSGIEnvironment) -> None:
        super().__init__()
        self._action: str = environ["HTTP_X_AMZ_TARGET"].rpartition(".")[2]
        self._model = _operation(self._action)
        self.region = _region(environ)
        self.current_account = ACCOUNT
        self.headers = {"Content-Type": environ.get("CONTENT_TYPE", "")}
        self.response_headers = {"server": "amazon.com"}
        body = {"body": environ["wsgi.input"].read()}  # all that its protocol's parser asks for
        self.params = JSONParser(self._model).parse(cast("RequestDict", body))

    def _get_action(self) -> str:
        return self._action

    def serialized(self, action_result: ActionResult) -> Any:
        """The answer as DynamoDB's protocol has it."""
        if self._action not in _OF_ITEMS or isinstance(action_result.result, Exception):
            return super().serialized(action_result)
        serializer = JSONSerializer(self._model, value_picker=DefaultAttributePicker())
        answer = serializer.serialize(action_result.result)
        return answer["status_code"], {**answer["headers"], **self.response_headers}, answer["body"]

    @staticmethod
    def _enrich_response(headers: dict[str, str], body: Any) -> tuple[dict[str, str], Any]:
        status = {"status": str(headers["status"])} if "status" in headers else {}
        return headers | status | {"x-amzn-requestid": uuid.uuid4().hex.upper()}, body


@cache
def _operation(action: str) -> OperationModel:
    found: OperationModel = get_service_model("dynamodb").operation_model(action)
    return found


def _region(environ: WSGIEnvironment) -> str:
    credential = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].split("/")
    return credential[2] if len(credential) > 2 else DynamoHandler.default_region
