"""The pages' own files. Their addresses hold a hash of what is in them, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).with_name("static")
_TYPES = {
    "paper.css": "text/css; charset=utf-8",
    "sincronia.css": "text/css; charset=utf-8",
    "sincronia.js": "text/javascript; charset=utf-8",
    "sincronia.svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is served."""

    name: str  # in its address
    content_type: str
    text: str


@cache
def _files() -> dict[str, StaticFile]:
    return {name: _file(name, content_type) for name, content_type in _TYPES.items()}


def _file(name: str, content_type: str) -> StaticFile:
    text = (_FOLDER / name).read_text(encoding="utf-8")
    stem, _, ending = name.partition(".")
    return StaticFile(f"{stem}.{hashlib.sha256(text.encode()).hexdigest()[:16]}.{ending}", content_type, text)


def address(name: str) -> str:
    """Where a file is served, by its name."""
    return f"/static/{_files()[name].name}"


def served(name: str) -> StaticFile | None:
    """The file of a name that an address has."""
    return next((file for file in _files().values() if file.name == name), None)
