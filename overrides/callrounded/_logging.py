"""The log of requests and responses, which have no credentials any more.

The logger is `callrounded`: requests at DEBUG, retries at INFO. What a record says, it has as attributes, too: method,
url, path, status_code, attempt, duration, request_id; of a retry, also the seconds until then. `CALLROUNDED_LOG=info`
or `debug` prints the records on stderr.
"""

from __future__ import annotations

import logging
import os
import warnings
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

import httpx

from ._errors import APIError, request_id
from ._tracing import describe

logger = logging.getLogger("callrounded")
logger.addHandler(logging.NullHandler())

attempt_number: ContextVar[int] = ContextVar("attempt_number", default=1)
"""The number of the attempt that is made in this thread or task."""


def log_response(response: httpx.Response) -> None:
    """Log that *response*, which has no credentials, has arrived."""
    request, status = response.request, response.status_code
    describe(request, status, attempt_number.get())
    if logger.isEnabledFor(logging.DEBUG):
        facts = _facts(request, status_code=status, request_id=request_id(response.headers), duration=None)
        with suppress(RuntimeError):  # It was not read to its end.
            facts["duration"] = response.elapsed.total_seconds()
        what = f"{request.method} {request.url}: status {status}, {len(response.content)} bytes"
        logger.debug("%s, request id %s", what, facts["request_id"], extra=facts)


def log_retry(error: APIError, seconds: float) -> None:
    """Log that another attempt follows in *seconds* after this one, which ended in *error*."""
    assert error.request is not None
    status, identifier = getattr(error, "status_code", None), getattr(error, "request_id", None)
    facts = _facts(error.request, status_code=status, request_id=identifier, seconds=seconds)
    what = str(error).removesuffix(error.hint).rstrip()  # What to do is for those whose last attempt fails.
    logger.info("attempt %d failed, next attempt in %.2f s: %s", error.attempts, seconds, what, extra=facts)


def _facts(request: httpx.Request, **others: Any) -> dict[str, Any]:
    """Return the attributes of a record that is about *request*."""
    where = {"method": request.method, "url": str(request.url), "path": request.url.path}
    return where | {"attempt": attempt_number.get()} | others


if level := os.environ.get("CALLROUNDED_LOG"):
    if level.upper() in {"INFO", "DEBUG"}:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
        # An application that has set logging up prints the records itself.
        handler.addFilter(lambda _: not logging.getLogger().handlers)
        logger.addHandler(handler)
        logger.setLevel(level.upper())
    else:
        warnings.warn(f"CALLROUNDED_LOG must be info or debug, not {level!r}.", stacklevel=2)
