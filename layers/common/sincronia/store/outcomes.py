"""The table of outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pynamodb.attributes import JSONAttribute, ListAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, LocalSecondaryIndex

from sincronia.answers import problem_in, problem_out
from sincronia.engine.flow import Identity
from sincronia.engine.state import Outcome, OutcomeKind, RunKey
from sincronia.settings import table
from sincronia.store.connected import Table
from sincronia.store.identities import IdentityItem, identity_out
from sincronia.store.listing import After, Listed, listed
from sincronia.store.runs import expiry


class OutcomesByKind(LocalSecondaryIndex["OutcomeItem"]):
    """A run's outcomes by kind."""

    class Meta:
        index_name = "by_kind"
        projection = AllProjection()

    run_id = UnicodeAttribute(hash_key=True)
    kind_seq = UnicodeAttribute(range_key=True)


class OutcomesOfRecord(GlobalSecondaryIndex["OutcomeItem"]):
    """A record's outcomes, in the order in which they were written."""

    class Meta:
        index_name = "story"
        projection = AllProjection()

    record = UnicodeAttribute(hash_key=True)
    story_at = UnicodeAttribute(range_key=True)


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
    kept = JSONAttribute(null=True)
    known_by = ListAttribute[Any](null=True)
    expires_at = NumberAttribute()
    by_kind = OutcomesByKind()
    story = OutcomesOfRecord()


def outcome_out(outcome: Outcome, run: RunKey, now: str) -> OutcomeItem:
    """The item of an outcome of a run."""
    return OutcomeItem(
        run.run_id,
        outcome.seq,
        kind=outcome.kind.value,
        kind_seq=f"{outcome.kind.value}#{outcome.seq}",
        record=f"{run.connection}#{outcome.entity}#{outcome.source_id}",
        story_at=f"{now}#{run.run_id}#{outcome.seq}",
        label=outcome.label,
        problem=problem_out(outcome.problem),
        changed=list(outcome.changed),
        target_id=outcome.target_id or None,
        kept=dict(outcome.kept) or None,
        known_by=[f"{identity.kind}#{identity.value}" for identity in outcome.known_by] or None,
        expires_at=expiry(),
    )


def outcome_in(item: OutcomeItem) -> Outcome:
    """The outcome of an item."""
    _, entity, source_id = item.record.split("#", 2)
    return Outcome(
        seq=item.seq,
        entity=entity,
        kind=OutcomeKind(item.kind),
        source_id=source_id,
        label=item.label,
        problem=problem_in(item.problem),
        changed=tuple(item.changed),
        target_id=item.target_id or "",
        kept=item.kept or {},
        known_by=tuple(Identity(*text.split("#", 1)) for text in item.known_by or ()),
    )


def outcome_rows(outcomes: Iterable[Outcome], run: RunKey, now: str) -> Iterator[Table]:
    """The items of outcomes of a run, and those by which people find the records that have no link: they go with it."""
    for outcome in outcomes:
        yield outcome_out(outcome, run, now)
        for identity in dict.fromkeys(outcome.known_by):
            row = identity_out(identity, run.connection, outcome.entity, outcome.source_id)
            row.expires_at = expiry()
            yield row


def identities_in(item: OutcomeItem) -> Iterator[IdentityItem]:
    """The items by which people find an outcome's record, of those that were written with it."""
    connection, entity, source_id = item.record.split("#", 2)
    for identity in outcome_in(item).known_by:
        yield identity_out(identity, connection, entity, source_id)


def stored_outcomes(run_id: str, kind: OutcomeKind) -> Iterator[Outcome]:
    """A run's outcomes of one kind, in the order of its plan."""
    yield from map(outcome_in, OutcomeItem.by_kind.query(run_id, OutcomeItem.kind_seq.startswith(f"{kind.value}#")))


def outcomes_of(run_id: str, kind: OutcomeKind | None, limit: int, after: After | None) -> Listed[Outcome]:
    """A page of a run's outcomes in the order of its plan; `kind` narrows it."""
    if kind is None:
        return listed(
            lambda start: OutcomeItem.query(run_id, limit=limit, last_evaluated_key=start),
            outcome_in,
            after,
            partition={"run_id": run_id},
            names=frozenset({"seq"}),
        )
    of_kind = OutcomeItem.kind_seq.startswith(f"{kind.value}#")
    return listed(
        lambda start: OutcomeItem.by_kind.query(run_id, of_kind, limit=limit, last_evaluated_key=start),
        outcome_in,
        after,
        partition={"run_id": run_id},
        names=frozenset({"seq", "kind_seq"}),
    )


def outcomes_after(run_id: str, seq: str, limit: int) -> list[tuple[Outcome, str]]:
    """The outcomes that come after one of that seq, at most `limit`, each with when it was written."""
    found = OutcomeItem.query(run_id, OutcomeItem.seq > seq if seq else None, limit=limit)
    return [(outcome_in(item), item.story_at.split("#", 1)[0]) for item in found]
