"""What a run did, per lane and side, for the panel: `run.progress["counts"]`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from notes.flow_names import lane_of
from notes.records import Module
from sincronia.engine.state import Run
from sincronia.engine.two_way import Side

COUNTS, CONFLICTS = "counts", "conflicts"


@dataclass(frozen=True, slots=True)
class Counted:
    """How often something became of a user's records on a side. `what`: an OutcomeKind, or CONFLICTS; `code`: why."""

    module: Module
    user: str
    side: Side
    what: str
    number: int
    code: str = ""


Key = tuple[Side, str, str]  # side, what, code


def with_counts(progress: Mapping[str, Any], entity: str, more: Counter[Key]) -> dict[str, Any]:
    """The progress with more counted of a lane."""
    if not more:
        return dict(progress)
    counts = dict(progress.get(COUNTS, {}))
    of_lane = Counter[str](counts.get(entity, {}))
    for (side, what, code), number in more.items():
        of_lane[f"{side.value} {what} {code}".strip()] += number
    return {**progress, COUNTS: {**counts, entity: dict(of_lane)}}


def counted(run: Run) -> Iterator[Counted]:
    """What a run has counted until now; of a preview, what would be done."""
    for entity, of_lane in run.progress.get(COUNTS, {}).items():
        module, user = lane_of(entity)
        for name, number in of_lane.items():
            side, what, code = (*name.split(" "), "")[:3]
            yield Counted(module, user, Side(side), what, int(number), code)
