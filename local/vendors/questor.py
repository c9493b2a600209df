"""Questor nWeb, simulated: consultations, with their paging, filters, token and errors, and the processes that correct.

Documented: the paths, the parameters, the token in the query, the filter as base64 of JSON, several codes in one
value, the bodies of errors. ASSUMPTION: a page as `aaData` with `RecordCount`, what questor_rows says, and the bodies
and answers of the processes.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from stdnum.br import cnpj, cpf
from stdnum.exceptions import ValidationError
from werkzeug.wrappers import Request, Response

from local.vendors.office import GROUPS, Office
from local.vendors.questor_rows import (
    COMPANY,
    COMPANY_DOCUMENT,
    CONSULTATIONS,
    CPF,
    DOCUMENT,
    GROUP,
    GROUP_NAME,
    ORG_UNIT,
    Filters,
    Key,
    Row,
    Rows,
)
from local.vendors.server import Simulator, answered

TOKEN = "nweb-0123456789abcdef"  # noqa: S105 - invented, of the simulator
_PATHS = {"/TnWebDMConsulta/Pegar": "list", "/TnWebDMProcesso/ProcessoExecutar": "correct"}
_CONSULTED = {consultation.action: kind for kind, consultation in CONSULTATIONS.items()}
_CORRECTED = {consultation.correction: kind for kind, consultation in CONSULTATIONS.items() if consultation.correction}


class QuestorSimulator(Simulator):
    """An office's Questor. An empty token means a base that has none, where any call is let in.

    Rows are of the kinds in CONSULTATIONS; a key is a tuple: a code, or a company's and its own.
    """

    SUBJECTS = "consultations"

    def __init__(self, office: Office | None = None, *, token: str = TOKEN, port: int = 0) -> None:
        super().__init__(port)
        self.token = token
        self.office = office or Office()
        self.lay_out()

    def lay_out(self) -> None:
        """See Simulator.lay_out."""
        self._rows = {kind: Rows(consultation, self.office) for kind, consultation in CONSULTATIONS.items()}

    def rows(self, kind: str) -> list[Row]:
        """See Simulator.rows."""
        with self.lock:
            return [self.row(kind, *key) for key in self._rows[kind].keys]

    def row(self, kind: str, *key: int) -> Row:
        """One row as its consultation gives it, with the columns that come from elsewhere. Raises KeyError."""
        with self.lock:
            row = self._rows[kind].row(key)
            return row | {column: self._joined(column, row) for column in CONSULTATIONS[kind].joined}

    def add_row(self, kind: str, columns: Row) -> Key:
        """A new row, as Rows.add has it; gives its key. Raises KeyError where its company isn't there."""
        with self.lock:
            if COMPANY in columns and kind != "companies" and (columns[COMPANY],) not in self._rows["companies"]:
                raise KeyError(columns[COMPANY])
            return self._rows[kind].add(columns)

    def change_row(self, kind: str, key: Key, columns: Row) -> None:
        """Changes columns of a row. A company's matriz takes its new CNPJ over."""
        with self.lock:
            self._rows[kind].change(key, columns)
            if kind == "companies" and DOCUMENT in columns and (*key, 1) in self._rows["establishments"]:
                self._rows["establishments"].change((*key, 1), {DOCUMENT: columns[DOCUMENT]})

    def remove_rows(self, kind: str, *keys: Key) -> None:
        """Takes rows out of the office; with a company goes all that belongs to it."""
        with self.lock:
            for other, rows in self._rows.items():
                if other == kind or (kind == "companies" and other != "users"):
                    rows.remove(*keys)

    def user(self, code: int) -> Row:
        """A user's row as the consultation gives it."""
        return self.row("users", code)

    def change(self, code: int, **columns: Any) -> None:
        """Changes columns of a user."""
        self.change_row("users", (code,), columns)

    def add(self, name: str, email: str | None, group: int) -> int:
        """A new user behind all others; gives its code."""
        return self.add_row("users", {"NOMEUSUARIO": name, "EMAIL": email, GROUP: group})[0]

    def remove(self, *codes: int) -> None:
        """Takes users out of the office."""
        self.remove_rows("users", *((code,) for code in codes))

    def edit(self, kind: str, change: dict[str, Any]) -> None:
        """See Simulator.edit; an added row has the columns of its consultation, a user `name`, `email` and `group`."""
        names = {"name": "NOMEUSUARIO", "email": "EMAIL", "group": GROUP} if kind == "users" else {}
        for row in change.get("add", []):
            self.add_row(kind, {names.get(name, name): value for name, value in row.items()})
        for key, columns in change.get("change", {}).items():
            self.change_row(kind, _key(key), columns)
        self.remove_rows(kind, *(_key(key) for key in change.get("remove", [])))

    def operation(self, request: Request) -> str:
        """nWeb's paths are a module and an action."""
        operation = _PATHS.get(request.path, "unknown")
        return "unknown" if operation == "correct" and request.method != "POST" else operation

    def subject(self, request: Request) -> str:
        """The object that is asked for, of those that there are."""
        action = request.args.get("_AActionName", "")
        return action if action in _CONSULTED or action in _CORRECTED else ""

    def took_effect(self, operation: str, response: Response) -> bool:
        """nWeb tells its errors inside a 200 too."""
        return super().took_effect(operation, response) and "Erro" not in response.get_json()

    def handle(self, operation: str, request: Request) -> Response:
        """Answers as nWeb does: 401 and 500 with its own bodies, other errors inside a 200."""
        if operation == "unknown":
            return answered({"errorCode": 404, "errorText": "Not found"}, 404)
        if self.token and request.args.get("TokenApi") != self.token:
            return answered({"errorCode": 401, "errorText": "Acesso negado, verifique o token informado."}, 401)
        kind = (_CONSULTED if operation == "list" else _CORRECTED).get(request.args.get("_AActionName", ""))
        if kind is None:
            error = {"Exception": {"Exception": "ShowForm: _AAction = nil"}}
            return answered({"errorCode": 500, "error": error}, 500)
        if operation == "correct":
            return answered(self._corrected(kind, request))
        try:
            start = int(request.args["_AiDisplayStart"])
            length = int(request.args["_AiDisplayLength"])
            keys = self._rows[kind].matching(_filters(request.args.get("_AFilter", "")))
        except (KeyError, ValueError, TypeError, binascii.Error):
            return answered(_failed("Parâmetro inválido."))
        return answered(self._page(kind, keys, start, length, request))

    def _page(self, kind: str, keys: list[Key], start: int, length: int, request: Request) -> dict[str, Any]:
        consultation = CONSULTATIONS[kind]
        page, declared, broken = self.page(keys, start, length, request)
        rows = [self.row(kind, *key) for key in page]
        if broken is not None:
            rows[broken] = {**rows[broken], **consultation.broken}
        columns = [{"sName": name} for name in (*consultation.columns, *consultation.joined)]
        return {"RecordCount": declared, "aoColumns": columns, "aaData": rows}

    def _joined(self, column: str, row: Row) -> Any:
        """ASSUMPTION: a row comes with its group's name, its company's CNPJ, its org unit's classification."""
        if column == GROUP_NAME:
            return GROUPS.get(row[GROUP])
        if column == COMPANY_DOCUMENT:
            return self._rows["companies"].row((row[COMPANY],))[DOCUMENT]
        units, unit = self._rows["org_units"], (row[COMPANY], row[ORG_UNIT])
        return units.row(unit)[column] if isinstance(row[ORG_UNIT], int) and unit in units else None

    def _corrected(self, kind: str, request: Request) -> dict[str, str]:
        """Does what a process is asked to, or says why not."""
        consultation = CONSULTATIONS[kind]
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            return _failed("Parâmetro inválido.")
        for column in consultation.key_columns:
            if not isinstance(body.get(column), int):
                return _failed(f"Parâmetro '{column}' requerido.")
        key = tuple(body.pop(column) for column in consultation.key_columns)
        if key not in self._rows[kind]:
            return _failed("Registro não encontrado.")
        written: Row = {}
        for column, value in body.items():
            check = _CHECKS.get(column, _text) if column in consultation.correctable else _refused
            try:
                written[column] = check(value)
            except (ValueError, ValidationError):
                return _failed(f"Parâmetro '{column}' inválido.")
        self.change_row(kind, key, written)
        return {"Data": "OK"}


