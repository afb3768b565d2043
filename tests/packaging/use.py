"""What somebody who has just installed the wheel does; it runs where nothing but the wheel and its dependencies is."""

import asyncio
import sys
from importlib.metadata import version
from pathlib import Path

import callrounded
import callrounded_generated
from callrounded import AsyncRounded, Rounded
from callrounded.testing import FakeRounded

NUMBERS = 2_500


async def list_async(base_url: str) -> list[object]:
    """Return every number, listed with the async client."""
    async with AsyncRounded(api_key="test-key", base_url=base_url) as client:
        return [number async for number in client.phone_numbers.iter_all()]


def main() -> None:
    """List the numbers of a fake API in both worlds."""
    for package in (callrounded, callrounded_generated):
        assert Path(str(package.__file__)).is_relative_to(sys.prefix), f"{package} is not the installed one"
    assert callrounded.__version__ == version("callrounded")

    with FakeRounded(records=NUMBERS).serve() as server:
        with Rounded(api_key="test-key", base_url=server.url) as client:
            numbers = client.phone_numbers.list_all()
        assert asyncio.run(list_async(server.url)) == numbers
    assert len({number.id for number in numbers}) == NUMBERS

    releases = ", ".join(f"{name} {version(name)}" for name in ("attrs", "httpx", "msgspec", "stamina"))
    print(f"callrounded {callrounded.__version__} lists {NUMBERS} numbers, sync and async, with {releases}")


if __name__ == "__main__":
    main()
