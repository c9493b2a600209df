"""Questor nWeb: consultations read page by page, the source of the flows to Zen, and processes that correct a record.

From the vendor: the token in the query, several values as `1..10` and `1;3;9`, the paths, and the bodies of errors.
Seen in use by public callers: the parameters of a page, the filter as base64 of JSON. `Consultation` and the classes
of columns and processes below hold what is only ASSUMPTION.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import requests
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sincronia.answers import ProblemError
from sincronia.engine.flow import Record, SourcePage
from sincronia.vendor_http import VendorSession

VENDOR = "Questor"
PAGE_LENGTH = 100
ORDER = "1"  # ASSUMPTION: by the first columns, the codes: pages need an order that stands still


class Consultation(BaseModel):
    """ASSUMPTION: a page, as a public caller of nWeb reads it (`aaData`, `RecordCount`); rows as objects."""

    model_config = ConfigDict(hide_input_in_errors=True)

    rows: list[Any] = Field(alias="aaData")
    declared: int = Field(alias="RecordCount", ge=0)  # of all pages together, under the filter


COMPANY = "CODIGOEMPRESA"  # documented as a column's name; ASSUMPTION that all of a company's rows have it
COMPANY_CNPJ = "INSCRFEDERALEMPRESA"  # ASSUMPTION: and that they have their company's CNPJ, which Zen knows it by


class Users:
    """ASSUMPTION: the users' consultation and its columns, and the process that changes one; none is documented."""

    CONSULTATION = "TnGlbDMUsuario"
    CORRECTION = "TnGlbDPAlterarUsuario"
    CODE = "CODIGOUSUARIO"
    NAME = "NOMEUSUARIO"
    EMAIL = "EMAIL"
    GROUP = "CODIGOGRUPOUSUARIO"


class Companies:
    """ASSUMPTION: the same for companies."""

    CONSULTATION = "TnGlbDMEmpresa"
    CORRECTION = "TnGlbDPAlterarEmpresa"
    CODE = COMPANY
    NAME = "NOMEEMPRESA"
    TRADE_NAME = "NOMEFANTASIA"
    CNPJ = "INSCRFEDERAL"
    TAX_REGIME = "REGIMETRIBUTARIO"


class Branches:
    """ASSUMPTION: the same for establishments. Code 1 is the matriz, which is the company itself."""

    CONSULTATION = "TnGlbDMEstab"
    CODE = "CODIGOESTAB"
    NAME = "NOMEESTAB"
    CNPJ = "INSCRFEDERAL"
    CITY = "NOMECIDADE"
    HEAD_OFFICE = 1


class Partners:
    """ASSUMPTION: the same for partners."""

    CONSULTATION = "TnGlbDMSocio"
    CORRECTION = "TnGlbDPAlterarSocio"
    CODE = "CODIGOSOCIO"
    NAME = "NOMESOCIO"
    CPF_OR_CNPJ = "INSCRFEDERAL"
    EMAIL = "EMAIL"
    SHARE = "PERCENTUALPARTICIPACAO"


class OrgUnits:
    """ASSUMPTION: the same for org units."""

    CONSULTATION = "TnFopDMOrganograma"
    CODE = "CODIGOORGANOGRAMA"
    CLASSIFICATION = "CLASSIFICACAO"
    NAME = "DESCRICAO"


class Employees:
    """ASSUMPTION: the same for employees' contracts. The org unit's classification comes with its code."""

    CONSULTATION = "TnFopDMFuncContrato"
    CORRECTION = "TnFopDPAlterarFuncContrato"
    CODE = "CODIGOFUNCCONTR"
    NAME = "NOMEFUNC"
    CPF = "CPF"
    EMAIL = "EMAIL"
    ORG_UNIT = OrgUnits.CODE
    CLASSIFICATION = OrgUnits.CLASSIFICATION
    DISMISSED = "DATADEMISSAO"  # DD/MM/AAAA, null for who is still there


def place_of(error: ValidationError) -> str:
    """The first place that a model rejects, as `aaData.0`; `JSON` where it is the whole."""
    return ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"]) or "JSON"


