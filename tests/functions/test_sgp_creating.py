"""SGP's worker: who is created on the map and where, who is not and why, who moves, and who comes back."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest

from sgp.contracts import Coordinates
from sgp.placement import APART, metres
from tests.contracts_on_aws import (
    NOTHING,
    check_books,
    connected_to,
    free_port,
    home_of,
    in_both,
    in_sgp,
    inside,
    label_of,
    place_of,
    switched,
    told,
)
from tests.office_on_aws import AwsServer
from tests.provider_on_aws import ProviderOnAws, provider_on_aws

UPDATED = {**NOTHING, "outcome": "updated", "action": "updated"}
UNCHANGED = {**NOTHING, "outcome": "unchanged"}


@pytest.fixture(scope="module")
def _streets(aws: AwsServer) -> Iterator[ProviderOnAws]:
    with provider_on_aws(aws, contracts=24, splitters=16) as provider:
        yield provider
        check_books(provider)


@pytest.fixture
def town(_streets: ProviderOnAws) -> ProviderOnAws:
    """One provider for all of these tests, with Criar Clientes alone."""
    _streets.now += 86400
    switched(_streets, "create_clients")
    return _streets


def rejected(code: str, reason: str) -> dict[str, Any]:
    return {**NOTHING, "outcome": "rejected", "code": code, "reason": reason}


def everybody(town: ProviderOnAws) -> tuple[Any, Any]:
    return town.ozmap.rows("properties"), town.ozmap.rows("ftth-clients")


def coordinates(home: dict[str, Any]) -> Coordinates:
    return Coordinates(home["lat"], home["lng"])


def test_a_port_that_is_taken_says_by_whom(town: ProviderOnAws) -> None:
    by_client, by_property, by_another = (in_sgp(town) for _ in range(3))
    town.sgp.change(by_client, splitter_id=None, port=None)
    holder = in_both(town)
    place, one = place_of(town, holder), town.sgp.contract(holder)
    town.sgp.change(holder, splitter_id=None, port=None)
    assert told(town, by_client, splitter_id=one.splitter_id, port=one.port) == rejected(
        "sgp.port_held_by_client", f"A porta já está ocupada no OZmap: em {place} está o cliente {label_of(one)}."
    )
    for contract, what, code, reason in (
        (
            by_property,
            "Rua das Araucárias, 12",
            "sgp.port_held_by_property",
            "A porta já está ocupada no OZmap: em {} está um imóvel sem cliente (Rua das Araucárias, 12).",
        ),
        (
            by_another,
            "",
            "sgp.port_held",
            "A porta já está ocupada no OZmap ({}), por algo que não é um imóvel que se possa ver.",
        ),
    ):
        one = town.sgp.contract(contract)
        splitter = inside(town, one.splitter_id or 0)["id"]
        if what:
            town.ozmap.hold(splitter, one.port or 0, what)
        else:
            town.ozmap.occupy(splitter, one.port or 0)
        before = everybody(town)
        assert told(town, contract) == rejected(code, reason.format(place_of(town, contract)))
        assert everybody(town) == before


def test_a_blocked_port_and_one_that_is_not_there(town: ProviderOnAws) -> None:
    blocked = in_sgp(town)
    one = town.sgp.contract(blocked)
    splitter = inside(town, one.splitter_id or 0)
    ports = [port | {"blocked": port["blocked"] or port["index"] == one.port} for port in splitter["ports"]]
    town.ozmap.change_row("splitters", splitter["id"], {"ports": ports})
    place = place_of(town, blocked)
    assert told(town, blocked) == rejected("sgp.port_blocked", f"A porta está bloqueada no OZmap: {place}.")
    town.ozmap.change_row("splitters", splitter["id"], {"ports": splitter["ports"]})
    small = town.ozmap.add_row(
        "boxes",
        {
            "name": "CTO-PEQUENA",
            "project": splitter["project"],
            "coords": [-52.6, -26.9],
            "boxType": town.ozmap.rows("box-types")[0]["id"],
            "hierarchyLevel": 2,
            "implanted": True,
        },
    )
    contract = in_sgp(town)
    here = town.sgp.contract(contract).splitter_id or 0
    name = town.sgp.splitter(here).ident
    town.sgp.change_splitter(here, ident="CTO-PEQUENA")
    try:  # a box without splitter: made, and on no port
        line = told(town, contract)
        assert (line["outcome"], line["action"]) == ("created", "created_unconnected")
        assert line["after"]["Caixa e porta"] == "CTO-PEQUENA"
        assert (home_of(town, contract)["box"], connected_to(home_of(town, contract))) == (small, [])
        assert told(town, contract) == UNCHANGED
        (known,) = town.ozmap.rows("splitter-types")
        fields = ("isDrop", "inputConnectionType", "outputConnectionType", "attenuation")
        small_one = {**{name: known[name] for name in fields}, "code": "1:2", "ratio": {"input": 1, "output": 2}}
        kind = town.ozmap.add_row("splitter-types", small_one)
        town.ozmap.add_row("splitters", {"name": "Menor", "parent": small, "splitterType": kind})
        taken = {one.port for one in town.sgp.contracts() if one.splitter_id == here}
        port = next(number for number in range(3, 9) if number not in taken)
        far = town.sgp.add(splitter_id=here, port=port, lat=-26.9, lng=-52.6)
        assert told(town, far) == rejected(
            "sgp.port_missing", f"A caixa CTO-PEQUENA não tem a porta {port} no OZmap: as suas portas vão até 2."
        )
    finally:
        town.sgp.change_splitter(here, ident=name)


def test_no_box_and_two_boxes_of_a_name(town: ProviderOnAws) -> None:
    """Considerar Projetos tells two apart, by the projects of the contract's POP."""
    *_, doubled, off = town.sgp.provider.splitters
    nowhere = town.sgp.add(splitter_id=off.id, port=8, lat=-26.9, lng=-52.6)
    assert told(town, nowhere) == rejected(
        "sgp.box_missing", f"O OZmap não tem nenhuma caixa com o nome {off.ident}, que é o do splitter no SGP."
    )
    contract = town.sgp.add(splitter_id=doubled.id, port=8, lat=-26.9, lng=-52.6, pop_id=doubled.pop_id)
    assert told(town, contract) == rejected(
        "sgp.box_doubled",
        f"O OZmap tem 2 caixas com o nome {doubled.ident}, e não há como saber qual delas é a do contrato.",
    )
    pop = town.sgp.provider.pop(doubled.pop_id).name
    switched(town, "create_clients", "consider_projects")
    assert told(town, contract) == rejected(
        "sgp.pop_without_projects",
        f"A conexão considera projetos, e nenhum projeto do OZmap foi informado para o POP do contrato ({pop}).",
    )
    switched(town, "create_clients", "consider_projects", projects_by_pop={pop: ["Projeto Antigo"]})
    assert told(town, contract) == rejected(
        "sgp.box_outside_projects",
        f"Nenhuma caixa com o nome {doubled.ident} está nos projetos do OZmap informados para o POP do contrato.",
    )
    switched(town, "create_clients", "consider_projects", projects_by_pop={pop: [pop]})
    assert told(town, contract)["action"] == "created_connected"
    home = home_of(town, contract)
    (project,) = [one for one in town.ozmap.rows("projects") if one["name"] == pop]
    assert home["project"] == project["id"]
    assert town.ozmap.row("boxes", home["box"])["project"] == project["id"]


