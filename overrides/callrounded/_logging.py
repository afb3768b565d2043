"""What is shown of requests and responses, in logs and in errors: no API key and no other credentials.

The logger is `callrounded`: requests at DEBUG, retries at INFO.
"""

from __future__ import annotations

import logging
from typing import Final

import httpx

from callrounded_generated.settings import AUTH_HEADER_NAME

from ._errors import APIError, request_id

logger = logging.getLogger("callrounded")
logger.addHandler(logging.NullHandler())
_CREDENTIALS: Final = frozenset({AUTH_HEADER_NAME.lower(), "authorization", "proxy-authorization", "cookie"})
# Shorter than any real key: a made-up one of a test may be part of any word.
_SHORTEST_SECRET: Final = 8
_REDACTED: Final = "[hidden]"


def redacted_request(request: httpx.Request) -> httpx.Request:
    """Return a copy of *request* without its credentials, and without its body if that is read only once."""
    headers = [(name, value) for name, value in request.headers.multi_items() if name not in _CREDENTIALS]
    try:
        content = request.content
    except httpx.RequestNotRead:  # A form with files.
        content = None
    return httpx.Request(request.method, request.url, headers=headers, content=content)


def redact(response: httpx.Response, secret: str) -> httpx.Response:
    """Take the credentials out of the request of *response*; return it, or a copy without the *secret*."""
    response.request = redacted_request(response.request)
    response.next_request = None  # Of a redirect, which is not followed: a second request with the key.
    try:
        content = response.content
    except httpx.ResponseNotRead:  # An event hook of the caller raised an error before.
        content = b""
    else:
        if len(secret) < _SHORTEST_SECRET or not _repeats(response, secret):
            return response
    headers = [(name, value.replace(secret, _REDACTED)) for name, value in response.headers.multi_items()]
    content = content.replace(secret.encode(), _REDACTED.encode())
    copy = httpx.Response(response.status_code, content=content, request=response.request)
    copy.headers = httpx.Headers(headers)  # Not passed above: httpx would unpack the content because they say so.
    return copy


def _repeats(response: httpx.Response, secret: str) -> bool:
    return secret.encode() in response.content or any(secret in value for value in response.headers.values())


def log_response(response: httpx.Response) -> None:
    """Log that *response*, a complete one, has arrived."""
    sent, size = response.request, len(response.content)
    facts = (sent.method, sent.url, response.status_code, size, request_id(response.headers))
    logger.debug("%s %s: status %d, %d bytes, request id %s", *facts)


def log_retry(error: APIError, seconds: float) -> None:
    """Log that another attempt follows in *seconds* after the one that ended in *error*."""
    logger.info("attempt %d failed, next attempt in %.2f s: %s", error.attempts, seconds, error)
