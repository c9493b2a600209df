"""The password policy of each directory, in DynamoDB."""

from __future__ import annotations

from dataclasses import asdict

from pynamodb.exceptions import PutError
from pynamodb.expressions.condition import Condition

from asms.passwords import Policy
from asms.store.rows import DirectoryRow

_ITEM = "POLICY"


def stored_policy(connection: str) -> Policy:
    """A directory's policy, read consistently; the one that is everybody's at first where none is kept."""
    try:
        return _policy_in(DirectoryRow.get(policy_scope(connection), _ITEM, consistent_read=True))
    except DirectoryRow.DoesNotExist:
        return Policy()


def keep_policy(connection: str, policy: Policy) -> bool:
    """Writes a policy in the place of the version before it; False where that isn't the last any more.

    That may also be our own doing: a first try went through, and its answer was lost.
    """
    first = policy.version == 1
    before: Condition = DirectoryRow.item.does_not_exist() if first else DirectoryRow.version == policy.version - 1
    try:
        _policy_out(connection, policy).save(before)
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return False
    return True


def policy_scope(connection: str) -> str:
    """The scope of a directory's policy."""
    return f"{connection}#policy"


def _policy_out(connection: str, policy: Policy) -> DirectoryRow:
    value = asdict(policy)
    return DirectoryRow(policy_scope(connection), _ITEM, version=value.pop("version"), value=value)


def _policy_in(row: DirectoryRow) -> Policy:
    return Policy(**row.value, version=int(row.version))
