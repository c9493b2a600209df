"""SGP's worker: hints become what is true, each told once; what statuses and the switches of cancelling do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contracts_on_aws import (
    NOTHING,
    check_books,
    connected_to,
    home_of,
    in_both,
    in_sgp,
    label_of,
    line_of,
    place_of,
    switched,
    told,
)
from tests.office_on_aws import AwsServer
from tests.provider_on_aws import CONNECTION, ProviderOnAws, provider_on_aws

ERROR, OK = 1, 0  # a client's status in OZmap


@pytest.fixture(scope="module")
def _streets(aws: AwsServer) -> Iterator[ProviderOnAws]:
    with provider_on_aws(aws, contracts=24, splitters=16) as provider:
        yield provider
        check_books(provider)


@pytest.fixture
def town(_streets: ProviderOnAws) -> ProviderOnAws:
    """One provider for all of these tests; each makes the contracts that it is about."""
    _streets.now += 86400  # a day of its own, so that no test meets another's brake
    return _streets


def whole_map(town: ProviderOnAws) -> dict[str, Any]:
    """All that OZmap has."""
    return {kind: town.ozmap.rows(kind) for kind in ("properties", "ftth-clients", "boxes", "splitters")}


def test_a_suspended_contract_becomes_an_error_on_the_map(town: ProviderOnAws) -> None:
    """The whole way: hint, SGP, OZmap, line of the log, outcome, link, counters."""
    switched(town)
    contract = in_both(town)
    writes = town.ozmap.writes
    line = told(town, contract, status=4)
    assert line == {
        **NOTHING,
        "outcome": "updated",
        "action": "updated",
        "before": {"Situação": "OK"},
        "after": {"Situação": "ERRO"},
    }
    client = town.ozmap.client_of(str(contract))
    assert client
    assert (client["status"], town.ozmap.writes - writes) == (ERROR, 1)
    row = town.last(contract)
    (outcome,) = [one for one in town.rows("outcomes") if one["seq"] == row["id"]]
    home = home_of(town, contract)
    assert (outcome["kind"], outcome["record"], outcome["target_id"]) == (
        "updated",
        f"{CONNECTION}#contract#{contract}",
        home["id"],
    )
    (link,) = [one for one in town.rows("links") if one["source_id"] == str(contract)]
    assert (link["target_id"], link["active"], link["version"]) == (home["id"], True, 1)
    one = town.sgp.contract(contract)
    assert set(link["identities"]) == {f"contract#{contract}", f"login#{one.login}"}
    assert told(town, contract) == {**NOTHING, "outcome": "unchanged"}


GONE: dict[str, Any] = {**NOTHING, "outcome": "removed", "action": "property_removed", "has_image": True}
LOGGED = {
    **NOTHING,
    "outcome": "skipped",
    "code": "sgp.cancel_off",
    "reason": "O contrato está cancelado no SGP, e isso só foi registrado: nada foi retirado do OZmap.",
}


@pytest.mark.parametrize(
    ("switches", "implanted", "end"),
    [
        ((), True, "logged"),
        (("remove_property", "disconnect_property"), True, "logged"),
        (("cancel_clients",), True, "out"),
        (("cancel_clients", "disconnect_property"), True, "out and disconnected"),
        (("cancel_clients", "remove_property"), True, "removed"),
        (("cancel_clients", "remove_property", "disconnect_property"), True, "removed"),
        (("cancel_clients",), False, "removed"),
        (("cancel_clients", "disconnect_property"), False, "removed"),
        (("cancel_clients", "create_clients", "create_around_box"), True, "out"),
    ],
)
def test_a_cancelled_contract_leaves_what_the_switches_say(
    town: ProviderOnAws, switches: tuple[str, ...], implanted: bool, end: str
) -> None:
    switched(town, *switches)
    contract = in_both(town, implanted=implanted)
    home, place, label = home_of(town, contract), place_of(town, contract), label_of(town.sgp.contract(contract))
    others = {one["id"]: one for one in town.ozmap.rows("properties") if one["id"] != home["id"]}
    line = told(town, contract, status=3)
    left = {one["id"]: one for one in town.ozmap.rows("properties")}
    kept = left.pop(home["id"], None)
    assert left == others
    if end == "logged":
        assert (line, kept) == (LOGGED, home)
        return
    before, after = {"Cliente": label}, {"Cliente": None}
    if end == "out":
        assert line == {
            **NOTHING,
            "outcome": "deactivated",
            "action": "client_taken_out",
            "before": before,
            "after": after,
        }
    elif end == "out and disconnected":
        where = {
            "before": before | {"Caixa e porta": place},
            "after": after | {"Caixa e porta": None},
            "freed": [place],
        }
        assert line == {**NOTHING, "outcome": "deactivated", "action": "client_taken_out_disconnected", **where}
    else:
        before |= {"Imóvel": home["address"], "Caixa e porta": place}
        assert line == {**GONE, "before": before, "after": dict.fromkeys(before), "freed": [place]}
        assert kept is None
    if kept is not None:
        assert (kept["client"], connected_to(kept)) == (None, connected_to(home) if end == "out" else [])
    assert told(town, contract) == {**NOTHING, "outcome": "unchanged"}  # once more: nothing is left to do


def test_what_is_removed_can_be_read_as_it_was(town: ProviderOnAws) -> None:
    switched(town, "cancel_clients", "remove_property")
    contract = in_both(town)
    home = home_of(town, contract)
    told(town, contract, status=3)
    objects = town.sandbox.of("sincronia.store.aws").S3Objects()
    (image,) = objects.read_lines(town.last(contract)["image"])
    assert image == home


UPDATED = {**NOTHING, "outcome": "updated", "action": "updated"}
CREATED = {**NOTHING, "outcome": "created", "action": "created_connected"}
NOT_FEASIBLE = {
    **NOTHING,
    "outcome": "skipped",
    "code": "sgp.not_feasible",
    "reason": "O contrato está em Inviabilidade Técnica no SGP, e esse status só é registrado nos logs.",
}
CREATE_OFF = {
    **NOTHING,
    "outcome": "skipped",
    "code": "sgp.create_off",
    "reason": "O contrato não tem cliente no OZmap, e nenhum foi criado.",
}


@pytest.mark.parametrize(
    ("status", "becomes"), [(1, OK), (2, ERROR), (3, None), (4, ERROR), (5, None), (6, OK), (7, ERROR)]
)
def test_each_status_on_a_client_who_is_there(town: ProviderOnAws, status: int, becomes: int | None) -> None:
    """With all switches off: Atualização de Status can't be."""
    switched(town)
    contract = in_both(town, error=becomes == OK, status=2 if status == 1 else 1)
    home = home_of(town, contract)
    line = told(town, contract, status=status)
    now = home_of(town, contract)
    if becomes is None:
        assert line == (LOGGED if status == 3 else NOT_FEASIBLE)
        assert now == home
        return
    before, after = ("ERRO", "OK") if becomes == OK else ("OK", "ERRO")
    assert line == {**UPDATED, "before": {"Situação": before}, "after": {"Situação": after}}
    assert now["client"] == {**home["client"], "status": becomes, "updatedAt": now["client"]["updatedAt"]}
    assert now == {**home, "client": now["client"]}


