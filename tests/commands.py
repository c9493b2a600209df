"""The operator's commands as processes, each forked from one that has imported what they import: a second less each.

As a program this is that one: a JSON object for each command on standard input, one on how it ended on standard output.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from typing import Any

from local import processes

COMMANDS = ("create_token", "decide", "put_connection", "redrive")


def run(
    command: str, *arguments: str, environment: Mapping[str, str], given: str = ""
) -> subprocess.CompletedProcess[str]:
    """Runs `python -m operations.{command} arguments…`, with what is given on its standard input, in no other
    environment than `environment` and the base one.
    """
    asked = {
        "module": f"operations.{command}",
        "arguments": arguments,
        "environment": {**processes.base_environment(), **environment},
        "given": given,
    }
    forking = _forking()
    assert forking.stdin
    assert forking.stdout
    forking.stdin.write(json.dumps(asked) + "\n")
    forking.stdin.flush()
    ended = json.loads(forking.stdout.readline())
    return subprocess.CompletedProcess([*arguments], ended["code"], ended["output"], ended["error"])


@cache
def _forking() -> subprocess.Popen[str]:
    path = f"{processes.ROOT}:{processes.ROOT / 'functions'}:{processes.ROOT / 'layers' / 'common'}"
    started = subprocess.Popen(
        [sys.executable, "-m", "tests.commands"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=processes.ROOT,
        env={**processes.base_environment(), "PYTHONPATH": path},
    )
    atexit.register(started.communicate)
    return started


def _fork(asked: Mapping[str, Any]) -> dict[str, Any]:
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as error:
        given.write(asked["given"].encode())
        given.seek(0)
        if not (child := os.fork()):
            for number, file in enumerate((given, output, error)):
                os.dup2(file.fileno(), number)
            _become(asked)
        _, status = os.waitpid(child, 0)
        for file in (output, error):
            file.seek(0)
        return {
            "code": os.waitstatus_to_exitcode(status),
            "output": output.read().decode(),
            "error": error.read().decode(),
        }


def _become(asked: Mapping[str, Any]) -> None:
    """Does what Python does with a module that it is started with, and ends."""
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115  # they end with the process
        for number, mode in enumerate("rww")
    )
    sys.argv = ["", *asked["arguments"]]
    code: object = 0
    try:
        del sys.modules[asked["module"]]
        runpy.run_module(asked["module"], run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else int(code is not None))


def main() -> None:
    """Forks until there is nothing more to read."""
    for name in COMMANDS:
        importlib.import_module(f"operations.{name}")
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_fork(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
