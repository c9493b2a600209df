"""Requests of the LGPD: all that is held about a person, exported or erased, with a receipt. For administrators.

Whom a request is about stands in no address, no log and no answer; it is kept while the work goes on, and from then on
only as a keyed hash, which finds the requests about the same person again.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import BaseModel, Field

from hub.integrated import integrations
from sincronia import clock, settings
from sincronia.answers import COMMON, Answers, Problem, ProblemError, explain
from sincronia.auth import Role, Token
from sincronia.engine.hints import hint_id
from sincronia.engine.privacy import KnownBy, Purpose, Subject, subject
from sincronia.engine.privacy_task import Part, file_key, part_key
from sincronia.ids import new_id
from sincronia.store.asked import asked_for, digest
from sincronia.store.aws import SecretsManagerSecrets
from sincronia.store.connections import connections_by_name
from sincronia.store.listing import After
from sincronia.store.privacy import (
    Place,
    PrivacyRequest,
    keep_request,
    parts_of,
    requests_about,
    requests_page,
    stored_request,
)
from sincronia.store.results import link_to
from sincronia.web.answers import refused
from sincronia.web.application import Caller, IdempotencyKey, Input, Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.paging import Cursor, Limit, Page, after_of, page

_MOST_EARLIER = 10  # requests about the same person that are shown

ANSWERS: Answers = {
    "privacy_person_invalid": refused(
        422,
        "Pessoa não reconhecida",
        "O valor informado não é um {kind} válido.",
        "Confira o valor e por onde a pessoa é conhecida, e envie de novo.",
    ),
    "privacy_not_confirmed": refused(
        422,
        "Falta confirmar",
        "Apagar não tem volta, e a confirmação não é igual ao valor informado. Nada foi apagado.",
        "Digite o mesmo valor nos dois campos.",
    ),
    "privacy_request_unknown": refused(
        404,
        "Não encontrado",
        "Não há pedido da LGPD com esta identificação.",
        "Confira a identificação em GET /privacy/requests.",
    ),
    "privacy_file_unknown": refused(
        404,
        "Não encontrado",
        "Este pedido não tem arquivo desta conexão; arquivos são guardados por 7 dias.",
        "Veja o pedido, ou peça uma exportação nova.",
    ),
}

routes = Routes("LGPD")

RequestInPath = Annotated[
    str, Path(pattern=r"^[0-9]{8}T[0-9]{9}Z-[0-9a-f]{16}$", description="A identificação do pedido.")
]


class NewPrivacyRequest(Input):
    """What is asked for, and about whom."""

    purpose: Purpose = Field(description="export: reunir tudo em arquivos; erasure: apagar.")
    known_by: KnownBy = Field(
        description="Por onde a pessoa é conhecida: cpf; email; contract ou login (os da SGP, que não guarda CPF)."
    )
    value: str = Field(max_length=254, description="O valor; só é guardado enquanto o pedido está em andamento.")
    confirmation: str = Field(default="", max_length=254, description="Para apagar: o mesmo valor, de novo.")


class PrivacyRequestAnswer(BaseModel):
    """A request, in brief. It never says whom it is about."""

    id: str
    purpose: Purpose
    known_by: KnownBy
    author: str = Field(description="Como se chamava o token de quem pediu.")
    asked_at: str
    connections: int = Field(description="Em quantas conexões o pedido é cumprido.")
    left: int = Field(description="Em quantas delas ainda não terminou.")
    url: str


class FoundAnswer(BaseModel):
    """How many rows of one kind were about the person."""

    what: str
    number: int


class StayAnswer(BaseModel):
    """What an erasure leaves, and until when."""

    what: str
    until: str | None = Field(description="null: não tem dados pessoais, e fica enquanto os sistemas se conhecem.")


class PartAnswer(BaseModel):
    """What became of a request at one connection."""

    connection: str
    name: str
    integration: str
    concluded_at: str | None
    gone: bool = Field(description="A conexão foi excluída entretanto, com tudo o que era dela.")
    found: list[FoundAnswer]
    file: str | None = Field(description="O endereço do arquivo de uma exportação.")
    vendors: list[str] = Field(description="Sistemas que guardam a pessoa e em que nada foi mudado.")
    stays: list[StayAnswer]
    problem: str | None


class EarlierAnswer(BaseModel):
    """Another request about the same person."""

    purpose: Purpose
    asked_at: str
    url: str


class PrivacyReceiptAnswer(PrivacyRequestAnswer):
    """A request with its receipt."""

    concluded_at: str | None
    parts: list[PartAnswer]
    others: list[EarlierAnswer] = Field(description="Outros pedidos sobre a mesma pessoa, do mais novo ao mais antigo.")


@routes.get(
    "/privacy/requests",
    role=Role.ADMINISTRATOR,
    summary="Lista os pedidos da LGPD",
    page="hub/privacy.html",
    menu="LGPD",
)
def list_privacy_requests(limit: Limit = 50, cursor: Cursor = "") -> Page[PrivacyRequestAnswer]:
    """The newest first."""
    return page(requests_page(limit, after_of(cursor)), lambda request: PrivacyRequestAnswer(**_brief(request)))


def _hidden(body: Mapping[str, Any]) -> dict[str, Any]:
    """A request's body as a hash may be kept of it: nobody can try all CPFs against it without the key."""
    return {name: _hash(f"{value}") for name, value in body.items()}


