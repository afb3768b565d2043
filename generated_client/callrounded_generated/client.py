# Generated from openapi/rounded.yaml by `nox -s generate`. Do not edit: change openapi/ or generator/ and run it again.
"""Where the API is, and who is calling."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NoReturn, Self, TypeAlias, TypedDict
from urllib.parse import urlencode

import httpx
from attrs import define, evolve, field

from .operation import Request

if TYPE_CHECKING:
    # A private name of httpx, which has no public one for this type: nothing may depend on it at run time.
    from httpx._client import UseClientDefault

Timeout: TypeAlias = "httpx.Timeout | UseClientDefault | float | None"
"""Seconds, or an `httpx.Timeout`; None waits for ever; `httpx.USE_CLIENT_DEFAULT` leaves it to the httpx client."""


class RequestArguments(TypedDict):
    """Arguments of `httpx.Client.build_request` and `httpx.Client.request`."""

    method: str
    url: str
    headers: httpx.Headers
    content: bytes | None
    timeout: Timeout


def _fixed(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Return a copy of *headers* that nobody can change."""
    return MappingProxyType(dict(headers))


def _names(headers: Mapping[str, str]) -> str:
    """Return how headers are shown: their values may be secret."""
    return f"<{', '.join(headers) or 'none'}>"


@define(frozen=True, kw_only=True)
class Client:
    """What all requests of a caller have in common. Sends nothing, and never changes.

    Attributes:
        api_key: Sent as `X-Api-Key`. Not part of the repr, and a client cannot be pickled.
        base_url: Address of the server.
        timeout: For each step of a request: connect, write, read, and wait for a connection.
        headers: Sent with every request.
    """

    api_key: str = field(repr=False)
    base_url: str = "https://api.callrounded.com"
    timeout: Timeout = 30.0
    headers: Mapping[str, str] = field(factory=dict[str, str], converter=_fixed, repr=_names)

    def with_headers(self, headers: Mapping[str, str]) -> Self:
        """Return a copy that sends *headers* too."""
        return evolve(self, headers={**self.headers, **headers})

    def with_timeout(self, timeout: Timeout) -> Self:
        """Return a copy with another timeout."""
        return evolve(self, timeout=timeout)

    def arguments(self, request: Request) -> RequestArguments:
        """Return *request* as arguments for httpx: `httpx.request(**client.arguments(request))`."""
        url = self.base_url.rstrip("/") + request.path
        headers = httpx.Headers({"Accept": "application/json"})
        for name, value in (*self.headers.items(), *request.headers):
            headers[name] = value  # Whatever the case of the name, there is one header of it.
        headers["X-Api-Key"] = self.api_key
        return {
            "method": request.method,
            "url": f"{url}?{urlencode(request.params)}" if request.params else url,
            "headers": headers,
            "content": request.content,
            "timeout": self.timeout,
        }

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled, and copied: the key would be written down."""
        raise TypeError("a Client holds an API key: it can be neither pickled nor copied")
