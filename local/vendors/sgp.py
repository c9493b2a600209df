"""SGP (TSMX), simulated: what it tells of contracts, splitters and ONUs. It is only read; nothing here writes.

Documented: the paths with their trailing slash, token and app as fields, in the query or as headers, 401 and 403,
the filters, offset and limit, the statuses, the shapes of rows. Not simulated: HTTP Basic.

ASSUMPTION, all in this table (what rows and dates assume is said in sgp_rows and sgp_contracts):
- a `limit` over 100 counts as 100;
- half a pair of dates, and a filter that SGP doesn't know, is ignored; a value that is none (a date, a number) is 400;
- a path without its trailing slash is 404, another method 405;
- `busy_ports` is absent unless it is asked for; a splitter that isn't there is 404;
- a page counts clients; a client is listed where one contract is as all filters say, and shown with all contracts;
- `cto` is a splitter's id or its ident; `contrato_status` may be several ids with commas;
- no `contrato` in a consultation: an answer like that for an unknown one;
- the bodies of errors, `{"detail": text}`.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from itertools import groupby
from typing import Any

from werkzeug.wrappers import Request, Response

from local.vendors import sgp_rows
from local.vendors.provider import TIME_ZONE, Contract, Provider, Splitter, provider
from local.vendors.server import Simulator, answered
from local.vendors.sgp_contracts import Contracts, Row, as_row

TOKEN, APP = "sgp-0123456789abcdef", "sincronia"
CLIENTS, CONTRACT, ACCOUNTS, SPLITTERS, ONUS = "clientes", "consultacliente", "planoscontas", "splitters", "onus"
_LARGEST_PAGE = 100
_ACCOUNTS = ({"id": 1, "codigo": "1.01", "descricao": "Mensalidades"},)
_ROUTES = (
    ("POST", re.compile(r"/api/ura/clientes/"), CLIENTS),
    ("POST", re.compile(r"/api/ura/consultacliente/"), CONTRACT),
    ("POST", re.compile(r"/api/ura/planoscontas/"), ACCOUNTS),
    ("GET", re.compile(r"/api/fttx/splitter/all/"), SPLITTERS),
    ("GET", re.compile(r"/api/fttx/splitter/(\d+)/onu/all/"), ONUS),
)
_Wanted = Callable[[Contract], bool]


class SgpSimulator(Simulator):
    """A provider's SGP. `now` is the time that a change by hand gets.

    Requests are counted by route: CLIENTS, CONTRACT, ACCOUNTS, SPLITTERS, ONUS.
    """

    SUBJECTS = "routes"

    def __init__(
        self,
        of: Provider | None = None,
        *,
        token: str = TOKEN,
        app: str = APP,
        port: int = 0,
        now: Callable[[], datetime] = lambda: datetime.now(TIME_ZONE),
    ) -> None:
        super().__init__(port)
        self.token, self.app = token, app
        self.token_is_active = True
        self.provider = of or provider()
        self._now = now
        self.lay_out()

    def lay_out(self) -> None:
        """See Simulator.lay_out."""
        self._contracts = Contracts(self.provider, self._now)

    def contract(self, number: int) -> Contract:
        """A contract as it is now. Raises KeyError."""
        with self.lock:
            return self._contracts.rows[number]

    def contracts(self) -> list[Contract]:
        """All contracts as they are now, by id."""
        with self.lock:
            return sorted(self._contracts.rows.values(), key=lambda contract: contract.id)

    def change(self, number: int, **columns: Any) -> None:
        """Changes a contract by hand: see Contracts.change."""
        with self.lock:
            self._contracts.change(number, columns)

    def add(self, **columns: Any) -> int:
        """A new contract: see Contracts.add."""
        with self.lock:
            return self._contracts.add(columns)

    def remove(self, *numbers: int) -> None:
        """Takes contracts out of SGP. Raises KeyError."""
        with self.lock:
            self._contracts.remove(*numbers)

    def splitter(self, number: int) -> Splitter:
        """A splitter as it is now. Raises KeyError."""
        with self.lock:
            return self._contracts.splitters[number]

    def change_splitter(self, number: int, **columns: Any) -> None:
        """Changes a splitter by hand: `ident`, `pon`, `pop_id`, `lat`, `lng`."""
        with self.lock:
            self._contracts.change_splitter(number, columns)

    def rows(self, kind: str) -> list[Row]:
        """See Simulator.rows: `contracts`, `splitters` and `pops`, with the columns of provider.py."""
        with self.lock:
            kept = {
                "contracts": [as_row(contract) for contract in self.contracts()],
                "splitters": [asdict(splitter) for splitter in self._contracts.splitters.values()],
                "pops": [asdict(pop) for pop in self._contracts.pops.values()],
            }
            return kept[kind]

    def edit(self, kind: str, change: dict[str, Any]) -> None:
        """See Simulator.edit: `contracts`, and the columns of `splitters`."""
        if kind == "splitters" and change.keys() <= {"change"}:
            for number, columns in change.get("change", {}).items():
                self.change_splitter(int(number), **columns)
            return
        if kind != "contracts":
            raise KeyError(kind)
        for row in change.get("add", []):
            self.add(**row)
        for number, columns in change.get("change", {}).items():
            self.change(int(number), **columns)
        self.remove(*(int(number) for number in change.get("remove", [])))

    def operation(self, request: Request) -> str:
        """What is asked for of one contract is a find, all else a list."""
        for method, path, route in _ROUTES:
            if path.fullmatch(request.path) and request.method == method:
                return "find" if route == CONTRACT else "list"
        return "unknown"

    def subject(self, request: Request) -> str:
        """The route, of those that there are."""
        return next((route for _, path, route in _ROUTES if path.fullmatch(request.path)), "")

    def handle(self, operation: str, request: Request) -> Response:
        """Answers as SGP does."""
        fields, route = _fields(request), self.subject(request)
        refusal = self._refusal(operation, route, fields)
        if refusal:
            return refusal
        if route == CLIENTS:
            return self._clients(fields, request)
        if route == CONTRACT:
            return self._contract(fields, request)
        if route == SPLITTERS:
            return self._splitters(fields, request)
        return self._onus(request) if route == ONUS else answered(_ACCOUNTS)

    def _refusal(self, operation: str, route: str, fields: Mapping[str, str]) -> Response | None:
        """Why a request isn't let in."""
        if operation == "unknown":
            return _refused(405, "Método não permitido.") if route else _refused(404, "Não encontrado.")
        if (fields.get("token"), fields.get("app")) != (self.token, self.app):
            return _refused(401, "Token ou app inválido.")
        return None if self.token_is_active else _refused(403, "Token inativo.")

    def _clients(self, fields: Mapping[str, str], request: Request) -> Response:
        try:
            start, length = _count(fields.get("offset", "0")), min(_count(fields.get("limit", "100")), _LARGEST_PAGE)
            wanted = self._wanted(fields)
        except ValueError:
            return _refused(400, "Parâmetro inválido.")
        of_client = sorted(self._contracts.rows.values(), key=lambda one: (one.client_id, one.id))
        every = (list(contracts) for _, contracts in groupby(of_client, key=lambda one: one.client_id))
        clients = [contracts for contracts in every if any(map(wanted, contracts))]
        page, declared, broken = self.page(clients, start, length, request)
        rows = [sgp_rows.client(contracts) for contracts in page]
        if broken is not None:
            del rows[broken]["contratos"][0]["contrato"]
        omitted = {name for name in ("contratos", "titulos", "contatos") if _is_true(fields.get(f"omitir_{name}"))}
        shown = [{name: value for name, value in row.items() if name not in omitted} for row in rows]
        paging = {"offset": start, "limit": length, "parcial": len(rows), "total": declared}
        return answered({"paginacao": paging, "clientes": shown})

    def _contract(self, fields: Mapping[str, str], request: Request) -> Response:
        number = int(fields["contrato"]) if fields.get("contrato", "").isdecimal() else 0
        found = [self._contracts.rows[number]] if number in self._contracts.rows else []
        page, _, broken = self.page(found, 0, 1, request)
        rows = [sgp_rows.contract(one, self._contracts.pops[one.pop_id].name) for one in page]
        if broken is not None:
            del rows[broken]["contratoStatus"]
        found_or_not = {"msg": "Contrato(s) Localizado(s)", "contratos": rows} if rows else {"msg": "Não localizado"}
        return answered(found_or_not)

    def _splitters(self, fields: Mapping[str, str], request: Request) -> Response:
        splitters = list(self._contracts.splitters.values())
        page, _, broken = self.page(splitters, 0, len(splitters), request)
        busy_ports = _is_true(fields.get("show_busy_ports"))
        rows = [sgp_rows.splitter(one, self._contracts.on(one.id), busy_ports=busy_ports) for one in page]
        if broken is not None:
            del rows[broken]["ident"]
        return answered(rows)

    def _onus(self, request: Request) -> Response:
        splitter = int(request.path.split("/")[4])
        if splitter not in self._contracts.splitters:
            return _refused(404, "Não encontrado.")
        contracts = self._contracts.on(splitter)
        page, _, broken = self.page(contracts, 0, len(contracts), request)
        rows = [sgp_rows.onu(one) for one in page]
        if broken is not None:
            del rows[broken]["service_contrato"]
        return answered(rows)

    def _wanted(self, fields: Mapping[str, str]) -> _Wanted:
        """Whether a contract is among those that the filters mean. Raises ValueError where one means nothing."""
        wanted: list[_Wanted] = []
        if fields.get("contrato"):
            number = _count(fields["contrato"])
            wanted.append(lambda one: one.id == number)
        if fields.get("cliente_id"):
            client = _count(fields["cliente_id"])
            wanted.append(lambda one: one.client_id == client)
        if fields.get("contrato_status"):
            statuses = {_count(part) for part in fields["contrato_status"].split(",")}
            wanted.append(lambda one: one.status in statuses)
        if fields.get("cto"):
            cto = fields["cto"]
            splitters = {one.id for one in self._contracts.splitters.values() if cto in {str(one.id), one.ident}}
            wanted.append(lambda one: one.splitter_id in splitters)
        changed, status_changed = _days(fields, "data_alteracao"), _days(fields, "data_contrato_status")
        if changed:
            wanted.append(lambda one: _within(changed, one.changed_at))
        if status_changed:
            wanted.append(lambda one: _within(status_changed, one.status_changed_at))
        return lambda one: all(is_wanted(one) for is_wanted in wanted)


