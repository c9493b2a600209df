"""The sweeps that are the same for every integration: what was received is looked at again, what is held goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sincronia import clock
from sincronia.engine.hint_ports import HintStore
from sincronia.engine.hints import Cause, Hint, HintKind, HintState, Swept, hint_id
from sincronia.engine.state import OutcomeKind, RunKey

REPLAY = "repetir_periodo"  # every record that was hinted at in a period
RETRY = "repetir_falhas"  # those of them whose hint came to no good end
DECIDE = "decidir_retidos"  # what the brake of a day holds, as a person decided

SWEEPS: Mapping[str, str] = {
    REPLAY: "Repetição de um período",
    RETRY: "Repetição do que falhou em um período",
    DECIDE: "Decisão sobre o que o freio reteve",
}

_STRETCH = 100  # hints that are queued before the position is written down
_UNFINISHED = {OutcomeKind.REJECTED, OutcomeKind.FAILED}


def hint_of(sweep: Hint, record: str, entity: str) -> Hint:
    """The hint that a sweep queues for a record; the same, however often the sweep is repeated."""
    cause = {REPLAY: Cause.REPLAY, RETRY: Cause.RETRY}.get(sweep.entity, Cause.RECONCILE)
    return Hint(
        connection=sweep.connection,
        id=hint_id(sweep.received_at, sweep.id, record),
        entity=entity,
        record=record,
        cause=cause,
        received_at=sweep.received_at,
        by=sweep.by,
    )


def _given_again(sweep: Hint, hint: Hint, kind: HintKind) -> Hint:
    """The hint that repeats another one, with its body where bodies are kept; the same, as of hint_of."""
    body_hash = hint.body_hash if kind.keeps_bodies else ""
    named = hint_id(sweep.received_at, sweep.id, hint.entity, hint.record, body_hash)
    return replace(hint_of(sweep, hint.record, hint.entity), id=named, body_hash=body_hash)


def received_again(sweep: Hint, position: Mapping[str, Any], store: HintStore, kind: HintKind) -> Iterator[Swept]:
    """Records hinted at in the sweep's period, each once in a stretch; of a retry, those that came to no good end.

    Where bodies are kept, each body once.
    """
    if sweep.period is None:
        return
    after, repeated, looked_at = str(position.get("after", "")), dict[Hint, None](), 0
    for stored in store.received(sweep.connection, sweep.period, after):
        after, looked_at = stored.hint.id, looked_at + 1
        unfinished = stored.state == HintState.DONE and stored.effect and stored.effect.kind in _UNFINISHED
        if stored.hint.record and (sweep.entity == REPLAY or unfinished):
            repeated[_given_again(sweep, stored.hint, kind)] = None
        if looked_at == _STRETCH:
            yield Swept((), looked_at, {"after": after}, tuple(repeated))
            repeated, looked_at = {}, 0
    if looked_at:
        yield Swept((), looked_at, {"after": after}, tuple(repeated))


def decided_on(sweep: Hint, store: HintStore) -> Iterator[tuple[str, Hint | None]]:
    """The ids of the hints that the day holds since before the decision, each with the hint as it goes on.

    None where it went on already: by an earlier attempt, whose day has not let it go.
    """
    day = store.day(RunKey(sweep.connection, sweep.day))
    for held in sorted(day.held) if day else ():
        stored = store.hint(sweep.connection, held)
        if stored is None or stored.state != HintState.HELD:
            yield held, None
        elif stored.at <= clock.iso(sweep.received_at):
            decided_at = sweep.received_at
            yield (
                held,
                replace(stored.hint, day=sweep.day, decision=sweep.decision, decided_at=decided_at, by=sweep.by),
            )
