"""Contracts read at SGP's simulator and brought in line at OZmap's: what is written, and what a second look says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from local.vendors.faults import Fault, Kind
from local.vendors.ozmap import OzmapSimulator
from local.vendors.sgp import ONUS, SPLITTERS, SgpSimulator
from sgp import links, ports
from sgp.actions import TITLES, Action
from sgp.answers import ANSWERS
from sgp.contracts import Status
from sincronia import clock, vendor_http
from sincronia.answers import AnswerUnknownError, ProblemError, explain
from sincronia.engine.hints import Cause, Hint
from sincronia.engine.state import OutcomeKind
from tests.sgp_vendors import ozmap_saying, page
from tests.sgp_world import ALL_ON, TOWN, World, added, free_port, ports_of, reason, splitter_of, whole


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(vendor_http, "sleep", lambda seconds: None)
    ports.readings.clear()
    with SgpSimulator(TOWN) as sgp, OzmapSimulator(TOWN) as ozmap:
        yield World(sgp, ozmap)


def test_second_look_has_nothing_to_do(world: World) -> None:
    """Every contract of the town once, and once more: no step is left, and what is told has a sentence."""
    told: set[tuple[str, str]] = set()
    for contract in TOWN.contracts:
        change = world.act(contract.id, **ALL_ON)
        assert change.effect.action == "" or change.effect.action in TITLES
        if problem := change.effect.problem:
            assert explain(problem, ANSWERS)
        told.add((change.effect.kind, change.effect.action))
    assert {"", Action.CREATED_CONNECTED, Action.PROPERTY_REMOVED} >= {action for _, action in told}
    writes = world.ozmap.writes
    assert writes > 0
    for contract in TOWN.contracts:
        again = world.look(contract.id, **ALL_ON)
        assert again.steps == ()
        assert again.link is None
        assert again.effect.kind in {OutcomeKind.UNCHANGED, OutcomeKind.SKIPPED, OutcomeKind.REJECTED}
    assert world.ozmap.writes == writes


def test_client_is_taken_out_and_put_back(world: World) -> None:
    """The kept property holds its port all the while."""
    contract = world.contract(status=Status.ACTIVE)
    home = world.ozmap.property_of(str(contract.id))
    world.act(contract.id, **ALL_ON)
    world.sgp.change(contract.id, status=3)
    out = world.act(contract.id, **ALL_ON)
    assert (out.effect.kind, out.effect.action, out.removes) == (OutcomeKind.DEACTIVATED, "client_taken_out", True)
    assert world.ozmap.property_of(str(contract.id)) is None
    assert home
    assert world.ozmap.row("properties", home["id"])["connections"] == home["connections"]
    assert not world.kept.links[str(contract.id)].active

    world.sgp.change(contract.id, status=1)
    off = world.act(contract.id, cancel_clients=True)
    assert (off.effect.kind, reason(off)) == (OutcomeKind.SKIPPED, "sgp.reactivation_off")
    back = world.act(contract.id, **ALL_ON)
    assert (back.effect.kind, back.effect.action) == (OutcomeKind.UPDATED, "reactivated")
    assert whole(world, contract.id) == (home["id"], ports_of(home))
    assert world.kept.links[str(contract.id)].active
    assert world.look(contract.id, **ALL_ON).link is None


def test_property_is_removed_and_made_again(world: World) -> None:
    contract = world.contract(status=Status.ACTIVE)
    home = world.ozmap.property_of(str(contract.id))
    assert home
    world.sgp.change(contract.id, status=3)
    gone = world.act(contract.id, **ALL_ON, remove_property=True)
    assert gone.effect.kind == OutcomeKind.REMOVED
    assert gone.effect.freed == (f"{splitter_of(contract)}, Atendimento, porta {contract.port}",)
    assert gone.image
    assert gone.image["id"] == home["id"]
    assert world.kept.links[str(contract.id)].target_id == ""
    world.sgp.change(contract.id, status=1)
    back = world.act(contract.id, **ALL_ON)
    assert (back.effect.kind, back.effect.action) == (OutcomeKind.CREATED, "reactivated")
    number, connections = whole(world, contract.id)
    assert (number == home["id"], connections) == (False, ports_of(home))


def test_port_that_was_left_is_had_again_if_it_is_free(world: World) -> None:
    contract = world.contract(status=Status.ACTIVE)
    home = world.ozmap.property_of(str(contract.id))
    assert home
    [connection] = home["connections"]
    world.act(contract.id, **ALL_ON)
    world.sgp.change(contract.id, status=3)
    out = world.act(contract.id, **ALL_ON, disconnect_property=True)
    assert out.effect.freed == (f"{splitter_of(contract)}, Atendimento, porta {contract.port}",)
    assert world.ozmap.row("properties", home["id"])["connections"] == []
    holder = world.ozmap.hold(connection["id"], connection["port"], "Rua Nova, 7")
    world.sgp.change(contract.id, status=1)
    taken = world.act(contract.id, **ALL_ON)
    assert (taken.effect.kind, taken.effect.action) == (OutcomeKind.REJECTED, "reactivated")
    assert taken.effect.problem
    assert "imóvel sem cliente (Rua Nova, 7)" in explain(taken.effect.problem, ANSWERS)
    assert whole(world, contract.id) == (home["id"], [])
    world.ozmap.remove_rows("properties", holder)
    assert world.act(contract.id, **ALL_ON).effect.kind == OutcomeKind.UPDATED
    assert whole(world, contract.id) == (home["id"], ports_of(home))


def test_first_look_at_a_cancelled_contract_after_a_death_ends_as_any(world: World) -> None:
    """The step is taken and the worker dies: the next look finds the client out, and the same link is to stand."""
    contract = world.contract(status=Status.ACTIVE)
    world.act(contract.id, **ALL_ON)
    world.sgp.change(contract.id, status=3)
    change = world.look(contract.id, **ALL_ON)
    change.steps[0]()
    after = world.look(contract.id, **ALL_ON)
    assert (after.effect.kind, after.effect.goal, after.steps) == (OutcomeKind.UNCHANGED, change.effect.goal, ())
    assert change.link
    assert after.link
    assert replace(after.link, at=change.link.at) == change.link


def test_contract_that_moved_moves(world: World) -> None:
    contract = world.contract(status=Status.ACTIVE)
    world.act(contract.id, **ALL_ON)
    there = next(one for one in TOWN.splitters if one.id != contract.splitter_id)
    free = free_port(world, there.id)
    world.sgp.change(contract.id, splitter_id=there.id, port=free)
    moved = world.act(contract.id, **ALL_ON)
    assert moved.effect.before["Caixa e porta"] == f"{splitter_of(contract)}, Atendimento, porta {contract.port}"
    assert moved.effect.after["Caixa e porta"] == f"{there.ident}, Atendimento, porta {free}"
    assert moved.effect.freed == (moved.effect.before["Caixa e porta"],)
    assert len(moved.steps) == 1
    _, [(_, port)] = whole(world, contract.id)
    assert port == free
    assert world.look(contract.id, **ALL_ON).steps == ()


def test_move_to_the_only_box_of_a_name_needs_no_project(world: World) -> None:
    contract = world.contract(status=Status.ACTIVE)
    there = next(one for one in TOWN.splitters[:-2] if one.id != contract.splitter_id)
    world.sgp.change(contract.id, splitter_id=there.id, port=free_port(world, there.id))
    assert world.act(contract.id, consider_projects=True).effect.kind == OutcomeKind.UPDATED


def test_property_that_has_somebody_else_by_now_is_left_to_them(world: World) -> None:
    contract = world.contract(status=Status.ACTIVE)
    home = world.ozmap.property_of(str(contract.id))
    assert home
    world.act(contract.id, **ALL_ON)
    world.sgp.change(contract.id, status=3)
    world.act(contract.id, **ALL_ON)
    new = {"code": "9999", "name": "Rui Prado", "status": 0, "implanted": True}
    world.ozmap.change_row("properties", home["id"], {"client": new})
    world.sgp.change(contract.id, status=1)
    back = world.act(contract.id, **ALL_ON)
    assert (back.effect.kind, reason(back)) == (OutcomeKind.REJECTED, "sgp.port_held_by_client")
    assert whole(world, 9999)[0] == home["id"]


def test_ozmap_that_is_down_is_no_answer(world: World) -> None:
    """The hint waits: nothing is rejected for it."""
    world.ozmap.faults.set(Fault(Kind.ERROR, times=None, status=503))
    with pytest.raises(ProblemError) as raised:
        world.look(world.sgp.contracts()[0].id, **ALL_ON)
    assert raised.value.problem.code == "vendor_down"


def test_port_in_place_is_not_looked_up_again(world: World) -> None:
    contract = world.contract(status=Status.ACTIVE)
    world.act(contract.id)
    before = world.ozmap.reads
    assert world.look(contract.id).effect.kind == OutcomeKind.UNCHANGED
    assert world.ozmap.reads - before == 2  # the client, and the property
    # Somebody moves it in OZmap: it is looked up, and moved back.
    home = world.ozmap.property_of(str(contract.id))
    assert home
    assert contract.splitter_id
    elsewhere = free_port(world, contract.splitter_id)
    [connection] = home["connections"]
    world.ozmap.change_row("properties", home["id"], {"connector": connection["id"], "port": elsewhere})
    back = world.act(contract.id)
    assert (back.effect.kind, back.effect.after["Caixa e porta"][-1]) == (OutcomeKind.UPDATED, str(contract.port))


def test_contract_is_found_without_reading_every_splitter(world: World) -> None:
    contract = world.contract(status=Status.ACTIVE)
    number, calls = str(contract.id), world.sgp.subjects
    world.act(number)
    assert calls[SPLITTERS] == 1
    found_after = calls[ONUS]
    world.act(number)  # remembered
    assert (calls[SPLITTERS], calls[ONUS]) == (1, found_after + 1)
    # It leaves the splitter: what is kept of the others tells where to look.
    there = next(one for one in reversed(TOWN.splitters) if one.id != contract.splitter_id)
    for one in TOWN.contracts:
        if one.splitter_id:
            world.look(one.id)
    before = calls[ONUS]
    world.sgp.change(contract.id, splitter_id=there.id, port=free_port(world, there.id))
    world.act(number)
    assert calls[ONUS] - before <= 3  # where it was, where it held, where it is
    assert world.kept.links[number].kept[links.SPLITTER] == str(there.id)


def test_reading_is_shared_only_if_it_is_younger_than_the_hint(world: World) -> None:
    there = TOWN.splitters[1].id
    one, other = [each for each in TOWN.contracts if each.splitter_id == there and each.status == Status.ACTIVE][:2]
    world.act(one.id)
    world.act(other.id)
    calls = world.sgp.subjects
    before = calls[ONUS], calls[SPLITTERS]
    early = clock.now()
    for contract in (one, other):
        hint = Hint("provedor", "h", "contract", str(contract.id), Cause.WEBHOOK, early)
        world.records().change(hint, world.kept.link(str(contract.id)))
    assert (calls[ONUS], calls[SPLITTERS]) == (before[0] + 1, before[1])
    late = Hint("provedor", "h", "contract", str(one.id), Cause.WEBHOOK, clock.now())
    world.records().change(late, world.kept.link(str(one.id)))
    assert calls[ONUS] == before[0] + 2
    # Another connection's readings are its own, though the address is the same.
    theirs = replace(late, connection="outro", received_at=early)
    world.records().change(theirs, world.kept.link(str(one.id)))
    assert calls[ONUS] == before[0] + 3


def test_client_id_is_never_taken_for_a_contract(world: World) -> None:
    """SGP doesn't know it as a contract: rejected, and whatever OZmap has under that code stays."""
    contracts = {contract.id for contract in TOWN.contracts}
    client = next(contract.client_id for contract in TOWN.contracts if contract.client_id not in contracts)
    change = world.act(client, **ALL_ON, remove_property=True)
    assert (change.effect.kind, reason(change)) == (OutcomeKind.REJECTED, "sgp.contract_unknown")
    assert (change.link, change.steps, world.ozmap.writes) == (None, (), 0)
    known = world.contract(status=Status.ACTIVE)
    world.sgp.remove(known.id)
    gone = world.act(known.id, **ALL_ON, remove_property=True)
    assert (reason(gone), gone.steps) == ("sgp.contract_unknown", ())
    assert world.ozmap.property_of(str(known.id))


