"""Recorded responses show where the document and the API differ."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from callrounded.testing import FakeRounded, sample_records

ROOT = Path(__file__).parents[2]
PATH = "/v1/phone-numbers"
KEY = "key-0123456789"


def observe(*arguments: str | Path, **environment: str) -> tuple[int, str]:
    """Return exit status and output of `nox -s observe -- ARGUMENTS`."""
    done = subprocess.run(
        [sys.executable, "-m", "observe", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "CALLROUNDED_API_KEY": "", **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def page(records: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the body of the only page."""
    totals = {"current_page": 1, "total_pages": 1, "total_items": len(records), "next_cursor": None}
    return {"data": records, "message": "Calls retrieved successfully", "error": None, "status": 200, **totals}


def har(
    file: Path, body: Any, *, path: str = PATH, status: int = 200, headers: Mapping[str, str] | None = None
) -> Path:
    """Write a recording of one exchange, and return its file."""
    content = {"text": base64.b64encode(json.dumps(body).encode()).decode(), "encoding": "base64"}
    listed = [{"name": name, "value": value} for name, value in (headers or {}).items()]
    entry = {
        "request": {"method": "get", "url": f"https://api.callrounded.com{path}?limit=50"},
        "response": {"status": status, "headers": listed, "content": content},
    }
    file.write_text(json.dumps({"log": {"entries": [entry]}}), encoding="utf-8")
    return file


def test_responses_as_documented(tmp_path: Path) -> None:
    """Of responses as the document says there is nothing to tell."""
    file = har(tmp_path / "page.har", page(sample_records(20)), headers={"Content-Type": "application/json"})
    assert observe(file) == (0, "page.har, entry 1: 200\neverything is as documented\n")


def test_documented_properties_that_are_never_there(tmp_path: Path) -> None:
    """A documented property that no object had is named, but not those of objects that were never seen."""
    records = [{name: value for name, value in each.items() if name != "redirect"} for each in sample_records(20)]
    status, output = observe(har(tmp_path / "page.har", page(records)))
    assert status == 0
    _, never = output.split("is documented, and was never there:\n  openapi/rounded.yaml:")
    assert never.endswith("components.schemas.PhoneNumberProperties.properties.redirect\n")
    assert never.count("\n") == 1


def test_undocumented_properties(tmp_path: Path) -> None:
    """An undocumented property is no contradiction: it is proposed as YAML, for the schema of its variant."""
    records = [{**record, "transport": "tls", "flow": {"steps": [1]}} for record in sample_records(20)]
    status, output = observe(har(tmp_path / "page.har", page(records)))
    assert status == 0
    sip = sum(record["type"] == "sip" for record in records)
    assert f"components.schemas.SipPhoneNumber: transport, seen {sip} times\n      transport:\n" in output
    assert "      transport:\n        type: string\n" in output
    assert "          steps:\n            type: array\n" in output


def test_a_new_variant(tmp_path: Path) -> None:
    """A new value of a discriminator is no contradiction: the SDK reads it; the object is proposed as a schema."""
    records = [*sample_records(5), {"type": "fax", "lines": 2}]
    status, output = observe(har(tmp_path / "page.har", page(records)))
    assert status == 0
    assert 'components.schemas.PhoneNumber: type can be "fax", which the document does not list' in output
    assert "components.schemas.PhoneNumber: fax, seen once\n      fax:\n        type: object\n" in output


def test_contradictions(tmp_path: Path) -> None:
    """A value that is not what the document says is an error, told once however many records have it."""
    records = [{**record, "redirect": "no"} for record in sample_records(20)]
    del records[7]["created_at"]
    status, output = observe(har(tmp_path / "page.har", page(records)))
    assert status == 1
    assert "page.har, entry 1: data[0].redirect: 'no' is not of type 'boolean', 'null'" in output
    assert output.count("redirect: 'no'") == 1
    assert "data[7]: 'created_at' is a required property" in output