def _fields(request: Request) -> dict[str, str]:
    """The fields, wherever they are. The body's count more than the query's, and those more than headers."""
    body = request.get_json(silent=True)
    named = {name: request.headers[name] for name in ("token", "app") if name in request.headers}
    sent = body if isinstance(body, dict) else request.form.to_dict()
    return {**named, **request.args.to_dict(), **{name: str(value) for name, value in sent.items()}}


def _count(text: str) -> int:
    if not text.isdecimal():
        raise ValueError(text)
    return int(text)


def _is_true(text: str | None) -> bool:
    return (text or "").lower() in {"1", "true", "sim"}


def _days(fields: Mapping[str, str], name: str) -> tuple[date, date] | None:
    """A pair of days, AAAA-MM-DD, both within."""
    first, last = fields.get(f"{name}_inicio"), fields.get(f"{name}_fim")
    return (date.fromisoformat(first), date.fromisoformat(last)) if first and last else None


def _within(days: tuple[date, date], moment: datetime) -> bool:
    """Days are those of São Paulo."""
    return days[0] <= moment.astimezone(TIME_ZONE).date() <= days[1]


def _refused(status: int, message: str) -> Response:
    return answered({"detail": message}, status)


def main() -> None:
    """Serves one SGP until it is told to end."""
    parser = argparse.ArgumentParser(description="SGP, simulated")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--app", default=APP)
    parser.add_argument("--contracts", type=int, default=60)
    parser.add_argument("--splitters", type=int)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    of = provider(options.contracts, options.splitters, options.seed)
    SgpSimulator(of, token=options.token, app=options.app, port=options.port).serve(
        token=options.token, app=options.app
    )


if __name__ == "__main__":
    main()
