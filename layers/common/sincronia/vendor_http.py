"""One vendor's HTTP session: the deadline, bounded retries, and errors as data, above vendor_guard.

Tokens may stand in a path or a query, so nothing that is raised or logged here carries a URL, nor an
exception of the HTTP libraries, which holds it too: errors are raised outside of `except`, without a context.
"""

from __future__ import annotations

import json as json_text
import logging
import random
import re
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
from aws_lambda_powertools import Logger
from urllib3.exceptions import HTTPError

from sincronia import clock
from sincronia.answers import AnswerUnknownError, OutOfTimeError, Problem, ProblemError
from sincronia.vendor_guard import GuardedAdapter, NotSentError, may_speak_plainly

# Seams for tests: how a pause passes, and where the jitter (0 to 1) comes from.
sleep: Callable[[float], None] = time.sleep
jitter: Callable[[], float] = random.SystemRandom().random

SENDS = 3  # the first and at most two repetitions
CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
SHORT_WAIT_SECONDS = 5.0  # a Retry-After up to here is waited for; a longer one puts the run off
ANSWER_BYTES = 32 * 1024 * 1024
REDIRECTS = 3

_READS = ("GET", "HEAD")
_PASSING_STATUSES = (500, 502, 503, 504)
_REFUSALS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS)
_SENDABLE = re.compile(r"[!-~]([ -~]*[!-~])?")
_REDIRECT_STATUSES = (301, 302, 303, 307, 308)

# urllib3 writes whole URLs into these logs, and a URL may hold a token.
for _name in ("urllib3.connectionpool", "urllib3.util.retry"):
    logging.getLogger(_name).disabled = True

_logger = Logger(child=True)


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why a request has no answer that the caller could use."""

    code: str
    sent: bool  # the vendor may have acted on it
    passing: bool = False  # trying again soon can help
    wait: float | None = None  # seconds that the vendor asks for
    details: Mapping[str, str] = field(default_factory=dict)
    response: requests.Response | None = None


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    params: Mapping[str, str] | None
    json: Any
    headers: Mapping[str, str] | None
    body: bytes | None


class VendorSession:
    """Calls to one vendor at one address, until a deadline (seconds since 1970).

    Making one does no I/O; raises ProblemError(vendor_address_invalid) where the address is none.
    """

    def __init__(self, vendor: str, base_url: str, deadline: float) -> None:
        self.vendor = vendor
        self._deadline = deadline
        self._address = _address(vendor, base_url)
        self._scheme = ""  # settled by the first call, which may resolve the name
        self._http = requests.Session()
        self._http.trust_env = False  # no proxy and no .netrc may come between
        self._http.mount("http://", GuardedAdapter())
        self._http.mount("https://", GuardedAdapter())

    @property
    def host(self) -> str:
        """The name or address of the vendor's server, as configured."""
        return self._address.hostname or ""

    def call(
        self,
        method: str,
        path: str,
        *,
        repeatable: bool,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        judged: Collection[int] = (),
    ) -> requests.Response:
        """The vendor's answer, its body read whole: any status but 3xx, 401, 403, 429 and 5xx.

        A 5xx in `judged` is an answer too, after the repetitions. `repeatable` says that doing it twice does
        no harm: only then is a request repeated that the vendor may have acted on. Raises ProblemError where
        the vendor did nothing, AnswerUnknownError where it may have done a write, OutOfTimeError where nothing
        was sent.
        """
        call = _Call(method, params, json, headers, body)
        failure: _Failure | None = None
        perhaps_done = False
        for send in range(1, SENDS + 1):
            answer = self._follow(call, path)
            if answer is None:
                break
            if isinstance(answer, requests.Response):
                return answer
            failure = answer
            perhaps_done |= failure.sent and method not in _READS
            again = failure.passing and (repeatable or not failure.sent)
            if not again or send == SENDS or not self._waited(failure, send):
                break
        if failure is None:
            raise OutOfTimeError
        if failure.response is not None and failure.response.status_code in judged:
            return failure.response
        problem = self.problem(failure.code, **failure.details)
        if failure.response is not None and failure.response.status_code in _REFUSALS:
            problem = self.refusal(failure.response, problem)
        retry_at = None if failure.wait is None else clock.now() + failure.wait
        raise (AnswerUnknownError if perhaps_done else ProblemError)(problem, retry_at)

    def refusal(self, answer: requests.Response, problem: Problem) -> Problem:  # noqa: ARG002 - for those that say more
        """What a 401, 403 or 429 means. `problem` is what it means of every vendor; a body may say more."""
        return problem

    def decoded(self, response: requests.Response) -> Any:
        """The JSON value of an answer. Raises as `malformed` does where it is none."""
        try:
            return json_text.loads(response.content)
        except ValueError:
            pass
        raise self.malformed(response, "JSON")

    def malformed(self, response: requests.Response, where: str) -> ProblemError:
        """The error for an answer that can't be understood at `where`; after a write, that it may be done."""
        problem = self.problem("vendor_answer_malformed", where=where)
        if response.request.method in _READS:
            return ProblemError(problem)
        return AnswerUnknownError(problem)

    def problem(self, code: str, **details: str) -> Problem:
        """A problem of this vendor: its name and host are among the details."""
        return Problem(code, {"vendor": self.vendor, "host": self.host, **details})

    def check_key(self, key: str) -> None:
        """Raises ProblemError(vendor_refused_token) for a key that no header can hold: an attempt would quote it."""
        if not _SENDABLE.fullmatch(key):
            raise ProblemError(self.problem("vendor_refused_token"))

    def _follow(self, call: _Call, path: str) -> requests.Response | _Failure | None:
        """One answer, at the end of at most three redirects to the same host; a write follows none.

        None where the deadline has come.
        """
        try:
            url = self._base() + path
        except NotSentError as error:
            return _not_sent(error)
        params = call.params
        for _ in range(REDIRECTS + 1):
            answer = self._exchange(call, url, params)
            if answer is None or isinstance(answer, _Failure):
                return answer
            if answer.status_code not in _REDIRECT_STATUSES:
                return _judged(answer)
            location = _within_host(url, answer.headers.get("Location", ""))
            if call.method not in _READS or location is None:
                break
            url, params = location, None
        return _Failure("vendor_redirected", sent=False)

    def _exchange(self, call: _Call, url: str, params: Mapping[str, str] | None) -> requests.Response | _Failure | None:
        """Sends one request and reads its answer whole; None where the deadline has come."""
        left = self._deadline - clock.now()
        if left <= 0:
            return None
        started = time.perf_counter()
        answer: requests.Response | _Failure
        try:
            response = self._http.request(
                call.method,
                url,
                params=params,
                json=call.json,
                data=call.body,
                headers=call.headers,
                timeout=(min(CONNECT_SECONDS, left), min(READ_SECONDS, left)),
                allow_redirects=False,
                stream=True,
            )
            answer = self._read(response)
        except NotSentError as error:
            answer = _not_sent(error)
        except (requests.RequestException, HTTPError, OSError):
            answer = _Failure("vendor_unreachable", sent=True, passing=True)
        _logger.info(
            "vendor call",
            vendor=self.vendor,
            method=call.method,
            status=answer.code if isinstance(answer, _Failure) else answer.status_code,
            milliseconds=round((time.perf_counter() - started) * 1000),
        )
        return answer

    def _read(self, response: requests.Response) -> requests.Response | _Failure:
        """Takes the body in, up to the size that a function's memory bears and up to the deadline."""
        chunks: list[bytes] = []
        size = 0
        with response:
            # read1 comes back with what has arrived, so that a vendor that trickles can't hold us past the deadline.
            while chunk := response.raw.read1(64 * 1024, decode_content=True):
                size += len(chunk)
                if size > ANSWER_BYTES:
                    where = {"where": f"mais de {ANSWER_BYTES} bytes"}
                    return _Failure("vendor_answer_malformed", sent=True, details=where)
                if clock.now() >= self._deadline:
                    return _Failure("vendor_unreachable", sent=True)
                chunks.append(chunk)
        response._content = b"".join(chunks)  # where requests itself keeps a body that was read
        return response

    def _base(self) -> str:
        """Scheme, host, port and path prefix; http that leads outside AllowedNetworks becomes https."""
        if not self._scheme:
            plain = self._address.scheme == "http" and may_speak_plainly(self.host, self._address.port or 80)
            self._scheme = "http" if plain else "https"
        port = self._address.port
        if self._scheme != self._address.scheme and port == 80:
            port = None
        host = f"[{self.host}]" if ":" in self.host else self.host
        place = host if port is None else f"{host}:{port}"
        return f"{self._scheme}://{place}{self._address.path.rstrip('/')}"

    def _waited(self, failure: _Failure, send: int) -> bool:
        """Pauses before a repetition; False where the pause would be too long, or come near the deadline."""
        pause = (0.5 + jitter()) * 0.2 * 2**send if failure.wait is None else failure.wait
        if pause > SHORT_WAIT_SECONDS or clock.now() + pause + 1 >= self._deadline:
            return False
        sleep(pause)
        return True