def _key(written: object) -> Key:
    return tuple(int(part) for part in str(written).split("/"))


def _filters(text: str) -> Filters:
    """`[{Campo, Valor}]` in base64."""
    parts = json.loads(base64.b64decode(text, validate=True)) if text else []
    return tuple((str(part["Campo"]), str(part["Valor"])) for part in parts)


def _failed(message: str) -> dict[str, str]:
    return {"Erro": f"EnpqError: {message}"}


def _refused(_value: object) -> None:
    raise ValueError


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value


def _text_or_null(value: object) -> str | None:
    return None if value in (None, "") else _text(value)


def _group(value: object) -> int:
    if not isinstance(value, int) or value not in GROUPS:
        raise ValueError
    return value


def _document(value: object) -> str:
    written = _text(value)
    checked = cpf if cpf.is_valid(written) else cnpj
    return str(checked.format(checked.validate(written)))


def _cpf(value: object) -> str:
    return cpf.format(cpf.validate(_text(value)))


# ASSUMPTION: what a process takes in a column; names are texts.
_CHECKS: dict[str, Callable[[object], Any]] = {
    "EMAIL": _text_or_null,
    "REGIMETRIBUTARIO": _text_or_null,
    GROUP: _group,
    DOCUMENT: _document,
    CPF: _cpf,
}


def main() -> None:
    """Serves one Questor until it is told to end."""
    parser = argparse.ArgumentParser(description="Questor nWeb, simulated")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    for field in fields(Office):
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=int, default=field.default)
    options = vars(parser.parse_args())
    port, token = options.pop("port"), options.pop("token")
    QuestorSimulator(Office(**options), token=token, port=port).serve(token=token)


if __name__ == "__main__":
    main()
