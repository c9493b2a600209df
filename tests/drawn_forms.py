"""The forms of a page as a browser has them: where each goes, and what it sends as it was drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

Attributes = dict[str, str]


@dataclass
class DrawnForm:
    """A form with its controls, wherever in the page they are."""

    action: str
    id: str
    fields: dict[str, list[str]] = field(default_factory=dict)  # what it sends untouched
    ticks: dict[str, list[str]] = field(default_factory=dict)  # of checkboxes: all values
    choices: dict[str, list[str]] = field(default_factory=dict)  # of selections: all values
    buttons: list[Attributes] = field(default_factory=list)

    def filled(self, **values: str | list[str]) -> dict[str, Any]:
        """What is sent with other values. A name is given without its kind, and `__` for a slash."""
        sent: dict[str, Any] = {name: list(given) for name, given in self.fields.items()}
        for plain, value in values.items():
            known = {*self.fields, *self.ticks}
            (name,) = (each for each in known if each.partition(".")[0].replace("/", "__") == plain)
            if name in self.choices:
                assert value in self.choices[name], (name, self.choices[name])
            if name in self.ticks:
                assert {*value} <= {*self.ticks[name]}, (name, self.ticks[name])
            sent[name] = ["", *value] if name in self.ticks else value
        return {name: value for name, value in sent.items() if name != "form_token"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[DrawnForm] = []
        self.controls: list[tuple[str, str, Attributes]] = []  # the form's id, tag, attributes
        self._at = ""
        self._select = ""
        self._area: Attributes | None = None  # the text area that is being read

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._at = given.get("id", f"form-{len(self.forms)}")
            self.forms.append(DrawnForm(given.get("action", ""), self._at))
        elif tag == "select":
            self._select = given["name"]
        elif tag in {"input", "button", "textarea", "option"}:
            self.controls.append((given.get("form", self._at), tag, {"name": self._select, **given}))
            self._area = self.controls[-1][2] if tag == "textarea" else None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area["value"] = self._area.get("value", "") + data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None
        if tag == "form":
            self._at = ""
        elif tag == "select":
            self._select = ""


def forms_of(page: str) -> list[DrawnForm]:
    """All forms of a page, in order."""
    reader = _Reader()
    reader.feed(page)
    by_id = {form.id: form for form in reader.forms}
    for form_id, tag, given in reader.controls:
        form, name, value = by_id.get(form_id), given.get("name", ""), given.get("value", "")
        if form is None:
            continue
        if tag == "button":
            form.buttons.append(given)
        elif tag == "option":
            form.choices.setdefault(name, []).append(value)
            if "selected" in given or name not in form.fields:
                form.fields[name] = [value]
        elif given.get("type") == "radio":
            if "checked" in given:
                form.fields[name] = [value]
        elif given.get("type") == "checkbox":
            form.ticks.setdefault(name, []).append(value)
            if "checked" in given:
                form.fields.setdefault(name, []).append(value)
        elif name:
            form.fields.setdefault(name, []).append(value)
    return reader.forms


def form_to(page: str, action: str, holding: str = "") -> DrawnForm:
    """The first form of a page that goes there; `holding` tells it from others: a field's name, or what one sends."""
    there = [form for form in forms_of(page) if form.action == action]
    found = next(
        (form for form in there if not holding or holding in form.fields or [holding] in form.fields.values()), None
    )
    assert found, (action, [form.action for form in forms_of(page)])
    return found
