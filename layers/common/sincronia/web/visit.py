"""One request, as it becomes known: what it asks for, who asks, and whether a person looks at the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sincronia.auth import Token
from sincronia.web import browsers
from sincronia.web.forms import Form

if TYPE_CHECKING:
    from sincronia.web.application import Operation


@dataclass(slots=True)
class Visit:
    """What the middlewares find out, for the page that the answer may become."""

    event: dict[str, Any]
    operation: Operation | None = None  # None too where nothing is at the address
    caller: Token | None = None
    session: str = ""  # the session's value, where it has let the caller in
    form: Form = field(default_factory=Form)  # that was sent; none where what was sent is no form
    query: str = ""  # as the browser has it in its address

    def __post_init__(self) -> None:
        self.query = self.event.get("rawQueryString", "")

    @property
    def path(self) -> str:
        """The decoded path."""
        return str(self.event["rawPath"])

    @property
    def address(self) -> str:
        """Where the browser is."""
        return browsers.address(self.path, self.query)

    @property
    def headers(self) -> Mapping[str, str]:
        """The request's headers, by names in small letters."""
        headers: Mapping[str, str] = self.event["headers"]
        return headers

    @property
    def method(self) -> str:
        """GET, POST, …"""
        return str(self.event["requestContext"]["http"]["method"])

    @property
    def is_safe(self) -> bool:
        """Whether the request only reads."""
        return self.method in browsers.SAFE_METHODS

    @property
    def has_page(self) -> bool:
        """Whether the answer is a page to who would rather have one."""
        return self.operation is None or bool(self.operation.page)

    @property
    def is_for_a_person(self) -> bool:
        """Whether this answer is to be a page."""
        return (self.has_page or not self.is_safe) and browsers.prefers_page(self.headers.get("accept", ""))

    @property
    def needs_sign_in(self) -> bool:
        """Whether a refusal of the caller means that a person has no session, or none any more."""
        return self.operation is not None and self.operation.role is not None and "authorization" not in self.headers
