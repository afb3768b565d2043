"""Listing into a terminal, a pipe or a file, and going on where an earlier run failed."""

import os
import secrets
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import IO

import msgspec
import typer
from attrs import define, evolve
from rich.console import Console
from rich.progress import Progress

from callrounded import APIError, Checkpoint, PhoneNumber, Rounded, RoundedError

from ._output import Format, Row, text_of


@define(kw_only=True)
class Listing:
    """A listing with the options of the command line, and how far it is: what `--resume FILE` holds.

    An earlier run that failed leaves a checkpoint and the number of rows that it wrote. With `--out`, they are in the
    file *part* beside it; what follows its first *size* bytes does not count.
    """

    output: Format
    fields: list[str]
    limit: int
    cursor_mode: bool
    type: str | None
    max_items: int | None
    out: str | None
    checkpoint: Checkpoint | None = None
    rows: int = 0
    part: str | None = None
    size: int = 0

    def resumed(self, file: Path | None) -> "Listing":
        """Return the listing that *file* holds, or this one if there is no such file."""
        if file is None or not file.exists():
            return self
        with suppress(ValueError):  # not what msgspec can read
            saved = msgspec.json.decode(file.read_bytes(), type=Listing)
            if evolve(saved, checkpoint=None, rows=0, part=None, size=0) == self:
                return saved
        raise typer.BadParameter(f"--resume: {file} is of a listing with other options. Repeat them, or delete it.")

    def write(self, client: Rounded, resume: Path | None, *, shows_progress: bool) -> None:
        """Write the phone numbers; on failure, save in *resume* what a later run needs to go on."""
        is_resumed = self.checkpoint is not None
        file = self._open()
        try:
            self._write_rows(client, file, shows_progress=shows_progress)
            file.flush()
            if self.part is not None and self.out is not None:
                os.fsync(file.fileno())
                Path(self.part).replace(self.out)
        except RoundedError as error:
            if resume is not None and isinstance(error, APIError) and error.checkpoint is not None and self.rows:
                file.flush()
                self.checkpoint, self.size = error.checkpoint, 0 if self.part is None else file.tell()
                resume.write_bytes(msgspec.json.encode(self))
                error.add_note(f"{self.rows} records are kept: run the same command again to get the rest.")
            elif is_resumed:
                error.add_note(f"Delete {resume} to start a new listing.")
            raise
        finally:
            if self.part is not None:
                file.close()
                if self.checkpoint is None:
                    Path(self.part).unlink(missing_ok=True)
        if resume is not None:
            resume.unlink(missing_ok=True)

    def _open(self) -> IO[str]:
        if self.out is None:
            return sys.stdout
        mode, self.part = ("r+", self.part) if self.part else ("x", f"{self.out}.{secrets.token_hex(4)}.part")
        file: IO[str] = Path(self.part).open(mode, encoding="utf-8", newline="")  # noqa: SIM115 - write() closes it
        file.seek(file.truncate(self.size))
        return file

    def _write_rows(self, client: Rounded, file: IO[str], *, shows_progress: bool) -> None:
        is_terminal = file.isatty()
        console = Console() if is_terminal else Console(width=10_000, force_terminal=False)
        left = None if self.max_items is None else self.max_items - self.rows
        stderr = Console(stderr=True, quiet=not shows_progress)  # older releases print a line in spite of disable=True
        with Progress(console=stderr, transient=True, redirect_stdout=False) as bar:
            task = bar.add_task("Listing", total=None)
            records = client.phone_numbers.iter_all(
                limit=self.limit,
                use_cursor=True if self.cursor_mode and self.checkpoint is None else None,
                max_items=left if self.type is None else None,
                checkpoint=self.checkpoint,
                on_progress=lambda so_far: bar.update(task, completed=so_far.records, total=left or so_far.total),
            )
            rows = islice(self._rows(records), left)
            for text in text_of(rows, self.output, self.fields, console, goes_on=self.rows > 0):
                if is_terminal:
                    bar.stop()  # or else it stands between the lines
                file.write(text)

    def _rows(self, records: Iterable[PhoneNumber]) -> Iterator[Row]:
        for record in records:
            if self.type in (None, record.type):
                self.rows += 1
                row = record.to_dict()
                yield {name: row.get(name) for name in self.fields} if self.fields else row
