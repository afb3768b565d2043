"""What somebody who has just installed the wheel does; it runs where nothing but the wheel and its dependencies is."""

import asyncio
import os
import subprocess
import sys
from importlib.metadata import version
from importlib.util import find_spec
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


def list_in_terminal(base_url: str) -> None:
    """Have the command line list the numbers, or say how to get the packages that it needs."""
    environment = {**os.environ, "CALLROUNDED_API_KEY": "test-key", "CALLROUNDED_BASE_URL": base_url}
    for output in ("csv", "table"):
        command = [sys.executable, "-I", "-m", "callrounded", "phone-numbers", "list", "-o", output]
        done = subprocess.run(command, env=environment, capture_output=True, check=False, encoding="utf-8")
        if find_spec("typer") is None:
            assert (done.returncode, done.stdout) == (2, ""), done.stderr
            assert 'pip install "callrounded[cli]"' in done.stderr, done.stderr
        else:
            assert (done.returncode, done.stderr) == (0, ""), done.stderr
            assert done.stdout.count("\n+33" if output == "table" else ",+33199") >= NUMBERS, done.stdout[:1000]


def main() -> None:
    """List the numbers of a fake API in both worlds, and in the terminal."""
    for package in (callrounded, callrounded_generated):
        assert Path(str(package.__file__)).is_relative_to(sys.prefix), f"{package} is not the installed one"
    assert callrounded.__version__ == version("callrounded")

    with FakeRounded(records=NUMBERS).serve() as server:
        with Rounded(api_key="test-key", base_url=server.url) as client:
            numbers = client.phone_numbers.list_all()
        assert asyncio.run(list_async(server.url)) == numbers
        list_in_terminal(server.url)
    assert len({number.id for number in numbers}) == NUMBERS

    names = ("attrs", "httpx", "msgspec") + (("rich", "typer") if find_spec("typer") else ())
    releases = ", ".join(f"{name} {version(name)}" for name in names)
    print(f"callrounded {callrounded.__version__} lists {NUMBERS} numbers, sync and async, with {releases}")


if __name__ == "__main__":
    main()
