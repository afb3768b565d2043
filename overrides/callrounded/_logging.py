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


def received(response: httpx.Response, secret: str) -> httpx.Response:
    """Log that *response* has arrived; return it without credentials, or a copy if the server repeats the *secret*."""
    response.request = sent = redacted_request(response.request)
    response.next_request = None  # Of a redirect, which is not followed: a second request with the key.
    try:
        content = response.content
    except httpx.ResponseNotRead:  # An event hook of the caller raised an error before.
        content = b""
        response = httpx.Response(response.status_code, headers=response.headers, request=sent)
    headers = response.headers.multi_items()
    is_repeated = secret.encode() in content or any(secret in value for _, value in headers)
    if is_repeated and len(secret) >= _SHORTEST_SECRET:
        content = content.replace(secret.encode(), _REDACTED.encode())
        response = httpx.Response(response.status_code, content=content, request=sent)
        # Not passed above: httpx would unpack the content because they say so.
        response.headers = httpx.Headers([(name, value.replace(secret, _REDACTED)) for name, value in headers])
    facts = (sent.method, sent.url, response.status_code, len(content), request_id(response.headers))
    logger.debug("%s %s: status %d, %d bytes, request id %s", *facts)
    return response


def log_retry(error: APIError, seconds: float) -> None:
    """Log that another attempt follows in *seconds* after the one that ended in *error*."""
    logger.info("attempt %d failed, next attempt in %.2f s: %s", error.attempts, seconds, error)
