"""How often functions call vendors and AWS: what must be nothing is nothing, and the rest follows the records."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from typing import Any

import pytest
import requests

from local.calls import CALLS_PATH, Record
from local.vendors.office import Office
from local.vendors.questor import QuestorSimulator
from local.vendors.questor_rows import CONSULTATIONS, Key
from local.vendors.server import Simulator
from local.vendors.tareffa import TareffaSimulator
from local.vendors.zen import ZenSimulator
from tests.office_on_aws import TABLES, AwsServer, OfficeOnAws, Sandbox

PAGE = 100  # records in a page of either vendor's listing
BLOCK = 30  # records that one transaction commits at most
SIZES = (100, 400)
UNBRAKED = {"brake": {"changes": {"percent": 100, "number": 1_000_000}}}
COMPANIES = "sincronizar_empresas"
WHOLE = {"partners": True, "org_chart": True, "tareffa": True}
# What each of Questor's listings feeds, by the simulator's kind: the column to change, and how many targets there are.
LISTINGS = {
    "companies": ("NOMEEMPRESA", 2),
    "establishments": ("NOMEESTAB", 1),
    "org_units": ("DESCRICAO", 1),
    "partners": ("NOMESOCIO", 1),
    "employees": ("NOMEFUNC", 1),
}
LANES = sum(targets for _, targets in LISTINGS.values())


def at_rest(listings: int = 1, lanes: int = 1) -> dict[str, int]:
    """All that a run without changes asks of AWS, whatever the number of records: the tick's part, the worker's."""
    return {
        "connections/due Query": 1,
        "runs/due Query": 1,
        "runs PutItem": 1,
        "connections UpdateItem": 1,
        "notifications PutItem": 1 + 1,  # Pendente, then Concluído
        "runs GetItem": 1 + 1,  # the tick asks for the run before; the worker for this one
        "connections GetItem": 1 + 1,  # the tick looks at the flow that may not be at work beside this one
        "connections ConditionCheckItem": 1,  # and the transaction sees that it still isn't
        "links Query": lanes,  # all of a lane's; DynamoDB answers with up to 1 MB at once
        "runs UpdateItem": 1 + listings + lanes,  # the lease; what was read; the plan, which ends an idle run
    }


@dataclass(frozen=True)
class Counts:
    """What one scheduled run called."""

    vendor_reads: int
    vendor_writes: int
    operations: Counter[str]  # `dynamodb Query` → calls
    rows: Counter[str]  # `links PutItem` → calls and transactions' items
    target_listings: int


@contextmanager
def plain_office(aws: AwsServer, sandbox: Sandbox, users: int) -> Iterator[OfficeOnAws]:
    """A connected office where everybody has an e-mail of their own."""
    aws.emptied()
    with QuestorSimulator(Office(users, 0, 0)) as questor, ZenSimulator() as zen:
        office = OfficeOnAws(aws, questor, zen, sandbox=sandbox)
        office.connect(filters=UNBRAKED)
        yield office


@dataclass(frozen=True)
class Companies:
    """A connected office of `number` companies with all that belongs to them, for Zen and Tareffa."""

    office: OfficeOnAws
    tareffa: TareffaSimulator
    number: int

    def keys(self) -> dict[str, list[Key]]:
        """By kind: the codes of what the flow reads; a matriz is the company itself."""
        rows = {kind: self.office.questor.rows(kind) for kind in LISTINGS}
        found = {
            kind: [tuple(row[name] for name in CONSULTATIONS[kind].key_columns) for row in rows[kind]] for kind in rows
        }
        return {kind: [key for key in keys if kind != "establishments" or key[1] > 1] for kind, keys in found.items()}

    def received(self) -> int:
        """Records, once for each target."""
        return sum(len(keys) * LISTINGS[kind][1] for kind, keys in self.keys().items())

    def pages(self) -> int:
        """Pages of all of Questor's listings."""
        return sum(ceil(len(keys) / PAGE) for keys in self.keys().values())

    def counted(self) -> tuple[dict[str, Any], Counts]:
        """As `counted`, Tareffa among the vendors."""
        return counted(self.office, self.tareffa)


