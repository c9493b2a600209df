"""The ways through the pages: what all have in common, and the tabs of one integration or one connection."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sincronia.auth import Role

if TYPE_CHECKING:
    from sincronia.web.application import Operation

_CONNECTION = re.compile(r"/integrations/[^/]+/connections/([^/]+)")
_PLACE = "<connection>"
_LAST = re.compile(r"<\w+>$")  # a parameter that each of several tabs has a value for


@dataclass(frozen=True, slots=True)
class Way:
    """Where a word leads, who may go there, and whether that is where the person is."""

    word: str
    path: str
    role: Role = Role.READER
    is_here: bool = False


EVERYWHERE = (
    Way("Notificações", "/notifications"),
    Way("Conexões", "/connections"),
    Way("Por quê?", "/records"),
    Way("Saúde", "/health"),
    Way("LGPD", "/privacy/requests", Role.ADMINISTRATOR),
)


def main_ways(path: str, role: Role) -> list[Way]:
    """What every page leads to; what belongs to a connection is below Conexões."""
    here = "/connections" if path.startswith("/integrations/") else path
    return [_seen(way, here) for way in EVERYWHERE if role.covers(way.role)]


def tabs(operations: Iterable[Operation], path: str, connection: str, role: Role) -> list[Way]:
    """The pages of an application that have a word, as they are of a connection; without one, those of all."""
    found: list[Way] = []
    for operation in operations:
        if not operation.menu or operation.role is None or not role.covers(operation.role):
            continue
        if isinstance(operation.menu, Mapping):
            at = operation.path.replace(_PLACE, connection)
            found += [Way(word, _LAST.sub(value, at)) for value, word in operation.menu.items() if connection]
        elif _PLACE in operation.path and connection:
            found.append(Way(operation.menu, operation.path.replace(_PLACE, connection)))
        elif _PLACE not in operation.path:
            at = f"{operation.path}?{urlencode({'connection': connection})}" if connection else operation.path
            found.append(Way(operation.menu, at))
    known = {way.path for way in EVERYWHERE}
    found = [way for way in found if way.path not in known]
    nearest = max((_bare(way) for way in found if _is_at(path, _bare(way))), key=len, default="")
    return [Way(way.word, way.path, is_here=_bare(way) == nearest) for way in found]


def connection_of(path: str, query: str) -> str:
    """The connection that a page is about; empty where it is about none."""
    found = _CONNECTION.match(path)
    return found[1] if found else query


def may(operations: Sequence[Operation], method: str, path: str, role: Role) -> bool:
    """Whether an application has such a route, and the role may take it."""
    return any(
        operation.method == method and operation.is_at(path) and (operation.role is None or role.covers(operation.role))
        for operation in operations
    )


def _seen(way: Way, path: str) -> Way:
    return Way(way.word, way.path, way.role, _is_at(path, way.path))


def _bare(way: Way) -> str:
    return way.path.partition("?")[0]


def _is_at(path: str, start: str) -> bool:
    return path == start or path.startswith(f"{start}/")
