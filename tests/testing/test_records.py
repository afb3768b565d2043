"""The records: the same everywhere, in order, and changeable while a listing goes on."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from callrounded.testing import FakeRounded, sample_records
from callrounded_generated import AuthenticatedClient
from callrounded_generated.api.phone_numbers import list_phone_numbers
from callrounded_generated.models import PstnPhoneNumber, SipPhoneNumber

RECORD = {"id": "a", "created_at": "2024-01-01T00:00:00Z"}


def test_samples_are_those_of_the_contract() -> None:
    """The generated client reads every sample, and knows each property and type of it."""
    client = AuthenticatedClient(
        token="test-key", httpx_args={"transport": FakeRounded(records=500).transport(), "trust_env": False}
    )

    records = list_phone_numbers.sync(client=client, limit=500).data

    assert {type(record) for record in records} == {PstnPhoneNumber, SipPhoneNumber}
    assert not any(record.additional_properties for record in records)


def test_samples_are_varied() -> None:
    """Types, null, redirects and text beyond ASCII all occur."""
    records = sample_records(500)

    assert {record["type"] for record in records} == {"pstn", "sip"}
    assert {record["redirect"] for record in records} == {True, False}
    assert all(record["redirect"] == (record["redirect_phone_number"] is not None) for record in records)
    for name in ("name", "inbound_agent_id", "redirect_phone_number"):
        assert {record[name] is None for record in records} == {True, False}, name
    assert any(not record["name"].isascii() for record in records if record["name"])
    assert all(re.fullmatch(r"\+33[0-9]{9}", record["number"]) for record in records)
    identifiers = [UUID(record["id"]) for record in records]
    assert all(identifier.version == 4 and identifier.variant.startswith("specified") for identifier in identifiers)


def test_samples_differ() -> None:
    """No two samples share an id, a number or a created_at, and they come oldest first."""
    records = sample_records(20_000)

    for name in ("id", "number", "created_at"):
        assert len({record[name] for record in records}) == 20_000, name
    assert [record["created_at"] for record in records] == sorted(record["created_at"] for record in records)


def test_fewer_samples_are_the_first_of_more() -> None:
    """The number of samples does not change what they are; the seed does."""
    assert sample_records(10) == sample_records(30)[:10]
    assert sample_records(10, seed=1) != sample_records(10)


@pytest.mark.parametrize("hash_seed", ["0", "4242"])
def test_samples_are_the_same_in_every_process(hash_seed: str) -> None:
    """Another process with another hash seed makes the same samples."""
    program = (
        "import json; from callrounded.testing import sample_records; print(json.dumps(sample_records(50, seed=7)))"
    )
    output = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=True,
    ).stdout

    assert json.loads(output) == sample_records(50, seed=7)


def test_importing_the_client_does_not_import_the_fake() -> None:
    """Who only lists numbers does not pay for the tests."""
    program = "import sys, callrounded; assert 'callrounded.testing' not in sys.modules"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}

    subprocess.run([sys.executable, "-c", program], env=environment, check=True)


def test_records_are_listed_newest_first_unless_told_otherwise() -> None:
    """The order of the listing is that of created_at, whichever way the records were given."""
    records = sample_records(20)

    assert FakeRounded(records=records).records == records[::-1]
    assert FakeRounded(records=records[::-1], order="oldest_first").records == records


def test_records_of_ones_own_are_sent_as_they_are() -> None:
    """Properties that the documentation does not know, and moments in any notation, arrive unchanged."""
    record = {"id": "x", "created_at": "2024-01-01T02:00:00.123456+02:00", "type": "fax", "extra": {"é": [1, None]}}
    fake = FakeRounded(records=[record])

    assert fake.answer_to().envelope["data"] == [record]


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"id": "a"},
        {"id": 1, "created_at": "2024-01-01T00:00:00Z"},
        {"id": "a", "created_at": None},
        {"id": "a", "created_at": "soon"},
        {"id": "a", "created_at": "2024-01-01T00:00:00"},
        {"id": "a", "created_at": "2024-01-01T00:00:00Z", "load": float("nan")},
    ],
)
def test_a_record_that_cannot_be_listed_is_refused(record: dict[str, object]) -> None:
    """What has no place in the order, no name to remove it by or no JSON is a ValueError, at once."""
    with pytest.raises(ValueError, match=r"a record needs|not JSON compliant"):
        FakeRounded(records=[record])


def test_an_id_is_taken_once() -> None:
    """A second record with the id of another is refused; after its removal it is welcome."""
    fake = FakeRounded(records=[RECORD])

    with pytest.raises(ValueError, match="already"):
        fake.add(RECORD)
    fake.remove("a")

    assert fake.records == []
    assert fake.add(RECORD)["id"] == "a"


def test_what_an_added_record_lacks_is_made_up() -> None:
    """The properties given are kept, unknown ones too; the others are those of a sample, as the newest record."""
    fake = FakeRounded(records=3)
    newest = datetime.fromisoformat(fake.records[0]["created_at"])

    added = fake.add({"number": "+33199000042", "name": None, "colour": "blue"})

    assert set(added) == {*sample_records(1)[0], "colour"}
    assert (added["number"], added["name"], added["colour"]) == ("+33199000042", None, "blue")
    assert datetime.fromisoformat(added["created_at"]) == newest + timedelta(seconds=1)
    assert fake.records[0] == added
    assert len({record["id"] for record in fake.records}) == 4


def test_an_added_record_is_the_newest() -> None:
    """What is added without more ado is created a second after the newest, so a newest-first listing shifts."""
    fake = FakeRounded(records=3)
    newest = datetime.fromisoformat(fake.records[0]["created_at"])

    added = fake.add()

    assert fake.records[0] == added
    assert datetime.fromisoformat(added["created_at"]) == newest + timedelta(seconds=1)
    assert fake.total_items == 4


def test_samples_are_added_to_samples_of_ones_own() -> None:
    """A sample is never one that is there already, and oldest-first it comes last."""
    fake = FakeRounded(records=sample_records(5), order="oldest_first")

    added = fake.add()

    assert fake.records[-1] == added
    assert len({record["id"] for record in fake.records}) == 6


def test_the_first_record_of_all_can_be_added() -> None:
    """An empty fake begins with the first sample."""
    assert FakeRounded().add() == sample_records(1)[0]


def test_a_record_is_added_where_its_moment_belongs() -> None:
    """`at` takes a moment or a text and decides the place; a tie follows the record it ties with."""
    fake = FakeRounded(records=3)
    oldest, newest = fake.records[2], fake.records[0]

    tie = fake.add(at=newest["created_at"])
    last = fake.add({"id": "old"}, at=datetime(2001, 2, 3, 5, tzinfo=timezone(timedelta(hours=1))))

    assert fake.records[:2] == [newest, tie]
    assert fake.records[-2:] == [oldest, last]
    assert (last["id"], last["created_at"]) == ("old", "2001-02-03T04:00:00Z")


def test_a_removed_record_is_gone() -> None:
    """Removing returns the record; removing it again is a KeyError."""
    fake = FakeRounded(records=3)
    record = fake.records[1]

    assert fake.remove(record["id"]) == record
    assert record not in fake.records
    with pytest.raises(KeyError):
        fake.remove(record["id"])


def test_what_is_looked_at_is_a_copy() -> None:
    """Changing a record that was handed out changes nothing in the listing."""
    fake = FakeRounded(records=1)

    fake.records[0]["name"] = fake.add()["name"] = "changed"

    assert all(record["name"] != "changed" for record in fake.records)


def test_fractions_of_a_second_count() -> None:
    """Records are told apart, and written, to the microsecond."""
    fake = FakeRounded()
    moments = [datetime(2024, 1, 1, microsecond=microsecond, tzinfo=UTC) for microsecond in (3, 1, 2)]

    for index, moment in enumerate(moments):
        fake.add({"id": str(index)}, at=moment)

    assert [record["id"] for record in fake.records] == ["0", "2", "1"]
    assert fake.records[0]["created_at"] == "2024-01-01T00:00:00.000003Z"
