"""Comments on users in DynamoDB: written once, read the newest first."""

from __future__ import annotations

from dataclasses import dataclass

from pynamodb.exceptions import PutError

from asms.store.rows import DirectoryRow
from sincronia.store.listing import After, Listed, listed


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody noted about a user. `by` is the token's id, `author` what the token was called then."""

    id: str  # at#id, which sorts by time
    by: str
    author: str
    text: str

    @property
    def at(self) -> str:
        """When, as clock.moment gives it."""
        return self.id.partition("#")[0]


def keep_comment(connection: str, user_id: str, comment: Comment) -> None:
    """Keeps a comment; one that is there stays as it is, though it is kept again."""
    value = {"by": comment.by, "author": comment.author, "text": comment.text}
    row = DirectoryRow(comments_scope(connection, user_id), comment.id, value=value)
    try:
        row.save(condition=DirectoryRow.item.does_not_exist())
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise


def comments_of(connection: str, user_id: str, limit: int, after: After | None) -> Listed[Comment]:
    """A user's comments, the newest first."""
    scope = comments_scope(connection, user_id)
    return listed(
        lambda start: DirectoryRow.query(
            scope, consistent_read=True, limit=limit, scan_index_forward=False, last_evaluated_key=start
        ),
        lambda row: Comment(row.item, **row.value),
        after,
        partition={"scope": scope},
        names=frozenset({"item"}),
    )


def comments_scope(connection: str, user_id: str) -> str:
    """The scope of the comments on a user."""
    return f"{connection}#comments#{user_id}"
