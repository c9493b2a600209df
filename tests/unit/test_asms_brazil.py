"""The map of Brazil: where places are on it."""

from __future__ import annotations

import pytest

from asms.brazil import MAP


@pytest.mark.parametrize(
    ("latitude", "longitude", "point"),
    [
        (6.5, -75.0, (0.0, 0.0)),
        (-23.55, -46.63, (283.7, 300.5)),  # São Paulo
        (2.82, -60.67, (143.3, 36.8)),  # Boa Vista
    ],
)
def test_a_degree_is_as_long_everywhere(latitude: float, longitude: float, point: tuple[float, float]) -> None:
    assert MAP.point(latitude, longitude) == point


@pytest.mark.parametrize(
    ("place", "is_on_it"),
    [
        ((-33.69, -53.45), True),  # Chuí
        ((-7.15, -34.79), True),  # Ponta do Seixas
        ((-7.55, -73.98), True),  # the Moa's springs
        ((38.72, -9.14), False),
        ((-90, 0), False),
    ],
)
def test_whatever_is_in_brazil_is_on_the_map(place: tuple[float, float], is_on_it: bool) -> None:
    assert MAP.shows(*place) is is_on_it


@pytest.mark.parametrize(
    ("place", "is_inside"),
    [
        ((-15.79, -47.88), True),  # Brasília
        ((-3.1, -60.02), True),  # Manaus
        ((-30.03, -51.23), True),  # Porto Alegre
        ((-8.05, -35.0), True),  # Recife, a little inland
        ((-9.97, -67.81), True),  # Rio Branco
        ((-16.5, -68.15), False),  # La Paz
        ((-34.6, -58.4), False),  # Buenos Aires
        ((-25.3, -57.6), False),  # Asunción
        ((-20.0, -35.0), False),  # the sea
    ],
)
def test_the_outline_holds_brazil_s_cities_and_not_its_neighbours(place: tuple[float, float], is_inside: bool) -> None:
    x, y = MAP.point(*place)
    points = [tuple(map(float, one.split(","))) for one in MAP.outline.split()]
    edges = zip(points, [*points[1:], points[0]], strict=True)
    crossed = [
        (x1, y1) for (x1, y1), (x2, y2) in edges if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1
    ]
    assert (len(crossed) % 2 == 1) is is_inside
