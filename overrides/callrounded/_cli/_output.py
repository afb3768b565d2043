"""From records to rows, and from rows to text."""

import csv
import io
import re
from typing import Any, Final, Literal

import attrs
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from callrounded import UnknownPhoneNumber

Format = Literal["table", "json", "jsonl", "csv"]
Row = dict[str, Any]

VARIANTS: Final = UnknownPhoneNumber.variants
_ATTRIBUTES: Final = [attribute.name for variant in VARIANTS.values() for attribute in attrs.fields(variant)]
PROPERTIES: Final = list(dict.fromkeys(name for name in _ATTRIBUTES if name != "additional_properties"))
# The columns of the table and the room they need; a narrow terminal does without the last ones.
_COLUMNS: Final = {"number": 15, "name": 16, "type": 6, "agent": 11, "redirect": 15, "created": 10}
# What a spreadsheet would run as a formula. A phone number is none.
_FORMULA: Final = re.compile(r"[=@\t\r]|[+-](?![\d ().-]*$)")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def text_of(rows: list[Row], output: Format, fields: list[str], *, is_terminal: bool, is_first: bool) -> str:
    """Return the text of *rows*, the first ones or more. What ends a JSON array is not in it."""
    match output:
        case "table":
            return _table(rows, fields, Console() if is_terminal else Console(width=10_000, force_terminal=False))
        case "csv":
            return _csv(rows, fields or PROPERTIES, is_first)
        case "json":
            return ("[" if is_first else ",") + ",".join(f"\n{_json_text(row)}" for row in rows)
        case "jsonl":
            return "".join(f"{_json_text(row)}\n" for row in rows)


def _csv(rows: list[Row], columns: list[str], has_header: bool) -> str:
    text = io.StringIO()
    writer = csv.writer(text)  # By default, it writes what RFC 4180 says.
    if has_header:
        writer.writerow(columns)
    lines = ([_cell(row.get(name)) for name in columns] for row in rows)
    writer.writerows([f"'{cell}" if _FORMULA.match(cell) else cell for cell in line] for line in lines)
    return text.getvalue()


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
