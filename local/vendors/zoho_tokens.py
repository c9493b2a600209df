"""OAuth of a simulated Zoho: access tokens for a refresh token, what they may do, and credits of calls.

Errors of the accounts server come with 200 and `{"error"}`. ASSUMED: its codes; that only the limit of refreshes is a
400; that of a refresh token's access tokens the newest 30 hold.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from werkzeug.wrappers import Request, Response

from local.vendors.server import answered
from local.vendors.zoho_answers import RefusedError

CLIENT_ID = "1000.SIMULADOR0123456789ABCDEFGHIJK"  # invented, of the simulator
CLIENT_SECRET = "zoho-client-secret-0123456789abcdef"  # noqa: S105  # likewise
REFRESH_TOKEN = "1000.0123456789abcdef.fedcba9876543210"  # noqa: S105  # likewise
SCOPES = (
    "ZohoCRM.modules.ALL",
    "ZohoCRM.settings.ALL",
    "ZohoCRM.users.READ",
    "ZohoCRM.org.READ",
    "ZohoSearch.securesearch.READ",
)
LIVES = timedelta(hours=1)
_REFRESHES, _WITHIN = 10, timedelta(minutes=10)
_HELD = 30
_DAY = timedelta(hours=24)


class Tokens:
    """Whose calls are answered. `credits`: calls within 24 hours, None: without end; `throttled`: calls to refuse."""

    def __init__(self, now: Callable[[], datetime], api_domain: str) -> None:
        self._now = now
        self._api_domain = api_domain
        self._refreshed: deque[datetime] = deque()
        self._access: dict[str, datetime] = {}  # until when
        self._spent: deque[datetime] = deque()
        self.refresh_token = REFRESH_TOKEN
        self.scopes = frozenset(SCOPES)
        self.refreshes: int | None = _REFRESHES  # within ten minutes
        self.credits: int | None = None
        self.throttled = 0

    def refresh(self, request: Request) -> Response:
        """POST of the token's address, with a form or with parameters."""
        told = {**request.args.to_dict(), **request.form.to_dict()}
        if told.get("client_id") != CLIENT_ID:
            return answered({"error": "invalid_client"})
        if told.get("client_secret") != CLIENT_SECRET:
            return answered({"error": "invalid_client_secret"})
        if told.get("grant_type") != "refresh_token":
            return answered({"error": "unsupported_grant_type"})
        if told.get("refresh_token") != self.refresh_token:
            return answered({"error": "invalid_code"})
        now = self._now()
        _forget(self._refreshed, now - _WITHIN)
        if self.refreshes is not None and len(self._refreshed) >= self.refreshes:
            often = "You have made too many requests continuously. Please try again after some time."
            return answered({"error_description": often, "error": "Access Denied", "status": "failure"}, 400)
        self._refreshed.append(now)
        token = f"1000.{secrets.token_hex(16)}.{secrets.token_hex(16)}"
        self._access[token] = now + LIVES
        while len(self._access) > _HELD:
            del self._access[next(iter(self._access))]
        seconds = LIVES // timedelta(seconds=1)
        body: dict[str, Any] = {"access_token": token, "scope": " ".join(sorted(self.scopes))}
        body |= {"api_domain": self._api_domain, "token_type": "Bearer", "expires_in": seconds}
        return answered(body)

    def revoke(self) -> None:
        """The refresh token ends, and all that came of it."""
        self.refresh_token = secrets.token_hex(24)
        self.expire()

    def expire(self) -> None:
        """All access tokens end."""
        self._access.clear()

    def check(self, request: Request, *needed: frozenset[str]) -> None:
        """Whether a call may be made: one scope of each set is needed. Raises RefusedError."""
        header = request.headers.get("Authorization", "")
        prefix, _, token = header.partition(" ")
        if prefix not in {"Zoho-oauthtoken", "Bearer"}:
            raise RefusedError(401, "AUTHENTICATION_FAILURE", "Authentication failed")
        until = self._access.get(token)
        if until is None or until <= self._now():
            raise RefusedError(401, "INVALID_TOKEN", "invalid oauth token")
        if not all(self.scopes & scopes for scopes in needed):
            raise RefusedError(401, "OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL")
        if self.throttled:
            self.throttled -= 1
            raise RefusedError(429, "TOO_MANY_REQUESTS", "You have made too many requests. Please try again later.")
        now = self._now()
        _forget(self._spent, now - _DAY)
        if self.credits is not None and len(self._spent) >= self.credits:
            raise RefusedError(429, "LIMIT_EXCEEDED", "the API credits of the last 24 hours are used up")
        self._spent.append(now)

    @property
    def spent(self) -> int:
        """Credits used within the last 24 hours."""
        _forget(self._spent, self._now() - _DAY)
        return len(self._spent)


def needed(area: str, operation: str, module: str = "") -> frozenset[str]:
    """The scopes of which one allows an operation on modules, settings, users or org."""
    names = {"list": {"READ"}, "find": {"READ"}}.get(operation) or {operation.upper(), "WRITE"}
    areas = {area, f"{area}.{module.lower()}"} if module else {area}
    return frozenset(f"ZohoCRM.{one}.{name}" for one in areas for name in {"ALL", *names})


SEARCHING = frozenset({"ZohoSearch.securesearch.READ"})


def _forget(moments: deque[datetime], before: datetime) -> None:
    while moments and moments[0] <= before:
        moments.popleft()
