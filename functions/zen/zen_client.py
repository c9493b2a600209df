"""Questor Zen's office users: the target of "Sincronizar Usuários".

From the vendor: `/api/v1/{TOKEN}/…` with the token as a path segment; the names of the operations (criar and
consultar Usuário Escritório), of the enumeration `AtivoInativoEnum` and of the envelope `RetornoApi<T>`. The rest,
from here down to `ZenOfficeUsers`, is ASSUMPTION: resource, paging, field names, enumeration values, 409 for an
e-mail that is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import requests
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sincronia.answers import ProblemError
from sincronia.engine.flow import Content, TargetGoneError, TargetRecord
from sincronia.vendor_http import VendorSession

VENDOR = "Zen"
PAGE_LENGTH = 100

RESOURCE = "usuariosescritorio"
NAME, EMAIL, GROUP, STATE = "Nome", "Email", "CodigoGrupo", "Situacao"
ACTIVE, INACTIVE = "Ativo", "Inativo"  # AtivoInativoEnum
PAGE, LENGTH = "Pagina", "QuantidadePorPagina"  # pages count from 1

_Data = TypeVar("_Data")


class _Part(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)


class _Envelope(_Part, Generic[_Data]):
    succeeded: bool = Field(alias="Sucesso")
    data: _Data | None = Field(alias="Dados", default=None)


class _User(_Part):
    code: int = Field(alias="Codigo")
    name: str | None = Field(alias=NAME)
    email: str | None = Field(alias=EMAIL)
    group: int | None = Field(alias=GROUP)
    state: str = Field(alias=STATE)


class _Page(_Part):
    users: list[_User] = Field(alias="Itens")
    declared: int = Field(alias="Total", ge=0)


class _Created(_Part):
    code: int = Field(alias="Codigo")


class ZenOfficeUsers:
    """The office users of one Zen, found by their e-mail whatever its case. Implements the engine's Target."""

    def __init__(self, session: VendorSession, token: str) -> None:
        self._session = session
        self._path = f"/api/v1/{quote(token, safe='')}/{RESOURCE}"

    def listing(self) -> Iterator[TargetRecord]:
        """All office users, the inactive ones too, page by page."""
        return self._users({})

    def find(self, natural_key: str) -> TargetRecord | None:
        """The office user of that e-mail, active or not, read now."""
        found = (user for user in self._users({EMAIL: natural_key}) if user.natural_key == natural_key)
        return next(found, None)

    def create(self, content: Content) -> str:
        """Makes an office user and gives its code. Not safe to repeat."""
        response = self._session.call("POST", self._path, repeatable=False, json=dict(content))
        self._accepted(response)
        return str(self._data(response, _Envelope[_Created]).code)

    def update(self, target_id: str, content: Content) -> None:
        """Makes the office user's fields equal to the content, and the user active."""
        path = f"{self._path}/{quote(target_id, safe='')}"
        response = self._session.call("PUT", path, repeatable=True, json={**content, STATE: ACTIVE})
        if response.status_code == 404:
            raise TargetGoneError
        self._accepted(response)

    def deactivate(self, target_id: str) -> None:
        """Takes the user's access away. One that is no longer there has none."""
        path = f"{self._path}/{quote(target_id, safe='')}"
        response = self._session.call("PUT", path, repeatable=True, json={STATE: INACTIVE})
        if response.status_code != 404:
            self._accepted(response)

    def _users(self, filters: Mapping[str, str]) -> Iterator[TargetRecord]:
        page, received = 1, 0
        while True:
            parameters = {**filters, PAGE: str(page), LENGTH: str(PAGE_LENGTH)}
            response = self._session.call("GET", self._path, repeatable=True, params=parameters)
            if response.status_code != 200:
                raise self._session.malformed(response, f"código {response.status_code}")
            answer = self._data(response, _Envelope[_Page])
            yield from (_target_record(user) for user in answer.users)
            page, received = page + 1, received + len(answer.users)
            if not answer.users or received >= answer.declared:
                return

    def _accepted(self, response: requests.Response) -> None:
        """Raises where a write was refused."""
        if response.status_code == 409:
            raise ProblemError(self._session.problem("zen.email_taken"))
        if response.status_code >= 400 or not self._envelope(response, _Envelope[Any]).succeeded:
            raise ProblemError(self._session.problem("vendor_rejected", status=str(response.status_code)))

    def _data(self, response: requests.Response, envelope: type[_Envelope[_Data]]) -> _Data:
        data = self._envelope(response, envelope).data
        if data is None:
            raise self._session.malformed(response, "Dados")
        return data

    def _envelope(self, response: requests.Response, envelope: type[_Envelope[_Data]]) -> _Envelope[_Data]:
        body = self._session.decoded(response)
        try:
            return envelope.model_validate(body)
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        raise self._session.malformed(response, where or "JSON")


def _target_record(user: _User) -> TargetRecord:
    content = {NAME: user.name, EMAIL: user.email, GROUP: user.group, STATE: user.state}
    return TargetRecord(str(user.code), (user.email or "").strip().lower(), content)
