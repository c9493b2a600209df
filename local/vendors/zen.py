"""Questor Zen, simulated: office users, companies, and what belongs to companies.

Documented: the token as a path segment, and the names of operations, enumeration and envelope. ASSUMPTION, in
zen_resources and in `ZenSimulator`: resources, paging, fields, values, 409 for a second row under the same key, 422
for a company that isn't there, 403 for the token of somebody who is no administrator.
"""

from __future__ import annotations

import argparse
from typing import Any

from werkzeug.wrappers import Request, Response

from local.vendors.server import Simulator, answered
from local.vendors.table import Row, Table
from local.vendors.zen_resources import ACTIVE, CODE, COMPANY, EMAIL, GROUP, NAME, RESOURCES, STATE, Resource

TOKEN = "0123456789abcdef0123456789abcdef"  # noqa: S105 - invented, of the simulator
USER_TOKEN = "fedcba9876543210fedcba9876543210"  # noqa: S105 - likewise
PAGE, LENGTH = "Pagina", "QuantidadePorPagina"
_KINDS = {resource.name: kind for kind, resource in RESOURCES.items()}


class ZenSimulator(Simulator):
    """A Zen that begins with nothing, and numbers the rows of each resource from 1001.

    Rows are of the kinds in RESOURCES. `user_token` is of somebody who is no administrator.
    """

    def __init__(self, *, token: str = TOKEN, user_token: str = USER_TOKEN, port: int = 0) -> None:
        super().__init__(port)
        self.token = token
        self.user_token = user_token
        self.lay_out()

    def lay_out(self) -> None:
        """See Simulator.lay_out."""
        self._tables = {kind: _table(resource) for kind, resource in RESOURCES.items()}

    def rows(self, kind: str) -> list[Row]:
        """See Simulator.rows."""
        with self.lock:
            return [self._shown(kind, code) for code in self._tables[kind].numbers]

    def add_row(self, kind: str, fields: Row) -> int:
        """A row made by hand in Zen; gives its code. Raises ValueError where Zen would refuse it."""
        with self.lock:
            answer = self._create(kind, fields)
            if answer.status_code != 200:
                raise ValueError(answer.get_data(as_text=True))
            return int(answer.get_json()["Dados"][CODE])

    def change_row(self, kind: str, code: int, fields: Row) -> None:
        """Changes fields of a row by hand. Raises ValueError where Zen would refuse it."""
        with self.lock:
            answer = self._update(kind, code, fields)
            if answer.status_code != 200:
                raise ValueError(answer.get_data(as_text=True))

    def remove_rows(self, kind: str, *codes: int) -> None:
        """Deletes rows; with a company goes all that belongs to it. Raises KeyError."""
        with self.lock:
            self._tables[kind].remove(*codes)
            gone = set(codes)
            for other, resource in RESOURCES.items():
                if kind == "companies" and resource.of_company:
                    table = self._tables[other]
                    table.remove(*(code for code in table.numbers if table.rows[code][COMPANY] in gone))

    def add(self, name: str, email: str, group: int | None = None, state: str = ACTIVE) -> int:
        """An office user made by hand in Zen; gives its code. Raises ValueError where the e-mail is taken."""
        return self.add_row("users", {NAME: name, EMAIL: email, GROUP: group, STATE: state})

    def change(self, code: int, **fields: Any) -> None:
        """Changes fields of an office user by hand. Raises ValueError where the e-mail is taken."""
        self.change_row("users", code, fields)

    def remove(self, *codes: int) -> None:
        """Deletes office users."""
        self.remove_rows("users", *codes)

    def edit(self, kind: str, change: dict[str, Any]) -> None:
        """See Simulator.edit; an added row has its resource's fields, a user `name`, `email`, `group` and `state`."""
        names = {"name": NAME, "email": EMAIL, "group": GROUP, "state": STATE} if kind == "users" else {}
        for row in change.get("add", []):
            self.add_row(kind, {names.get(name, name): value for name, value in row.items()})
        for code, fields in change.get("change", {}).items():
            self.change_row(kind, int(code), fields)
        self.remove_rows(kind, *(int(code) for code in change.get("remove", [])))

    def operation(self, request: Request) -> str:
        """The operation that a method and a path mean. Who gives the whole key of a row wants to find it."""
        parts = request.path.strip("/").split("/")
        kind = _KINDS.get(parts[3]) if parts[:2] == ["api", "v1"] and len(parts) in {4, 5} else None
        if kind is None:
            return "unknown"
        if len(parts) == 5:
            return "update" if request.method == "PUT" and parts[4].isdecimal() else "unknown"
        reading = "find" if set(RESOURCES[kind].natural) <= set(request.args) else "list"
        return {"GET": reading, "POST": "create"}.get(request.method, "unknown")

    def subject(self, request: Request) -> str:
        """The resource, of those that there are."""
        parts = request.path.strip("/").split("/")
        return parts[3] if len(parts) > 3 and parts[3] in _KINDS else ""

    def handle(self, operation: str, request: Request) -> Response:
        """Answers with the envelope `RetornoApi`."""
        if operation == "unknown":
            return _refused(404, "Recurso não encontrado.")
        token = request.path.split("/")[3]
        if token != self.token:
            known = token == self.user_token
            return _refused(403, "Requer um administrador.") if known else _refused(401, "Token inválido.")
        kind = _KINDS[self.subject(request)]
        if operation in {"list", "find"}:
            return self._page(kind, operation, request)
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            return _refused(400, "Corpo inválido.")
        if operation == "create":
            return self._create(kind, body)
        return self._update(kind, int(request.path.rsplit("/", 1)[1]), body)

    def _create(self, kind: str, body: Row) -> Response:
        resource = RESOURCES[kind]
        row = {field: body.get(field) for field in resource.fields} | {STATE: body.get(STATE, ACTIVE)}
        refusal = self._refusal(resource, body, row)
        if refusal:
            return refusal
        code = self._tables[kind].insert(self._kept(row))
        return _refused(409, resource.taken) if code is None else _done({CODE: code})

    def _update(self, kind: str, code: int, body: Row) -> Response:
        resource, table = RESOURCES[kind], self._tables[kind]
        if code not in table.rows:
            return _refused(404, "Registro não encontrado.")
        refusal = self._refusal(resource, body, self._shown(kind, code) | body)
        if refusal:
            return refusal
        if not table.assign(code, self._kept(body)):
            return _refused(409, resource.taken)
        return _done({CODE: code})

    def _refusal(self, resource: Resource, body: Row, row: Row) -> Response | None:
        """Why the body can't be written, where `row` is what would come of it."""
        unknown = sorted(set(body) - set(resource.fields))
        wrong = unknown[0] if unknown else resource.wrong(row)
        if wrong:
            return _refused(400, f"Campo inválido: {wrong}.")
        if resource.of_company and self._company(row[COMPANY]) is None:
            return _refused(422, "Empresa não encontrada.")
        return None

    def _company(self, cnpj: str) -> int | None:
        return self._tables["companies"].find((cnpj.lower(),))

    def _kept(self, row: Row) -> Row:
        """The row with its company's code for its CNPJ, so that it stays the company's when the CNPJ changes."""
        return {**row, COMPANY: self._company(row[COMPANY])} if COMPANY in row else dict(row)

    def _shown(self, kind: str, code: int) -> Row:
        row = {CODE: code, **self._tables[kind].rows[code]}
        if RESOURCES[kind].of_company:
            row[COMPANY] = self._tables["companies"].rows[row[COMPANY]]["InscricaoFederal"]
        return row

    def _found(self, kind: str, filters: Row) -> list[int]:
        """The code of the row under the key among the filters, if the other filters fit it too."""
        table, resource = self._tables[kind], RESOURCES[kind]
        wanted = {name: value.lower() for name, value in filters.items()}
        company = {COMPANY: self._company(wanted[COMPANY])} if COMPANY in wanted else {}
        code = table.find(_key(resource, wanted | company))
        if code is None:
            return []
        row = self._shown(kind, code)
        return [code] if all(str(row[name]).lower() == value for name, value in wanted.items()) else []

    def _page(self, kind: str, operation: str, request: Request) -> Response:
        page, length = request.args.get(PAGE, ""), request.args.get(LENGTH, "")
        if not page.isdecimal() or not length.isdecimal() or int(page) < 1 or not 1 <= int(length) <= 100:
            return _refused(400, "Paginação inválida.")
        filters = {name: value for name, value in request.args.items() if name not in {PAGE, LENGTH}}
        if not set(filters) <= set(RESOURCES[kind].fields if operation == "find" else ()):
            return _refused(400, "Filtro inválido.")
        codes = self._found(kind, filters) if operation == "find" else self._tables[kind].numbers
        page_of, declared, broken = self.page(codes, (int(page) - 1) * int(length), int(length), request)
        rows = [self._shown(kind, code) for code in page_of]
        if broken is not None:
            del rows[broken][CODE]
        return _done({"Itens": rows, "Total": declared})


def _table(resource: Resource) -> Table:
    return Table(lambda row: _key(resource, row), first=1001)


def _key(resource: Resource, row: Row) -> tuple[object, ...]:
    return tuple(value.lower() if isinstance(value, str) else value for value in map(row.get, resource.natural))


def _done(data: Any) -> Response:
    return answered({"Sucesso": True, "Mensagem": None, "Dados": data})


def _refused(status: int, message: str) -> Response:
    return answered({"Sucesso": False, "Mensagem": message, "Dados": None}, status)


def main() -> None:
    """Serves one Zen until it is told to end."""
    parser = argparse.ArgumentParser(description="Questor Zen, simulated")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--user-token", default=USER_TOKEN)
    options = parser.parse_args()
    zen = ZenSimulator(token=options.token, user_token=options.user_token, port=options.port)
    zen.serve(token=options.token, user_token=options.user_token)


if __name__ == "__main__":
    main()