def test_no_splitter_in_sgp(town: ProviderOnAws) -> None:
    contract = town.sgp.add(lat=-26.9, lng=-52.6)
    assert told(town, contract) == {
        **NOTHING,
        "outcome": "skipped",
        "code": "sgp.splitter_missing",
        "reason": "O SGP não informa splitter para o contrato, e por isso o cliente não foi criado no OZmap.",
    }
    splitter, port = free_port(town)
    assert told(town, contract, splitter_id=splitter, port=port, rx=-19.0)["action"] == "created_connected"


def test_around_the_box_who_has_no_coordinates(town: ProviderOnAws) -> None:
    """Each 5 m from the box and from whoever is there; without the switch it is said which one would do it."""
    contracts = [in_sgp(town, lat=None, lng=None) for _ in range(3)]
    first = town.sgp.contract(contracts[0])
    box = town.sgp.splitter(first.splitter_id or 0).ident
    assert told(town, contracts[0]) == rejected(
        "sgp.coordinates_missing",
        f"O endereço do contrato não tem coordenadas no SGP, e por isso o cliente não foi criado na caixa {box}.",
    )
    switched(town, "create_clients", "create_around_box")
    assert [told(town, contract)["outcome"] for contract in contracts] == ["created"] * 3
    for contract in contracts:
        home = home_of(town, contract)
        (there,) = [one for one in town.ozmap.rows("boxes") if one["id"] == home["box"]]
        near = [one for one in town.ozmap.rows("properties") if one["box"] == home["box"] and one["id"] != home["id"]]
        away = [metres(coordinates(home), coordinates(one)) for one in (there, *near)]
        assert min(away) >= APART
        assert away[0] < 4 * APART
    places = [coordinates(home_of(town, contract)) for contract in contracts]
    assert all(metres(one, other) >= APART for one, other in combinations(places, 2))
    assert [told(town, contract) for contract in contracts] == [UNCHANGED] * 3


