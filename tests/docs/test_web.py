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
BAD_QUERIES = ("page=0", "page=first", "limit=5000")


def view_of(framework: str) -> dict[str, Any]:
    """Return what the block for *framework* defines."""
    (source,) = (block.source for block in blocks("python") if f"from {framework}" in block.source)
    defined: dict[str, Any] = {"__name__": "views"}
    exec(compile(source, "docs/web.md", "exec", dont_inherit=True), defined)
    return defined


async def test_fastapi(rounded_fake: FakeRounded, caplog: pytest.LogCaptureFixture) -> None:
    """Views return all properties as JSON; the caller's mistake is a 422, an error of the API a 502."""
    rounded_fake.add({"lines": 2})
    app = view_of("fastapi")["app"]
    async with (
        app.router.lifespan_context(app) as state,
        httpx.AsyncClient(transport=httpx.ASGITransport(_with_state(app, state)), base_url="http://test") as client,
    ):
        response = await client.get("/numbers/all")
        assert [number.keys() for number in response.json()] == [{*KEYS, "lines"}]
        response = await client.get("/numbers?limit=10")
        assert response.json()["total_items"] == 1
        assert [number.keys() for number in response.json()["data"]] == [{*KEYS, "lines"}]
        for query in BAD_QUERIES:
            assert (await client.get(f"/numbers?{query}")).status_code == 422
        rounded_fake.fail(Fault.status(401), times=None)
        for path in ("/numbers", "/numbers/all"):
            response = await client.get(path)
            assert (response.status_code, response.json()) == (502, {"detail": "AuthenticationError"})
            assert f"{path}: 401 Unauthorized" in caplog.text


def _with_state(app: Any, state: dict[str, Any]) -> Any:
    """Return *app* as a server calls it after the lifespan has begun."""

    async def called(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await app({**scope, "state": dict(state)}, receive, send)

    return called


@pytest.mark.filterwarnings("default::DeprecationWarning:django")
def test_django(rounded_fake: FakeRounded, caplog: pytest.LogCaptureFixture) -> None:
    """The view returns one page as JSON; the caller's mistake is a 400, an error of the API a 502."""
    if not settings.configured:
        settings.configure()
        django.setup()
    for _ in range(3):
        rounded_fake.add()
    views = view_of("django")
    requests = RequestFactory()
    response = views["numbers"](requests.get("/numbers?page=1"))
    bad = [views["numbers"](requests.get(f"/numbers?{query}")) for query in BAD_QUERIES]
    rounded_fake.fail(Fault.status(401))
    failed = views["numbers"](requests.get("/numbers"))
    views["rounded"]().close()
    assert response.status_code == 200
    body = httpx.Response(200, content=response.content).json()
    assert body["total_items"] == 3
    assert [number.keys() for number in body["data"]] == [KEYS] * 3
    assert {each.status_code for each in bad} == {400}
    assert failed.status_code == 502
    assert "/numbers: 401 Unauthorized" in caplog.text
