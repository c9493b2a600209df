"""SGP's brake: so many removals a day go by themselves, the next waits for a person; status changes never do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local.vendors.ozmap_kinds import Row
from tests.contracts_on_aws import (
    NOTHING,
    check_books,
    counted,
    home_of,
    in_both,
    label_of,
    line_of,
    place_of,
    switched,
    told,
)
from tests.office_on_aws import AwsServer
from tests.provider_on_aws import ProviderOnAws, provider_on_aws
from tests.sgp_http_on_aws import RUNS, SgpHttp

ALLOWED = 10  # removals of a day, where 20 % of the links are fewer
HELD = "O freio reteve esta retirada: com ela, o dia passaria do que pode ser retirado sem que uma pessoa confira."


@pytest.fixture(scope="module")
def _streets(aws: AwsServer) -> Iterator[ProviderOnAws]:
    with provider_on_aws(aws, contracts=24, splitters=16) as provider:
        yield provider
        check_books(provider)


@pytest.fixture(scope="module")
def http(_streets: ProviderOnAws) -> SgpHttp:
    return SgpHttp(_streets)


@pytest.fixture
def town(_streets: ProviderOnAws) -> ProviderOnAws:
    """One provider for all of these tests, a new day for each."""
    _streets.now += 86400
    switched(_streets, "cancel_clients", "remove_property")
    return _streets


def held_up(town: ProviderOnAws) -> tuple[list[int], Row, str, str]:
    """Eleven contracts that are cancelled, of which ten went; the property of the eleventh, its hint and its day."""
    contracts = [in_both(town) for _ in range(ALLOWED + 1)]
    *gone, last = contracts
    for contract in gone:
        assert told(town, contract, status=3)["outcome"] == "removed"
    home, place, label = home_of(town, last), place_of(town, last), label_of(town.sgp.contract(last))
    before = {"Cliente": label, "Imóvel": home["address"], "Caixa e porta": place}
    assert told(town, last, status=3) == {
        **NOTHING,
        "outcome": "held",
        "action": "property_removed",
        "code": "removal_held",
        "reason": HELD,
        "before": before,
        "after": dict.fromkeys(before),
        "freed": [place],
    }
    assert home_of(town, last) == home
    held = town.last(last)
    (run,) = [one for one in town.rows("runs") if one["run_id"] == held["run_id"]]
    assert (run["phase"], counted(run)) == ("brake", {"received": ALLOWED, "removed": ALLOWED})
    note = notification(town, held["run_id"])
    assert (note["text"], "result" in note, "concluded_at" in note) == (
        f"Em “Contratos do SGP no OZmap”, 10 dos {int(run['links'])} cadastros já foram retirados hoje, e mais 1 "
        f"esperam ({label}); nada destes foi alterado. Confira se eles foram mesmo encerrados na origem e aprove ou "
        "rejeite a retirada.",
        False,
        False,
    )
    return contracts, home, held["id"], held["run_id"]


def notification(town: ProviderOnAws, run_id: str) -> dict[str, Any]:
    (found,) = [one for one in town.rows("notifications") if one["id"] == run_id]
    return found


def decided(http: SgpHttp, run_id: str, decision: str) -> None:
    """A person decides, a minute later, and the worker does what follows from it."""
    http.town.now += 60
    answer = http.post(f"{RUNS}/{run_id}/decision", {"decision": decision})
    assert answer.status == 200, answer
    while http.town.deliver():
        pass
    again = http.post(f"{RUNS}/{run_id}/decision", {"decision": decision})
    assert (again.status, again.body["code"]) == (409, "decided_before")


def test_the_eleventh_removal_of_a_day_waits_and_goes_when_a_person_approves(
    town: ProviderOnAws, http: SgpHttp
) -> None:
    contracts, home, hint, run_id = held_up(town)
    assert told(town, contracts[0]) == {**NOTHING, "outcome": "unchanged"}  # one that went counts once
    suspended = in_both(town)
    assert told(town, suspended, status=4)["outcome"] == "updated"  # the rest of the day goes on
    decided(http, run_id, "approve")
    line = line_of(town, hint)
    assert (line["outcome"], line["freed"], line["has_image"], line["code"]) == (
        "removed",
        [place_of(town, contracts[-1])],
        True,
        None,
    )
    assert home["id"] not in {one["id"] for one in town.ozmap.rows("properties")}
    another = in_both(town)
    assert told(town, another, status=3)["outcome"] == "removed"  # the day is let through
    town.now += 86400
    town.tick()
    note = notification(town, run_id)
    assert (note["result"], note["text"]) == (
        "success",
        "14 conferidos: 1 atualizado, 1 sem alteração, 12 removidos.",
    )


def test_what_a_person_rejects_stays(town: ProviderOnAws, http: SgpHttp) -> None:
    contracts, home, hint, run_id = held_up(town)
    second = in_both(town)
    assert told(town, second, status=3)["outcome"] == "held"
    decided(http, run_id, "reject")
    for contract in (contracts[-1], second):
        row = town.last(contract)
        line = line_of(town, row["id"])
        assert (line["outcome"], line["code"], line["freed"]) == ("skipped", "removal_rejected", [])
        assert line["reason"].startswith("A retirada do cadastro foi rejeitada por Painel (operator)")
        assert town.ozmap.property_of(str(contract))
    assert home_of(town, contracts[-1]) == home
    assert line_of(town, hint)["outcome"] == "skipped"
    assert told(town, contracts[-1])["outcome"] == "held"  # rejected is no standing order: it is asked again
    town.now += 2 * 86400
    assert told(town, second)["outcome"] == "removed"  # on another day it is among the first


def test_sweeps_do_not_ask_again_for_what_is_held(town: ProviderOnAws) -> None:
    _, _, hint, run_id = held_up(town)
    for _ in range(3):
        town.now += 600
        town.connect(flows={"conferir_contratos": 10})
        town.tick()
        while town.deliver():
            pass
    assert [row["id"] for row in town.log() if row["state"] == "held" and row["run_id"] == run_id] == [hint]
    (run,) = [one for one in town.rows("runs") if one["run_id"] == run_id]
    assert set(run["held"]) == {hint}
