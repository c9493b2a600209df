"""People at the hub's door: sign in, look, send, sign out; the real handler, as a browser calls it."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.hub_browser import HOST, Browser
from tests.hub_on_aws import ONE_TOKEN, Hub
from tests.office_on_aws import START, AwsServer, event

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@pytest.fixture(scope="module")
def standing(aws: AwsServer) -> Hub:
    return Hub(aws)


@pytest.fixture
def hub(standing: Hub) -> Hub:
    """One for all tests here: each makes its own tokens."""
    standing.now = START
    return standing


@pytest.fixture
def browser(hub: Hub) -> Browser:
    return Browser(hub)


def led_to(answer: dict[str, Any]) -> str:
    assert answer["statusCode"] == 303
    return str(answer["headers"]["Location"])


def test_the_door_is_a_page_that_costs_no_call_and_lets_nothing_foreign_in(hub: Hub, browser: Browser) -> None:
    hub.calls()

    answer = browser.get("/sign-in?next=%2Fruns%3Fmonth%3D2026-11")

    assert answer["statusCode"] == 200
    assert answer["headers"] == {
        "Cache-Control": "no-store",
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": POLICY,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "same-origin",
        "Strict-Transport-Security": "max-age=31536000",
        "Vary": "Accept, Cookie",
        "X-Content-Type-Options": "nosniff",
    }
    assert 'name="next" value="/runs?month=2026-11"' in answer["body"]
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script(?! src=)", answer["body"])
    assert re.findall(r'(?:src|href|action)="(?!/|#)([^"]*)"', answer["body"]) == []
    assert hub.calls() == Counter()


def test_a_token_opens_a_session_whose_cookie_is_not_the_token(hub: Hub, browser: Browser) -> None:
    token = hub.token("operator")

    answer = browser.post("/sign-in", token=f" {token} ", next="/runs")

    assert led_to(answer) == "/runs"
    (cookie,) = answer["cookies"]
    assert re.fullmatch(r"__Host-sincronia=[\w.-]+; Path=/; Max-Age=43200; HttpOnly; Secure; SameSite=Lax", cookie), (
        cookie
    )
    assert token[4:20] in cookie
    assert token[20:] not in cookie

    hub.calls()
    page = browser.get("/tokens/current")
    assert page["statusCode"] == 200
    assert "Token de operator" in page["body"]
    assert hub.calls() == ONE_TOKEN  # the key was read when the session began
    assert browser.get("/tokens/current", accept="application/json")["headers"]["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "wanted", ["", "//evil.example", "https://evil.example", "/\\evil.example", "/\tx", "runs", "javascript:alert(1)"]
)
def test_nobody_is_led_to_another_site(hub: Hub, browser: Browser, wanted: str) -> None:
    assert led_to(browser.post("/sign-in", token=hub.token(), next=wanted)) == "/notifications"
    assert "evil" not in browser.get("/sign-in?" + urlencode({"next": wanted}))["body"]


@pytest.mark.parametrize(
    ("spoil", "status", "sentence"),
    [
        (lambda _: "sin_lixo<b>", 422, "Isto não é um token de integração do Sincronia."),
        (lambda _: "", 422, "Isto não é um token de integração do Sincronia."),
        (lambda hub: hub.of("sincronia.auth").new_token(), 401, "O token de integração não existe."),
    ],
)
def test_who_has_no_token_stays_at_the_door_and_is_told_why(
    hub: Hub, browser: Browser, spoil: Any, status: int, sentence: str
) -> None:
    answer = browser.post("/sign-in", token=spoil(hub), next="/runs")

    assert (answer["statusCode"], answer["cookies"]) == (status, [])
    assert sentence in answer["body"]
    assert 'role="alert"' in answer["body"]
    assert 'name="next" value="/runs"' in answer["body"]
    assert "lixo" not in answer["body"]


def test_without_a_session_a_person_is_led_to_the_door_and_a_program_is_told(browser: Browser) -> None:
    assert led_to(browser.get("/tokens/current")) == "/sign-in?next=%2Ftokens%2Fcurrent"
    told = browser.get("/tokens/current", accept="*/*")
    assert (told["statusCode"], told["headers"]["Content-Type"]) == (401, "application/problem+json")


def test_a_session_ends_with_its_token_at_once(hub: Hub, browser: Browser) -> None:
    administrator, token = hub.token(), hub.token("reader")
    browser.signed_in(token)
    assert browser.get("/tokens/current")["statusCode"] == 200

    assert hub.call("DELETE", f"/tokens/{token[4:20]}", administrator).status == 204

    assert led_to(browser.get("/tokens/current")).startswith("/sign-in")
    assert '"session_ended"' in browser.get("/tokens/current", accept="application/json")["body"]


def test_a_session_ends_after_twelve_hours(hub: Hub, browser: Browser) -> None:
    browser.signed_in(hub.token())
    hub.now += 12 * 3600
    assert browser.get("/tokens/current")["statusCode"] == 200
    hub.now += 1
    assert led_to(browser.get("/tokens/current")).startswith("/sign-in")


def test_a_cookie_that_was_tampered_with_is_no_session(hub: Hub, browser: Browser) -> None:
    mine, other = hub.token("reader"), hub.token()
    browser.signed_in(mine)
    browser.cookie = browser.cookie.replace(mine[4:20], other[4:20])
    hub.calls()

    assert led_to(browser.get("/tokens/current")).startswith("/sign-in")
    assert hub.calls() == Counter()


def test_signing_out_ends_the_session_in_the_browser(hub: Hub, browser: Browser) -> None:
    browser.signed_in(hub.token())
    answer = browser.post("/sign-out", form_token=browser.form_token(), next="/sign-in")

    assert led_to(answer) == "/sign-in"
    assert answer["cookies"] == ["__Host-sincronia=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax"]
    assert led_to(browser.get("/tokens/current")).startswith("/sign-in")


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "", f"http://{HOST}", f"https://{HOST}.evil.example"]
)
def test_what_another_site_sends_does_nothing(hub: Hub, browser: Browser, origin: str) -> None:
    token = hub.token()
    browser.signed_in(token)
    brought = browser.form_token()
    browser.origin = origin

    for path, fields in (("/sign-out", {"form_token": brought}), ("/sign-in", {"token": token})):
        answer = browser.post(path, next="https://lure.example/entrar", **fields)
        assert (answer["statusCode"], answer["cookies"]) == (403, [])
        assert "O envio não veio de uma página aberta nesta sessão" in answer["body"]
        assert "lure.example" not in answer["body"]


@pytest.mark.parametrize("of", ["nothing", "lixo", "ção", "another"])
def test_a_form_without_its_sessions_token_does_nothing(hub: Hub, browser: Browser, of: str) -> None:
    brought = {"nothing": "", "another": Browser(hub).signed_in(hub.token()).form_token()}.get(of, of)
    browser.signed_in(hub.token())

    assert browser.post("/sign-out", form_token=brought)["statusCode"] == 403


def test_a_script_of_a_page_may_do_what_its_person_may(hub: Hub, browser: Browser) -> None:
    browser.signed_in(hub.token())
    other = hub.token("reader")
    sent = {"accept": "application/json", "origin": browser.origin}

    def revoke(**headers: str) -> int:
        happening = event("hub/on_http/revoke_token")
        del happening["headers"]["authorization"]
        path = f"/tokens/{other[4:20]}"
        happening |= {"rawPath": path, "cookies": [browser.cookie]}
        happening["requestContext"]["http"]["path"] = path
        happening["headers"] |= headers
        return int(hub.handled(happening)["statusCode"])

    assert revoke(**sent) == 403
    assert revoke(**sent | {"x-form-token": browser.form_token()}) == 204


def test_problems_are_pages_with_the_same_sentences(browser: Browser) -> None:
    answer = browser.get("/nowhere/<script>")

    assert answer["statusCode"] == 404
    assert answer["headers"]["Content-Type"] == "text/html; charset=utf-8"
    assert "Não há nada neste endereço." in answer["body"]
    assert "<script>" not in answer["body"]


def test_a_page_that_cannot_be_drawn_is_a_failure_of_ours(
    hub: Hub, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.signed_in(hub.token())
    pages = hub.of("hub.on_http").application._pages
    monkeypatch.setitem(pages._templates.filters, "moment", lambda _: 1 / 0)

    answer = browser.get("/tokens/current")

    assert answer["statusCode"] == 500
    assert "uma falha interna" in answer["body"]


def test_the_pages_own_files_are_kept_for_ever_under_a_name_that_changes_with_them(browser: Browser) -> None:
    page = browser.get("/sign-in")["body"]
    files = re.findall(r'"(/static/[^"]+)"', page)

    kinds = set()
    for path in files:
        answer = browser.get(path)
        assert answer["statusCode"] == 200
        assert answer["headers"]["Cache-Control"] == "public, max-age=31536000, immutable"
        kinds.add(answer["headers"]["Content-Type"])
    assert kinds == {"text/css; charset=utf-8", "text/javascript; charset=utf-8", "image/svg+xml"}
    assert browser.get("/static/sincronia.0123456789abcdef.css")["statusCode"] == 404
    assert browser.get("/static/..%2fpages.py")["statusCode"] == 404
