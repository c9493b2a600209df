"""SGP, the source: contracts, and the splitters and ports that they are connected to. Nothing is ever written there.

From public callers that agree, some checked live: the paths with their slash at the end, `token` and `app` as fields
(in the query of a GET), the statuses, the field names, 200 with a `msg` for a contract that SGP doesn't know.
ASSUMPTION, here and in `_Page`, `omit` and `_NOTHING` alone: that `clientes` has `paginacao` as other listings do,
that offsets count clients, that "1" is how something is left out, that a splitter which is gone answers 404.
"""

from __future__ import annotations

import math
from datetime import date
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from pydantic import AliasChoices, BeforeValidator, Field, TypeAdapter

from sgp.contracts import (
    ChangeFilter,
    Contract,
    Coordinates,
    ListedContract,
    ListedPage,
    Onu,
    SgpSplitter,
    Status,
    status_of_title,
)
from sincronia.answers import ProblemError
from sincronia.vendor_answers import Part, received
from sincronia.vendor_http import VendorSession

VENDOR = "SGP"
PAGE_LENGTH = 100  # the most that SGP gives

_STATUSES = frozenset(Status)
_NOTHING = frozenset({"", "None"})  # how SGP writes that it has nothing; ASSUMPTION for other fields than the VLAN
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_Kind = TypeVar("_Kind")


def _text(value: Any) -> Any:
    """A text with single spaces; numbers are texts too, and nothing is an empty one."""
    if value is None:
        return ""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        text = " ".join(str(value).split())
        return "" if text in _NOTHING else text
    return value


def _number(value: Any) -> float | None:
    """A finite number, as number or text; None where it can't be read."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _positive(value: Any) -> int | None:
    """A number from 1 on; None where it can't be read."""
    number = _number(value)
    return int(number) if number is not None and number >= 1 and number.is_integer() else None


def _place(value: Any) -> Coordinates | None:
    """The place of a text "latitude,longitude"; None where it says none."""
    parts = [_number(part) for part in str(value).split(",")]
    if len(parts) != 2 or parts[0] is None or parts[1] is None:
        return None
    return Coordinates.of(parts[0], parts[1])


Text = Annotated[str, BeforeValidator(_text)]
_Id = Annotated[str, BeforeValidator(_text), Field(min_length=1)]
_Decibels = Annotated[float | None, BeforeValidator(_number)]
_OptionalNumber = Annotated[int | None, BeforeValidator(_positive)]
_OptionalPlace = Annotated[Coordinates | None, BeforeValidator(_place)]


class _ContractRow(Part):
    id: _Id = Field(alias="contratoId")
    name: Text = Field(alias="razaoSocial", default="")
    status: int = Field(alias="contratoStatus")
    point_of_presence: Text = Field(alias="popNome", default="")
    login: Text = Field(alias="servico_login", default="")
    street: Text = Field(alias="endereco_logradouro", default="")
    number: Text = Field(alias="endereco_numero", default="")
    complement: Text = Field(alias="endereco_complemento", default="")
    district: Text = Field(alias="endereco_bairro", default="")
    city: Text = Field(alias="endereco_cidade", default="")
    state: Text = Field(alias="endereco_uf", default="")
    postcode: Text = Field(alias="endereco_cep", default="")
    coordinates: _OptionalPlace = Field(alias="endereco_ll", default=None)

    def address(self) -> str:
        """The address in one line: street, number, complement - district, city - state, postcode."""
        here = _joined(", ", self.street, self.number, self.complement)
        town = _joined(", ", self.district, _joined(" - ", self.city, self.state), self.postcode)
        return _joined(" - ", here, town)


class _Found(Part):
    message: Text = Field(alias="msg")  # stands in every answer, so that an empty object isn't taken for "none"
    rows: list[_ContractRow] | None = Field(alias="contratos", default=None)


class _SplitterRow(Part):
    id: int
    ident: Text
    ports: _OptionalNumber = Field(validation_alias=AliasChoices("ports", "un_ports"), default=None)
    busy_ports: list[int] | None = None
    onu_count: _OptionalNumber = None


class _ConnectedRow(Part):
    contract: Text = Field(alias="service_contrato")  # both are there, though they may be empty
    port: _OptionalNumber = Field(alias="ctoport")
    received_power: _Decibels = Field(alias="info_rx", default=None)
    serial: Text = Field(alias="phy_addr", default="")


class _ListedOnu(Part):
    serial: Text = ""
    received_power: _Decibels = Field(alias="rx", default=None)


class _Service(Part):
    login: Text = ""
    onu: _ListedOnu | None = None


class _ListedRow(Part):
    id: _Id = Field(alias="contrato")
    title: Text = Field(alias="status", default="")
    services: list[_Service] | None = Field(alias="servicos", default=None)


class _ListedClient(Part):
    name: Text = Field(alias="nome", default="")
    contracts: list[_ListedRow] | None = Field(alias="contratos", default=None)


class _Paging(Part):
    offset: int
    total: int = Field(ge=0)


class _Page(Part):
    clients: list[_ListedClient] = Field(alias="clientes")
    paging: _Paging | None = Field(alias="paginacao", default=None)


