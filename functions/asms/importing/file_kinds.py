"""What a file is, by its content: a workbook, a CSV file, a zip of them, or something that can't be imported.

It runs in the child process, and so imports little.
"""

from __future__ import annotations

import io
import re
from enum import Enum
from zipfile import ZipFile, ZipInfo

_MOST_FILES = 1_000  # in a zip of workbooks
_LONGEST_NAME = 255  # characters of a name in a zip
_MOST_PARTS = 2_000  # of a workbook
_MOST_CONTENT = 64 * 2**20  # bytes of a file in a zip
MOST_INFLATED = 512 * 2**20  # bytes of a workbook's parts together, as it says itself
_MOST_RATIO = 300  # how many times as large as the file they may be: sheets of nothing but rows reach some dozens

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OTHERS = (
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"{\\rtf", "RTF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"\x1f\x8b", "gzip"),
    (b"<", "HTML/XML"),
)
_PARTS_OF_OTHERS = (("word/", "Word (.docx)"), ("ppt/", "PowerPoint (.pptx)"))
_UNSEEN = ("__MACOSX/", "thumbs.db", "desktop.ini")  # what systems put into zips by themselves

_PATH = re.compile(r"^/|(^|/)\.\.(/|$)|:")  # a name that leads out of where a zip is unpacked


class RefusedError(Exception):
    """The file can't be imported: a code of asms.importing.file_sentences, and its details."""

    def __init__(self, code: str, **details: str) -> None:
        super().__init__(code)
        self.code, self.details = code, details


class Kind(Enum):
    """What can be imported."""

    WORKBOOK = "workbook"
    CSV = "csv"
    ZIP = "zip"


def content_of(path: str, member: int | None) -> bytes:
    """A file's bytes, or those of a member of a zip, by its place in the directory."""
    with open(path, "rb") as file:
        if member is None:
            return file.read()
        with ZipFile(file) as bundle:
            one = bundle.infolist()[member]
            if one.flag_bits & 1:
                raise RefusedError("asms.zip_encrypted")
            if one.file_size > _MOST_CONTENT:
                raise RefusedError("asms.file_too_large")
            return bundle.read(one)


def kind_of(content: bytes, *, nested: bool) -> Kind:
    """What a file is; `nested`: it comes from a zip, and must not be one. Raises RefusedError."""
    if not content:
        raise RefusedError("asms.file_empty")
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(content, nested)
    if content.startswith(_OLE):
        raise RefusedError("asms.file_encrypted" if _ENCRYPTED in content else "asms.file_old")
    if content.startswith(b"%PDF"):
        raise RefusedError("asms.file_pdf")
    start = content[:1_000].removeprefix(b"\xef\xbb\xbf").lstrip()
    for magic, kind in _OTHERS:
        if start.startswith(magic):
            raise RefusedError("asms.file_kind", kind=kind)
    if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise RefusedError("asms.file_kind_unknown")
    return Kind.CSV


def _kind_of_zip(content: bytes, nested: bool) -> Kind:
    with ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
    names = [part.filename for part in parts]
    if "content.xml" in names and "mimetype" in names:
        raise RefusedError("asms.file_ods")
    if not ("[Content_Types].xml" in names or any(name.startswith("xl/") for name in names)):
        if nested:
            raise RefusedError("asms.zip_nested")
        return Kind.ZIP
    for beginning, kind in _PARTS_OF_OTHERS:
        if any(name.startswith(beginning) for name in names):
            raise RefusedError("asms.file_kind", kind=kind)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise RefusedError("asms.file_macros")
    if "xl/workbook.bin" in names:
        raise RefusedError("asms.file_xlsb")
    if "xl/workbook.xml" not in names or len(set(names)) < len(names):
        raise RefusedError("asms.file_damaged")
    if any(part.flag_bits & 1 for part in parts):
        raise RefusedError("asms.file_encrypted")
    inflated = sum(part.file_size for part in parts)
    if len(parts) > _MOST_PARTS or inflated > min(MOST_INFLATED, _MOST_RATIO * len(content)):
        raise RefusedError("asms.file_too_large")
    return Kind.WORKBOOK


def members(content: bytes) -> list[tuple[int, str]]:
    """The files of a zip: the place in its directory, and the name. Raises RefusedError."""
    with ZipFile(io.BytesIO(content)) as archive:
        everything = archive.infolist()
    if len(everything) > _MOST_FILES:
        raise RefusedError("asms.zip_many", most=str(_MOST_FILES))
    found = [(place, one.filename) for place, one in enumerate(everything) if _is_seen(one)]
    if not found:
        raise RefusedError("asms.zip_empty")
    seen = set[str]()
    for place, name in found:
        if len(name) > _LONGEST_NAME or not name.isprintable() or _PATH.search(name):
            raise RefusedError("asms.zip_name", member=name[:_LONGEST_NAME])
        if name in seen:
            raise RefusedError("asms.zip_repeats", member=name)
        if everything[place].flag_bits & 1:
            raise RefusedError("asms.zip_encrypted")
        seen.add(name)
    return found


def _is_seen(one: ZipInfo) -> bool:
    base = one.filename.rpartition("/")[2]
    unseen = base.startswith(".") or one.filename.startswith(_UNSEEN[0]) or base.lower() in _UNSEEN[1:]
    return not (one.is_dir() or unseen)
