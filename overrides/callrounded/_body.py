"""The body of an answer, collected piece by piece with a bound on what it may hold in memory, unpacked.

httpx unpacks each piece as it comes, without a bound: 64 kB from the network can become 64 MB, and a thousand times
that where they were packed twice. So the bytes are taken as they were sent, and unpacked here.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import httpx


@dataclass(frozen=True, slots=True)
class BodyFault:
    """Why a body cannot be used: what was expected of it, and what it is."""

    expected: str
    found: str


class Body:
    """The body of one answer, while it arrives.

    Attributes:
        is_open: Whether there is any use in more bytes: not once there are too many of them, and not if a hook or a
            transport of the caller has read the body before us.
    """

    def __init__(self, response: httpx.Response, limit: int) -> None:
        self._limit = limit
        self._coding = response.headers.get("content-encoding", "identity").strip().lower()
        self._pieces: list[bytes] = []
        self._size = 0
        # Of an error, the beginning is enough.
        self.is_open = not response.is_success or _announced_size(response.headers) <= limit
        if response.is_stream_consumed:
            # httpx has unpacked it already.
            self._coding = "identity"
            self.take(response.read())
            self.is_open = False
        elif not self.is_open:
            self._size = limit + 1

    def take(self, piece: bytes) -> bool:
        """Take the next bytes as they came from the network, and return whether there is any use in more."""
        self._pieces.append(piece)
        self._size += len(piece)
        self.is_open = self._size <= self._limit
        return self.is_open

    def unpacked(self) -> tuple[bytes, BodyFault | None]:
        """Return the body, and what is wrong with it; a faulty body is returned as far as it is readable."""
        raw = b"".join(self._pieces)
        if self._coding == "identity" or not raw:
            content, fault = raw, None
        elif self._coding in {"gzip", "x-gzip"}:
            content, fault = _gunzipped(raw, self._limit + 1)
        else:
            content, fault = b"", BodyFault("a body that is packed as gzip or not at all", f"{self._coding:.40}")
        if max(self._size, len(content)) > self._limit:
            fault = BodyFault(f"at most {self._limit} bytes (max_response_bytes)", "a longer body")
        return content, fault


def _gunzipped(raw: bytes, limit: int) -> tuple[bytes, BodyFault | None]:
    """Return at most *limit* bytes of what was packed as *raw*, and what is wrong with it."""
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        content = unpacker.decompress(raw, limit)
    except zlib.error as error:
        return b"", BodyFault("a body packed as gzip", str(error))
    if not unpacker.eof or unpacker.unused_data:
        return content, BodyFault("a body packed as gzip", "one that stops too early, or goes on after its end")
    return content, None


def _announced_size(headers: httpx.Headers) -> int:
    """Return the Content-Length, 0 where there is none that can be read."""
    try:
        return int(headers.get("content-length", "0"))
    except ValueError:
        return 0
