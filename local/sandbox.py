"""One execution environment of a function: AWS's runtime client in a process, behind a Runtime API of its own.

Source: AWS Lambda Developer Guide, "Using the Lambda runtime API" (version 2018-06-01).
"""

from __future__ import annotations

import json
import queue
import threading
import time
import uuid
from collections.abc import Mapping
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from local import processes
from local.provisioned import FunctionSpec

_API = "/2018-06-01/runtime"
_START_SECONDS = 60.0  # AWS gives 10; this machine may be busy


@dataclass(frozen=True)
class Answer:
    """What a function gave back, as JSON; `failed` when it raised, ran out of time or died."""

    payload: bytes
    failed: bool = False

    def value(self) -> object:
        """The payload, decoded."""
        return json.loads(self.payload)


@dataclass
class _Invocation:
    payload: bytes
    timeout: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    taken: threading.Event = field(default_factory=threading.Event)
    answer: Future[Answer] = field(default_factory=Future)

    def finish(self, answer: Answer) -> None:
        """Only the first end counts."""
        with suppress(InvalidStateError):
            self.answer.set_result(answer)
        self.taken.set()


class Sandbox:
    """Takes one invocation at a time. Once `alive` is false it takes no more."""

    def __init__(self, spec: FunctionSpec, environment: Mapping[str, str], *, code: Path, log: Path) -> None:
        self._spec = spec
        self._waiting: queue.SimpleQueue[_Invocation | None] = queue.SimpleQueue()
        self._current: _Invocation | None = None
        self._initial_failure: Answer | None = None
        self._server = _RuntimeServer(self)
        self._server.start()
        host, port = self._server.server_address[:2]
        self._process = processes.start(
            "awslambdaric",
            spec.handler,
            environment={**environment, "AWS_LAMBDA_RUNTIME_API": f"{host!s}:{port}"},
            log=log,
            directory=code,
        )
        threading.Thread(target=self._watch, name=f"{spec.logical_id}-watch", daemon=True).start()

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def invoke(self, payload: bytes) -> Answer:
        """Runs the handler on a JSON event. Past the function's timeout the process is killed, as Lambda does."""
        invocation = _Invocation(payload, self._spec.timeout)
        self._current = invocation
        self._waiting.put(invocation)
        if not self.alive:
            invocation.finish(self._death(invocation))
        if not invocation.taken.wait(_START_SECONDS):
            invocation.finish(_failure("Runtime.InitTimeout", f"A função não começou em {_START_SECONDS:.0f} s."))
            self.close()
        try:
            return invocation.answer.result(invocation.timeout)
        except TimeoutError:
            self._process.kill()
            self._process.wait()  # or the next invocation could still be given to it
            text = f"RequestId: {invocation.id} Error: Task timed out after {invocation.timeout:.2f} seconds"
            return _failure("Sandbox.Timedout", text)
        finally:
            self._current = None

    def close(self) -> None:
        """Ends the process and its Runtime API."""
        self._waiting.put(None)
        processes.end(self._process)
        self._server.shutdown()
        self._server.server_close()

    def next_invocation(self) -> _Invocation | None:
        """The next event for the process; waits for it. None when the sandbox is being closed."""
        invocation = self._waiting.get()
        if invocation is not None:
            invocation.taken.set()
        return invocation

    def deadline(self, invocation: _Invocation) -> int:
        """Milliseconds since 1970 at which the invocation, beginning now, is out of time."""
        return int((time.time() + invocation.timeout) * 1000)

    def arn(self) -> str:
        """The function's ARN, as its context shows it."""
        return self._spec.arn

    def finish(self, invocation_id: str, answer: Answer) -> None:
        """The process's answer to an invocation; one that comes after the invocation's end is dropped."""
        if self._current is not None and self._current.id == invocation_id:
            self._current.finish(answer)

    def fail_to_start(self, payload: bytes) -> None:
        """The process could not load the handler, and says why."""
        self._initial_failure = Answer(payload, failed=True)

    def _watch(self) -> None:
        self._process.wait()
        if self._current is not None:
            self._current.finish(self._death(self._current))

    def _death(self, invocation: _Invocation) -> Answer:
        if self._initial_failure is not None:
            return self._initial_failure
        code = self._process.returncode
        return _failure("Runtime.ExitError", f"RequestId: {invocation.id} Error: Runtime exited with status {code}")


def _failure(kind: str, message: str) -> Answer:
    return Answer(json.dumps({"errorType": kind, "errorMessage": message}).encode(), failed=True)


class _RuntimeServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        super().__init__(("127.0.0.1", 0), _RuntimeHandler)

    def start(self) -> None:
        """Serves in a thread; asks ten times a second whether to stop."""
        threading.Thread(target=self.serve_forever, args=(0.1,), name="runtime-api", daemon=True).start()

    def handle_error(self, request: object, client_address: object) -> None:
        """Says nothing: a killed sandbox breaks its connections, and its death is reported where it is awaited."""


class _RuntimeHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _RuntimeServer

    def do_GET(self) -> None:  # the name that http.server asks for
        if self.path != f"{_API}/invocation/next":
            self._send(404)
            return
        invocation = self.server.sandbox.next_invocation()
        if invocation is None:
            self.close_connection = True
            return
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": invocation.id,
            "Lambda-Runtime-Deadline-Ms": str(self.server.sandbox.deadline(invocation)),
            "Lambda-Runtime-Invoked-Function-Arn": self.server.sandbox.arn(),
        }
        self._send(200, invocation.payload, headers)

    def do_POST(self) -> None:  # the name that http.server asks for
        body = self._body()
        sandbox = self.server.sandbox
        match self.path.removeprefix(f"{_API}/").split("/"):
            case ["invocation", invocation_id, "response"]:
                sandbox.finish(invocation_id, Answer(body or b"null"))
            case ["invocation", invocation_id, "error"]:
                sandbox.finish(invocation_id, Answer(body, failed=True))
            case ["init", "error"]:
                sandbox.fail_to_start(body)
            case _:
                self._send(404)
                return
        self._send(202, b'{"status":"OK"}', {"Content-Type": "application/json"})

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _send(self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Says nothing: the function's own log tells what it did."""
