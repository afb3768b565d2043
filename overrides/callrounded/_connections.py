"""The httpx client behind the clients that share it: whose it is, and where its connections may be used."""

from __future__ import annotations

import asyncio
import gzip
import os
import urllib.request
import zlib
from collections.abc import Callable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final, Generic, TypeVar

import httpx

from ._errors import ClientClosedError, ConfigurationError
from ._options import is_loopback

H = TypeVar("H", bound=httpx.Client | httpx.AsyncClient)

CLOSED: Final = "The client is closed. Create a new client, or close this one only when you have finished."


class Connections(Generic[H]):
    """Hands out the httpx client, that of the caller or one of our own.

    A connection is of use in one process only: two processes that read from the same socket tear each other's
    responses apart. So a forked child gets an httpx client of its own, and the parent's is left alone.
    """

    def __init__(self, given: Any, kind: type[H], make: Callable[[], H]) -> None:
        if given is not None and not isinstance(given, kind):
            raise ConfigurationError(
                f"http_client= must be an httpx.{kind.__name__}, not {type(given).__name__}: "
                "Rounded takes an httpx.Client, AsyncRounded an httpx.AsyncClient."
            )
        if given is not None and given.params:
            # httpx would send them in place of ours, and every page would be the first.
            raise ConfigurationError("http_client= must not have query parameters (params=) of its own.")
        self._is_ours = given is None
        self._make = make
        self._http: H = self._made() if given is None else given
        self._process = os.getpid()
        self.is_closed = False

    def http(self) -> H:
        """Return the httpx client to use here and now, or raise an error that says why there is none."""
        if self.is_closed or self._http.is_closed:
            raise ClientClosedError(CLOSED)
        if self._process != os.getpid():
            if not self._is_ours:
                raise ConfigurationError(
                    "The connections of http_client= belong to the parent process. Create the client in the child."
                )
            self._http, self._process = self._made(), os.getpid()
        return self._http

    def close(self) -> H | None:
        """Hand out nothing more; return the httpx client that is left to close here, if any."""
        self.is_closed = True
        return self._http if self._is_ours and self._process == os.getpid() else None

    def _made(self) -> H:
        try:
            return self._make()
        except Exception as error:
            # A proxy variable that is no URL, and may hold a password; a file of certificates that is not there.
            reason = "InvalidURL" if isinstance(error, httpx.InvalidURL) else f"{type(error).__name__}: {error}"
            raise ConfigurationError(
                f"httpx cannot be set up ({reason}). "
                "Check HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR."
            ) from error


class AsyncConnections(Connections[httpx.AsyncClient]):
    """Hands out the httpx client in one event loop of asyncio: its connections are of use in no other."""

    _loop: asyncio.AbstractEventLoop | None = None

    def http(self) -> httpx.AsyncClient:
        """Do what `Connections.http` does."""
        loop = running_loop()
        http = super().http()
        if self._loop not in (None, loop):
            raise ConfigurationError(
                "This AsyncRounded belongs to another event loop. Create one in each event loop (each asyncio.run)."
            )
        self._loop = loop
        return http

    def close(self) -> httpx.AsyncClient | None:
        """Do what `Connections.close` does."""
        http = super().close()
        return http if self._loop is None or self._loop is running_loop() else None


def running_loop() -> asyncio.AbstractEventLoop:
    """Return the event loop of asyncio that is running, or raise an error that names trio."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        raise ConfigurationError("AsyncRounded runs under asyncio only, not under trio: use Rounded there.") from None


class GzipTransport(httpx.HTTPTransport):
    """Unpacks gzip bodies of several members, and notices one that is cut short; httpx does neither."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send *request* and return the response."""
        response = super().handle_request(request)
        return _unpacked(response, b"".join(response.iter_raw())) if _is_gzip(response) else response


class AsyncGzipTransport(httpx.AsyncHTTPTransport):
    """Does what GzipTransport does."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send *request* and return the response."""
        response = await super().handle_async_request(request)
        if not _is_gzip(response):
            return response
        return _unpacked(response, b"".join([part async for part in response.aiter_raw()]))


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
    headers = [(name, value) for name, value in response.headers.raw if name.lower() != b"content-encoding"]
    return httpx.Response(
        response.status_code, headers=headers, stream=httpx.ByteStream(content), extensions=response.extensions
    )


def new_client(base_url: str) -> httpx.Client:
    """Return an httpx client of our own."""
    return httpx.Client(transport=GzipTransport(**_network(base_url)), cookies=_no_cookies())


def new_async_client(base_url: str) -> httpx.AsyncClient:
    """Return an async httpx client of our own."""
    return httpx.AsyncClient(transport=AsyncGzipTransport(**_network(base_url)), cookies=_no_cookies())


def _network(base_url: str) -> dict[str, Any]:
    """Return the limits, and the proxy that the environment names for *base_url*.

    The standard library reads NO_PROXY, as httpx fails on entries such as IPv6 networks.
    """
    url = httpx.URL(base_url)
    proxy = None
    # An entry of NO_PROXY may have a port.
    if not is_loopback(url.host) and not any(map(urllib.request.proxy_bypass, (url.host, url.netloc.decode("ascii")))):
        proxies = urllib.request.getproxies()
        proxy = proxies.get(url.scheme) or proxies.get("all")
    if proxy is not None and "://" not in proxy:
        proxy = f"http://{proxy}"
    # As many connections stay open as may be open: threads that share a client shall not reconnect for each request.
    return {"proxy": proxy, "limits": httpx.Limits(max_connections=100, max_keepalive_connections=100)}


def _no_cookies() -> CookieJar:
    """Return a jar that takes no cookies: a key identifies the caller, and responses must not change requests."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))