@pytest.mark.parametrize(
    ("columns", "before", "after"),
    [
        ({"name": "Nome Como no SGP"}, {"Nome": "was"}, {"Nome": "Nome Como no SGP"}),
        (
            {"lat": -26.91, "lng": -52.61},
            {"Coordenadas": "-26.900000, -52.600000"},
            {"Coordenadas": "-26.910000, -52.610000"},
        ),
        ({"lat": -26.900001}, {}, {}),  # 11 cm
        ({"lat": None, "lng": None}, {}, {}),
        ({"rx": -23.456}, {"Potência lida": "-20,50 dBm"}, {"Potência lida": "-23,46 dBm"}),
        ({"rx": -20.51}, {}, {}),
        ({"rx": None}, {}, {}),
        (
            {"name": "Os Três", "status": 4, "rx": -25.0},
            {"Situação": "OK", "Nome": "was", "Potência lida": "-20,50 dBm"},
            {"Situação": "ERRO", "Nome": "Os Três", "Potência lida": "-25,00 dBm"},
        ),
    ],
)
def test_only_what_differs_is_written(
    town: ProviderOnAws, columns: dict[str, Any], before: dict[str, str], after: dict[str, str]
) -> None:
    """Each object of OZmap in one PATCH, and none where all is the same."""
    switched(town)
    contract = in_both(town)
    name, writes = town.sgp.contract(contract).name, town.ozmap.writes
    line = told(town, contract, **columns)
    assert line == (
        UPDATED | {"before": {**before, **({"Nome": name} if "Nome" in before else {})}, "after": after}
        if after
        else UNCHANGED
    )
    of_client, of_property = {"Situação", "Nome"} & after.keys(), {"Coordenadas", "Potência lida"} & after.keys()
    assert town.ozmap.writes - writes == bool(of_client) + bool(of_property)
    assert told(town, contract) == UNCHANGED


def test_a_contract_that_moved_is_moved(town: ProviderOnAws) -> None:
    """To another port, to another box; where somebody else is there, all else is done and the reason says who it is."""
    switched(town)
    contract, other = in_both(town), in_both(town)
    writes = town.ozmap.writes
    for _ in range(2):
        was = place_of(town, contract)
        here = town.sgp.contract(contract).splitter_id
        splitter, port = next(
            (one, number)
            for one, number in ((one.id, number) for one in town.sgp.provider.splitters[:-2] for number in range(1, 9))
            if (one, number) not in {(each.splitter_id, each.port) for each in town.sgp.contracts()}
            and inside(town, one)["connectables"]["output"][number - 1] is None
            and one != here
        )
        line = told(town, contract, splitter_id=splitter, port=port)
        now = place_of(town, contract)
        assert line == {**UPDATED, "before": {"Caixa e porta": was}, "after": {"Caixa e porta": now}, "freed": [was]}
        assert connected_to(home_of(town, contract)) == [(inside(town, splitter)["id"], port)]
    assert town.ozmap.writes - writes == 2
    there, place = town.sgp.contract(other), place_of(town, other)
    town.sgp.change(other, splitter_id=None, port=None)
    moved = told(town, contract, splitter_id=there.splitter_id, port=there.port, status=2)
    assert moved == {
        **rejected(
            "sgp.port_held_by_client",
            f"A porta já está ocupada no OZmap: em {place} está o cliente {label_of(there)}.",
        ),
        "action": "updated",
        "before": {"Situação": "OK"},
        "after": {"Situação": "ERRO"},
    }
    assert connected_to(home_of(town, contract)) == [(inside(town, splitter)["id"], port)]


@pytest.mark.parametrize("how", [(), ("disconnect_property",), ("remove_property",)])
def test_who_was_cancelled_comes_back(town: ProviderOnAws, how: tuple[str, ...]) -> None:
    """Into the kept property, on the port again where it had left it; a removed one is made anew."""
    contract = in_both(town)
    label, place, home = label_of(town.sgp.contract(contract)), place_of(town, contract), home_of(town, contract)
    switched(town, "cancel_clients", *how)
    told(town, contract, status=3)
    assert told(town, contract, status=1) == {
        **NOTHING,
        "outcome": "skipped",
        "code": "sgp.reactivation_off",
        "reason": "O contrato voltou a valer no SGP depois de cancelado, e não foi reativado no OZmap.",
    }
    switched(town, "cancel_clients", "create_clients", *how)
    line = told(town, contract)
    now = home_of(town, contract)
    assert (line["action"], line["code"]) == ("reactivated", None)
    assert connected_to(now) == connected_to(home)
    if how == ("remove_property",):
        assert (line["outcome"], line["after"]["Caixa e porta"], now["id"] != home["id"]) == ("created", place, True)
    else:
        where = {"Caixa e porta": place} if how else {}
        was = {"Caixa e porta": place.partition(",")[0]} if how else {}
        assert line == {
            **NOTHING,
            "outcome": "updated",
            "action": "reactivated",
            "before": {"Cliente": None, **was},
            "after": {"Cliente": label, **where},
        }
        assert (now["id"], now["client"]["id"]) == (home["id"], home["client"]["id"])
    assert told(town, contract) == UNCHANGED
    assert [one["code"] for one in town.ozmap.rows("ftth-clients")].count(str(contract)) == 1
