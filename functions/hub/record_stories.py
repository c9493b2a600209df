"""Stories of records: what happened to each, merged over all of them, the newest first. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.integrated import Integrated
from sincronia import clock
from sincronia.answers import Problem
from sincronia.engine.hints import Effect, HintState, StoredHint
from sincronia.engine.state import OutcomeKind
from sincronia.store.stories import Holder, StoredOutcome
from sincronia.web.hint_forms import CAUSES, OUTCOMES, outcome_of

_WRITTEN = {
    OutcomeKind.CREATED: "Criado no {target}",
    OutcomeKind.UPDATED: "Atualizado no {target}",
    OutcomeKind.UNCHANGED: "Já estava igual no {target}",
    OutcomeKind.DEACTIVATED: "Acesso retirado no {target}",
    OutcomeKind.REMOVED: "Removido do {target}",
}
_NOT_WRITTEN = {
    OutcomeKind.SKIPPED: "Deixado de fora",
    OutcomeKind.REJECTED: "Não enviado: precisa de correção",
    OutcomeKind.FAILED: "Não enviado: houve uma falha",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened to a record. `place` sorts what happened: its moment, then what it is of."""

    place: str
    record: Holder
    title: str
    cause: str  # why the record was looked at; empty: a run did
    by: str
    outcome: OutcomeKind | HintState
    outcome_title: str
    label: str
    reason: str
    advice: str
    waits_until: str
    changed: tuple[str, ...]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    origin: str  # the row of a file that it came by; empty: none
    run_id: str

    @property
    def at(self) -> str:
        """When it happened."""
        return self.place.split("#", 1)[0]


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of one record's story, the newest first. `more`: older ones follow what was looked at down to."""

    told: Sequence[Told]
    more: bool
    down_to: str  # a place


def of_outcome(stored: StoredOutcome, record: Holder, known: Integrated) -> Told:
    """What a run did to a record."""
    outcome = stored.outcome
    reason, advice = known.told(outcome.problem)
    _, target = known.lane(record.entity) or ("", "")
    target = known.sides.get(str(outcome.kept.get("on", "")), target)
    form = _WRITTEN.get(outcome.kind) or _NOT_WRITTEN[outcome.kind]
    return Told(
        place=stored.place,
        record=record,
        title=form.format(target=target),
        cause="",
        by="",
        outcome=outcome.kind,
        outcome_title=OUTCOMES[outcome.kind],
        label=outcome.label,
        reason=reason,
        advice=advice,
        waits_until="",
        changed=outcome.changed,
        before={},
        after={},
        origin=_origin(outcome.kept),
        run_id=stored.run_id,
    )


def of_hint(stored: StoredHint, record: Holder, known: Integrated) -> Told:
    """What a hint about a record led to, or where it stands."""
    hint, effect = stored.hint, stored.effect or Effect(OutcomeKind.UNCHANGED)
    problem = Problem("removal_held") if stored.state == HintState.HELD else stored.problem or effect.problem
    reason, advice = known.told(problem)
    outcome = outcome_of(stored)
    return Told(
        place=f"{clock.iso(hint.received_at)}#{hint.id}",
        record=record,
        title=known.action(effect.action) or _left_out(outcome) or OUTCOMES[outcome],
        cause=CAUSES[hint.cause],
        by=hint.by,
        outcome=outcome,
        outcome_title=OUTCOMES[outcome],
        label=effect.label,
        reason=reason,
        advice=advice,
        waits_until=clock.iso(stored.wake_at) if stored.wake_at is not None and stored.problem else "",
        changed=(),
        before=effect.before,
        after=effect.after,
        origin="",
        run_id=stored.run_id,
    )


def _left_out(outcome: OutcomeKind | HintState) -> str:
    return _NOT_WRITTEN.get(outcome, "") if isinstance(outcome, OutcomeKind) else ""


def hint_before(place: str) -> str:
    """The id that hints come before which come before a place; empty for all.

    A hint's id begins with its moment in another form: of those of the place's own moment, what follows decides.
    """
    at, _, rest = place.partition("#")
    moment = re.sub("[-:.]", "", at)
    return min(max(rest, moment), f"{moment}~") if place else ""


def merged(stories: Iterable[Read], limit: int) -> tuple[list[Told], str]:
    """The newest of all stories, and the place that older ones come before; empty where there are none.

    Nothing is told below the place down to which every story was looked at: something newer may be missing there.
    """
    stories = list(stories)
    floor = max((one.down_to for one in stories if one.more), default="")
    found = sorted(
        (told for one in stories for told in one.told if told.place >= floor), key=lambda one: one.place, reverse=True
    )
    shown = found[:limit]
    if len(shown) < len(found):
        return shown, shown[-1].place
    return shown, floor


def _origin(kept: Mapping[str, Any]) -> str:
    """Where in a workbook a record came from, as an import keeps it."""
    if "row" not in kept:
        return ""
    return ", ".join(part for part in (kept.get("file"), kept.get("sheet"), f"linha {kept['row']}") if part)
