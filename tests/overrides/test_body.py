"""The body of an answer is unpacked within a bound, or said to be unusable."""

import gzip
import tracemalloc
import zlib

import httpx
import pytest

from callrounded._body import Body, BodyFault

LIMIT = 1000


def _read(
    raw: bytes, coding: str = "identity", *, length: str | None = None, limit: int = LIMIT, piece: int = 64
) -> tuple[bytes, BodyFault | None]:
    headers = {"content-encoding": coding} | ({} if length is None else {"content-length": length})
    response = httpx.Response(200, headers=headers, stream=httpx.ByteStream(raw))
    body = Body(response, limit)
    if body.is_open:
        for piece_of_it in response.iter_raw(piece):
            if not body.take(piece_of_it):
                break
    return body.unpacked()


@pytest.mark.parametrize("coding", ["identity", "Identity ", "gzip", "GZIP", "x-gzip"])
def test_a_body_is_unpacked(coding: str) -> None:
    """We ask for gzip, and a server need not pack."""
    raw = b"hello" if coding.strip().lower() == "identity" else gzip.compress(b"hello")

    assert _read(raw, coding) == (b"hello", None)


def test_a_body_of_exactly_the_limit_is_accepted() -> None:
    """One byte more is not."""
    too_long = BodyFault("at most 1000 bytes (max_response_bytes)", "a longer body")
    for size, fault in ((LIMIT, None), (LIMIT + 1, too_long)):
        assert _read(b"x" * size)[1] == fault
        assert _read(gzip.compress(b"x" * size), "gzip")[1] == fault


def test_nothing_is_read_of_a_body_that_announces_too_much() -> None:
    """The length in the header is believed where it is bad news."""
    body = Body(httpx.Response(200, headers={"content-length": "1001"}, stream=httpx.ByteStream(b"")), LIMIT)

    assert not body.is_open
    assert body.unpacked() == (b"", BodyFault("at most 1000 bytes (max_response_bytes)", "a longer body"))


@pytest.mark.parametrize("length", ["", "five", "-1", "9" * 5000])
def test_a_length_that_is_no_number_is_not_believed(length: str) -> None:
    """What the body is shows when it is read."""
    assert _read(b"hello", length=length) == (b"hello", None)


def test_an_empty_body_is_not_unpacked() -> None:
    """An answer without a body can name a coding all the same."""
    assert _read(b"", "gzip") == (b"", None)


@pytest.mark.parametrize("coding", ["br", "zstd", "deflate", "gzip, gzip", "identity, gzip", "x" * 5000])
def test_a_coding_that_was_not_asked_for_is_a_fault(coding: str) -> None:
    """It is not guessed at, and a body packed twice is not unpacked at all."""
    content, fault = _read(gzip.compress(gzip.compress(b"hello")), coding)

    assert content == b""
    assert fault is not None
    assert fault.expected == "a body that is packed as gzip or not at all"
    assert len(fault.found) < 100


@pytest.mark.parametrize(
    "raw",
    [
        b"hello",
        gzip.compress(b"hello")[:-1],
        gzip.compress(b"hello")[:12],
        gzip.compress(b"hello") + b"!",
        gzip.compress(b"hello")[:-8] + b"00000000",
        zlib.compress(b"hello"),
    ],
    ids=["plain", "no_end", "cut", "goes_on", "wrong_checksum", "deflate"],
)
def test_what_is_not_gzip_from_beginning_to_end_is_a_fault(raw: bytes) -> None:
    """Half of a packed body is not taken for the whole, which httpx does."""
    _, fault = _read(raw, "gzip")

    assert fault is not None
    assert fault.expected == "a body packed as gzip"


def test_a_body_that_somebody_read_before_us_is_taken_as_it_is() -> None:
    """httpx.MockTransport and hooks of a caller read bodies; httpx has unpacked those."""
    read = httpx.Response(200, headers={"content-encoding": "gzip"}, content=gzip.compress(b"hello"))

    assert Body(read, LIMIT).unpacked() == (b"hello", None)
    assert Body(read, 4).unpacked()[1] is not None


def test_a_bomb_takes_no_more_memory_than_the_limit() -> None:
    """What 128 kB can be unpacked to is never there as a whole."""
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join([packer.compress(bytes(1 << 20)) for _ in range(1 << 7)] + [packer.flush()])

    tracemalloc.start()
    _, fault = _read(bomb, "gzip", limit=4 << 20, piece=1 << 16)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert fault is not None
    assert peak < 20 << 20
