"""Which splitter and port of a box SGP's port means, who is on it, and places around a box."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgp.answers import ANSWERS
from sgp.contracts import Coordinates
from sgp.fibre_map import Box, BoxContents, Client, ClientStatus, Connection, Holder, Property, Splitter
from sgp.placement import APART, Spot, around, chosen_box, metres, numbered, spot_of
from sincronia.answers import Problem, explain

HERE = Coordinates(-26.8715, -52.6432)
BOX = Box("b1", "CTO-030", "p1", HERE)
ONE = Splitter("s1", "Splitter 1", "b1", True, (False,) * 8)
TWO = Splitter("s2", "Splitter 2", "b1", True, (False,) * 4)
NARA = Client("c9", "309", "Nara Luz", ClientStatus.OK, True)


def bare(number: str = "i9", on: Splitter | None = None, port: int = 0) -> Property:
    connection = Connection(on.id, on.name, port) if on else None
    return Property(number, "Rua A, 1", HERE, "b1", "", None, connection, None, False)


def contents(*splitters: Splitter, properties: tuple[Property, ...] = ()) -> BoxContents:
    return BoxContents(BOX, splitters, properties)


def taken(splitter: Splitter, port: int) -> Splitter:
    return replace(splitter, outputs=tuple(number == port for number in range(1, len(splitter.outputs) + 1)))


def spot(found: BoxContents, port: int, own: Property | None = None, elsewhere: Holder | None = None) -> Spot | str:
    """The spot, or the sentence that says why there is none."""
    result = spot_of(found, port, own, lambda _splitter, _port: elsewhere)
    return explain(result, ANSWERS).partition(". ")[0] if isinstance(result, Problem) else result


@pytest.mark.parametrize(
    ("port", "expected"), [(0, None), (1, ("s1", 1)), (8, ("s1", 8)), (9, ("s2", 1)), (12, ("s2", 4)), (13, None)]
)
def test_ports_are_counted_through_the_splitters_by_name(port: int, expected: tuple[str, int] | None) -> None:
    found = numbered((TWO, ONE), port)
    assert (found and (found[0].id, found[1])) == expected


@given(st.lists(st.integers(0, 16), max_size=5))
def test_every_port_of_every_splitter_has_one_number(sizes: list[int]) -> None:
    splitters = [Splitter(f"s{n}", f"S{n}", "b1", True, (False,) * size) for n, size in enumerate(sizes)]
    found = [numbered(splitters, port) for port in range(1, sum(sizes) + 1)]
    assert [(one[0].id, one[1]) for one in found if one] == [
        (f"s{n}", port) for n, size in enumerate(sizes) for port in range(1, size + 1)
    ]
    assert numbered(splitters, sum(sizes) + 1) is None


def test_free_port_is_a_spot() -> None:
    found = spot(contents(ONE), 3)
    assert found == Spot(BOX, ONE, 3)
    assert str(found) == "CTO-030, Splitter 1, porta 3"
    assert spot(contents(), 3) == Spot(BOX, None, 3)


def test_taken_port_names_who_holds_it() -> None:
    held = replace(bare(on=ONE, port=3), client=NARA)
    assert spot(contents(taken(ONE, 3), properties=(held,)), 3) == (
        "A porta já está ocupada no OZmap: em CTO-030, Splitter 1, porta 3 está o cliente 309 – Nara Luz"
    )
    # A property on the port counts even where the splitter's outputs don't say so.
    assert spot(contents(ONE, properties=(bare(on=ONE, port=3),)), 3) == (
        "A porta já está ocupada no OZmap: em CTO-030, Splitter 1, porta 3 está um imóvel sem cliente (Rua A, 1)"
    )
    assert "cliente 310 – Rui" in str(spot(contents(taken(ONE, 3)), 3, elsewhere=Holder("i7", "310", "Rui")))
    assert "algo que não é um imóvel" in str(spot(contents(taken(ONE, 3)), 3))
    assert "bloqueada" in str(spot(contents(replace(ONE, blocked=frozenset({3}))), 3))
    assert "vão até 12" in str(spot(contents(ONE, TWO), 13))


def test_own_port_is_not_taken() -> None:
    own = bare("i1", ONE, 3)
    assert spot(contents(taken(ONE, 3), properties=(own,)), 3, own) == Spot(BOX, taken(ONE, 3), 3)
    assert "ocupada" in str(spot(contents(taken(ONE, 4), properties=(bare("i2", ONE, 4),)), 4, own))


def test_box_is_the_one_of_that_name_or_none() -> None:
    other = Box("b2", "CTO-030", "p2", HERE)

    def code(*boxes: Box, current: str = "", within: set[str] | None = None) -> str:
        found = chosen_box(boxes, "CTO-030", current, within)
        return found.code if isinstance(found, Problem) else found.id

    assert code(BOX) == "b1"
    assert code() == "sgp.box_missing"
    assert code(BOX, other) == "sgp.box_doubled"
    assert code(BOX, other, within={"p2"}) == "b2"
    assert code(BOX, within={"p2"}) == "sgp.box_outside_projects"
    assert code(BOX, other, current="b2") == "b2"


PLACES = st.builds(Coordinates, st.floats(-33.7, 5.3), st.floats(-73.9, -34.8))  # Brazil's


@settings(max_examples=40, deadline=None)
@given(PLACES, st.integers(1, 40))
def test_places_around_a_box_are_apart_and_near(centre: Coordinates, number: int) -> None:
    places: list[Coordinates] = []
    for _ in range(number):
        place = around(centre, places)
        assert all(metres(place, other) >= APART for other in (centre, *places))
        places.append(place)
    # Rings are filled from the inside: 40 places need no more than four of them.
    assert max(metres(centre, place) for place in places) < 5 * APART
    assert around(centre, places[:-1]) == places[-1]


@given(PLACES, st.floats(0, 30), st.floats(0, 30))
def test_places_keep_apart_from_what_stands_anywhere(centre: Coordinates, north: float, east: float) -> None:
    other = Coordinates(centre.latitude + north / 111_195, centre.longitude + east / 111_195)
    assert metres(around(centre, [other]), other) >= APART


def test_first_place_is_five_metres_to_the_north() -> None:
    place = around(HERE, [])
    assert place.longitude == HERE.longitude
    assert metres(place, HERE) == pytest.approx(5.03, abs=0.02)
