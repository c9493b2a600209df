"""Performs a scenario once for each call that something may befall, and says where the world ends otherwise."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import pytest

from tests.crash.choke import Choke, Fate
from tests.crash.drives import Drive
from tests.crash.scenario import Place, differences
from tests.crash.stage import Stage

Chosen = Callable[[list[str]], list[int]]  # which of the calls of a performance, by number, something befalls

SHARED = (
    "TransactWriteItems", "UpdateItem", "PutItem", "SendMessage", "SendMessageBatch",
    "vendor POST", "vendor PUT", "vendor PATCH", "vendor DELETE",
)  # fmt: skip


def every(seen: list[str]) -> list[int]:
    """Every call."""
    return [*range(1, len(seen) + 1)]


def shared(seen: list[str]) -> list[int]:
    """The calls that change what others see: between two of them, the world stays as it is."""
    return [at for at, name in enumerate(seen, start=1) if name.endswith(SHARED)]


def firsts(seen: list[str]) -> list[int]:
    """The first call of each name."""
    return [at for at, name in enumerate(seen, start=1) if name not in seen[: at - 1]]


def thinned(seen: list[str]) -> list[int]:
    """The shared calls; of the stretch before each, one other, by turns; and the first of each name.

    Between two shared calls a worker reads, and writes objects that only who holds its lease will read. Wherever in
    such a stretch it dies, it leaves the same world.
    """
    kept, stretch, stretches = {*shared(seen), *firsts(seen)}, list[int](), 0
    for at, name in enumerate(seen, start=1):
        if name.endswith(SHARED):
            if stretch:
                stretches += 1
                kept.add(stretch[stretches % len(stretch)])
            stretch = []
        else:
            stretch.append(at)
    return sorted(kept)


@dataclass(frozen=True)
class Share:
    """Which of a sweep's performances a test does, so that they can be done side by side."""

    number: int = 0
    of: int = 1


def shares(number: int, fate: Fate, chosen: Chosen) -> list[object]:
    """The parameters of a sweep that is done in so many shares."""
    label = f"{fate.value}, {chosen.__name__}"
    return [
        pytest.param(fate, chosen, Share(share, number), id=f"{label} {share + 1}/{number}") for share in range(number)
    ]


def sweep(
    stage: Stage[Place],
    fate: Fate = Fate.BEFORE,
    drive: Drive[Place] | None = None,
    *,
    only: str = "",
    chosen: Chosen = every,
    share: Share = Share(),
    without: Collection[str] = (),
) -> dict[str, str]:
    """Performs the scenario once for each chosen call (`only`: of those so named); gives what went wrong, by call.

    `without`: parts of the world that may differ from the undisturbed one.
    """
    undisturbed = Choke()
    expected = stage.perform(undisturbed)
    assert len(undisturbed.seen) >= 15, undisturbed.seen
    assert set(expected["creates"].values()) <= {1}, expected["creates"]
    wrong = {}
    for at in chosen(undisturbed.seen)[share.number :: share.of]:
        name = undisturbed.seen[at - 1]
        if only in name:
            differing = _differing(stage, expected, Choke(at=at, fate=fate), drive, without)
            if differing:
                wrong[f"call {at} ({name})"] = differing
    return wrong


def sweep_of_drives(
    stage: Stage[Place], drives: dict[str, Drive[Place]], without: Collection[str] = ()
) -> dict[str, str]:
    """Performs the scenario once for each drive; gives what went wrong, by the drive's name."""
    expected = stage.perform(Choke())
    wrong = {name: _differing(stage, expected, Choke(), drive, without) for name, drive in drives.items()}
    return {name: differing for name, differing in wrong.items() if differing}


def _differing(
    stage: Stage[Place], expected: dict[str, Any], choke: Choke, drive: Drive[Place] | None, without: Collection[str]
) -> str:
    try:
        found = stage.perform(choke, drive)
    except AssertionError as error:
        return str(error) or repr(error)
    return differences({part: value for part, value in expected.items() if part not in without}, found)


def vendor_calls(stage: Stage[Any]) -> int:
    """How many vendor calls the worker makes in the undisturbed scenario."""
    choke = Choke()
    stage.perform(choke)
    return sum(name.startswith("vendor") for name in choke.seen)
