"""One more list endpoint: described in the document, generated, exposed by a few lines, and listed."""

import difflib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
Run = Callable[..., str]

PATH = """
  /v1/teapots:
    get:
      operationId: listTeapots
      tags: [teapots]
      summary: List teapots
      parameters:
        - $ref: "#/components/parameters/Page"
        - $ref: "#/components/parameters/Limit"
        - $ref: "#/components/parameters/UseCursor"
        - $ref: "#/components/parameters/Cursor"
        - name: status
          in: query
          description: Only teapots with this status.
          schema:
            $ref: "#/components/schemas/TeapotStatus"
        - name: verify
          in: query
          description: Whether to verify each call. An argument of iter_all() has the same name.
          schema:
            type: boolean
      responses:
        "200":
          description: The teapots.
          content:
            application/json:
              schema:
                $ref: "#/components/schemas/TeapotList"
        default:
          $ref: "#/components/responses/Error"
"""

SCHEMAS = """
    TeapotList:
      allOf:
        - $ref: "#/components/schemas/ListEnvelope"
        - type: object
          required: [data]
          properties:
            data:
              type: array
              items:
                $ref: "#/components/schemas/Teapot"
    Teapot:
      type: object
      required: [id, status]
      properties:
        id:
          type: string
          format: uuid
        status:
          $ref: "#/components/schemas/TeapotStatus"
        seconds:
          type: [integer, "null"]
    TeapotStatus:
      type: string
      enum: [answered, missed]
"""

BY_HAND = {
    "import httpx\n\n": """import httpx
from attrs import define

from callrounded_generated.api.teapots import list_teapots
from callrounded_generated.models import TeapotStatus
""",
    "\n\nclass Rounded(": """

@define(frozen=True, kw_only=True)
class CallOptions(ListingOptions):
    status: TeapotStatus | None = None


class Rounded(""",
    "ListResource(list_phone_numbers, ListingOptions)": "ListResource(list_phone_numbers, ListingOptions)\n"
    "    teapots = ListResource(list_teapots, CallOptions)",
    "AsyncListResource(list_phone_numbers, ListingOptions)\n    teapots = ListResource": (
        "AsyncListResource(list_phone_numbers, ListingOptions)\n    teapots = AsyncListResource"
    ),
}
"""What is written by hand in _client.py, in place of what stands there: as the docstring of _resources says."""

USAGE = '''
"""What a user's type checker sees of the second endpoint; a `type: ignore` is an expectation."""

from collections.abc import AsyncIterator
from typing import assert_type
from uuid import UUID

from callrounded import AsyncPage, AsyncRounded, Page, Rounded
from callrounded_generated.api.teapots import list_teapots
from callrounded_generated.models import Teapot, TeapotList, TeapotStatus


def use(client: Rounded) -> None:
    page = client.teapots.list(status=TeapotStatus.MISSED, limit=2)
    assert_type(page, Page[Teapot])
    assert_type(client.teapots.list_all(status=TeapotStatus.MISSED), list[Teapot])
    for call in page:
        assert_type(call.id, UUID)
        assert_type(call.seconds, int | None)
    client.teapots.list(verify=True)
    client.teapots.list(colour="red")  # type: ignore[call-arg]
    client.teapots.list(status=5)  # type: ignore[arg-type]
    client.teapots.iter_all(colour="red")  # type: ignore[call-arg]
    client.teapots.list_all(status=5)  # type: ignore[arg-type]
    client.teapots.list_all(limt=5)  # type: ignore[call-arg]
    client.phone_numbers.list_all(status=TeapotStatus.MISSED)  # type: ignore[call-arg]
    assert_type(client.call(list_teapots, status=TeapotStatus.MISSED), TeapotList)
    client.call(list_teapots, colour="red")  # type: ignore[call-arg]


async def use_async(client: AsyncRounded) -> None:
    assert_type(await client.teapots.list(status=None), AsyncPage[Teapot])
    assert_type(client.teapots.iter_all(status=TeapotStatus.MISSED, max_items=5), AsyncIterator[Teapot])
    _ = client.teapots.iter_all(colour="red")  # type: ignore[call-arg]
    assert_type(await client.call(list_teapots, status=TeapotStatus.MISSED), TeapotList)
'''

