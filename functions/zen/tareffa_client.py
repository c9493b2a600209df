"""Tareffa's users and companies: targets of the flows where an office uses Tareffa.

WHOLLY ASSUMPTION: nothing of Tareffa's API is published, nor was a program found that calls it. What is known is one
sentence of Questor's help: a company without tax regime is not taken. Paths, bearer token, paging, fields, statuses
and that a PUT changes just the fields that it is given stand here and in the simulator, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

import requests
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from sincronia.engine.flow import Content, TargetRecord
from sincronia.vendor_http import VendorSession
from zen.paged_records import PagedRecords

VENDOR = "Tareffa"

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


class TareffaRecords(PagedRecords):
    """The rows of one resource, found by their natural key. Implements the engine's Target."""

    page_names = (PAGE, LENGTH)
    active: ClassVar[Content] = {ACTIVE: True}
    inactive: ClassVar[Content] = {ACTIVE: False}

    def __init__(self, session: VendorSession, token: str, resource: Resource) -> None:
        super().__init__(session, f"/api/v1/{resource.path}", resource.taken)
        self._resource = resource
        self._headers = {"Authorization": f"Bearer {token}"}

    def _call(self, method: str, path: str, *, repeatable: bool, **parts: Any) -> requests.Response:
        return self._session.call(method, path, repeatable=repeatable, headers=self._headers, **parts)

    def _finding(self, natural_key: str) -> Mapping[str, str]:
        return {self._resource.key: natural_key}

    def _read_page(self, response: requests.Response) -> _Page[Any]:
        return self._data(response, self._resource.page)

    def _created(self, response: requests.Response) -> str:
        return str(self._data(response, TypeAdapter(_Created)).id)

    def _target_record(self, row: _Row) -> TargetRecord:
        content = row.model_dump(by_alias=True, exclude={"id"})
        return TargetRecord(str(row.id), self._resource.natural_key(content), content)

    def _refused(self, response: requests.Response) -> bool:
        return response.status_code >= 400

    def _data(self, response: requests.Response, data: TypeAdapter[_Data]) -> _Data:
        body = self._session.decoded(response)
        try:
            return data.validate_python(body)
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        raise self._session.malformed(response, where or "JSON")
