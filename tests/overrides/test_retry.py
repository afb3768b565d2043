"""What is tried again, and when: decided without sending or waiting."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrounded import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    RateLimitError,
)
from callrounded._options import Options
from callrounded._retry import is_retryable, retry_after, wait_before_retry

RETRIED = {408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 530}

_GET = httpx.Request("GET", "https://api.callrounded.com/v1/calls")
_LOST = APIConnectionError("message", request=_GET)


def _options(**changes: Any) -> Options:
    options = Options.resolve("sk-test-key", None, 30.0, allow_http=False)
    return options.with_changes(default_headers=None, **changes)


def _response(status: int, method: str = "GET") -> httpx.Response:
    return httpx.Response(status, request=httpx.Request(method, "https://api.callrounded.com/v1/calls"))


def _status_error(status: int, method: str = "GET") -> APIStatusError:
    return APIStatusError("message", response=_response(status, method))


def _rate_limited(seconds: float | None) -> APIError:
    return RateLimitError("slow down", response=_response(429), retry_after=seconds)


class TestWhether:
    """Which errors may pass by themselves."""

    def test_of_all_statuses_those_that_may_pass(self) -> None:
        """Overload, timeouts and a proxy's trouble are retried; what the API says on purpose is not."""
        errors = [_status_error(status) for status in range(100, 1000)]

        assert {error.status_code for error in errors if is_retryable(error)} == RETRIED

    def test_no_response_is_retried_and_a_wrong_response_is_not(self) -> None:
        """A connection may be better the next time; a complete response will be the same."""
        assert is_retryable(APIConnectionError("message", request=_GET))
        assert is_retryable(APITimeoutError("message", request=_GET))
        assert not is_retryable(
            APIResponseValidationError(path="data", expected="a list", found="null", response=_response(200))
        )
        assert not is_retryable(APIConnectionError("message")), "nobody knows what was sent"
        assert not is_retryable(APIError("message"))

    @pytest.mark.parametrize(
        ("method", "after_no_response", "after_500"),
        [
            ("GET", True, True),
            ("PUT", True, True),
            ("DELETE", True, True),
            ("POST", False, False),
            ("PATCH", False, False),
        ],
    )
    def test_what_must_not_happen_twice_is_repeated_only_if_it_was_turned_down(
        self, method: str, after_no_response: bool, after_500: bool
    ) -> None:
        """A POST whose response was lost may have been acted upon; one that got a 429 was not."""
        request = httpx.Request(method, "https://api.callrounded.com/v1/calls")

        assert is_retryable(APIConnectionError("message", request=request)) is after_no_response
        assert is_retryable(_status_error(500, method)) is after_500
        assert is_retryable(_status_error(429, method))


class TestWhen:
    """How long to wait before the next attempt."""

    @pytest.mark.parametrize(("attempt", "longest"), [(1, 0.5), (2, 1), (3, 2), (4, 4), (5, 8), (6, 8), (10**6, 8)])
    def test_waits_double_up_to_eight_seconds_and_differ(self, attempt: int, longest: float) -> None:
        """Each wait is somewhere between half of the longest and the longest."""
        waits = [wait_before_retry(_LOST, attempt, _options(max_retries=attempt)) for _ in range(50)]

        assert all(wait is not None and longest / 2 <= wait <= longest for wait in waits)
        assert len(set(waits)) > 1

    def test_attempts_are_counted(self) -> None:
        """Two retries are three attempts."""
        waits = [wait_before_retry(_LOST, attempt, _options()) for attempt in (1, 2, 3)]

        assert [wait is not None for wait in waits] == [True, True, False]
        assert wait_before_retry(_LOST, 1, _options(max_retries=0)) is None

    def test_no_wait_is_longer_than_allowed(self) -> None:
        """max_retry_wait holds for our own waits too."""
        assert (
            wait_before_retry(
                APIConnectionError("message", request=_GET), 5, _options(max_retries=9, max_retry_wait=0.1)
            )
            == 0.1
        )

    @pytest.mark.parametrize(("asked", "wait"), [(0.0, 0.0), (1.5, 1.5), (30.0, 30.0), (30.1, None), (3600.0, None)])
    def test_the_server_is_obeyed_or_left_alone(self, asked: float, wait: float | None) -> None:
        """We come back exactly when asked to; where that is too long, the caller decides."""
        assert wait_before_retry(_rate_limited(asked), 1, _options()) == wait

    def test_without_a_wish_of_the_server_the_wait_is_our_own(self) -> None:
        """An absent or unreadable Retry-After is none."""
        wait = wait_before_retry(_rate_limited(None), 1, _options())

        assert wait is not None
        assert 0.25 <= wait <= 0.5

    def test_an_error_that_will_not_pass_is_not_waited_for(self) -> None:
        """A 404 stays one."""
        assert wait_before_retry(_status_error(404), 1, _options()) is None


