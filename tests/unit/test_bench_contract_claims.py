"""The bench's claims about SGP's rows notice what does not hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.contract_claims import broken
from bench.contracts import Due, Happening, MeasuredProvider
from bench.on_light_hints import MeasuredContracts
from local.vendors.sgp_rows import STATUSES
from sgp.connection import Switches
from sgp.contracts import status_of_title
from sgp.links import connected, is_news, listed


def row(number: int, happening: Happening, due: Due) -> MeasuredContracts:
    """A row as it must be."""
    written = {"link writes": due.writes, "outcome writes": due.hints, "event writes": 0}
    asked = {"hint reads": due.hints + 1, "link reads": due.compared + due.hints, "conclusions": due.hints + 1}
    ended = "unchanged" if happening == Happening.WEBHOOKS else "updated"
    return MeasuredContracts(
        number=number,
        happening=happening,
        due=due,
        routes={"clientes": due.pages, "consultacliente": due.hints, "onus": due.splitters},
        ozmap_reads=2 * due.hints,
        ozmap_writes=due.writes,
        store={**written, **asked},
        objects=0,
        hints=due.hints,
        sweeps=1 if happening.sweep else 0,
        compared=due.compared,
        kinds=frozenset({ended} if due.hints else ()),
        seconds=1.0,
        processor_seconds=0.5,
        peak_megabytes=65.0,
    )


GOOD = [
    row(number, happening, due)
    for number in (1_000, 10_000)
    for happening, due in (
        (Happening.QUIET, Due(0, 2, 0, 0, 0)),
        (Happening.STATUS, Due(number // 100, 2, number // 200, number // 100, number // 90)),
        (Happening.WEBHOOKS, Due(300, 0, 100, 0, 0)),
    )
]


def named(rows: list[MeasuredContracts]) -> set[str]:
    """The rows that are named."""
    return {name for _, where in broken(rows) for name in where}


def test_good_rows_hold() -> None:
    assert named(GOOD) == set()


@pytest.mark.parametrize(
    ("position", "changes"),
    [
        (0, {"hints": 1}),
        (1, {"sweeps": 2}),
        (1, {"compared": 10}),
        (1, {"routes": {"clientes": 3, "consultacliente": 10, "onus": 5}}),
        (1, {"routes": {"clientes": 2, "consultacliente": 11, "onus": 5}}),
        (1, {"routes": {"clientes": 2, "consultacliente": 10, "onus": 4, "splitters": 2}}),
        (1, {"ozmap_reads": 21}),
        (1, {"ozmap_writes": 11}),
        (2, {"ozmap_writes": 1}),
        (0, {"store": {"outcome writes": 1}}),
        (0, {"store": {"event writes": 1}}),
        (1, {"store": {"link writes": 11}}),
        (2, {"kinds": frozenset({"unchanged", "failed"})}),
        (1, {"kinds": frozenset({"updated", "rejected"})}),
        (4, {"peak_megabytes": 256.0}),
        (3, {"store": {"hint reads": 3}}),
        (4, {"objects": 2_000}),
    ],
)
def test_a_bad_row_is_named(position: int, changes: dict[str, object]) -> None:
    rows = list(GOOD)
    rows[position] = replace(rows[position], **changes)  # type: ignore[arg-type]
    assert f"{rows[position].number:,} contracts × {rows[position].happening.value}" in named(rows)


def test_a_provider_begins_in_step_with_what_sgp_lists() -> None:
    measured = MeasuredProvider.of(800)
    links = {link.source_id: link for link in measured.links()}
    switches = Switches(cancel_clients=True, create_clients=True)
    for contract in measured.town.contracts:
        told = listed(contract.name, status_of_title(STATUSES[contract.status]))
        if contract.splitter_id is not None and contract.port is not None:
            told = {**told, **connected(measured.town.splitter(contract.splitter_id).ident, contract.port, contract.rx)}
        assert not is_news(links[str(contract.id)], told, switches)


def test_what_changes_is_what_must_be_found() -> None:
    measured = MeasuredProvider.of(1_000)
    assert {happening: len(measured.edits(happening, 0)) for happening in Happening} == {
        Happening.QUIET: 0,
        Happening.STATUS: 10,
        Happening.TOUCHED: 1_000,
        Happening.POWER_QUIET: 0,
        Happening.POWER: 10,
        Happening.WEBHOOKS: 0,
    }
    due = {happening: measured.due(happening) for happening in Happening if happening != Happening.WEBHOOKS}
    assert {happening: one.hints for happening, one in due.items() if one.hints} == {
        Happening.STATUS: 10,
        Happening.POWER: 10,
    }
    assert (due[Happening.QUIET].pages, due[Happening.TOUCHED].pages) == (
        2,
        10,
    )  # 900 clients, and those whose status changed
    assert not set(measured.edits(Happening.STATUS, 0)) & set(measured.edits(Happening.POWER, 0))
