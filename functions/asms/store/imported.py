"""The files of imports on S3: what people dropped, and the copies that imports work from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from botocore.exceptions import ClientError

from asms.importing.model import MOST_BYTES
from sincronia import settings
from sincronia.answers import Problem, ProblemError
from sincronia.engine.state import RunKey
from sincronia.store.aws import s3

_CHUNK = 2**20
_REPLACED = {"PreconditionFailed", "412"}
_GONE = {"NoSuchKey", "404", "AccessDenied"}  # to who may not list the bucket, what isn't there is denied


def copy_key(run: RunKey) -> str:
    """Where the copy is that an import works from: nobody else writes there."""
    return f"imported/{run.connection}/{run.run_id}"


def copied(key: str, etag: str, to: str) -> None:
    """Copies what was dropped, if it still is what it was. Raises ProblemError(asms.file_replaced, asms.file_gone)."""
    bucket = settings.data_bucket()
    try:
        s3().copy_object(
            Bucket=bucket,
            Key=to,
            CopySource={"Bucket": bucket, "Key": key},
            CopySourceIfMatch=etag,
            MetadataDirective="REPLACE",
        )
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _REPLACED:
            raise ProblemError(Problem("asms.file_replaced")) from None
        if code in _GONE:
            raise ProblemError(Problem("asms.file_gone")) from None
        raise


@contextmanager
def copy_here(key: str) -> Iterator[tuple[Path, str]]:
    """A copy as a file on this machine, and its SHA-256. Raises ProblemError(asms.file_gone, asms.upload_too_large)."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        yield path, _downloaded(key, path)


def _downloaded(key: str, path: Path) -> str:
    try:
        found = s3().get_object(Bucket=settings.data_bucket(), Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            raise ProblemError(Problem("asms.file_gone")) from None
        raise
    if found["ContentLength"] > MOST_BYTES:
        raise ProblemError(Problem("asms.upload_too_large", {"most": str(MOST_BYTES // 2**20)}))
    digest = hashlib.sha256()
    with path.open("wb") as file:
        while chunk := found["Body"].read(_CHUNK):
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()
