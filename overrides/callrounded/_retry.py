"""Whether a failed attempt is worth another one, and when.

Retried is what may pass by itself: no response, a response cut short, and the statuses that say so. Anything the API
responds on purpose is not.
"""

from __future__ import annotations

import asyncio
import logging
import random
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, ParamSpec, TypeVar

import httpx
import stamina
from attrs import define, field

from ._errors import APIConnectionError, APIError, APIStatusError
from ._logging import attempt_number, log_retry
from ._options import Options

P = ParamSpec("P")
T = TypeVar("T")

RETRIED_STATUSES: Final = frozenset({408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 530})
# Statuses that say: too many requests. All requests of a listing wait, not only the one that was refused.
_HOLDING_STATUSES: Final = frozenset({429, 503})
# To be retried although the API may have acted on the first attempt: that does no harm to these.
_IDEMPOTENT: Final = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
_FIRST_BACKOFF: Final = 0.5
_LONGEST_BACKOFF: Final = 8.0
_SECONDS: Final = re.compile(r"\d+(?:\.\d*)?", re.ASCII)


def is_retryable(error: BaseException) -> bool:
    """Return whether *error* may pass by itself, and repeating its request does no harm."""
    if isinstance(error, APIStatusError):
        return error.status_code in RETRIED_STATUSES and (error.status_code == 429 or _is_idempotent(error))
    return isinstance(error, APIConnectionError) and _is_idempotent(error)


def wait_before_retry(error: APIError, attempt: int, options: Options) -> float | None:
    """Return the seconds to wait after *attempt* (counted from 1) ended in *error*, or None if that was the last.

    A Retry-After is waited for; one beyond `max_retry_wait` means no retry.
    """
    if attempt > options.max_retries or not is_retryable(error):
        return None
    asked = error.retry_after if isinstance(error, APIStatusError) else None
    if asked is None:
        return min(backoff(attempt), options.max_retry_wait)
    return asked if asked <= options.max_retry_wait else None


def backoff(attempt: int) -> float:
    """Return the seconds to wait after *attempt* (counted from 1) where the API does not say.

    It doubles from half a second up to eight; a random half of it keeps many clients from coming back together.
    """
    # An exponent of 4 reaches the longest; one of 10,000 would overflow.
    longest: float = min(_LONGEST_BACKOFF, _FIRST_BACKOFF * 2 ** min(attempt - 1, 4))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - a matter of spreading, not of secrecy


def retry_after(headers: httpx.Headers) -> float | None:
    """Return the seconds that Retry-After asks to wait, or None if it is absent or unreadable.

    It is a number of seconds, or the date to come back (RFC 9110, 10.2.3). A date is compared with the Date of the
    response where there is one, so that a wrong clock on this machine does not matter. Of several, the longest counts.
    """
    now = _moment(headers.get("date", "")) or datetime.now(UTC)
    asked: list[float] = []
    for line in headers.get_list("retry-after"):
        if (then := _moment(line)) is not None:
            asked.append(max(0.0, (then - now).total_seconds()))
        else:
            asked += [float(text) for text in map(str.strip, line.split(",")) if _SECONDS.fullmatch(text)]
    return max(asked, default=None)


def _moment(text: str) -> datetime | None:
    is_leap_second = ":60 " in text  # Python has none: it is the moment after :59.
    try:
        moment = parsedate_to_datetime(text.replace(":60 ", ":59 "))
    except (ValueError, OverflowError):
        return None
    # "-0000" gives a moment without a zone; it means UTC.
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return moment + timedelta(seconds=1) if is_leap_second else moment


def _is_idempotent(error: APIError) -> bool:
    return error.request is None or error.request.method in _IDEMPOTENT


@define
class Hold:
    """Holds the requests of a listing until the server takes requests again, or nobody waits for them any more.

    A time is waited for once: the clock of a test may stand still.
    """

    _until: float = 0.0
    _stopped: threading.Event = field(factory=threading.Event)

    def extend(self, seconds: float) -> None:
        """Hold all requests for at least so many seconds from now."""
        self._until = max(self._until, time.monotonic() + seconds)

    def stop(self) -> None:
        """End all waits: the listing is over."""
        self._stopped.set()

    def wait(self) -> None:
        """Wait until a request may be sent.

        Raises:
            CancelledError: the listing is over.
        """
        waited: float | None = None
        while waited != self._until:  # Meanwhile, the response to another request may extend it.
            waited = self._until
            if self._stopped.wait(self._seconds_left()):
                raise CancelledError

    async def wait_async(self) -> None:
        """Wait until a request may be sent."""
        waited: float | None = None
        while waited != self._until:
            waited = self._until
            if seconds := self._seconds_left():
                await asyncio.sleep(seconds)

    def _seconds_left(self) -> float:
        """Return how long a request has to wait now; 0 in tests that switched waits off (`stamina.set_testing`)."""
        return 0.0 if stamina.is_testing() else max(0.0, self._until - time.monotonic())


@define
class _Retries:
    """Counts the failed attempts of one call, and decides after each."""

    options: Options
    hold: Hold | None
    failed: int = 0

    def seconds_after(self, error: Exception) -> float | bool:
        """Return the seconds that stamina waits before the attempt after *error*, or False for no attempt."""
        if not isinstance(error, APIError):
            return False
        self.failed += 1
        error.attempts = self.failed
        attempt_number.set(self.failed + 1)
        seconds = wait_before_retry(error, self.failed, self.options)
        if seconds is None:
            return False
        log_retry(error, seconds)
        if self.hold is None or not isinstance(error, APIStatusError) or error.status_code not in _HOLDING_STATUSES:
            return seconds
        self.hold.extend(seconds)
        return 0.0


def retried(options: Options, hold: Hold | None = None) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Return a decorator that repeats a function, sync or async, where that may help.

    Args:
        options: How often, and the longest wait.
        hold: Of the listing that the request belongs to: the function waits for it before each attempt.
    """
    attempt_number.set(1)
    # No timeout: it would end the retries after 45 s, whatever max_retries and Retry-After say.
    return stamina.retry(on=_Retries(options, hold).seconds_after, attempts=options.max_retries + 1, timeout=None)


def _is_not_ours(record: logging.LogRecord) -> bool:
    return not str(vars(record).get("stamina.callable", "")).startswith("callrounded.")


# stamina warns of each retry, on stderr where no logging is set up; ours are logged under `callrounded`.
logging.getLogger("stamina").addFilter(_is_not_ours)