def test_statuses_and_headers(tmp_path: Path) -> None:
    """A status that only the default covers and a header of the API's own are news; those of HTTP are not."""
    headers = {"X-Request-Id": "r", "Date": "d", "CF-Ray": "c", "Retry-After": "5"}
    error = {"error": {"message": "Slow down", "status": 429, "type": "rate_limit", "details": []}}
    status, output = observe(har(tmp_path / "error.har", error, status=429, headers=headers))
    assert status == 0
    assert "status 429 is covered by default alone" in output
    assert "the header x-request-id is not documented" in output
    for known in ("date", "cf-ray", "retry-after"):
        assert f"header {known}" not in output


def test_other_paths(tmp_path: Path) -> None:
    """A request that is no operation of the document is named, and nothing else is said of it."""
    status, output = observe(har(tmp_path / "call.har", {"id": 1}, path="/v1/teapots"))
    assert (status, output) == (
        0,
        "call.har, entry 1: 200\nis new:\n  call.har, entry 1: GET /v1/teapots is no operation of the document\n",
    )


def test_a_body_alone(tmp_path: Path) -> None:
    """A body without a request is that of the operation that is named."""
    file = tmp_path / "body.json"
    file.write_text(json.dumps(page([{"type": "pstn"}])), encoding="utf-8")
    status, output = observe(file, "--operation=listPhoneNumbers")
    assert status == 1
    assert "body.json: data[0]: 'id' is a required property" in output
    assert "body.json: name its operation with --operation" in observe(file, "--operation=nothing")[1]


def test_a_recording_keeps_no_secret(tmp_path: Path) -> None:
    """What was read live is written without numbers, names, ids, free text or the key, and shows the same."""
    records = [{**record, "transport": "tls over Lyon"} for record in sample_records(12)]
    fake, recording = FakeRounded(records, api_keys=[KEY]), tmp_path / "recording.har"
    with fake.serve() as server:
        environment = {"CALLROUNDED_API_KEY": KEY, "CALLROUNDED_BASE_URL": server.url}
        live = observe("--live", "--query=limit=7", "--query=use_cursor=true", f"--write={recording}", **environment)
    asked = [request.query for request in fake.requests if request.path == PATH]
    assert asked == ["limit=7", "use_cursor=true"]
    written = recording.read_text(encoding="utf-8")
    for record in records:
        for private in (
            record["id"],
            record["number"],
            record["name"],
            record["inbound_agent_id"],
            record["transport"],
        ):
            assert private is None or private not in written
    assert KEY not in written
    assert server.url not in written
    recorded = observe(recording)
    seen = "is not documented; add:"
    assert live[1].partition(seen)[2] == recorded[1].partition(seen)[2]
    assert "transport, seen" in live[1]
    assert live[0] == recorded[0] == 0


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["missing.har"], "missing.har is no recording: "),
        (["pyproject.toml"], "pyproject.toml is no recording: "),
        (["--live"], "--live needs an API key: set CALLROUNDED_API_KEY"),
        ([], "name a file, or use --live"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_use(arguments: list[str], expected: str) -> None:
    """What cannot be done is said in a sentence, with exit status 2."""
    status, output = observe(*arguments)
    assert status == 2
    assert expected in output
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://127.0.0.1:9", " was not answered: "),
        ("http://api.example", "http://api.example does not begin with https://: the key would be sent in plain text"),
    ],
)
def test_live_without_an_answer(address: str, expected: str) -> None:
    """An API that does not answer is named in a sentence, and the key goes nowhere in plain text."""
    status, output = observe("--live", CALLROUNDED_API_KEY=KEY, CALLROUNDED_BASE_URL=address)
    assert status == 2
    assert expected in output
    assert output.count("\n") == 1


def test_an_entry_without_a_response(tmp_path: Path) -> None:
    """A recording that is none is named."""
    file = tmp_path / "broken.har"
    file.write_text('{"log": {"entries": [{"request": {"method": "GET", "url": "https://api.example"}}]}}')
    status, output = observe(file)
    assert (status, "broken.har is no recording: an entry lacks 'response'" in output) == (2, True)
