"""Questor nWeb's consultations, read page by page: the source of the flows to Zen.

From the vendor: the token in the query, several values with ";", and the bodies of errors. Seen in use by public
callers: the path, the parameters of a page, the filter as base64 of JSON. `Consultation` and `Users` below hold what
is only ASSUMPTION.
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


class Consultation(BaseModel):
    """ASSUMPTION: a page, as a public caller of nWeb reads it (`aaData`, `RecordCount`); rows as objects."""

    model_config = ConfigDict(hide_input_in_errors=True)

    rows: list[Any] = Field(alias="aaData")
    declared: int = Field(alias="RecordCount", ge=0)  # of all pages together, under the filter


class Users:
    """ASSUMPTION: the users' consultation and its columns; Questor documents neither."""

    CONSULTATION = "TnGlbDMUsuario"
    CODE = "CODIGOUSUARIO"
    NAME = "NOMEUSUARIO"
    EMAIL = "EMAIL"
    GROUP = "CODIGOGRUPOUSUARIO"
    ORDER = "1"  # by the first column, the code: pages need an order that stands still


def place_of(error: ValidationError) -> str:
    """The first place that a model rejects, as `aaData.0`; `JSON` where it is the whole."""
    return ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"]) or "JSON"


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

    def _page(self, start: int, before: Record | None) -> SourcePage:
        overlap = 1 if before else 0
        response = self._session.call(
            "GET",
            "/TnWebDMConsulta/Pegar",
            repeatable=True,
            params={
                **self._parameters,
                "_AiDisplayStart": str(start - overlap),
                "_AiDisplayLength": str(PAGE_LENGTH + overlap),
            },
            judged=(500,),
        )
        answer = self._answer(response)
        rows = [self._record_of(row) for row in answer.rows]
        records = tuple(rows[overlap:])
        end = start + len(records)
        more = bool(records) and end < answer.declared
        follows = before is None or (bool(rows) and rows[0].source_id == before.source_id)
        return SourcePage(records, end if more else None, answer.declared, follows)

    def _answer(self, response: requests.Response) -> Consultation:
        if response.status_code == 500:
            unknown = b"_AAction = nil" in response.content  # how nWeb says that it has no such object
            code = "zen.questor_query_missing" if unknown else "vendor_down"
            raise ProblemError(self._session.problem(code, query=self._consultation, status="500"))
        body = self._session.decoded(response)
        if isinstance(body, dict) and "Erro" in body:
            # The text is Questor's own and may quote a record, so it stays here.
            raise ProblemError(self._session.problem("zen.questor_query_refused", query=self._consultation))
        if response.status_code != 200:
            raise self._session.malformed(response, f"código {response.status_code}")
        try:
            return Consultation.model_validate(body)
        except ValidationError as error:
            where = place_of(error)
        raise self._session.malformed(response, where)
