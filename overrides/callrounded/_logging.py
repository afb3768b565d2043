"""Debug logging, under the name `callrounded`: what was asked, answered and retried, and no secret.

A header's value is shown only if its name is on a list of harmless ones: a list of secret ones would miss the next.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

import httpx

logger = logging.getLogger("callrounded")
logger.addHandler(logging.NullHandler())

_HARMLESS = frozenset(
    {
        "accept",
        "accept-encoding",
        "cf-ray",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "date",
        "host",
        "request-id",
        "retry-after",
        "server",
        "transfer-encoding",
        "user-agent",
        "x-request-id",
    }
)


def log_request(request: httpx.Request) -> None:
    """Log that *request* is being sent."""
    if logger.isEnabledFor(logging.DEBUG):
        logger.debug("request: %s %s %s", request.method, request.url, shown(request.headers))


def log_response(response: httpx.Response) -> None:
    """Log that *response*, a complete one, has arrived."""
    if logger.isEnabledFor(logging.DEBUG):
        logger.debug(
            "response: %d to %s %s, %d bytes %s",
            response.status_code,
            response.request.method,
            response.request.url,
            len(response.content),
            shown(response.headers),
        )


def log_retry(error: Exception, attempt: int, seconds: float) -> None:
    """Log that another attempt follows in so many seconds, because *attempt*, counted from 1, ended in *error*."""
    logger.debug("attempt %d failed, the next one is in %.2f s: %s", attempt, seconds, error)


def shown(headers: Mapping[str, str]) -> dict[str, str]:
    """Return *headers* with every value hidden that is not known to be harmless."""
    return {name: value if name.lower() in _HARMLESS else "[hidden]" for name, value in headers.items()}


def keep_retries_out_of_other_logs() -> None:
    """Keep stamina from warning of our retries, in a log the user has not asked for; those of others still appear."""
    logging.getLogger("stamina").addFilter(_is_not_ours)


def _is_not_ours(record: logging.LogRecord) -> bool:
    return not str(vars(record).get("stamina.callable", "")).startswith("callrounded.")
