"""SGP's hints by the hundred: shuffled, repeated, at several workers at once."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from tests.contracts_on_aws import check_books, counted, dead_letters, switched
from tests.office_on_aws import AwsServer
from tests.provider_on_aws import ProviderOnAws, provider_on_aws
from tests.sgp_storms import Sender, Truths, check_map, storm


def codes_on_the_map(town: ProviderOnAws) -> frozenset[str]:
    return frozenset(home["client"]["code"] for home in town.ozmap.rows("properties") if home["client"])


@pytest.mark.parametrize(
    ("hints", "contracts", "workers"),
    [(36, 6, 2), pytest.param(1_000, 200, 3, marks=pytest.mark.sweep)],
)
def test_every_contract_ends_as_sgp_says(aws: AwsServer, hints: int, contracts: int, workers: int) -> None:
    """However the webhooks were shuffled and repeated, and however many worked on them at once."""
    with provider_on_aws(aws, contracts, splitters=contracts // 4 + 4) as town:
        sender = Sender(town)
        dice = random.Random(4)
        numbers = [one.id for one in town.sgp.contracts() if one.status != 5]
        on_the_map = codes_on_the_map(town)
        town.work_off(*numbers)
        truths = Truths(town, numbers, frozenset(dice.sample(numbers, min(30, len(numbers) // 3))), dice)
        storm(town, hints, truths, [town.sandbox, *(town.new_sandbox() for _ in range(workers - 1))], sender.tell)
        check_map(town, on_the_map)
        lines = town.log()
        assert Counter(row["state"] for row in lines) == {"done": hints + len(numbers)}
        assert not [row for row in lines if row["effect"]["kind"] == "failed"]
        (run,) = town.rows("runs")
        assert counted(run)["received"] == hints + len(numbers)
        check_books(town)
        assert dead_letters(town) == 0


@pytest.mark.parametrize("contracts", [12, pytest.param(200, marks=pytest.mark.sweep)])
def test_a_billing_day_trips_nothing(aws: AwsServer, contracts: int) -> None:
    """Everybody who is on the map is suspended, and then everybody is active again."""
    with provider_on_aws(aws, contracts=contracts * 3) as town:
        switched(town, "cancel_clients", "remove_property")
        all_there = [one.id for one in town.sgp.contracts() if one.status == 1 and town.ozmap.client_of(str(one.id))]
        suspended = all_there[:contracts]
        assert len(suspended) == contracts
        for status, error in ((4, 1), (1, 0)):
            for contract in suspended:
                town.sgp.change(contract, status=status)
            town.now += 60
            town.work_off(*suspended)
            assert {client["status"] for client in map(town.ozmap.client_of, map(str, suspended)) if client} == {error}
        (run,) = town.rows("runs")
        assert (run["phase"], counted(run)) == ("apply", {"received": 2 * contracts, "updated": 2 * contracts})
        assert Counter(row["state"] for row in town.log()) == {"done": 2 * contracts}
        check_books(town)
