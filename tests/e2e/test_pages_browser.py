"""The look at pages has teeth: what no page may do, done on purpose to the page at the door, is noticed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from local.stack import Stack
from tests.e2e.pages_browser import Person

pytestmark = pytest.mark.sweep

NAMELESS = "() => document.querySelector('label').remove()"
PALE = "() => { document.querySelector('h1').style.setProperty('color', '#cccccc'); }"
WIDE_PART = "() => { document.querySelector('h1').style.setProperty('width', '500px'); }"
INLINE = "() => document.body.append(Object.assign(document.createElement('script'), { textContent: 'let a = 1;' }))"
ELSEWHERE = "() => fetch('https://elsewhere.example/').catch(() => {})"
LOST = "() => fetch('/notifications/nobody/nothing', { headers: { Accept: 'application/json' } })"
BROKEN = "() => { setTimeout(() => { throw new Error('broken'); }, 0); }"


@pytest.mark.parametrize(
    ("done", "told"),
    [(NAMELESS, "label"), (PALE, "color-contrast"), (WIDE_PART, "px wide")],
    ids=["nameless", "pale", "wide"],
)
def test_what_is_wrong_with_a_page_is_found(person: Callable[..., Person], done: str, told: str) -> None:
    somebody = person()
    somebody.opens("/sign-in").evaluate(done)
    assert any(told in flaw for flaw in somebody.flaws("spoiled"))


@pytest.mark.parametrize(
    ("done", "told"),
    [(INLINE, "Content Security Policy"), (ELSEWHERE, "elsewhere.example"), (LOST, "401: GET"), (BROKEN, "broken")],
    ids=["inline", "elsewhere", "lost", "broken"],
)
def test_what_no_page_may_do_fails_whoever_is_there(browser: Browser, stack: Stack, done: str, told: str) -> None:
    somebody = Person(browser, stack, "spoiled")
    somebody.opens("/sign-in").evaluate(done)
    somebody.page.wait_for_timeout(200)
    with pytest.raises(AssertionError, match=told):
        somebody.close()
