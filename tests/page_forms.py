"""The forms of a page, as a browser would send them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any


def drawn_form(page: str, action: str, holding: str = "") -> dict[str, Any]:
    """What the one form with that action would send as it is drawn; `holding` tells it from others."""
    forms = re.findall(r"<form.*?</form>", page, re.DOTALL)
    (form,) = [form for form in forms if f'action="{action}"' in form and holding in form]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        given = dict(re.findall(r'([a-z]+)="([^"]*)"', tag))
        if given.get("type") not in {"checkbox", "radio"} or " checked" in tag:
            found.setdefault(given["name"], []).append(unescape(given.get("value", "")))
    for name, text in re.findall(r'<textarea[^>]* name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        found[name] = [unescape(text)]
    for name, options in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        found[name] = re.findall(r'<option value="([^"]*)" selected', options)
    return found
