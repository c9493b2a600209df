"""The directory's pages as browsers have them: what they say, and their forms, filled in and sent as they are drawn."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

from requests import Request

from tests.asms_on_aws import Asms
from tests.routes_on_aws import BROWSER, Answer

NO_FILES: Mapping[str, bytes] = {}


@dataclass
class Form:
    """A form as it was drawn: where it goes, what it would send untouched, and its buttons' names and values."""

    method: str
    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    boxes: list[tuple[str, str]] = field(default_factory=list)  # that aren't checked
    buttons: list[tuple[str, str]] = field(default_factory=list)
    sent_to: list[str] = field(default_factory=list)  # by buttons that lead elsewhere

    def names(self) -> list[str]:
        """What it has to be filled in or chosen, in order."""
        own = {"form_token", "next", "idempotency_key", "_method"}
        return list(dict.fromkeys(name for name, _ in [*self.fields, *self.boxes] if name not in own))


class _Reader(HTMLParser):
    """Reads a page's forms, and its words as people read them."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.words: list[str] = []
        self._form: Form | None = None
        self._area: str | None = None
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(given.get("method", "get"), given["action"])
            self.forms.append(self._form)
        if self._form is None:
            return
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "button":
            self._form.buttons.append((name, value))
            if "formaction" in given:
                self._form.sent_to.append(given["formaction"])
        elif tag == "textarea":
            self._area = name
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option" and self._select is not None:
            self._options.append((given.get("value", "…"), "selected" in given))
        elif tag == "input" and name:
            unchecked = given.get("type") in {"checkbox", "radio"} and "checked" not in given
            (self._form.boxes if unchecked else self._form.fields).append((name, value))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if self._form is not None and tag == "textarea" and self._area is not None:
            self._form.fields.append((self._area, ""))
            self._area = None
        if self._form is not None and tag == "select" and self._select is not None:
            chosen = [value for value, selected in self._options if selected] or [self._options[0][0]]
            self._form.fields.append((self._select, chosen[0]))
            self._select = None

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@dataclass(frozen=True)
class Drawn:
    """A page, as somebody with a role sees it."""

    asms: Asms
    role: str
    answer: Answer
    text: str  # of its main part
    forms: list[Form]

    def form(self, action: str, *having: str) -> Form:
        """The form that changes something there, and has these fields."""
        posts = [form for form in self.forms if form.method == "post" and form.action == action]
        found = [form for form in posts if set(having) <= {*form.names()}]
        assert found, (action, [form.action for form in self.forms])
        return found[0]

    def sends(self, action: str, *having: str, button: tuple[str, str] = ("", ""), **filled: Any) -> Answer:
        """The answer to a form that is filled in; `__` in a name stands for a slash, a last `_x` for the kind x.

        A list checks boxes. Raises AssertionError where the form has no such field.
        """
        form = self.form(action, *having)
        fields: dict[str, Any] = {}
        for name, value in form.fields:
            fields.setdefault(name, []).append(value)
        for given, value in filled.items():
            (name,) = [one for one in form.names() if _plain(one) == given]
            if isinstance(value, list):
                assert {(name, each) for each in value} <= {*form.boxes, *form.fields}, (name, form.boxes)
                fields[name] = ["", *value]
            else:
                fields[name] = [value]
        if button[0]:
            assert button in form.buttons
            fields[button[0]] = [button[1]]
        assert fields.pop("form_token", None), "who sends it isn't known"
        return sent(self.asms, form.action, fields, self.role)


def _plain(name: str) -> str:
    return name.replace("/", "__").replace(".", "_")


def form_token(asms: Asms, role: str) -> str:
    """What the forms of somebody's pages bring back."""
    cookie = asms.session(role)
    return str(asms.sandbox.of("sincronia.web.session").form_token(cookie.partition("=")[2]))


def sent(
    asms: Asms,
    path: str,
    fields: Mapping[str, Any],
    role: str = "operator",
    *,
    accept: str = BROWSER["accept"],
    files: Mapping[str, bytes] = NO_FILES,
) -> Answer:
    """The answer to a form's fields, whatever their names; with files, it comes in parts."""
    fields = {"form_token": form_token(asms, role), **fields}
    happening = asms.request("POST", path, body=urlencode(fields, doseq=True))
    happening["headers"] = BROWSER | {"accept": accept, "origin": f"https://{BROWSER['host']}"}
    happening["headers"]["content-type"] = "application/x-www-form-urlencoded;charset=UTF-8"
    if files:
        request = Request("POST", "https://x.example", data=fields, files={name: ("f", b) for name, b in files.items()})
        prepared = request.prepare()
        happening["headers"]["content-type"] = prepared.headers["Content-Type"]
        assert isinstance(prepared.body, bytes)
        happening |= {"body": base64.b64encode(prepared.body).decode(), "isBase64Encoded": True}
    return asms.handled(happening | {"cookies": [asms.session(role)]})


def drawn(asms: Asms, path: str, role: str = "operator", **query: Any) -> Drawn:
    """The page at an address."""
    return read(asms, asms.page(path, role, **query), role)


def read(asms: Asms, answer: Answer, role: str = "operator", status: int = 200) -> Drawn:
    """An answer that is a page."""
    assert answer.status == status, re.findall(r"<main.*", str(answer.body), re.DOTALL)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script(?! src=)", answer.body)
    (content,) = re.findall(r"<main.*</main>", answer.body, re.DOTALL)
    reader = _Reader()
    reader.feed(content)
    return Drawn(asms, role, answer, " ".join(" ".join(reader.words).split()), reader.forms)


def led_to(answer: Answer) -> str:
    """Where a form has led."""
    assert answer.status == 303, answer
    return str(answer.headers["Location"])
