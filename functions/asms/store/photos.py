"""Users' photos on S3, as `photos/<connection>/<user>/<content>-<upload>.<kind>`.

The object is there before the user's row names it, and is deleted after the row no longer does: whoever dies between
leaves an object that nobody names, which goes with the connection (all of `photos/<connection>/` does).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from pathlib import PurePosixPath

from sincronia import settings
from sincronia.store.aws import s3

CONTENT_TYPES: Mapping[str, str] = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}


def photo_key(connection: str, user_id: str, content: bytes, kind: str) -> str:
    """The key of an object that is to be made, another each time: none that is being deleted is ever named again."""
    return f"photos/{connection}/{user_id}/{_digest(content)}-{secrets.token_hex(4)}.{kind}"


def holds(key: str, content: bytes) -> bool:
    """Whether the object of that key has this very content."""
    return PurePosixPath(key).name.startswith(f"{_digest(content)}-")


def content_type_of(key: str) -> str:
    """The type of what an object holds."""
    return CONTENT_TYPES[PurePosixPath(key).suffix[1:]]


def keep_photo(key: str, content: bytes) -> None:
    """Keeps an object."""
    s3().put_object(Bucket=settings.data_bucket(), Key=key, Body=content, ContentType=content_type_of(key))


def delete_photo(key: str) -> None:
    """Deletes an object; one that isn't there any more is no error."""
    s3().delete_object(Bucket=settings.data_bucket(), Key=key)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
