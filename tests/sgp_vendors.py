"""SGP's and OZmap's clients for tests: against simulators, or against servers that answer what they are told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from local.vendors.http import HttpServer
from local.vendors.ozmap import OzmapSimulator
from local.vendors.provider import provider
from local.vendors.sgp import SgpSimulator
from sgp.answers import ANSWERS
from sgp.contracts import Coordinates
from sgp.fibre_map import Box, ClientStatus, NewClient
from sgp.ozmap_client import OzMap
from sgp.sgp_client import Sgp
from sincronia import clock
from sincronia.answers import ProblemError, explain
from sincronia.vendor_http import VendorSession

TOWN = provider(24)
SECRETS = ("segredo-do-sgp", "ozmap-0123456789abcdef")
PLACE = Coordinates(-26.5, -52.25)
MADE = NewClient("7001", "Nara Luz", ClientStatus.ERROR, True, "nara.7001", "ALCLB0007001")


def sgp(simulator: SgpSimulator, **credentials: str) -> Sgp:
    session = VendorSession("SGP", simulator.url, clock.now() + 60)
    return Sgp(session, **{"token": simulator.token, "app": simulator.app, **credentials})


def ozmap(simulator: OzmapSimulator, key: str = "") -> OzMap:
    return OzMap(VendorSession("OZmap", simulator.url, clock.now() + 60), key or simulator.key)


@contextmanager
def answering(answer: Callable[[Request], Response]) -> Iterator[str]:
    """The address of a server that answers so."""
    server = HttpServer(answer)
    server.begin()
    yield server.url
    server.end()


@contextmanager
def sgp_saying(body: object, status: int = 200) -> Iterator[Sgp]:
    with answering(lambda request: Response(json.dumps(body), status)) as url:
        yield Sgp(VendorSession("SGP", url, clock.now() + 60), SECRETS[0], "sincronia")


@contextmanager
def ozmap_saying(*bodies: object, status: int = 200) -> Iterator[OzMap]:
    """One body after the other, the last one for ever; a text is no JSON."""
    left = list(bodies)

    def answer(request: Request) -> Response:
        body = left.pop(0) if len(left) > 1 else left[0]
        return Response(body if isinstance(body, str) else json.dumps(body), status)

    with answering(answer) as url:
        yield OzMap(VendorSession("OZmap", url, clock.now() + 60), SECRETS[1])


def page(*rows: object, more: bool = False, total: int | None = None) -> dict[str, Any]:
    return {"rows": list(rows), "hasNextPage": more, "total": len(rows) if total is None else total}


def problem(action: Callable[[], Any], kind: type[ProblemError] = ProblemError) -> tuple[str, str]:
    """The code of the problem that the action ends in, and the place or port that it names."""
    with pytest.raises(ProblemError) as raised:
        action()
    error = raised.value
    assert type(error) is kind
    assert error.__context__ is None
    sentence = explain(error.problem, ANSWERS)
    assert not any(secret in sentence for secret in SECRETS)
    details = error.problem.details
    return error.problem.code, details.get("where", details.get("port", details.get("status", "")))


def made_in(client: OzMap, box: Box, connection: tuple[str, int] | None, who: NewClient | str = MADE) -> str:
    return client.create_property(box=box, address="Rua A, 1", coordinates=PLACE, connection=connection, client=who)
