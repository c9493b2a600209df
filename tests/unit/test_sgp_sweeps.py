"""The sweeps over contracts: what they name, what they ask for it, and where they go on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from local.vendors.ozmap import OzmapSimulator
from local.vendors.provider import TIME_ZONE
from local.vendors.sgp import CLIENTS, CONTRACT, ONUS, SPLITTERS, SgpSimulator
from sgp import flow_names, ports
from sgp.connection import Switches
from sgp.contracts import ChangeFilter, ListedContract, ListedPage, Status
from sgp.links import listed
from sgp.sgp_client import Sgp
from sgp.sweeps import reconcile
from sincronia import clock, vendor_http
from sincronia.engine.fingerprint import fingerprint
from sincronia.engine.hints import Cause, Hint, Swept
from sincronia.engine.state import Link
from tests.sgp_world import ALL_ON, TOWN, Remembered, World, added, free_port

DAY = date(2026, 11, 20)
PAGE = 2
STATUS: ChangeFilter = "data_contrato_status"
ADDRESS: ChangeFilter = "data_alteracao"


def at(day: date, hour: int = 12) -> float:
    return datetime(day.year, day.month, day.day, hour, tzinfo=TIME_ZONE).timestamp()


def row(number: int, name: str = "Nara", status: Status | None = Status.ACTIVE) -> ListedContract:
    return ListedContract(str(number), name, status, "", None, "")


def link(number: int, when: float, name: str = "Nara", status: Status = Status.ACTIVE) -> Link:
    synced = fingerprint({**listed(name, status), "box": "CTO-001"})
    return Link(str(number), "i1", synced, "", at=clock.iso(when))


@dataclass(slots=True)
class Listing:
    """SGP's listing, by filter and day, PAGE rows a page. `leaves` are taken away once so many pages were asked for."""

    rows: dict[tuple[ChangeFilter, date], list[ListedContract]]
    leaves: dict[int, tuple[ChangeFilter, date]] = field(default_factory=dict)
    asked: list[tuple[ChangeFilter, date, int]] = field(default_factory=list)

    def changed(self, by: ChangeFilter, first_day: date, last_day: date, offset: int = 0) -> ListedPage:
        assert first_day == last_day
        rows = self.rows.get((by, first_day), [])
        self.asked.append((by, first_day, offset))
        if gone := self.leaves.get(len(self.asked)):
            self.rows[gone] = self.rows[gone][1:]
            rows = self.rows.get((by, first_day), [])
        end = offset + PAGE
        return ListedPage(tuple(rows[offset:end]), end if end < len(rows) else None, len(rows))


def swept(
    listing: Listing,
    kept: Remembered,
    when: float,
    position: Mapping[str, Any] | None = None,
    *,
    switches: Switches | None = None,
) -> list[Swept]:
    return list(reconcile(cast("Sgp", listing), kept, switches or Switches(), when, position or {}))


def named(stretches: list[Swept]) -> list[str]:
    return [record for stretch in stretches for record in stretch.records]


def test_what_differs_or_has_no_link_is_named_once() -> None:
    kept = Remembered(links={str(n): link(n, at(DAY)) for n in (1, 2, 3)})
    rows = [row(1), row(2, name="Nara Luz"), row(3, status=Status.SUSPENDED), row(4), row(4)]
    listing = Listing({(STATUS, DAY): rows, (ADDRESS, DAY): [row(2, name="Nara Luz"), row(1)]})
    stretches = swept(listing, kept, at(DAY))
    assert named(stretches) == ["2", "3", "4"]
    assert sum(stretch.compared for stretch in stretches) == 7
    # A page for each PAGE rows of each filter, and nothing for a contract.
    assert listing.asked == [(ADDRESS, DAY, 0), (STATUS, DAY, 0), (STATUS, DAY, 2), (STATUS, DAY, 4)]


