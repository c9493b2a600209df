"""The AWS services of the stack: moto in a process of its own.

Run it as `python -m local.aws_server --port 0`; its first line on standard output is `{"endpoint": "http://…"}`.
What it adds to moto: transactions as AWS documents them under one lock over DynamoDB, queues and S3's events that are
delivered as AWS documents it, a record of every call, read with GET and
reset with DELETE at calls.CALLS_PATH, and a way to forget items and messages: DELETE at contents.CONTENTS_PATH.
"""

from __future__ import annotations

import argparse
import io
import json
import signal
import sys
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.serving import make_server

from local import attribute_values, aws_services, contents, object_copies, object_events, queues, transactions
from local.aws_http import KeptConnection
from local.aws_services import Services
from local.calls import CALLS_PATH, Record, Request
from local.contents import CONTENTS_PATH

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class AwsApplication:
    """The services with the record before them and one lock around what is DynamoDB's."""

    def __init__(self, services: WSGIApplication) -> None:
        self._services = services
        self._record = Record()
        self._tables = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == CALLS_PATH:
            return self._calls(environ, start_response)
        if environ["PATH_INFO"] == CONTENTS_PATH:
            return self._contents(start_response)
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        body = b""
        if not _is_object_call(environ):
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
        self._record.add(
            Request(
                method=environ["REQUEST_METHOD"],
                path=environ["PATH_INFO"],
                query=environ.get("QUERY_STRING", ""),
                authorization=environ.get("HTTP_AUTHORIZATION", ""),
                target=target,
                body=body,
                copied=environ.get("HTTP_X_AMZ_COPY_SOURCE", ""),
            )
        )
        if target.startswith("DynamoDB"):
            with self._tables:
                return self._services(environ, start_response)
        answer = self._services(environ, start_response)
        object_events.send_all()
        return answer

    def _contents(self, start_response: StartResponse) -> Iterable[bytes]:
        with self._tables:
            contents.forget_items()
        contents.forget_messages()
        start_response("204 No Content", [])
        return []

    def _calls(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        content = self._record.to_json().encode()
        if environ["REQUEST_METHOD"] == "DELETE":
            self._record.reset()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(content)))])
        return [content]


def _is_object_call(environ: WSGIEnvironment) -> bool:
    """S3's bodies stay in the stream: moto takes them from there, and they say nothing about the call.

    But for POST /bucket?delete, whose body says which objects.
    """
    if environ["REQUEST_METHOD"] == "POST" and environ.get("QUERY_STRING") == "delete":
        return False
    return "/s3/aws4_request" in environ.get("HTTP_AUTHORIZATION", "") or "X-Amz-Credential" in environ.get(
        "QUERY_STRING", ""
    )


def main() -> None:
    """Serves until SIGTERM."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--host", default="127.0.0.1")
    arguments.add_argument("--port", type=int, default=0)
    chosen = arguments.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    aws_services.install()
    attribute_values.install()
    transactions.install()
    queues.install()
    object_copies.install()
    object_events.install()
    application = AwsApplication(Services())
    server = make_server(chosen.host, chosen.port, application, threaded=True, request_handler=KeptConnection)
    print(json.dumps({"endpoint": f"http://{chosen.host}:{server.server_port}"}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
