"""The bench measures two-way syncs of a few contacts, and its claims notice what does not hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench import two_way
from bench.two_way import MeasuredSync, Way

READ = {Way.RUN: 3, Way.DECISION: 1, Way.VDIRSYNCER: 1}
GOOD = [
    MeasuredSync(way, 10_000, changed, 0.5, 0.5, 80.0, read=READ[way] * changed, written_there=changed, written=changed)
    for changed in two_way.CHANGED
    for way in Way
]


@pytest.mark.parametrize("way", [Way.RUN, Way.DECISION])
def test_each_edit_is_written_once(way: Way) -> None:
    found = two_way.measure(way, 300, 3)

    assert (found.read, found.written_there, found.written) == (READ[way] * 3, 3, 3)
    assert found.peak_megabytes > 0


@pytest.mark.parametrize("way", [Way.RUN, Way.DECISION])
def test_of_what_nobody_edited_nothing_is_read_or_written(way: Way) -> None:
    found = two_way.measure(way, 300, 0)

    assert (found.read, found.written) == (0, 0)


@pytest.mark.sweep
def test_vdirsyncer_finds_the_same_edits() -> None:
    assert two_way.VDIRSYNCER_PYTHON.exists(), "vdirsyncer isn't installed; make .venv-vdirsyncer/ready"

    found = two_way.measure(Way.VDIRSYNCER, 300, 3)

    assert (found.read, found.written_there, found.written) == (3, 3, 3)


def test_good_rows_hold() -> None:
    assert [where for _, where in two_way.broken(GOOD)] == [[], []]


@pytest.mark.parametrize(("changes", "claim"), [({"read": 101}, 0), ({"written_there": 99}, 1), ({"written": 101}, 1)])
def test_a_bad_row_is_named(changes: dict[str, int], claim: int) -> None:
    rows = [*GOOD[:-1], replace(GOOD[-1], **changes)]  # type: ignore[arg-type]

    assert two_way.broken(rows)[claim][1] == ["vdirsyncer, 100 of 10,000 changed"]
