"""Listing into a terminal, a pipe or a file, and going on where an earlier run failed."""

import os
import secrets
import sys
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Final

import msgspec
import typer
from attrs import Factory, define, evolve
from rich.console import Console
from rich.progress import Progress as Bar

from callrounded import APIError, Checkpoint, Progress, Rounded, RoundedError

from ._failures import on_signal
from ._output import Format, Row, text_of

# Ctrl-C interrupts the main thread. Pages are written in another: whole, together with what the listing knows of them.
_WRITER: Final = ThreadPoolExecutor(1)


@define
class Listing:
    """A listing with the options of the command line, and how far it is: what `--resume FILE` holds.

    The *checkpoint* is the position after the *rows* written; with `--out`, they are the first *size* bytes of *part*.
    """

    base_url: str | None
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
    columns: dict[str, int] = Factory(dict[str, int])  # those of a table, and how wide they are

    def resumed(self, file: Path) -> "Listing":
        """Return this listing, as far as the state in *file* is."""
        try:
            saved = msgspec.json.decode(file.read_bytes(), type=Listing)
        except ValueError:  # not what msgspec can read
            raise typer.BadParameter(f"--resume: {file} is not the state of a listing.") from None
        if evolve(saved, checkpoint=None, rows=0, part=None, size=0, columns={}) != self:
            raise typer.BadParameter(f"--resume: {file} has other options or base URL. Repeat them, or delete it.")
        if saved.part is not None and not Path(saved.part).exists():
            raise typer.BadParameter(f"--resume: {saved.part} is gone. Delete {file} to start a new listing.")
        return saved

    def write(self, client: Rounded, resume: Path | None, *, shows_progress: bool) -> None:
        """Write the phone numbers; on failure, save in *resume* what a later run needs to go on."""
        is_resumed = self.checkpoint is not None
        if self.out is not None:
            self.part = self.part or f"{self.out}.{secrets.token_hex(4)}.part"
        file = sys.stdout if self.part is None else Path(self.part).open("a", encoding="utf-8", newline="")  # noqa: SIM115 - see finally
        if self.part is not None:
            file.seek(file.truncate(self.size))
        _WRITER.submit(int).result()  # Its thread has started: interrupted during that, nobody would wait for it.
        try:
            self._write_all(client, file, shows_progress=shows_progress)
            if self.part and self.out:
                os.fsync(file.fileno())
                Path(self.part).replace(self.out)
        except (RoundedError, KeyboardInterrupt) as error:
            _WRITER.shutdown(wait=resume is not None)
            can_go_on = self.rows > 0 and self.checkpoint is not None and not self.checkpoint["changed"]
            if resume is not None and can_go_on and isinstance(error, APIError | KeyboardInterrupt):
                resume.write_bytes(msgspec.json.encode(self))
                how = "" if self.out or file.isatty() else ", and append it with >>"
                error.add_note(f"Records kept: {self.rows}. Run the same command again to get the rest{how}.")
            elif is_resumed and isinstance(error, RoundedError):
                error.hint = f"Delete {resume} to start a new listing."
            raise
        finally:
            if self.part is not None:
                file.close()
                if resume is None or not resume.exists():
                    Path(self.part).unlink(missing_ok=True)
        if resume is not None:
            resume.unlink(missing_ok=True)

    def _write_all(self, client: Rounded, file: IO[str], *, shows_progress: bool) -> None:
        left = None if self.max_items is None else self.max_items - self.rows
        page: deque[Progress] = deque(maxlen=1)
        records = client.phone_numbers.iter_all(
            limit=self.limit,
            use_cursor=True if self.cursor_mode and self.checkpoint is None else None,
            max_items=None if self.type and left else left,
            checkpoint=self.checkpoint,
            on_progress=page.append,
        )
        rows: list[Row] = []
        stderr = Console(stderr=True)
        stderr.quiet = not (shows_progress and stderr.is_interactive)  # or else the bar would print an empty line
        with Bar(console=stderr, transient=True, redirect_stdout=False) as bar:
            task = bar.add_task("Listing", total=None)
            for count, record in enumerate(records, 1):
                if self.type in (None, record.type):
                    row = record.to_dict()
                    rows.append({name: row.get(name) for name in self.fields} if self.fields else row)
                if count == page[0].records:
                    bar.update(task, completed=count, total=left or page[0].total)
                    if file.isatty():
                        bar.stop()  # or else it stands between the lines
                    if rows:
                        _WRITER.submit(self._write_rows, rows, file, page[0].checkpoint).result()
                        rows = []
                if self.rows + len(rows) == self.max_items:
                    break
        if rows or self.rows == 0:
            _WRITER.submit(self._write_rows, rows, file, self.checkpoint).result()
        on_signal(lambda _, __: None)  # The listing is complete: what is left takes no time.
        if self.output == "json":
            file.write("\n]\n" if self.rows else "]\n")
        file.flush()

    def _write_rows(self, rows: list[Row], file: IO[str], checkpoint: Checkpoint | None) -> None:
        file.write(text_of(rows, self.output, self.fields, self.columns, file.isatty(), self.rows == 0))
        file.flush()
        self.checkpoint, self.rows, self.size = checkpoint, self.rows + len(rows), file.tell() if self.part else 0
