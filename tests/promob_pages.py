"""Somebody of a store at a browser, before Promob's pages: reads them, and sends the forms that they drew."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from tests.drawn_forms import form_to
from tests.promob_on_aws import PromobHttp
from tests.routes_on_aws import Answer

_PRIMARY = re.compile(r'<(?:button|a|summary)[^>]* class="[^"]*\bprimary\b[^"]*"[^>]*>(.*?)</', re.DOTALL)
_CLOSED = re.compile(r"(<details(?![^>]*\bopen\b).*?</summary>).*?</details>", re.DOTALL)
_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Reader:
    """A person, known by the name of the token."""

    promob: PromobHttp
    name: str

    def main(self, path: str, **query: Any) -> str:
        """What a page is about, as HTML."""
        page = self.promob.page(path, self.name, **query)
        assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8"), page
        (content,) = re.findall(r"<main.*</main>", page.body, re.DOTALL)
        return str(content)

    def reads(self, path: str, **query: Any) -> str:
        """What a page says, in one line."""
        return words(self.main(path, **query))

    def primary(self, path: str, **query: Any) -> list[str]:
        """The words of what a page offers first, as they are seen."""
        seen = re.sub(r'<span class="unseen">.*?</span>', "", _CLOSED.sub(r"\1", self.main(path, **query)))
        return [words(found) for found in _PRIMARY.findall(seen)]

    def forms(self, path: str, **query: Any) -> list[str]:
        """Where the forms of a page go, filters aside."""
        return re.findall(r'<form[^>]* method="post" action="([^"]+)"', self.main(path, **query))

    def sends(self, path: str, action: str, filled: Mapping[str, Any] = _NOTHING, holding: str = "") -> Answer:
        """The answer to the form of a page that goes there, filled in; `holding` tells it from others."""
        form = form_to(self.main(path), action, holding).fields
        return self.promob.sent(action, self.name, **{**form, **filled})

    def goes(self, path: str, action: str, filled: Mapping[str, Any] = _NOTHING, holding: str = "") -> str:
        """Where a form leads that is taken."""
        answer = self.sends(path, action, filled, holding)
        assert answer.status == 303, answer
        return str(answer.headers["Location"])


def words(content: str) -> str:
    """HTML as text, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", content)).split())
