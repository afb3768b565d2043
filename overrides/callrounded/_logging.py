"""Logging under the name `callrounded`: requests at DEBUG, retries at INFO, and no secret."""

from __future__ import annotations

import logging

import httpx

from ._errors import APIError, request_id

logger = logging.getLogger("callrounded")
logger.addHandler(logging.NullHandler())


def log_response(response: httpx.Response) -> None:
    """Log that *response*, a complete one, has arrived."""
    sent, size = response.request, len(response.content)
    facts = (sent.method, sent.url, response.status_code, size, request_id(response.headers))
    logger.debug("%s %s: status %d, %d bytes, request id %s", *facts)


def log_retry(error: APIError, seconds: float) -> None:
    """Log that another attempt follows in *seconds* after the one that ended in *error*."""
    logger.info("attempt %d failed, next attempt in %.2f s: %s", error.attempts, seconds, error)
