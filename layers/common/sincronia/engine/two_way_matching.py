"""Who is who: the records of two sides as cases, by their pairs, and by their keys where they have none.

A key finds only where it can be no mistake: one record on each side, neither of them linked to somebody who is there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from sincronia.answers import Problem
from sincronia.engine.two_way import Case, Pair, Seen, Side


def matched(a: Iterable[Seen], b: Iterable[Seen], pairs: Iterable[Pair]) -> list[Case]:
    """Each record in one case, and each pair in one, or replaced in one. A pair of two that are gone is a case too.

    Who lost the other half is looked for by key again: deleted and typed anew, it is the same person. Not where either
    may not be carried: then the pair says what the deletion means.
    """
    there = {Side.A: {seen.id: seen for seen in a}, Side.B: {seen.id: seen for seen in b}}
    linked = [Case(there[Side.A].get(pair.a.id), there[Side.B].get(pair.b.id), pair) for pair in pairs]
    cases = [case for case in linked if (case.a is None) is (case.b is None)]
    settled = {(side, seen.id) for case in cases for side in Side if (seen := case.seen(side))}
    widowed = {(side, seen.id): case for case in linked for side in Side if (seen := case.seen(side))}
    groups = _by_key(there)
    for key, group in groups.items():
        free = {side: [seen for seen in group[side] if (side, seen.id) not in settled] for side in Side}
        one_each = all(len(group[side]) == len(free[side]) == 1 for side in Side)
        if key and one_each:
            both = Case(free[Side.A][0], free[Side.B][0])
            replaces = [widowed[one].pair for side in Side if (one := (side, free[side][0].id)) in widowed]
            if not replaces or all(_carried(free[side][0]) for side in Side):
                cases.append(replace(both, replaces=tuple(pair for pair in replaces if pair)))
                continue
        doubt = _doubt(key, group)
        for side in Side:
            cases += [_alone(side, replace(seen, doubt=doubt), widowed.get((side, seen.id))) for seen in free[side]]
    taken = {(side, seen.id) for case in cases for side in Side if (seen := case.seen(side))}
    aside = [(side, seen) for side in Side for seen in there[side].values() if (side, seen.id) not in taken]
    return cases + [_alone(side, seen, widowed.get((side, seen.id))) for side, seen in aside]


def _carried(seen: Seen) -> bool:
    return seen.in_scope and not seen.private and seen.problem is None


def _by_key(there: dict[Side, dict[str, Seen]]) -> dict[str, dict[Side, list[Seen]]]:
    """Of each key, who stands for it on each side: what is private or out of scope only where nobody else has it."""
    groups: dict[str, dict[Side, list[Seen]]] = defaultdict(lambda: {Side.A: [], Side.B: []})
    for side in Side:
        for seen in there[side].values():
            groups[seen.key][side].append(seen)
    for group in groups.values():
        for side in Side:
            group[side] = [seen for seen in group[side] if seen.in_scope and not seen.private] or group[side]
    return groups


def _doubt(key: str, group: dict[Side, list[Seen]]) -> Problem | None:
    """Why nobody may be made of this key; None where one record has it, on one side."""
    if not key or len(group[Side.A]) + len(group[Side.B]) == 1:
        return None
    ids = {side.value: ", ".join(sorted(seen.id for seen in group[side])) for side in Side}
    return Problem("two_way_key_shared", ids)


def _alone(side: Side, seen: Seen, widow: Case | None) -> Case:
    pair = widow.pair if widow else None
    return Case(seen, None, pair) if side is Side.A else Case(None, seen, pair)
