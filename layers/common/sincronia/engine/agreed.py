"""What a run is held to: a preview that a person looked through, or the rejected and failed of an earlier run. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from hashlib import blake2b

from sincronia.answers import Problem
from sincronia.engine.plan import Action, needs_step
from sincronia.engine.state import OutcomeKind, Run, RunKey

_DONE = {OutcomeKind.CREATED, OutcomeKind.UPDATED, OutcomeKind.UNCHANGED}
_WRITTEN = {OutcomeKind.CREATED, OutcomeKind.UPDATED, OutcomeKind.DEACTIVATED}


def deselected_object(key: RunKey, deselected: Set[tuple[str, str]]) -> tuple[str, list[dict[str, str]]]:
    """The object for what a person deselected, as pairs of entity and source id: its key and its lines.

    The key follows from what was deselected: who asks at the same time with other deselections writes another object,
    and the run that is made names the one that counts. No key for nothing.
    """
    lines = [{"entity": entity, "id": source_id} for entity, source_id in sorted(deselected)]
    if not lines:
        return "", []
    digest = blake2b(json.dumps(lines).encode(), digest_size=16).hexdigest()
    return f"runs/{key.connection}/{key.run_id}/deselected-{digest}.jsonl.gz", lines


def correction_of(entity: str, source_id: str, fingerprint: str) -> str:
    """How a preview remembers that a person corrected a record, and what it was then."""
    return f"{entity}#{source_id}#{_short(fingerprint).hex()}"


def corrected_record(correction: str) -> tuple[str, str]:
    """Of which record such a correction is: its entity and its source id."""
    record, _, _ = correction.rpartition("#")
    entity, _, source_id = record.partition("#")
    return entity, source_id


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a person agreed to in one lane of a preview."""

    entity: str
    seen: Mapping[str, bytes]  # by source id: what was to be done, in short
    deselected: Set[str]
    corrections: Set[str]

    def held(self, action: Action) -> Action:
        """The action, or that it is left out: deselected, or not what the person has seen."""
        if action.source_id in self.deselected:
            return _skipped(action, "deselected") if needs_step(action) else action
        if action.kind not in _WRITTEN or self.seen.get(action.source_id) == _seen(action):
            return action
        corrected = correction_of(self.entity, action.source_id, action.fingerprint) in self.corrections
        if corrected and action.kind != OutcomeKind.DEACTIVATED:
            return action
        return _skipped(action, "preview_stale")


def agreement(entity: str, preview: Run, actions: Iterable[Action], deselected: Set[str]) -> Agreement:
    """What was agreed to in a preview's lane. `deselected` are source ids."""
    return Agreement(
        entity=entity,
        seen={action.source_id: _seen(action) for action in actions},
        deselected=deselected,
        corrections=preview.corrections,
    )


def left_out_parents(plan: Iterable[Action], deselected: Set[str]) -> dict[str, Problem]:
    """By source id of a parent that is not sent: why its children aren't. `plan` is the parents' lane."""
    left_out = {source_id: Problem("deselected") for source_id in deselected}
    for action in plan:
        skipped = action.kind == OutcomeKind.SKIPPED and action.link is None
        if skipped or action.kind == OutcomeKind.REJECTED:
            left_out.setdefault(action.source_id, Problem("parent_left_out", {"parent": action.label}))
    return left_out


def _seen(action: Action) -> bytes:
    if action.kind in _DONE:
        return _short(action.fingerprint)
    return b"left" if action.kind == OutcomeKind.DEACTIVATED else b""


def _short(fingerprint: str) -> bytes:
    return blake2b(fingerprint.encode(), digest_size=8).digest()


def _skipped(action: Action, code: str) -> Action:
    return replace(action, kind=OutcomeKind.SKIPPED, problem=Problem(code))