_FOUND = TypeAdapter(_Found)
_SPLITTERS = TypeAdapter(list[_SplitterRow])
_CONNECTED = TypeAdapter(list[_ConnectedRow])
_PAGE = TypeAdapter(_Page)
_ANY_LIST = TypeAdapter(list[Any])


class Sgp:
    """One SGP. Every method raises ProblemError and OutOfTimeError."""

    def __init__(self, session: VendorSession, token: str, app: str) -> None:
        self._session = session
        self._credentials = {"token": token, "app": app}

    def contract(self, contract_id: str) -> Contract | None:
        """The contract of that id as it is now, without its port; None where SGP doesn't know it.

        POST /api/ura/consultacliente/ by `contrato` alone. The id of a client may be the same as a contract's, so a
        row counts only by its own `contratoId`.
        """
        found = self._ask("POST", "/api/ura/consultacliente/", {"contrato": contract_id}, _FOUND)
        row = next((row for row in found.rows or () if row.id == contract_id), None)
        if row is None:
            return None
        if row.status not in _STATUSES:
            details = {"contract": contract_id, "status": str(row.status)}
            raise ProblemError(self._session.problem("sgp.status_unknown", **details))
        return Contract(
            id=row.id,
            name=row.name,
            status=Status(row.status),
            point_of_presence=row.point_of_presence,
            address=row.address(),
            coordinates=row.coordinates,
            port=None,
            login=row.login,
        )

    def splitters(self, with_busy_ports: bool = True) -> tuple[SgpSplitter, ...]:
        """All splitters (boxes, CTOs). GET /api/fttx/splitter/all/, one call."""
        fields = {"show_busy_ports": "1"} if with_busy_ports else {}
        rows = self._ask("GET", "/api/fttx/splitter/all/", fields, _SPLITTERS)
        return tuple(
            SgpSplitter(row.id, row.ident, row.ports or 0, tuple(row.busy_ports or ()), row.onu_count or 0)
            for row in rows
        )

    def connected(self, splitter_id: int) -> tuple[Onu, ...]:
        """The contracts on a splitter's ports; what has no contract or no port is left out.

        GET /api/fttx/splitter/{id}/onu/all/, one call.
        """
        path = f"/api/fttx/splitter/{splitter_id}/onu/all/"
        rows = self._ask("GET", path, {}, _CONNECTED, missing=[])
        return tuple(
            Onu(row.contract, row.port, row.received_power, row.serial) for row in rows if row.contract and row.port
        )

    def changed(self, by: ChangeFilter, first_day: date, last_day: date, offset: int = 0) -> ListedPage:
        """A page of the clients who changed on these days, São Paulo's, both included: a row for each contract.

        POST /api/ura/clientes/. A client comes with all contracts, those that did not change too.
        """
        omit = {"omitir_titulos": "1", "omitir_contatos": "1"}
        days = {f"{by}_inicio": first_day.isoformat(), f"{by}_fim": last_day.isoformat()}
        fields = {"offset": str(offset), "limit": str(PAGE_LENGTH), **omit, **days}
        page = self._ask("POST", "/api/ura/clientes/", fields, _PAGE)
        if page.paging and page.paging.offset != offset:  # or the same page would come again and again
            raise self._malformed("paginacao.offset")
        end, total = offset + len(page.clients), page.paging.total if page.paging else None
        more = len(page.clients) == PAGE_LENGTH if total is None else bool(page.clients) and end < total
        rows = tuple(_listed(client, row) for client in page.clients for row in client.contracts or ())
        return ListedPage(rows, end if more else None, total)

    def check(self) -> None:
        """Sees that SGP answers and takes token and app. POST /api/ura/planoscontas/, which asks for nothing else."""
        self._ask("POST", "/api/ura/planoscontas/", {}, _ANY_LIST)

    def _ask(
        self, method: str, path: str, fields: dict[str, str], kind: TypeAdapter[_Kind], missing: _Kind | None = None
    ) -> _Kind:
        """What SGP answers. A POST only reads here, so no answer to one is unknown.

        Errors are raised outside of `except`, so that none carries another, which holds the token.
        """
        given = {**self._credentials, **fields}
        try:
            if method == "GET":
                response = self._session.call(method, path, repeatable=True, params=given)
            else:
                body = urlencode(given).encode()
                response = self._session.call(method, path, repeatable=True, body=body, headers=_FORM)
            if response.status_code == 404 and missing is not None:
                return missing
            if response.status_code != 200:
                raise self._malformed(f"código {response.status_code}")
            return received(self._session, response, self._session.decoded(response), kind)
        except ProblemError as error:
            problem, retry_at = error.problem, error.retry_at
        if problem.code == "vendor_forbidden":
            problem = self._session.problem("sgp.token_restricted")
        raise ProblemError(problem, retry_at)

    def _malformed(self, where: str) -> ProblemError:
        return ProblemError(self._session.problem("vendor_answer_malformed", where=where))


def _listed(client: _ListedClient, row: _ListedRow) -> ListedContract:
    services = row.services or []
    # Of several services, such as television beside the fibre, the one with an ONU is the connection.
    service = next((one for one in services if one.onu), services[0] if services else _Service())
    onu = service.onu or _ListedOnu()
    status = status_of_title(row.title)
    return ListedContract(row.id, client.name, status, service.login, onu.received_power, onu.serial)


def _joined(separator: str, *parts: str) -> str:
    return separator.join(part for part in parts if part)