class Questor:
    """One Questor. An empty token is that of a base that asks for none."""

    def __init__(self, session: VendorSession, token: str) -> None:
        self._session = session
        self._token = token

    def listing(
        self, consultation: str, filters: Mapping[str, str], record_of: Callable[[Any], Record]
    ) -> QuestorListing:
        """A consultation as a flow's source; filters are columns with Questor's own syntax of several values."""
        return QuestorListing(
            self._session,
            token=self._token,
            consultation=consultation,
            order=ORDER,
            filters=filters,
            record_of=record_of,
        )

    def change(self, process: str, values: Mapping[str, Any]) -> None:
        """Lets a process change one record: its codes, and the columns that get new values. Safe to repeat.

        ASSUMPTION: the processes, their parameters, and `Erro` inside a 200 for what Questor doesn't take.
        """
        parameters = {"_AActionName": process} | ({"TokenApi": self._token} if self._token else {})
        response = self._session.call(
            "POST",
            "/TnWebDMProcesso/ProcessoExecutar",
            repeatable=True,
            params=parameters,
            json=dict(values),
            judged=(500,),
        )
        answer = _answer(self._session, response, process, refused="zen.correction_refused")
        if not isinstance(answer, dict):
            raise self._session.malformed(response, "JSON")


class QuestorListing:
    """A consultation as a flow's source. A position is a row's offset."""

    def __init__(
        self,
        session: VendorSession,
        *,
        token: str,
        consultation: str,
        order: str,
        filters: Mapping[str, str],
        record_of: Callable[[Any], Record],
    ) -> None:
        self._session = session
        self._consultation = consultation
        self._record_of = record_of
        self._parameters = {"_AActionName": consultation, "_AsEcho": "JSON", "_AOrderBy": order}
        if filters:
            fields = [{"Campo": column, "Valor": value} for column, value in filters.items()]
            self._parameters["_AFilter"] = base64.b64encode(json.dumps(fields).encode()).decode()
        if token:
            self._parameters["TokenApi"] = token

    def pages(self, start: int) -> Iterator[SourcePage]:
        """The pages from a row's offset on. Raises ProblemError and OutOfTimeError.

        Each page is asked for with the last row of the one before, so that rows that move meanwhile show.
        """
        page = self._page(start, None)
        yield page
        while page.next_position is not None:
            page = self._page(page.next_position, page.records[-1])
            yield page

    def first(self) -> Record | None:
        """The first record, None where there is none. Raises as `pages` does."""
        rows = self._asked(0, 1).rows
        return self._record_of(rows[0]) if rows else None

    def check(self) -> None:
        """Asks for one row, to see that Questor answers. Raises as `pages` does."""
        self._asked(0, 1)

    def _page(self, start: int, before: Record | None) -> SourcePage:
        overlap = 1 if before else 0
        answer = self._asked(start - overlap, PAGE_LENGTH + overlap)
        rows = [self._record_of(row) for row in answer.rows]
        records = tuple(rows[overlap:])
        end = start + len(records)
        more = bool(records) and end < answer.declared
        follows = before is None or (bool(rows) and rows[0].source_id == before.source_id)
        return SourcePage(records, end if more else None, answer.declared, follows)

    def _asked(self, start: int, length: int) -> Consultation:
        response = self._session.call(
            "GET",
            "/TnWebDMConsulta/Pegar",
            repeatable=True,
            params={**self._parameters, "_AiDisplayStart": str(start), "_AiDisplayLength": str(length)},
            judged=(500,),
        )
        body = _answer(self._session, response, self._consultation, refused="zen.questor_query_refused")
        try:
            return Consultation.model_validate(body)
        except ValidationError as error:
            where = place_of(error)
        raise self._session.malformed(response, where)


def _answer(session: VendorSession, response: requests.Response, name: str, *, refused: str) -> Any:
    """What the object of that name answers with. Raises ProblemError for the errors that nWeb has."""
    if response.status_code == 500:
        unknown = b"_AAction = nil" in response.content  # how nWeb says that it has no such object
        code = "zen.questor_query_missing" if unknown else "vendor_down"
        raise ProblemError(session.problem(code, query=name, status="500"))
    body = session.decoded(response)
    if isinstance(body, dict) and "Erro" in body:
        # The text is Questor's own and may quote a record, so it stays here.
        raise ProblemError(session.problem(refused, query=name))
    if response.status_code != 200:
        raise session.malformed(response, f"código {response.status_code}")
    return body
