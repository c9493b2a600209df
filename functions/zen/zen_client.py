"""Questor Zen's resources: the targets of the flows.

From the vendor: `/api/v1/{TOKEN}/…` with the token as a path segment, and clients addressed by their CNPJ; the names
of the operations (criar and consultar Usuário Escritório, cadastrar and editar empresa), of the enumeration
`AtivoInativoEnum` and of the envelope `RetornoApi<T>`. The rest, from here down to `ZenRecords`, is ASSUMPTION:
resources, paging, field names, enumeration values, 409 for a natural key that is taken, 422 for a company that isn't
there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar
from urllib.parse import quote

import requests
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from sincronia.answers import ProblemError
from sincronia.engine.flow import Content, TargetRecord
from sincronia.vendor_http import VendorSession
from zen.paged_records import PagedRecords

VENDOR = "Zen"

CODE, NAME, EMAIL, GROUP, STATE = "Codigo", "Nome", "Email", "CodigoGrupo", "Situacao"
CNPJ = "InscricaoFederal"  # of a partner, it may be a CPF
CPF = "Cpf"
COMPANY_CNPJ = "InscricaoFederalEmpresa"
LEGAL_NAME, TRADE_NAME, CITY = "RazaoSocial", "NomeFantasia", "Cidade"
CLASSIFICATION, DESCRIPTION, ORG_UNIT, SHARE = "Classificacao", "Descricao", "Organograma", "Participacao"
ACTIVE, INACTIVE = "Ativo", "Inativo"  # AtivoInativoEnum
PAGE, LENGTH = "Pagina", "QuantidadePorPagina"  # pages count from 1

_Data = TypeVar("_Data")


class _Part(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)


class _Envelope(_Part, Generic[_Data]):
    succeeded: bool = Field(alias="Sucesso")
    data: _Data | None = Field(alias="Dados", default=None)


class _Page(_Part, Generic[_Data]):
    rows: list[_Data] = Field(alias="Itens")
    declared: int = Field(alias="Total", ge=0)


class _Created(_Part):
    code: int = Field(alias=CODE)


class _Row(_Part):
    code: int = Field(alias=CODE)
    state: str = Field(alias=STATE)


class _CompanysRow(_Row):
    company: str = Field(alias=COMPANY_CNPJ)


class _OfficeUser(_Row):
    name: str | None = Field(alias=NAME)
    email: str | None = Field(alias=EMAIL)
    group: int | None = Field(alias=GROUP)


class _Company(_Row):
    cnpj: str | None = Field(alias=CNPJ)
    name: str | None = Field(alias=LEGAL_NAME)
    trade_name: str | None = Field(alias=TRADE_NAME)


class _Branch(_CompanysRow):
    cnpj: str | None = Field(alias=CNPJ)
    name: str | None = Field(alias=NAME)
    city: str | None = Field(alias=CITY)


class _OrgUnit(_CompanysRow):
    classification: str | None = Field(alias=CLASSIFICATION)
    description: str | None = Field(alias=DESCRIPTION)


class _Partner(_CompanysRow):
    cpf_or_cnpj: str | None = Field(alias=CNPJ)
    name: str | None = Field(alias=NAME)
    email: str | None = Field(alias=EMAIL)
    share: float | None = Field(alias=SHARE)


class _ClientUser(_CompanysRow):
    cpf: str | None = Field(alias=CPF)
    name: str | None = Field(alias=NAME)
    email: str | None = Field(alias=EMAIL)
    org_unit: str | None = Field(alias=ORG_UNIT)


@dataclass(frozen=True, slots=True)
class Resource:
    """One of Zen's resources. Its rows are known by the fields of `key`, whatever their case, joined by "/"."""

    path: str
    page: TypeAdapter[_Page[Any]]
    key: tuple[str, ...]
    taken: str  # the problem of a second row with the same key
    of_company: bool = True

    def natural_key(self, row: Content) -> str:
        """The natural key of a row, in normal form."""
        return "/".join(self._normal(field, str(row[field] or "")) for field in self.key)

    def finding(self, natural_key: str) -> dict[str, str]:
        """The parameters that ask for the row of a natural key."""
        return dict(zip(self.key, natural_key.split("/", len(self.key) - 1), strict=True))

    @staticmethod
    def _normal(field: str, value: str) -> str:
        text = value.strip()
        return text.lower() if field == EMAIL else text.upper()


