"""Objects that rows about a person name: read for an export, deleted by an erasure."""

from __future__ import annotations

from collections.abc import Iterable

from sincronia import settings
from sincronia.store.aws import s3


def delete_objects(keys: Iterable[str]) -> None:
    """Deletes objects; those that are gone already are no error."""
    for key in keys:
        s3().delete_object(Bucket=settings.data_bucket(), Key=key)


def text_of(key: str) -> str | None:
    """What an object says; None where it has expired, or is no text."""
    try:
        body: bytes = s3().get_object(Bucket=settings.data_bucket(), Key=key)["Body"].read()
        return body.decode()
    except UnicodeDecodeError:
        return None
    except s3().exceptions.ClientError as error:
        if error.response["Error"]["Code"] not in {"NoSuchKey", "AccessDenied"}:
            raise
        return None
