"""Tareffa, simulated: users and companies. WHOLLY ASSUMED: nothing of its API is known, neither paths nor fields.

All that the vendor's side says is that a company needs its tax regime. The rest is invented: a bearer token,
`/api/v1/usuarios` and `/api/v1/empresas`, paging by `pagina` and `tamanho`, one row for an e-mail and for a CNPJ.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Request, Response

from local.vendors.server import Simulator, answered
from local.vendors.table import Row, Table

TOKEN = "tareffa-0123456789abcdef"  # noqa: S105 - invented, of the simulator
ID, EXTERNAL, ACTIVE, REGIME = "id", "codigoExterno", "ativo", "regimeTributario"
PAGE, LENGTH = "pagina", "tamanho"
_LARGEST_PAGE = 100


@dataclass(frozen=True)
class _Resource:
    """One resource: the last segment of its path, its fields beside id and `ativo`, and the one that is unique."""

    name: str
    fields: tuple[str, ...]
    unique: str


_RESOURCES = {
    "users": _Resource("usuarios", (EXTERNAL, "nome", "email"), "email"),
    "companies": _Resource("empresas", (EXTERNAL, "cnpj", "razaoSocial", REGIME), "cnpj"),
}
_KINDS = {resource.name: kind for kind, resource in _RESOURCES.items()}


class TareffaSimulator(Simulator):
    """A Tareffa that begins with nothing, and numbers the rows of each resource from 1."""

    def __init__(self, *, token: str = TOKEN, port: int = 0) -> None:
        super().__init__(port)
        self.token = token
        self.lay_out()

    def lay_out(self) -> None:
        """See Simulator.lay_out."""
        self._tables = {kind: _table(resource) for kind, resource in _RESOURCES.items()}

    def rows(self, kind: str) -> list[Row]:
        """See Simulator.rows."""
        with self.lock:
            return [self._shown(kind, number) for number in self._tables[kind].numbers]

    def add_row(self, kind: str, fields: Row) -> int:
        """A row made by hand in Tareffa; gives its id. Raises ValueError where Tareffa would refuse it."""
        with self.lock:
            answer = self._create(kind, fields)
            if answer.status_code != 201:
                raise ValueError(answer.get_data(as_text=True))
            return int(answer.get_json()[ID])

    def change_row(self, kind: str, number: int, fields: Row) -> None:
        """Changes fields of a row by hand. Raises ValueError where Tareffa would refuse it."""
        with self.lock:
            answer = self._update(kind, number, fields)
            if answer.status_code != 200:
                raise ValueError(answer.get_data(as_text=True))

    def remove_rows(self, kind: str, *numbers: int) -> None:
        """Deletes rows. Raises KeyError."""
        with self.lock:
            self._tables[kind].remove(*numbers)

    def edit(self, kind: str, change: dict[str, Any]) -> None:
        """See Simulator.edit; an added row has its resource's fields."""
        for row in change.get("add", []):
            self.add_row(kind, row)
        for number, fields in change.get("change", {}).items():
            self.change_row(kind, int(number), fields)
        self.remove_rows(kind, *(int(number) for number in change.get("remove", [])))

    def operation(self, request: Request) -> str:
        """The operation that a method and a path mean."""
        parts = request.path.strip("/").split("/")
        kind = _KINDS.get(parts[2]) if parts[:2] == ["api", "v1"] and len(parts) in {3, 4} else None
        if kind is None:
            return "unknown"
        if len(parts) == 4:
            return "update" if request.method == "PUT" and parts[3].isdecimal() else "unknown"
        reading = "find" if _RESOURCES[kind].unique in request.args else "list"
        return {"GET": reading, "POST": "create"}.get(request.method, "unknown")

    def subject(self, request: Request) -> str:
        """The resource, of those that there are."""
        parts = request.path.strip("/").split("/")
        return parts[2] if len(parts) > 2 and parts[2] in _KINDS else ""

    def handle(self, operation: str, request: Request) -> Response:
        """Answers with the row, the page, or `mensagem`."""
        if operation == "unknown":
            return _refused(404, "Recurso não encontrado.")
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return _refused(401, "Token inválido.")
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
        row = {field: body.get(field) for field in _RESOURCES[kind].fields} | {ACTIVE: body.get(ACTIVE, True)}
        refusal = _refusal(_RESOURCES[kind], body, row)
        if refusal:
            return refusal
        number = self._tables[kind].insert(row)
        return _taken(_RESOURCES[kind]) if number is None else answered({ID: number}, 201)

    def _update(self, kind: str, number: int, body: Row) -> Response:
        table = self._tables[kind]
        if number not in table.rows:
            return _refused(404, "Cadastro não encontrado.")
        refusal = _refusal(_RESOURCES[kind], body, table.rows[number] | body)
        if refusal:
            return refusal
        return answered(self._shown(kind, number)) if table.assign(number, body) else _taken(_RESOURCES[kind])

    def _shown(self, kind: str, number: int) -> Row:
        return {ID: number, **self._tables[kind].rows[number]}

    def _page(self, kind: str, operation: str, request: Request) -> Response:
        page, length = request.args.get(PAGE, "1"), request.args.get(LENGTH, str(_LARGEST_PAGE))
        if not page.isdecimal() or not length.isdecimal() or int(page) < 1 or not 1 <= int(length) <= _LARGEST_PAGE:
            return _refused(400, "Paginação inválida.")
        table, resource = self._tables[kind], _RESOURCES[kind]
        numbers = table.numbers
        if operation == "find":
            found = table.find(request.args[resource.unique].lower())
            numbers = [] if found is None else [found]
        page_of, declared, broken = self.page(numbers, (int(page) - 1) * int(length), int(length), request)
        rows = [self._shown(kind, number) for number in page_of]
        if broken is not None:
            del rows[broken][ID]
        return answered({"itens": rows, "total": declared})


def _table(resource: _Resource) -> Table:
    return Table(lambda row: row[resource.unique].lower())


def _refusal(resource: _Resource, body: Row, row: Row) -> Response | None:
    """Why the body can't be written, where `row` is what would come of it."""
    unknown = sorted(set(body) - {*resource.fields, ACTIVE})
    if unknown:
        return _refused(400, f"Campo desconhecido: {unknown[0]}.")
    for field in resource.fields:
        if not row[field] and field == REGIME:
            return _refused(422, "O regime tributário é obrigatório.")
        if not isinstance(row[field], str | int if field == EXTERNAL else str) or row[field] == "":
            return _refused(400, f"Campo inválido: {field}.")
    return None if isinstance(row[ACTIVE], bool) else _refused(400, f"Campo inválido: {ACTIVE}.")


def _taken(resource: _Resource) -> Response:
    return _refused(409, f"Já existe um cadastro com este {resource.unique}.")


def _refused(status: int, message: str) -> Response:
    return answered({"mensagem": message}, status)


def main() -> None:
    """Serves one Tareffa until it is told to end."""
    parser = argparse.ArgumentParser(description="Tareffa, simulated")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    options = parser.parse_args()
    TareffaSimulator(token=options.token, port=options.port).serve(token=options.token)


if __name__ == "__main__":
    main()
