"""HTTP/1.1 for the AWS server: connections stay open, as AWS's do, and each answer says its length.

Werkzeug's own handler closes each connection, since it can't tell where a request ends that nobody has read; here a
request's body is read before the application is asked.
"""

from __future__ import annotations

import io
import traceback
from http import HTTPStatus
from typing import TYPE_CHECKING

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.datastructures import Headers

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed.wsgi import WSGIEnvironment

_BODILESS = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


class KeptConnection(MotoRequestHandler):
    """The requests of one connection, one after the other, without Nagle's algorithm, which adds 40 ms to an answer."""

    disable_nagle_algorithm = True
    wbufsize = -1
    protocol_version = "HTTP/1.1"

    def parse_request(self) -> bool:
        """Reads the first line and the headers, as SDKs send them: Python's own way, which is mail's, takes ten times
        as long. Answers 400 where they are something else.
        """
        self.requestline = self.raw_requestline.decode("latin-1").rstrip()
        words = self.requestline.split(" ")
        if len(words) != 3 or words[2] not in {"HTTP/1.1", "HTTP/1.0"}:
            self.close_connection = True
            self.request_version = "HTTP/1.1"
            self.send_error(HTTPStatus.BAD_REQUEST)
            return False
        self.command, self.path, self.request_version = words
        headers = Headers()
        while line := self.rfile.readline().decode("latin-1").rstrip():
            name, _, value = line.partition(":")
            headers.add(name, value.strip())
        self.headers = headers  # type: ignore[assignment]  # what is asked of them, both kinds answer
        kept = self.request_version == "HTTP/1.1" and headers.get("Connection", "").lower() != "close"
        self.close_connection = not kept
        return headers.get("Expect", "").lower() != "100-continue" or self.handle_expect_100()

    def handle_expect_100(self) -> bool:
        """Tells at once that the body may come: S3's clients wait a second for this before they send it."""
        goes_on = super().handle_expect_100()
        self.wfile.flush()
        return bool(goes_on)

    def run_wsgi(self) -> None:
        """Answers one request; where the application raises, with 500, and a trace in the log."""
        environ = self.make_environ()
        environ["wsgi.input"] = io.BytesIO(self._body(environ))
        try:
            status, headers, content = self._answer(environ)
        except Exception:
            traceback.print_exc()
            status, headers, content = "500 Internal Server Error", {}, b""
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers.items():
            self.send_header(name, value)
        bodiless = self.command == "HEAD" or int(code) in _BODILESS
        if "content-length" not in headers and not bodiless:
            self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if not bodiless:
            self.wfile.write(content)
        self.wfile.flush()

    def _body(self, environ: WSGIEnvironment) -> bytes:
        if environ.get("wsgi.input_terminated"):
            self.close_connection = True  # trailers may follow the last chunk
            chunked: io.RawIOBase = environ["wsgi.input"]
            return chunked.readall()
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionAbortedError  # who sent it is gone, and half of it is no request
        return body

    def _answer(self, environ: WSGIEnvironment) -> tuple[str, dict[str, str], bytes]:
        said: list[tuple[str, dict[str, str]]] = []
        parts: list[bytes] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: object = None) -> Callable[[bytes], object]:
            said.append((status, {name.lower(): value for name, value in headers}))
            return parts.append

        content = self.server.app(environ, start_response)
        try:
            parts.extend(content)
        finally:
            if hasattr(content, "close"):
                content.close()
        return *said[-1], b"".join(parts)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Says nothing: what was called is in the record."""
