"""Logging under the name `callrounded`: requests at DEBUG, retries at INFO, and no secret.

The facts are attributes of the log records, too: method, url, path, status_code, attempt, duration, request_id; of a
retry, also the seconds until then. `CALLROUNDED_LOG=info` or `debug` prints the records on stderr.
"""

from __future__ import annotations

import logging
import os
import warnings
from contextvars import ContextVar

import httpx

from ._errors import APIError, APIStatusError

logger = logging.getLogger("callrounded")
logger.addHandler(logging.NullHandler())

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


def log_response(response: httpx.Response) -> None:
    """Log that *response*, a complete one, has arrived."""
    if not logger.isEnabledFor(logging.DEBUG):
        return
    request, headers = response.request, response.headers
    facts = {
        "method": request.method,
        "url": str(request.url),
        "path": request.url.path,
        "status_code": response.status_code,
        "attempt": attempt_number.get(),
        "duration": _duration(response),
        "request_id": headers.get("x-request-id") or headers.get("request-id") or headers.get("cf-ray"),
    }
    logger.debug(
        "%s %s: status %d, %d bytes, request id %s",
        *(request.method, request.url, response.status_code, len(response.content), facts["request_id"]),
        extra=facts,
    )


def log_retry(error: APIError, seconds: float) -> None:
    """Log that another attempt follows in *seconds* after the one that ended in *error*."""
    request = error.request
    facts = {
        "method": request and request.method,
        "url": request and str(request.url),
        "path": request and request.url.path,
        "status_code": error.status_code if isinstance(error, APIStatusError) else None,
        "attempt": error.attempts,
        "request_id": error.request_id if isinstance(error, APIStatusError) else None,
        "seconds": seconds,
    }
    logger.info("attempt %d failed, next attempt in %.2f s: %s", error.attempts, seconds, error, extra=facts)


def _duration(response: httpx.Response) -> float | None:
    """Return the seconds from the request to the end of *response*."""
    try:
        return response.elapsed.total_seconds()
    except RuntimeError:  # It was not read to its end, or it is a copy without the key.
        return None


if asked := os.environ.get("CALLROUNDED_LOG"):
    log_as_asked(asked)
