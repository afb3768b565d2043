"""List the phone numbers of a fake API on loopback: `nox -s demo`, which regenerates the client first."""

import argparse
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from time import perf_counter

from callrounded import PhoneNumber, Rounded, UnknownPhoneNumber
from callrounded.testing import FakeRounded

COLUMNS = {"number": 14, "type": 4, "name": 20, "created": 16, "redirects to": 14}
HEAD, TAIL = 10, 3


def main() -> None:
    """Print the numbers of the fake account as a table, and what it took to list them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--numbers", type=int, default=2_500, metavar="N", help="how many the account has")
    arguments = parser.parse_args()

    fake = FakeRounded(records=arguments.numbers)
    with fake.serve() as server, Rounded(api_key="test-key", base_url=server.url) as client:
        began = perf_counter()
        pages = list(client.phone_numbers.list(limit=1000).iter_pages())
        seconds = perf_counter() - began

    numbers = [number for page in pages for number in page.data]
    print(f"The phone numbers at {server.url}:\n")
    # A terminal that cannot show every name still shows the table.
    for row in table([cells(number) for number in numbers]):
        print(row.encode(sys.stdout.encoding, "replace").decode(sys.stdout.encoding))
    print(f"\nRecords: {len(numbers):,}   Pages: {len(pages)}   Seconds: {seconds:.2f}")


def cells(number: PhoneNumber) -> list[str]:
    """Return what the table shows of *number*."""
    if isinstance(number, UnknownPhoneNumber):
        return ["", number.type, "", "", ""]
    created = f"{number.created_at:%Y-%m-%d %H:%M}"
    return [number.number, number.type, number.name or "", created, number.redirect_phone_number or ""]


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table of *rows*, at most 80 columns wide; of many rows, the first and the last."""
    yield line(list(COLUMNS))
    yield line(["-" * width for width in COLUMNS.values()])
    left_out = max(0, len(rows) - HEAD - TAIL)
    for index, row in enumerate(rows):
        if index < HEAD or index >= HEAD + left_out:
            yield line(row)
        elif index == HEAD:
            yield f"... {left_out:,} more ..."


def line(row: Sequence[str]) -> str:
    """Return one line, each cell cut or padded to the width of its column."""
    return "  ".join(map(fit, row, COLUMNS.values())).rstrip()


def fit(text: str, width: int) -> str:
    """Return *text* in *width* columns of a terminal, where a Chinese, Japanese or Korean character takes two."""
    fitting = ""
    for character in text:
        taken = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if taken > width:
            break
        fitting += character
        width -= taken
    return fitting + " " * width


if __name__ == "__main__":
    main()
