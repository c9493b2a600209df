"""The table of notifications."""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from sincronia.engine.state import Notification
from sincronia.settings import table
from sincronia.store.connected import Table
from sincronia.store.runs import expiry


class NotificationItem(Table):
    """What a person sees of a run. `state_month` is the state and the month, for lists by state."""

    class Meta:
        table_name = table("notifications")

    audience = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    connection = UnicodeAttribute()
    title = UnicodeAttribute()
    text = UnicodeAttribute()
    created_at = UnicodeAttribute()
    concluded_at = UnicodeAttribute(null=True)
    state = UnicodeAttribute()
    state_month = UnicodeAttribute()
    result = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()


def notification_out(notification: Notification) -> NotificationItem:
    """The item of a notification."""
    return NotificationItem(
        notification.audience,
        notification.id,
        connection=notification.connection,
        title=notification.title,
        text=notification.text,
        created_at=notification.created_at,
        concluded_at=notification.concluded_at or None,
        state=notification.state,
        state_month=f"{notification.state}#{notification.created_at[:7]}",
        result=notification.result.value if notification.result else None,
        expires_at=expiry(),
    )
