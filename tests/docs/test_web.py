"""The views in docs/web.md answer requests."""

from typing import Any

import django
import httpx
import pytest
from django.conf import settings
from django.test import RequestFactory

from callrounded.testing import FakeRounded, Fault
from tests.docs.blocks import blocks

KEYS = {"id", "number", "name", "created_at", "type", "inbound_agent_id", "redirect", "redirect_phone_number"}


def view_of(framework: str) -> dict[str, Any]:
    """Return what the block for *framework* defines."""
    (source,) = (block.source for block in blocks("python") if f"from {framework}" in block.source)
    defined: dict[str, Any] = {"__name__": "views"}
    exec(compile(source, "docs/web.md", "exec", dont_inherit=True), defined)
    return defined


async def test_fastapi(rounded_fake: FakeRounded) -> None:
    """The endpoint returns every number as JSON, new properties included, and an error of the API as a 502."""
    rounded_fake.add({"lines": 2})
    app = view_of("fastapi")["app"]
    async with (
        app.router.lifespan_context(app) as state,
        httpx.AsyncClient(transport=httpx.ASGITransport(_with_state(app, state)), base_url="http://test") as client,
    ):
        response = await client.get("/numbers")
        assert [number.keys() for number in response.json()] == [{*KEYS, "lines"}]
        rounded_fake.fail(Fault.status(401))
        response = await client.get("/numbers")
        assert (response.status_code, response.json()) == (502, {"detail": "AuthenticationError"})


def _with_state(app: Any, state: dict[str, Any]) -> Any:
    """Return *app* as a server calls it after the lifespan has begun."""

    async def called(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await app({**scope, "state": dict(state)}, receive, send)

    return called


@pytest.mark.filterwarnings("default::DeprecationWarning:django")
def test_django(rounded_fake: FakeRounded) -> None:
    """The view returns one page as JSON."""
    if not settings.configured:
        settings.configure()
        django.setup()
    for _ in range(3):
        rounded_fake.add()
    views = view_of("django")
    response = views["numbers"](RequestFactory().get("/numbers?page=1"))
    views["rounded"]().close()
    assert response.status_code == 200
    body = httpx.Response(200, content=response.content).json()
    assert body["total"] == 3
    assert [number.keys() for number in body["numbers"]] == [KEYS] * 3
