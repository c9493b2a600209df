"""A function of the stack whose store is the light one: its runtime, secrets and objects are those of the stack."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import replace
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

from bench.light_store_client import ADDRESS, LightStoreClient
from local import processes
from local.functions import Functions
from local.stack import Stack


class MeasurementError(RuntimeError):
    """Something did not end as it had to, so there is nothing to measure."""


class LightFunction:
    """A function by its logical id, with another handler, and the light store's process behind it."""

    def __init__(self, stack: Stack, logical_id: str, handler: str) -> None:
        self._stack, self._logical_id, self._handler = stack, logical_id, handler
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            self.store = self._started(opening)
            self._functions = self._with_store(opening)
            self._open = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def invoke(self, event: Any) -> Any:
        """The answer to an event. Raises MeasurementError where the function fails."""
        answer = self._functions.invoke(self._logical_id, json.dumps(event).encode())
        if answer.failed:
            raise MeasurementError(f"The worker failed; see {self._stack.logs / self._logical_id}.log.")
        return json.loads(answer.payload)

    def _started(self, opening: ExitStack) -> LightStoreClient:
        module, log = "bench.light_store_process", self._stack.logs / "light-store.log"
        path = f"{processes.ROOT}:{processes.ROOT / 'functions'}"
        folder = opening.enter_context(TemporaryDirectory())  # a socket's path must be short
        process = processes.start(
            module,
            f"{folder}/store",
            environment={**processes.base_environment(), "PYTHONPATH": path},
            log=log,
            announces=True,
        )
        opening.callback(processes.end, process)
        self._socket = str(processes.announcement(process, module, log)["socket"])
        return LightStoreClient(self._socket)

    def _with_store(self, opening: ExitStack) -> Functions:
        """The function as the stack has it, but for its handler and where its store is."""
        spec = self._stack.provisioned.functions[self._logical_id]
        code, layer = processes.ROOT / "functions", processes.ROOT / "layers" / "common"
        environment = {
            **spec.environment,
            ADDRESS: self._socket,
            "PYTHONPATH": f"{code}:{layer}:{processes.ROOT}",
        }
        functions = Functions(
            {self._logical_id: replace(spec, handler=self._handler, environment=environment)},
            endpoint=self._stack.aws_endpoint,
            region=self._stack.region,
            code=code,
            layer=layer,
            logs=self._stack.logs,
        )
        opening.callback(functions.close)
        return functions
