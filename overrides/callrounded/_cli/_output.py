"""From records to rows, and from rows to text."""

import csv
import io
import re
from typing import Any, Final, Literal

import attrs
import msgspec
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from callrounded import UnknownPhoneNumber

Format = Literal["table", "json", "jsonl", "csv"]
Row = dict[str, Any]

VARIANTS: Final = UnknownPhoneNumber.variants
_ATTRIBUTES: Final = [attribute.name for variant in VARIANTS.values() for attribute in attrs.fields(variant)]
PROPERTIES: Final = list(dict.fromkeys(name for name in _ATTRIBUTES if name != "additional_properties"))
# The columns of the table and their least widths, the gap included; a narrow terminal does without the last ones.
_COLUMNS: Final = {"number": 15, "name": 19, "type": 6, "agent": 11, "redirect": 15, "created": 12}
# What a spreadsheet would run as a formula. A phone number is none.
_FORMULA: Final = re.compile(r"[=@\t\r]|[+-](?![\d ().-]*$)")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def text_of(
    rows: list[Row], output: Format, fields: list[str], columns: dict[str, int], is_terminal: bool, is_first: bool
) -> str:
    """Return the text of *rows*, without what ends a JSON array. The first ones give a table its *columns*."""
    match output:
        case "table":
            return _table(rows, fields, columns, is_terminal, is_first)
        case "csv":
            return _csv(rows, fields or PROPERTIES, is_first)
        case "json":
            return ("[" if is_first else ",") + ",".join(f"\n{_text(row)}" for row in rows)
        case "jsonl":
            return "".join(f"{_text(row)}\n" for row in rows)


def _csv(rows: list[Row], columns: list[str], is_first: bool) -> str:
    lines = ([_text(row.get(name)) for name in columns] for row in rows)
    safe = [[f"'{cell}" if _FORMULA.match(cell) else cell for cell in line] for line in lines]
    text = io.StringIO()
    csv.writer(text).writerows([columns, *safe] if is_first else safe)  # By default, it writes what RFC 4180 says.
    return text.getvalue()


def _table(rows: list[Row], fields: list[str], columns: dict[str, int], is_terminal: bool, is_first: bool) -> str:
    console = Console() if is_terminal else Console(width=100_000, force_terminal=False)
    records = rows if fields else [_summary(row) for row in rows]
    lines = [{name: _CONTROL.sub(" ", _text(value)) for name, value in record.items()} for record in records]
    if is_first:
        columns |= {name: _COLUMNS.get(name, 0) for name in fields or _COLUMNS}
        room = console.width + 2
        while sum(columns.values()) > room and len(columns) > 1 and not fields:
            columns.popitem()
        for name, least in columns.items():
            columns[name] = max(least, 2 + max(map(cell_len, (name, *(line[name] for line in lines)))))
        while sum(columns.values()) > room and columns[widest := max(columns, key=lambda name: columns[name])] > 4:
            columns[widest] -= 1
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", show_header=is_first)
    for name, width in columns.items():
        table.add_column(name, overflow="fold", width=width - 2 if is_terminal else None, min_width=width - 2)
    for line in lines:
        table.add_row(*(Text(line[name]) for name in columns))
    with console.capture() as captured:
        console.print(table)
    return captured.get()


def _summary(row: Row) -> Row:
    agent, created = _text(row.get("inbound_agent_id")), _text(row.get("created_at"))
    redirect = (row.get("redirect_phone_number") or "yes") if row.get("redirect") else ""
    cells = [row.get("number"), row.get("name"), row.get("type"), agent and f"{agent[:8]}…", redirect, created[:10]]
    return dict(zip(_COLUMNS, cells, strict=True))


def _text(value: object) -> str:
    return "" if value is None else value if isinstance(value, str) else msgspec.json.encode(value).decode()
