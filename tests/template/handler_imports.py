"""Handlers imported as Lambda does: each in a process that knows nothing but its function's own environment.

As a program: handlers with their environments as JSON on standard input, what went wrong as JSON on standard output.
It forks for each, once it has imported what isn't ours, which takes longest.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Mapping

from local.processes import ROOT

_NOT_OURS = (
    "aws_lambda_powertools.event_handler.openapi.models",
    "aws_lambda_powertools.utilities.batch",
    "aws_lambda_powertools.utilities.idempotency",
    "boto3",
    "jinja2",
    "pydantic",
    "pynamodb.models",
    "requests",
)


def wrong_imports(handlers: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """What went wrong as handlers were imported, by handler; `handlers`: the environment of each."""
    path = f"{ROOT}:{ROOT / 'functions'}:{ROOT / 'layers/common'}"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.template.handler_imports"],
        input=json.dumps(handlers),
        env={"PYTHONPATH": path},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


def _wrong_import(handler: str, environment: Mapping[str, str]) -> str:
    reading, writing = os.pipe()
    if not (child := os.fork()):
        os.environ.clear()
        os.environ.update(environment)
        code = 1
        try:
            module, _, name = handler.rpartition(".")
            if not callable(getattr(importlib.import_module(module), name)):
                raise TypeError(handler)  # told as any other failure
            code = 0
        except BaseException:
            os.write(writing, traceback.format_exc().encode())
        finally:
            os._exit(code)
    os.close(writing)
    with open(reading, encoding="utf-8") as told:
        text = told.read()
    _, status = os.waitpid(child, 0)
    return text or f"ended with {status}" if status else ""


def main() -> None:
    """Imports each handler."""
    for name in _NOT_OURS:
        importlib.import_module(name)
    handlers = json.load(sys.stdin)
    wrong = {handler: _wrong_import(handler, environment) for handler, environment in handlers.items()}
    json.dump({handler: text for handler, text in wrong.items() if text}, sys.stdout)


if __name__ == "__main__":
    main()
