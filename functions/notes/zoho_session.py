"""Calls to Zoho CRM with access tokens, which are kept in memory and renewed once they have ended.

Sources: Zoho's published description and its SDK. ASSUMED, here and in the simulator alone: the words that the
accounts server refuses with, with 200 too; that a client of another data centre is `invalid_client`; that a profile
without API access is told by the permission `Crm_Implied_Api_Access`; that 429 with LIMIT_EXCEEDED is about credits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import requests
from pydantic import TypeAdapter, ValidationError

from notes import zoho_answers as answers
from sincronia import clock
from sincronia.answers import AnswerUnknownError, Problem, ProblemError
from sincronia.vendor_http import VendorSession

VENDOR = "Zoho CRM"
BASE = "/crm/v8"

_EARLY = 60.0  # seconds before its end that a token is renewed
_TOO_OFTEN = 600.0  # seconds that the accounts server gives no further token for
_EDITIONS = ("www", "sandbox", "developer")
_API_ACCESS = "Crm_Implied_Api_Access"
_ENDED = "notes.crm_token_ended"  # told to nobody: the token is renewed, or refused for good
_REFUSED = "notes.crm_token_refused"
_TOKEN_ERRORS: Mapping[str, str] = {
    "invalid_code": "notes.crm_token_revoked",
    "invalid_client": "notes.crm_client_unknown",
    "invalid_client_secret": "notes.crm_secret_wrong",
}
_REFUSALS: Mapping[str, str] = {
    "INVALID_TOKEN": _ENDED,
    "AUTHENTICATION_FAILURE": _REFUSED,
    "OAUTH_SCOPE_MISMATCH": "notes.crm_scope_missing",
    "NO_PERMISSION": "notes.crm_permission_missing",
    "AUTHORIZATION_FAILED": "notes.crm_permission_missing",
    "API_NOT_SUPPORTED": "notes.crm_api_off",
    "FEATURE_NOT_SUPPORTED": "notes.crm_api_off",
    "LIMIT_EXCEEDED": "notes.crm_credits_used",
}

_Kind = TypeVar("_Kind")


@dataclass(frozen=True, slots=True)
class DataCentre:
    """Where an organization's data lie: the host that gives tokens, and the domain of those that take calls."""

    accounts: str
    domain: str

    @property
    def hosts(self) -> frozenset[str]:
        """Those that take calls: production, sandbox and developer edition."""
        return frozenset(f"{edition}.{self.domain}" for edition in _EDITIONS)