@contextmanager
def companies(aws: AwsServer, sandbox: Sandbox, number: int) -> Iterator[Companies]:
    """Companies where nobody has a peculiarity; four employees each."""
    aws.emptied()
    clients = Office(1, 0, 0, companies=number, employees_per_company=4)
    with QuestorSimulator(clients) as questor, ZenSimulator() as zen, TareffaSimulator() as tareffa:
        office = OfficeOnAws(aws, questor, zen, sandbox=sandbox)
        office.connect(
            settings={"tareffa_address": tareffa.url},
            secret={"tareffa_token": tareffa.token},
            filters=UNBRAKED | WHOLE,
            flow=COMPANIES,
        )
        yield Companies(office, tareffa, number)


def counted(office: OfficeOnAws, *others: Simulator) -> tuple[dict[str, Any], Counts]:
    """A run's row, and what its tick and its worker called; a fresh environment, so that no secret is remembered.

    `others` are vendors beside Questor and Zen.
    """
    office.sandbox = office.new_sandbox()
    vendors = (office.questor, office.zen, *others)
    for vendor in vendors:
        vendor.reset()
    (flow,) = [row for row in office.rows("connections") if row["item"].startswith("FLOW#")]
    office.now = max(office.now, float(flow["wake_at"]))
    _calls(office.aws, "DELETE")
    office.tick()
    record = _calls(office.aws, "DELETE")
    while waiting := office.message():
        _calls(office.aws, "DELETE")
        assert office.handle(waiting[0])
        seen = _calls(office.aws, "DELETE")
        record.operations.update(seen.operations)
        record.rights.update(seen.rights)
        office.spend(waiting[1])
    counts = Counts(
        vendor_reads=sum(vendor.reads for vendor in vendors),
        vendor_writes=sum(vendor.writes for vendor in vendors),
        operations=Counter({f"{key.service} {key.name}": number for key, number in record.operations.items()}),
        rows=_rows(record),
        target_listings=sum(vendor.requests["list"] for vendor in vendors[1:]),
    )
    return office.run(), counts


def _calls(aws: AwsServer, method: str) -> Record:
    return Record.from_json(requests.request(method, aws.endpoint + CALLS_PATH, timeout=30).text)


def _rows(record: Record) -> Counter[str]:
    tables = {os.environ[f"{name.upper()}_TABLE"]: name for name in TABLES}
    rows: Counter[str] = Counter()
    for right, number in record.rights.items():
        service, _, action = right.action.partition(":")
        if service == "dynamodb":
            name, _, index = right.resource.partition(":table/")[2].partition("/index/")
            rows[f"{tables[name]}{'/' + index if index else ''} {action}"] += number
    return rows


@pytest.fixture(params=SIZES)
def synced(request: pytest.FixtureRequest, aws: AwsServer, zen_environment: Sandbox) -> Iterator[OfficeOnAws]:
    """An office whose users are all in step."""
    with plain_office(aws, zen_environment, request.param) as office:
        office.sync()
        yield office


@pytest.mark.sweep
def test_without_changes_nothing_is_written_but_the_runs_own_rows(synced: OfficeOnAws) -> None:
    users = synced.questor.office.users
    run, counts = counted(synced)
    assert (run["phase"], run["result"], run["counters"]) == ("done", "success", {"unchanged": users})
    assert counts.vendor_writes == 0
    assert counts.vendor_reads == users // PAGE
    assert dict(counts.rows) == at_rest()
    assert counts.operations["dynamodb TransactWriteItems"] == 1 + 2
    assert counts.operations["sqs SendMessage"] == 1


@pytest.mark.sweep
def test_each_changed_record_is_written_once(synced: OfficeOnAws) -> None:
    users = synced.questor.office.users
    changed = users // 100
    for code in range(1, changed + 1):
        synced.questor.change(code, NOMEUSUARIO=f"Nome Novo {code}")
    run, counts = counted(synced)
    assert run["counters"] == {"unchanged": users - changed, "updated": changed}
    assert counts.vendor_writes == changed
    assert counts.vendor_reads == users // PAGE
    assert (counts.rows["links PutItem"], counts.rows["outcomes PutItem"]) == (changed, changed)
    assert not {name for name in counts.rows if name.startswith("links ")} - {"links Query", "links PutItem"}
    assert not {name for name in counts.rows if name.startswith("identities ")}  # their e-mails are the same
    assert counts.operations["dynamodb TransactWriteItems"] == 1 + 3  # one block of the plan


