"""The guard below the vendors' session: which addresses may be reached, and that the checked one is the one reached."""

from __future__ import annotations

import datetime
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from werkzeug.wrappers import Response

from local.vendors.http import HttpServer
from sincronia import clock, settings, vendor_guard, vendor_http
from sincronia.answers import ProblemError
from sincronia.vendor_http import VendorSession

PUBLIC = "93.184.216.34"
Allow = Callable[[str], None]


class Names:
    """Name resolution that answers each name with its lists of addresses in order; the last one stays."""

    def __init__(self) -> None:
        self.answers: dict[str, list[list[str]]] = {}
        self.asked: list[str] = []
        self.really = socket.getaddrinfo

    def __call__(self, host: str, port: int, *arguments: Any, **options: Any) -> Any:
        if host not in self.answers:
            return self.really(host, port, *arguments, **options)
        self.asked.append(host)
        lists = self.answers[host]
        addresses = lists.pop(0) if len(lists) > 1 else lists[0]
        return [place for address in addresses for place in self.really(address, port, *arguments, **options)]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    names = Names()
    monkeypatch.setattr(socket, "getaddrinfo", names)
    return names


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The places that a connection was tried to; none comes about."""
    reached: list[tuple[str, int]] = []

    def connect(self: socket.socket, place: tuple[str, int]) -> None:
        reached.append(place[:2])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(vendor_http, "SENDS", 1)
    return reached


@pytest.fixture
def allow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Allow]:
    def allow(networks: str) -> None:
        monkeypatch.setenv("ALLOWED_NETWORKS", networks)
        settings.allowed_networks.cache_clear()

    allow("")
    yield allow
    settings.allowed_networks.cache_clear()


def call(address: str) -> str:
    """The code of the problem that calling the address ends in; empty where it is answered."""
    try:
        VendorSession("Questor", address, clock.now() + 60).call("GET", "/", repeatable=True)
    except ProblemError as error:
        return error.problem.code
    return ""


PRIVATE = [
    "127.0.0.1", "10.0.0.1", "172.16.5.4", "192.168.1.10", "100.64.0.1", "192.0.2.1", "198.18.0.1", "240.0.0.1",
    "255.255.255.255", "192.0.0.8", "[::1]", "[fd12:3456::1]", "[fec0::1]", "[2001:db8::1]", "[::127.0.0.1]",
    "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::a00:1]", "[2002:7f00:1::]",
    "[2001:0:7f00:1::]", "[3fff::1]", "[5f00::1]", "192.88.99.1",
    "2130706433", "0x7f.1", "127.1", "0177.0.0.1",
]  # fmt: skip
NEVER = [
    "169.254.169.254", "169.254.170.2", "[fd00:ec2::254]", "[fe80::1]", "224.0.0.1", "[ff02::1]", "0.0.0.0", "[::]",  # noqa: S104
    "[::ffff:169.254.169.254]",
]  # fmt: skip


@pytest.mark.parametrize("host", PRIVATE + NEVER)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_address_that_is_not_public_is_refused(
    allow: Allow, reached: list[tuple[str, int]], scheme: str, host: str
) -> None:
    assert (call(f"{scheme}://{host}:9001"), reached) == ("vendor_address_private", [])


@pytest.mark.parametrize("host", NEVER)
def test_metadata_link_local_and_nowhere_are_refused_even_where_all_is_allowed(
    allow: Allow, reached: list[tuple[str, int]], host: str
) -> None:
    allow("0.0.0.0/0, ::/0, 169.254.0.0/16, fd00::/8, fe80::/10")
    assert (call(f"http://{host}:9001"), reached) == ("vendor_address_private", [])


@pytest.mark.parametrize("host", ["10.8.0.5", "[::ffff:10.8.0.5]"])
def test_address_inside_the_allowed_networks_is_reached_in_plain_http(
    allow: Allow, reached: list[tuple[str, int]], host: str
) -> None:
    allow("10.8.0.0/16")
    assert call(f"http://{host}") == "vendor_unreachable"
    assert reached == [(host.strip("[]"), 80)]
    assert call("http://10.9.0.5") == "vendor_address_private"


@pytest.mark.parametrize(
    ("address", "port"),
    [("https://zen.example", 443), ("http://zen.example", 443), ("http://zen.example:80", 443),
     ("http://zen.example:8080", 8080), ("https://zen.example:8443", 8443)],
)  # fmt: skip
def test_public_address_is_reached_over_https_only(
    *, allow: Allow, names: Names, reached: list[tuple[str, int]], address: str, port: int
) -> None:
    names.answers = {"zen.example": [[PUBLIC]]}
    session = VendorSession("Zen", address, clock.now() + 60)
    with pytest.raises(ProblemError):
        session.call("GET", "/", repeatable=True)
    assert session._base().startswith("https://zen.example")
    assert reached == [(PUBLIC, port)]


def test_name_is_resolved_once_and_the_checked_address_is_the_one_reached(
    allow: Allow, names: Names, reached: list[tuple[str, int]]
) -> None:
    names.answers = {"zen.example": [[PUBLIC], ["127.0.0.1"]]}
    call("https://zen.example")
    assert (names.asked, reached) == (["zen.example"], [(PUBLIC, 443)])


@pytest.mark.parametrize("second", ["127.0.0.1", "10.8.0.5", "169.254.169.254"])
def test_name_that_turns_private_after_the_choice_of_https_is_refused(
    allow: Allow, names: Names, reached: list[tuple[str, int]], second: str
) -> None:
    names.answers = {"zen.example": [[PUBLIC], [second]]}
    assert (call("http://zen.example"), reached) == ("vendor_address_private", [])


def test_name_that_turns_public_after_the_choice_of_plain_http_is_refused(
    allow: Allow, names: Names, reached: list[tuple[str, int]]
) -> None:
    allow("10.8.0.0/16")
    names.answers = {"questor.example": [["10.8.0.5"], [PUBLIC]]}
    assert (call("http://questor.example:9001"), reached) == ("vendor_address_private", [])


def test_of_several_addresses_only_the_public_ones_are_tried(
    allow: Allow, names: Names, reached: list[tuple[str, int]]
) -> None:
    names.answers = {"zen.example": [["127.0.0.1", PUBLIC, "10.0.0.1", "2606:2800:220:1::1"]]}
    assert call("https://zen.example") == "vendor_unreachable"
    assert reached == [(PUBLIC, 443), ("2606:2800:220:1::1", 443)]


@pytest.mark.parametrize(
    ("error", "code"), [(socket.EAI_NONAME, "vendor_host_unknown"), (socket.EAI_AGAIN, "vendor_unreachable")]
)
def test_name_that_does_not_resolve(
    allow: Allow, monkeypatch: pytest.MonkeyPatch, reached: list[tuple[str, int]], error: int, code: str
) -> None:
    def fail(*arguments: Any, **options: Any) -> Any:
        raise socket.gaierror(error, "no answer")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    assert (call("https://zen.example"), reached) == (code, [])


def test_redirect_is_checked_like_any_other_address(allow: Allow, names: Names) -> None:
    allow("127.0.0.0/8")
    names.answers = {"questor.example": [["127.0.0.1"], ["127.0.0.1"], ["169.254.169.254"]]}
    server = HttpServer(lambda request: Response("", 302, {"Location": "https://questor.example/"}))
    server.begin()
    try:
        assert call(server.url.replace("127.0.0.1", "questor.example")) == "vendor_address_private"
    finally:
        server.end()
    assert len(names.asked) == 3


def test_proxies_of_the_environment_are_not_used(allow: Allow, monkeypatch: pytest.MonkeyPatch) -> None:
    allow("127.0.0.0/8")
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server = HttpServer(lambda request: Response("{}"))
    server.begin()
    try:
        assert call(server.url) == ""
    finally:
        server.end()


class Encrypted:
    """A server for zen.example with a certificate of its own making; keeps the names that clients asked it for."""

    def __init__(self, folder: Path) -> None:
        self.asked_for: list[str | None] = []
        self.requests = 0
        self.certificate = folder / "certificate.pem"
        self._certify("zen.example")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        context.sni_callback = lambda connection, name, own: self.asked_for.append(name)
        self.server = HttpServer(self.answer)
        self.server._server.socket = context.wrap_socket(self.server._server.socket, server_side=True)
        self.port = self.server._server.server_port

    def answer(self, request: Any) -> Response:
        self.requests += 1
        return Response("{}")

    def _certify(self, name: str) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        now = datetime.datetime.now(datetime.UTC)
        certificate = (
            x509.CertificateBuilder(subject, subject, key.public_key(), 1, now, now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .sign(key, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self.certificate.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))


@pytest.fixture
def encrypted(tmp_path: Path) -> Iterator[Encrypted]:
    encrypted = Encrypted(tmp_path)
    encrypted.server.begin()
    yield encrypted
    encrypted.server.end()


@pytest.mark.parametrize(("name", "code"), [("zen.example", ""), ("outro.example", "vendor_tls")])
def test_certificate_is_checked_against_the_name_though_the_address_is_pinned(
    *, allow: Allow, names: Names, encrypted: Encrypted, name: str, code: str
) -> None:
    allow("127.0.0.0/8")
    names.answers = {name: [["127.0.0.1"]]}
    session = VendorSession("Zen", f"https://{name}:{encrypted.port}", clock.now() + 60)
    session._http.verify = str(encrypted.certificate)
    if code:
        with pytest.raises(ProblemError) as raised:
            session.call("POST", "/", repeatable=False)
        assert type(raised.value) is ProblemError
        assert raised.value.problem.code == code
    else:
        assert session.call("POST", "/", repeatable=False).status_code == 200
    assert encrypted.asked_for == [name]
    assert encrypted.requests == (0 if code else 1)


def test_certificate_that_nobody_vouches_for_is_refused(allow: Allow, names: Names, encrypted: Encrypted) -> None:
    allow("127.0.0.0/8")
    names.answers = {"zen.example": [["127.0.0.1"]]}
    assert call(f"https://zen.example:{encrypted.port}") == "vendor_tls"
    assert encrypted.requests == 0


def test_server_that_does_not_speak_tls_is_told_apart(allow: Allow) -> None:
    allow("127.0.0.0/8")
    server = HttpServer(lambda request: Response("{}"))
    server.begin()
    try:
        assert call(server.url.replace("http:", "https:")) == "vendor_tls"
    finally:
        server.end()


def test_public_addresses_are_public(allow: Allow) -> None:
    for address in (PUBLIC, "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8"):
        assert vendor_guard.is_public(address)
        assert not vendor_guard.is_allowed(address)
