"""The log of requests and responses, which have no credentials any more.

The logger is `callrounded`: requests at DEBUG, retries at INFO. What a record says, it has as attributes, too: method,
url, path, status_code, attempt, duration, request_id; of a retry, also the seconds until then. `CALLROUNDED_LOG=info`
or `debug` prints the records on stderr.
"""

from __future__ import annotations

import logging
import os
import warnings
from contextvars import ContextVar
from typing import Any

import httpx

from ._errors import APIError, APIStatusError, request_id
from ._tracing import describe

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
    """Log that *response*, which has no credentials, has arrived."""
    request, number, identifier = response.request, attempt_number.get(), request_id(response.headers)
    describe(request, response.status_code, number)
    if logger.isEnabledFor(logging.DEBUG):
        shown = (request.method, request.url, response.status_code, len(response.content), identifier)
        facts = {"status_code": response.status_code, "request_id": identifier, "duration": _duration(response)}
        facts |= {"attempt": number, **_facts(request)}
        logger.debug("%s %s: status %d, %d bytes, request id %s", *shown, extra=facts)


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
    what = str(error).removesuffix(error.hint).rstrip()  # What to do is for those whose last attempt fails.
    logger.info("attempt %d failed, next attempt in %.2f s: %s", error.attempts, seconds, what, extra=facts)


def _duration(response: httpx.Response) -> float | None:
    """Return the seconds from the request to the end of *response*."""
    try:
        return response.elapsed.total_seconds()
    except RuntimeError:  # It was not read to its end.
        return None


if asked := os.environ.get("CALLROUNDED_LOG"):
    log_as_asked(asked)
