"""What needs a process of its own: signals and forks."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from callrounded.testing import FakeRounded, ReceivedRequest, Server
from tests.overrides.conftest import KEY
from tests.overrides.faults import RECORDS


@pytest.fixture
def fake() -> FakeRounded:
    """An API of five pages."""
    return FakeRounded(RECORDS, api_keys=[KEY])


# Coverage in a child delays its signals and its end, which are what is tested.
UNMEASURED = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}

INTERRUPTED = """
import asyncio, signal, sys
from callrounded import AsyncRounded, Rounded
world, key, url = sys.argv[1:]
signal.signal(signal.SIGINT, signal.default_int_handler)  # Or else ignored in the background of a shell.

def sync():
    with Rounded(key, base_url=url) as client:
        try:
            client.phone_numbers.list_all(limit=20)
        except KeyboardInterrupt:
            print(len(client.phone_numbers.list_all(limit=10)), flush=True)

async def listed():
    async with AsyncRounded(key, base_url=url) as client:
        return await client.phone_numbers.list_all(limit=20)

def not_sync():
    try:
        asyncio.run(listed())
    except KeyboardInterrupt:
        print(len(asyncio.run(listed())), flush=True)

sync() if world == "sync" else not_sync()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT is sent to a process of its own")
@pytest.mark.parametrize(("world_name", "page"), [("sync", 1), ("sync", 3), ("async", 3)])
def test_ctrl_c_ends_a_listing_at_once(fake: FakeRounded, server: Server, world_name: str, page: int) -> None:
    """It does not wait for the requests in flight, and the client is usable afterwards."""
    arrived, released = threading.Event(), threading.Event()

    def wait(fake: FakeRounded, request: ReceivedRequest) -> None:
        arrived.set()
        released.wait(60)

    fake.before(wait, page=page)
    command = [sys.executable, "-c", INTERRUPTED, world_name, KEY, server.url]
    with subprocess.Popen(command, env=UNMEASURED, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert arrived.wait(60)
        child.send_signal(signal.SIGINT)
        assert child.stdout.readline() == "100\n"
        assert not released.is_set()
        released.set()
        assert child.wait(60) == 0


FORKED = """
import os, sys
from callrounded import Rounded
key, url = sys.argv[1:]
client = Rounded(key, base_url=url)
whole = [record.id for record in client.phone_numbers.list_all(limit=20)]
begun = client.phone_numbers.iter_all(limit=20, concurrency=1)
first = next(begun).id
children = []
for child in range(2):
    if not (pid := os.fork()):
        status = 1
        try:
            for _ in range(2):
                assert [record.id for record in client.phone_numbers.list_all(limit=20)] == whole
                assert [record.id for record in client.phone_numbers.iter_all(limit=20)] == whole
            status = 0
        finally:
            os._exit(status)
    children.append(pid)
for _ in range(2):
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
    raise AssertionError("a client was pickled")

if __name__ == "__main__":
    key, url = sys.argv[1:]
    client = Rounded(key, base_url=url)
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as processes:
        here = client.phone_numbers.list_all(limit=20)
        assert list(processes.map(listed, [key] * 3, [url] * 3)) == [here] * 3
        error = processes.submit(listed_in_vain, key, url).exception()
        assert isinstance(error, NotFoundError) and error.checkpoint and error.partial == [], error
        error = processes.submit(given, client).exception()
        assert isinstance(error, TypeError) and "Create one in each process" in str(error), error
"""


def test_spawned_processes_make_clients_of_their_own(server: Server, tmp_path: Path) -> None:
    """Records and errors can be pickled; a client cannot, and says what to do."""
    script = tmp_path / "spawned.py"
    script.write_text(SPAWNED)
    done = subprocess.run([sys.executable, script, KEY, server.url], check=False, timeout=60, env=UNMEASURED)

    assert done.returncode == 0
