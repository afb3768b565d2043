"""What is shown of requests and responses, in logs and in errors: no API key and no other credentials.

The logger is `callrounded`: requests at DEBUG, retries at INFO. What a record says, it has as attributes, too: method,
url, path, status_code, attempt, duration, request_id; of a retry, also the seconds until then. `CALLROUNDED_LOG=info`
or `debug` prints the records on stderr.
"""

from __future__ import annotations

import json
import logging
import os
import warnings
from contextvars import ContextVar
from typing import Any, Final

import httpx

from callrounded_generated.settings import AUTH_HEADER_NAME

from ._errors import APIError, APIStatusError, request_id
from ._tracing import describe

logger = logging.getLogger("callrounded")
logger.addHandler(logging.NullHandler())
_CREDENTIALS: Final = frozenset({AUTH_HEADER_NAME.lower(), "authorization", "proxy-authorization", "cookie"})
# Shorter than any real key: a made-up one of a test may be part of any word.
_SHORTEST_SECRET: Final = 8
_REDACTED: Final = "[hidden]"

attempt_number: ContextVar[int] = ContextVar("attempt_number", default=1)
"""The number of the attempt that is made in this thread or task."""


def log_as_asked(level: str) -> None:
    """Print the log on stderr, as *level* asks: the value of $CALLROUNDED_LOG."""
    if level.upper() not in {"INFO", "DEBUG"}:
        warnings.warn(f"CALLROUNDED_LOG must be info or debug, not {level!r}.", stacklevel=2)
        return
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    # An application that has set logging up prints the records itself.
    handler.addFilter(lambda _: not logging.getLogger().handlers)
    logger.addHandler(handler)
    logger.setLevel(level.upper())


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
    duration = _duration(response)
    response.request = sent = redacted_request(response.request)
    response.next_request = None  # Of a redirect, which is not followed: a second request with the key.
    try:
        content = response.content
    except httpx.ResponseNotRead:  # An event hook of the caller raised an error before.
        content = b""
        response = httpx.Response(response.status_code, headers=response.headers, request=sent)
    headers = response.headers.multi_items()
    spellings = {each.encode() for each in (secret, json.dumps(secret)[1:-1], secret.replace("/", r"\/"))}
    is_repeated = any(each in content for each in spellings) or any(secret in value for _, value in headers)
    if is_repeated and len(secret) >= _SHORTEST_SECRET:
        for each in spellings:
            content = content.replace(each, _REDACTED.encode())
        response = httpx.Response(response.status_code, content=content, request=sent)
        # Not passed above: httpx would unpack the content because they say so.
        response.headers = httpx.Headers([(name, value.replace(secret, _REDACTED)) for name, value in headers])
    describe(sent, response.status_code, attempt_number.get())
    if logger.isEnabledFor(logging.DEBUG):
        facts = {"status_code": response.status_code, "request_id": request_id(response.headers), "duration": duration}
        shown = (sent.method, sent.url, response.status_code, len(content), facts["request_id"])
        facts |= {"attempt": attempt_number.get(), **_facts(sent)}
        logger.debug("%s %s: status %d, %d bytes, request id %s", *shown, extra=facts)
    return response


def _facts(request: httpx.Request | None) -> dict[str, Any]:
    """Return what log records say of a request."""
    if request is None:
        return {"method": None, "url": None, "path": None}
    return {"method": request.method, "url": str(request.url), "path": request.url.path}


def log_retry(error: APIError, seconds: float) -> None:
    """Log that another attempt follows in *seconds* after the one that ended in *error*."""
    status, identifier = (error.status_code, error.request_id) if isinstance(error, APIStatusError) else (None, None)
    facts = {"status_code": status, "request_id": identifier, "attempt": error.attempts, "seconds": seconds}
    facts |= _facts(error.request)
    logger.info("attempt %d failed, next attempt in %.2f s: %s", error.attempts, seconds, error, extra=facts)


def _duration(response: httpx.Response) -> float | None:
    """Return the seconds from the request to the end of *response*."""
    try:
        return response.elapsed.total_seconds()
    except RuntimeError:  # It was not read to its end, or it is a copy without the key.
        return None


if asked := os.environ.get("CALLROUNDED_LOG"):
    log_as_asked(asked)
