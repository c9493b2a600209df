"""The keys that files to import are dropped at, and what an upload's metadata says.

`imports/{connection}/{project}/{clients|specialists}/{name}`; the project is its id, or its name as people write it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote, unquote_plus
from uuid import uuid4

from asms.catalogues import Category
from sincronia.engine.state import Mode

FOLDER = "imports/"

MODE = "sincronia-mode"  # metadata: preview or apply
BY = "sincronia-by"  # the id of the token that asks
NAME = "sincronia-name"  # the file's name, percent-encoded: metadata are ASCII

_CONNECTION = re.compile(r"[a-z0-9][a-z0-9-]{1,60}")
_LONGEST_NAME = 80  # characters of a key's last segment, behind the random ones
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Drop:
    """What a key says. A file that has no name has an empty one."""

    connection: str
    project: str  # id or name
    category: Category
    name: str


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What an upload's metadata say; an object that people dropped by hand has none, and is applied."""

    mode: Mode = Mode.APPLY
    by: str = ""
    name: str = ""


def key_in(text: str) -> str:
    """The key of an event, where it is encoded as in a form. Raises UnicodeDecodeError."""
    return unquote_plus(text, errors="strict")


def connection_of(key: str) -> str:
    """The connection that a key names; empty where what stands there can be none."""
    named = key.removeprefix(FOLDER).partition("/")[0]
    return named if key.startswith(FOLDER) and _CONNECTION.fullmatch(named) else ""


def parsed(key: str) -> Drop | None:
    """What a key says; None where it has another form."""
    parts = key.split("/")
    if len(parts) != 5 or not connection_of(key):
        return None
    _, connection, project, category, name = parts
    if category not in set(Category) or not one_line(project):
        return None
    return Drop(connection, one_line(project), Category(category), one_line(name))


def file_of(key: str) -> str:
    """What people know a dropped file by, whatever the form of its key."""
    return one_line(key.rpartition("/")[2]) or one_line(key)


def one_line(text: str) -> str:
    """A text as it is shown and looked up: composed accents, no line breaks, no other characters that aren't seen."""
    seen = "".join(letter if unicodedata.category(letter) != "Cc" else " " for letter in text)
    return " ".join(unicodedata.normalize("NFC", seen).split())


def upload_key(connection: str, project: str, category: Category, name: str) -> str:
    """A new key for a file of that name, in plain letters: two uploads of one name don't meet."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    safe = _UNSAFE.sub("-", plain)[-_LONGEST_NAME:].strip("-")
    return f"{FOLDER}{connection}/{project}/{category.value}/{uuid4().hex[:8]}-{safe}"


def metadata_out(uploaded: Uploaded) -> dict[str, str]:
    """The metadata of an upload, without `x-amz-meta-`."""
    return {MODE: uploaded.mode.value, BY: uploaded.by, NAME: quote(uploaded.name, safe="")}


def metadata_in(metadata: Mapping[str, str]) -> Uploaded:
    """What an object's metadata say. A mode that isn't known writes nothing: it is a preview."""
    mode = Mode.APPLY if metadata.get(MODE, Mode.APPLY.value) == Mode.APPLY.value else Mode.PREVIEW
    return Uploaded(mode, metadata.get(BY, ""), one_line(unquote(metadata.get(NAME, ""))))