def _address(vendor: str, base_url: str) -> SplitResult:
    """The parts of an address that a person typed."""
    parts: SplitResult | None
    try:
        parts = urlsplit(base_url.strip())
        valid = (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and parts.port != 0
            and not (parts.username or parts.password or parts.query or parts.fragment)
            and len((parts.hostname or "").encode("idna")) <= 253
            and base_url.isprintable()
        )
    except ValueError:
        valid, parts = False, None
    if parts is None or not valid:
        raise ProblemError(Problem("vendor_address_invalid", {"vendor": vendor, "host": ""}))
    return parts


def _within_host(url: str, location: str) -> str | None:
    """Where a redirect leads; None where it leaves the host or gives up encryption."""
    try:
        target = urljoin(url, location)
        here, there = urlsplit(url), urlsplit(target)
        stays = there.hostname == here.hostname and there.port != 0 and there.scheme in {"https", here.scheme}
    except ValueError:
        return None
    return target if stays else None


def _not_sent(error: NotSentError) -> _Failure:
    return _Failure(error.code, sent=False, passing=error.code == "vendor_unreachable")


def _judged(answer: requests.Response) -> requests.Response | _Failure:
    """Sorts out the statuses that mean the same whatever was asked."""
    status = answer.status_code
    if status == HTTPStatus.UNAUTHORIZED:
        return _Failure("vendor_refused_token", sent=False, response=answer)
    if status == HTTPStatus.FORBIDDEN:
        return _Failure("vendor_forbidden", sent=False, response=answer)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return _Failure("vendor_busy", sent=False, passing=True, wait=_retry_after(answer), response=answer)
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return answer
    wait = _retry_after(answer) if status == HTTPStatus.SERVICE_UNAVAILABLE else None
    return _Failure(
        "vendor_down" if wait is None else "vendor_busy",
        sent=True,
        passing=status in _PASSING_STATUSES,
        wait=wait,
        details={"status": str(int(status))},
        response=answer,
    )


def _retry_after(answer: requests.Response) -> float | None:
    """Seconds that the vendor asks to wait (RFC 9110, 10.2.3: seconds or a date), None where it doesn't."""
    text = answer.headers.get("Retry-After", "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - clock.now())
    except ValueError:
        return None
