"""Integration tokens and roles: what a token looks like, whose it is, what it may. Pure; the rows are the store's.

A token is `sin_<id><secret><checksum>`: 16 hexadecimal digits that name its row and an underscore, 43 random letters
and digits (256 bits), 6 that are the CRC-32 of all before them. The checksum keeps typing errors, and most of what is
made up, from ever costing a read.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
import zlib
from dataclasses import dataclass
from enum import StrEnum

from sincronia import clock

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_SECRET_LENGTH = 43  # log2(62 ** 43) = 256
_CHECKSUM_LENGTH = 6  # 62 ** 6 > 2 ** 32
_FORM = re.compile(rf"sin_([0-9a-f]{{16}})_[0-9A-Za-z]{{{_SECRET_LENGTH}}}([0-9A-Za-z]{{{_CHECKSUM_LENGTH}}})")
_ID_FORM = re.compile(r"[0-9a-f]{16}")


class Role(StrEnum):
    """What a token may do; each role may do what the ones before it may."""

    READER = "reader"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"

    def covers(self, needed: Role) -> bool:
        """Whether who has this role may do what `needed` may."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


class TokenState(StrEnum):
    """An active token may have expired; a revoked one stays as the audit trail."""

    ACTIVE = "active"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token: all but the token. Times are as clock.iso gives them; empty where there is none.

    `created_by` and `revoked_by` are a token's id, or `operator:<name>` for the command.
    """

    id: str
    description: str
    role: Role
    created_at: str
    created_by: str
    last_four: str
    hash: str  # SHA-256 of the whole token, hexadecimal
    expires_at: str = ""
    revoked_at: str = ""
    revoked_by: str = ""
    responsible: str = ""  # whose it is, where it isn't who made it: integration:connection:record

    @property
    def state(self) -> TokenState:
        """`revoked` from the moment of its revocation."""
        return TokenState.REVOKED if self.revoked_at else TokenState.ACTIVE


def made(description: str, role: Role, days: int | None, by: str) -> tuple[str, Token]:
    """A new token, and what is kept of it. `days` from now it expires; None: never."""
    text = new_token()
    now = clock.now()
    token = Token(
        id=text[4:20],
        description=description,
        role=role,
        created_at=clock.iso(now),
        created_by=by,
        last_four=text[-4:],
        hash=token_hash(text),
        expires_at=clock.iso(now + days * 86400) if days is not None else "",
    )
    return text, token


def new_token() -> str:
    """A new token; only who asked for it ever sees it."""
    text = f"sin_{secrets.token_hex(8)}_{''.join(secrets.choice(_ALPHABET) for _ in range(_SECRET_LENGTH))}"
    return text + _checksum(text)


def token_id(text: str) -> str | None:
    """The id that a token names; None where the text is no token. Costs no I/O."""
    form = _FORM.fullmatch(text)
    if form is None or not hmac.compare_digest(form[2], _checksum(text[:-_CHECKSUM_LENGTH])):
        return None
    return form[1]


def is_token_id(text: str) -> bool:
    """Whether a text could be a token's id."""
    return _ID_FORM.fullmatch(text) is not None


def token_hash(text: str) -> str:
    """What is kept in the token's stead. A plain hash does: the secret has 256 random bits."""
    return hashlib.sha256(text.encode()).hexdigest()


def refusal(token: Token | None, text: str, moment: str) -> str | None:
    """The code of why the token `text` doesn't get in at a moment (ISO 8601), given its row; None where it does."""
    if token is None or not hmac.compare_digest(token.hash, token_hash(text)):
        return "token_unknown"
    return lapsed(token, moment)


def lapsed(token: Token, moment: str) -> str | None:
    """The code of why a token doesn't hold any more at a moment; None where it does."""
    if token.revoked_at:
        return "token_revoked"
    if token.expires_at and token.expires_at <= moment:
        return "token_expired"
    return None


def _checksum(text: str) -> str:
    number = zlib.crc32(text.encode())
    digits = []
    for _ in range(_CHECKSUM_LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
