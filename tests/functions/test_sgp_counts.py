"""What SGP's hints and sweeps call: pages for what changed, and one question and one write for what differs."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

import pytest

from local.vendors.provider import TIME_ZONE, Contract
from local.vendors.sgp import CLIENTS, CONTRACT, ONUS, SPLITTERS
from tests.contracts_on_aws import check_books, free_port, in_sgp
from tests.office_on_aws import AwsServer
from tests.provider_on_aws import ProviderOnAws, provider_on_aws
from tests.sgp_http_on_aws import SgpHttp
from tests.sgp_storms import check_map

RECONCILE, POWER = "conferir_contratos", "ler_potencia"
DAY = 86400
# All that a hint asks of AWS for a contract that is as it was: the log's row, its event (none here), its connection,
# its link; the day's row; what is kept of the contract's splitter.
AT_REST = {
    "hints GetItem": 1,
    "connections GetItem": 1,
    "links GetItem": 1,
    "hints Query": 1,
    "hints PutItem": 1,
    "outcomes PutItem": 1,
    "runs UpdateItem": 1,
    "connections ConditionCheckItem": 1,
}


@pytest.fixture(
    scope="module", params=[(24, 5), pytest.param((300, 100), marks=pytest.mark.sweep)], ids=["small", "large"]
)
def _in_step(request: pytest.FixtureRequest, aws: AwsServer) -> Iterator[ProviderOnAws]:
    contracts, page = request.param
    with provider_on_aws(aws, contracts, splitters=contracts // 4 + 4) as town:
        town.sandbox.of("sgp.sgp_client").PAGE_LENGTH = page
        town.connect(flows={RECONCILE: 10})
        town.tick()  # the first day begins
        town.work_off(*(one.id for one in town.sgp.contracts()))
        yield town


@pytest.fixture
def in_step(_in_step: ProviderOnAws) -> ProviderOnAws:
    """A provider whose contracts were all hinted at, on a new day; the sweep has just been."""
    _in_step.now += DAY
    swept(_in_step)
    return _in_step


def page_of(town: ProviderOnAws) -> int:
    return int(town.sandbox.of("sgp.sgp_client").PAGE_LENGTH)


def pages(town: ProviderOnAws) -> int:
    """One for each page of clients under each filter, and one that says that there is none."""
    today = town.sgp.contracts()
    by_date = [
        {one.client_id for one in today if _is_today(town, one, by)} for by in ("changed_at", "status_changed_at")
    ]
    return sum(max(1, ceil(len(clients) / page_of(town))) for clients in by_date)


def _is_today(town: ProviderOnAws, one: Contract, by: str) -> bool:
    moment = getattr(one, by).astimezone(TIME_ZONE)
    return bool(moment.timestamp() >= town.now - DAY)


def swept(town: ProviderOnAws) -> None:
    """The next sweeps, and all that comes of them; what the vendors are asked is counted anew."""
    town.sgp.reset()
    town.ozmap.reset()
    town.now += 600
    town.tick()
    while town.deliver():
        pass


def test_a_new_contract_whose_hint_was_dropped_is_found(in_step: ProviderOnAws) -> None:
    """It has no link, so that its splitter is looked for: those whose ports are no longer as they were."""
    town = in_step
    contract = in_sgp(town)
    swept(town)
    assert dict(town.sgp.subjects) == {CLIENTS: pages(town), CONTRACT: 1, SPLITTERS: 1, ONUS: 1}
    assert town.ozmap.writes == 1
    assert town.ozmap.property_of(str(contract))


def test_what_no_listing_shows_is_repaired_once_the_day_is_over(in_step: ProviderOnAws) -> None:
    """A moved address and a moved port: both are found by the sweep that settles the day, once."""
    town = in_step
    one, other = [each for each in town.sgp.contracts() if each.status == 1 and town.ozmap.client_of(str(each.id))][:2]
    town.sgp.change(one.id, lat=-26.95, lng=-52.7)
    splitter, port = free_port(town)
    town.sgp.change(other.id, splitter_id=splitter, port=port)
    swept(town)
    assert (town.sgp.subjects[CONTRACT], town.ozmap.writes) == (0, 0)
    town.now += DAY
    swept(town)
    home = town.ozmap.property_of(str(one.id))
    assert home
    assert (home["lat"], home["lng"]) == (-26.95, -52.7)
    moved = town.ozmap.property_of(str(other.id))
    assert moved
    assert [each["port"] for each in moved["connections"]] == [port]
    assert town.sgp.subjects[CONTRACT] == 2
    swept(town)
    assert (town.sgp.subjects[CONTRACT], town.ozmap.writes) == (0, 0)


def test_power_is_read_splitter_by_splitter_and_asked_about_where_it_differs(in_step: ProviderOnAws) -> None:
    town = in_step
    used = {one.splitter_id for one in town.sgp.contracts() if one.splitter_id}
    town.connect(flows={RECONCILE: 10, POWER: 360})
    swept(town)
    assert dict(town.sgp.subjects) == {CLIENTS: 2, SPLITTERS: 1, ONUS: len(used)}
    different = [one for one in town.sgp.contracts() if one.rx and town.ozmap.client_of(str(one.id))][:2]
    for one in different:
        town.sgp.change(one.id, rx=-27.77)
    town.now += 360 * 60
    swept(town)
    assert dict(town.sgp.subjects) == {CLIENTS: 2, SPLITTERS: 1, ONUS: len(used), CONTRACT: len(different)}
    assert town.ozmap.writes == len(different)
    for one in different:
        home = town.ozmap.property_of(str(one.id))
        assert home
        assert home["potencyRead"] == -27.77
    town.connect(flows={RECONCILE: 10})


def test_a_hint_that_changes_nothing_writes_its_line_alone(in_step: ProviderOnAws) -> None:
    town = in_step
    http = SgpHttp(town)
    one = next(each for each in town.sgp.contracts() if each.status == 1 and town.ozmap.client_of(str(each.id)))
    town.work_off(one.id)  # the first of a day makes the day's row
    town.now += 1
    town.send(one.id)
    waiting = town.message()
    assert waiting
    town.sgp.reset()
    town.ozmap.reset()
    http.calls()
    assert town.handle(waiting[0])
    calls = http.calls()
    town.spend(waiting[1])
    assert {name: number for name, number in calls.items() if " " in name} == AT_REST
    assert dict(town.sgp.subjects) == {CONTRACT: 1, ONUS: 1}
    assert dict(town.ozmap.subjects) == {"ftth-clients": 1, "properties": 1}


def test_what_was_dropped_is_repaired_by_one_sweep(in_step: ProviderOnAws) -> None:
    """One page for 100 rows of each filter, one consultation for each that differs, one call for each splitter that
    is concerned, and one write for each that is repaired."""
    town = in_step
    on_the_map = frozenset(home["client"]["code"] for home in town.ozmap.rows("properties") if home["client"])
    for one in town.sgp.contracts():  # their dates move, and nothing differs
        town.sgp.change(one.id, status=7 if one.status == 1 else 1)
        town.sgp.change(one.id, status=one.status, reference="Portão azul")
    alone = [
        one
        for one in town.sgp.contracts()
        if str(one.id) in on_the_map
        and one.status in {1, 4}
        and sum(other.client_id == one.client_id for other in town.sgp.contracts()) == 1
    ]
    dropped = alone[:: len(alone) // max(2, len(alone) // 20)][: max(2, len(alone) // 20)]
    for number, one in enumerate(dropped):
        if number % 2:
            town.sgp.change(one.id, name=f"Nome Novo {number}")
        else:
            town.sgp.change(one.id, status=2)
    cost = pages(town)
    assert cost > 2 + (page_of(town) < 10)  # more than one page under both filters
    swept(town)
    splitters = {one.splitter_id for one in dropped}
    assert dict(town.sgp.subjects) == {CLIENTS: cost, CONTRACT: len(dropped), ONUS: len(splitters)}
    assert town.ozmap.writes == len(dropped)
    check_map(town, on_the_map)
    swept(town)
    assert (dict(town.sgp.subjects), town.ozmap.reads, town.ozmap.writes) == ({CLIENTS: cost}, 0, 0)
    check_books(town)
