"""What `callrounded phone-numbers list` writes: the records of the API, in the form that was asked for."""

import csv
import io
import json
import re
import subprocess
import sys
from datetime import datetime

import pytest

from callrounded.testing import FakeRounded
from tests.cli.conftest import KEY, Command


def rows_of(text: str) -> list[dict[str, str]]:
    """Return the rows of a CSV document."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_pipe_gets_a_json_object_a_line(callrounded: Command, fake: FakeRounded) -> None:
    """They are the records as the API sent them, in its order."""
    assert [json.loads(line) for line in callrounded.listed().splitlines()] == fake.records


def test_json_is_one_document(callrounded: Command, fake: FakeRounded) -> None:
    """The same records, as an array."""
    assert json.loads(callrounded.listed("--output", "json")) == fake.records


def test_csv_has_a_header_and_a_line_for_each_record(callrounded: Command, fake: FakeRounded) -> None:
    """Lines end as RFC 4180 says, null is an empty cell, booleans are as in JSON, and dates are ISO 8601."""
    text = callrounded.listed("-o", "csv")

    assert text.count("\r\n") == text.count("\n") == 46
    rows = rows_of(text)
    assert [row["id"] for row in rows] == [record["id"] for record in fake.records]
    assert {row["redirect"] for row in rows} == {"true", "false"}
    assert "" in {row["redirect_phone_number"] for row in rows}
    assert all(datetime.fromisoformat(row["created_at"]).tzinfo for row in rows)


def test_an_empty_account(callrounded: Command, fake: FakeRounded) -> None:
    """No numbers are no error, and a document without records is one."""
    for record in fake.records:
        fake.remove(record["id"])

    assert callrounded.listed() == ""
    assert callrounded.listed("-o", "json") == "[]\n"
    assert callrounded.listed("-o", "csv").count("\r\n") == 1
    assert callrounded.listed("-o", "table").split()[0] == "number"


def test_csv_keeps_text_whole(callrounded: Command, fake: FakeRounded) -> None:
    """Commas, quotes, line breaks and letters of all scripts come back from a CSV reader as they were."""
    names = ['a "quoted", name', "two\nlines", "東京 Zürich Ελλάδα العربية 👩‍👩‍👧", " spaces "]
    for name in reversed(names):
        fake.add({"name": name})

    assert [row["name"] for row in rows_of(callrounded.listed("-o", "csv"))][:4] == names


def test_a_spreadsheet_runs_nothing_of_a_csv_file(callrounded: Command, fake: FakeRounded) -> None:
    """Text that would be a formula is marked as text; a phone number is none."""
    for name in ("=1+1", "@SUM(A1)", "-1+cmd|' /C calc'!A0", "+a", "\t=1", "-5", "+33 (0)1 99 00", "-"):
        fake.add({"name": name})

    rows = rows_of(callrounded.listed("-o", "csv", "--max-items", "8", "--fields", "name,number"))
    shown = [row["name"] for row in reversed(rows)]

    assert shown == ["'=1+1", "'@SUM(A1)", "'-1+cmd|' /C calc'!A0", "'+a", "'\t=1", "-5", "+33 (0)1 99 00", "-"]
    assert all(row["number"].startswith("+33") for row in rows)


def test_properties_that_are_newer_than_this_release(callrounded: Command, fake: FakeRounded) -> None:
    """JSON has them; CSV has them when asked, so that its columns stay the same."""
    fake.add({"name": "new", "labels": ["a", "b"]})

    assert json.loads(callrounded.listed("--max-items", "1"))["labels"] == ["a", "b"]
    assert "labels" not in callrounded.listed("-o", "csv")
    (row,) = rows_of(callrounded.listed("-o", "csv", "--fields", "name,+labels", "--max-items", "1"))
    assert row == {"name": "new", "labels": '["a","b"]'}


def test_a_type_that_is_newer_than_this_release(callrounded: Command, fake: FakeRounded) -> None:
    """Its records are listed like the others."""
    record = fake.add({"type": "satellite"})

    assert json.loads(callrounded.listed("--max-items", "1")) == record
    assert "satellite" in callrounded.listed("-o", "table", "--max-items", "1")


@pytest.mark.parametrize("output", ["json", "jsonl", "csv", "table"])
def test_fields_are_those_asked_for(callrounded: Command, fake: FakeRounded, output: str) -> None:
    """In that order, in every format; what a record does not have is empty."""
    text = callrounded.listed("-o", output, "--fields", "name, id,+nothing", "--max-items", "1")

    first = fake.records[0]
    if output in {"json", "jsonl"}:
        wanted = {"name": first["name"], "id": first["id"], "nothing": None}
        assert list(json.loads(text)[0].items() if output == "json" else json.loads(text).items()) == [*wanted.items()]
    else:
        header, row = text.splitlines()
        assert header.replace(",", " ").split() == ["name", "id", "nothing"]
        assert first["id"] in row


def test_one_type(callrounded: Command, fake: FakeRounded) -> None:
    """--type filters, and --max-items counts what is left."""
    wanted = [record for record in fake.records if record["type"] == "sip"]

    assert [json.loads(line) for line in callrounded.listed("--type", "sip").splitlines()] == wanted
    some = callrounded.listed("--type", "sip", "--max-items", "3", "--limit", "2")
    assert [json.loads(line) for line in some.splitlines()] == wanted[:3]


@pytest.mark.parametrize(
    ("arguments", "query"),
    [(["--limit", "20"], "page=3&limit=20"), (["--limit", "45", "--cursor-mode"], "limit=45&use_cursor=true")],
)
def test_requests_are_as_asked(callrounded: Command, fake: FakeRounded, arguments: list[str], query: str) -> None:
    """The size of pages and the mode are options; the records are the same."""
    assert [json.loads(line) for line in callrounded.listed(*arguments).splitlines()] == fake.records
    assert query in [request.query for request in fake.requests]


def test_at_most(callrounded: Command, fake: FakeRounded) -> None:
    """--max-items ends the listing."""
    assert [json.loads(line) for line in callrounded.listed("--max-items", "7").splitlines()] == fake.records[:7]
    assert callrounded.listed("--max-items", "0") == ""


@pytest.mark.parametrize("output", ["jsonl", "csv"])
def test_data_are_utf_8_everywhere(callrounded: Command, fake: FakeRounded, output: str) -> None:
    """Whatever the locale says: a file is read on other machines."""
    fake.add({"name": "東京"})

    assert "東京" in callrounded.listed("-o", output, PYTHONIOENCODING="ascii", LC_ALL="C")


def test_a_table_shows_what_the_terminal_can(callrounded: Command, fake: FakeRounded) -> None:
    """Letters that it cannot show are no reason to fail."""
    fake.add({"name": "東京"})

    assert "?? " in callrounded.listed("-o", "table", PYTHONIOENCODING="ascii").splitlines()[1]


def test_a_table_in_a_pipe(callrounded: Command, fake: FakeRounded) -> None:
    """It is as wide as it has to be, has no colours, and one line for each record, whatever a name contains."""
    fake.add({"name": "evil\x1b[2J\r\nname" + "e" * 300})

    lines = callrounded.listed("-o", "table", FORCE_COLOR="1").splitlines()

    assert len(lines) == 47
    assert "\x1b" not in "".join(lines)
    assert "evil [2J  name" + "e" * 300 in lines[1]


def test_a_table_in_a_pipe_is_one(callrounded: Command, fake: FakeRounded) -> None:
    """However many pages it takes: one header, and the columns of the first page."""
    fake.add({"name": "first" * 10})

    header, *rows = callrounded.listed("-o", "table", "--limit", "10").splitlines()

    assert len(rows) == 46
    assert {row[header.index("type") - 2 :][:2] for row in rows if row.isascii()} == {"  "}
    assert {row.split()[0] for row in rows} == {record["number"] for record in fake.records}


@pytest.mark.parametrize(
    ("name", "beginning"),
    [("numbers.csv", r"\w+,"), ("numbers.CSV", r"\w+,"), ("numbers.json", r"\[\n\{"), ("numbers.jsonl", r"\{")],
)
def test_a_file_has_the_format_of_its_name(callrounded: Command, name: str, beginning: str) -> None:
    """Nothing else is left beside it."""
    assert callrounded.listed("--out", name) == ""

    text = (callrounded.folder / name).read_bytes().decode()
    assert re.match(beginning, text)
    assert text.count("+33") >= 45
    assert [path.name for path in callrounded.folder.iterdir()] == [name]


def test_a_file_of_any_name_has_the_format_asked_for(callrounded: Command) -> None:
    """Whatever its suffix, and however the format is written."""
    assert callrounded.listed("--out", "numbers.txt", "-o", "CSV") == ""

    assert (callrounded.folder / "numbers.txt").read_text(encoding="utf-8").startswith("id,")


def test_a_file_is_readable_as_any_other(callrounded: Command) -> None:
    """Its permissions are those that the user gives to new files."""
    (callrounded.folder / "other").touch()
    callrounded.listed("--out", "numbers.csv")

    assert (callrounded.folder / "numbers.csv").stat().st_mode == (callrounded.folder / "other").stat().st_mode


def test_a_link_stays_a_link(callrounded: Command) -> None:
    """The file that it points to is replaced."""
    (callrounded.folder / "link.csv").symlink_to("real.csv")
    callrounded.listed("--out", "link.csv")

    assert (callrounded.folder / "link.csv").is_symlink()
    assert (callrounded.folder / "real.csv").read_text(encoding="utf-8").count("\n") == 46


def peak(callrounded: Command, records: int) -> int:
    """Return how much memory a listing of so many records to CSV takes at most."""
    measured = (
        "import sys, tracemalloc; from callrounded._cli._app import app; sys.argv[0] = 'callrounded';"
        "tracemalloc.start()\n"
        "try: app()\n"
        "finally: print(tracemalloc.get_traced_memory()[1], file=sys.stderr)"
    )
    arguments = ["phone-numbers", "list", "-o", "csv", "--limit", "100"]
    with FakeRounded(records=records, api_keys=[KEY]).serve() as server:
        done = subprocess.run(
            [sys.executable, "-c", measured, *arguments],
            env=callrounded.environment | {"CALLROUNDED_BASE_URL": server.url},
            capture_output=True,
            check=True,
            timeout=300,
        )
    assert done.stdout.count(b"\n") == records + 1
    return int(done.stderr)


def test_a_listing_is_streamed(callrounded: Command) -> None:
    """Only the ids are kept of the records that were written, not the records."""
    more = 15_000

    assert peak(callrounded, 5_000 + more) - peak(callrounded, 5_000) < 300 * more
