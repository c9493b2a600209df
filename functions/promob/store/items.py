"""Objects on S3 that keep items: compressed lines, named by what they hold: `promob/<connection>/<kind>/<hash>`."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from hashlib import blake2b
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from sincronia import settings
from sincronia.store.aws import s3

_HELD = 8 * 2**20  # compressed bytes that stay in memory: some hundred thousand items
_LEVEL = 3


@dataclass(frozen=True, slots=True)
class S3Items:
    """Implements promob.ports.ItemObjects on the data bucket. An object's name is kind/hash; decimals are text."""

    connection: str

    def keep(self, kind: str, lines: Iterable[Mapping[str, Any]]) -> str:
        digest = blake2b(digest_size=20)
        with SpooledTemporaryFile(_HELD) as file:
            with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=_LEVEL, mtime=0, filename="") as packed:
                for line in lines:
                    text = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
                    digest.update(text)
                    packed.write(text)
            file.seek(0)
            name = f"{kind}/{digest.hexdigest()}"
            s3().put_object(
                Bucket=settings.data_bucket(), Key=self._key(name), Body=file, ContentType="application/gzip"
            )
        return name

    def lines(self, name: str) -> Iterator[dict[str, Any]]:
        body = s3().get_object(Bucket=settings.data_bucket(), Key=self._key(name))["Body"]
        with closing(body), gzip.GzipFile(fileobj=cast("IO[bytes]", body)) as unpacked:
            for line in unpacked:
                yield json.loads(line)

    def _key(self, name: str) -> str:
        return f"{items_place(self.connection)}{name}.json.gz"


def items_place(connection: str) -> str:
    """What the keys of a connection's objects begin with."""
    return f"promob/{connection}/"
