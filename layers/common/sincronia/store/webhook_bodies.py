"""Bodies of webhooks on S3, as they were sent: `hints/<connection>/bodies/<SHA-256>`.

A body is there before the hint that names it. One that is sent again is written again, over itself.
"""

from __future__ import annotations

import hashlib

from sincronia.store.aws import S3Objects, s3

_objects = S3Objects()


def keep_body(connection: str, body: bytes) -> str:
    """Keeps a body, and gives its hash."""
    body_hash = hashlib.sha256(body).hexdigest()
    _objects.write_bytes(_key(connection, body_hash), body)
    return body_hash


def kept_body(connection: str, body_hash: str) -> bytes | None:
    """The body of that hash, as it was sent; None where it has expired."""
    try:
        return _objects.read_bytes(_key(connection, body_hash))
    except s3().exceptions.ClientError as error:
        # To who may not list the bucket, S3 says of what isn't there that it is denied.
        if error.response["Error"]["Code"] not in {"NoSuchKey", "AccessDenied"}:
            raise
        return None


def _key(connection: str, body_hash: str) -> str:
    return f"hints/{connection}/bodies/{body_hash}"
