"""Where OpenTelemetry is installed, each attempt is a span."""

import json
import subprocess
import sys
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter as Spans

from callrounded.testing import FakeRounded, Fault, Server

KEY = "sk-live-4f9d2c71e8a05b36"


@pytest.fixture(scope="module")
def exporter() -> Spans:
    """What has been exported. A process has one provider, and it is set once."""
    exporter, provider = Spans(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


@pytest.fixture
def spans(exporter: Spans) -> Spans:
    """What is exported in this test."""
    exporter.clear()
    return exporter


def facts(span: ReadableSpan) -> dict[str, object]:
    """Return the attributes of *span*."""
    return dict(span.attributes or {})


async def test_each_attempt_is_a_span(world: Any, fake: FakeRounded, server: Server, spans: Spans) -> None:
    """A span has method, address, status and the number of attempts before; one that failed has the error."""
    fake.fail(Fault.status(503, retry_after=0))
    await world.list(world.client(base_url=server.url))
    failed, succeeded = spans.get_finished_spans()
    assert failed.name == succeeded.name == "list_phone_numbers"
    assert facts(failed)["http.response.status_code"] == 503
    assert failed.events[0].name == "exception"
    assert facts(succeeded) == {
        "http.request.method": "GET",
        "http.request.resend_count": 1,
        "http.response.status_code": 200,
        "server.address": "127.0.0.1",
        "url.full": f"{server.url}/v1/phone-numbers",
    }


async def test_a_span_shows_no_key(world: Any, fake: FakeRounded, server: Server, spans: Spans) -> None:
    """Neither attributes nor recorded errors have the key."""
    client = world.client(base_url=server.url)
    fake.fail(Fault.status(404, body=json.dumps({"error": {"message": f"{KEY} is not known"}}).encode()))
    await world.error(client)
    shown = "".join(span.to_json() for span in spans.get_finished_spans())
    assert "is not known" in shown
    assert KEY not in shown


async def test_spans_are_below_that_of_the_caller(world: Any, fake: FakeRounded, server: Server, spans: Spans) -> None:
    """The pages of a listing, read in other threads or tasks, belong to the caller's span."""
    for _ in range(30):
        fake.add()
    with trace.get_tracer("test").start_as_current_span("report") as report:
        listed = world.client(base_url=server.url).phone_numbers.list_all(limit=10)
        assert len(listed if isinstance(listed, list) else await listed) == 35
    pages = [span for span in spans.get_finished_spans() if span.name == "list_phone_numbers"]
    assert len(pages) >= 3
    assert {span.parent and span.parent.span_id for span in pages} == {report.get_span_context().span_id}


def test_without_opentelemetry() -> None:
    """The package is not needed."""
    program = "import sys; sys.modules['opentelemetry'] = sys.modules['opentelemetry.trace'] = None; import callrounded"
    subprocess.run([sys.executable, "-c", program], check=True)