LISTING = '''
"""List the teapots of a fake API on loopback."""

import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from callrounded import AsyncRounded, ConfigurationError, InternalServerError, Rounded
from callrounded_generated.models import TeapotStatus

QUERIES = []
CALLS = [{"id": str(UUID(int=number)), "status": "missed" if number % 3 else "answered"} for number in range(50)]


class Api(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        QUERIES.append(query)
        if query.get("page") in BROKEN:
            self.send_error(500)
            return
        found = [call for call in CALLS if query.get("status") in (None, call["status"])]
        page, limit = int(query.get("page", 1)), int(query.get("limit", 50))
        body = json.dumps({
            "data": found[(page - 1) * limit : page * limit],
            "current_page": page, "total_pages": -(-len(found) // limit), "total_items": len(found),
        }).encode()
        self.send_response(200 if url.path == "/v1/teapots" and self.headers["X-Api-Key"] == "key" else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


BROKEN = set()
server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
threading.Thread(target=server.serve_forever, daemon=True).start()
options = {"api_key": "key", "base_url": f"http://127.0.0.1:{server.server_port}"}


async def asynchronously():
    async with AsyncRounded(**options) as client:
        return [call.id.int async for call in client.teapots.iter_all(limit=7, status=TeapotStatus.MISSED)]


with Rounded(**options, max_retries=0) as client:
    page = client.teapots.list(limit=10, status=TeapotStatus.ANSWERED, verify=True)
    answered = [call.id.int for call in page]
    verified = {query.get("verify") for query in QUERIES}
    try:
        client.teapots.list_all(verify=True)
    except ConfigurationError as error:
        refused = str(error)
    BROKEN.add("3")
    try:
        client.teapots.list_all(limit=7, status=TeapotStatus.MISSED)
    except InternalServerError as error:
        checkpoint, partial = json.loads(json.dumps(error.checkpoint)), error.partial
    BROKEN.clear()
    print(json.dumps({
        "first": len(page.data),
        "answered": answered,
        "verified": list(verified),
        "refused": refused,
        "all": [call.id.int for call in client.teapots.list_all(limit=7)],
        "missed": asyncio.run(asynchronously()),
        "resumed": [call.id.int for call in [*partial, *client.teapots.list_all(checkpoint=checkpoint)]],
    }))
server.shutdown()
'''


@pytest.fixture
def run(repository: Path, environment: dict[str, str]) -> Run:
    """Run Python in the copy of the repository, with the packages there, and return what it prints."""
    folders = [repository / "generated_client", repository / "overrides", ROOT]
    environment = {**environment, "PYTHONPATH": os.pathsep.join(map(str, folders))}

    def ran(*arguments: str) -> str:
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{done.stdout}{done.stderr}"
        return done.stdout

    return ran


@pytest.fixture
def second_endpoint(repository: Path, run: Run) -> Path:
    """Return a copy of the repository with a second list endpoint."""
    document = repository / "openapi" / "rounded.yaml"
    text = document.read_text(encoding="utf-8")
    text = text.replace("\npaths:\n", f"\npaths:{PATH}", 1).replace("\n  schemas:\n", f"\n  schemas:{SCHEMAS}", 1)
    document.write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "overrides", repository / "overrides", ignore=shutil.ignore_patterns("__pycache__"))
    run("-m", "generator", "generate", "--root", str(repository))
    client = repository / "overrides" / "callrounded" / "_client.py"
    lines = client.read_text(encoding="utf-8").splitlines(keepends=True)
    changed = "".join(lines)
    for before, after in BY_HAND.items():
        assert before in changed
        changed = changed.replace(before, after)
    client.write_text(changed, encoding="utf-8")
    added = [line for line in difflib.ndiff(lines, changed.splitlines(keepends=True)) if line.startswith("+")]
    assert 1 < len(added) <= 10
    return repository


def test_a_second_list_endpoint(second_endpoint: Path, run: Run) -> None:
    """Ten lines by hand at most give a second endpoint all that the first one has: types, filters, paging, async."""
    listing = second_endpoint / "listing.py"
    listing.write_text(LISTING, encoding="utf-8")
    listed = json.loads(run(str(listing)))
    assert "has a parameter verify of its own: pass it to list()" in listed.pop("refused")
    missed = [number for number in range(50) if number % 3]
    assert listed == {
        "first": 10,
        "verified": ["true"],
        "answered": list(range(0, 50, 3)),
        "all": list(range(50)),
        "missed": missed,
        "resumed": missed,
    }

    usage = second_endpoint / "usage.py"
    usage.write_text(USAGE, encoding="utf-8")
    # With the settings of the repository, which are strict.
    shutil.copyfile(ROOT / "pyproject.toml", second_endpoint / "pyproject.toml")
    checked = ["generated_client/callrounded_generated/models", "overrides/callrounded/_client.py", "usage.py"]
    run("-m", "mypy", *checked)
    run("-m", "basedpyright", f"--pythonpath={sys.executable}", *checked)
