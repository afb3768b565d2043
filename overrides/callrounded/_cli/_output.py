"""From records to rows, and from rows to text, piece by piece."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal

import attrs
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from callrounded import RoundedError, UnknownPhoneNumber

Format = Literal["table", "json", "jsonl", "csv"]
Row = dict[str, Any]

VARIANTS: Final = UnknownPhoneNumber.variants
_ATTRIBUTES: Final = [attribute.name for variant in VARIANTS.values() for attribute in attrs.fields(variant)]
PROPERTIES: Final = list(dict.fromkeys(name for name in _ATTRIBUTES if not name.startswith("_")))
# The columns of the table and the room they need; a narrow terminal does without the last ones.
_COLUMNS: Final = {"number": 15, "name": 16, "type": 6, "agent": 11, "redirect": 15, "created": 10}
# What a spreadsheet would run as a formula. A phone number is none.
_FORMULA: Final = re.compile(r"[=@\t\r]|[+-](?![\d ().-]*$)")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def text_of(rows: Iterable[Row], output: Format, fields: list[str], console: Console, goes_on: bool) -> Iterator[str]:
    """Yield the text of *rows*; if it *goes on* where an earlier run ended, the texts of both are one document."""
    match output:
        case "table":
            return _tables(rows, fields, console)
        case "csv":
            return _csv(rows, fields or PROPERTIES, goes_on)
        case "json":
            return _json(rows, goes_on)
        case "jsonl":
            return (f"{_json_text(row)}\n" for row in rows)


def _json(rows: Iterable[Row], goes_on: bool) -> Iterator[str]:
    before = ",\n" if goes_on else "[\n"
    for row in rows:
        yield before + _json_text(row)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _csv(rows: Iterable[Row], columns: list[str], goes_on: bool) -> Iterator[str]:
    before = "" if goes_on else _csv_line(columns)
    for row in rows:
        cells = [_cell(row.get(name)) for name in columns]
        yield before + _csv_line([f"'{cell}" if _FORMULA.match(cell) else cell for cell in cells])
        before = ""
    yield before


def _csv_line(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)  # By default, it writes what RFC 4180 says.
    return line.getvalue()


def _tables(rows: Iterable[Row], fields: list[str], console: Console) -> Iterator[str]:
    chunk: list[Row] = []
    try:
        for row in rows:
            if len(chunk) == 1000:  # of a million, not all are kept in memory
                yield _table(chunk, fields, console)
                chunk.clear()
            chunk.append(row)
    except RoundedError:
        if chunk:
            yield _table(chunk, fields, console)
        raise
    yield _table(chunk, fields, console)


def _table(rows: list[Row], fields: list[str], console: Console) -> str:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    room = console.width
    for name in fields or _COLUMNS:
        room -= 0 if fields else _COLUMNS[name]
        if room >= 0:
            table.add_column(name, no_wrap=not fields and name in {"type", "agent", "created"}, overflow="fold")
    for row in rows:
        cells = [row.get(name) for name in fields] if fields else _summary(row)[: len(table.columns)]
        table.add_row(*(Text(_CONTROL.sub(" ", _cell(cell))) for cell in cells))
    with console.capture() as captured:
        console.print(table)
    return captured.get()


def _summary(row: Row) -> list[object]:
    agent, created = _cell(row.get("inbound_agent_id")), _cell(row.get("created_at"))
    redirect = (row.get("redirect_phone_number") or "yes") if row.get("redirect") else ""
    return [row.get("number"), row.get("name"), row.get("type"), agent and f"{agent[:8]}…", redirect, created[:10]]


def _cell(value: object) -> str:
    return "" if value is None else value if isinstance(value, str) else _json_text(value)


def _json_text(value: object) -> str:
    return msgspec.json.encode(value).decode()
