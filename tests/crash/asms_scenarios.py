"""What the crash tests sweep of the directory: people who ask for a change, and ask again where they got no answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from local.vendors.server import Simulator
from tests.asms_on_aws import CLIENTS, ONE, SPECIALISTS, Asms
from tests.crash import asms_world
from tests.crash.asms_world import DirectoryOnAws
from tests.crash.scenario import Act, Doing, Scenario, ToldToWaitError
from tests.invented import invented_cpf
from tests.office_on_aws import AwsServer, Sandbox


@dataclass(frozen=True, kw_only=True)
class AsmsScenario(Scenario[DirectoryOnAws]):
    """One directory."""

    replaced_after = 61.0  # a request is dead by then, and its Idempotency-Key may be used again

    @contextmanager
    def opened(self, aws: AwsServer) -> Iterator[DirectoryOnAws]:
        """See Scenario.opened."""
        aws.emptied("asms")
        place = DirectoryOnAws(aws)
        place.asked_by(place.sandbox).connect()
        self.prepare(place)
        yield place

    def vendors(self, place: DirectoryOnAws) -> Mapping[str, Simulator]:
        """There is none."""
        return {}

    def created(self, vendor: str, subject: str, body: Mapping[str, Any]) -> str:
        """No vendor creates anything."""
        raise NotImplementedError

    def is_quiet(self, place: DirectoryOnAws) -> bool:
        """What was asked for is done with the answer."""
        return True

    def check(self, place: DirectoryOnAws) -> None:
        """See asms_world.agree."""
        asms_world.agree(place)

    def world(self, place: DirectoryOnAws, creates: Mapping[str, int]) -> dict[str, Any]:
        """See asms_world.world; what must always hold holds at the end, too."""
        asms_world.agree(place)
        return {"creates": dict(creates), **asms_world.world(place)}


def asks(
    method: str, path: Callable[[Mapping[str, str]], str], body: Callable[[Mapping[str, str]], Any], key: str = ""
) -> Act[DirectoryOnAws]:
    """An administrator's request; path and body are made of the ids of what was there before."""

    def act(place: DirectoryOnAws) -> Doing:
        def doing(sandbox: Sandbox) -> None:
            asms = place.asked_by(sandbox)
            given = body(place.ids)
            answer = asms.call(method, path(place.ids), role="administrator", body=given, key=key)
            if answer.status == 409 and answer.body["code"] == "idempotency_in_progress":
                raise ToldToWaitError
            assert answer.status < 300, answer

        return doing

    return act


def _people(place: DirectoryOnAws) -> None:
    """Three projects, a group that works in two of them, two clients, and a specialist with two tokens and a shift."""
    asms: Asms = place.asked_by(place.sandbox)
    for role in ("administrator", "operator", "reader"):
        asms.token(role)
    ids = place.ids
    for name in ("Matriz", "Filial", "Obra"):
        ids[name] = asms.entry("projects", name)
    ids["Plantão"] = asms.entry("calendars", "Plantão")
    ids["Suporte"] = asms.entry("client-groups", "Suporte", projects=[ids["Filial"], ids["Obra"]])
    for name, cpf in (("Ana Lima", invented_cpf("529982247")), ("Bento Reis", invented_cpf("111444777"))):
        ids[name] = asms.user(
            "clients",
            name,
            projects=frozenset({ids["Matriz"]}),
            identification=cpf,
            email=f"{name[:3].lower()}@m.example",
        )
    ids["Caio Sá"] = asms.user("specialists", "Caio Sá", projects=frozenset({ids["Matriz"]}))
    specialist = f"{SPECIALISTS}/{ids['Caio Sá']}"
    for name in ("um", "dois"):
        made = asms.post(f"{specialist}/tokens", {"description": f"Token {name}"}, role="administrator")
        assert made.status == 201, made
    shift = {"since": "2026-11-20", "until": "2027-01-10", "calendar": ids["Plantão"]}
    assert asms.post(f"{specialist}/shifts", shift).status == 201


def _client(name: str) -> Callable[[Mapping[str, str]], str]:
    return lambda ids: f"{CLIENTS}/{ids[name]}"


MADE = asks(
    *("POST", lambda _: CLIENTS),
    lambda ids: {"project": ids["Matriz"], "name": "Davi Luz", "login": "davi.luz", "email": "davi@m.example"},
    key="8d0e-made",
)
RENAMED = asks(
    *("PATCH", _client("Ana Lima")),
    lambda _: {"name": "Ana Lima Prado", "login": "ana.prado", "email": "prado@m.example", "identification": None},
)
GROUPED = asks(
    *("POST", lambda ids: f"{CLIENTS}/{ids['Bento Reis']}/relations/groups"),
    lambda ids: {"add": [ids["Suporte"]], "associate": True},
    key="8d0e-grouped",
)
ASSOCIATED = asks(
    *("POST", lambda ids: f"{ONE}/projects/{ids['Obra']}/users/clients/association"),
    lambda _: {"search": "a"},
    key="8d0e-associated",
)
DEACTIVATED = asks("PATCH", lambda ids: f"{SPECIALISTS}/{ids['Caio Sá']}", lambda _: {"active": False})

COMING_AND_GOING = AsmsScenario(name="coming and going", prepare=_people, acts=(MADE, DEACTIVATED))
DIRECTORY = AsmsScenario(name="directory", prepare=_people, acts=(MADE, RENAMED, GROUPED, ASSOCIATED, DEACTIVATED))
