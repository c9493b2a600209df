"""The table of hints: the log with what waits in it, the senders' events, and what an integration keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from sincronia import clock
from sincronia.answers import problem_in, problem_out
from sincronia.engine.hint_ports import Event
from sincronia.engine.hints import (
    EVENT_DAYS,
    LOG_DAYS,
    Cause,
    Decision,
    Effect,
    Hint,
    HintState,
    Period,
    StoredHint,
    compact,
)
from sincronia.engine.state import Link, OutcomeKind
from sincronia.settings import table
from sincronia.store.connected import Table
from sincronia.store.links import LinkItem, link_in
from sincronia.store.listing import After, Listed, listed

_EVENT, _KEPT = "EVENT#", "KEPT#"  # after every hint's id in the order of the keys


class DueHints(GlobalSecondaryIndex["HintItem"]):
    """Hints that wait to be queued, by when."""

    class Meta:
        index_name = "due"
        projection = AllProjection()

    integration = UnicodeAttribute(hash_key=True)
    wake_at = NumberAttribute(range_key=True)


class HintsByRecord(GlobalSecondaryIndex["HintItem"]):
    """A record's hints, in the order of their receipt."""

    class Meta:
        index_name = "by_record"
        projection = AllProjection()

    record_key = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class HintsByState(GlobalSecondaryIndex["HintItem"]):
    """A connection's hints by what became of them."""

    class Meta:
        index_name = "by_state"
        projection = AllProjection()

    state_key = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class HintItem(Table):
    """A hint; or, under `EVENT#…`, an event's id; or, under `KEPT#…`, what an integration keeps.

    `record_key` is connection#entity#record; `state_key` is connection#state, or connection#kind of one that is done.
    """

    class Meta:
        table_name = table("hints")

    connection = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    integration = UnicodeAttribute(null=True)
    record_key = UnicodeAttribute(null=True)
    state_key = UnicodeAttribute(null=True)
    state = UnicodeAttribute(null=True)
    hint = JSONAttribute(null=True)
    effect = JSONAttribute(null=True)
    problem = JSONAttribute(null=True)
    target_id = UnicodeAttribute(null=True)
    image = UnicodeAttribute(null=True)
    wake_at = NumberAttribute(null=True)
    position = JSONAttribute(null=True)
    compared = NumberAttribute(null=True)
    queued = NumberAttribute(null=True)
    run_id = UnicodeAttribute(null=True)
    at = UnicodeAttribute(null=True)
    value = JSONAttribute(null=True)
    expires_at = NumberAttribute(null=True)
    due = DueHints()
    by_record = HintsByRecord()
    by_state = HintsByState()


def hint_fields(hint: Hint) -> dict[str, Any]:
    """A hint as JSON; what is empty is left out."""
    return {name: value for name, value in asdict(hint).items() if value not in ("", None)}


def hint_in(value: Mapping[str, Any]) -> Hint:
    """The hint of a JSON value."""
    period, decision = value.get("period"), value.get("decision")
    fields = {**value, "cause": Cause(value["cause"]), "record": value.get("record", "")}
    return Hint(
        **{
            **fields,
            "period": Period(**period) if period else None,
            "decision": Decision(decision) if decision else None,
        }
    )


def hint_item(stored: StoredHint, integration: str) -> HintItem:
    """The item of a hint."""
    hint, effect = stored.hint, stored.effect
    told = effect.kind.value if stored.state == HintState.DONE and effect else stored.state.value
    return HintItem(
        hint.connection,
        hint.id,
        integration=integration,
        record_key=f"{hint.connection}#{hint.entity}#{hint.record}" if hint.record else None,
        state_key=f"{hint.connection}#{told}",
        state=stored.state.value,
        hint=hint_fields(hint),
        effect=_effect_out(effect),
        problem=problem_out(stored.problem),
        target_id=stored.target_id or None,
        image=stored.image or None,
        wake_at=stored.wake_at,
        position=dict(stored.position) or None,
        compared=stored.compared or None,
        queued=stored.queued or None,
        run_id=stored.run_id or None,
        at=stored.at,
        expires_at=int(clock.now()) + LOG_DAYS * 86400,
    )


def stored_hint_in(item: HintItem) -> StoredHint:
    """The hint of an item."""
    return StoredHint(
        hint=hint_in(item.hint),
        state=HintState(item.state),
        effect=_effect_in(item.effect),
        problem=problem_in(item.problem),
        target_id=item.target_id or "",
        image=item.image or "",
        wake_at=float(item.wake_at) if item.wake_at is not None else None,
        position=item.position or {},
        compared=int(item.compared or 0),
        queued=int(item.queued or 0),
        run_id=item.run_id or "",
        at=item.at,
    )


def _effect_out(effect: Effect | None) -> dict[str, Any] | None:
    if effect is None:
        return None
    return {
        "kind": effect.kind.value,
        "action": effect.action,
        "label": effect.label,
        "problem": problem_out(effect.problem),
        "before": dict(effect.before),
        "after": dict(effect.after),
        "freed": list(effect.freed),
        "goal": effect.goal,
    }


