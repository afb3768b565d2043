"""Transports that unpack gzip bodies of several members, and notice one that is cut short; httpx does neither."""

from __future__ import annotations

import gzip
import zlib

import httpx


class GzipTransport(httpx.HTTPTransport):
    """The transport of httpx, with gzip bodies unpacked."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send *request* and return the response."""
        response = super().handle_request(request)
        return _unpacked(response, b"".join(response.iter_raw())) if _is_gzip(response) else response


class AsyncGzipTransport(httpx.AsyncHTTPTransport):
    """The async transport of httpx, with gzip bodies unpacked."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send *request* and return the response."""
        response = await super().handle_async_request(request)
        return (
            _unpacked(response, b"".join([part async for part in response.aiter_raw()]))
            if _is_gzip(response)
            else response
        )


def _is_gzip(response: httpx.Response) -> bool:
    return response.headers.get("content-encoding", "").strip().lower() in {"gzip", "x-gzip"}


def _unpacked(response: httpx.Response, packed: bytes) -> httpx.Response:
    """Return *response* with its body, of which *packed* arrived.

    Raises:
        httpx.DecodingError: it is a success, but its body is not gzip from beginning to end.
    """
    try:
        content = gzip.decompress(packed)
    except (OSError, EOFError, zlib.error) as error:
        if response.is_success:
            raise httpx.DecodingError(f"the body is not complete gzip: {error}") from error
        content = packed  # The status of an error says enough.
    headers = [(name, value) for name, value in response.headers.multi_items() if name != "content-encoding"]
    return httpx.Response(
        response.status_code, headers=headers, stream=httpx.ByteStream(content), extensions=response.extensions
    )
