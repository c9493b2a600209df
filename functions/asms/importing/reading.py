"""The tables of a file that people dropped: each workbook is read in a process of its own, which may die of it.

This process looks into no file: it starts the child (asms.importing.child), takes rows from it as they are asked for,
and ends it. Whatever a file does, this process lives, and holds some rows at a time.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import sysconfig
import time
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from itertools import repeat
from pathlib import Path
from typing import Any

from asms.columns import LONGEST_CELL
from asms.importing.model import MOST_COLUMNS, MOST_ROWS, Place, Row, Table
from sincronia.answers import Problem, ProblemError

_CHILD = Path(__file__).with_name("child.py")
_PATIENCE = 60  # seconds that a child is waited for, all together
_LAST_BREATH = 1  # second that it may take to end by itself, once it has said all
_AT_ONCE = 2**16  # bytes: what a pipe has room for
_LONGEST_LINE = 2**26  # bytes: a row of the longest cells has room

_Messages = Generator[list[Any], None, None]


def tables(path: Path, name: str, sheet: str) -> Generator[Table, None, None]:
    """The sheets of users of a workbook, a CSV file, or a zip of them, in order; `name` is what people called it.

    `sheet` is what a sheet of users is called. Raises ProblemError with a code of asms.importing.file_sentences, also
    when rows are asked for. Close it (contextlib.closing) where it isn't read to its end.
    """
    room = _room(name)
    with closing(_messages(path, name, None, sheet)) as messages:
        first = next(messages)
        if first[0] != "files":
            yield from _tables(first, messages, "", room)
            return
    for place, member in first[1]:
        with closing(_messages(path, member, place, sheet)) as messages:
            yield from _tables(next(messages), messages, member, room)


def _room(name: str) -> Iterator[None]:
    """Has something for each row that an import may have; raises ProblemError for one more."""
    yield from repeat(None, MOST_ROWS)
    most = f"{MOST_ROWS:_}".replace("_", "\N{NO-BREAK SPACE}")
    raise ProblemError(Problem("asms.file_rows", {"file": name, "most": most}))


def _tables(first: list[Any], messages: _Messages, file: str, room: Iterator[None]) -> Iterator[Table]:
    begun = [first]  # the message that the next table begins with
    while begun:
        _, sheet, number, cells = begun.pop()
        rows = _rows(messages, file, sheet, room, begun)
        yield Table(Row(Place(file, sheet, number), cells), rows)
        deque(rows, maxlen=0)  # what nobody asked for


def _rows(messages: _Messages, file: str, sheet: str, room: Iterator[None], begun: list[list[Any]]) -> Iterator[Row]:
    """Rows until the table ends; what the next one begins with is put into `begun`."""
    for message in messages:
        if message[0] == "table":
            begun.append(message)
            return
        _, numbers, rows = message
        for number, cells in zip(numbers, rows, strict=True):
            try:
                next(room)
            except ProblemError:
                messages.close()
                raise
            yield Row(Place(file, sheet, number), cells)


def _messages(path: Path, name: str, member: int | None, sheet: str) -> _Messages:
    """What a child answers, until it has ended. Raises ProblemError where it can't read the file, or died of it."""
    request = {
        "paths": sys.path,
        "path": str(path),
        "member": member,
        "sheet": sheet,
        "most_columns": MOST_COLUMNS,
        "longest_cell": LONGEST_CELL,
    }
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", "-S", str(_CHILD), json.dumps(request)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # Nothing of ours, credentials least of all; Lambda's Python finds its library by this.
        env={"LD_LIBRARY_PATH": str(sysconfig.get_config_var("LIBDIR"))},
    ) as child:
        try:
            for line in _lines(child):
                message = json.loads(line)
                if message == ["end"]:
                    return
                if message[0] == "problem":
                    _, code, details = message
                    raise ProblemError(Problem(code, {"file": name, **details}))
                yield message
                if message[0] == "files":
                    return
            with suppress(subprocess.TimeoutExpired):
                child.wait(_LAST_BREATH)
        finally:
            child.kill()
    if child.returncode > 0:
        raise ChildProcessError(f"The reader of files ended with {child.returncode}")
    raise ProblemError(Problem("asms.file_too_large", {"file": name}))


def _lines(child: subprocess.Popen[bytes]) -> Iterator[bytes]:
    """Lines of a child until it has no more, or was waited for too long."""
    assert child.stdout  # noqa: S101  # it has a pipe
    begun, length, patience = list[bytes](), 0, float(_PATIENCE)
    while length < _LONGEST_LINE:
        since = time.monotonic()
        ready, _, _ = select.select([child.stdout], [], [], patience)
        patience -= time.monotonic() - since
        if not ready or patience <= 0:
            return
        some = os.read(child.stdout.fileno(), _AT_ONCE)
        if not some:
            return
        *whole, rest = some.split(b"\n")
        if whole:
            yield b"".join([*begun, whole[0]])
            yield from whole[1:]
            begun, length = [], 0
        begun.append(rest)
        length += len(rest)