@pytest.mark.parametrize(
    ("status", "becomes"), [(1, OK), (2, ERROR), (3, None), (4, ERROR), (5, None), (6, OK), (7, ERROR)]
)
def test_each_status_of_a_client_who_is_missing(town: ProviderOnAws, status: int, becomes: int | None) -> None:
    switched(town)
    contract = in_sgp(town, status=status)
    before = whole_map(town)
    off = {3: LOGGED, 5: NOT_FEASIBLE}.get(status, CREATE_OFF)
    assert told(town, contract) == off
    assert whole_map(town) == before
    switched(town, "create_clients", "cancel_clients")
    line = told(town, contract)
    if becomes is None:
        assert line == ({**NOTHING, "outcome": "unchanged"} if status == 3 else NOT_FEASIBLE)
        assert whole_map(town) == before
        return
    one = town.sgp.contract(contract)
    after = {
        "Cliente": label_of(one),
        "Situação": "ERRO" if becomes == ERROR else "OK",
        "Imóvel": f"{one.street}, {one.number} - {one.district}, {one.city} - {one.state}, {one.postcode}",
        "Coordenadas": "-26.900000, -52.600000",
        "Caixa e porta": place_of(town, contract),
        "Potência lida": "-20,50 dBm",
    }
    assert line == {**CREATED, "after": after}
    home = home_of(town, contract)
    client = home["client"]
    assert (client["code"], client["name"], client["status"], client["implanted"]) == (
        str(contract),
        one.name,
        becomes,
        status != 6,
    )
    assert client["onu"] == {"user_PPPoE": one.login, "serial_number": one.onu_serial}
    assert (home["lat"], home["lng"], home["potencyRead"], [port for _, port in connected_to(home)]) == (
        -26.9,
        -52.6,
        -20.5,
        [one.port],
    )
    assert told(town, contract) == {**NOTHING, "outcome": "unchanged"}


