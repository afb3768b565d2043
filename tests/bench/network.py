"""Listing 20,000 numbers from a server on loopback, against loops over bare httpx and msgspec."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import httpx
import structs
from figures import Figure, least_times, multiples

from callrounded import AsyncRounded, Rounded

RECORDS = 20_000
PAGE = 1_000
IN_FLIGHT = 8
KEY = "test-key"
PATH = "/v1/phone-numbers"

# In a process of its own, so that its work is not counted as ours.
_SERVER = """
import sys
from callrounded.testing import FakeRounded
with FakeRounded(records=int(sys.argv[1]), delay=float(sys.argv[2])).serve() as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""


@contextmanager
def server(delay: float) -> Iterator[str]:
    """Run a fake API that waits *delay* seconds before each answer, and give its address."""
    command = [sys.executable, "-c", _SERVER, str(RECORDS), str(delay)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


def bare_loop(url: str, limit: int = PAGE) -> int:
    """Read one page after the other."""
    records: list[structs.Number | structs.SipNumber] = []
    with httpx.Client(headers={"X-Api-Key": KEY}) as client:
        pages = page = 1
        while page <= pages:
            envelope = structs.decode(client.get(url + PATH, params={"page": page, "limit": limit}).content)
            records += envelope.data
            pages, page = envelope.total_pages or 1, page + 1
    return len(records)


async def bare_in_flight(url: str) -> int:
    """Read eight pages at once, in order."""
    room = asyncio.Semaphore(IN_FLIGHT)
    async with httpx.AsyncClient(headers={"X-Api-Key": KEY}) as client:

        async def get(page: int) -> structs.Envelope:
            async with room:
                return structs.decode((await client.get(url + PATH, params={"page": page, "limit": PAGE})).content)

        first = await get(1)
        others = await asyncio.gather(*map(get, range(2, (first.total_pages or 1) + 1)))
    records = list(first.data)
    for envelope in others:
        records += envelope.data
    return len(records)


def ours(url: str) -> int:
    """`Rounded.list_all`."""
    with Rounded(KEY, base_url=url) as client:
        return len(client.phone_numbers.list_all())


async def ours_async(url: str) -> int:
    """`AsyncRounded.list_all`."""
    async with AsyncRounded(KEY, base_url=url) as client:
        return len(await client.phone_numbers.list_all())


def ours_iter(url: str) -> int:
    """`Rounded.iter_all`."""
    with Rounded(KEY, base_url=url) as client:
        return sum(1 for _ in client.phone_numbers.iter_all())


def ours_by_cursor(url: str) -> int:
    """`Rounded.list_all` from cursor to cursor."""
    with Rounded(KEY, base_url=url) as client:
        return len(client.phone_numbers.list_all(use_cursor=True))


def measure(rounds: int, folder: Path) -> list[Figure]:
    """Return all figures.

    Args:
        rounds: As for the other suites; what is measured here takes longer and is repeated less often.
        folder: Not used.
    """
    delayed = with_delay(max(3, rounds // 12))
    at_once = without_delay(max(3, rounds // 15))
    in_flight, one_by_one = "bare httpx, 8 pages in flight", "bare httpx, page by page"
    return [
        figure("list_all, each answer delayed by 50 ms", 1.3, delayed, "Rounded.list_all", in_flight),
        figure("the same, async", 1.3, delayed, "AsyncRounded.list_all", in_flight),
        figure("the same, iter_all", None, delayed, "Rounded.iter_all", in_flight),
        figure("the same, from cursor to cursor", None, delayed, "Rounded.list_all, cursor mode", one_by_one),
        figure("list_all without delay, CPU time", 2.0, at_once, "Rounded.list_all", one_by_one),
        figure("the same, async", 2.5, at_once, "AsyncRounded.list_all", one_by_one),
        figure("the same, iter_all", None, at_once, "Rounded.iter_all", one_by_one),
    ]


def figure(name: str, limit: float | None, seconds: dict[str, float], ours: str, base: str) -> Figure:
    """Return the *seconds* of the way called *ours* as multiples of those of the way called *base*."""
    values = multiples(seconds, of=base)
    others = {other: value for other, value in values.items() if other.startswith("bare")}
    return Figure(
        name=name, unit="x", ours=values[ours], limit=limit, baseline=f"{seconds[base]:.2f} s, {base}", others=others
    )


def with_delay(rounds: int) -> dict[str, float]:
    """Return the seconds that each way takes when every answer is delayed."""
    with server(0.05) as url:
        ways = {
            "bare httpx, 8 pages in flight": lambda: asyncio.run(bare_in_flight(url)),
            "Rounded.list_all": lambda: ours(url),
            "AsyncRounded.list_all": lambda: asyncio.run(ours_async(url)),
            "Rounded.iter_all": lambda: ours_iter(url),
            "bare httpx, page by page": lambda: bare_loop(url),
            "Rounded.list_all, cursor mode": lambda: ours_by_cursor(url),
        }
        slow = {"bare httpx, pages of 50": lambda: bare_loop(url, limit=50)}
        return least_times(ways, rounds, perf_counter) | least_times(slow, 1, perf_counter)


def without_delay(rounds: int) -> dict[str, float]:
    """Return the seconds of CPU time that each way takes, client and all, when answers come at once."""
    with server(0) as url:
        ways = {
            "bare httpx, page by page": lambda: bare_loop(url),
            "bare httpx, 8 pages in flight": lambda: asyncio.run(bare_in_flight(url)),
            "Rounded.list_all": lambda: ours(url),
            "AsyncRounded.list_all": lambda: asyncio.run(ours_async(url)),
            "Rounded.iter_all": lambda: ours_iter(url),
        }
        return least_times(ways, rounds)
