"""AWS's Invoke API on HTTP: `aws lambda invoke --endpoint-url … --function-name ZenOnQueue` works on it.

Source: AWS Lambda API Reference, Invoke (RequestResponse).
"""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from local.functions import Functions, UnknownFunctionError

_PATH = re.compile(r"/2015-03-31/functions/([^/]+)/invocations")
_MOST_BYTES = 6 * 1024 * 1024


class InvokeServer(ThreadingHTTPServer):
    """Serves in a thread of this process; `url` is where."""

    daemon_threads = True

    def __init__(self, functions: Functions) -> None:
        self.functions = functions
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, args=(0.1,), name="invoke-api", daemon=True).start()

    def close(self) -> None:
        """Stops serving."""
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: InvokeServer

    def do_POST(self) -> None:  # the name that http.server asks for
        length = int(self.headers.get("Content-Length", "0"))
        if length > _MOST_BYTES:
            self.close_connection = True
            self._refuse(413, "RequestTooLargeException", f"O evento passa de {_MOST_BYTES} bytes.")
            return
        event = self.rfile.read(length) or b"{}"
        found = _PATH.fullmatch(urlsplit(self.path).path)
        if found is None:
            self._refuse(404, "ResourceNotFoundException", f"{self.path} não é um endereço da API Invoke.")
            return
        kind = self.headers.get("X-Amz-Invocation-Type", "RequestResponse")
        if kind != "RequestResponse":
            self._refuse(400, "InvalidParameterValueException", f"O stack local só invoca com resposta, e não {kind}.")
            return
        try:
            json.loads(event)
        except ValueError:
            self._refuse(400, "InvalidRequestContentException", "O evento não é JSON.")
            return
        try:
            answer = self.server.functions.invoke(unquote(found[1]), event)
        except UnknownFunctionError as error:
            self._refuse(404, "ResourceNotFoundException", str(error))
            return
        headers = {"X-Amz-Function-Error": "Unhandled"} if answer.failed else {}
        self._send(200, answer.payload, {"X-Amz-Executed-Version": "$LATEST", **headers})

    def _refuse(self, status: int, kind: str, message: str) -> None:
        body = json.dumps({"Type": "User", "Message": message}, ensure_ascii=False).encode()
        self._send(status, body, {"X-Amzn-ErrorType": kind})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Says nothing."""
