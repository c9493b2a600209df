"""What the AWS server's tables and queues hold, forgotten at once: for who begins anew and keeps what is made."""

from __future__ import annotations

from moto.dynamodb.models import dynamodb_backends
from moto.sqs.models import sqs_backends

CONTENTS_PATH = "/_local/contents"  # on the AWS server; no bucket's name begins with an underscore


def forget_items() -> None:
    """Empties all tables. The caller holds the lock over DynamoDB calls."""
    for regions in dynamodb_backends.values():
        for backend in regions.values():
            for table in backend.tables.values():
                table.items.clear()


def forget_messages() -> None:
    """Empties all queues, those in flight included, and forgets what was sent lately."""
    for regions in sqs_backends.values():
        for backend in regions.values():
            for queue in backend.queues.values():
                with queue._messages_lock:
                    queue._messages.clear()
                    queue.deleted_messages.clear()
                    vars(queue).pop("_sent_lately", None)
