"""Copies of objects on condition that the source still is what it was, which moto 5.2.5 passes over.

Source: Amazon S3 API Reference, CopyObject, x-amz-copy-source-if-match.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from moto.s3.exceptions import PreconditionFailed
from moto.s3.responses import S3Response

from local.moto_replaced import Replacement, replace

_CONDITION = "x-amz-copy-source-if-match"
_whole = S3Response.copy_object


def install() -> None:
    """Puts this module's method in the place of moto's, in this process.

    Raises MotoChangedError when moto's version or the replaced method's signature differs.
    """
    replace(
        (
            Replacement(
                S3Response,
                "copy_object",
                "(self) -> tuple[int, dict[str, typing.Any], str | bytes]",
                copy_object,
            ),
        ),
        module="local/object_copies.py",
        tests="tests/contract/test_local_object_copies.py",
    )


def copy_object(self: Any) -> Any:
    """moto's, after the condition."""
    wanted = self.headers.get(_CONDITION)
    if wanted is not None:
        bucket, _, key = unquote(urlsplit(self.headers["x-amz-copy-source"]).path).lstrip("/").partition("/")
        source = self.backend.get_object(bucket, key)
        if source is not None and source.etag.strip('"') != wanted.strip('"'):
            raise PreconditionFailed(_CONDITION)
    return _whole(self)
