"""Files that were dropped to be imported, as S3 has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sincronia import settings
from sincronia.store.aws import s3

# To who may not list the bucket, S3 says of what isn't there that it is denied. HEAD has no body to name errors in.
_NOT_THERE = frozenset({"404", "NoSuchKey", "403", "AccessDenied"})


@dataclass(frozen=True, slots=True)
class StoredUpload:
    """What S3 says of an object; `at` is when it was written, in seconds since 1970."""

    etag: str
    at: float
    metadata: Mapping[str, str]


def stored_upload(key: str) -> StoredUpload | None:
    """The object of that key as it is now; None where it is gone."""
    try:
        head = s3().head_object(Bucket=settings.data_bucket(), Key=key)
    except s3().exceptions.ClientError as error:
        if error.response["Error"]["Code"] not in _NOT_THERE:
            raise
        return None
    return StoredUpload(head["ETag"].strip('"'), head["LastModified"].timestamp(), head["Metadata"])
