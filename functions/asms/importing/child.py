"""The process that reads one hostile file: `python -I -S child.py REQUEST`, with limits that it sets itself first.

Answers with lines of JSON: ["files", names], ["table", sheet, number, cells], ["rows", numbers, rows],
["problem", code, details], and in the end ["end"], to asms.importing.reading.
Imports little: it starts once for each workbook.
"""

from __future__ import annotations

import json
import resource
import sys

_MEMORY = 512 * 2**20  # bytes of address space: readers of workbooks take what a file asks for, however much
_PROCESSOR = 5  # seconds

_ROWS_AT_ONCE = 200
_TEXT_AT_ONCE = 400_000  # characters, at most about so many


def _answer(*message: object) -> None:
    sys.stdout.buffer.write(json.dumps(message, separators=(",", ":")).encode() + b"\n")


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_PROCESSOR, _PROCESSOR))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes to its pipe alone


def _read(path: str, member: int | None, sheet: str, most_columns: int, longest_cell: int) -> None:
    """Answers with what a file holds; `member` is that of a zip, by its place in the directory."""
    from asms.importing import cell_names, csv_files, file_kinds, workbooks  # noqa: PLC0415  # their place comes with the request

    content = file_kinds.content_of(path, member)
    kind = file_kinds.kind_of(content, nested=member is not None)
    if kind is file_kinds.Kind.ZIP:
        _answer("files", file_kinds.members(content))
        return
    found = workbooks.sheets(content, sheet) if kind is file_kinds.Kind.WORKBOOK else csv_files.sheets(content)
    for name, numbered in found:
        header, numbers, rows, length = True, list[int](), list[list[str]](), 0
        for number, cells in numbered:
            while cells and not cells[-1]:
                cells.pop()
            if not cells:
                continue
            if len(cells) > most_columns:
                raise file_kinds.RefusedError("asms.file_columns", most=cell_names.letters(most_columns - 1))
            longest = max(map(len, cells))
            if longest * 2 > longest_cell:
                _refuse_long(cells, longest_cell, name, number)
            if header:
                _answer("table", name, number, cells)
                header = False
                continue
            numbers.append(number)
            rows.append(cells)
            length += longest * len(cells)
            if length > _TEXT_AT_ONCE or len(rows) == _ROWS_AT_ONCE:
                _answer("rows", numbers, rows)
                numbers, rows, length = [], [], 0
        if header:
            raise file_kinds.RefusedError("asms.file_no_header")
        _answer("rows", numbers, rows)


def _refuse_long(cells: list[str], most: int, sheet: str, number: int) -> None:
    from asms.importing import cell_names, file_kinds  # noqa: PLC0415

    for place, cell in enumerate(cells):
        if len(cell.encode("utf-16-le")) > most * 2:
            where = f"{sheet}!" if sheet else ""
            raise file_kinds.RefusedError("asms.file_cell_long", cell=where + cell_names.cell_name(place, number))


def _main() -> None:
    _limit()
    request = json.loads(sys.argv[1])
    sys.path.extend(request.pop("paths"))
    from asms.importing.file_kinds import RefusedError  # noqa: PLC0415

    try:
        _read(**request)
        _answer("end")
    except RefusedError as refused:
        _answer("problem", refused.code, refused.details)
    except MemoryError:
        _answer("problem", "asms.file_too_large", {})
    except ImportError:
        raise
    except BaseException:  # readers of workbooks panic, too: a BaseException
        _answer("problem", "asms.file_damaged", {})
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    _main()