def test_status_that_nobody_knows_is_looked_at_once() -> None:
    kept = Remembered(links={"1": Link("1", "", "", "", seen=fingerprint({"status": None}))})
    unknown, known = Listing({(STATUS, DAY): [row(1, status=None)]}), Listing({(STATUS, DAY): [row(1)]})
    assert named(swept(unknown, kept, at(DAY))) == []
    assert named(swept(known, kept, at(DAY))) == ["1"]


def test_first_sweep_begins_today_and_every_day_is_settled_after_its_end() -> None:
    kept, listing = Remembered(), Listing({})
    swept(listing, kept, at(DAY))
    assert {day for _, day, _ in listing.asked} == {DAY}
    assert kept.values == {"reconciled": {"settled": "2026-11-19"}}
    swept(listing, kept, at(DAY, 23))
    assert kept.values == {"reconciled": {"settled": "2026-11-19"}}
    listing.asked.clear()
    swept(listing, kept, at(DAY + timedelta(days=3), 0))  # nothing ran for two days
    assert {day.day for _, day, _ in listing.asked} == {20, 21, 22, 23}
    assert kept.values == {"reconciled": {"settled": "2026-11-22"}}


def test_pass_that_settles_a_day_looks_once_more_at_what_was_looked_at_before_its_end() -> None:
    after = DAY + timedelta(days=1)
    links = {"1": link(1, at(DAY, 23)), "2": link(2, at(after, 0)), "3": link(3, at(DAY - timedelta(days=9)))}
    kept = Remembered({"reconciled": {"settled": "2026-11-19"}}, links)
    listing = Listing({(ADDRESS, DAY): [row(1), row(2), row(3)], (ADDRESS, after): [row(1)]})
    assert named(swept(listing, kept, at(after, 1))) == ["1", "3"]
    assert named(swept(listing, kept, at(after, 2))) == []


def test_day_whose_rows_moved_is_gone_through_again() -> None:
    """Row 1 leaves between two pages, and row 3 slips by: the next sweep finds it."""
    links = {str(n): link(n, at(DAY + timedelta(days=1))) for n in (1, 2)}
    kept = Remembered({"reconciled": {"settled": "2026-11-19"}}, links)
    listing = Listing({(ADDRESS, DAY): [row(n) for n in (1, 2, 3, 4)]}, leaves={2: (ADDRESS, DAY)})
    tomorrow = at(DAY + timedelta(days=1), 1)
    assert named(swept(listing, kept, tomorrow)) == ["4"]
    assert kept.values["reconciled"] == {"settled": "2026-11-19"}
    assert named(swept(listing, kept, tomorrow)) == ["3", "4"]
    assert kept.values["reconciled"] == {"settled": "2026-11-20"}


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_what_moved_counts_also_where_the_sweep_was_left_in_between(pages: int) -> None:
    """The rows move behind the first page; it is left before that was noticed, then, or with the next filter ahead."""
    kept = Remembered({"reconciled": {"settled": "2026-11-19"}})
    listing = Listing({(ADDRESS, DAY): [row(n) for n in range(1, 8)]}, leaves={2: (ADDRESS, DAY)})
    tomorrow = at(DAY + timedelta(days=1), 1)
    sweep = reconcile(cast("Sgp", listing), kept, Switches(), tomorrow, {})
    if pages == 1:
        position = next(sweep).position
        listing.rows[ADDRESS, DAY].pop(0)
        listing.leaves.clear()
    else:
        position = [next(sweep) for _ in range(pages)][-1].position
    swept(listing, kept, tomorrow, position)
    assert kept.values["reconciled"] == {"settled": "2026-11-19"}


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from((STATUS, ADDRESS)), st.integers(0, 2), st.integers(1, 9)), max_size=20))
@example([(ADDRESS, 0, 1)])
def test_sweep_goes_on_where_it_was_left(rows: list[tuple[ChangeFilter, int, int]]) -> None:
    """Left after each stretch and taken up again: the same pages are asked for, the same contracts are named."""

    def listing() -> Listing:
        days: dict[tuple[ChangeFilter, date], list[ListedContract]] = {}
        for by, day, number in rows:
            days.setdefault((by, DAY + timedelta(days=day)), []).append(row(number))
        return Listing(days)

    def remembered() -> Remembered:
        return Remembered({"reconciled": {"settled": "2026-11-19"}})

    when, whole, kept = at(DAY + timedelta(days=2)), listing(), remembered()
    expected = swept(whole, kept, when)
    for stop in range(len(expected) + 1):
        parted, kept_parted = listing(), remembered()
        sweep = reconcile(cast("Sgp", parted), kept_parted, Switches(), when, {})
        first = [next(sweep) for _ in range(stop)]
        rest = swept(parted, kept_parted, when, first[-1].position if first else {})
        assert parted.asked == whole.asked
        assert set(named(first) + named(rest)) == set(named(expected))
        assert kept_parted.values == kept.values


