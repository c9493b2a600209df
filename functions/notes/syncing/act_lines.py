"""Acts of a plan as JSON lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sincronia.answers import problem_in, problem_out
from sincronia.engine.two_way import Act, ActKind, Case, Held, Pair, Seen, Side


def line_from_act(act: Act) -> dict[str, Any]:
    """The line of an act."""
    case = act.case
    return {
        "kind": act.kind.value,
        "on": act.on.value if act.on else None,
        "conflict": act.conflict.value if act.conflict else None,
        "problem": problem_out(act.problem),
        "a": _seen_out(case.a),
        "b": _seen_out(case.b),
        "pair": _pair_out(case.pair),
        "replaces": [_pair_out(pair) for pair in case.replaces],
    }


def act_from_line(line: Mapping[str, Any]) -> Act:
    """The act of a line."""
    replaces = tuple(pair for one in line["replaces"] if (pair := _pair_in(one)))
    case = Case(_seen_in(line["a"]), _seen_in(line["b"]), _pair_in(line["pair"]), replaces)
    on, conflict = (Side(line[name]) if line[name] else None for name in ("on", "conflict"))
    return Act(ActKind(line["kind"]), case, on, conflict, problem_in(line["problem"]))


def _seen_out(seen: Seen | None) -> dict[str, Any] | None:
    if seen is None:
        return None
    return {
        "id": seen.id,
        "version": seen.version,
        "print": seen.fingerprint,
        "key": seen.key,
        "label": seen.label,
        "private": seen.private,
        "in_scope": seen.in_scope,
        "problem": problem_out(seen.problem),
        "doubt": problem_out(seen.doubt),
    }


def _seen_in(line: Mapping[str, Any] | None) -> Seen | None:
    if line is None:
        return None
    return Seen(
        id=line["id"],
        version=line["version"],
        fingerprint=line["print"],
        key=line["key"],
        label=line["label"],
        private=line["private"],
        in_scope=line["in_scope"],
        problem=problem_in(line["problem"]),
        doubt=problem_in(line["doubt"]),
    )


def _pair_out(pair: Pair | None) -> dict[str, Any] | None:
    if pair is None:
        return None
    return {
        "a": _held_out(pair.a),
        "b": _held_out(pair.b),
        "made_on": pair.made_on.value if pair.made_on else None,
        "writing": pair.writing.value if pair.writing else None,
        "meant": pair.meant,
    }


def _pair_in(line: Mapping[str, Any] | None) -> Pair | None:
    if line is None:
        return None
    made_on, writing = (Side(line[name]) if line[name] else None for name in ("made_on", "writing"))
    return Pair(Held(*line["a"]), Held(*line["b"]), made_on, writing, line["meant"])


def _held_out(held: Held) -> list[str]:
    return [held.id, held.version, held.fingerprint, held.key]
