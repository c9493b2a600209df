"""Starts and ends the processes of the stack. None outlives its parent: see child.py."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from io import BufferedReader
from pathlib import Path
from typing import Any, cast

ROOT = Path(__file__).resolve().parent.parent
_PATIENCE_SECONDS = 3.0


class StartError(RuntimeError):
    """A process ended, or said something else, before it announced itself."""


def start(
    module: str,
    *arguments: str,
    environment: Mapping[str, str],
    log: Path,
    directory: Path = ROOT,
    announces: bool = False,
) -> subprocess.Popen[bytes]:
    """Starts `python -m module arguments…` in a session of its own, so that Ctrl-C reaches the parent alone.

    Standard error goes to the end of `log`, and standard output too unless the process announces itself there.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as sink:
        return subprocess.Popen(
            [sys.executable, "-P", str(ROOT / "local" / "child.py"), module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if announces else sink,
            stderr=sink,
            env=environment,
            cwd=directory,
            start_new_session=True,
        )


def announcement(process: subprocess.Popen[bytes], module: str, log: Path, seconds: float = 30) -> dict[str, Any]:
    """The JSON object that a starting process writes as its first line.

    Raises StartError with the place of its log when it ends, is silent for `seconds`, or writes something else.
    """
    output = cast("BufferedReader", process.stdout)
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        line = output.readline()
    finally:
        timer.cancel()
    try:
        said = json.loads(line)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        end(process)
        raise StartError(f"{module} não ficou de pé; veja {log}.")
    threading.Thread(target=_drain, args=(output, log), name=f"{module}-output", daemon=True).start()
    return said


def _drain(output: BufferedReader, log: Path) -> None:
    """What a process says after its first line goes to its log; a full pipe would stop it."""
    with suppress(ValueError), log.open("ab", buffering=0) as sink:  # closed: the process has ended
        while said := output.read1(65536):
            sink.write(said)


def end(*processes: subprocess.Popen[bytes]) -> None:
    """Ends processes: politely to all, then by force to those that stay."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()


def base_environment() -> dict[str, str]:
    """What every child gets: the path to executables, UTF-8, and nothing of the caller's AWS settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
    return {
        **kept,
        "LANG": "C.UTF-8",
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
