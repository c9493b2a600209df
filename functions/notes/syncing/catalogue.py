"""A side's records as they were last seen, one line each: no content, only what a decision asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from notes.fields import record_fingerprint
from notes.ports import Shown
from notes.record_json import moment_in
from notes.records import Event
from sincronia.answers import Problem, problem_in, problem_out


@dataclass(frozen=True, slots=True)
class Entry:
    """A record. `outside`: the last listing could not speak of it; `mine`: False where it is another user's.

    `elsewhere`: it has a pair, and was never found where the side is read since its database, view or owner changed.
    """

    id: str
    version: str
    fingerprint: str = ""
    key: str = ""
    uid: str = ""
    label: str = ""
    private: bool = False
    problem: Problem | None = None
    starts: date | None = None
    mine: bool = True
    outside: bool = False
    elsewhere: bool = False


def print_of(shown: Shown) -> str:
    """The fingerprint of what a record says; empty of one that isn't carried."""
    return record_fingerprint(shown.reading.content) if shown.reading.content is not None else ""


def entry_of(shown: Shown) -> Entry:
    """The entry of a record as it was read."""
    reading = shown.reading
    return Entry(
        id=shown.id,
        version=shown.version,
        fingerprint=print_of(shown),
        key=reading.key,
        uid=reading.uid,
        label=reading.label,
        private=reading.private,
        problem=reading.problem,
        starts=reading.content.starts if isinstance(reading.content, Event) else None,
        mine=shown.mine,
    )


def line_from_entry(entry: Entry) -> dict[str, Any]:
    """The line of an entry; what is empty is left out."""
    line: dict[str, Any] = {"id": entry.id, "version": entry.version}
    optional = {
        "print": entry.fingerprint,
        "key": entry.key,
        "uid": entry.uid,
        "label": entry.label,
        "private": entry.private,
        "problem": problem_out(entry.problem),
        "starts": entry.starts.isoformat() if entry.starts else None,
        "others": not entry.mine,
        "outside": entry.outside,
        "elsewhere": entry.elsewhere,
    }
    return line | {name: value for name, value in optional.items() if value}


def entry_from_line(line: Mapping[str, Any]) -> Entry:
    """The entry of a line."""
    return Entry(
        id=line["id"],
        version=line["version"],
        fingerprint=line.get("print", ""),
        key=line.get("key", ""),
        uid=line.get("uid", ""),
        label=line.get("label", ""),
        private=line.get("private", False),
        problem=problem_in(line.get("problem")),
        starts=moment_in(line["starts"]) if "starts" in line else None,
        mine=not line.get("others", False),
        outside=line.get("outside", False),
        elsewhere=line.get("elsewhere", False),
    )
