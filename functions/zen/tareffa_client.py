"""Tareffa's users and companies: targets of the flows where an office uses Tareffa.

WHOLLY ASSUMPTION: nothing of Tareffa's API is published, nor was a program found that calls it. What is known is one
sentence of Questor's help: a company without tax regime is not taken. Paths, bearer token, paging, fields, statuses
and that a PUT changes just the fields that it is given stand here and in the simulator, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import requests
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from sincronia.answers import ProblemError
from sincronia.engine.flow import Content, TargetGoneError, TargetRecord
from sincronia.vendor_http import VendorSession

VENDOR = "Tareffa"
PAGE_LENGTH = 100

SOURCE_ID, NAME, EMAIL, ACTIVE = "codigoExterno", "nome", "email", "ativo"
CNPJ, LEGAL_NAME, TAX_REGIME = "cnpj", "razaoSocial", "regimeTributario"
PAGE, LENGTH = "pagina", "tamanho"  # pages count from 1

_Data = TypeVar("_Data")


class _Part(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)


class _Page(_Part, Generic[_Data]):
    rows: list[_Data] = Field(alias="itens")
    declared: int = Field(alias="total", ge=0)


class _Created(_Part):
    id: int | str


class _Row(_Part):
    id: int | str
    source_id: int | str | None = Field(alias=SOURCE_ID)
    active: bool = Field(alias=ACTIVE)


class _User(_Row):
    name: str | None = Field(alias=NAME)
    email: str | None = Field(alias=EMAIL)


class _Company(_Row):
    cnpj: str | None = Field(alias=CNPJ)
    name: str | None = Field(alias=LEGAL_NAME)
    tax_regime: str | None = Field(alias=TAX_REGIME)


@dataclass(frozen=True, slots=True)
class Resource:
    """One of Tareffa's resources. Its rows are known by the field `key`: an e-mail in lower case, a CNPJ in upper."""

    path: str
    page: TypeAdapter[_Page[Any]]
    key: str
    taken: str  # the problem of a second row with the same key

    def natural_key(self, row: Content) -> str:
        """The natural key of a row, in normal form."""
        text = str(row[self.key] or "").strip()
        return text.lower() if self.key == EMAIL else text.upper()


USERS = Resource("usuarios", TypeAdapter(_Page[_User]), EMAIL, "zen.tareffa_user_taken")
COMPANIES = Resource("empresas", TypeAdapter(_Page[_Company]), CNPJ, "zen.tareffa_company_taken")


class Tareffa:
    """One Tareffa, by its address and token."""

    def __init__(self, session: VendorSession, token: str) -> None:
        self._session = session
        self._token = token

    def records(self, resource: Resource) -> TareffaRecords:
        """A resource as a lane's target."""
        return TareffaRecords(self._session, self._token, resource)


class TareffaRecords:
    """The rows of one resource, found by their natural key. Implements the engine's Target."""

    def __init__(self, session: VendorSession, token: str, resource: Resource) -> None:
        self._session = session
        self._resource = resource
        self._headers = {"Authorization": f"Bearer {token}"}
        self._path = f"/api/v1/{resource.path}"

    def listing(self) -> Iterator[TargetRecord]:
        """All rows, the inactive ones too, page by page."""
        page, received = 1, 0
        while True:
            answer = self._page({}, page, PAGE_LENGTH)
            yield from (self._target_record(row) for row in answer.rows)
            page, received = page + 1, received + len(answer.rows)
            if not answer.rows or received >= answer.declared:
                return

    def find(self, natural_key: str) -> TargetRecord | None:
        """The row of that natural key, active or not, read now."""
        page = self._page({self._resource.key: natural_key}, 1, PAGE_LENGTH)
        records = (self._target_record(row) for row in page.rows)
        return next((record for record in records if record.natural_key == natural_key), None)

    def create(self, content: Content) -> str:
        """Makes a row and gives its id. Not safe to repeat."""
        response = self._call("POST", self._path, repeatable=False, json=dict(content))
        self._accepted(response)
        return str(self._data(response, TypeAdapter(_Created)).id)

    def update(self, target_id: str, content: Content) -> None:
        """Makes the row's fields equal to the content, and the row active."""
        response = self._put(target_id, {**content, ACTIVE: True})
        if response.status_code == 404:
            raise TargetGoneError
        self._accepted(response)

    def deactivate(self, target_id: str) -> None:
        """Takes the row's access away. One that is no longer there has none."""
        response = self._put(target_id, {ACTIVE: False})
        if response.status_code != 404:
            self._accepted(response)

    def check(self) -> None:
        """Asks for one row. Raises as the others do."""
        self._page({}, 1, 1)

    def _page(self, filters: Mapping[str, str], page: int, length: int) -> _Page[Any]:
        parameters = {**filters, PAGE: str(page), LENGTH: str(length)}
        response = self._call("GET", self._path, repeatable=True, params=parameters)
        if response.status_code != 200:
            raise self._session.malformed(response, f"código {response.status_code}")
        return self._data(response, self._resource.page)

    def _put(self, target_id: str, fields: Mapping[str, Any]) -> requests.Response:
        return self._call("PUT", f"{self._path}/{quote(target_id, safe='')}", repeatable=True, json=dict(fields))

    def _call(self, method: str, path: str, *, repeatable: bool, **parts: Any) -> requests.Response:
        return self._session.call(method, path, repeatable=repeatable, headers=self._headers, **parts)

    def _target_record(self, row: _Row) -> TargetRecord:
        content = row.model_dump(by_alias=True, exclude={"id"})
        return TargetRecord(str(row.id), self._resource.natural_key(content), content)

    def _accepted(self, response: requests.Response) -> None:
        """Raises where a write was refused."""
        if response.status_code == 409:
            raise ProblemError(self._session.problem(self._resource.taken))
        if response.status_code >= 400:
            raise ProblemError(self._session.problem("vendor_rejected", status=str(response.status_code)))

    def _data(self, response: requests.Response, data: TypeAdapter[_Data]) -> _Data:
        body = self._session.decoded(response)
        try:
            return data.validate_python(body)
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        raise self._session.malformed(response, where or "JSON")
