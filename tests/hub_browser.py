"""A browser at the hub: what one does with cookies, forms and redirects; the real handler."""

from __future__ import annotations

import base64
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.hub_on_aws import Hub
from tests.office_on_aws import event

HOST = "abcdefghij.execute-api.sa-east-1.amazonaws.com"


class Browser:
    """What a browser does with cookies, forms and redirects."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.cookie = ""
        self.origin = f"https://{HOST}"

    def get(self, path: str, accept: str = "text/html,application/xhtml+xml,*/*;q=0.8") -> dict[str, Any]:
        """The answer to going to an address."""
        happening = event("hub/on_http/list_connections")
        del happening["headers"]["authorization"]
        happening["headers"]["accept"] = accept
        return self._sent(happening, "GET", path)

    def post(self, path: str, **fields: str) -> dict[str, Any]:
        """The answer to sending a form."""
        happening = event("hub/on_http/sign_in")
        happening["headers"]["origin"] = self.origin
        happening["body"] = base64.b64encode(urlencode(fields).encode()).decode()
        return self._sent(happening, "POST", path)

    def _sent(self, happening: dict[str, Any], method: str, path: str) -> dict[str, Any]:
        parts = urlsplit(path)
        happening |= {"rawPath": parts.path, "rawQueryString": parts.query}
        happening["queryStringParameters"] = {name: value for name, (value,) in parse_qs(parts.query).items()}
        happening["requestContext"]["http"] |= {"method": method, "path": parts.path}
        if self.cookie:
            happening["cookies"] = ["theme=dark", self.cookie]
        answer = self.hub.handled(happening)
        for cookie in answer["cookies"]:
            self.cookie = "" if "Max-Age=0" in cookie else cookie.partition(";")[0]
        return answer

    def signed_in(self, token: str) -> Browser:
        """The same, with a session."""
        assert self.post("/sign-in", token=token)["statusCode"] == 303
        return self

    def form_token(self) -> str:
        """What the forms of its pages bring back."""
        (found,) = re.findall(r'name="form_token" value="([^"]+)"', self.get("/tokens/current")["body"])
        return str(found)

    def page(self, path: str) -> str:
        """The page at an address that has one, its text as people read it."""
        answer = self.get(path)
        assert answer["statusCode"] == 200, answer["body"]
        return unescape(re.sub(r"\s+", " ", answer["body"]))
