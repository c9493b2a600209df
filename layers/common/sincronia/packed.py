"""Bytes that came as gzip, unpacked within bounds: a small body may hold a very large one."""

from __future__ import annotations

import zlib

_GZIP = 16 + zlib.MAX_WBITS  # to zlib: the stream has a gzip header and trailer
_MAGIC = b"\x1f\x8b"


class UnpackedTooLargeError(Exception):
    """There is more in it than may be unpacked."""


def unpacked(body: bytes, most: int) -> bytes:
    """What was packed, `most` bytes of it at most. Raises ValueError where it is not one whole gzip; and the above."""
    stream = zlib.decompressobj(_GZIP)
    try:
        content = stream.decompress(body, most + 1)
    except zlib.error:
        content = b""
    if len(content) > most:
        raise UnpackedTooLargeError
    if not stream.eof or stream.unused_data:
        message = "no whole gzip"
        raise ValueError(message)
    return content


def is_packed(body: bytes) -> bool:
    """Whether it is a gzip. No text is."""
    return body.startswith(_MAGIC)
