"""A map of Brazil that needs no other site: its outline, roughly, and where places are on it. Pure.

The projection is the plate carrée: a degree is as long everywhere, and so longitudes and latitudes are x and y.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# Longitude and latitude of points of the border and the coast, from Oiapoque southwards, and back through the west.
_OUTLINE = (
    *((-51.6, 4.3), (-50.0, 1.8), (-49.9, 0.3), (-48.4, -0.6), (-46.0, -1.1), (-44.3, -2.5), (-41.8, -2.8)),
    *((-40.0, -2.8), (-38.5, -3.7), (-37.2, -4.8), (-35.4, -5.1), (-34.8, -7.1), (-35.2, -9.2), (-37.0, -11.0)),
    *((-38.4, -13.0), (-39.0, -15.5), (-39.2, -17.7), (-39.8, -19.6), (-41.0, -21.9), (-42.0, -22.9), (-44.6, -23.2)),
    *((-46.3, -24.0), (-48.5, -25.8), (-48.6, -28.4), (-50.2, -30.2), (-52.1, -32.2), (-53.4, -33.7), (-53.1, -32.7)),
    *((-55.6, -30.9), (-57.6, -30.2), (-55.8, -28.2), (-53.8, -27.1), (-53.7, -26.2), (-54.6, -25.6), (-54.3, -24.1)),
    *((-55.4, -24.0), (-55.8, -22.3), (-57.9, -22.1), (-57.9, -20.0), (-57.5, -18.2), (-58.4, -17.2), (-60.2, -16.3)),
    *((-60.5, -13.8), (-62.0, -13.1), (-65.0, -12.0), (-65.3, -9.8), (-68.0, -10.7), (-70.6, -11.0), (-70.6, -9.5)),
    *((-72.4, -9.5), (-73.9, -7.4), (-73.0, -5.0), (-70.0, -4.3), (-69.4, -1.4), (-69.9, 1.1), (-67.3, 1.9)),
    *((-66.3, 0.8), (-64.0, 1.9), (-64.2, 4.1), (-61.0, 4.5), (-60.2, 5.2), (-59.8, 2.3), (-58.9, 1.3), (-56.0, 1.9)),
    *((-54.6, 2.3), (-52.7, 2.3)),
)


@dataclass(frozen=True, slots=True)
class Map:
    """A piece of the earth as a drawing, `scale` points to a degree, from its north-west corner."""

    west: float
    north: float
    width: int
    height: int
    scale: int
    lines: Sequence[tuple[float, float]]  # longitude and latitude

    def point(self, latitude: float, longitude: float) -> tuple[float, float]:
        """Where a place is on the drawing: x and y."""
        return round((longitude - self.west) * self.scale, 1), round((self.north - latitude) * self.scale, 1)

    def shows(self, latitude: float, longitude: float) -> bool:
        """Whether a place is on the drawing at all."""
        x, y = self.point(latitude, longitude)
        return 0 <= x <= self.width and 0 <= y <= self.height

    @property
    def outline(self) -> str:
        """The points of the drawing's polygon."""
        return " ".join("{},{}".format(*self.point(latitude, longitude)) for longitude, latitude in self.lines)


MAP = Map(west=-75.0, north=6.5, width=420, height=410, scale=10, lines=_OUTLINE)