def _effect_in(value: Mapping[str, Any] | None) -> Effect | None:
    if value is None:
        return None
    return Effect(
        **{
            **value,
            "kind": OutcomeKind(value["kind"]),
            "problem": problem_in(value["problem"]),
            "freed": tuple(value["freed"]),
        }
    )


def not_done() -> Condition:
    """The hint has not come to its end; it may not be there at all."""
    fresh: Condition = HintItem.state.does_not_exist() | (HintItem.state != HintState.DONE.value)
    return fresh


def stored_hints(keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], StoredHint]:
    """Those of the hints that there are, by connection and id."""
    wanted = list(dict.fromkeys(keys))
    found = map(stored_hint_in, HintItem.batch_get(wanted) if wanted else ())
    return {(stored.hint.connection, stored.hint.id): stored for stored in found}


def newest_hints(connection: str, limit: int) -> tuple[StoredHint, ...]:
    """A connection's hints, the newest first."""
    found = HintItem.query(connection, HintItem.id < _EVENT, limit=limit, scan_index_forward=False)
    return tuple(map(stored_hint_in, found))


def oldest_hint(connection: str, state: HintState) -> StoredHint | None:
    """The hint that has been in a state since the earliest receipt."""
    found = HintItem.by_state.query(f"{connection}#{state.value}", limit=1)
    return next(map(stored_hint_in, found), None)


def stored_hint(connection: str, hint_id: str) -> StoredHint | None:
    """The hint of that id, read consistently."""
    try:
        return stored_hint_in(HintItem.get(connection, hint_id, consistent_read=True))
    except HintItem.DoesNotExist:
        return None


def known_event(hint: Hint) -> Event:
    """The event of the hint's event id: from now on this hint's, if it was not known."""
    value = {"hint_id": hint.id, "body_hash": hint.body_hash}
    key = f"{_EVENT}{hint.event_id}"
    item = HintItem(hint.connection, key, value=value, expires_at=int(clock.now()) + EVENT_DAYS * 86400)
    try:
        item.save(condition=HintItem.id.does_not_exist())
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        item = HintItem.get(hint.connection, key, consistent_read=True)
    return Event(**item.value)


class KeptValues:
    """Implements sincronia.engine.hints.Kept."""

    def __init__(self, connection: str, entity: str) -> None:
        self._connection, self._entity = connection, entity

    def named(self, prefix: str) -> Mapping[str, Mapping[str, Any]]:
        begins = HintItem.id.startswith(f"{_KEPT}{prefix}")
        found = HintItem.query(self._connection, begins, consistent_read=True)
        return {item.id.removeprefix(_KEPT): item.value for item in found}

    def keep(self, name: str, value: Mapping[str, Any]) -> None:
        HintItem(self._connection, f"{_KEPT}{name}", value=dict(value)).save()

    def link(self, record: str) -> Link | None:
        return stored_link(self._connection, self._entity, record)


def stored_link(connection: str, entity: str, source_id: str) -> Link | None:
    """A record's link, read consistently."""
    try:
        return link_in(LinkItem.get(f"{connection}#{entity}", source_id, consistent_read=True))
    except LinkItem.DoesNotExist:
        return None


def hints_between(connection: str, period: Period, limit: int, after: After | None) -> Listed[StoredHint]:
    """A connection's hints of a period, the newest first."""
    return listed(
        lambda start: HintItem.query(
            connection, _received(period), limit=limit, scan_index_forward=False, last_evaluated_key=start
        ),
        stored_hint_in,
        after,
        partition={"connection": connection},
        names=frozenset({"id"}),
    )


def hints_of_record(
    connection: str, record: str, period: Period, limit: int, after: After | None, *, entities: Iterable[str]
) -> Listed[StoredHint]:
    """The hints of a record of a period, the newest first; of the first entity that has any of that id."""
    found: Listed[StoredHint] = Listed((), None)
    for entity in entities:
        found = _of_record(f"{connection}#{entity}#{record}", connection, period, limit, after)
        if found.values or found.after:
            break
    return found


def _of_record(record_key: str, connection: str, period: Period, limit: int, after: After | None) -> Listed[StoredHint]:
    return listed(
        lambda start: HintItem.by_record.query(
            record_key,
            _received(period),
            limit=limit,
            scan_index_forward=False,
            last_evaluated_key=start,
        ),
        stored_hint_in,
        after,
        partition={"record_key": record_key, "connection": connection},
        names=frozenset({"id"}),
    )


def hints_in_state(
    connection: str, state: OutcomeKind | HintState, period: Period, limit: int, after: After | None
) -> Listed[StoredHint]:
    """A connection's hints of a period by what became of them, the newest first."""
    key = f"{connection}#{state.value}"
    return listed(
        lambda start: HintItem.by_state.query(
            key, _received(period), limit=limit, scan_index_forward=False, last_evaluated_key=start
        ),
        stored_hint_in,
        after,
        partition={"state_key": key, "connection": connection},
        names=frozenset({"id"}),
    )


def _received(period: Period) -> Condition:
    """Ids begin with when they were received; the end does not belong to it."""
    within: Condition = HintItem.id.between(compact(period.since), compact(period.until))
    return within
