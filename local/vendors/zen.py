"""Questor Zen, simulated: the office users.

Documented: the token as a path segment, and the names of operations, enumeration and envelope. ASSUMPTION, in the
constants and in `ZenSimulator`: resource, paging, fields, values, 409 for a second user with the same e-mail.
"""

from __future__ import annotations

import argparse
from typing import Any

from werkzeug.wrappers import Request, Response

from local.vendors.faults import Kind
from local.vendors.server import Simulator, answered

TOKEN = "0123456789abcdef0123456789abcdef"  # noqa: S105 - invented, of the simulator
RESOURCE = "usuariosescritorio"
CODE, NAME, EMAIL, GROUP, STATE = "Codigo", "Nome", "Email", "CodigoGrupo", "Situacao"
ACTIVE, INACTIVE = "Ativo", "Inativo"

_Row = dict[str, Any]


class ZenSimulator(Simulator):
    """A Zen that begins with no office users, and numbers them from 1001."""

    def __init__(self, *, token: str = TOKEN, port: int = 0) -> None:
        super().__init__(port)
        self.token = token
        self._users: dict[int, _Row] = {}
        self._codes: list[int] = []  # in order, for paging
        self._by_email: dict[str, int] = {}
        self._next = 1001

    def users(self) -> list[_Row]:
        """All office users, by code."""
        with self.lock:
            return [dict(self._users[code]) for code in self._codes]

    def add(self, name: str, email: str, group: int | None = None, state: str = ACTIVE) -> int:
        """An office user made by hand in Zen; gives its code. Raises ValueError where the e-mail is taken."""
        with self.lock:
            if email.lower() in self._by_email:
                message = "The e-mail is taken."
                raise ValueError(message)
            return self._insert({NAME: name, EMAIL: email, GROUP: group, STATE: state})

    def change(self, code: int, **fields: Any) -> None:
        """Changes fields of an office user by hand. Raises ValueError where the e-mail is taken."""
        with self.lock:
            if not self._assign(code, fields):
                message = "The e-mail is taken."
                raise ValueError(message)

    def remove(self, *codes: int) -> None:
        """Deletes office users."""
        with self.lock:
            for code in codes:
                self._by_email.pop(self._users.pop(code)[EMAIL].lower())
            self._codes = [code for code in self._codes if code in self._users]

    def edit(self, change: dict[str, Any]) -> None:
        """See Simulator.edit; an added row has `name`, `email`, and perhaps `group` and `state`."""
        for row in change.get("add", []):
            self.add(**row)
        for code, fields in change.get("change", {}).items():
            self.change(int(code), **fields)
        self.remove(*change.get("remove", []))

    def operation(self, request: Request) -> str:
        """The operation that a method and a path mean."""
        parts = request.path.strip("/").split("/")
        if parts[:2] != ["api", "v1"] or len(parts) not in {4, 5} or parts[3] != RESOURCE:
            return "unknown"
        if len(parts) == 5:
            return "update" if request.method == "PUT" and parts[4].isdecimal() else "unknown"
        reading = "find" if EMAIL in request.args else "list"
        return {"GET": reading, "POST": "create"}.get(request.method, "unknown")

    def handle(self, operation: str, request: Request) -> Response:
        """Answers with the envelope `RetornoApi`."""
        if operation == "unknown":
            return _refused(404, "Recurso não encontrado.")
        if request.path.split("/")[3] != self.token:
            return _refused(401, "Token inválido.")
        if operation in {"list", "find"}:
            return self._page(operation, request)
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            return _refused(400, "Corpo inválido.")
        if operation == "create":
            return self._create(body)
        return self._update(int(request.path.rsplit("/", 1)[1]), body)

    def _create(self, body: _Row) -> Response:
        if not body.get(NAME) or not body.get(EMAIL):
            return _refused(400, "Nome e Email são obrigatórios.")
        if str(body[EMAIL]).lower() in self._by_email:
            return _refused(409, "Já existe um usuário com este e-mail.")
        row = {NAME: body[NAME], EMAIL: body[EMAIL], GROUP: body.get(GROUP), STATE: body.get(STATE, ACTIVE)}
        return _done({CODE: self._insert(row)})

    def _update(self, code: int, body: _Row) -> Response:
        if code not in self._users:
            return _refused(404, "Usuário não encontrado.")
        if not body.get(NAME, "-") or not body.get(EMAIL, "-") or body.get(STATE, ACTIVE) not in {ACTIVE, INACTIVE}:
            return _refused(400, "Campo inválido.")
        if not self._assign(code, {field: body[field] for field in (NAME, EMAIL, GROUP, STATE) if field in body}):
            return _refused(409, "Já existe um usuário com este e-mail.")
        return _done({CODE: code})

    def _insert(self, row: _Row) -> int:
        code = self._next
        self._next += 1
        self._users[code] = {CODE: code, **row}
        self._codes.append(code)
        self._by_email[row[EMAIL].lower()] = code
        return code

    def _assign(self, code: int, fields: _Row) -> bool:
        """Changes fields; False where the e-mail belongs to somebody else."""
        before = self._users[code][EMAIL].lower()
        after = str(fields.get(EMAIL, before)).lower()
        if self._by_email.get(after, code) != code:
            return False
        del self._by_email[before]
        self._by_email[after] = code
        self._users[code].update(fields)
        return True

    def _page(self, operation: str, request: Request) -> Response:
        page = request.args.get("Pagina", "")
        length = request.args.get("QuantidadePorPagina", "")
        if not page.isdecimal() or not length.isdecimal() or int(page) < 1 or not 1 <= int(length) <= 100:
            return _refused(400, "Paginação inválida.")
        codes = self._codes
        if operation == "find":
            found = self._by_email.get(request.args[EMAIL].lower())
            codes = [] if found is None else [found]
        declared = len(codes)
        if self.faults.take({Kind.EMPTY}, "GET", operation):
            codes, declared = [], 0
        cut = self.faults.take({Kind.CUT_SHORT}, "GET", operation)
        if cut:
            codes = codes[: cut.keep]
        start = (int(page) - 1) * int(length)
        rows = [dict(self._users[code]) for code in codes[start : start + int(length)]]
        broken = self.faults.take({Kind.MALFORMED_RECORD}, "GET", operation)
        if broken and rows:
            del rows[min(broken.position, len(rows) - 1)][CODE]
        return _done({"Itens": rows, "Total": declared})


def _done(data: Any) -> Response:
    return answered({"Sucesso": True, "Mensagem": None, "Dados": data})


def _refused(status: int, message: str) -> Response:
    return answered({"Sucesso": False, "Mensagem": message, "Dados": None}, status)


def main() -> None:
    """Serves one Zen until it is told to end."""
    parser = argparse.ArgumentParser(description="Questor Zen, simulated")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    options = parser.parse_args()
    ZenSimulator(token=options.token, port=options.port).serve(token=options.token)


if __name__ == "__main__":
    main()
