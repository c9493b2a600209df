"""SGP or OZmap down, busy, or silent after an effect: nothing is lost, nothing is done twice, and the log says why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from local.vendors.faults import Fault, Kind
from tests.contracts_on_aws import NOTHING, check_books, dead_letters, home_of, in_both, in_sgp, line_of, switched, told
from tests.office_on_aws import AwsServer, Sandbox
from tests.provider_on_aws import ProviderOnAws, provider_on_aws

HINTS = 3
SENDS = 3  # how often a request that passes is sent at once
MINUTE, HOUR = 60, 3600
DOWN = "O {} respondeu com um erro interno (código 503)."


@pytest.fixture
def town(aws: AwsServer, environment: Sandbox) -> Iterator[ProviderOnAws]:
    with provider_on_aws(aws, contracts=24, splitters=12, sandbox=environment) as provider:
        switched(provider, "cancel_clients", "create_clients")
        yield provider
        check_books(provider)
        assert dead_letters(provider) == 0


def minutes(town: ProviderOnAws, number: int, between: int = 1) -> None:
    """Time goes by, with ticks that are so many minutes apart, and the worker takes what comes."""
    for _ in range(0, number, between):
        town.now += between * MINUTE
        town.tick()
        while town.deliver():
            pass


def lines(town: ProviderOnAws) -> list[dict[str, Any]]:
    return [line_of(town, row["id"]) for row in town.log()]


@pytest.mark.parametrize("vendor", ["SGP", "OZmap"])
def test_nothing_is_lost_while_a_vendor_is_down_for_an_hour(town: ProviderOnAws, vendor: str) -> None:
    """What waits says why and until when; the vendor is asked once for all of it, every five minutes."""
    contracts = [in_both(town) for _ in range(HINTS - 1)] + [in_sgp(town)]
    for contract in contracts:
        town.sgp.change(contract, status=4)
    simulator = town.sgp if vendor == "SGP" else town.ozmap
    simulator.faults.set(Fault(Kind.ERROR, times=None, status=503))
    asked, writes = simulator.requests.total(), town.ozmap.writes
    town.work_off(*contracts)
    waiting = {
        **NOTHING,
        "outcome": "waiting",
        "label": "",
        "code": "vendor_down",
        "reason": DOWN.format(vendor),
        "waits_until": "2026-11-23T09:05:00.000Z",
    }
    assert lines(town) == [waiting] * HINTS
    assert simulator.requests.total() - asked == SENDS
    minutes(town, 55, between=5)
    assert [line["outcome"] for line in lines(town)] == ["waiting"] * HINTS
    assert {line["waits_until"] for line in lines(town)} == {"2026-11-23T10:00:00.000Z"}
    assert simulator.requests.total() - asked == SENDS * 12
    assert (town.rows("runs"), town.rows("outcomes")) == ([], [])
    simulator.faults.clear()
    minutes(town, 5)
    ends = Counter((line["outcome"], line["code"], line["waits_until"]) for line in lines(town))
    assert ends == {("updated", None, None): HINTS - 1, ("created", None, None): 1}
    assert town.ozmap.writes - writes == HINTS
    minutes(town, 10, between=5)
    assert town.ozmap.applied.total() == HINTS


def test_a_busy_vendor_is_left_in_peace_for_as_long_as_it_says(town: ProviderOnAws) -> None:
    contracts = [in_both(town, status=4) for _ in range(HINTS)]
    town.sgp.faults.set(Fault(Kind.BUSY, times=None, retry_after="420"))
    town.work_off(*contracts)
    assert [(line["code"], line["waits_until"]) for line in lines(town)] == [
        ("vendor_busy", "2026-11-23T09:07:00.000Z")
    ] * HINTS
    assert lines(town)[0]["reason"] == "O SGP pediu para aguardar antes de novas chamadas."
    assert town.sgp.requests.total() == 1
    town.sgp.faults.clear()
    minutes(town, 6, between=3)
    assert town.sgp.requests.total() == 1
    late = in_both(town, status=4)
    town.work_off(late)  # who comes meanwhile waits with them
    assert line_of(town, town.last(late)["id"])["waits_until"] == "2026-11-23T09:07:00.000Z"
    assert town.sgp.requests.total() == 1
    minutes(town, 1)
    assert {line["outcome"] for line in lines(town)} == {"updated"}
    assert town.ozmap.applied["update"] == HINTS + 1


@pytest.mark.parametrize(
    ("method", "operation", "times"),
    [("POST", "create", 1), ("PATCH", "update", 1), ("PATCH", "update", SENDS), ("DELETE", "delete", SENDS)],
)
def test_an_answer_that_is_lost_after_its_effect_is_no_second_effect(
    town: ProviderOnAws, method: str, operation: str, times: int
) -> None:
    """However often it is lost: the log tells it once, as if the answer had come."""
    if method == "DELETE":
        switched(town, "cancel_clients", "remove_property")
    undisturbed, disturbed = [in_sgp(town) if method == "POST" else in_both(town) for _ in range(2)]
    status = {"POST": 1, "PATCH": 4, "DELETE": 3}[method]
    before, clean = town.ozmap.applied[operation], told(town, undisturbed, status=status)
    of_one = town.ozmap.applied[operation] - before
    clients, properties = len(town.ozmap.rows("ftth-clients")), len(town.ozmap.rows("properties"))
    town.ozmap.faults.set(Fault(Kind.LOST_ANSWER, times=times, method=method))
    line = told(town, disturbed, status=status)
    if line["outcome"] == "waiting":
        assert line["reason"].startswith("O OZmap (127.0.0.1) não está atendendo")
        minutes(town, 5, between=5)
        line = line_of(town, town.last(disturbed)["id"])
    assert (line["outcome"], line["action"], line["code"]) == (clean["outcome"], clean["action"], None)
    assert (line["before"].keys(), line["after"].keys()) == (clean["before"].keys(), clean["after"].keys())
    assert (len(line["freed"]), line["has_image"]) == (len(clean["freed"]), clean["has_image"])
    more = {"POST": 1, "PATCH": 0, "DELETE": -1}[method]
    assert len(town.ozmap.rows("properties")) - properties == more
    assert len(town.ozmap.rows("ftth-clients")) - clients == more
    if method == "POST":
        assert town.ozmap.applied["create"] - before == 2 * of_one
        assert home_of(town, disturbed)["connections"]
    town.ozmap.faults.clear()


@pytest.mark.parametrize(
    ("fault", "of", "outcome", "code"),
    [
        (Fault(Kind.ERROR, times=None, status=401), "sgp", "failed", "vendor_refused_token"),
        (Fault(Kind.ERROR, times=None, status=403), "sgp", "failed", "sgp.token_restricted"),
        (Fault(Kind.ERROR, times=None, status=401), "ozmap", "failed", "vendor_refused_token"),
        (Fault(Kind.ERROR, times=None, status=422, method="PATCH"), "ozmap", "rejected", "vendor_rejected"),
        (Fault(Kind.REDIRECT, times=None, location="http://127.0.0.1:1/"), "sgp", "failed", "vendor_redirected"),
        (Fault(Kind.WRONG_CONTENT_TYPE, times=None), "sgp", "failed", "vendor_answer_malformed"),
    ],
)
def test_what_cannot_succeed_ends_with_its_reason(
    town: ProviderOnAws, fault: Fault, of: str, outcome: str, code: str
) -> None:
    """And can be repeated when that has been put right."""
    contract = in_both(town, status=4)
    simulator = town.sgp if of == "sgp" else town.ozmap
    simulator.faults.set(fault)
    home = home_of(town, contract)
    line = told(town, contract)
    assert (line["outcome"], line["code"], line["waits_until"]) == (outcome, code, None)
    assert ("SGP" if of == "sgp" else "OZmap") in line["reason"]
    assert home_of(town, contract) == home
    simulator.faults.clear()
    assert told(town, contract)["outcome"] == "updated"


def test_who_waits_a_whole_day_is_given_up_with_the_last_cause(town: ProviderOnAws) -> None:
    contract = in_both(town, status=4)
    town.sgp.faults.set(Fault(Kind.RESET, times=None))
    town.work_off(contract)
    for hours in (23, 1):
        assert lines(town)[0]["outcome"] == "waiting"
        town.now += hours * HOUR
        minutes(town, 1)
    (line,) = lines(town)
    assert (line["outcome"], line["code"], line["waits_until"]) == ("failed", "hint_too_old", None)
    assert line["reason"] == (
        "O aviso esperou mais de 24 horas e foi encerrado. A última causa: O SGP (127.0.0.1) não está atendendo. A "
        "sincronização continua sozinha assim que ele voltar; se demorar, confira se o servidor está ligado."
    )
