"""The httpx client behind the clients that share it: whose it is, and where its connections may be used."""

from __future__ import annotations

import asyncio
import os
import urllib.request
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final, Generic, TypeVar

import httpx

from callrounded_generated.gzip_body import with_whole_gzip

from ._errors import ClientClosedError, ConfigurationError
from ._options import is_loopback

H = TypeVar("H", bound=httpx.Client | httpx.AsyncClient)

CLOSED: Final = "The client is closed. Create a new client, or close this one only when you have finished."
# As many connections stay open as may be open: threads that share a client shall not reconnect for each request.
_LIMITS: Final = httpx.Limits(max_connections=100, max_keepalive_connections=100)


class Connections(Generic[H]):
    """The httpx client that a client and its copies share: that of the caller, or one of our own.

    Two processes that read from the same socket tear each other's responses apart. So a forked child gets an httpx
    client of its own, and the parent's is left alone. An async httpx client is of use in one event loop only.
    """

    def __init__(self, given: Any, kind: type[H], base_url: str) -> None:
        if given is not None and not isinstance(given, kind):
            raise ConfigurationError("http_client=: Rounded takes an httpx.Client, AsyncRounded an httpx.AsyncClient.")
        if given is not None and given.params:
            # httpx would send them in place of ours, and every page would be the first.
            raise ConfigurationError("http_client= must not have query parameters (params=) of its own.")
        self._kind = kind
        self._base_url = base_url
        self._is_ours = given is None
        self._http: H = self._new_http() if given is None else given
        self._process = os.getpid()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.is_closed = False

    def http(self) -> H:
        """Return the httpx client to use here and now, or raise an error that says why there is none."""
        loop = running_loop() if isinstance(self._http, httpx.AsyncClient) else None
        if self.is_closed or self._http.is_closed:
            raise ClientClosedError(CLOSED)
        if self._process != os.getpid():
            if not self._is_ours:
                raise ConfigurationError("http_client= belongs to the parent process. Create a client in the child.")
            self._http, self._process = self._new_http(), os.getpid()
        if self._loop not in (None, loop):
            raise ConfigurationError(
                "This AsyncRounded belongs to another event loop. Create one in each event loop (each asyncio.run)."
            )
        self._loop = loop
        return self._http

    def close(self) -> H | None:
        """Hand out nothing more; return the httpx client that is left to close here, if any."""
        self.is_closed = True
        is_of_this_loop = self._loop is None or self._loop is running_loop()
        return self._http if self._is_ours and self._process == os.getpid() and is_of_this_loop else None

    def _new_http(self) -> H:
        """Return an httpx client that takes no cookies: responses must not change the requests that follow."""
        transport: Any = httpx.HTTPTransport if self._kind is httpx.Client else httpx.AsyncHTTPTransport
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        try:
            transport = transport(proxy=_proxy(self._base_url), limits=_LIMITS)
            return with_whole_gzip(self._kind(transport=transport, cookies=no_cookies))
        except Exception as error:
            # A proxy variable that is no URL, and may hold a password; a file of certificates that is not there.
            reason = "InvalidURL" if isinstance(error, httpx.InvalidURL) else f"{type(error).__name__}: {error}"
            hint = "Check HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR."
            raise ConfigurationError(f"httpx cannot be set up ({reason}). {hint}") from error


def running_loop() -> asyncio.AbstractEventLoop:
    """Return the event loop of asyncio that is running, or raise an error that names trio."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        raise ConfigurationError("AsyncRounded runs under asyncio only, not under trio: use Rounded there.") from None


def _proxy(base_url: str) -> str | None:
    """Return the proxy that the environment names for *base_url*."""
    url = httpx.URL(base_url)
    # The standard library reads NO_PROXY: httpx fails on entries such as IPv6 networks. An entry may have a port.
    if is_loopback(url.host) or any(map(urllib.request.proxy_bypass, (url.host, url.netloc.decode("ascii")))):
        return None
    proxies = urllib.request.getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    return proxy if proxy is None or "://" in proxy else f"http://{proxy}"
