"""What the hub knows of each integration: its name, its sentences, and what people call what it keeps.

`sentences.json` is written from the integrations themselves (`make openapi`); the hub imports none of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sincronia.answers import COMMON, Problem

_NO_LONGER_KNOWN = ("O motivo é de uma versão anterior do Sincronia, que esta não sabe mais explicar.", "")


@dataclass(frozen=True, slots=True)
class Integrated:
    """An integration as people know it."""

    title: str
    sentences: Mapping[str, tuple[str, str]]  # by code, beside those that all share: what is wrong, what to do
    lanes: Mapping[str, tuple[str, str]]  # by entity: what its records are, and where they go
    sides: Mapping[str, str]  # of one that writes to both: what they are called
    actions: Mapping[str, str]  # by code: what a hint led to
    hinted: frozenset[str]  # entities whose records are worked on by hints

    def lane(self, entity: str) -> tuple[str, str] | None:
        """What the records of an entity are, and where they go; None of what is none of the integration's.

        Where an entity is one user's, its kind stands before the colon.
        """
        return self.lanes.get(entity.partition(":")[0])

    def action(self, code: str) -> str:
        """What people call an action; empty of none."""
        return self.actions.get(code, "")

    def told(self, problem: Problem | None) -> tuple[str, str]:
        """What is wrong, and what to do; both empty without a problem."""
        if problem is None:
            return "", ""
        answer = COMMON.get(problem.code)
        common = (answer.sentence, answer.advice) if answer else _NO_LONGER_KNOWN
        sentence, advice = self.sentences.get(problem.code, common)
        return sentence.format_map(problem.details), advice.format_map(problem.details)


@cache
def integrations() -> Mapping[str, Integrated]:
    """All of them, by name."""
    found = json.loads(Path(__file__).with_name("sentences.json").read_text(encoding="utf-8"))
    return {
        name: Integrated(
            title=one["title"],
            sentences={code: (sentence, advice) for code, (sentence, advice) in one["sentences"].items()},
            lanes={entity: (title, target) for entity, (title, target) in one["lanes"].items()},
            sides=one["sides"],
            actions=one["actions"],
            hinted=frozenset(one["hinted"]),
        )
        for name, one in found.items()
    }
