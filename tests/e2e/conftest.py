"""A stack with a small office and a small provider, for tests that call its API; one for each process they run in."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, sync_playwright

from local.chromium import launched
from local.stack import Stack
from tests.e2e.over_http import SECONDS, Caller, Document
from tests.e2e.pages_browser import Person

# 70 users, of whom 66 can be sent, in three blocks; three companies, one without tax regime, of two employees each.
OFFICE = "--users 70 --without-email 2 --sharing-pairs 1 --companies 3 --employees-per-company 2 --without-regime 1"
PROVIDER = ("--contracts", "100")  # of SGP's; most of them are in OZmap too


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Collector, obj: object) -> Generator[None, Any, Any]:
    """Where no sweep is to run, none is made: to draw the edges of every operation takes seconds."""
    made = yield
    is_sweep = any(mark.name == "sweep" for mark in getattr(obj, "pytestmark", ()))
    return [] if is_sweep and collector.config.option.markexpr == "not sweep" else made


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    vendors = {
        "questor": OFFICE.split(),
        "zen": (),
        "tareffa": (),
        "sgp": PROVIDER,
        "ozmap": PROVIDER,
        "promob": (),
        "domino": (),
        "zoho": (),
    }
    with Stack(vendors=vendors, directory=tmp_path_factory.mktemp("stack")) as standing:
        yield standing


@pytest.fixture(scope="session")
def document(stack: Stack) -> Document:
    """The API's document, as the stack serves it."""
    served: dict[str, Any] = requests.get(f"{stack.api_url}/openapi.json", timeout=SECONDS).json()
    return Document(served)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; each person has a profile of his own in it."""
    with sync_playwright() as playwright, launched(playwright) as opened:
        yield opened


@pytest.fixture
def person(browser: Browser, stack: Stack, request: pytest.FixtureRequest) -> Iterator[Callable[..., Person]]:
    """Makes people at a browser: `person()`, or `person(with_script=False)`. Their faults are seen as the test ends."""
    with ExitStack() as there:

        def come(**more: Any) -> Person:
            somebody = Person(browser, stack, request.node.name.removeprefix("test_"), **more)
            there.callback(somebody.close)
            return somebody

        yield come


@pytest.fixture
def administrator_at_api(stack: Stack, document: Document) -> Caller:
    """Whoever prepares what pages show."""
    return Caller(stack, document, stack.token)
