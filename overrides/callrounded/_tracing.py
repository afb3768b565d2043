"""A span of OpenTelemetry for each attempt, where its package `opentelemetry-api` is installed. Elsewhere, nothing."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import httpx

from ._version import __version__

try:
    from opentelemetry.trace import SpanKind, get_current_span, get_tracer
except ImportError:

    def span(name: str) -> AbstractContextManager[object]:  # noqa: ARG001 - see the other one
        """Return a context in which the span called *name* is the current one."""
        return nullcontext()

    def describe(request: httpx.Request, status_code: int, attempt: int) -> None:
        """Say in the current span what was sent and what came."""

else:
    _tracer = get_tracer("callrounded", __version__)

    def span(name: str) -> AbstractContextManager[object]:
        """Return a context in which the span called *name* is the current one. An error that ends it is recorded."""
        return _tracer.start_as_current_span(name, kind=SpanKind.CLIENT)

    def describe(request: httpx.Request, status_code: int, attempt: int) -> None:
        """Say in the current span what was sent and what came, in the words of OpenTelemetry."""
        facts: dict[str, str | int] = {
            "http.request.method": request.method,
            "http.request.resend_count": attempt - 1,
            "http.response.status_code": status_code,
            "server.address": request.url.host,
            "url.full": str(request.url),
        }
        get_current_span().set_attributes(facts)
