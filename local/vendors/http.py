"""The HTTP server under the simulators: keeps connections as vendors do, and breaks them when it is told to."""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import threading
import weakref
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from werkzeug.wrappers import Request, Response

# Answers a request; None breaks the connection instead.
Application = Callable[[Request], Response | None]


class HttpServer:
    """An HTTP/1.1 server on 127.0.0.1, a thread for each connection. Its end is the end of its connections."""

    def __init__(self, application: Application, port: int = 0) -> None:
        self._connections: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        parts = {"application": staticmethod(application), "connections": self._connections}
        self._server = _Server(("127.0.0.1", port), type("Handler", (_Handler,), parts))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def serve(self) -> None:
        """Serves in this thread, until `end` is called in another one or an exception ends it."""
        self._server.serve_forever(0.02)

    def begin(self) -> None:
        """Serves in a thread of its own."""
        threading.Thread(target=self.serve, daemon=True).start()

    def end(self) -> None:
        """Ends the server and its connections."""
        self._server.shutdown()
        self.close()

    def close(self) -> None:
        """Frees the port and breaks the connections of a server that serves no more."""
        self._server.server_close()
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Server(ThreadingHTTPServer):
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients may leave whenever they like; any other error is the simulator's own and is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave together
    application: Application
    connections: weakref.WeakSet[socket.socket]

    def setup(self) -> None:
        super().setup()
        self.connections.add(self.connection)

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request.from_values(
            path=self.path,
            method=self.command,
            headers=list(self.headers.items()),
            data=body,
            environ_overrides={"REMOTE_PORT": self.client_address[1]},
        )
        response = self.application(request)
        if response is None:
            self._break()
            return
        headers = response.get_wsgi_headers(request.environ)
        self.send_response(response.status_code)
        for name, value in headers:
            self.send_header(name, value)
        if "Content-Length" not in headers:
            self.send_header("Connection", "close")
        self.end_headers()
        for chunk in response.iter_encoded():
            self.wfile.write(chunk)
            if response.is_streamed:
                self.wfile.flush()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - the base class looks for these names

    def _break(self) -> None:
        """Lets the connection end with a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's own name
        """Nothing: paths hold tokens, and the journal tells the rest."""
