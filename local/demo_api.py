"""The HTTP API as a program calls it (JSON in and out, problems in Portuguese), and its pages as a browser does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import requests

from local.demo_stage import NotAsItShouldBeError

_PATIENCE_SECONDS = 30
_PAGE = 100  # the most that a list gives at once

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the API did not do, and why: its status, and the body of its application/problem+json."""

    status: int
    problem: Json

    def __str__(self) -> str:
        """Status and stable code."""
        return f"{self.status} {self.problem['code']}"

    @property
    def detail(self) -> str:
        """What is wrong, where, and what to do."""
        return str(self.problem["detail"])


class Api:
    """The API of a stack, called with one token. Paths are those that answers give: `/integrations/zen/…`."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self._headers = {"Authorization": f"Bearer {token}"}

    def with_token(self, token: str) -> Api:
        """The same API, called with another token."""
        return Api(self.url, token)

    def get(self, path: str, **query: str | int) -> Any:
        """What is at an address."""
        return self._done("GET", path, query=query)

    def every(self, path: str, **query: str | int) -> Iterator[Json]:
        """All items of a list, page by page."""
        cursor: str | None = ""
        while cursor is not None:
            page = self.get(path, **query, limit=_PAGE, cursor=cursor)
            yield from page["items"]
            cursor = page["next"]

    def post(self, path: str, body: Json | None = None) -> Any:
        """Makes or does something."""
        return self._done("POST", path, body)

    def patch(self, path: str, body: Json) -> Any:
        """Changes something."""
        return self._done("PATCH", path, body)

    def delete(self, path: str) -> None:
        """Removes something."""
        self._done("DELETE", path)

    def refused(self, method: str, path: str, body: Json | None = None) -> Refusal:
        """Why the API refuses a call. Raises NotAsItShouldBeError where it does what it was asked."""
        refusal = self.refusal(method, path, body)
        if refusal is None:
            raise NotAsItShouldBeError(f"{method} {path} deveria ser recusado, e não foi.")
        return refusal

    def refusal(self, method: str, path: str, body: Json | None = None) -> Refusal | None:
        """Why the API refuses a call; None where it did what it was asked. Raises as `get` does where it failed."""
        response = self._call(method, path, body, {})
        if response.status_code < 400:
            return None
        return Refusal(response.status_code, response.json())

    def file(self, path: str) -> bytes:
        """A file: the API gives a link that is good for minutes, and that needs no token."""
        response = requests.get(self.url + path, headers=self._headers, timeout=_PATIENCE_SECONDS)
        if response.status_code != 200:
            raise NotAsItShouldBeError(f"GET {path} deveria levar a um arquivo, e respondeu {response.status_code}.")
        return response.content

    def _done(self, method: str, path: str, body: Json | None = None, query: Json | None = None) -> Any:
        response = self._call(method, path, body, query or {})
        if response.status_code >= 400:
            said = response.json().get("detail", "")
            raise NotAsItShouldBeError(f"{method} {path} respondeu {response.status_code}: {said}")
        return response.json() if response.content else None

    def _call(self, method: str, path: str, body: Json | None, query: Json) -> requests.Response:
        """The answer, without what is empty in the query. Raises NotAsItShouldBeError where the API itself failed."""
        query = {name: value for name, value in query.items() if value != ""}
        response = requests.request(
            method, self.url + path, headers=self._headers, json=body, params=query, timeout=_PATIENCE_SECONDS
        )
        if response.status_code >= 500:
            raise NotAsItShouldBeError(f"{method} {path} respondeu {response.status_code}; veja .local/logs.")
        return response


class Browser:
    """A person's browser. It is signed in with a token, once `sign_in` was called."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._cookie = ""  # kept here: a jar would not send it to an address without TLS, which this machine's is

    def sign_in(self, token: str) -> None:
        """Sends the form at the door. Raises NotAsItShouldBeError where it doesn't open."""
        headers = {"Origin": self._url, "Accept": "text/html"}
        answer = requests.post(
            f"{self._url}/sign-in",
            data={"token": token, "next": "/tokens/current"},
            headers=headers,
            timeout=_PATIENCE_SECONDS,
            allow_redirects=False,
        )
        if answer.status_code != 303:
            raise NotAsItShouldBeError(f"A entrada pela página respondeu {answer.status_code}.")
        self._cookie = answer.headers["Set-Cookie"].partition(";")[0]

    def page(self, path: str, **query: str) -> requests.Response:
        """A page as it is answered, without following where it may lead."""
        headers = {"Accept": "text/html,application/xhtml+xml", **({"Cookie": self._cookie} if self._cookie else {})}
        return requests.get(
            self._url + path, params=query, headers=headers, timeout=_PATIENCE_SECONDS, allow_redirects=False
        )
