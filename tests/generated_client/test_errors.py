"""An error shows the beginning of what was found, and never looks at more of it."""

import sys
import traceback
from typing import Any

import pytest

from callrounded_generated.decoding import decode_copy
from callrounded_generated.errors import DecodeError, excerpt
from callrounded_generated.models import ErrorDetail, PhoneNumberList

HUGE = 3 * 10**6


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-12, "-12"),
        (1.5, "1.5"),
        ("", "''"),
        ("it's", '"it\'s"'),
        ("a\nb\u202e\ud800", "'a\\nb\\u202e\\ud800'"),
        ("x" * 60, f"'{'x' * 60}'"),
        ("x" * 61, f"'{'x' * 60}'..."),
        (b"<html>\xff", "'<html>\ufffd'"),
        ("東" * 61, f"'{'東' * 60}'..."),
        (("東" * 100).encode(), f"'{'東' * 100}'"),
        (b"x" * 201, f"'{'x' * 196}..."),
        ([], "[]"),
        ([1, [2, [3]], {"a": {"b": {}}}], "[1, [2, [...]], {'a': {...}}]"),
        ([1, 2, 3, 4, 5], "[1, 2, 3, 4, ...]"),
        ({}, "{}"),
        (dict.fromkeys("abcde"), "{'a': null, 'b': null, 'c': null, 'd': null, ...}"),
        ({1: {2}}, "{1: set}"),
        (10**59, str(10**59)),
        (-(10**60), "an integer of 200 bits"),
    ],
    ids=lambda value: ascii(value)[:80],
)
def test_excerpts(value: Any, shown: str) -> None:
    """A value is shown as its beginning in JSON's words, with nothing in it that would upset a terminal."""
    assert excerpt(value) == shown


def nested(levels: int) -> list[Any]:
    """Return lists in lists."""
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        "x" * HUGE,
        b"x" * HUGE,
        [0] * HUGE,
        {str(n): n for n in range(10**5)},
        {"k" * HUGE: "v" * HUGE},
        1 << HUGE,
        [["x" * 1000] * 1000] * 1000,
        nested(10**5),
        [{"a" * 100: ["b" * 100] * 9}] * 9,
    ],
    ids=["text", "bytes", "list", "object", "name", "integer", "lists", "deep", "all"],
)
def test_a_huge_value_costs_nothing(value: Any) -> None:
    """An excerpt has at most 200 characters, and takes a few dozen steps however large the value is."""
    steps = 0

    def count(frame: Any, event: str, argument: Any) -> None:
        nonlocal steps
        steps += 1

    sys.setprofile(count)
    try:
        shown = excerpt(value)
    finally:
        sys.setprofile(None)
    assert len(shown) <= 200
    assert steps < 400


@pytest.mark.parametrize("frames", [0, 700])
def test_errors_about_huge_values(frames: int) -> None:
    """All of an error is short: the place, even with a huge name in it, what was expected, and what was found."""
    values = [{"field": 1 << HUGE}, {"message": ["x" * HUGE]}, {"field": {"k" * HUGE: 1}}, "x" * HUGE, [0] * HUGE]

    def check(frames: int) -> None:
        if frames:
            check(frames - 1)
            return
        for value in values:
            with pytest.raises(DecodeError) as caught:
                decode_copy(ErrorDetail, value)
            assert len(str(caught.value)) < 300

    check(frames)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"data": 5}', '{"data": [{"type": "pstn"}]}', '{"data": ' + "[" * 10**5],
    ids=["empty", "cut short", "list", "no list", "broken record", "deep"],
)
def test_an_error_shows_no_inner_workings(text: str) -> None:
    """A traceback ends with the one error: nothing that led to it is shown above."""
    with pytest.raises(DecodeError) as caught:
        PhoneNumberList.from_json(text)
    shown = "".join(traceback.format_exception(caught.value))
    assert shown.count("Traceback (most recent call last)") == 1
    assert "During handling" not in shown
