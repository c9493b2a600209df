"""Files as people and attackers drop them: workbooks from raw XML, zips that lie, archives that swell."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Iterable, Mapping

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
NAMESPACES = f'xmlns="{_MAIN}" xmlns:x="{_MAIN}" xmlns:r="{_OFFICE}"'
SHEET = "xl/worksheets/sheet1.xml"
HEAD = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Nome</t></is></c><c r="B1" t="inlineStr"><is><t>Login</t></is></c></row>'
)

# Styles by number: general, date, moment, time of day, hours, text.
_STYLES = (
    f'<styleSheet {NAMESPACES}><numFmts count="1"><numFmt numFmtId="164" formatCode="[h]:mm:ss"/></numFmts><cellXfs '
    'count="6"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="21"/><xf numFmtId="164"/>'
    '<xf numFmtId="49"/></cellXfs></styleSheet>'
)
_RICH = "<si><r><t>do</t></r><r><rPr><b/></rPr><t>is</t></r><rPh><t>dò</t></rPh></si>"


def text(where: str, content: str) -> str:
    """A cell of text."""
    return f'<c r="{where}" t="inlineStr"><is><t xml:space="preserve">{content}</t></is></c>'


def listed(*sheets: str, more: str = "") -> str:
    """The part that names the sheets; each is the attributes of one beside its number, and all are of one part."""
    named = "".join(f'<sheet {sheet} sheetId="{number}" r:id="rId1"/>' for number, sheet in enumerate(sheets, 1))
    return f"<workbook {NAMESPACES}>{more}<sheets>{named}</sheets></workbook>"


def worksheet(rows: str, before: str = "", after: str = "") -> str:
    """The part of a sheet."""
    return f"{before}<worksheet {NAMESPACES}><sheetData>{rows}</sheetData>{after}</worksheet>"


def parts(rows: str = "") -> dict[str, str | bytes]:
    """The parts of a workbook whose only sheet has these rows under a header."""
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType='
        '"application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_OFFICE}'
        '/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": listed('name="Clientes"'),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId3" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/styles.xml": _STYLES,
        "xl/sharedStrings.xml": f"<sst {NAMESPACES}><si><t>um</t></si>{_RICH}</sst>",
        SHEET: worksheet(HEAD + rows),
    }


def zipped(members: Mapping[str, str | bytes] | Iterable[tuple[str, str | bytes]]) -> bytes:
    """A zip; pairs may repeat a name."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members.items() if isinstance(members, Mapping) else members:
            archive.writestr(name, content)
    return file.getvalue()


def book(rows: str = "", **changed: str | bytes | None) -> bytes:
    """A workbook with these rows under a header, and its parts changed (`sheet`, `workbook`, …) or left out (None)."""
    own = parts(rows)
    for name, content in changed.items():
        path = _PATHS[name]
        if content is None:
            del own[path]
        else:
            own[path] = content
    return zipped(own)


_PATHS = {
    "types": "[Content_Types].xml",
    "workbook": "xl/workbook.xml",
    "relations": "xl/_rels/workbook.xml.rels",
    "styles": "xl/styles.xml",
    "strings": "xl/sharedStrings.xml",
    "sheet": SHEET,
    "macros": "xl/vbaProject.bin",
}


def swelling(before: str, repeated: bytes, times: int, after: str) -> bytes:
    """A workbook whose sheet is this, made without holding it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts().items():
            if name != SHEET:
                archive.writestr(name, content)
        with archive.open(SHEET, "w", force_zip64=True) as sheet:
            sheet.write(before.encode())
            at_once = max(2**20 // len(repeated), 1)
            for _ in range(times // at_once):
                sheet.write(repeated * at_once)
            sheet.write(repeated * (times % at_once))
            sheet.write(after.encode())
    return file.getvalue()


def patched(file: bytes, member: str, change: Callable[[bytearray, int, int], None]) -> bytes:
    """A zip after `change(content, local, central)`, which are where a member's two headers stand."""
    content = bytearray(file)
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        local = archive.getinfo(member).header_offset
        directory = archive.start_dir
    central = file.index(member.encode(), directory) - 46
    change(content, local, central)
    return bytes(content)


def wrong_checksum(file: bytes, member: str = SHEET) -> bytes:
    """The same, and a member's checksum is another."""

    def change(content: bytearray, local: int, central: int) -> None:
        content[local + 14] ^= 0xFF
        content[central + 16] ^= 0xFF

    return patched(file, member, change)


def said_size(file: bytes, size: int, member: str = SHEET) -> bytes:
    """The same, and a member says that it is so large."""

    def change(content: bytearray, local: int, central: int) -> None:
        struct.pack_into("<I", content, local + 22, size)
        struct.pack_into("<I", content, central + 24, size)

    return patched(file, member, change)


def flagged(file: bytes, member: str) -> bytes:
    """The same, and a member says that it is encrypted."""

    def change(content: bytearray, local: int, central: int) -> None:
        content[local + 6] |= 1
        content[central + 8] |= 1

    return patched(file, member, change)


def directory_size(file: bytes, size: int) -> bytes:
    """The same, and it says that its directory is so large."""
    content = bytearray(file)
    struct.pack_into("<I", content, file.rindex(b"PK\x05\x06") + 12, size)
    return bytes(content)


def broken_stream(file: bytes, member: str = SHEET) -> bytes:
    """The same, and a member's deflated bytes are damaged in their middle."""

    def change(content: bytearray, local: int, central: int) -> None:
        (size,) = struct.unpack_from("<I", content, central + 20)
        start = local + 30 + sum(struct.unpack_from("<HH", content, local + 26)) + size // 2
        content[start : start + 8] = b"\xff" * 8

    return patched(file, member, change)
