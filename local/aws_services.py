"""moto's services as one application: as moto's server has them, but that DynamoDB, which is called most, is asked
without a web framework, and that what moto finds out anew for each request is found out once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from functools import cache, lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from moto.core import responses
from moto.core.utils import camelcase_to_underscores, get_service_model, method_names_from_class
from moto.dynamodb import comparisons
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.sqs import models as sqs_models

from local.aws_tables import TableRequest
from local.moto_replaced import Replacement, replace

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_DYNAMODB = "DynamoDB_20120810."


class Services(DomainDispatcherApplication):
    """The services, told apart by what a request's signature or target says."""

    def __init__(self) -> None:
        super().__init__(create_backend_app)
        self._backend = cache(super().get_backend_for_host)

    def get_backend_for_host(self, host: str | None) -> Any:
        """The name of the service that answers at a host."""
        return self._backend(host)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not environ.get("HTTP_X_AMZ_TARGET", "").startswith(_DYNAMODB):
            answered: Iterable[bytes] = super().__call__(environ, start_response)
            return answered
        status, headers, content = TableRequest(environ).call_action()
        start_response(f"{status} {HTTPStatus(status).phrase}", [(name, str(value)) for name, value in headers.items()])
        return [content.encode() if isinstance(content, str) else content]


class Conditions(comparisons.ConditionExpressionParser):
    """Conditions of DynamoDB, whose words are told apart once for each expression: what differs are their values."""

    def _lex_condition_expression(self) -> deque[Any]:
        return deque(_words(self.condition_expression or ""))


@lru_cache(1_000)
def _words(expression: str) -> tuple[Any, ...]:
    return tuple(comparisons.ConditionExpressionParser(expression, None, None)._lex_condition_expression())


def install() -> None:
    """Puts this module's functions in the place of moto's, in this process.

    Raises MotoChangedError when moto's version or a replaced function's signature differs.
    """
    in_words = cache(camelcase_to_underscores)
    replace(
        (
            Replacement(
                responses,
                "method_names_from_class",
                "(clazz: object) -> list[str]",
                cache(method_names_from_class),
            ),
            Replacement(
                responses,
                "get_service_model",
                "(service_name: str) -> moto.core.model.ServiceModel",
                cache(get_service_model),
            ),
            Replacement(responses, "camelcase_to_underscores", "(argument: str) -> str", in_words),
            Replacement(sqs_models, "camelcase_to_underscores", "(argument: str) -> str", in_words),
            Replacement(
                comparisons,
                "create_condition_expression_parser",
                "(expr: str | None, names: dict[str, str] | None, values: dict[str, dict[str, str]] | None) "
                "-> moto.dynamodb.comparisons.ConditionExpressionParser",
                Conditions,
            ),
        ),
        module="local/aws_services.py",
        tests="tests/contract/test_local_aws_server.py",
    )
