"""Files for people, on S3: fetched by a link that is good for minutes."""

from __future__ import annotations

from sincronia import settings
from sincronia.store.aws import signing_s3

LINK_SECONDS = 300


def keep_result(connection: str, run_id: str, name: str, body: bytes, content_type: str) -> str:
    """Keeps a file of a run, and gives a link to it. Kept again, it takes the other's place."""
    key = f"results/{connection}/{run_id}/{name}"
    signing_s3().put_object(
        Bucket=settings.data_bucket(),
        Key=key,
        Body=body,
        ContentType=content_type,
        ContentDisposition=f'attachment; filename="{name}"',
    )
    return link_to(key)


def link_to(key: str) -> str:
    """A link to an object of the data bucket, for five minutes."""
    link: str = signing_s3().generate_presigned_url(
        "get_object", Params={"Bucket": settings.data_bucket(), "Key": key}, ExpiresIn=LINK_SECONDS
    )
    return link
