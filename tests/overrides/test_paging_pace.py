"""How many pages may be under way at once."""

from functools import partial

from callrounded import APIConnectionError, RateLimitError
from callrounded._pace import Pace

TOO_MUCH = RateLimitError("slow down", status_code=429)


def test_it_opens_up_to_its_ceiling() -> None:
    """One, two, four, eight."""
    pace = Pace(8, window=1)
    rooms: list[int] = []
    for _ in range(5):
        rooms.append(pace.room)
        pace.open()

    assert rooms == [1, 2, 4, 8, 8]


def test_the_ceiling_counts_from_the_start() -> None:
    """Whatever else is asked for."""
    assert Pace(1, window=2).room == 1


def test_nothing_new_while_a_request_waits_to_be_repeated() -> None:
    """All wait as the server asks; then half as many may be under way."""
    pace = Pace(8, window=8)

    pace.repeats("one", TOO_MUCH)
    assert pace.room == 0
    pace.repeats("another of the same burst", TOO_MUCH)
    pace.answered("one")
    assert pace.room == 0
    pace.answered("another of the same burst")

    assert pace.room == 4


def test_it_recovers() -> None:
    """By one after as many answers as may be under way."""
    pace = Pace(8, window=8)
    pace.repeats("one", TOO_MUCH)
    pace.answered("one")
    rooms: list[int] = []
    for number in range(30):
        rooms.append(pace.room)
        pace.answered(number)

    assert rooms[:3] == [4, 4, 4]
    assert rooms == sorted(rooms)
    assert rooms[-1] == 8


def test_it_never_stops_altogether() -> None:
    """However often it is turned down."""
    pace = Pace(8, window=8)
    for number in range(10):
        pace.repeats(number, TOO_MUCH)
        pace.answered(number)

    assert pace.room >= 1


def test_other_errors_are_no_reason_to_slow_down() -> None:
    """A connection that breaks says nothing about how much the server bears."""
    pace = Pace(8, window=8)

    pace.repeats("one", APIConnectionError("reset"))

    assert pace.room == 8


def test_no_more_than_those_that_were_not_refused() -> None:
    """Six of eight refused means that the server bears two."""
    pace = Pace(8, window=8)
    went: list[str] = []
    for name in "abcdef":
        pace.repeats(name, TOO_MUCH)
    for name in "abcdef":
        pace.returns(name, partial(went.append, name))
        pace.give_turns(6)

    assert went == ["a", "b"]
    pace.answered("a")
    pace.give_turns(5)
    assert went == ["a", "b", "c"]


def test_nobody_goes_on_while_one_has_to_wait() -> None:
    """However long the others were asked to wait."""
    pace = Pace(8, window=8)
    went: list[str] = []
    pace.repeats("one", TOO_MUCH)
    pace.repeats("broken off", APIConnectionError("reset"))

    pace.returns("broken off", partial(went.append, "broken off"))
    pace.give_turns(2)
    assert went == []
    pace.returns("one", partial(went.append, "one"))
    pace.give_turns(2)

    assert went == ["one", "broken off"]


def test_the_most_refused_goes_first_and_alone() -> None:
    """It has the fewest attempts left."""
    pace = Pace(8, window=8)
    went: list[str] = []
    for name in ("once", "twice"):
        pace.repeats(name, TOO_MUCH)
    pace.repeats("twice", TOO_MUCH)
    for name in ("once", "twice"):
        pace.returns(name, partial(went.append, name))

    pace.give_turns(2)

    assert went == ["twice"]


def test_who_reads_all_opens_at_once_when_there_is_something_to_wait_for() -> None:
    """Not for a server next door, which answers faster than an answer is read."""
    pace = Pace(8, window=1, reads_all=True)

    pace.open()
    pace.waited(0.003)
    assert pace.room == 1
    pace.waited(0.05)

    assert pace.room == 8
