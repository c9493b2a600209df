"""Forms that send a file to S3: signed here, and sent by whoever imports, without any rights of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from asms.importing.model import MOST_BYTES
from sincronia import clock, settings
from sincronia.store.aws import signing_s3

FORM_SECONDS = 15 * 60


@dataclass(frozen=True, slots=True)
class UploadForm:
    """Where a form goes, and its fields; the file is its last one. `expires_at` is in seconds since 1970."""

    url: str
    fields: Mapping[str, str]
    expires_at: float


def files_origin() -> str:
    """The origin that a browser finds the files at, and sends them to."""
    where = urlsplit(signed_form("", {}).url)
    return f"{where.scheme}://{where.netloc}"


def signed_form(key: str, metadata: Mapping[str, str], leads_to: str = "") -> UploadForm:
    """The form that puts a file at this key, with these metadata and no others, for a quarter of an hour.

    leads_to: where a browser is led then, which S3 gives the key to.
    """
    said = {f"x-amz-meta-{name}": value for name, value in metadata.items()}
    if leads_to:
        said["success_action_redirect"] = leads_to
    expires_at = clock.now() + FORM_SECONDS
    form = signing_s3().generate_presigned_post(
        Bucket=settings.data_bucket(),
        Key=key,
        Fields=dict(said),
        Conditions=[*({name: value} for name, value in said.items()), ["content-length-range", 1, MOST_BYTES]],
        ExpiresIn=FORM_SECONDS,
    )
    return UploadForm(form["url"], form["fields"], expires_at)
