"""The guard below a vendor's session: which addresses may be reached, and connections pinned to them.

A vendor's address is typed by a person, so it is not trusted: every connection resolves the name once,
refuses what is not public (but for AllowedNetworks) and goes to the very address that was checked.
"""

from __future__ import annotations

import socket
import ssl
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.ssl_match_hostname import CertificateError

from sincronia import settings

_METADATA = IPv6Address("fd00:ec2::254")  # EC2's over IPv6; the one over IPv4 is link-local
_UNICAST = IPv6Network("2000::/3")  # all of IPv6 that is given out for the open internet
_APART = (  # what lies in the open ranges and leads elsewhere, or is not known as such by older Pythons
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv6Network("2001::/23"),
    IPv6Network("2002::/16"),
    IPv6Network("3fff::/20"),
)

_SocketAddress = tuple[Any, ...]


class NotSentError(Exception):
    """The connection did not come about, so nothing was sent. `code` is the problem's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def is_allowed(address: str) -> bool:
    """Whether an address lies inside AllowedNetworks. Link-local and metadata addresses never do."""
    value = _plain_form(address)
    if value.is_link_local or value.is_multicast or value.is_unspecified or value == _METADATA:
        return False
    return any(value in network for network in settings.allowed_networks())


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet."""
    value = _plain_form(address)
    if isinstance(value, IPv6Address) and value not in _UNICAST:
        return False
    apart = any(value in network for network in _APART)
    return value.is_global and not (apart or value.is_multicast or value.is_reserved)


def may_speak_plainly(host: str, port: int) -> bool:
    """Whether a host's addresses lie inside AllowedNetworks, where plain http may be spoken."""
    return any(is_allowed(str(place[0])) for _, place in _resolved(host, port))


def _plain_form(address: str) -> IPv4Address | IPv6Address:
    value = ip_address(address.partition("%")[0])
    if isinstance(value, IPv6Address) and value.ipv4_mapped is not None:
        return value.ipv4_mapped
    return value


def _resolved(host: str, port: int) -> list[tuple[socket.AddressFamily, _SocketAddress]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        passing = error.errno == socket.EAI_AGAIN
        raise NotSentError("vendor_unreachable" if passing else "vendor_host_unknown") from None
    except (UnicodeError, OSError):
        raise NotSentError("vendor_host_unknown") from None
    return [(family, place) for family, _, _, _, place in found]


def _open(connection: HTTPConnection, *, plain: bool) -> socket.socket:
    """A socket to an address that was checked; the name is not resolved a second time."""
    places = [
        (family, place)
        for family, place in _resolved(connection._dns_host, connection.port)
        if is_allowed(str(place[0])) or (not plain and is_public(str(place[0])))
    ]
    if not places:
        raise NotSentError("vendor_address_private")
    for family, place in places:
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(connection.timeout if isinstance(connection.timeout, int | float) else None)
            for option in connection.socket_options or ():
                sock.setsockopt(*option)
            sock.connect(place)
        except OSError:
            sock.close()
        else:
            return sock
    raise NotSentError("vendor_unreachable")


class _PlainConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _open(self, plain=True)


class _SecureConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _open(self, plain=False)

    def connect(self) -> None:
        try:
            super().connect()
        except (ssl.SSLError, CertificateError):
            code = "vendor_tls"
        except OSError:
            code = "vendor_unreachable"
        else:
            return
        self.close()
        raise NotSentError(code)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class GuardedAdapter(HTTPAdapter):
    """requests' adapter over guarded connections."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Makes the pools with the guarded connection classes."""
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