def test_projects_decide_between_boxes_of_one_name(world: World) -> None:
    doubled = next(one for one in TOWN.splitters if len(world.ozmap.boxes_named(one.ident)) == 2)
    number = added(world, doubled.id, pop_id=doubled.pop_id)
    assert reason(world.look(number, **ALL_ON)) == "sgp.box_doubled"
    assert reason(world.look(number, **ALL_ON, consider_projects=True)) == "sgp.pop_without_projects"
    pop = TOWN.pop(doubled.pop_id).name
    mapped = {"consider_projects": True, "projects_by_pop": {pop: [pop]}}
    elsewhere = {"consider_projects": True, "projects_by_pop": {pop: ["Projeto que não existe"]}}
    assert reason(world.look(number, **ALL_ON, **elsewhere)) == "sgp.box_outside_projects"
    made = world.act(number, **ALL_ON, **mapped)
    assert (made.effect.kind, made.effect.action) == (OutcomeKind.CREATED, "created_connected")
    home = world.ozmap.property_of(str(number))
    assert home
    assert world.ozmap.row("projects", home["project"])["name"] == pop
    # Where it is already needs no project.
    world.sgp.change(number, name="Outro Nome")
    assert world.act(number, **ALL_ON).effect.kind == OutcomeKind.UPDATED


