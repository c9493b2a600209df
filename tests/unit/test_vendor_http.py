"""The vendors' HTTP session: what it repeats, when it stops, and what it never tells."""

from __future__ import annotations

import logging
import socket
import threading
import traceback
from collections.abc import Iterator
from email.utils import formatdate
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from werkzeug.wrappers import Request, Response

from local.vendors.http import HttpServer
from sincronia import clock, vendor_http
from sincronia.answers import COMMON, AnswerUnknownError, OutOfTimeError, Problem, ProblemError, explain
from sincronia.vendor_http import VendorSession

TOKEN = "segredo-0123456789abcdef"
PATH = f"/api/v1/{TOKEN}/usuarios"
NOW = 1_800_000_000.0


class Vendor:
    """A server that answers what it is told to, in order; the last answer stays."""

    def __init__(self) -> None:
        self.answers: list[Response | None] = [Response("{}")]
        self.seen: list[str] = []
        self.clients: set[int] = set()  # by port: one for each connection
        self.server = HttpServer(lambda request: self.answer(request))  # noqa: PLW0108 - a test replaces it
        self.url = self.server.url

    def answer(self, request: Request) -> Response | None:
        self.clients.add(request.environ["REMOTE_PORT"])
        self.seen.append(f"{request.method} {request.full_path.rstrip('?')}")
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    vendor = Vendor()
    vendor.server.begin()
    yield vendor
    vendor.server.end()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were asked for; each moves the clock instead of waiting."""
    pauses: list[float] = []
    monkeypatch.setattr(clock, "now", lambda: NOW + sum(pauses))
    monkeypatch.setattr(vendor_http, "sleep", pauses.append)
    monkeypatch.setattr(vendor_http, "jitter", lambda: 0.5)
    return pauses


def session(vendor: Vendor, seconds: float = 100) -> VendorSession:
    return VendorSession("Zen", vendor.url, clock.now() + seconds)


def test_answer_of_the_vendor_is_given_back_whole(vendor: Vendor, pauses: list[float]) -> None:
    vendor.answers = [Response('{"a": "ç"}', 404)]
    calls = session(vendor)
    answer = calls.call("GET", "/x", repeatable=True, params={"q": "1"})
    assert (answer.status_code, calls.decoded(answer), vendor.seen, pauses) == (404, {"a": "ç"}, ["GET /x?q=1"], [])


def test_prefix_of_the_address_is_kept(vendor: Vendor) -> None:
    VendorSession("Zen", f"{vendor.url}/erp/", clock.now() + 9).call("GET", "/x", repeatable=True)
    assert vendor.seen == ["GET /erp/x"]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_repeatable_call_is_repeated_twice_with_growing_pauses(
    vendor: Vendor, pauses: list[float], status: int
) -> None:
    vendor.answers = [Response("", status)]
    with pytest.raises(ProblemError) as raised:
        session(vendor).call("GET", "/x", repeatable=True)
    assert raised.value.problem.code == "vendor_down"
    assert raised.value.problem.details["status"] == str(status)
    assert len(vendor.seen) == 3
    assert pauses == [pytest.approx(0.4), pytest.approx(0.8)]


@pytest.mark.parametrize("fault", [Response("", 503), None])
def test_repeatable_call_succeeds_after_a_fault(vendor: Vendor, pauses: list[float], fault: Response | None) -> None:
    vendor.answers = [fault, Response("{}")]
    assert session(vendor).call("PUT", "/x", repeatable=True, json={}).status_code == 200
    assert len(vendor.seen) == 2


def test_status_that_the_caller_judges_is_given_back_after_the_repetitions(vendor: Vendor, pauses: list[float]) -> None:
    vendor.answers = [Response("why", 500)]
    assert session(vendor).call("GET", "/x", repeatable=True, judged=(500,)).content == b"why"
    assert len(vendor.seen) == 3


@pytest.mark.parametrize("fault", [Response("", 500), Response("", 503), None])
def test_write_without_an_answer_is_unknown_and_never_repeated(
    vendor: Vendor, pauses: list[float], fault: Response | None
) -> None:
    vendor.answers = [fault]
    with pytest.raises(AnswerUnknownError):
        session(vendor).call("POST", PATH, repeatable=False, json={"a": 1})
    assert (len(vendor.seen), pauses) == (1, [])


def test_repeatable_write_whose_first_answer_was_lost_stays_unknown(vendor: Vendor, pauses: list[float]) -> None:
    vendor.answers = [None, Response("", 401)]
    with pytest.raises(AnswerUnknownError) as raised:
        session(vendor).call("PUT", PATH, repeatable=True, json={})
    assert raised.value.problem.code == "vendor_refused_token"


def test_answer_that_comes_too_late_is_unknown_for_a_write(
    vendor: Vendor, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vendor_http, "READ_SECONDS", 0.05)
    released = threading.Event()

    def hang(request: Request) -> Response:
        released.wait(5)
        return Response("{}")

    monkeypatch.setattr(vendor, "answer", hang)
    with pytest.raises(AnswerUnknownError) as raised:
        session(vendor).call("POST", PATH, repeatable=False, json={})
    released.set()
    assert raised.value.problem.code == "vendor_unreachable"


def test_refused_connection_means_that_nothing_was_sent(pauses: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(ProblemError) as raised:
        VendorSession("Zen", f"http://127.0.0.1:{port}", NOW + 100).call("POST", PATH, repeatable=False)
    assert not isinstance(raised.value, AnswerUnknownError)
    assert raised.value.problem.code == "vendor_unreachable"
    assert len(pauses) == 2


def test_short_retry_after_is_waited_for_even_by_a_write(vendor: Vendor, pauses: list[float]) -> None:
    vendor.answers = [Response("", 429, {"Retry-After": "3"}), Response("{}", 201)]
    assert session(vendor).call("POST", "/x", repeatable=False).status_code == 201
    assert pauses == [3.0]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("header", ["120", formatdate(NOW + 120, usegmt=True)])
def test_long_retry_after_puts_off_until_then(vendor: Vendor, pauses: list[float], status: int, header: str) -> None:
    vendor.answers = [Response("", status, {"Retry-After": header})]
    with pytest.raises(ProblemError) as raised:
        session(vendor, 1000).call("GET", "/x", repeatable=True)
    assert raised.value.problem.code == "vendor_busy"
    assert raised.value.retry_at == NOW + 120
    assert (len(vendor.seen), pauses) == (1, [])


def test_retry_after_longer_than_the_time_left_is_not_waited_for(vendor: Vendor, pauses: list[float]) -> None:
    vendor.answers = [Response("", 429, {"Retry-After": "4"})]
    with pytest.raises(ProblemError) as raised:
        session(vendor, 4.5).call("GET", "/x", repeatable=True)
    assert (raised.value.retry_at, pauses) == (NOW + 4, [])


@pytest.mark.parametrize("header", ["", "em breve", "-5", "Wed, 99 Foo 2026"])
def test_busy_without_a_usable_retry_after_backs_off_and_then_gives_up(
    vendor: Vendor, pauses: list[float], header: str
) -> None:
    vendor.answers = [Response("", 429, {"Retry-After": header})]
    with pytest.raises(ProblemError) as raised:
        session(vendor).call("POST", "/x", repeatable=False)
    assert (raised.value.problem.code, raised.value.retry_at) == ("vendor_busy", None)
    assert (len(vendor.seen), len(pauses)) == (3, 2)


@pytest.mark.parametrize(("status", "code"), [(401, "vendor_refused_token"), (403, "vendor_forbidden")])
def test_refusal_is_a_problem(vendor: Vendor, pauses: list[float], status: int, code: str) -> None:
    vendor.answers = [Response("", status)]
    with pytest.raises(ProblemError) as raised:
        session(vendor).call("POST", "/x", repeatable=False)
    assert raised.value.problem.code == code
    assert len(vendor.seen) == 1


class Telling(VendorSession):
    """Of a vendor whose refusals say more than their status."""

    def refusal(self, answer: requests.Response, problem: Problem) -> Problem:
        return self.problem("zen.told", status=f"{answer.status_code} {problem.code}", said=answer.text)


@pytest.mark.parametrize(
    ("status", "told"),
    [(401, "401 vendor_refused_token"), (403, "403 vendor_forbidden"), (429, "429 vendor_busy")],
)
def test_vendor_may_say_what_its_refusal_means(vendor: Vendor, pauses: list[float], status: int, told: str) -> None:
    vendor.answers = [Response("por isto", status, {"Retry-After": "120"})]
    with pytest.raises(ProblemError) as raised:
        Telling("Zen", vendor.url, clock.now() + 100).call("GET", "/x", repeatable=True)
    assert (raised.value.problem.code, len(vendor.seen)) == ("zen.told", 1)
    assert (raised.value.problem.details["status"], raised.value.problem.details["said"]) == (told, "por isto")
    assert raised.value.retry_at == (NOW + 120 if status == 429 else None)


def test_refusal_after_a_lost_answer_says_what_it_means_and_stays_unknown(vendor: Vendor, pauses: list[float]) -> None:
    vendor.answers = [None, Response("por isto", 403)]
    with pytest.raises(AnswerUnknownError) as raised:
        Telling("Zen", vendor.url, clock.now() + 100).call("DELETE", "/x", repeatable=True)
    assert raised.value.problem.code == "zen.told"


@pytest.mark.parametrize("status", [500, 503])
def test_what_is_no_refusal_is_not_asked_about(vendor: Vendor, pauses: list[float], status: int) -> None:
    vendor.answers = [Response("", status)]
    with pytest.raises(ProblemError) as raised:
        Telling("Zen", vendor.url, clock.now() + 100).call("GET", "/x", repeatable=True)
    assert raised.value.problem.code == "vendor_down"


def test_nothing_is_sent_at_the_deadline(vendor: Vendor, pauses: list[float]) -> None:
    with pytest.raises(OutOfTimeError):
        session(vendor, 0).call("GET", "/x", repeatable=True)
    assert vendor.seen == []


def test_nothing_is_repeated_near_the_deadline(vendor: Vendor, pauses: list[float]) -> None:
    vendor.answers = [Response("", 503)]
    with pytest.raises(ProblemError):
        session(vendor, 1.2).call("GET", "/x", repeatable=True)
    assert (len(vendor.seen), pauses) == (1, [])


def test_timeouts_are_capped_by_the_time_left(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    given = []
    send = HTTPAdapter.send

    def noted(self: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        given.append(options["timeout"])
        return send(self, request, **options)

    monkeypatch.setattr(HTTPAdapter, "send", noted)
    for seconds in (2.0, 10.0, 100.0):
        session(vendor, seconds).call("GET", "/x", repeatable=True)
    assert given == [(2.0, 2.0), (5.0, 10.0), (5.0, 30.0)]


@pytest.mark.parametrize("headers", [{}, {"Content-Length": "2"}])
def test_body_that_trickles_past_the_deadline_is_given_up(
    vendor: Vendor, pauses: list[float], headers: dict[str, str]
) -> None:
    def body() -> Iterator[bytes]:
        yield b"1"
        pauses.append(200)
        yield b"2"

    vendor.answers = [Response(body(), 200, headers)]
    with pytest.raises(ProblemError) as raised:
        session(vendor).call("GET", "/x", repeatable=True)
    assert raised.value.problem.code == "vendor_unreachable"


def test_connection_is_kept_between_calls(vendor: Vendor, pauses: list[float]) -> None:
    calls = session(vendor)
    for answer in (Response("{}"), Response("x" * 300_000), Response("", 404)):
        vendor.answers = [answer]
        calls.call("GET", "/x", repeatable=True)
    assert len(vendor.clients) == 1


def test_answer_over_the_size_that_memory_bears_is_refused(
    vendor: Vendor, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vendor_http, "ANSWER_BYTES", 100_000)
    vendor.answers = [Response("x" * 100_001)]
    with pytest.raises(ProblemError) as raised:
        session(vendor).call("GET", "/x", repeatable=True)
    assert raised.value.problem.code == "vendor_answer_malformed"
    vendor.answers = [Response("x" * 100_000)]
    assert len(session(vendor).call("GET", "/x", repeatable=True).content) == 100_000


def test_read_follows_three_redirects_within_the_host_and_no_more(vendor: Vendor, pauses: list[float]) -> None:
    there = Response("", 302, {"Location": "/y"})
    vendor.answers = [there, there, there, Response("{}")]
    assert session(vendor).call("GET", "/x", repeatable=True, params={"q": "1"}).status_code == 200
    assert vendor.seen == ["GET /x?q=1", "GET /y", "GET /y", "GET /y"]
    vendor.answers = [there]
    with pytest.raises(ProblemError) as raised:
        session(vendor).call("GET", "/x", repeatable=True)
    assert raised.value.problem.code == "vendor_redirected"


@pytest.mark.parametrize("location", ["http://example.com/", "http://169.254.169.254/", "ftp://127.0.0.1/"])
def test_redirect_to_elsewhere_is_not_followed(vendor: Vendor, pauses: list[float], location: str) -> None:
    vendor.answers = [Response("", 301, {"Location": location})]
    with pytest.raises(ProblemError) as raised:
        session(vendor).call("GET", "/x", repeatable=True)
    assert raised.value.problem.code == "vendor_redirected"
    assert len(vendor.seen) == 1


@pytest.mark.parametrize("location", ["http://[", "//[x/", "https://127.0.0.1:x/"])
def test_redirect_to_nowhere_is_not_followed(vendor: Vendor, location: str) -> None:
    assert vendor_http._within_host(f"{vendor.url}/x", location) is None


def test_write_follows_no_redirect(vendor: Vendor, pauses: list[float]) -> None:
    vendor.answers = [Response("", 307, {"Location": "/y"})]
    with pytest.raises(ProblemError) as raised:
        session(vendor).call("POST", "/x", repeatable=False)
    assert raised.value.problem.code == "vendor_redirected"
    assert len(vendor.seen) == 1


@pytest.mark.parametrize(("method", "kind"), [("GET", ProblemError), ("POST", AnswerUnknownError)])
def test_answer_that_is_no_json_is_malformed(vendor: Vendor, method: str, kind: type[ProblemError]) -> None:
    vendor.answers = [Response(f"<p>{TOKEN}")]
    calls = session(vendor)
    answer = calls.call(method, PATH, repeatable=False)
    with pytest.raises(ProblemError) as raised:
        calls.decoded(answer)
    assert type(raised.value) is kind
    assert raised.value.problem.code == "vendor_answer_malformed"
    assert_silent(raised.value)


@pytest.mark.parametrize(
    "address",
    ["", "zen", "ftp://zen.example", "https://", "https://a:b@zen.example", "https://zen.example:99999", "https://[::1",
     "https://zen.example/?t=1", "https://zen.example/#x", "https://zen.example:0", f"https://{'a' * 64}.example",
     "https://zen.example/\r\nX: y"],
)  # fmt: skip
def test_address_that_is_none_is_refused_without_io(address: str) -> None:
    with pytest.raises(ProblemError) as raised:
        VendorSession("Zen", address, NOW)
    assert raised.value.problem.code == "vendor_address_invalid"
    assert_silent(raised.value)


@pytest.mark.parametrize(
    "fault",
    [Response("", 500), Response("", 401), Response("", 403), Response("", 429), None,
     Response("", 302, {"Location": f"http://other.example{PATH}"}), Response("", 302, {"Location": "/y"})],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_secret_is_told(
    *,
    vendor: Vendor,
    pauses: list[float],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    fault: Response | None,
    method: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, vendor_http._logger.name)
    vendor.answers = [fault]
    with pytest.raises(ProblemError) as raised:
        session(vendor).call(method, PATH, repeatable=True, params={"TokenApi": TOKEN})
    assert_silent(raised.value)
    assert explain(raised.value.problem, COMMON)
    written = capfd.readouterr()
    assert TOKEN not in caplog.text + written.out + written.err


def test_each_call_leaves_one_line_without_its_path(vendor: Vendor, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, vendor_http._logger.name)
    session(vendor).call("GET", PATH, repeatable=True)
    (line,) = [record for record in caplog.records if record.getMessage() == "vendor call"]
    told = {name: line.__dict__[name] for name in ("vendor", "method", "status")}
    assert told == {"vendor": "Zen", "method": "GET", "status": 200}
    assert line.__dict__["milliseconds"] >= 0
    assert TOKEN not in str(line.__dict__)


def assert_silent(error: ProblemError) -> None:
    """Neither the error nor what hangs on it tells the token, and nothing of the HTTP libraries hangs on it."""
    assert error.__cause__ is None
    assert error.__context__ is None
    told = [str(error), repr(error), *traceback.format_exception(error), *error.problem.details.values()]
    assert TOKEN not in "".join(told)
    assert set(error.problem.details) <= {"vendor", "host", "status", "where"}