OFFICE_USERS = Resource(
    "usuariosescritorio", TypeAdapter(_Page[_OfficeUser]), (EMAIL,), "zen.email_taken", of_company=False
)
COMPANIES = Resource("empresas", TypeAdapter(_Page[_Company]), (CNPJ,), "zen.company_taken", of_company=False)
BRANCHES = Resource("filiais", TypeAdapter(_Page[_Branch]), (CNPJ,), "zen.branch_taken")
ORG_UNITS = Resource(
    "organogramas", TypeAdapter(_Page[_OrgUnit]), (COMPANY_CNPJ, CLASSIFICATION), "zen.classification_taken"
)
PARTNERS = Resource("socios", TypeAdapter(_Page[_Partner]), (COMPANY_CNPJ, CNPJ), "zen.partner_taken")
CLIENT_USERS = Resource("usuarioscliente", TypeAdapter(_Page[_ClientUser]), (COMPANY_CNPJ, CPF), "zen.employee_taken")


class Zen:
    """One Zen, by its address and token."""

    def __init__(self, session: VendorSession, token: str) -> None:
        self._session = session
        self._token = token

    def records(self, resource: Resource) -> ZenRecords:
        """A resource as a lane's target."""
        return ZenRecords(self._session, self._token, resource)


class ZenRecords(PagedRecords):
    """The rows of one resource, found by their natural key. Implements the engine's Target."""

    page_names = (PAGE, LENGTH)
    active: ClassVar[Content] = {STATE: ACTIVE}
    inactive: ClassVar[Content] = {STATE: INACTIVE}

    def __init__(self, session: VendorSession, token: str, resource: Resource) -> None:
        super().__init__(session, f"/api/v1/{quote(token, safe='')}/{resource.path}", resource.taken)
        self._resource = resource

    def _call(self, method: str, path: str, *, repeatable: bool, **parts: Any) -> requests.Response:
        """The answer. A token that Zen refuses has its own problem: what people know it by is Questor's message."""
        try:
            return self._session.call(method, path, repeatable=repeatable, **parts)
        except ProblemError as error:
            if error.problem.code != "vendor_refused_token":
                raise
            kind = type(error)  # where an attempt before may have been done, that stays unknown
        raise kind(self._session.problem("zen.access_key_refused"))

    def _finding(self, natural_key: str) -> Mapping[str, str]:
        return self._resource.finding(natural_key)

    def _read_page(self, response: requests.Response) -> _Page[Any]:
        return self._data(response, self._resource.page)

    def _created(self, response: requests.Response) -> str:
        return str(self._data(response, TypeAdapter(_Created)).code)

    def _target_record(self, row: _Row) -> TargetRecord:
        content = row.model_dump(by_alias=True, exclude={"code"})
        return TargetRecord(str(row.code), self._resource.natural_key(content), content)

    def _refused(self, response: requests.Response) -> bool:
        if response.status_code == 422 and self._resource.of_company:
            raise ProblemError(self._session.problem("zen.company_missing"))
        return response.status_code >= 400 or not self._envelope(response).succeeded

    def _data(self, response: requests.Response, data: TypeAdapter[_Data]) -> _Data:
        envelope = self._envelope(response)
        if envelope.data is None:
            raise self._session.malformed(response, "Dados")
        try:
            return data.validate_python(envelope.data)
        except ValidationError as error:
            where = _place_of(error)
        raise self._session.malformed(response, f"Dados.{where}")

    def _envelope(self, response: requests.Response) -> _Envelope[Any]:
        body = self._session.decoded(response)
        try:
            return _Envelope[Any].model_validate(body)
        except ValidationError as error:
            where = _place_of(error)
        raise self._session.malformed(response, where or "JSON")


def _place_of(error: ValidationError) -> str:
    return ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
