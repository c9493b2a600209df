"""moto's services as one application: as moto's server has them, but that DynamoDB, which is called most, is asked
without a web framework, and that what moto finds out anew for each request is found out once.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from moto.core import responses
from moto.core.utils import camelcase_to_underscores, get_service_model, method_names_from_class
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

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


def install() -> None:
    """Puts this module's functions in the place of moto's, in this process.

    Raises MotoChangedError when moto's version or a replaced function's signature differs.
    """
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
            Replacement(
                responses, "camelcase_to_underscores", "(argument: str) -> str", cache(camelcase_to_underscores)
            ),
        ),
        module="local/aws_services.py",
        tests="tests/contract/test_local_aws_server.py",
    )
