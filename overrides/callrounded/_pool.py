"""The httpx client behind a client of ours: whose it is, who shares it, and where its connections may be used."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final, Generic, TypeVar

import httpx

from ._errors import ClientClosedError, ConfigurationError
from ._options import Options, is_loopback

H = TypeVar("H", bound=httpx.Client | httpx.AsyncClient)

CLOSED: Final = "The client is closed. Make a new one, or close this one later."
# As many connections stay open as may be open: threads that share a client shall not reconnect for each request.
_LIMITS: Final = httpx.Limits(max_connections=100, max_keepalive_connections=100)


class Pool(Generic[H]):
    """Hands out an httpx client, and says whether it is ours to close.

    A connection is of use in one process and in one event loop: two processes that read from the same socket tear
    each other's answers apart. So a child process, and another event loop, get a fresh httpx client of ours; the
    parent's is left alone. One that the caller brought cannot be replaced.
    """

    def __init__(self, given: H | None, make: Callable[[], H], event_loop: Callable[[], object] | None = None) -> None:
        """Take the httpx client that the caller brought, or make one.

        Args:
            given: The one that the caller brought.
            make: Makes one of ours.
            event_loop: Returns the event loop that is running, in the async world.

        Raises:
            ConfigurationError: an httpx client cannot be made in this environment.
        """
        self._make = make
        self._event_loop = event_loop
        self._is_ours = given is None
        self._http = given or _made(make)
        self._used_in: tuple[int, object] | None = None
        self.is_closed = False

    def http(self) -> H:
        """Return the httpx client to use here and now.

        Raises:
            ClientClosedError: this pool, or the caller's httpx client, is closed.
            ConfigurationError: the process was forked, and the httpx client is the caller's.
        """
        if self.is_closed or self._http.is_closed:
            raise ClientClosedError(CLOSED)
        here = self._here()
        if self._used_in is None:
            self._used_in = here
        elif self._is_ours and self._used_in != here:
            # Two threads that come here at once make two, of which one serves one request: no harm, no lock.
            self._http, self._used_in = _made(self._make), here
        elif self._used_in[0] != here[0]:
            raise ConfigurationError(
                "The connections of http_client= belong to the parent process. Make the client in the child."
            )
        return self._http

    def release(self) -> H | None:
        """Hand out nothing more; return the httpx client that remains to be closed, if any."""
        if self.is_closed:
            return None
        self.is_closed = True
        is_here = self._used_in is None or self._used_in == self._here()
        return self._http if self._is_ours and is_here else None

    def _here(self) -> tuple[int, object]:
        return os.getpid(), self._event_loop() if self._event_loop is not None else None


class Lease(Generic[H]):
    """The share of one client in a pool. Only the first, which made the pool, closes it."""

    def __init__(self, pool: Pool[H], *, is_first: bool = True) -> None:
        self._pool = pool
        self._is_first = is_first
        self._is_closed = False

    @property
    def is_closed(self) -> bool:
        """Whether this, or the pool, is closed."""
        return self._is_closed or self._pool.is_closed

    def shared(self) -> Lease[H]:
        """Return another one in the same pool."""
        return Lease(self._pool, is_first=False)

    def http(self) -> H:
        """Return the httpx client to use here and now; raises what `Pool.http` does."""
        if self._is_closed:
            raise ClientClosedError(CLOSED)
        return self._pool.http()

    def release(self) -> H | None:
        """End it; return the httpx client that remains to be closed, if any."""
        self._is_closed = True
        return self._pool.release() if self._is_first else None


def sync_lease(options: Options, http_client: httpx.Client | None) -> Lease[httpx.Client]:
    """Return the first lease of a pool around *http_client*, or around an httpx client of our own.

    Raises:
        ConfigurationError: *http_client* cannot be used, or none can be made in this environment.
    """
    _check(http_client, httpx.Client)
    mounts = _no_proxy_to_this_machine(options)
    return Lease(Pool(http_client, lambda: httpx.Client(limits=_LIMITS, mounts=mounts)))


def async_lease(options: Options, http_client: httpx.AsyncClient | None) -> Lease[httpx.AsyncClient]:
    """Do what `sync_lease` does, for asyncio."""
    _check(http_client, httpx.AsyncClient)
    mounts = _no_proxy_to_this_machine(options)
    return Lease(Pool(http_client, lambda: httpx.AsyncClient(limits=_LIMITS, mounts=mounts), _running_loop))


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


def _no_proxy_to_this_machine(options: Options) -> dict[str, None]:
    """Return the mounts of an httpx client that let no proxy of the environment come between us and a local server."""
    host = httpx.URL(options.base_url).host
    return {f"all://[{host}]" if ":" in host else f"all://{host}": None} if is_loopback(host) else {}


def _running_loop() -> object:
    import asyncio  # noqa: PLC0415 - whoever calls this has imported it; the sync world need not

    return asyncio.get_running_loop()