class TestRetryAfter:
    """Both forms of the header, and what is neither."""

    @pytest.mark.parametrize(
        ("text", "seconds"),
        [("0", 0.0), ("120", 120.0), (" 7 ", 7.0), ("1.5", 1.5), ("3.", 3.0), ("9999999999", 9999999999.0)],
    )
    def test_seconds(self, text: str, seconds: float) -> None:
        """RFC 9110 has whole seconds; servers that send fractions are understood."""
        assert retry_after(httpx.Headers({"Retry-After": text})) == seconds

    @pytest.mark.parametrize("digits", [11, 20, 309, 400, 5000])
    def test_a_number_of_any_length_is_one(self, digits: int) -> None:
        """An absurd one, such as a time stamp in milliseconds, is no reason to come back at once."""
        seconds = retry_after(httpx.Headers({"Retry-After": "9" * digits}))

        assert seconds is not None
        assert seconds >= 10**10
        assert wait_before_retry(_rate_limited(seconds), 1, _options()) is None
        assert str(_rate_limited(seconds))

    @pytest.mark.parametrize(
        "lines",
        [
            ["2", "30"],
            ["30", "2"],
            ["30", "soon"],
            ["2, 30"],
            ["2,30", ""],
            ["2", "Sun, 06 Nov 1994 08:50:07 GMT"],
            ["Sun, 06 Nov 1994 08:50:07 GMT", "Sun, 06 Nov 1994 08:50:00 GMT"],
            ["Sun, 06 Nov 1994 08:50:00 GMT, Sun, 06 Nov 1994 08:50:07 GMT"],
            ["2, Sun, 06 Nov 1994 08:50:07 GMT,1"],
            ["Sunday, 06-Nov-94 08:50:07 GMT, 2"],
        ],
        ids=str,
    )
    def test_of_several_the_longest_counts(self, lines: list[str]) -> None:
        """A proxy adds its own, and some join the two by a comma; nobody is back sooner than asked."""
        headers = httpx.Headers([("Retry-After", line) for line in lines] + [("Date", "Sun, 06 Nov 1994 08:49:37 GMT")])

        assert retry_after(headers) == 30.0

    @pytest.mark.parametrize(
        "text",
        ["", "soon", "-5", "+5", "1e3", "inf", "nan", "0x10", "5 s", "٣", "Tue, 99 Foo 2023", "\x00", "::", ":60 "],
    )
    def test_what_is_unreadable_is_absent(self, text: str) -> None:
        """Garbage is no reason to wait, and none to fail."""
        assert retry_after(httpx.Headers([(b"retry-after", text.encode())])) is None
        assert retry_after(httpx.Headers()) is None

    @pytest.mark.parametrize(
        "text",
        [
            "Sun, 06 Nov 1994 08:50:07 GMT",
            "Sunday, 06-Nov-94 08:50:07 GMT",
            "Sun Nov  6 08:50:07 1994",
            "Sun, 06 Nov 1994 08:50:07 -0000",
            "Sun, 06 Nov 1994 09:50:07 +0100",
        ],
    )
    def test_a_date_in_each_form_of_http_is_compared_with_the_date_of_the_response(self, text: str) -> None:
        """Both dates are of one clock, so that ours may be wrong."""
        headers = httpx.Headers({"Retry-After": text, "Date": "Sun, 06 Nov 1994 08:49:37 GMT"})

        assert retry_after(headers) == 30.0

    @pytest.mark.parametrize(
        "text", ["Sat, 31 Dec 2016 23:59:60 GMT", "Saturday, 31-Dec-16 23:59:60 GMT", "Sat Dec 31 23:59:60 2016"]
    )
    def test_a_leap_second_is_the_moment_after_the_59th(self, text: str) -> None:
        """RFC 9110 allows it in each form, in Retry-After as in Date."""
        headers = httpx.Headers({"Retry-After": text, "Date": "Sat, 31 Dec 2016 23:59:50 GMT"})
        assert retry_after(headers) == 10.0

        headers = httpx.Headers({"Retry-After": "Sun, 01 Jan 2017 00:00:10 GMT", "Date": text})
        assert retry_after(headers) == 10.0

    @pytest.mark.parametrize("date", [None, "yesterday"])
    def test_a_date_is_compared_with_our_clock_where_the_response_has_none(self, date: str | None) -> None:
        """A response without a readable Date leaves us our own clock."""
        before = datetime.now(UTC)
        then = before.replace(microsecond=0) + timedelta(minutes=60)
        headers = httpx.Headers({"Retry-After": format_datetime(then, usegmt=True)})
        if date is not None:
            headers["Date"] = date

        seconds = retry_after(headers)

        assert seconds is not None
        assert then - datetime.now(UTC) <= timedelta(seconds=seconds) <= then - before

    def test_a_date_in_the_past_means_now(self) -> None:
        """Nobody waits a negative time."""
        assert retry_after(httpx.Headers({"Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT"})) == 0.0

    @given(
        st.text(max_size=60)
        | st.from_regex(r"[A-Za-z]{3}, [0-9]{1,2} [A-Za-z]{3} [0-9]{2,5} [0-9:]{1,9} [-+A-Z0-9]{0,6}")
    )
    def test_whatever_a_server_sends_the_result_is_a_wait_or_none(self, text: str) -> None:
        """No header makes reading it fail."""
        seconds = retry_after(httpx.Headers([(b"retry-after", text.encode("utf-8", "replace"))]))

        assert seconds is None or seconds >= 0
