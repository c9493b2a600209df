"""The sweeps over contracts. They write nothing at either side: they name the contracts that are to be looked at.

`reconcile` finds what SGP says has changed and no webhook told; `read_power` finds what moves none of SGP's dates: the
received power, and another port.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, get_args

from sgp import links
from sgp.connection import Switches
from sgp.contracts import ChangeFilter, ListedPage
from sgp.ports import Splitters, is_used
from sgp.sgp_client import Sgp
from sincronia import clock
from sincronia.engine.hints import Kept, Swept

_FILTERS: tuple[ChangeFilter, ...] = get_args(ChangeFilter)
_RECONCILED = "reconciled"  # what is kept: the last day that is settled
_STRETCH = 20  # splitters that are read before the position is written down


def reconcile(
    sgp: Sgp, kept: Kept, switches: Switches, received_at: float, position: Mapping[str, Any]
) -> Iterator[Swept]:
    """Contracts that changed on the days since the last settled one, São Paulo's, by both of SGP's dates.

    A day is settled when a sweep that began after its end has gone through it. In such a pass a contract that was
    looked at before the day's end is looked at once more: its address may have changed since, which no row shows.
    What leaves a day's listing meanwhile, because it has changed again, moves the rows behind it forward, and one may
    slip by between two pages: a day whose total changed on the way isn't settled, and the next sweep goes through it
    again. A sweep that is taken up again may name a contract twice.
    """
    today = datetime.fromtimestamp(received_at, clock.SAO_PAULO).date()
    first = _first_day(kept, today)
    day = max(first, date.fromisoformat(position["day"])) if position else first
    settling = bool(position.get("settling", True))
    named: set[str] = set()
    while day <= today:
        for number, by in enumerate(_FILTERS):
            if day.isoformat() == position.get("day") and number < position["filter"]:
                continue
            resumed = position if (day.isoformat(), number) == (position.get("day"), position.get("filter")) else {}
            offset: int | None = resumed.get("offset", 0)
            total: int | None = resumed.get("total")
            while offset is not None:
                page = sgp.changed(by, day, day, offset)
                total = page.total if total is None else total
                settling = settling and page.total == total
                news = _news(page, kept, switches, _end_of(day) if day < today else "")
                fresh = tuple(contract for contract in news if contract not in named)
                named.update(fresh)
                offset = page.next_offset
                here = {"day": day.isoformat(), "settling": settling}
                within = {"filter": number, "offset": offset, "total": total}
                yield Swept(fresh, len(page.rows), {**here, **({"filter": number + 1} if offset is None else within)})
        if day < today and settling:
            kept.keep(_RECONCILED, {"settled": day.isoformat()})
        day += timedelta(days=1)


def read_power(splitters: Splitters, kept: Kept, switches: Switches, position: Mapping[str, Any]) -> Iterator[Swept]:
    """Contracts whose received power, splitter or port is no longer what it was, splitter by splitter."""
    listing = splitters.listing()
    after = int(position.get("after", 0))
    ahead = sorted((one for one in listing.value if one.id > after and is_used(one)), key=lambda one: one.id)
    for start in range(0, len(ahead), _STRETCH):
        news: dict[str, None] = {}
        compared = 0
        stretch = ahead[start : start + _STRETCH]
        for splitter in stretch:
            for onu in splitters.onus(splitter, listing.begun):
                compared += 1
                told = links.connected(splitter.ident, onu.port, onu.received_power)
                if links.is_news(kept.link(onu.contract_id), told, switches):
                    news[onu.contract_id] = None
        yield Swept(tuple(news), compared, {"after": stretch[-1].id})


def _first_day(kept: Kept, today: date) -> date:
    """The day after the last settled one. Who begins today has settled all before: from here on nothing is missed."""
    settled = kept.named(_RECONCILED).get(_RECONCILED)
    if settled is None:
        kept.keep(_RECONCILED, {"settled": (today - timedelta(days=1)).isoformat()})
        return today
    return date.fromisoformat(settled["settled"]) + timedelta(days=1)


def _news(page: ListedPage, kept: Kept, switches: Switches, end: str) -> Iterator[str]:
    """The contracts of a page that are to be looked at, each once; `end` is the end of a day that is to be settled."""
    for row in {row.id: row for row in page.rows}.values():
        link = kept.link(row.id)
        looked_at_too_early = link is not None and link.at < end
        if looked_at_too_early or links.is_news(link, links.listed(row.name, row.status), switches):
            yield row.id


def _end_of(day: date) -> str:
    """The first moment of the day after, as links tell time."""
    midnight = datetime.combine(day + timedelta(days=1), time(), clock.SAO_PAULO)
    return clock.iso(midnight.timestamp())
