"""The table of outcomes."""

from __future__ import annotations

from typing import Any

from pynamodb.attributes import JSONAttribute, ListAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, LocalSecondaryIndex

from sincronia.answers import problem_out
from sincronia.engine.state import Outcome, Run
from sincronia.settings import table
from sincronia.store.connected import Table
from sincronia.store.runs import expiry


class OutcomesByKind(LocalSecondaryIndex["OutcomeItem"]):
    """A run's outcomes by kind."""

    class Meta:
        index_name = "by_kind"
        projection = AllProjection()

    run_id = UnicodeAttribute(hash_key=True)
    kind_seq = UnicodeAttribute(range_key=True)


class OutcomeItem(Table):
    """What a run did to one record. `record` is connection#entity#source_id; `story_at` is at#run#seq."""

    class Meta:
        table_name = table("outcomes")

    run_id = UnicodeAttribute(hash_key=True)
    seq = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    kind_seq = UnicodeAttribute()
    record = UnicodeAttribute()
    story_at = UnicodeAttribute()
    label = UnicodeAttribute()
    problem = JSONAttribute(null=True)
    changed = ListAttribute[Any](default=list)
    target_id = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()
    by_kind = OutcomesByKind()


def outcome_out(outcome: Outcome, run: Run, entity: str, now: str) -> OutcomeItem:
    """The item of an outcome."""
    return OutcomeItem(
        run.key.run_id,
        outcome.seq,
        kind=outcome.kind.value,
        kind_seq=f"{outcome.kind.value}#{outcome.seq}",
        record=f"{run.key.connection}#{entity}#{outcome.source_id}",
        story_at=f"{now}#{run.key.run_id}#{outcome.seq}",
        label=outcome.label,
        problem=problem_out(outcome.problem),
        changed=list(outcome.changed),
        target_id=outcome.target_id or None,
        expires_at=expiry(),
    )
