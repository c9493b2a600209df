"""Which splitter and port of SGP a contract is on, without reading every splitter for it.

SGP has no question for it: a splitter lists its contracts. So what each splitter held when it was last read is kept,
and only those are read that may hold the contract now. A reading serves several hints of this process, where it was
begun after they were received.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sgp.contracts import Onu, SgpSplitter, SplitterPort
from sgp.sgp_client import Sgp
from sincronia import clock
from sincronia.engine.hints import Kept

_Value = TypeVar("_Value")
_NAME = "splitter#"  # of what is kept, before SGP's id


@dataclass(frozen=True, slots=True)
class Reading(Generic[_Value]):
    """What SGP said, and when it was asked (seconds since 1970)."""

    begun: float
    value: _Value


# By connection, SGP's address and splitter; "" holds the listing of them all. It only saves calls.
readings: dict[tuple[str, str, str], Reading[Any]] = {}


@dataclass(frozen=True, slots=True)
class Splitters:
    """One SGP's splitters, as they are at a moment or after it."""

    sgp: Sgp
    address: str
    connection: str
    kept: Kept
    since: float  # no reading from before it counts; seconds since 1970

    def listing(self) -> Reading[tuple[SgpSplitter, ...]]:
        """All splitters, with the ports that are busy."""
        return self._read("", self.since, self.sgp.splitters)

    def onus(self, splitter: SgpSplitter, since: float) -> tuple[Onu, ...]:
        """Who is on a splitter, read not before a moment; what it holds is kept.

        That moment has to be the listing's or later: a contract that came in between would never be looked for again.
        """
        onus = self._connected(splitter.id, since)
        self._keep(str(splitter.id), splitter, onus)
        return onus

    def port_of(self, contract_id: str, remembered: str) -> tuple[SplitterPort, Onu] | None:
        """Where a contract is; None where it is nowhere. `remembered` is the splitter that it was on, if known."""
        return self._remembered(contract_id, remembered) or self._searched(contract_id)

    def _remembered(self, contract_id: str, remembered: str) -> tuple[SplitterPort, Onu] | None:
        name = f"{_NAME}{remembered}"
        known = self.kept.named(name).get(name) if remembered else None
        if known is None:
            return None
        onus = self._connected(int(remembered), self.since)
        return _found(contract_id, int(remembered), str(known["ident"]), onus)

    def _searched(self, contract_id: str) -> tuple[SplitterPort, Onu] | None:
        listing = self.listing()
        for splitter in self._candidates(contract_id, listing.value):
            found = _found(contract_id, splitter.id, splitter.ident, self.onus(splitter, listing.begun))
            if found:
                return found
        return None

    def _candidates(self, contract_id: str, listing: tuple[SgpSplitter, ...]) -> Iterator[SgpSplitter]:
        """Splitters that may hold a contract: first the one that held it, then those that are no longer as they were.

        Two contracts that changed places leave both splitters as they were: that is for the sweep over all of them.
        """
        known = self.kept.named(_NAME)
        held, changed = [], []
        for splitter in listing:
            before = known.get(f"{_NAME}{splitter.id}")
            if before and contract_id in before["contracts"]:
                held.append(splitter)
            elif is_used(splitter) and (before is None or _count(before) != _count(_seen(splitter))):
                changed.append(splitter)
        yield from held
        yield from changed

    def _connected(self, splitter_id: int, since: float) -> tuple[Onu, ...]:
        return self._read(str(splitter_id), since, lambda: self.sgp.connected(splitter_id)).value

    def _read(self, what: str, since: float, ask: Callable[[], _Value]) -> Reading[_Value]:
        key = (self.connection, self.address, what)
        reading: Reading[_Value] | None = readings.get(key)
        if reading is None or reading.begun < since:
            begun = clock.now()
            reading = readings[key] = Reading(begun, ask())
        return reading

    def _keep(self, splitter_id: str, splitter: SgpSplitter, onus: tuple[Onu, ...]) -> None:
        name = f"{_NAME}{splitter_id}"
        now = {**_seen(splitter), "contracts": {onu.contract_id: onu.port for onu in onus}}
        if self.kept.named(name).get(name) != now:
            self.kept.keep(name, now)


def is_used(splitter: SgpSplitter) -> bool:
    """Whether anybody is on a splitter."""
    return bool(splitter.onu_count or splitter.busy_ports)


def _seen(splitter: SgpSplitter) -> dict[str, Any]:
    return {
        "ident": splitter.ident,
        "onu_count": splitter.onu_count,
        "busy_ports": sorted(splitter.busy_ports),
    }


def _count(kept: Mapping[str, Any]) -> tuple[int, list[int]]:
    return kept["onu_count"], list(kept["busy_ports"])


def _found(contract_id: str, splitter_id: int, ident: str, onus: tuple[Onu, ...]) -> tuple[SplitterPort, Onu] | None:
    onu = next((onu for onu in onus if onu.contract_id == contract_id), None)
    return (SplitterPort(splitter_id, ident, onu.port, onu.received_power), onu) if onu else None
