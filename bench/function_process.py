"""The process of a function that the local stack runs: its memory, its time, and its end so that the next one is fresh.

Read from /proc, so this needs Linux.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

PROCESSES = Path("/proc")


def peak_megabytes(handler: str) -> float:
    """The most resident memory that a process of this handler, started from here, has had."""
    return max(_peak_kilobytes(process) for process in _running(handler)) / 1024


def processor_seconds(handler: str) -> float:
    """What the handler's processes have had of a processor so far, in user and system time."""
    ticks = sum(sum(map(int, _stat(process)[11:13])) for process in _running(handler))
    return ticks / os.sysconf("SC_CLK_TCK")


def end_all(handler: str) -> None:
    """Ends the handler's processes and waits until they are gone: the stack starts a new one for the next event."""
    ended = _running(handler)
    for process in ended:
        os.kill(process, signal.SIGTERM)
    while any((PROCESSES / str(process)).exists() for process in ended):  # until the stack has noticed, too
        time.sleep(0.01)


def _running(handler: str) -> list[int]:
    wanted = [b"awslambdaric", handler.encode()]
    found = []
    for folder in PROCESSES.glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().split(b"\0")
            parent = int(_stat(int(folder.name))[1])
        except (FileNotFoundError, ProcessLookupError):  # it ended in between
            continue
        if parent == os.getpid() and command[-3:-1] == wanted:
            found.append(int(folder.name))
    return found


def _stat(process: int) -> list[str]:
    """The fields from the state on: proc(5) counts it as the third."""
    return (PROCESSES / str(process) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()


def _peak_kilobytes(process: int) -> int:
    lines = (PROCESSES / str(process) / "status").read_text(encoding="utf-8").splitlines()
    (peak,) = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(peak)
