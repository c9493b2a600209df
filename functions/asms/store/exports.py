"""What exports read of the directory, and their files on S3: written by multipart, so that none is held in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from asms.additional import AdditionalField
from asms.catalogues import Catalogue, Category
from asms.store.catalogues import stored_entries
from asms.store.fields import stored_fields
from asms.store.users import users_by_name
from asms.users import User
from sincronia import settings
from sincronia.store.aws import s3
from sincronia.store.listing import After, Listed

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

_PART = 8 * 2**20  # bytes that are sent together; S3 wants five million at least
_CHUNK = 2**20


class DynamoDirectory:
    """Implements asms.exporting.Directory."""

    def fields(self, connection: str, project: str) -> list[AdditionalField]:
        return stored_fields(connection, project)

    def members(
        self, connection: str, project: str, category: Category, limit: int, after: After | None
    ) -> Listed[User]:
        found = users_by_name(connection, category, "", limit, after, project=project)
        return Listed(tuple(user for user in found.values if project in user.projects), found.after)

    def names(self, connection: str, catalogue: Catalogue, ids: Iterable[str]) -> Mapping[str, str]:
        return {entry.id: entry.name for entry in stored_entries(connection, catalogue, ids).values()}


class S3Files:
    """Implements asms.exporting.Files on the data bucket. An upload that is left unfinished goes after a day."""

    @contextmanager
    def writing(self, key: str, content_type: str) -> Iterator[_Upload]:
        upload = _Upload(key, content_type)
        yield upload
        upload.complete()

    def chunks(self, key: str) -> Iterator[bytes]:
        body = s3().get_object(Bucket=settings.data_bucket(), Key=key)["Body"]
        while chunk := body.read(_CHUNK):
            yield chunk


@dataclass(slots=True)
class _Upload:
    """A file that is sent in parts, or at once where it is smaller than one."""

    key: str
    content_type: str
    waiting: bytearray = field(default_factory=bytearray)
    upload: str = ""
    parts: list[CompletedPartTypeDef] = field(default_factory=list)

    def write(self, some: bytes, /) -> int:
        self.waiting += some
        if len(self.waiting) >= _PART:
            self._send()
        return len(some)

    def flush(self) -> None:
        """Nothing to do: parts go when they are large enough."""

    def close(self) -> None:
        """Nothing to do: what isn't complete is no file."""

    def complete(self) -> None:
        """Makes the object of all that was written."""
        if not self.upload:
            s3().put_object(Body=bytes(self.waiting), **self._object())
            return
        if self.waiting:
            self._send()
        s3().complete_multipart_upload(
            Bucket=settings.data_bucket(),
            Key=self.key,
            UploadId=self.upload,
            MultipartUpload={"Parts": self.parts},
        )

    def _send(self) -> None:
        if not self.upload:
            self.upload = s3().create_multipart_upload(**self._object())["UploadId"]
        number = len(self.parts) + 1
        sent = s3().upload_part(
            Bucket=settings.data_bucket(),
            Key=self.key,
            UploadId=self.upload,
            PartNumber=number,
            Body=bytes(self.waiting),
        )
        self.parts.append({"ETag": sent["ETag"], "PartNumber": number})
        self.waiting.clear()

    def _object(self) -> dict[str, Any]:
        return {
            "Bucket": settings.data_bucket(),
            "Key": self.key,
            "ContentType": self.content_type,
            "ContentDisposition": f'attachment; filename="{PurePosixPath(self.key).name}"',
        }
