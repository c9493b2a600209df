"""Every screen in Chromium: whatever route has a page, it is there, accessible, and fits its window.

The scenes of the API's operations say what exists; a screen that they don't know yet fails until they do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from urllib.parse import quote, urlencode

import pytest

from local.stack import Stack
from tests.e2e.directory_over_http import Directory
from tests.e2e.mailbox_scene import MailboxScene
from tests.e2e.network_scene import NetworkScene
from tests.e2e.over_http import Caller, Document, Json, Office
from tests.e2e.pages_browser import Person
from tests.e2e.provider_over_http import Provider
from tests.e2e.scene import (
    held,
    of_directory,
    of_imports,
    of_office,
    of_provider,
    queries_of_provider,
)

pytestmark = pytest.mark.sweep

Named = tuple[Mapping[str, Json], Mapping[str, Json]]  # by operation: what its path names, what its query says


def hub(administrator: Caller) -> Named:
    return of_office(Office(administrator)), {}


def zen(administrator: Caller) -> Named:
    return of_office(Office(administrator)), {}


def sgp(administrator: Caller) -> Named:
    provider = Provider(administrator, remove_property=True)
    there = of_provider(provider)
    return {**there, "sgp_decide_day": held(administrator)}, queries_of_provider(provider)


def asms(administrator: Caller) -> Named:
    directory = Directory(administrator)
    return {**of_directory(directory), **of_imports(directory)}, {}


def promob(administrator: Caller) -> Named:
    scene = NetworkScene(administrator)
    return scene.there(), scene.queries()


def notes(administrator: Caller) -> Named:
    scene = MailboxScene(administrator)
    return scene.there(), scene.queries()


def screens(integration: str) -> list[tuple[str, str]]:
    """Name and path of each operation that shows a page."""
    application = import_module(f"{integration}.on_http").application
    prefix = "" if integration == "hub" else f"{integration}_"
    shown = [operation for operation in application.operations if operation.page and operation.method == "GET"]
    return [(f"{prefix}{operation.handler.__name__}", operation.path) for operation in shown]


@pytest.mark.parametrize("scene", [hub, zen, sgp, asms, promob, notes], ids=lambda scene: scene.__name__)
def test_every_screen_is_accessible_and_fits(
    scene: Callable[[Caller], Named], person: Callable[..., Person], stack: Stack, document: Document
) -> None:
    there, queries = scene(Caller(stack, document, stack.token))
    connection = next(named["connection"] for named in there.values())
    somebody = person()
    somebody.signs_in(stack.token, "/tokens/current")
    wrong = []
    for name, path in screens(scene.__name__):
        named = {"connection": connection, **there.get(name, {})}
        parts = [quote(str(named[part[1:-1]])) if part.startswith("<") else part for part in path.split("/")]
        query = urlencode(queries.get(name, {}))
        somebody.opens("/".join(parts) + (f"?{query}" if query else ""))
        wrong += [f"{somebody.place}: {flaw}" for flaw in somebody.flaws(name)]
    assert not wrong, "\n".join(wrong)
