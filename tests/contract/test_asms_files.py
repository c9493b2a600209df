"""The files of exports on S3: sent in parts where they are large, and there once they are whole."""

from __future__ import annotations

import os
import random
from typing import Any

import pytest

from tests.office_on_aws import START, AwsServer, Sandbox, sandbox_as_new

KEY = "exports/empresa-modelo/20261128/usuarios.zip"


@pytest.fixture(scope="module")
def environment(aws: AwsServer) -> Sandbox:
    aws.emptied("asms")
    return sandbox_as_new(lambda: START, integration="asms")


def keys(aws: AwsServer) -> list[str]:
    return [one["Key"] for one in aws.s3.list_objects_v2(Bucket=os.environ["DATA_BUCKET"]).get("Contents", [])]


PARTS = ("CreateMultipartUpload", "UploadPart", "UploadPart", "CompleteMultipartUpload")


@pytest.mark.parametrize(("megabytes", "requests"), [(0, ("PutObject",)), (7, ("PutObject",)), (8, PARTS), (15, PARTS)])
def test_a_file_comes_back_as_it_was_written(
    aws: AwsServer, environment: Sandbox, megabytes: int, requests: tuple[str, ...]
) -> None:
    files = environment.of("asms.store.exports").S3Files()
    content, sent = random.Random(megabytes).randbytes(megabytes * 2**20 + 5), list[str]()
    events = environment.of("sincronia.store.aws").s3().meta.events

    def note(model: Any, **_: Any) -> None:
        sent.append(model.name)

    events.register("before-call.s3", note)
    with files.writing(KEY, "application/zip") as file:
        for start in range(0, len(content), 2**20):
            file.write(content[start : start + 2**20])
    events.unregister("before-call.s3", note)
    assert tuple(sent) == requests
    assert b"".join(files.chunks(KEY)) == content
    stored = aws.s3.head_object(Bucket=os.environ["DATA_BUCKET"], Key=KEY)
    assert (stored["ContentType"], stored["ContentDisposition"]) == (
        "application/zip",
        'attachment; filename="usuarios.zip"',
    )


def test_what_was_not_written_to_its_end_is_no_file(aws: AwsServer, environment: Sandbox) -> None:
    files = environment.of("asms.store.exports").S3Files()
    other = f"{KEY}.other"
    with pytest.raises(KeyboardInterrupt), files.writing(other, "application/zip") as file:  # noqa: PT012
        file.write(bytes(9 * 2**20))
        raise KeyboardInterrupt
    assert other not in keys(aws)
