"""Whether a failed attempt is worth another one, and when: plain functions, and one small count of attempts.

Retried is what may pass by itself: no answer, an answer cut short, and the statuses that say so. Anything the API
answers on purpose is not.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, ParamSpec, TypeVar

from ._errors import APIConnectionError, APIError, APIStatusError
from ._logging import keep_retries_out_of_other_logs, log_retry
from ._options import Options

P = ParamSpec("P")
T = TypeVar("T")

RETRIED_STATUSES: Final = frozenset({408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 530})
# To be retried although the API may have acted on the first attempt: that does no harm to these.
_IDEMPOTENT: Final = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
_FIRST_BACKOFF: Final = 0.5
_LONGEST_BACKOFF: Final = 8.0
# Longer numbers are no seconds that anybody meant.
_SECONDS: Final = re.compile(r"\d{1,10}(?:\.\d{0,9})?", re.ASCII)


def is_retryable(error: BaseException) -> bool:
    """Return whether *error* may pass by itself, and repeating its request does no harm."""
    if isinstance(error, APIStatusError):
        return error.status_code in RETRIED_STATUSES and (error.status_code == 429 or _is_idempotent(error))
    return isinstance(error, APIConnectionError) and _is_idempotent(error)


def wait_before_retry(error: APIError, attempt: int, options: Options) -> float | None:
    """Return the seconds to wait after *attempt* (counted from 1) ended in *error*, or None if that was the last.

    A Retry-After is kept to; one beyond `max_retry_wait` means that coming back is not our business any more.
    """
    if attempt > options.max_retries or not is_retryable(error):
        return None
    asked = error.retry_after if isinstance(error, APIStatusError) else None
    if asked is None:
        return min(backoff(attempt), options.max_retry_wait)
    return asked if asked <= options.max_retry_wait else None


def backoff(attempt: int) -> float:
    """Return the seconds to wait after *attempt* (counted from 1) where the API does not say.

    Doubling from half a second up to eight; the random half of it keeps many clients from coming back together.
    """
    # An exponent of 4 reaches the longest; one of 10,000 would overflow.
    longest: float = min(_LONGEST_BACKOFF, _FIRST_BACKOFF * 2 ** min(attempt - 1, 4))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - a matter of spreading, not of secrecy


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that Retry-After asks to wait, or None if it is absent or unreadable.

    It is a number of seconds, or the date to come back (RFC 9110, 10.2.3). A date is compared with the answer's own
    Date where there is one, so that a wrong clock on this machine does not matter.
    """
    text = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    then = _moment(text)
    if then is None:
        return None
    now = _moment(headers.get("date", "")) or datetime.now(UTC)
    return max(0.0, (then - now).total_seconds())


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    # "-0000" gives a moment without a zone; it means UTC.
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _is_idempotent(error: APIError) -> bool:
    return error.request is None or error.request.method in _IDEMPOTENT


@dataclass(slots=True)
class Retries:
    """Counts the failed attempts of one call, and decides after each.

    Attributes:
        options: How often, and how long to wait at most.
        waits_itself: Whether the call waits itself before the next attempt, so that stamina does not.
        due: The error that the next attempt follows, and the seconds to wait before it.
    """

    options: Options
    waits_itself: bool
    failed: int = 0
    due: tuple[APIError, float] | None = None

    def wait_after(self, error: Exception) -> float | bool:
        """Return the seconds that stamina is to wait before the attempt after *error*, or False for no attempt."""
        # stamina asks about everything, a cancellation included.
        if not isinstance(error, APIError):
            return False
        self.failed += 1
        seconds = wait_before_retry(error, self.failed, self.options)
        if seconds is None:
            return False
        log_retry(error, self.failed, seconds)
        if not self.waits_itself:
            return seconds
        import stamina  # noqa: PLC0415 - as below

        # In tests that have switched waits off, with stamina.set_testing, these are off too.
        self.due = error, 0.0 if stamina.is_testing() else seconds
        return 0.0


def retrying(retries: Retries) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Return a decorator that repeats a function, sync or async, for as long as *retries* says."""
    # Not at the top: importing it takes 10 to 40 ms, and most processes never retry.
    import stamina  # noqa: PLC0415

    keep_retries_out_of_other_logs()
    # No timeout: it would end the retries after 45 s, whatever max_retries and Retry-After say.
    return stamina.retry(on=retries.wait_after, attempts=retries.options.max_retries + 1, timeout=None)