@pytest.mark.sweep
def test_the_first_run_writes_in_blocks_and_asks_zen_for_its_listing_once(
    aws: AwsServer, zen_environment: Sandbox
) -> None:
    calls = {}
    for users in SIZES:
        with plain_office(aws, zen_environment, users) as office:
            run, counts = counted(office)
        assert run["counters"] == {"created": users}
        assert counts.vendor_writes == users
        assert counts.target_listings == 1
        assert counts.vendor_reads == users // PAGE + 1
        assert (counts.rows["links PutItem"], counts.rows["outcomes PutItem"]) == (users, users)
        assert "links GetItem" not in counts.rows
        assert counts.operations["dynamodb TransactWriteItems"] == 1 + 2 + ceil(users / BLOCK)
        calls[users] = counts.operations.total() + counts.vendor_reads + counts.vendor_writes
    small, large = SIZES
    assert calls[large] <= calls[small] * large / small


def test_a_full_listing_of_zen_is_read_page_by_page_and_once(aws: AwsServer, zen_environment: Sandbox) -> None:
    """Users who are already in Zen and have no link yet are found in its listing; nobody is asked for alone."""
    users = 250
    with plain_office(aws, zen_environment, users) as office:
        for row in office.questor.users():
            office.zen.add(row["NOMEUSUARIO"], row["EMAIL"], row["CODIGOGRUPOUSUARIO"])
        run, counts = counted(office)
    assert run["counters"] == {"unchanged": users}
    assert (counts.vendor_writes, counts.target_listings, counts.vendor_reads) == (0, 3, 6)
    assert counts.rows["links PutItem"] == users


@pytest.fixture(params=(15, 30))
def companies_synced(request: pytest.FixtureRequest, aws: AwsServer, zen_environment: Sandbox) -> Iterator[Companies]:
    """Companies that are all in step, with all that belongs to them."""
    with companies(aws, zen_environment, request.param) as found:
        found.office.sync()
        yield found


@pytest.mark.sweep
def test_the_first_run_of_companies_asks_each_target_once_and_creates_each_record_once(
    aws: AwsServer, zen_environment: Sandbox
) -> None:
    with companies(aws, zen_environment, 30) as found:
        run, counts = found.counted()
        received = found.received()
        assert (run["phase"], run["result"], run["counters"]) == ("done", "success", {"created": received})
        assert (counts.vendor_writes, counts.target_listings) == (received, LANES)
        assert counts.vendor_reads == found.pages() + LANES
        assert (counts.rows["links PutItem"], counts.rows["outcomes PutItem"]) == (received, received)
        assert counts.rows["links Query"] == LANES
        assert "links GetItem" not in counts.rows


@pytest.mark.sweep
def test_without_changes_companies_cost_what_their_lanes_cost(companies_synced: Companies) -> None:
    run, counts = companies_synced.counted()
    assert (run["phase"], run["result"]) == ("done", "success")
    assert run["counters"] == {"unchanged": companies_synced.received()}
    assert counts.vendor_writes == 0
    assert counts.vendor_reads == companies_synced.pages()
    assert dict(counts.rows) == at_rest(len(LISTINGS), LANES)
    assert counts.operations["dynamodb TransactWriteItems"] == 1 + len(LISTINGS) + LANES
    assert counts.operations["sqs SendMessage"] == 1


@pytest.mark.sweep
def test_one_change_in_each_listing_is_written_once_for_each_target(companies_synced: Companies) -> None:
    for kind, keys in companies_synced.keys().items():
        companies_synced.office.questor.change_row(kind, keys[0], {LISTINGS[kind][0]: "Nome Novo"})
    run, counts = companies_synced.counted()
    assert run["counters"] == {"unchanged": companies_synced.received() - LANES, "updated": LANES}
    assert counts.vendor_writes == LANES
    assert counts.vendor_reads == companies_synced.pages()
    assert (counts.rows["links PutItem"], counts.rows["outcomes PutItem"]) == (LANES, LANES)
    assert not {name for name in counts.rows if name.startswith("links ")} - {"links Query", "links PutItem"}
    assert not {name for name in counts.rows if name.startswith("identities ")}
    assert counts.operations["dynamodb TransactWriteItems"] == 1 + len(LISTINGS) + LANES + LANES  # a block a lane
