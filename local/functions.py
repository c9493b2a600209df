"""The stack's functions: their environments, and sandboxes that start on first use and are replaced when they die."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from pathlib import Path

from local import processes
from local.provisioned import FunctionSpec
from local.sandbox import Answer, Sandbox

SANDBOXES = 2  # enough for two workers to meet on one run
API_SANDBOXES = 4  # requests come several at once; further ones wait for one to be free


class UnknownFunctionError(LookupError):
    """No function of the stack has this logical id, name or ARN."""


class Function:
    """One function. `invoke` may be called by many threads; at most `sandboxes` events run at once."""

    def __init__(
        self, spec: FunctionSpec, environment: Mapping[str, str], *, code: Path, log: Path, sandboxes: int
    ) -> None:
        self.spec = spec
        self._environment = environment
        self._code = code
        self._log = log
        self._sandboxes = sandboxes
        self._free = threading.BoundedSemaphore(sandboxes)
        self._lock = threading.Lock()
        self._idle: list[Sandbox] = []
        self._all: set[Sandbox] = set()
        self._closed = False

    def invoke(self, payload: bytes) -> Answer:
        """The answer to a JSON event; waits while all sandboxes are busy."""
        with self._free:
            sandbox = self._taken()
            try:
                return sandbox.invoke(payload)
            finally:
                self._give_back(sandbox)

    def renew(self) -> None:
        """Ends the sandboxes, each when it is idle, as Lambda does when it likes: the next event meets a new one."""
        for _ in range(self._sandboxes):
            self._free.acquire()
        try:
            with self._lock:
                idle, self._idle = self._idle, []
                self._all.difference_update(idle)
            for sandbox in idle:
                sandbox.close()
        finally:
            self._free.release(self._sandboxes)

    def close(self) -> None:
        """Ends every sandbox."""
        with self._lock:
            self._closed = True
            sandboxes, self._all, self._idle = self._all, set(), []
        for sandbox in sandboxes:
            sandbox.close()

    def _taken(self) -> Sandbox:
        with self._lock:
            if self._closed:
                raise RuntimeError("O stack está sendo encerrado.")
            while self._idle:
                sandbox = self._idle.pop()
                if sandbox.alive:
                    return sandbox
                self._all.discard(sandbox)
                sandbox.close()
            sandbox = Sandbox(self.spec, self._environment, code=self._code, log=self._log)
            self._all.add(sandbox)
            return sandbox

    def _give_back(self, sandbox: Sandbox) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(sandbox)


class Functions:
    """All functions of a stack, found by logical id, name or ARN. answering: ARNs of those that answer an API."""

    def __init__(
        self,
        specs: Mapping[str, FunctionSpec],
        *,
        endpoint: str,
        region: str,
        code: Path,
        layer: Path,
        logs: Path,
        answering: Collection[str] = (),
    ) -> None:
        self._functions: dict[str, Function] = {}
        self._by_name: dict[str, Function] = {}
        for spec in specs.values():
            environment = _environment(spec, endpoint, region, code, layer)
            sandboxes = API_SANDBOXES if spec.arn in answering else SANDBOXES
            log = logs / f"{spec.logical_id}.log"
            function = Function(spec, environment, code=code, log=log, sandboxes=sandboxes)
            self._functions[spec.logical_id] = function
            self._by_name |= {spec.logical_id: function, spec.name: function, spec.arn: function}

    def invoke(self, name: str, payload: bytes) -> Answer:
        """Runs a function on a JSON event. Raises UnknownFunctionError."""
        return self.find(name).invoke(payload)

    def find(self, name: str) -> Function:
        """The function of this logical id, name or ARN. Raises UnknownFunctionError."""
        if name not in self._by_name:
            raise UnknownFunctionError(f"O stack não tem a função {name}; tem {', '.join(sorted(self._functions))}.")
        return self._by_name[name]

    def close(self) -> None:
        """Ends every sandbox of every function."""
        for function in self._functions.values():
            function.close()


def _environment(spec: FunctionSpec, endpoint: str, region: str, code: Path, layer: Path) -> dict[str, str]:
    """What Lambda sets, what the template gives, and where AWS is. The access key is the logical id: calls name it."""
    logging = {"AWS_LAMBDA_LOG_LEVEL": spec.log_level} if spec.log_level else {}
    return {
        **processes.base_environment(),
        **logging,
        "AWS_LAMBDA_LOG_FORMAT": spec.log_format,
        "AWS_LAMBDA_FUNCTION_NAME": spec.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(spec.memory),
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "LAMBDA_TASK_ROOT": str(code),
        "_HANDLER": spec.handler,
        "TZ": ":UTC",
        "PYTHONPATH": f"{code}:{layer}",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": spec.logical_id,
        "AWS_SECRET_ACCESS_KEY": "local",
        **spec.environment,
    }
