"""The httpx client behind the clients that share it: whose it is, and where its connections may be used."""

from __future__ import annotations

import asyncio
import os
import urllib.request
from collections.abc import Callable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final, Generic, TypeVar

import httpx

from ._errors import ClientClosedError, ConfigurationError
from ._gzip import AsyncGzipTransport, GzipTransport
from ._options import is_loopback

H = TypeVar("H", bound=httpx.Client | httpx.AsyncClient)

CLOSED: Final = "The client is closed. Create a new client, or close this one only when you have finished."
# As many connections stay open as may be open: threads that share a client shall not reconnect for each request.
_LIMITS: Final = httpx.Limits(max_connections=100, max_keepalive_connections=100)


class Connections(Generic[H]):
    """Hands out the httpx client.

    A connection is of use in one process only: two processes that read from the same socket tear each other's
    responses apart. So a forked child gets an httpx client of its own, and the parent's is left alone.

    Attributes:
        is_closed: Whether the client that made this is closed.
    """

    def __init__(self, given: H | None, make: Callable[[], H]) -> None:
        """Take the httpx client that the caller brought, or make one.

        Raises:
            ConfigurationError: an httpx client cannot be made in this environment.
        """
        self._make = make
        self._is_ours = given is None
        self._http = given or _made(make)
        self._process = os.getpid()
        self.is_closed = False

    def http(self) -> H:
        """Return the httpx client to use here and now.

        Raises:
            ClientClosedError: this, or the caller's httpx client, is closed.
            ConfigurationError: the process was forked, and the httpx client is the caller's.
        """
        if self.is_closed or self._http.is_closed:
            raise ClientClosedError(CLOSED)
        if self._process != os.getpid():
            if not self._is_ours:
                raise ConfigurationError(
                    "The connections of http_client= belong to the parent process. Create the client in the child."
                )
            self._http, self._process = _made(self._make), os.getpid()
        return self._http

    def close(self) -> H | None:
        """Hand out nothing more; return the httpx client that is left to close, if any."""
        was_closed, self.is_closed = self.is_closed, True
        return self._http if self._is_ours and not was_closed and self._process == os.getpid() else None


class AsyncConnections(Connections[httpx.AsyncClient]):
    """Hands out the httpx client in one event loop of asyncio: its connections are of use in no other."""

    _loop: asyncio.AbstractEventLoop | None = None

    def http(self) -> httpx.AsyncClient:
        """Return the httpx client to use here and now.

        Raises:
            ClientClosedError: this, or the caller's httpx client, is closed.
            ConfigurationError: it belongs to another event loop or process, or this is not asyncio.
        """
        loop = running_loop()
        http = super().http()
        if self._loop is None:
            self._loop = loop
        elif self._loop is not loop:
            raise ConfigurationError(
                "This AsyncRounded belongs to another event loop. Create one in each event loop (each asyncio.run)."
            )
        return http

    def close(self) -> httpx.AsyncClient | None:
        """Hand out nothing more; return the httpx client that is left to close here, if any."""
        http = super().close()
        return http if self._loop is None or self._loop is running_loop() else None


def running_loop() -> asyncio.AbstractEventLoop:
    """Return the event loop that is running.

    Raises:
        ConfigurationError: there is none of asyncio.
    """
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        raise ConfigurationError("AsyncRounded runs under asyncio only, not under trio: use Rounded there.") from None


def sync_connections(base_url: str, http_client: httpx.Client | None) -> Connections[httpx.Client]:
    """Return connections through *http_client*, or through an httpx client of our own.

    Raises:
        ConfigurationError: *http_client* cannot be used, or none can be made in this environment.
    """
    _check(http_client, httpx.Client)

    def make() -> httpx.Client:
        transport = GzipTransport(proxy=_proxy_for(base_url), limits=_LIMITS)
        return httpx.Client(transport=transport, cookies=_no_cookies())

    return Connections(http_client, make)


def async_connections(base_url: str, http_client: httpx.AsyncClient | None) -> AsyncConnections:
    """Do what `sync_connections` does, for asyncio."""
    _check(http_client, httpx.AsyncClient)

    def make() -> httpx.AsyncClient:
        transport = AsyncGzipTransport(proxy=_proxy_for(base_url), limits=_LIMITS)
        return httpx.AsyncClient(transport=transport, cookies=_no_cookies())

    return AsyncConnections(http_client, make)


def _check(http_client: object, kind: type[httpx.Client | httpx.AsyncClient]) -> None:
    if http_client is None:
        return
    if not isinstance(http_client, kind):
        raise ConfigurationError(
            f"http_client= must be an httpx.{kind.__name__}, not {type(http_client).__name__}: "
            "Rounded takes an httpx.Client, AsyncRounded an httpx.AsyncClient."
        )
    if http_client.params:
        # httpx would send them in place of ours, and every page would be the first.
        raise ConfigurationError("http_client= must not have query parameters (params=) of its own.")


def _made(make: Callable[[], H]) -> H:
    try:
        return make()
    except Exception as error:
        # A proxy variable that is no URL, a file of certificates that is not there.
        raise ConfigurationError(
            f"httpx cannot be set up ({type(error).__name__}: {error}). "
            "Check HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR."
        ) from error


def _proxy_for(base_url: str) -> str | None:
    """Return the proxy that the environment names for *base_url*, or None.

    The standard library reads NO_PROXY, as httpx fails on entries such as IPv6 networks.
    """
    url = httpx.URL(base_url)
    if is_loopback(url.host) or urllib.request.proxy_bypass(url.host):
        return None
    proxies = urllib.request.getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    return proxy if proxy is None or "://" in proxy else f"http://{proxy}"


def _no_cookies() -> CookieJar:
    """Return a jar that takes no cookies: a key identifies the caller, and responses must not change requests."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))
