"""Transports that unpack gzip bodies of several members, and notice one that is cut short; httpx does neither."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Iterator
from typing import Final

import httpx

_GZIP: Final = frozenset({"gzip", "x-gzip"})
_GZIP_FORMAT: Final = zlib.MAX_WBITS | 16


class GzipTransport(httpx.HTTPTransport):
    """The transport of httpx, with gzip bodies unpacked."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send *request* and return the response."""
        response = super().handle_request(request)
        if _is_gzip(response) and isinstance(response.stream, httpx.SyncByteStream):
            response.stream = _Unpacked(response.stream)
        return response


class AsyncGzipTransport(httpx.AsyncHTTPTransport):
    """The async transport of httpx, with gzip bodies unpacked."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send *request* and return the response."""
        response = await super().handle_async_request(request)
        if _is_gzip(response) and isinstance(response.stream, httpx.AsyncByteStream):
            response.stream = _AsyncUnpacked(response.stream)
        return response


def _is_gzip(response: httpx.Response) -> bool:
    """Return whether the body is to be unpacked here; if so, the header that would have httpx do it is removed."""
    if response.headers.get("content-encoding", "").strip().lower() not in _GZIP:
        return False
    del response.headers["content-encoding"]
    return True


class _Unpacked(httpx.SyncByteStream):
    def __init__(self, packed: httpx.SyncByteStream) -> None:
        self._packed = packed

    def __iter__(self) -> Iterator[bytes]:
        unpacker = _Unpacker()
        for chunk in self._packed:
            yield unpacker.unpack(chunk)
        unpacker.finish()

    def close(self) -> None:
        self._packed.close()


class _AsyncUnpacked(httpx.AsyncByteStream):
    def __init__(self, packed: httpx.AsyncByteStream) -> None:
        self._packed = packed

    async def __aiter__(self) -> AsyncIterator[bytes]:
        unpacker = _Unpacker()
        async for chunk in self._packed:
            yield unpacker.unpack(chunk)
        unpacker.finish()

    async def aclose(self) -> None:
        await self._packed.aclose()


class _Unpacker:
    """Unpacks gzip members, one behind the other, with zeros between or behind them."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP_FORMAT)
        self._is_begun = False

    def unpack(self, chunk: bytes) -> bytes:
        """Return what *chunk* adds to the body.

        Raises:
            httpx.DecodingError: it is not gzip.
        """
        pieces: list[bytes] = []
        while chunk := chunk if self._is_begun else chunk.lstrip(b"\0"):
            try:
                pieces.append(self._member.decompress(chunk))
            except zlib.error as error:
                raise httpx.DecodingError(str(error)) from error
            chunk, self._is_begun = self._member.unused_data, not self._member.eof
            if self._member.eof:
                self._member = zlib.decompressobj(_GZIP_FORMAT)
        return b"".join(pieces)

    def finish(self) -> None:
        """Confirm that the last member is complete.

        Raises:
            httpx.RemoteProtocolError: the body was cut short.
        """
        if self._is_begun:
            raise httpx.RemoteProtocolError("the gzip body ended early")
