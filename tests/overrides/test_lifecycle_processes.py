"""Processes of their own, since a signal, a fork and the end of an event loop concern all of one."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from callrounded.testing import FakeRounded, Fault, Server
from tests.overrides.conftest import KEY
from tests.overrides.faults import RECORDS


@pytest.fixture
def fake() -> FakeRounded:
    """An API of five pages."""
    return FakeRounded(RECORDS, api_keys=[KEY])


INTERRUPTED = """
import asyncio, sys
from callrounded import AsyncRounded, Rounded
world, key, url = sys.argv[1:]

def sync():
    with Rounded(key, base_url=url) as client:
        try:
            client.phone_numbers.list_all(limit=20)
        except KeyboardInterrupt:
            assert len(client.phone_numbers.list_all(limit=10)) == 100
            return True

async def listed(client):
    return await client.phone_numbers.list_all(limit=20)

def later():
    client = AsyncRounded(key, base_url=url)
    try:
        asyncio.run(listed(client))
    except KeyboardInterrupt:
        assert len(asyncio.run(listed(client.with_options(timeout=5)))) == 100
        return True

sys.exit(0 if (sync() if world == "sync" else later()) else 3)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT is sent to a process of its own")
@pytest.mark.parametrize("page", [1, 3])
@pytest.mark.parametrize("world_name", ["sync", "async"])
def test_ctrl_c_ends_a_listing_at_once(fake: FakeRounded, server: Server, world_name: str, page: int) -> None:
    """It does not wait for what is under way, and the client is usable afterwards."""
    arrived = threading.Event()
    fake.before(lambda fake, request: arrived.set(), page=page)
    fake.fail(Fault.slow_headers(60), page=page)

    with subprocess.Popen([sys.executable, "-c", INTERRUPTED, world_name, KEY, server.url], env=UNMEASURED) as child:
        assert arrived.wait(30)
        child.send_signal(signal.SIGINT)
        assert child.wait(timeout=20) == 0


# Coverage in a child delays its signals and its end, which are what is tested.
UNMEASURED = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}

FORKED = """
import os, sys
from callrounded import Rounded
key, url = sys.argv[1:]
client = Rounded(key, base_url=url)
whole = [record.id for record in client.phone_numbers.list_all(limit=20)]
begun = client.phone_numbers.iter_all(limit=20, concurrency=1)
first = next(begun).id
children = []
for child in range(3):
    if not (pid := os.fork()):
        status = 1
        try:
            for _ in range(5):
                assert [record.id for record in client.phone_numbers.list_all(limit=20)] == whole
                assert [record.id for record in client.phone_numbers.iter_all(limit=20)] == whole
            status = 0
        finally:
            os._exit(status)
    children.append(pid)
for _ in range(5):
    assert [record.id for record in client.phone_numbers.list_all(limit=20)] == whole
assert [first, *(record.id for record in begun)] == whole
sys.exit(any(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_children_list_through_the_client_of_their_parent(server: Server) -> None:
    """At the same time as the parent does, each over connections of its own."""
    done = subprocess.run([sys.executable, "-c", FORKED, KEY, server.url], check=False, timeout=60, env=UNMEASURED)

    assert done.returncode == 0


SPAWNED = """
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor
from callrounded import NotFoundError, Rounded

def listed(key, url):
    with Rounded(key, base_url=url) as client:
        return client.phone_numbers.list_all(limit=20)

def listed_in_vain(key, url):
    with Rounded(key, base_url=url + "/nowhere") as client:
        return client.phone_numbers.list_all(limit=20)

def given(client):
    raise AssertionError("a client travelled")

if __name__ == "__main__":
    key, url = sys.argv[1:]
    client = Rounded(key, base_url=url)
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as processes:
        here = client.phone_numbers.list_all(limit=20)
        assert list(processes.map(listed, [key] * 3, [url] * 3)) == [here] * 3
        error = processes.submit(listed_in_vain, key, url).exception()
        assert isinstance(error, NotFoundError) and error.checkpoint and error.partial == [], error
        error = processes.submit(given, client).exception()
        assert isinstance(error, TypeError) and "Make one in each process" in str(error), error
"""


def test_spawned_processes_make_clients_of_their_own(server: Server, tmp_path: Path) -> None:
    """Records and errors travel back; a client does not travel there, and says what to do."""
    script = tmp_path / "spawned.py"
    script.write_text(SPAWNED)
    done = subprocess.run([sys.executable, script, KEY, server.url], check=False, timeout=60, env=UNMEASURED)

    assert done.returncode == 0


LOOPS = """
import asyncio, sys
from concurrent.futures import ThreadPoolExecutor
from callrounded import AsyncRounded
key, url = sys.argv[1:]
client = AsyncRounded(key, base_url=url)

async def whole():
    records = [record async for record in client.phone_numbers.iter_all(limit=20)]
    assert records == await client.phone_numbers.list_all(limit=20)
    return len(records)

assert [asyncio.run(whole()) for _ in range(3)] == [100] * 3
with ThreadPoolExecutor(3) as threads:
    assert list(threads.map(lambda _: asyncio.run(whole()), range(9))) == [100] * 9
"""


def test_another_event_loop_lists_as_well(server: Server) -> None:
    """One after the other, and several at once in threads: each over connections of its own."""
    done = subprocess.run([sys.executable, "-c", LOOPS, KEY, server.url], check=False, timeout=60, env=UNMEASURED)

    assert done.returncode == 0
