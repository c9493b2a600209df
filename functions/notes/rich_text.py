"""Rich text of the data service as plain text: `{"type": "multipart", "content": [{"contentType", "data"}]}`."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

_BREAKS = {"br", "p", "div", "li", "tr", "h1", "h2", "h3"}
_HIDDEN = {"style", "script", "head"}


def plain(value: Any) -> str:
    """The text of an item: its plain part, or else that of its HTML. Raises ValueError."""
    if value is None or isinstance(value, str):
        return value or ""
    parts = _parts(value)
    for kind, of_html in (("text/plain", False), ("text/html", True)):
        texts = [_data(part) for part in parts if _kind(part) == kind and not _is_file(part)]
        if texts:
            return _without_tags("\n".join(texts)) if of_html else "\n".join(texts)
    return ""


def holds_files(value: Any) -> bool:
    """Whether something in it would be lost if a text took its place."""
    if value is None or isinstance(value, str):
        return False
    return any(
        _is_file(part) or not (_kind(part).startswith(("text/", "multipart/")) or not _kind(part))
        for part in _parts(value)
    )


def written(text: str) -> dict[str, Any]:
    """A text as an item of rich text."""
    return {"type": "multipart", "content": [{"contentType": "text/plain; charset=UTF-8", "data": text}]}


def _parts(value: Any) -> list[Mapping[str, Any]]:
    content = value.get("content") if isinstance(value, Mapping) else None
    if not isinstance(content, list) or not all(isinstance(part, Mapping) for part in content):
        raise ValueError("rich text")
    return content


def _kind(part: Mapping[str, Any]) -> str:
    return str(part.get("contentType", "")).partition(";")[0].strip().lower()


def _is_file(part: Mapping[str, Any]) -> bool:
    return str(part.get("contentDisposition", "")).strip().lower().startswith("attachment")


def _data(part: Mapping[str, Any]) -> str:
    data = part.get("data", "")
    if not isinstance(data, str):
        raise ValueError("rich text")
    if str(part.get("contentTransferEncoding", "")).lower() != "base64":
        return data
    try:
        return base64.b64decode(data).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError("rich text") from error


class _Text(HTMLParser):
    """Collects what a reader of the page would see."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        """A line ends before a block."""
        self._hidden += tag in _HIDDEN
        if tag in _BREAKS and self.found:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """What is hidden ends."""
        self._hidden -= tag in _HIDDEN and self._hidden > 0

    def handle_data(self, data: str) -> None:
        """Text; line ends within it are no more than spaces."""
        if not self._hidden:
            self.found.append(" ".join(data.split("\n")))


def _without_tags(html: str) -> str:
    page = _Text()
    page.feed(html)
    page.close()
    return "".join(page.found).strip()
