# Generated from openapi/rounded.yaml by `nox -s generate`. Do not edit: change openapi/ or generator/ and run it again.
"""Bodies in gzip, of which httpx unpacks the first member alone, even if it is cut short."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import AsyncIterator, Iterator
from typing import Any, TypeVar

import httpx

H = TypeVar("H", bound=httpx.Client | httpx.AsyncClient)


def with_whole_gzip(http: H) -> H:
    """Return *http*, which then unpacks all members of a body in gzip; other encodings are left to httpx."""

    async def unpack(response: httpx.Response) -> None:
        _unpack(response)

    http.event_hooks["response"].insert(0, unpack if isinstance(http, httpx.AsyncClient) else _unpack)
    return http


def _unpack(response: httpx.Response) -> None:
    """Have the body of *response*, which is not read yet, unpacked here."""
    is_gzip = response.headers.get("content-encoding", "").strip().lower() in {"gzip", "x-gzip"}
    if is_gzip and not response.is_stream_consumed:
        del response.headers["content-encoding"]
        response.stream = _Unpacked(response)


class _Unpacked(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The body of a response, unpacked; of an error whose body is not gzip, what came: the status says enough."""

    def __init__(self, response: httpx.Response) -> None:
        self._packed: Any = response.stream
        self._is_success = response.is_success

    def _unpack(self, packed: bytes) -> bytes:
        try:
            return gzip.decompress(packed)
        except (OSError, EOFError, zlib.error) as error:
            if self._is_success:
                raise httpx.DecodingError(f"the body is not complete gzip: {error}") from error
            return packed

    def __iter__(self) -> Iterator[bytes]:
        yield self._unpack(b"".join(self._packed))

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._unpack(b"".join([part async for part in self._packed]))

    def close(self) -> None:
        self._packed.close()

    async def aclose(self) -> None:
        await self._packed.aclose()
