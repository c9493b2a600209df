"""The table of integration tokens."""

from __future__ import annotations

from collections.abc import Iterable

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError, UpdateError
from pynamodb.expressions.update import Action
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from sincronia.auth import Role, Token, TokenState
from sincronia.settings import table
from sincronia.store.connected import Table
from sincronia.store.listing import After, Listed, listed


class TokensByState(GlobalSecondaryIndex["TokenItem"]):
    """Tokens by state, and when they were made."""

    class Meta:
        index_name = "by_state"
        projection = AllProjection()

    state = UnicodeAttribute(hash_key=True)
    created_at = UnicodeAttribute(range_key=True)


class TokensByExpiry(GlobalSecondaryIndex["TokenItem"]):
    """Tokens of a state that expire, by when. One that never does has no expires_at, and is not in it."""

    class Meta:
        index_name = "by_expiry"
        projection = AllProjection()

    state = UnicodeAttribute(hash_key=True)
    expires_at = UnicodeAttribute(range_key=True)


class TokenItem(Table):
    """A token's row: its hash and what people need to recognise it."""

    class Meta:
        table_name = table("tokens")

    token_id = UnicodeAttribute(hash_key=True)
    description = UnicodeAttribute()
    role = UnicodeAttribute()
    state = UnicodeAttribute()
    created_at = UnicodeAttribute()
    created_by = UnicodeAttribute()
    last_four = UnicodeAttribute()
    hash = UnicodeAttribute()
    expires_at = UnicodeAttribute(null=True)
    revoked_at = UnicodeAttribute(null=True)
    revoked_by = UnicodeAttribute(null=True)
    responsible = UnicodeAttribute(null=True)
    by_state = TokensByState()
    by_expiry = TokensByExpiry()


def token_in(item: TokenItem) -> Token:
    """The token of an item."""
    return Token(
        id=item.token_id,
        description=item.description,
        role=Role(item.role),
        created_at=item.created_at,
        created_by=item.created_by,
        last_four=item.last_four,
        hash=item.hash,
        expires_at=item.expires_at or "",
        revoked_at=item.revoked_at or "",
        revoked_by=item.revoked_by or "",
        responsible=item.responsible or "",
    )


def stored_token(token_id: str) -> Token | None:
    """The token of that id, read consistently: a revocation holds from the next request on."""
    try:
        return token_in(TokenItem.get(token_id, consistent_read=True))
    except TokenItem.DoesNotExist:
        return None


def stored_tokens(ids: Iterable[str]) -> dict[str, Token]:
    """Those of the ids that there are, by id, read consistently."""
    wanted = list(dict.fromkeys(ids))
    items = TokenItem.batch_get(wanted, consistent_read=True) if wanted else ()
    return {item.token_id: token_in(item) for item in items}


def token_out(token: Token) -> TokenItem:
    """The item of a token that is new."""
    return TokenItem(
        token.id,
        description=token.description,
        role=token.role.value,
        state=token.state.value,
        created_at=token.created_at,
        created_by=token.created_by,
        last_four=token.last_four,
        hash=token.hash,
        expires_at=token.expires_at or None,
        responsible=token.responsible or None,
    )


def keep_token(token: Token) -> None:
    """Keeps a new token. A row of that id is never replaced."""
    try:
        token_out(token).save(condition=TokenItem.token_id.does_not_exist())
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        kept = stored_token(token.id)  # ours, where a first try went through and its answer was lost
        if kept is None or kept.hash != token.hash:
            raise


def revoking(moment: str, by: str) -> list[Action]:
    """What changes of a token that is revoked; who revoked it first stays written."""
    return [
        TokenItem.state.set(TokenState.REVOKED.value),
        TokenItem.revoked_at.set(TokenItem.revoked_at | moment),
        TokenItem.revoked_by.set(TokenItem.revoked_by | by),
    ]


def revoke_token(token_id: str, moment: str, by: str) -> bool:
    """Revokes a token. False where there is no such token."""
    try:
        TokenItem(token_id).update(revoking(moment, by), condition=TokenItem.token_id.exists())
    except UpdateError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return False
    return True


def tokens_by_state(state: TokenState, limit: int, after: After | None) -> Listed[Token]:
    """Tokens of a state, the newest first."""
    return listed(
        lambda start: TokenItem.by_state.query(
            state.value, limit=limit, scan_index_forward=False, last_evaluated_key=start
        ),
        token_in,
        after,
        partition={"state": state.value},
        names=frozenset({"created_at", "token_id"}),
    )


def tokens_expiring(since: str, until: str, limit: int) -> tuple[Token, ...]:
    """Tokens that nobody has revoked and that expire between two moments, the first to do so first."""
    within = TokenItem.expires_at.between(since, until)
    return tuple(map(token_in, TokenItem.by_expiry.query(TokenState.ACTIVE.value, within, limit=limit)))
