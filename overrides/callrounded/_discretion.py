"""How to speak of a request and what became of it without telling the API key or another credential.

Three things would tell: the request as it was sent, the frames of a traceback through httpx and httpcore (they hold
its headers, and its bytes, among their local variables), and a server that repeats the key in its answer.
"""

from __future__ import annotations

from typing import Final

import httpx

_CREDENTIALS: Final = frozenset({"x-api-key", "authorization", "proxy-authorization", "cookie"})
# Shorter than any real key: a made-up one of a test may be part of any word.
_SHORTEST_SECRET: Final = 8


def without_credentials(request: httpx.Request) -> httpx.Request:
    """Return a copy of *request* that can be shown, kept and pickled."""
    headers = [(name, value) for name, value in request.headers.multi_items() if name not in _CREDENTIALS]
    return httpx.Request(request.method, request.url, headers=headers, content=request.content)


def forget_frames(error: BaseException, request: httpx.Request) -> None:
    """Drop the tracebacks of *error* and of all that led to it, and let httpx errors among them hold *request*.

    Types and messages stay.
    """
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        current = pending.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        current.__traceback__ = None
        if isinstance(current, httpx.HTTPError):
            current.request = request
        # Only groups, which anyio makes of failed connections, have the attribute.
        pending += current.__cause__, current.__context__, *getattr(current, "exceptions", ())


def echoes(response: httpx.Response, secret: str) -> bool:
    """Return whether *response* repeats *secret*."""
    if len(secret) < _SHORTEST_SECRET:
        return False
    return secret.encode() in response.content or any(secret in value for value in response.headers.values())


def without_echo(content: bytes, headers: httpx.Headers, secret: str) -> tuple[bytes, httpx.Headers]:
    """Return *content* and *headers* of an answer with *secret* made unreadable."""
    shown = [(name, value.replace(secret, "[hidden]")) for name, value in headers.multi_items()]
    return content.replace(secret.encode(), b"[hidden]"), httpx.Headers(shown)
