"""Whether a failed attempt is worth another one, and when: if the fault may pass by itself."""

from __future__ import annotations

import asyncio
import random
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from datetime import UTC, datetime
from email.utils import parsedate_tz
from typing import Final

import httpx

from ._errors import APIConnectionError, APIError, APIStatusError
from ._logging import attempt_number, log_retry
from ._options import Options

_RETRIED_STATUSES: Final = frozenset({408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 530})
_IDEMPOTENT: Final = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
_SECONDS: Final = re.compile(r"\d+(?:\.\d*)?", re.ASCII)
# A proxy may join several Retry-After with commas; the comma of a date comes after its weekday.
_JOINED: Final = re.compile(r"(?<!Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?<!day),")


class Attempts:
    """Counts the attempts of one request; `not_before` is the earliest time for the next one (monotonic clock)."""

    def __init__(self, options: Options, hold: Hold) -> None:
        """Count the attempts of a request; *hold* is shared by all requests of a listing."""
        self._options = options
        self._hold = hold
        self._failed = 0
        self.not_before = 0.0
        attempt_number.set(1)

    def plan_next(self, error: APIError) -> bool:
        """Return whether another attempt is to be made after this one, which ended in *error*."""
        error.attempts = self._failed = self._failed + 1
        seconds = wait_before_retry(error, self._failed, self._options)
        if seconds is None:
            return False
        log_retry(error, seconds)
        attempt_number.set(self._failed + 1)
        if isinstance(error, APIStatusError) and error.status_code in {429, 503}:
            self._hold.extend(seconds)  # Too many requests: all of a listing wait, not only the one that was refused.
        self.not_before = time.monotonic() + seconds
        return True


class Hold:
    """Holds the requests of a listing, or of one call, until the server takes requests again."""

    def __init__(self) -> None:
        self._until = 0.0
        self._stopped = threading.Event()
        self._lock = threading.Lock()

    def extend(self, seconds: float) -> None:
        """Hold all requests for at least so many seconds from now."""
        with self._lock:
            self._until = max(self._until, time.monotonic() + seconds)

    def stop(self) -> None:
        """End all waits: the listing is over."""
        self._stopped.set()

    def wait(self, not_before: float = 0.0) -> None:
        """Wait until a request may be sent, *not_before* this time; raise CancelledError if the listing is over."""
        for seconds in self._waits(not_before):
            if self._stopped.wait(seconds):
                raise CancelledError

    async def wait_async(self, not_before: float = 0.0) -> None:
        """Do the same, without blocking; a task is cancelled instead."""
        for seconds in self._waits(not_before):
            if seconds:  # Under trio, sleep() would fail before the request says what is wrong.
                await asyncio.sleep(seconds)

    def _waits(self, not_before: float) -> Iterator[float]:
        """Yield the seconds to wait, until nothing has extended them meanwhile.

        A time is waited for once, as the clock of a test may stand still.
        """
        waited: float | None = None
        while waited != (until := max(self._until, not_before)):
            waited = until
            yield max(0.0, until - time.monotonic())


def wait_before_retry(error: APIError, attempt: int, options: Options) -> float | None:
    """Return the seconds to wait after *attempt* (counted from 1) ended in *error*, or None if that was the last.

    A Retry-After is waited for; one beyond `max_retry_wait` means no retry. Without one, the wait doubles from half a
    second up to eight; a random half of it keeps many clients from coming back together.
    """
    if attempt > options.max_retries or not is_retryable(error):
        return None
    asked = error.retry_after if isinstance(error, APIStatusError) else None
    if asked is not None:
        return asked if asked <= options.max_retry_wait else None
    longest: float = 2.0 ** min(attempt - 2, 3)
    spread = random.uniform(0.5, 1.0)  # noqa: S311 - it keeps no secret
    return min(longest * spread, options.max_retry_wait)


def is_retryable(error: APIError) -> bool:
    """Return whether *error* may pass by itself, and repeating its request does no harm."""
    status = error.status_code if isinstance(error, APIStatusError) else None
    may_pass = isinstance(error, APIConnectionError) or status in _RETRIED_STATUSES
    # The API may have acted on the first attempt, other than on one that it refused with a 429.
    is_harmless = status == 429 or (error.request is not None and error.request.method in _IDEMPOTENT)
    return may_pass and is_harmless


def retry_after(headers: httpx.Headers) -> float | None:
    """Return the seconds that Retry-After asks to wait, or None if it is absent or unreadable.

    A date is compared with the Date of the response where there is one, so that a wrong clock on this machine does not
    matter. Of several, the longest counts.
    """
    now = _timestamp(headers.get("date", ""))
    asked: list[float] = []
    for text in map(str.strip, _JOINED.split(headers.get("retry-after", ""))):
        if _SECONDS.fullmatch(text):
            asked.append(float(text))
        elif (then := _timestamp(text)) is not None:
            asked.append(max(0.0, then - (time.time() if now is None else now)))
    return max(asked, default=None)


def _timestamp(date: str) -> float | None:
    """Return *date* in seconds since 1970, or None if it is unreadable; a leap second is the moment after :59."""
    try:
        if (parsed := parsedate_tz(date)) is None:
            return None
        year, month, day, hour, minute, second, *_, offset = parsed
        return datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp() + second - (offset or 0)
    except (ValueError, OverflowError):
        return None