def test_box_missing_port_taken_and_around_the_box(world: World) -> None:
    off = added(world, TOWN.splitter_off_the_map.id)
    assert reason(world.look(off, **ALL_ON)) == "sgp.box_missing"
    splitter = TOWN.splitters[0]
    number = added(world, splitter.id, lat=None, lng=None)
    assert reason(world.look(number, create_clients=True)) == "sgp.coordinates_missing"
    made = world.act(number, **ALL_ON)
    assert made.effect.kind == OutcomeKind.CREATED
    [box] = world.ozmap.boxes_named(splitter.ident)
    assert world.ozmap.property_of(str(number))
    [inside] = world.ozmap.splitters_in(box["id"])
    again = added(world, splitter.id, lat=None, lng=None)
    world.ozmap.occupy(inside["id"], world.sgp.contract(again).port or 0)
    assert reason(world.look(again, **ALL_ON)) == "sgp.port_held"


def test_what_ozmap_has_twice_is_rejected_and_not_asked_about_again(world: World) -> None:
    contract = world.contract(status=Status.ACTIVE)
    [client] = [one for one in world.ozmap.rows("ftth-clients") if one["code"] == str(contract.id)]
    before = world.act(contract.id, **ALL_ON)
    assert before.link
    world.sgp.change(contract.id, name="Outro Nome")
    with ozmap_saying(page(client, {**client, "id": "5" * 24})) as lying:
        records = replace(world.records(**ALL_ON), ozmap=lying)
        hint = Hint("provedor", "h", "contract", str(contract.id), Cause.WEBHOOK, clock.now())
        change = records.change(hint, world.kept.link(str(contract.id)))
    assert (change.effect.kind, reason(change), change.steps) == (OutcomeKind.REJECTED, "sgp.code_doubled", ())
    assert change.link
    assert (change.link.target_id, change.link.synced) == (before.link.target_id, before.link.synced)
    now = links.listed("Outro Nome", Status.ACTIVE)
    assert not links.is_news(change.link, now, world.records(**ALL_ON).settings)
    assert links.is_news(change.link, now, world.records().settings)


def test_answer_lost_after_a_create_makes_no_second_one(world: World) -> None:
    number = added(world, TOWN.splitters[0].id)
    change = world.look(number, **ALL_ON)
    world.ozmap.faults.set(Fault(Kind.LOST_ANSWER, method="POST"))
    with pytest.raises(AnswerUnknownError):
        change.steps[0]()
    again = world.look(number, **ALL_ON)
    assert (again.effect.kind, again.steps) == (OutcomeKind.UNCHANGED, ())
    assert change.link
    assert again.link
    assert replace(again.link, at="", target_id="") == replace(change.link, at="")
    assert [one["code"] for one in world.ozmap.rows("ftth-clients")].count(str(number)) == 1
