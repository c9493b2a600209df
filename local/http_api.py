"""The HTTP front of the stack: an HTTP API with API Gateway's limits, whose routes invoke functions.

Source: API Gateway Developer Guide, "Quotas for configuring and running an HTTP API"; Lambda's own quota of 6 MB.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from typing import Any

from local.api_routes import found
from local.functions import Functions
from local.http_payload import Request, Response, event, response
from local.provisioned import ApiSpec, RouteSpec
from local.sandbox import Answer

MOST_BODY_BYTES = 10 * 1024 * 1024
MOST_HEADER_BYTES = 10240  # the request line and the values of all headers
_MOST_LAMBDA_BYTES = 6 * 1024 * 1024 + 100
_PIECE = 65536
_WITHOUT_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
_log = logging.getLogger(__name__)


class HttpFront(ThreadingHTTPServer):
    """Listens from the beginning, for the stack's outputs name its `url`; answers once it serves an API."""

    daemon_threads = True
    request_queue_size = 128
    api: ApiSpec
    functions: Functions

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self._stopping = False

    def serve(self, api: ApiSpec, functions: Functions) -> None:
        """Answers in threads of this process, one per connection."""
        self.api, self.functions = api, functions
        threading.Thread(target=self.serve_forever, args=(0.1,), name="http-api", daemon=True).start()

    def stop(self) -> None:
        """Takes no more connections. Only after `serve`."""
        self._stopping = True
        self.shutdown()

    def invoke(self, route: RouteSpec, payload: bytes) -> Answer | None:
        """The answer of a route's function; None past the route's time, and then the function goes on for nobody."""
        coming: Future[Answer] = Future()

        def invoke() -> None:
            try:
                coming.set_result(self.functions.invoke(route.function_arn, payload))
            except Exception as error:
                coming.set_exception(error)

        threading.Thread(target=invoke, name="invocation", daemon=True).start()
        try:
            return coming.result(route.timeout)
        except TimeoutError:
            return None
        except Exception:
            if not self._stopping:
                _log.exception("%s: a função não pôde ser chamada", route.key)
            return Answer(b"null", failed=True)

    def handle_error(self, request: socket | tuple[bytes, socket], client_address: Any) -> None:  # noqa: ARG002
        """A caller who has gone is nothing to tell of."""
        if not isinstance(sys.exception(), ConnectionError):
            _log.exception("uma conexão terminou em erro")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: HttpFront

    def __getattr__(self, name: str) -> Any:
        """Takes any method, as API Gateway does: the routes say which of them are known."""
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        request_id = _request_id()
        values = self.headers.values()
        if len(self.requestline) + sum(len(value) for value in values) > MOST_HEADER_BYTES:
            self.send_error(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return
        try:
            body = self._body()
        except ValueError:
            self.send_error(HTTPStatus.BAD_REQUEST)
            return
        if body is None:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        source = (self.client_address[0], self.server.server_port)
        request = Request(self.command, self.path, self.request_version, self.headers.items(), body, source)
        self._send(self._response(request, request_id), request_id)

    def _response(self, request: Request, request_id: str) -> Response:
        matching = found(self.server.api.routes, request.method, request.path)
        if matching is None:
            return _refusal(HTTPStatus.NOT_FOUND)
        route, variables = matching
        at = datetime.now(UTC)
        made = event(request, route, variables, api_id=self.server.api.id, request_id=request_id, at=at)
        payload = json.dumps(made).encode()
        if len(payload) > _MOST_LAMBDA_BYTES:
            return _refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        answer = self.server.invoke(route, payload)
        if answer is None:
            return _refusal(HTTPStatus.SERVICE_UNAVAILABLE)
        if answer.failed or len(answer.payload) > _MOST_LAMBDA_BYTES:
            return _refusal(HTTPStatus.INTERNAL_SERVER_ERROR)
        return response(answer.payload) or _refusal(HTTPStatus.INTERNAL_SERVER_ERROR)

    def _body(self) -> bytes | None:
        """The body; None where it is too large, and then it is read to its end all the same, so that an answer arrives.

        Raises ValueError for a length that is none.
        """
        kept, length = [], 0
        for piece in self._pieces():
            length += len(piece)
            if length <= MOST_BODY_BYTES:
                kept.append(piece)
        return b"".join(kept) if length <= MOST_BODY_BYTES else None

    def _pieces(self) -> Iterator[bytes]:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            while size := _length(self.rfile.readline().decode("latin-1").split(";")[0], 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            while self.rfile.readline().strip():  # trailers
                pass
            return
        left = _length(self.headers.get("Content-Length", "0"), 10)
        while left > 0 and (piece := self.rfile.read(min(left, _PIECE))):
            left -= len(piece)
            yield piece

    def handle_expect_100(self) -> bool:
        """Tells at once that the body may come."""
        goes_on = super().handle_expect_100()
        self.wfile.flush()
        return goes_on

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """API Gateway's form of a request that can't be read; the connection ends with it."""
        self.close_connection = True
        self.request_version = self.protocol_version  # what can't be read counts as HTTP/0.9, which has no headers
        too_long = code == HTTPStatus.REQUEST_URI_TOO_LONG
        self._send(_refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE if too_long else code), _request_id())

    def _send(self, answer: Response, request_id: str) -> None:
        self.send_response_only(answer.status)
        self.send_header("Date", self.date_time_string())
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Apigw-Requestid", request_id)
        if self.close_connection:
            self.send_header("Connection", "close")
        has_body = answer.status not in _WITHOUT_BODY
        if has_body:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if has_body and self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Says nothing: the function's own log tells what it did."""


def _length(text: str, base: int) -> int:
    """Raises ValueError for what isn't digits alone: int() takes signs and underscores."""
    if not text.strip().isalnum():
        raise ValueError("not a length")
    return int(text, base)


def _request_id() -> str:
    """In the form of API Gateway's."""
    return base64.urlsafe_b64encode(os.urandom(11)).decode()


def _refusal(status: int) -> Response:
    """API Gateway's own answers are JSON with a message. Python's phrase for 413 changed with its version."""
    too_large = status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    message = "Request Entity Too Large" if too_large else HTTPStatus(status).phrase
    return Response(status, [("Content-Type", "application/json")], json.dumps({"message": message}).encode())
