"""Every screen in Chromium: whatever route has a page, it is there, accessible, and fits its window.

The scenes of the API's operations say what exists; a screen that they don't know yet fails until they do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from local.stack import Stack
from tests.e2e.directory_over_http import Directory
from tests.e2e.mailbox_scene import MailboxScene
from tests.e2e.network_scene import NetworkScene
from tests.e2e.over_http import USERS, Caller, Document, Json, Office
from tests.e2e.pages_browser import Person
from tests.e2e.provider_over_http import Provider
from tests.e2e.scene import (
    of_directory,
    of_imports,
    of_office,
    of_provider,
    queries_of_directory,
    queries_of_provider,
)

pytestmark = pytest.mark.sweep

Named = tuple[Mapping[str, Json], Mapping[str, Json]]  # by operation: what its path names, what its query says


def hub(administrator: Caller) -> Named:
    """What is of all integrations; a request of LGPD, of a person whom nobody knows."""
    asked = {"purpose": "export", "known_by": "email", "value": "ninguem@escritorio.example"}
    request = administrator.post("/privacy/requests", asked)["id"]
    return {**of_office(Office(administrator)), "read_privacy_request": {"request_id": request}}, {}


def zen(administrator: Caller) -> Named:
    """An office."""
    office = Office(administrator)
    return {**of_office(office), "zen_read_flow": {"connection": office.id, "flow": USERS}}, {}


def sgp(administrator: Caller) -> Named:
    """A provider."""
    provider = Provider(administrator, remove_property=True)
    return of_provider(provider), queries_of_provider(provider)


def asms(administrator: Caller) -> Named:
    """A directory."""
    directory = Directory(administrator)
    there = {**of_directory(directory), **of_imports(directory)}
    return there, queries_of_directory(directory, there)


def promob(administrator: Caller) -> Named:
    """A network."""
    scene = NetworkScene(administrator)
    return scene.there(), scene.queries()


def notes(administrator: Caller) -> Named:
    """Mailboxes."""
    scene = MailboxScene(administrator)
    return scene.there(), scene.queries()


def screens(integration: str) -> list[tuple[str, str]]:
    """Name and path of each operation that shows a page."""
    application = import_module(f"{integration}.on_http").application
    prefix = "" if integration == "hub" else f"{integration}_"
    shown = [operation for operation in application.operations if operation.page and operation.method == "GET"]
    return [(f"{prefix}{operation.handler.__name__}", operation.path) for operation in shown]


def address(name: str, path: str, there: Mapping[str, Json], query: Mapping[str, Any]) -> str:
    """Where a screen is: as the scene says, else what another operation names that is at as many things."""
    wanted = set(re.findall(r"<(\w+)>", path))
    named = next((each for each in (there.get(name, {}), *there.values()) if wanted <= each.keys()), None)
    assert named is not None, f"the scene doesn't say where {name} is: {sorted(wanted)}"
    filled = re.sub(r"<(\w+)>", lambda part: quote(str(named[part[1]])), path)
    return f"{filled}?{urlencode(query)}" if query else filled


@pytest.mark.parametrize("scene", [hub, zen, sgp, asms, promob, notes], ids=lambda scene: scene.__name__)
def test_every_screen_is_accessible_and_fits(
    scene: Callable[[Caller], Named], person: Callable[..., Person], stack: Stack, document: Document
) -> None:
    there, queries = scene(Caller(stack, document, stack.token))
    somebody = person()
    somebody.signs_in(stack.token, "/tokens/current")
    wrong = []
    for name, path in screens(scene.__name__):
        somebody.opens(address(name, path, there, queries.get(name, {})))
        wrong += [f"{somebody.place}: {flaw}" for flaw in somebody.flaws(name)]
    assert not wrong, "\n".join(wrong)
