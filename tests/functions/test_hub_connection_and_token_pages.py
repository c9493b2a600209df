"""The hub's pages of connections and of tokens, as a person uses them."""

from __future__ import annotations

import re

from tests.drawn_forms import form_to
from tests.functions.test_hub_lists import connect
from tests.hub_browser import Browser
from tests.hub_on_aws import Hub


def sent(browser: Browser, page: str, action: str, **more: str) -> dict[str, object]:
    """The answer to the form of a page, filled in."""
    fields = form_to(browser.get(page)["body"], action).fields
    return browser.post(action, **{name: values[-1] for name, values in fields.items()} | more)


def test_connections_lead_to_their_pages_and_only_an_administrator_is_offered_a_new_one(hub: Hub) -> None:
    connect(hub, "escritorio-b", enabled=False)
    connect(hub, "escritorio-a")
    for role in ("reader", "administrator"):
        page = Browser(hub).signed_in(hub.token(role)).page("/connections")

        assert '<a href="/integrations/zen/connections/escritorio-a">Nome de escritorio-a</a>' in page
        assert (page.count("Ativada<"), page.count("Desativada<")) == (1, 1)
        assert ('href="/integrations/sgp/connections"' in page) is (role == "administrator")


def test_no_connection_yet(hub: Hub) -> None:
    assert "Ainda não há conexão" in Browser(hub).signed_in(hub.token("reader")).page("/connections")


def test_a_token_that_is_made_on_a_page_is_shown_once_lets_in_and_is_revoked(hub: Hub) -> None:
    browser = Browser(hub).signed_in(hub.token())
    made = sent(
        browser, "/tokens", "/tokens", description="Balcão", role="operator", **{"expires_in_days.number": "30"}
    )

    assert made["statusCode"] == 201
    (text,) = re.findall(r'<code id="token">(sin_[^<]+)</code>', str(made["body"]))
    assert Browser(hub).signed_in(text).page("/tokens/current").count("Balcão") >= 1
    page = browser.page("/tokens")
    assert text not in page
    assert "Balcão" in page
    gone = sent(browser, "/tokens", f"/tokens/{text[4:20]}")
    assert (gone["statusCode"], gone["headers"]["Location"]) == (303, "/tokens")  # type: ignore[index]
    assert "Balcão" in browser.page("/tokens?state=revoked")
    assert Browser(hub).post("/sign-in", token=text)["statusCode"] == 401


def test_a_token_that_cannot_be_made_is_told_why(hub: Hub) -> None:
    browser = Browser(hub).signed_in(hub.token())

    answer = sent(browser, "/tokens", "/tokens", description="Balcão", **{"expires_in_days.number": "trinta"})

    assert answer["statusCode"] == 422
    assert "O token não foi criado" in str(answer["body"])
    assert "expires_in_days" in str(answer["body"])


def test_the_address_without_a_path_leads_home(hub: Hub) -> None:
    answer = Browser(hub).get("/")

    assert (answer["statusCode"], answer["headers"]["Location"]) == (303, "/notifications")
