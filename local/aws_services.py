"""moto's services as one application: as moto's server has them, but that DynamoDB, which is called most, is asked
without Flask, and that what moto finds out anew for each request is found out once.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from moto.core import responses
from moto.core.request import Request
from moto.core.utils import method_names_from_class
from moto.dynamodb.responses import DynamoHandler
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from local.moto_replaced import Replacement, replace

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_DYNAMODB = "DynamoDB_20120810."


class _Received(Request):
    """A request that a server has received: moto leaves the answer's date to it."""

    from_wsgi_server = True


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
        request = _Received(environ)
        status, headers, content = DynamoHandler.dispatch(request, request.raw_url, dict(request.headers))
        start_response(f"{status} {HTTPStatus(status).phrase}", [(name, str(value)) for name, value in headers.items()])
        return [content.encode() if isinstance(content, str) else content]


def install() -> None:
    """Puts this module's function in the place of moto's, in this process.

    Raises MotoChangedError when moto's version or the replaced function's signature differs.
    """
    replace(
        (
            Replacement(
                responses,
                "method_names_from_class",
                "(clazz: object) -> list[str]",
                cache(method_names_from_class),
            ),
        ),
        module="local/aws_services.py",
        tests="tests/contract/test_local_aws_server.py",
    )
