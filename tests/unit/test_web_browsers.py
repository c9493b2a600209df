"""What browsers send in their own way, read."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sincronia.web import browsers


@pytest.mark.parametrize(
    ("accept", "page"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", True),
        ("Text/HTML;level=1", True),
        ("text/html, */*", True),
        ("application/json;q=0.5, text/html;q=0.6", True),
        ("application/json, text/html", False),
        ("text/html;q=0", False),
        ("text/html;q=dois", False),
        ("*/*", False),
        ("text/*", False),
        ("application/json", False),
        ("", False),
        (";;,,q=1", False),
    ],
)
def test_a_page_is_for_who_names_html_and_rather(accept: str, *, page: bool) -> None:
    assert browsers.prefers_page(accept) is page


@pytest.mark.parametrize("path", ["/", "/runs?month=2026-11&x=%2F%2Fa", "/a//b", "/integrations/sgp/logs#x"])
def test_a_path_of_ours_is_gone_on_to(path: str) -> None:
    assert browsers.local_path(path) == path


@pytest.mark.parametrize(
    "path",
    ["", "a", "//a", "/\\a", "\\/a", "/a\\b", "/ a", "/a\n", "/\t/a", "http:a", "https://a", "/é", "/" + "a" * 3000],
)
def test_nothing_else_is(path: str) -> None:
    assert browsers.local_path(path) == browsers.HOME


@given(st.text())
def test_whatever_is_asked_for_stays_here(path: str) -> None:
    assert browsers.local_path(path).startswith("/")
    assert not browsers.local_path(path).startswith(("//", "/\\"))


@pytest.mark.parametrize(
    ("origin", "own"),
    [
        ("https://here.example", True),
        ("https://here.example:443", False),
        ("http://here.example", False),
        ("https://here.example.evil.example", False),
        ("null", False),
        (None, False),
    ],
)
def test_only_a_page_of_ours_is_our_origin(origin: str | None, *, own: bool) -> None:
    headers = {"host": "here.example", "x-forwarded-proto": "https"} | ({"origin": origin} if origin else {})

    assert browsers.is_own_origin(headers) is own


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("record=&outcome=failed&limit=", [("outcome", "failed")]),
        ("since.day=2026-11-20", [("since", "2026-11-20T00:00:00-03:00")]),
        ("until.day=2026-11-20", [("until", "2026-11-21T00:00:00-03:00")]),
        ("until.day=9999-12-31&since.day=ontem", [("until", "9999-12-31"), ("since", "ontem")]),
        ("record=1&record=2", [("record", "1"), ("record", "2")]),
        ("a.b=1", [("a.b", "1")]),
        ("", []),
    ],
)
def test_filters_that_nobody_filled_in_are_left_out_and_days_become_moments(
    query: str, asked: list[tuple[str, str]]
) -> None:
    event: dict[str, Any] = {"rawQueryString": query}

    browsers.as_asked(event)

    assert parse_qsl(event["rawQueryString"]) == asked
    assert event["queryStringParameters"] == dict(asked)
