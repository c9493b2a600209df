"""gzip within bounds: what is whole and small enough comes out, and nothing else."""

from __future__ import annotations

import gzip
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sincronia.packed import UnpackedTooLargeError, is_packed, unpacked


@given(st.binary(max_size=2000))
def test_what_was_packed_comes_out_as_it_was(content: bytes) -> None:
    packed = gzip.compress(content)
    assert is_packed(packed)
    assert unpacked(packed, len(content)) == content


@given(st.binary(min_size=1, max_size=2000))
def test_a_byte_more_than_may_be_is_too_much(content: bytes) -> None:
    with pytest.raises(UnpackedTooLargeError):
        unpacked(gzip.compress(content), len(content) - 1)


WHOLE = gzip.compress(b'{"type": "project.saved"}')


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b'{"type": "project.saved"}', id="text"),
        pytest.param(WHOLE[:-1], id="its end is missing"),
        pytest.param(WHOLE[:12], id="its beginning alone"),
        pytest.param(WHOLE + b"x", id="something after it"),
        pytest.param(WHOLE + WHOLE, id="two of them"),
        pytest.param(WHOLE[:-8] + b"\0\0\0\0" + WHOLE[-4:], id="its checksum is another's"),
        pytest.param(b"\x1f\x8b" + b"\0" * 40, id="only its first bytes"),
    ],
)
def test_what_is_no_whole_gzip_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="no whole gzip"):
        unpacked(body, 1000)


def test_a_bomb_is_left_off_at_the_bound() -> None:
    bomb = gzip.compress(b"\0" * 100_000_000)
    assert len(bomb) < 200_000
    tracemalloc.start()
    with pytest.raises(UnpackedTooLargeError):
        unpacked(bomb, 1_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000
