"""The commands, their options and their help."""

import getpass
import logging
import os
import random
import sys
from pathlib import Path
from typing import Annotated

import typer

from callrounded import Rounded
from callrounded.testing import FakeRounded, Fault

from ._failures import exit_codes, failure
from ._listing import Listing
from ._output import PROPERTIES, VARIANTS, Format

_HELP = """The phone numbers of a Rounded account. `callrounded --version` prints the version.

Exit codes: 0 success, 1 output not written, 2 usage, 3 authentication, 4 rate limit, 5 network, 6 incomplete listing,
7 other API errors, 130 Ctrl-C, 141 broken pipe.

Environment: CALLROUNDED_API_KEY (from Rounded Studio), CALLROUNDED_BASE_URL, CALLROUNDED_LOG (info, debug), NO_COLOR.
"""
_LIST_HELP = """List every phone number. The listing is complete, or the exit code is not 0.

\b
Examples:
  callrounded phone-numbers list --out numbers.csv
  callrounded phone-numbers list --fields id,name | jq
  callrounded phone-numbers list -o csv --type sip

JSON and JSONL hold what the API sent. CSV has the documented properties; --fields can name others with a +: id,+codec.
Text that a spreadsheet would run as a formula gets a ' in front. The table is a summary.
"""
_SANDBOX_HELP = """Start a fake API on this machine, until Ctrl-C, and print the two lines to try it with.

\b
Examples:
  callrounded sandbox
  callrounded sandbox --numbers 5000 --latency 0.2 --faults 0.1
"""
_OUTPUT_HELP = "Format. Default: by the suffix of --out, else table on a terminal, jsonl in a pipe."
_OUT_HELP = "Write to FILE, once the listing is complete: whole or not at all."
_RESUME_HELP = "If the listing fails, keep what came, and note in FILE where to resume: run the same command again for \
the rest. Append it with >> where there is no --out."
_FIELD_ERROR = "--fields: {0!r} is none of {1}. For a property that the API has but this release does not: +{0}."
_FAULTS = (Fault.status(429, retry_after=1), Fault.status(503), Fault.reset(), Fault.truncated())

app = typer.Typer(help=_HELP, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)
phone_numbers = typer.Typer(help="The phone numbers of the account.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(phone_numbers, name="phone-numbers")


@phone_numbers.command("list", help=_LIST_HELP)
def list_numbers(
    output: Annotated[Format | None, typer.Option("--output", "-o", help=_OUTPUT_HELP)] = None,
    fields: Annotated[str, typer.Option(metavar="NAMES", help="Properties to show, such as id,number,name.")] = "",
    type_: Annotated[str | None, typer.Option("--type", metavar="|".join(VARIANTS), help="Only this type.")] = None,
    max_items: Annotated[int | None, typer.Option(min=0, metavar="N", help="Maximum number of records.")] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Records per request.")] = 1000,
    cursor_mode: Annotated[bool, typer.Option("--cursor-mode", help="Read by cursor, not by page number.")] = False,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help=_OUT_HELP)] = None,
    resume: Annotated[Path | None, typer.Option(metavar="FILE", help=_RESUME_HELP)] = None,
    api_key_file: Annotated[
        typer.FileText | None, typer.Option(metavar="FILE|-", errors="replace", help="Read the key from FILE or stdin.")
    ] = None,
    verbose: Annotated[int, typer.Option("-v", count=True, show_default=False, help="Log retries; -vv requests.")] = 0,
) -> None:
    if type_ not in {None, *VARIANTS}:
        raise typer.BadParameter(f"--type: {type_!r} is none of {', '.join(VARIANTS)}.")
    names = [name for field in fields.split(",") if (name := field.strip())]
    if wrong := [name for name in names if name not in PROPERTIES and not name.startswith("+")]:
        raise typer.BadParameter(_FIELD_ERROR.format(wrong[0], ", ".join(PROPERTIES)))
    if verbose:
        logging.basicConfig(format="%(levelname)s %(message)s")
        logging.getLogger("callrounded").setLevel(logging.INFO if verbose == 1 else logging.DEBUG)
    listing = Listing(
        output=output or _default_format(out),
        fields=[name.removeprefix("+") for name in names],
        limit=limit,
        cursor_mode=cursor_mode,
        type=type_,
        max_items=max_items,
        out=os.path.realpath(out) if out else None,  # not the link, if it is one
    )
    encoding = None if listing.output == "table" else "utf-8"  # a table as the terminal can; TextIO lacks the method:
    sys.stdout.reconfigure(encoding=encoding, errors="replace", newline="")  # type: ignore[union-attr]
    with exit_codes(), Rounded(_api_key(api_key_file)) as client:
        if out is not None and out.exists() and not out.is_file():
            raise typer.BadParameter(f"--out: {out} is not a regular file.")
        listing.resumed(resume).write(client, resume, shows_progress=sys.stderr.isatty() and not verbose)


@app.command(help=_SANDBOX_HELP)
def sandbox(
    numbers: Annotated[int, typer.Option(min=0, metavar="N", help="How many phone numbers there are.")] = 120,
    latency: Annotated[float, typer.Option(min=0, metavar="SECONDS", help="How late each response is.")] = 0.0,
    faults: Annotated[float, typer.Option(min=0, max=1, metavar="SHARE", help="Share of requests that fail.")] = 0.0,
) -> None:
    fake, chance = FakeRounded(records=numbers, delay=latency), random.Random()  # noqa: S311 - nothing secret
    fake.override(lambda _, r: chance.choice(_FAULTS).spoil(r), when=lambda _: chance.random() < faults, times=None)
    with exit_codes(), fake.serve() as server:
        typer.echo(f"export CALLROUNDED_API_KEY=test-key CALLROUNDED_BASE_URL={server.url}")
        typer.echo("callrounded phone-numbers list")
        server.serve_forever()


def _default_format(out: Path | None) -> Format:
    if out is None:
        return "table" if sys.stdout.isatty() else "jsonl"
    return "csv" if out.suffix == ".csv" else "json" if out.suffix == ".json" else "jsonl"


def _api_key(file: typer.FileText | None) -> str | None:
    """Return the key in *file*; None leaves it to the environment."""
    if file is not None:
        return getpass.getpass("API key: ") if file.isatty() else file.read().strip()
    if not os.environ.get("CALLROUNDED_API_KEY") and not os.environ.get("ROUNDED_API_KEY"):
        raise failure("There is no API key. Set CALLROUNDED_API_KEY, or use --api-key-file.", 3)
    return None