DATA_CENTRES: Mapping[str, DataCentre] = {
    "us": DataCentre("accounts.zoho.com", "zohoapis.com"),
    "eu": DataCentre("accounts.zoho.eu", "zohoapis.eu"),
    "in": DataCentre("accounts.zoho.in", "zohoapis.in"),
    "au": DataCentre("accounts.zoho.com.au", "zohoapis.com.au"),
    "jp": DataCentre("accounts.zoho.jp", "zohoapis.jp"),
    "cn": DataCentre("accounts.zoho.com.cn", "zohoapis.com.cn"),
    "ca": DataCentre("accounts.zohocloud.ca", "zohoapis.ca"),
    "sa": DataCentre("accounts.zoho.sa", "zohoapis.sa"),
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an authorized application holds. `data_centre` is a name of DATA_CENTRES.

    `address`: one that stands for both of Zoho's hosts, as where the CRM is simulated; empty: Zoho itself.
    """

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    data_centre: str = "us"
    address: str = ""

    @property
    def key(self) -> str:
        """What the sandbox keeps the access token under."""
        told = (self.client_id, self.client_secret, self.refresh_token, self.data_centre, self.address)
        return hashlib.sha256("\0".join(told).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Access:
    token: str = field(repr=False)
    address: str
    scopes: frozenset[str]
    until: float


_accesses: dict[str, _Access] = {}  # of the sandbox, by the key of their credentials


def forget_tokens() -> None:
    """Forgets the access tokens of this sandbox."""
    _accesses.clear()


class _ApiSession(VendorSession):
    """A session with the hosts that take calls, whose refusals say why."""

    def refusal(self, answer: requests.Response, problem: Problem) -> Problem:
        """See VendorSession.refusal."""
        told = failure_in(answer)
        code = _REFUSALS.get(told.code, problem.code) if told else problem.code
        if told and code == "notes.crm_permission_missing" and _API_ACCESS in (told.details.get("permissions") or ()):
            code = "notes.crm_api_off"
        return Problem(code, problem.details)


class ZohoSession:
    """Calls to the CRM that some credentials are for, until a deadline (seconds since 1970).

    Making one does no I/O; raises ProblemError(notes.crm_data_centre_unknown, vendor_address_invalid).
    """

    def __init__(self, credentials: Credentials, deadline: float) -> None:
        self._credentials = credentials
        self._deadline = deadline
        centre = DATA_CENTRES.get(credentials.data_centre)
        if centre is None:
            details = {"vendor": VENDOR, "data_centres": ", ".join(DATA_CENTRES)}
            raise ProblemError(Problem("notes.crm_data_centre_unknown", details))
        self._centre = centre
        self._accounts = VendorSession(VENDOR, credentials.address or f"https://{centre.accounts}", deadline)
        self._api = self._accounts  # until a token tells where it is
        self._api_address = ""

    def call(
        self,
        method: str,
        path: str,
        scope: str,
        place: str,
        *,
        repeatable: bool = False,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """An answer to a call behind /crm/v8. `scope` is what it needs, `place` what it is about, for people.

        Raises as VendorSession.call does, with what Zoho's body says of a 401, 403 or 429.
        """
        perhaps_done = False
        for renew in (False, True):
            try:
                sent = {"Authorization": f"Zoho-oauthtoken {self.access(renew=renew).token}", **(headers or {})}
                return self._api.call(
                    method, BASE + path, repeatable=repeatable, params=params, json=json, headers=sent
                )
            except ProblemError as error:
                failed = error
            # Of what may be done only what is repeatable can end so, and it may be sent again.
            perhaps_done |= isinstance(failed, AnswerUnknownError)
            if failed.problem.code != _ENDED:
                break
        # Outside of `except`: what the libraries raise holds addresses.
        kind = AnswerUnknownError if perhaps_done else ProblemError
        raise kind(self._told(failed.problem, scope, place), failed.retry_at)

    def access(self, *, renew: bool = False) -> _Access:
        """The access token that holds now. Raises ProblemError where the accounts server gives none."""
        key = self._credentials.key
        access = None if renew else _accesses.get(key)
        if access is None or access.until <= clock.now():
            _accesses.pop(key, None)
            access = _accesses[key] = self._given()
        if access.address != self._api_address:
            self._api, self._api_address = _ApiSession(VENDOR, access.address, self._deadline), access.address
        return access

    def problem(self, code: str, **details: str) -> Problem:
        """See VendorSession.problem."""
        return self._api.problem(code, **details)

    @property
    def api(self) -> VendorSession:
        """The session that judges what the last answer held."""
        return self._api

    def _given(self) -> _Access:
        """A new access token. Asking twice does no harm, so that no answer of it is unknown."""
        told = self._credentials
        form = {"grant_type": "refresh_token", "client_id": told.client_id, "client_secret": told.client_secret}
        body = urlencode({**form, "refresh_token": told.refresh_token}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        try:
            answer = self._accounts.call("POST", "/oauth/v2/token", repeatable=True, headers=headers, body=body)
        except ProblemError as error:
            failed = error
        else:
            return self._access_in(answer)
        code = "notes.crm_token_revoked" if failed.problem.code == "vendor_refused_token" else failed.problem.code
        raise ProblemError(Problem(code, {**failed.problem.details, "data_centre": told.data_centre}), failed.retry_at)

    def _access_in(self, answer: requests.Response) -> _Access:
        error = _parsed(answers.TOKEN_ERROR, answer)
        if error is not None:
            raise self._not_given(error.error)
        token = _parsed(answers.TOKEN, answer) if answer.status_code == 200 else None
        if token is None:
            raise ProblemError(self._accounts.problem("vendor_answer_malformed", where="access_token"))
        address = self._address(token.api_domain)
        scopes = frozenset(token.scope.replace(",", " ").split())
        return _Access(token.access_token, address, scopes, clock.now() + token.expires_in - _EARLY)

    def _not_given(self, error: str) -> ProblemError:
        if error.casefold().replace("_", " ") == "access denied":
            return ProblemError(self._accounts.problem("vendor_busy"), clock.now() + _TOO_OFTEN)
        code = _TOKEN_ERRORS.get(error, "notes.crm_token_revoked")
        return ProblemError(self._accounts.problem(code, data_centre=self._credentials.data_centre))

    def _address(self, told: str) -> str:
        """Where calls go: what the token's answer names, where that is Zoho's own or the configured address's host."""
        try:
            parts = urlsplit(told)
            host, secure = parts.hostname or "", parts.scheme == "https" and parts.port in {None, 443}
        except ValueError:
            host, secure = "", False
        own = self._credentials.address
        if own and host == self._accounts.host:
            return own
        actual = next((name for name, centre in DATA_CENTRES.items() if host in centre.hosts), None)
        if own or actual is None or not secure:
            raise ProblemError(self._accounts.problem("vendor_answer_malformed", where="api_domain"))
        if DATA_CENTRES[actual] != self._centre:
            details = {"data_centre": self._credentials.data_centre, "actual": actual}
            raise ProblemError(self._accounts.problem("notes.crm_data_centre_wrong", **details))
        return f"https://{host}"

    def _told(self, problem: Problem, scope: str, place: str) -> Problem:
        code = _REFUSED if problem.code in {_ENDED, "vendor_refused_token"} else problem.code
        code = "notes.crm_permission_missing" if code == "vendor_forbidden" else code
        own = {"scope": scope, "place": place} if code.startswith("notes.") else {}
        return Problem(code, {**problem.details, **own})


def failure_in(answer: requests.Response) -> answers.Failure | None:
    """What Zoho says of a refusal; None where the answer is not its own."""
    return _parsed(answers.FAILURE, answer)


def _parsed(kind: TypeAdapter[_Kind], answer: requests.Response) -> _Kind | None:
    try:
        return kind.validate_json(answer.content)
    except ValidationError:
        return None