def test_a_number_that_is_no_contracts_does_nothing(town: ProviderOnAws) -> None:
    """Neither a client's id, though OZmap has that code, nor a contract that SGP no longer has."""
    switched(town, "cancel_clients", "create_clients", "remove_property")
    theirs = in_both(town)
    number = town.sgp.contract(theirs).client_id
    gone = in_both(town)
    town.sgp.remove(gone)
    before = whole_map(town)
    assert number not in {one.id for one in town.sgp.contracts()}
    for record in (number, gone):
        (hint,) = [town.hint(record)]
        town.sandbox.of("sincronia.store.hint_queue").SqsHintQueue().send(hint)
        assert town.deliver()
        assert line_of(town, hint.id) == {
            **NOTHING,
            "outcome": "rejected",
            "label": str(record),
            "code": "sgp.contract_unknown",
            "reason": f"O SGP não conhece o contrato {record}; nada foi alterado no OZmap.",
        }
    assert whole_map(town) == before


def test_an_id_that_is_a_client_and_a_contract_is_the_contract(town: ProviderOnAws) -> None:
    """Whoever else has that number as a client keeps all that is theirs."""
    switched(town, "cancel_clients", "remove_property")
    ids = {one.id for one in town.sgp.contracts()}
    theirs, contract = next(
        (one.id, one.client_id)
        for one in town.sgp.contracts()
        if one.client_id in ids
        and one.client_id != one.id
        and town.ozmap.property_of(str(one.client_id))
        and town.ozmap.property_of(str(one.id))
    )
    kept = home_of(town, theirs)
    assert told(town, contract, status=3)["outcome"] == "removed"
    assert town.ozmap.property_of(str(contract)) is None
    assert home_of(town, theirs) == kept


def test_a_doubled_code_is_left_as_it_is(town: ProviderOnAws) -> None:
    switched(town, "cancel_clients", "remove_property")
    contract = in_both(town)
    double = town.ozmap.add_row("ftth-clients", {"code": f"{contract}-x", "name": "Outra Pessoa"})
    with town.ozmap.lock:
        town.ozmap._tables.rows["ftth-clients"][double]["code"] = str(
            contract
        )  # OZmap's own fault: it lets nobody do so
    before = whole_map(town)
    assert told(town, contract, status=3) == {
        **NOTHING,
        "outcome": "rejected",
        "code": "sgp.code_doubled",
        "reason": f"O OZmap tem 2 clientes com o código {contract}, e não há como saber qual deles é o do contrato.",
    }
    assert whole_map(town) == before
    with town.ozmap.lock:
        town.ozmap._tables.rows["ftth-clients"][double]["code"] = f"{contract}-x"
