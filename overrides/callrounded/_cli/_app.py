"""The commands, their options and their help."""

import getpass
import logging
import os
import random
import stat
import sys
from pathlib import Path
from typing import Annotated, Final, get_type_hints

import typer
from typer import FileText, Option

from callrounded import Rounded
from callrounded.testing import FakeRounded, Fault
from callrounded_generated.api.phone_numbers import list_phone_numbers as operation

from ._failures import exit_codes, failure
from ._listing import Listing
from ._output import PROPERTIES, VARIANTS, Format

_HELP = """The phone numbers of a Rounded account. `callrounded --version` prints the version.

Exit codes: 1 output, 2 usage, 3 authentication, 4 rate limit, 5 network, 6 incomplete listing, 7 other API errors.

Environment: CALLROUNDED_API_KEY (from Rounded Studio), CALLROUNDED_BASE_URL, CALLROUNDED_LOG=info|debug, NO_COLOR."""
_LIST_HELP = """List every phone number. The listing is complete, or the exit code is not 0.

\b
Examples:
  callrounded phone-numbers list --out numbers.csv
  callrounded phone-numbers list -o csv --type sip"""
_SANDBOX_HELP = """Start a fake API on this machine. It runs until Ctrl-C, and prints the two lines to try it with.

\b
Examples:
  callrounded sandbox
  callrounded sandbox --numbers 5000 --latency 0.2 --faults 0.1"""
_OUTPUT_HELP = "Format. Default: by the suffix of --out, else table on a terminal, jsonl in a pipe."
_FAULTS = (Fault.status(429, retry_after=1), Fault.status(503), Fault.reset(), Fault.truncated())
_SUFFIXES: Final[dict[str, Format]] = {".csv": "csv", ".json": "json", ".jsonl": "jsonl"}
_LIMIT: Final[int] = get_type_hints(operation.sync, include_extras=True)["limit"].__args__[0].__metadata__[0].le
app = typer.Typer(help=_HELP, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)
phone_numbers = typer.Typer(help="The phone numbers of the account.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(phone_numbers, name="phone-numbers")


@phone_numbers.command("list", help=_LIST_HELP)
def list_numbers(
    output: Annotated[Format | None, Option("--output", "-o", case_sensitive=False, help=_OUTPUT_HELP)] = None,
    fields: Annotated[str, Option(metavar="NAMES", help="Properties to show, such as id,number,name.")] = "",
    type_: Annotated[str | None, Option("--type", metavar="|".join(VARIANTS), help="Only this type.")] = None,
    max_items: Annotated[int | None, Option(min=0, metavar="N", help="Maximum number of records.")] = None,
    limit: Annotated[int, Option(min=1, max=_LIMIT, metavar="N", help="Records per request.")] = _LIMIT,
    cursor_mode: Annotated[bool, Option("--cursor-mode", help="Read by cursor, not by page number.")] = False,
    out: Annotated[Path | None, Option(metavar="FILE", help="Write FILE, whole or not at all.")] = None,
    resume: Annotated[Path | None, Option(metavar="FILE", help="On failure, keep what came; resume from FILE.")] = None,
    api_key_file: Annotated[FileText | None, Option(metavar="FILE|-", errors="replace", help="Holds the key.")] = None,
    verbose: Annotated[int, Option("-v", count=True, show_default=False, help="Log retries; -vv requests.")] = 0,
) -> None:
    if type_ not in {None, *VARIANTS}:
        raise typer.BadParameter(f"--type: {type_!r} is none of {', '.join(VARIANTS)}.")
    names = [name for field in fields.split(",") if (name := field.strip())]
    if wrong := [name for name in names if name not in PROPERTIES and not name.startswith("+")]:
        raise typer.BadParameter(f"--fields: {wrong[0]} is none of {', '.join(PROPERTIES)}. If it is new: +{wrong[0]}.")
    for path in filter(None, (out, resume)):
        is_device = str(path) == "-" or str(path.absolute()).startswith(("/dev/", "/proc/"))
        if is_device or (path.exists() and not path.is_file()):
            raise typer.BadParameter(f"{path} is not a regular file. Without --out, standard output is written.")
        if not (folder := Path(os.path.realpath(path)).parent).is_dir():
            raise typer.BadParameter(f"There is no folder {folder}.")
    if out and resume and os.path.realpath(out) == os.path.realpath(resume):
        raise typer.BadParameter("--out and --resume name the same file.")
    output = output or (_SUFFIXES.get(out.suffix.lower()) if out else "table" if sys.stdout.isatty() else "jsonl")
    if output is None:
        raise typer.BadParameter(f"--out: {out} ends in none of {', '.join(_SUFFIXES)}. Choose a format with --output.")
    if verbose:
        logging.basicConfig(format="%(levelname)s %(message)s")
        logging.getLogger("callrounded").setLevel(logging.INFO if verbose == 1 else logging.DEBUG)
    properties = [name.removeprefix("+") for name in names]
    base_url, target = os.environ.get("CALLROUNDED_BASE_URL"), os.path.realpath(out) if out else None  # not a link
    listing = Listing(base_url, output, properties, limit, cursor_mode, type_, max_items, target)
    encoding = None if listing.output == "table" else "utf-8"  # a table as the terminal can; TextIO lacks the method:
    sys.stdout.reconfigure(encoding=encoding, errors="replace", newline="")  # type: ignore[union-attr]
    with exit_codes(), Rounded(_api_key(api_key_file)) as client:
        listing = listing.resumed(resume) if resume and resume.exists() else listing
        is_piped = out is None and stat.S_ISFIFO(os.fstat(sys.stdout.fileno()).st_mode)  # to what may use the terminal
        listing.write(client, resume, shows_progress=sys.stderr.isatty() and not verbose and not is_piped)
        if out is not None and sys.stderr.isatty():
            typer.echo(f"{listing.rows} {'number' if listing.rows == 1 else 'numbers'} in {out}", err=True)


@app.command(help=_SANDBOX_HELP)
def sandbox(
    numbers: Annotated[int, Option(min=0, metavar="N", help="How many phone numbers there are.")] = 120,
    latency: Annotated[float, Option(min=0, metavar="SECONDS", help="How late each response is.")] = 0.0,
    faults: Annotated[float, Option(min=0, max=1, metavar="SHARE", help="Share of requests that fail.")] = 0.0,
) -> None:
    fake, chance = FakeRounded(records=numbers, delay=latency), random.Random()  # noqa: S311 - nothing secret
    fake.override(lambda _, r: chance.choice(_FAULTS).spoil(r), when=lambda _: chance.random() < faults, times=None)
    with exit_codes(), fake.serve() as it:
        typer.echo(f"export CALLROUNDED_API_KEY=test-key CALLROUNDED_BASE_URL={it.url}\ncallrounded phone-numbers list")
        it.serve_forever()


def _api_key(file: FileText | None) -> str | None:
    if file is not None:
        return getpass.getpass("API key: ") if file.isatty() else file.read().strip()
    if os.environ.get("CALLROUNDED_API_KEY") or os.environ.get("ROUNDED_API_KEY"):
        return None
    raise failure("There is no API key. Set CALLROUNDED_API_KEY, or use --api-key-file.", 3)
