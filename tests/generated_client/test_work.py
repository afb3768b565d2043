"""How much is done, counted instead of timed: a slow step backwards fails here, on any machine."""

import sys
import tracemalloc
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from callrounded.testing import sample_records
from callrounded_generated.decoding import decode_json
from callrounded_generated.models import PhoneNumberList, PstnPhoneNumber

SIZE = 1_000

Calls = Callable[[Callable[[], Any]], int]


def records(kind: str) -> list[dict[str, Any]]:
    """Return records of a kind that is common, or may become so."""
    found = sample_records(SIZE)
    for index, record in enumerate(found):
        match kind:
            case "three new properties":
                record |= {"inbound_flow_id": record["id"], "media_encryption": "srtp", "transport": "tls"}
            case "milliseconds":
                record["created_at"] = record["created_at"].replace("Z", ".123Z")
            case "capitals":
                record["id"] = record["id"].upper()
            case "absent properties":
                for name in ("name", "redirect", "redirect_phone_number")[index % 4 :]:
                    del record[name]
            case "a new variant":
                record["type"] = "fax"
            case "many new variants":
                record["type"] = f"fax {index % 10}"
            case _:
                pass
    return found


KINDS = [
    "plain",
    "three new properties",
    "milliseconds",
    "capitals",
    "absent properties",
    "a new variant",
    "many new variants",
]


RESPELLED = ["milliseconds", "capitals"]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in RESPELLED])
def test_reading_takes_no_python_call_per_record(kind: str, body: Callable[..., bytes], calls: Calls) -> None:
    """The number of Python calls for a page does not depend on the number of its records."""
    whole, tenth = body(records(kind)), body(records(kind)[: SIZE // 10])
    decode_json(PhoneNumberList, whole)
    entered = calls(lambda: decode_json(PhoneNumberList, whole))
    assert entered < (
        500 if kind == "absent properties" else 250
    )  # Records that lack different ones are of four kinds.
    assert entered == calls(lambda: decode_json(PhoneNumberList, tenth))


@pytest.mark.parametrize("kind", RESPELLED)
def test_reading_takes_one_python_call_per_respelled_value(kind: str, body: Callable[..., bytes], calls: Calls) -> None:
    """How it is written is checked for each value that Python writes in another way."""
    whole = body(records(kind))
    assert calls(lambda: decode_json(PhoneNumberList, whole)) < SIZE + 250


@pytest.mark.parametrize("kind", KINDS)
def test_writing_takes_few_python_calls_per_record(kind: str, body: Callable[..., bytes], calls: Calls) -> None:
    """Records are written in C, or by way of one dict each if something is noted on them."""
    answer = decode_json(PhoneNumberList, body(records(kind)))
    most = 1.1 if kind == "plain" or "variant" in kind else 5.1
    for write in (answer.to_json, answer.to_dict):
        write()
        assert calls(write) < most * SIZE


def test_a_broken_record_is_found_quickly(body: Callable[..., bytes], calls: Calls) -> None:
    """To name the broken record of a page, the others are not looked at one by one."""
    data = sample_records(SIZE)
    data[700]["id"] = "x"
    text = body(data)
    decode_json(PhoneNumberList, text, on_invalid="keep")
    assert calls(lambda: decode_json(PhoneNumberList, text, on_invalid="keep")) < 2 * SIZE

    def fail() -> None:
        with pytest.raises(ValueError, match=r"^data\[700\]\.id: "):
            decode_json(PhoneNumberList, text)

    fail()
    assert calls(fail) < 2 * SIZE


def test_new_names_leave_nothing_behind(body: Callable[..., bytes]) -> None:
    """However many names, tags and layouts a server makes up: once its answers are forgotten, so are they."""

    def read(seed: int) -> None:
        data = sample_records(200)
        for index, record in enumerate(data):
            record[f"new {seed} {index} {'x' * 500}"] = index
            record["type"] = f"type {seed} {index}" if index % 2 else "sip"
        text = body(data)
        decode_json(PhoneNumberList, text).to_json()
        decode_json(PhoneNumberList, text, on_invalid="keep").to_dict()

    read(0)
    tracemalloc.start()
    try:
        read(1)
        before, _ = tracemalloc.get_traced_memory()
        for seed in range(2, 12):
            read(seed)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 50_000


def test_records_are_small(body: Callable[..., bytes]) -> None:
    """A record takes little more than its values: what records have in common is there once."""
    texts = {kind: body(records(kind)) for kind in ("plain", "three new properties")}
    sizes: dict[str, float] = {}
    for kind, text in texts.items():
        decode_json(PhoneNumberList, text)
        tracemalloc.start()
        try:
            answer = decode_json(PhoneNumberList, text)
            sizes[kind], _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert len(answer.data) == SIZE
    assert sizes["plain"] / SIZE < 800
    assert (sizes["three new properties"] - sizes["plain"]) / SIZE < 500
    slots = type("Slots", (), {"__slots__": [*attrs.fields_dict(PstnPhoneNumber), "received"]})
    assert sys.getsizeof(PstnPhoneNumber.from_dict(records("plain")[0])) == sys.getsizeof(slots())


IMPORTS = """
import sys, attrs, httpx, msgspec
before = set(sys.modules)
{statement}
print(*sys.modules.keys() - before)
"""


def test_what_an_import_loads(python: Callable[[str], str]) -> None:
    """To import the package loads no model before one is asked for."""
    loaded = python(IMPORTS.format(statement="import callrounded_generated")).split()
    assert not [
        name for name in loaded if name.startswith(("callrounded_generated.models", "callrounded_generated.api"))
    ]


def test_what_all_of_the_package_loads(python: Callable[[str], str]) -> None:
    """The package needs httpx, attrs and msgspec, and nothing else that must be installed or is slow to load."""
    loaded = python(IMPORTS.format(statement="from callrounded_generated import api, models")).split()
    assert {name.partition(".")[0] for name in loaded} <= {"callrounded_generated", "gzip", "json", "_json"}
