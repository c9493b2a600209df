"""A provider's contracts as SGP keeps them: what changes by hand, which dates a change moves, who is on which splitter.

Documented: a date of the last change of client or address, and one of the contract's status. ASSUMPTION: a change of
splitter or port moves the first of them, and so does a POP; a new contract has both dates of its creation; what a
reading (RX) or an ONU changes moves neither; a port is taken by one contract at a time, also by a cancelled one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

from local.vendors.provider import FIRST_CONTRACT, TIME_ZONE, Contract, Provider, Splitter, added, onu_serial

Row = dict[str, Any]

_OF_CLIENT = frozenset({"name", "cpf_cnpj", "email"})  # all contracts of the client have them
_ADDRESS = frozenset({"street", "number", "district", "city", "state", "postcode", "reference", "lat", "lng"})
_PLACE = frozenset({"splitter_id", "port"})
_MOVED_BY: Mapping[str, frozenset[str]] = {
    "changed_at": _OF_CLIENT | _ADDRESS | _PLACE | {"pop_id"},
    "status_changed_at": frozenset({"status"}),
}
_DATES = frozenset({"created_at", *_MOVED_BY})
_CHANGEABLE = frozenset(field.name for field in fields(Contract)) - {"id", "client_id"}
_STATUSES = range(1, 8)


class Contracts:
    """The contracts, splitters and POPs of a provider. Whoever calls holds the simulator's lock."""

    def __init__(self, provider: Provider, now: Callable[[], datetime]) -> None:
        self._now = now
        self._seed = provider.seed
        self.rows = {contract.id: contract for contract in provider.contracts}
        self.splitters = {splitter.id: splitter for splitter in provider.splitters}
        self.pops = {pop.id: pop for pop in provider.pops}
        self._next = 1 + max(self.rows, default=FIRST_CONTRACT - 1)
        self._next_client = 1 + max((contract.client_id for contract in provider.contracts), default=self._next + 2)
        self._on: dict[int, dict[int, int]] = {number: {} for number in self.splitters}  # port → contract
        for contract in provider.contracts:
            self._connect(contract)

    def on(self, splitter: int) -> list[Contract]:
        """The contracts on a splitter, by port. Raises KeyError."""
        return [self.rows[number] for _, number in sorted(self._on[splitter].items())]

    def add(self, columns: Mapping[str, Any]) -> int:
        """A new contract, with a client of its own unless `client_id` is given; gives its id.

        Raises KeyError and ValueError where there can't be such a one.
        """
        number, client_id = self._next, columns.get("client_id", self._next_client)
        new = added(number, client_id, self._now(), self._seed)
        known = next((one for one in self.rows.values() if one.client_id == client_id), new)
        shared = {name: getattr(known, name) for name in _OF_CLIENT}
        written = self._checked({name: value for name, value in columns.items() if name != "client_id"})
        self._put(replace(new, **{**shared, **written}), None)
        self._next += 1
        self._next_client = max(self._next_client, client_id + 1)
        return number

    def change(self, number: int, columns: Mapping[str, Any]) -> None:
        """Changes columns of a contract, those of its client on all that the client has, and moves the dates.

        A date that is given stays as it is given. Raises KeyError and ValueError where it can't be.
        """
        before = self.rows[number]
        written = self._checked(columns)
        self._put(self._changed(before, written), before)
        of_client = {name: value for name, value in written.items() if name in _OF_CLIENT}
        if of_client:
            for other in list(self.rows.values()):
                if other.client_id == before.client_id and other.id != number:
                    self.rows[other.id] = self._changed(other, of_client)

    def remove(self, *numbers: int) -> None:
        """Takes contracts away, and from their ports. Raises KeyError."""
        for number in numbers:
            self._disconnect(self.rows.pop(number))

    def change_splitter(self, number: int, columns: Mapping[str, Any]) -> None:
        """Changes columns of a splitter. Raises KeyError and ValueError."""
        unknown = columns.keys() - {"ident", "pon", "pop_id", "lat", "lng"}
        if unknown:
            raise ValueError(*unknown)
        self.splitters[number] = replace(self.splitters[number], **columns)

    def splitter_of(self, contract: Contract) -> Splitter | None:
        """The splitter that a contract is on."""
        return None if contract.splitter_id is None else self.splitters[contract.splitter_id]

    def _changed(self, before: Contract, columns: Mapping[str, Any]) -> Contract:
        different = {name for name, value in columns.items() if getattr(before, name) != value}
        moved = {date: self._now() for date, names in _MOVED_BY.items() if different & names}
        return replace(before, **{**moved, **columns})

    def _checked(self, columns: Mapping[str, Any]) -> Row:
        unknown = columns.keys() - _CHANGEABLE
        if unknown or columns.get("status", 1) not in _STATUSES or columns.get("pop_id", 1) not in self.pops:
            message = f"No such contract: {dict(columns)}"
            raise ValueError(message)
        dates = {name: _moment(value) for name, value in columns.items() if name in _DATES}
        return {**columns, **dates}

    def _put(self, contract: Contract, before: Contract | None) -> None:
        """Keeps a contract on its port; without a port it has no ONU and no RX."""
        if contract.splitter_id is None or contract.port is None:
            contract = replace(contract, splitter_id=None, port=None, rx=None, onu_serial="")
        else:
            holder = self._on[contract.splitter_id].get(contract.port, contract.id)
            if holder != contract.id or not 1 <= contract.port <= self.splitters[contract.splitter_id].ports:
                message = f"Contract {contract.id} can't have port {contract.port} of splitter {contract.splitter_id}."
                raise ValueError(message)
            contract = replace(contract, onu_serial=contract.onu_serial or onu_serial(contract.id))
        if before:
            self._disconnect(before)
        self.rows[contract.id] = contract
        self._connect(contract)

    def _connect(self, contract: Contract) -> None:
        if contract.splitter_id is not None and contract.port is not None:
            self._on[contract.splitter_id][contract.port] = contract.id

    def _disconnect(self, contract: Contract) -> None:
        if contract.splitter_id is not None and contract.port is not None:
            del self._on[contract.splitter_id][contract.port]


def as_row(contract: Contract) -> Row:
    """A contract with all that is kept of it, dates as text with their zone."""
    row = asdict(contract)
    return {name: value.isoformat() if name in _DATES else value for name, value in row.items()}


def _moment(value: datetime | str) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=TIME_ZONE)
