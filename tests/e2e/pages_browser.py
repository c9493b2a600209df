"""People at a real Chromium, before the stack's pages.

What no page may do is a fault, and its test fails: an error in the console (a breach of the content security policy is
one), a request to another origin, an answer that nobody was prepared for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

from local.processes import ROOT
from local.stack import Stack

SCREENSHOTS = ROOT / ".screenshots"
AXE = ROOT / "tests/node/node_modules/axe-core/axe.min.js"
WIDE, NARROW = 1440, 360  # pixels
TIMEOUT_MS = 15_000

_TOLD_BY_RESPONSES = "Failed to load resource"  # in the console; `_answered` sees them, with their status
_CONTRAST: dict[str, Any] = {"runOnly": ["color-contrast"]}
_EVERYTHING: dict[str, Any] = {"rules": {"target-size": {"enabled": True}}}
_AXE = """async (options) => {
    const found = await axe.run(document, { preload: false, resultTypes: ["violations"], ...options });
    const told = (node) => `${node.html.slice(0, 300)}\\n    ${node.failureSummary.replaceAll("\\n", "\\n    ")}`;
    return found.violations.map((rule) => [`${rule.id}: ${rule.help}`, ...rule.nodes.map(told)].join("\\n  "));
}"""
_TOO_WIDE = """() => {
    const root = document.documentElement, width = root.clientWidth;
    if (root.scrollWidth <= width) return [];
    const all = [...document.querySelectorAll("body *")];
    const wide = all.filter((one) => one.getBoundingClientRect().right > width + 1).slice(-3);
    return [`${root.scrollWidth} px wide`, ...wide.map((one) => one.outerHTML.slice(0, 200))];
}"""

Scheme = Literal["light", "dark"]


class Person:
    """Somebody at a browser of his own. `name` begins the names of his screenshots."""

    def __init__(self, browser: Browser, stack: Stack, name: str, *, with_script: bool = True) -> None:
        self.stack = stack
        self.faults: list[str] = []
        self._name = re.sub(r"\W+", "-", name)
        self._tolerated: set[int] = set()
        self._context: BrowserContext = browser.new_context(
            base_url=stack.api_url,
            viewport={"width": WIDE, "height": 900},
            locale="pt-BR",
            timezone_id="America/Sao_Paulo",
            reduced_motion="reduce",  # no page is looked at half way
            java_script_enabled=with_script,
        )
        self._context.set_default_timeout(TIMEOUT_MS)
        self._context.on("console", self._said)
        self._context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        self._context.on("request", self._asked)
        self._context.on("response", self._answered)
        self.page: Page = self._context.new_page()

    def close(self) -> None:
        """Leaves. Raises AssertionError where a page did what none may do."""
        self._context.close()
        assert not self.faults, "\n".join(self.faults)

    # ── what he does ─────────────────────────────────────────────────────────────────────────────────────────────────
    def opens(self, path: str) -> Page:
        """The page at an address of the stack."""
        self.page.goto(path)
        return self.page

    def signs_in(self, token: str, path: str = "/sign-in") -> Page:
        """Goes where a session is needed, is asked for a token, and is let in."""
        self.opens(path)
        assert urlsplit(self.page.url).path == "/sign-in"
        self.page.get_by_label("Token de integração").fill(token)
        self.page.get_by_role("button", name="Entrar").click()
        self.page.wait_for_url(lambda url: urlsplit(url).path != "/sign-in")
        return self.page

    def cookies(self) -> list[dict[str, Any]]:
        """What the browser keeps."""
        return [dict(cookie) for cookie in self._context.cookies()]

    @contextmanager
    def refused(self, *statuses: int) -> Iterator[None]:
        """Within it an answer with one of these statuses is what was expected, and no fault."""
        self._tolerated |= set(statuses)
        yield
        self._tolerated -= set(statuses)

    @property
    def place(self) -> str:
        """The address, as it stands behind the origin."""
        return self.page.url.removeprefix(self.stack.api_url)

    # ── what he sees ─────────────────────────────────────────────────────────────────────────────────────────────────
    def headings(self) -> list[str]:
        """What the page's headings say, in order."""
        return self.page.locator("h1, h2, h3").all_inner_texts()

    def looks(self, screen: str) -> None:
        """Looks at the whole page, and keeps pictures. Raises AssertionError where anything is wrong with it."""
        found = self.flaws(screen)
        assert not found, "\n".join([f"{self.place} ({screen})", *found])

    def flaws(self, screen: str) -> list[str]:
        """What axe-core finds, wide and narrow, by day and by night, and where a page is wider than its window."""
        found = [
            *self._looked(screen, WIDE, "light", _EVERYTHING),
            *self._looked(screen, WIDE, "dark", _CONTRAST),
            *self._looked(screen, NARROW, "dark", _EVERYTHING),
        ]
        self._seen_at(WIDE, "light")
        return found

    def _looked(self, screen: str, width: int, scheme: Scheme, rules: dict[str, Any]) -> list[str]:
        self._seen_at(width, scheme)
        if rules is not _CONTRAST:
            SCREENSHOTS.mkdir(exist_ok=True)
            picture = SCREENSHOTS / f"{self._name}-{screen}-{width}-{scheme}.jpeg"
            self.page.screenshot(path=picture, type="jpeg", full_page=True, animations="disabled")
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(_axe())
        violations: list[str] = self.page.evaluate(_AXE, rules)
        too_wide: list[str] = self.page.evaluate(_TOO_WIDE)
        return [f"{width} px, {scheme}: {each}" for each in violations + too_wide]

    def _seen_at(self, width: int, scheme: Scheme) -> None:
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme=scheme)

    # ── what may not be ──────────────────────────────────────────────────────────────────────────────────────────────
    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(_TOLD_BY_RESPONSES):
            self.faults.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        if not self._is_ours(request):
            self.faults.append(f"another origin: {request.method} {request.url}")

    def _is_ours(self, request: Request) -> bool:
        """Whether a request goes to the stack: to its pages, or to its S3, where files are."""
        return request.url.startswith((f"{self.stack.api_url}/", f"{self.stack.aws_endpoint}/", "data:", "blob:"))

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._tolerated:
            self.faults.append(f"{response.status}: {response.request.method} {response.url}")


@cache
def _axe() -> str:
    """axe-core, which no page of ours brings."""
    assert AXE.exists(), "axe-core isn't installed; make tests/node/node_modules/.ready"
    return AXE.read_text(encoding="utf-8")