def test_contract_left_out_is_named_again_under_other_switches() -> None:
    seen = fingerprint(listed("Nara", Status.ACTIVE))
    left = Link("1", "", "", "", seen=seen, kept={"left_out": Switches().digest})
    kept, listing = Remembered(links={"1": left}), Listing({(STATUS, DAY): [row(1)]})
    assert named(swept(listing, kept, at(DAY))) == []
    assert named(swept(listing, kept, at(DAY), switches=Switches(create_clients=True))) == ["1"]
    assert named(swept(listing, kept, at(DAY), switches=Switches(remove_property=True))) == []


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(vendor_http, "sleep", lambda seconds: None)
    ports.readings.clear()
    with SgpSimulator(TOWN) as sgp, OzmapSimulator(TOWN) as ozmap:
        yield World(sgp, ozmap)


def hint(name: str) -> Hint:
    return Hint("provedor", "v", name, "", Cause.SCHEDULE, clock.now())


def test_power_and_moves_are_found_splitter_by_splitter(world: World) -> None:
    live = [one for one in TOWN.contracts if one.splitter_id]
    calls = world.sgp.subjects

    def read() -> list[str]:
        return named(list(world.records().sweep(hint(flow_names.POWER), {})))

    assert sorted(read()) == sorted(str(one.id) for one in live)  # nobody has a link yet
    used = {one.splitter_id for one in live}
    assert (calls[SPLITTERS], calls[ONUS], calls[CONTRACT]) == (1, len(used), 0)
    for one in live:
        world.act(one.id)
    assert read() == []
    weaker, moved = next(one for one in live if one.status == Status.ACTIVE and one.rx), live[-1]
    assert weaker.rx
    world.sgp.change(weaker.id, rx=weaker.rx - 1)
    there = next(one.id for one in TOWN.splitters if one.id != moved.splitter_id)
    world.sgp.change(moved.id, splitter_id=there, port=free_port(world, there))
    assert sorted(read()) == sorted({str(weaker.id), str(moved.id)})
    before = calls[SPLITTERS]
    world.act(moved.id)
    assert calls[SPLITTERS] == before + 1  # it isn't where it was; the sweep has kept where it is now


def test_power_is_read_on_from_a_splitter(world: World) -> None:
    used = sorted({one.splitter_id for one in TOWN.contracts if one.splitter_id})
    stretches = list(world.records().sweep(hint(flow_names.POWER), {"after": used[1]}))
    assert world.sgp.subjects[ONUS] == len(used) - 2
    assert stretches[-1].position == {"after": used[-1]}
    assert list(world.records().sweep(hint(flow_names.POWER), stretches[-1].position)) == []


def test_reconcile_asks_for_nothing_but_pages(world: World) -> None:
    """A contract that no webhook told of is named by the first reconcile, and brought in line by its hint."""
    for one in TOWN.contracts:
        world.act(one.id)
    quiet = world.contract(status=Status.ACTIVE)
    world.sgp.reset()
    world.sgp.change(quiet.id, status=4)
    number = added(world, TOWN.splitters[0].id)
    found = named(list(world.records().sweep(hint(flow_names.RECONCILE), {})))
    assert sorted(found) == sorted([str(quiet.id), str(number)])
    assert world.sgp.subjects == {CLIENTS: 2}
    assert world.act(quiet.id, **ALL_ON).effect.after == {"Situação": "ERRO"}
