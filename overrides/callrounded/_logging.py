"""Logging under the name `callrounded`: requests at DEBUG, retries at INFO, and no secret.

The facts are attributes of the log records, too: method, url, status_code, attempt, seconds, request_id.
"""

from __future__ import annotations

import logging

import httpx

from ._errors import APIError, APIStatusError, request_id

logger = logging.getLogger("callrounded")
logger.addHandler(logging.NullHandler())


def log_response(response: httpx.Response) -> None:
    """Log that *response*, a complete one, has arrived."""
    if not logger.isEnabledFor(logging.DEBUG):
        return
    request = response.request
    facts = {
        "method": request.method,
        "url": str(request.url),
        "status_code": response.status_code,
        "request_id": request_id(response.headers),
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
        "status_code": error.status_code if isinstance(error, APIStatusError) else None,
        "attempt": error.attempts,
        "seconds": seconds,
    }
    logger.info("attempt %d failed, next attempt in %.2f s: %s", error.attempts, seconds, error, extra=facts)