@routes.post(
    "/privacy/requests",
    role=Role.ADMINISTRATOR,
    summary="Pede a exportação ou a exclusão de tudo o que é guardado sobre uma pessoa",
    status=201,
    answered="O pedido; ele é cumprido nos próximos minutos.",
    refuses=("privacy_person_invalid", "privacy_not_confirmed"),
    compared=_hidden,
    page="hub/privacy.html",
)
def ask_privacy_request(
    new: NewPrivacyRequest, caller: Caller, idempotency_key: IdempotencyKey
) -> PrivacyReceiptAnswer:
    """Carried out by the integrations, each for its own connections; what vendors hold is not touched."""
    whom = subject(new.known_by, new.value)
    if new.purpose == Purpose.ERASURE and not _confirms(new, whom):
        raise ProblemError(Problem("privacy_not_confirmed"))
    person = _hash(f"{whom.known_by.value}\n{whom.value}")
    request_id = hint_id(clock.now(), new_id())
    if idempotency_key:
        request_id = asked_for(digest(caller.id, "privacy", idempotency_key, new.purpose.value, person), request_id)
    request = _request(request_id, new.purpose, whom, person, caller)
    keep_request(request, whom)
    return _receipt(stored_request(request_id) or request)


def _confirms(new: NewPrivacyRequest, whom: Subject) -> bool:
    try:
        return subject(new.known_by, new.confirmation) == whom
    except ProblemError:
        return False


def _request(request_id: str, purpose: Purpose, whom: Subject, person: str, caller: Token) -> PrivacyRequest:
    places = tuple(_places())
    return PrivacyRequest(
        id=request_id,
        purpose=purpose,
        known_by=whom.known_by,
        person=person,
        by=caller.id,
        author=caller.description,
        asked_at=clock.moment(),
        places=places,
        left=len(places),
    )


def _places() -> Iterator[Place]:
    """Every connection, also one that is switched off: what it holds it holds."""
    after: After | None = None
    while True:
        found = connections_by_name(100, after)
        for connection in found.values:
            yield Place(connection.id, connection.integration, connection.name)
        after = found.after
        if after is None:
            return


@routes.get(
    "/privacy/requests/<request_id>",
    role=Role.ADMINISTRATOR,
    summary="Lê um pedido da LGPD, com o recibo",
    refuses=("privacy_request_unknown",),
    page="hub/privacy_request.html",
    drawn_with={"integrations": integrations},
)
def read_privacy_request(request_id: RequestInPath) -> PrivacyReceiptAnswer:
    """What was found, exported or erased so far, and what stays until when."""
    return _receipt(_found(request_id))


@routes.get(
    "/privacy/requests/<request_id>/files/<connection>",
    role=Role.ADMINISTRATOR,
    summary="Baixa o que uma conexão guarda sobre a pessoa",
    status=303,
    answered="O endereço do arquivo, no cabeçalho Location; ele vale por 5 minutos.",
    refuses=("privacy_request_unknown", "privacy_file_unknown"),
)
def download_privacy_file(request_id: RequestInPath, connection: ConnectionInPath) -> Response[None]:
    """For a week."""
    _found(request_id)
    part = parts_of(request_id).get(connection)
    if part is None or not part.has_file:
        raise ProblemError(Problem("privacy_file_unknown"))
    return Response(status_code=303, headers={"Location": link_to(file_key(part_key(connection, request_id)))})


def _found(request_id: str) -> PrivacyRequest:
    request = stored_request(request_id)
    if request is None:
        raise ProblemError(Problem("privacy_request_unknown"))
    return request


def _brief(request: PrivacyRequest) -> dict[str, Any]:
    return {
        "id": request.id,
        "purpose": request.purpose,
        "known_by": request.known_by,
        "author": request.author,
        "asked_at": request.asked_at,
        "connections": len(request.places),
        "left": request.left,
        "url": f"/privacy/requests/{request.id}",
    }


def _receipt(request: PrivacyRequest) -> PrivacyReceiptAnswer:
    parts = parts_of(request.id)
    ended = [part.concluded_at for part in parts.values()]
    brief = _brief(request)
    return PrivacyReceiptAnswer(
        **brief,
        concluded_at=max(ended, default=request.asked_at) if request.left == 0 else None,
        parts=[_part(brief["url"], place, parts.get(place.connection)) for place in request.places],
        others=[_earlier(other) for other in _others(request)],
    )


def _part(url: str, place: Place, part: Part | None) -> PartAnswer:
    done = part or Part(place.connection, "", {})
    return PartAnswer(
        connection=place.connection,
        name=place.name,
        integration=place.integration,
        concluded_at=done.concluded_at or None,
        gone=done.gone,
        found=[FoundAnswer(what=words[number != 1], number=number) for words, number in done.found.items()],
        file=f"{url}/files/{place.connection}" if done.has_file else None,
        vendors=list(done.vendors),
        stays=[StayAnswer(what=what, until=until or None) for what, until in done.stays],
        problem=explain(done.problem, COMMON) if done.problem else None,
    )


def _others(request: PrivacyRequest) -> Iterator[PrivacyRequest]:
    ids = [other for other in requests_about(request.person) if other != request.id]
    for other in reversed(ids[-_MOST_EARLIER:]):
        found = stored_request(other)
        if found:
            yield found


def _earlier(request: PrivacyRequest) -> EarlierAnswer:
    brief = _brief(request)
    return EarlierAnswer(purpose=brief["purpose"], asked_at=brief["asked_at"], url=brief["url"])


def _hash(text: str) -> str:
    return hmac.new(_key().encode(), text.encode(), hashlib.sha256).hexdigest()[:32]


@cache
def _secrets() -> SecretsManagerSecrets:
    return SecretsManagerSecrets()


def _key() -> str:
    try:
        return _secrets().fields(settings.privacy_key_secret())["key"]
    except ProblemError as error:  # its sentence is about a connection's secret
        message = "The stack's privacy key is gone."
        raise RuntimeError(message) from error
