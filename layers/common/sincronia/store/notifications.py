"""The table of notifications."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from pynamodb.attributes import ListAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from sincronia import clock
from sincronia.answers import Problem, ProblemError
from sincronia.engine.state import Notification, Result
from sincronia.settings import table
from sincronia.store.connected import Table
from sincronia.store.listing import After, Listed, listed
from sincronia.store.runs import expiry

_PAGE = 1000  # rows that are read at once where a filter leaves few of them


class NotificationsByState(GlobalSecondaryIndex["NotificationItem"]):
    """Notifications by state and month, in the order of their runs."""

    class Meta:
        index_name = "by_state"
        projection = AllProjection()

    state_month = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class NotificationItem(Table):
    """What a person sees of a run. `state_month` is the state and the month in São Paulo, for lists by state."""

    class Meta:
        table_name = table("notifications")

    audience = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    connection = UnicodeAttribute()
    integration = UnicodeAttribute()
    title = UnicodeAttribute()
    text = UnicodeAttribute()
    created_at = UnicodeAttribute()
    concluded_at = UnicodeAttribute(null=True)
    state = UnicodeAttribute()
    state_month = UnicodeAttribute()
    result = UnicodeAttribute(null=True)
    files = ListAttribute[Any](null=True)
    page = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()
    by_state = NotificationsByState()


def notification_out(notification: Notification) -> NotificationItem:
    """The item of a notification."""
    return NotificationItem(
        notification.audience,
        notification.id,
        connection=notification.connection,
        integration=notification.integration,
        title=notification.title,
        text=notification.text,
        created_at=notification.created_at,
        concluded_at=notification.concluded_at or None,
        state=notification.state,
        state_month=f"{notification.state}#{clock.month(_seconds(notification.created_at))}",
        result=notification.result.value if notification.result else None,
        files=list(notification.files) or None,
        page=notification.page or None,
        expires_at=expiry(),
    )


def notification_in(item: NotificationItem) -> Notification:
    """The notification of an item."""
    return Notification(
        audience=item.audience,
        id=item.id,
        connection=item.connection,
        integration=item.integration,
        title=item.title,
        text=item.text,
        created_at=item.created_at,
        concluded_at=item.concluded_at or "",
        result=Result(item.result) if item.result else None,
        files=tuple(item.files or ()),
        page=item.page or "",
    )


def stored_notification(audience: str, notification_id: str) -> Notification | None:
    """The notification of that id."""
    try:
        return notification_in(NotificationItem.get(audience, notification_id))
    except NotificationItem.DoesNotExist:
        return None


def stored_notifications(keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Notification]:
    """Those of the notifications that there are, by audience and id."""
    wanted = list(dict.fromkeys(keys))
    found = map(notification_in, NotificationItem.batch_get(wanted) if wanted else ())
    return {(notification.audience, notification.id): notification for notification in found}


def notifications_of(
    audience: str, state: str | None, month: str, limit: int, after: After | None
) -> Listed[Notification]:
    """What one audience sees of a month (yyyy-mm), the newest first; `state` narrows it."""
    return listed(
        lambda start: NotificationItem.query(
            audience,
            NotificationItem.id.between(*clock.month_bounds(month)),
            filter_condition=NotificationItem.state == state if state else None,
            limit=limit,
            page_size=_PAGE if state else limit,
            scan_index_forward=False,
            last_evaluated_key=start,
        ),
        notification_in,
        after,
        partition={"audience": audience},
        names=frozenset({"id"}),
    )


def notifications_by_state(parts: Sequence[tuple[str, str]], limit: int, after: After | None) -> Listed[Notification]:
    """Everybody's notifications, part by part of (state, yyyy-mm), the newest of each first.

    A Query for each part at most. Raises ProblemError(cursor_invalid).
    """
    names = [f"{state}#{month}" for state, month in parts]
    at, start = (0, None) if after is None else _in_parts(names, after)
    found: list[Notification] = []
    for name in names[at:]:
        part = _part(name, limit - len(found), start)
        found += part.values
        if part.after is not None:
            return Listed(tuple(found), {**part.after, "part": name})
        start = None
        if len(found) == limit and name != names[-1]:
            return Listed(tuple(found), {"part": names[names.index(name) + 1]})
    return Listed(tuple(found), None)


def _in_parts(names: Sequence[str], after: After) -> tuple[int, After | None]:
    """Which part a cursor is in, and where in it; None for its beginning."""
    rest = {name: value for name, value in after.items() if name != "part"}
    if after.get("part") not in names:
        raise ProblemError(Problem("cursor_invalid"))
    return names.index(after["part"]), rest or None


def _part(state_month: str, limit: int, after: After | None) -> Listed[Notification]:
    return listed(
        lambda start: NotificationItem.by_state.query(
            state_month, limit=limit, scan_index_forward=False, last_evaluated_key=start
        ),
        notification_in,
        after,
        partition={"state_month": state_month},
        names=frozenset({"audience", "id"}),
    )


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
