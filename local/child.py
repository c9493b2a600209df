"""Runs a module as the main program and ends it when whoever started it is gone.

Usage: python -P local/child.py MODULE [ARGUMENT …], with standard input as a pipe that the parent holds open. The
kernel closes the pipe however the parent ends, kill -9 included; this works the same on Linux and macOS.
"""

from __future__ import annotations

import os
import runpy
import sys
import threading


def _end_with_the_parent() -> None:
    while os.read(0, 1024):
        pass
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with_the_parent, name="parent-watch", daemon=True).start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
