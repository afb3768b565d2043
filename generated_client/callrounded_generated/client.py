# Generated from openapi/rounded.yaml by `nox -s generate`. Do not edit: change openapi/ or generator/ and run it again.
"""Clients: where the API is, who is calling, and the connections to it."""

from __future__ import annotations

import os
import ssl
from collections.abc import AsyncIterator, Mapping
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Any, NoReturn, Self, TypeAlias, TypeVar
from urllib.parse import urlencode

import httpx
from attrs import define, evolve, field

from .gzip_body import with_whole_gzip
from .operation import Request
from .settings import AUTH_HEADER_NAME, AUTH_PREFIX, BASE_URL
from .types import OnInvalid

if TYPE_CHECKING:
    # A private name of httpx, which has no public one for this type: nothing may depend on it at run time.
    from httpx._client import UseClientDefault

Timeout: TypeAlias = "httpx.Timeout | UseClientDefault | float | None"
"""Seconds, or an `httpx.Timeout`; None waits for ever; `httpx.USE_CLIENT_DEFAULT` leaves it to the httpx client."""

H = TypeVar("H", httpx.Client, httpx.AsyncClient)


def _fixed(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a copy of *values* that nobody can change."""
    return MappingProxyType(dict(values))


def _names(values: Mapping[str, Any]) -> str:
    """Return how *values* are shown: only their names, as they may be secret."""
    return f"<{', '.join(values) or 'none'}>"


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    while chunk := file.read(65_536):
        yield chunk


def _only_of_httpx(_: object, __: object, arguments: Mapping[str, Any]) -> None:
    for name in arguments.keys() & {"base_url", "follow_redirects", "timeout"}:
        raise ValueError(f"{name} is an argument of the client itself, not of httpx_args")


@define(frozen=True, kw_only=True, eq=False)
class Client:
    """A client for requests that need no token. Its settings never change: `with_...` methods return copies.

    A copy has connections of its own. Use a client as a context manager, sync or async, or call `close()` or
    `await aclose()`, to close its connections. A forked child process opens new ones.

    Attributes:
        base_url: Address of the server.
        timeout: Seconds, or an `httpx.Timeout`, for each step of a request: connect, write, read, and wait for a
            connection. None waits for ever.
        headers: Sent with every request.
        cookies: Sent with every request.
        verify_ssl: As `verify` of httpx: whether, or by which context, the server's certificate is checked.
        follow_redirects: Whether redirects are followed.
        on_invalid: How to handle a malformed object in a list: `"raise"` a `DecodeError`, or `"keep"` a
            `MalformedRecord` in its place.
        httpx_args: More arguments for `httpx.Client` and `httpx.AsyncClient`, such as `transport`.
    """

    base_url: str = BASE_URL
    timeout: Timeout = 30.0
    headers: Mapping[str, str] = field(factory=dict[str, str], converter=_fixed, repr=_names)
    cookies: Mapping[str, str] = field(factory=dict[str, str], converter=_fixed, repr=_names)
    verify_ssl: ssl.SSLContext | str | bool = True
    follow_redirects: bool = False
    on_invalid: OnInvalid = "raise"
    httpx_args: Mapping[str, Any] = field(
        factory=dict[str, Any], converter=_fixed, repr=_names, validator=_only_of_httpx
    )
    # By process and class, made when they are needed.
    _connections: dict[tuple[int, type], Any] = field(factory=dict[tuple[int, type], Any], init=False, repr=False)

    def with_headers(self, headers: Mapping[str, str]) -> Self:
        """Return a copy that sends *headers* too."""
        return evolve(self, headers={**self.headers, **headers})

    def with_cookies(self, cookies: Mapping[str, str]) -> Self:
        """Return a copy that sends *cookies* too."""
        return evolve(self, cookies={**self.cookies, **cookies})

    def with_timeout(self, timeout: Timeout) -> Self:
        """Return a copy with another timeout."""
        return evolve(self, timeout=timeout)

    def get_httpx_client(self) -> httpx.Client:
        """Return the `httpx.Client` that sends the requests; the first call makes it."""
        return self._connected(httpx.Client)

    def set_httpx_client(self, client: httpx.Client) -> Self:
        """Send requests through *client*, with the headers, timeout and redirects of this one; return this one."""
        self._connections[os.getpid(), httpx.Client] = client
        return self

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """Return the `httpx.AsyncClient` that sends the requests; the first call makes it."""
        return self._connected(httpx.AsyncClient)

    def set_async_httpx_client(self, client: httpx.AsyncClient) -> Self:
        """Send requests through *client*, with the headers, timeout and redirects of this one; return this one."""
        self._connections[os.getpid(), httpx.AsyncClient] = client
        return self

    def _connected(self, kind: type[H]) -> H:
        key = os.getpid(), kind
        if key not in self._connections:
            arguments: dict[str, Any] = {"verify": self.verify_ssl, **self.httpx_args}
            self._connections[key] = with_whole_gzip(kind(**arguments))
        http: H = self._connections[key]
        return http

    def arguments(self, request: Request) -> dict[str, Any]:
        """Return *request* as arguments for httpx: `httpx.request(**client.arguments(request))`."""
        url = self.base_url.rstrip("/") + request.path
        headers = httpx.Headers({"Accept": "application/json, */*;q=0.8"})
        for name, value in (*self.headers.items(), *request.headers):
            headers[name] = value  # Whatever the case of the name, there is one header of it.
        if cookies := {**self.cookies, **dict(request.cookies)}:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        arguments = {
            "method": request.method,
            "url": f"{url}?{urlencode(request.params)}" if request.params else url,
            "headers": headers,
            "timeout": self.timeout,
        }
        if request.body is None:
            return arguments
        if request.body.files is not None:
            return {**arguments, "files": request.body.files}
        content, headers["Content-Type"] = request.body.content, request.body.media_type
        if not isinstance(content, bytes):  # All of the file, also when the request is repeated.
            headers["Content-Length"] = str(content.seek(0, os.SEEK_END))
            content.seek(0)
        return {**arguments, "content": content}

    def send(self, request: Request) -> httpx.Response:
        """Send *request* and return the response, read to its end; raise `httpx.HTTPError` if none arrives."""
        return self.get_httpx_client().request(**self.arguments(request), follow_redirects=self.follow_redirects)

    async def asend(self, request: Request) -> httpx.Response:
        """Do what `send` does, without blocking."""
        arguments = self.arguments(request)
        if hasattr(arguments.get("content"), "read"):
            arguments["content"] = _chunks(arguments["content"])
        return await self.get_async_httpx_client().request(**arguments, follow_redirects=self.follow_redirects)

    def close(self) -> None:
        """Close the connections of sync requests."""
        if http := self._connections.get((os.getpid(), httpx.Client)):
            http.close()

    async def aclose(self) -> None:
        """Close the connections of async requests."""
        if http := self._connections.get((os.getpid(), httpx.AsyncClient)):
            await http.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled, and copied: secrets would be written down."""
        raise TypeError(f"{type(self).__name__} holds an API key or connections: it can be neither pickled nor copied")


@define(frozen=True, kw_only=True, eq=False)
class AuthenticatedClient(Client):
    """A client that sends a token with every request.

    Attributes:
        token: The API key. Not part of the repr.
        prefix: What stands before the token in its header; empty for nothing.
        auth_header_name: The header that the token is sent in.
    """

    token: str = field(repr=False)
    prefix: str = AUTH_PREFIX
    auth_header_name: str = AUTH_HEADER_NAME

    def arguments(self, request: Request) -> dict[str, Any]:
        """Return *request* as arguments for httpx, the token included where the operation takes one."""
        arguments = Client.arguments(self, request)
        if request.takes_token:
            arguments["headers"][self.auth_header_name] = f"{self.prefix} {self.token}" if self.prefix else self.token
        return arguments
