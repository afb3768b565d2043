"""The fake API agrees with the contract: schemathesis holds a real server against the document."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import settings
from ruamel.yaml import YAML

from callrounded.testing import FakeRounded, Server

CONTRACT = Path(__file__).parents[2] / "openapi" / "rounded.yaml"
PATH = "/v1/phone-numbers"

FAKE = FakeRounded(records=120)

# Any, because schemathesis leaves these functions untyped in part.
openapi: Any = schemathesis.openapi


def what_the_fake_plays() -> dict[str, Any]:
    """Return the document without the operations and parameters that the fake refuses."""
    document: dict[str, Any] = YAML(typ="safe").load(CONTRACT)
    listing = document["paths"][PATH]["get"]
    shared = document["components"]["parameters"]
    named = {(shared[p["$ref"].rpartition("/")[2]] if "$ref" in p else p)["name"]: p for p in listing["parameters"]}
    listing["parameters"] = [named[name] for name in ("page", "limit", "use_cursor", "cursor")]
    return document | {"paths": {PATH: {"get": listing}}}


schema = openapi.from_dict(what_the_fake_plays())


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One server for all examples, which must in the end have been of every kind."""
    with FAKE.serve() as server:
        yield server
    answered = [request for request in FAKE.requests if request.page is not None]
    assert {request.params.get("use_cursor") for request in answered} >= {None, "true", "false"}
    assert {request.method for request in FAKE.requests} >= {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
    assert any("x-api-key" not in request.headers for request in FAKE.requests)


@schema.parametrize()  # type: ignore[untyped-decorator] # see above
@settings(max_examples=300)
def test_every_answer_is_one_the_contract_allows(case: Any, server: Server) -> None:
    """All checks of schemathesis hold.

    Statuses, content types and bodies are those of the document, what it allows is accepted, what it forbids is
    refused, the key is asked for, other methods are not allowed, nothing is a server error.
    """
    # The document cannot say which keys are accepted; a case without one stays without.
    if "X-Api-Key" in case.headers:
        case.headers["X-Api-Key"] = "test-key"
    # Nor that a cursor is one which was handed out: a made-up text is allowed by it, and refused by the API.
    if case.meta.generation.mode.is_positive and case.query.get("cursor"):
        case.query["cursor"] = FAKE.records[len(case.query["cursor"]) % 120]["created_at"]
    # Nor that a page of less than one record cannot be asked for, on which the provider's page is silent.
    if case.meta.generation.mode.is_positive and isinstance(case.query.get("limit"), int):
        case.query["limit"] = max(1, case.query["limit"])
    # And in a URL an empty text is how null is written, which is allowed, and not a text in the place of a number, nor
    # an object or a list without anything in it.
    for name in ("limit", "use_cursor"):
        if case.query.get(name) in ("", {}, []):
            case.query[name] = None
    case.call_and_validate(base_url=server.url)
