"""Questor nWeb, simulated: the consultation of users, its paging, filter, token and errors.

Documented: the path, the parameters, the token in the query, the filter as base64 of JSON, the bodies of errors.
ASSUMPTION, in the constants and in `_row`: the users' object and columns, and a page as `aaData` with `RecordCount`.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import json
from typing import Any

from werkzeug.wrappers import Request, Response

from local.vendors.faults import Kind
from local.vendors.office import GROUPS, Office
from local.vendors.server import Simulator, answered

CONSULTATION = "TnGlbDMUsuario"
CODE, NAME, EMAIL = "CODIGOUSUARIO", "NOMEUSUARIO", "EMAIL"
GROUP, GROUP_NAME = "CODIGOGRUPOUSUARIO", "NOMEGRUPOUSUARIO"
TOKEN = "nweb-0123456789abcdef"  # noqa: S105 - invented, of the simulator

_Row = dict[str, Any]


class QuestorSimulator(Simulator):
    """An office's Questor. An empty token means a base that has none, where any call is let in."""

    def __init__(self, office: Office | None = None, *, token: str = TOKEN, port: int = 0) -> None:
        super().__init__(port)
        self.token = token
        self.office = office or Office()
        self._codes: list[int] = list(range(self.office.users))
        self._changed: dict[int, _Row] = {}
        self._in_groups: dict[frozenset[str], list[int]] = {}  # forgotten with every change

    def user(self, code: int) -> _Row:
        """A user's row as the consultation gives it."""
        changed = self._changed.get(code)
        if changed is not None:
            return changed
        user = self.office.user(code)
        return {
            CODE: user.code,
            NAME: user.name,
            EMAIL: user.email or None,
            GROUP: user.group,
            GROUP_NAME: GROUPS[user.group],
        }

    def users(self) -> list[_Row]:
        """All rows, by code."""
        with self.lock:
            return [self.user(code) for code in self._codes]

    def change(self, code: int, **columns: Any) -> None:
        """Changes columns of a user."""
        with self.lock:
            self._changed[code] = {**self.user(code), **columns}
            self._in_groups.clear()

    def add(self, name: str, email: str | None, group: int) -> int:
        """A new user behind all others; gives its code."""
        with self.lock:
            code = max(self._codes, default=-1) + 1
            self._codes.append(code)
            self._changed[code] = {CODE: code, NAME: name, EMAIL: email, GROUP: group, GROUP_NAME: GROUPS.get(group)}
            self._in_groups.clear()
            return code

    def remove(self, *codes: int) -> None:
        """Takes users out of the office."""
        with self.lock:
            gone = set(codes)
            self._codes = [code for code in self._codes if code not in gone]
            self._in_groups.clear()

    def edit(self, change: dict[str, Any]) -> None:
        """See Simulator.edit; an added row has `name`, `email` and `group`."""
        for row in change.get("add", []):
            self.add(row["name"], row["email"], row["group"])
        for code, columns in change.get("change", {}).items():
            self.change(int(code), **columns)
        self.remove(*change.get("remove", []))

    def operation(self, request: Request) -> str:
        """nWeb's paths are a module and an action."""
        return {"/TnWebDMConsulta/Pegar": "list"}.get(request.path, "unknown")

    def handle(self, operation: str, request: Request) -> Response:
        """Answers as nWeb does: 401 and 500 with its own bodies, other errors inside a 200."""
        if operation == "unknown":
            return answered({"errorCode": 404, "errorText": "Not found"}, 404)
        if self.token and request.args.get("TokenApi") != self.token:
            return answered({"errorCode": 401, "errorText": "Acesso negado, verifique o token informado."}, 401)
        if request.args.get("_AActionName") != CONSULTATION:
            error = {"Exception": {"Exception": "ShowForm: _AAction = nil"}}
            return answered({"errorCode": 500, "error": error}, 500)
        try:
            start = int(request.args["_AiDisplayStart"])
            length = int(request.args["_AiDisplayLength"])
            codes = self._filtered(request.args.get("_AFilter", ""))
        except (KeyError, ValueError, TypeError, binascii.Error):
            return answered({"Erro": "EnpqError: Parâmetro inválido."})
        return answered(self._page(codes, start, length, request.method))

    def _page(self, codes: list[int], start: int, length: int, method: str) -> dict[str, Any]:
        declared = len(codes)
        if self.faults.take({Kind.EMPTY}, method, "list"):
            codes, declared = [], 0
        cut = self.faults.take({Kind.CUT_SHORT}, method, "list")
        if cut:
            codes = codes[: cut.keep]
        rows = [self.user(code) for code in codes[start : start + length]]
        broken = self.faults.take({Kind.MALFORMED_RECORD}, method, "list")
        if broken and rows:
            position = min(broken.position, len(rows) - 1)
            rows[position] = {**rows[position], NAME: None, GROUP: "x"}
        columns = [{"sName": name} for name in (CODE, NAME, EMAIL, GROUP, GROUP_NAME)]
        return {"RecordCount": declared, "aoColumns": columns, "aaData": rows}

    def _filtered(self, text: str) -> list[int]:
        """The codes that a filter lets through: `[{Campo, Valor}]`, several values with ";"."""
        codes = self._codes
        for part in json.loads(base64.b64decode(text, validate=True)) if text else []:
            values = frozenset(str(part["Valor"]).split(";"))
            if part["Campo"] != GROUP:
                raise ValueError(part["Campo"])
            if values not in self._in_groups:
                self._in_groups[values] = [code for code in codes if str(self.user(code)[GROUP]) in values]
            codes = self._in_groups[values]
        return codes


def main() -> None:
    """Serves one Questor until it is told to end."""
    parser = argparse.ArgumentParser(description="Questor nWeb, simulated")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--users", type=int, default=420)
    parser.add_argument("--without-email", type=int, default=7)
    parser.add_argument("--sharing-pairs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--token", default=TOKEN)
    options = parser.parse_args()
    office = Office(options.users, options.without_email, options.sharing_pairs, options.seed)
    QuestorSimulator(office, token=options.token, port=options.port).serve(token=options.token)


if __name__ == "__main__":
    main()
