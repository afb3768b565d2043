"""The terminal recording in README.md and docs/terminal.svg: `python -m website.recording` (session `recording`).

The commands really run, in a pseudo-terminal and against the fake API, and show the same on every machine.
"""

import io
import os
import pty
import re
import subprocess
import sys
import tempfile
import termios
from contextlib import suppress
from pathlib import Path

from rich.console import Console
from rich.text import Text

from callrounded.testing import FakeRounded, Fault

ROOT = Path(__file__).parents[1]
README, SVG = ROOT / "README.md", ROOT / "docs" / "terminal.svg"
COLUMNS = 84
COMMANDS = (
    "callrounded phone-numbers list --max-items 4",
    'callrounded phone-numbers list --out numbers.csv --resume state || echo "exit $?"',
    "callrounded phone-numbers list --out numbers.csv --resume state",
    "wc -l numbers.csv",
)

_BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.DOTALL | re.MULTILINE)
_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)  # They would be loaded from another host.
_ERASED = "\x1b[2K"


def record() -> Console:
    """Return the console on which the commands and all that they print have been recorded."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), no_color=False)
    fake = FakeRounded(records=2_500)
    with fake.serve() as server, tempfile.TemporaryDirectory() as folder:
        environment = {
            "CALLROUNDED_API_KEY": "test-key",
            "CALLROUNDED_BASE_URL": server.url,
            "LC_ALL": "C.UTF-8",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}",
            "TERM": "xterm-256color",
        }
        # The second command meets an API that fails for a while: its first request for page 3, and both retries.
        fake.fail(Fault.status(503), page=3, times=3)
        for index, command in enumerate(COMMANDS):
            console.print(Text.assemble("\n" if index else "", ("$ ", "bold green"), (command, "bold")))
            if shown := _shown(command, environment, folder):
                console.print(Text.from_ansi(shown.replace(server.url, "http://127.0.0.1:8000")))
    return console


def _shown(command: str, environment: dict[str, str], folder: str) -> str:
    """Return what is left on a terminal after *command*; the progress bar is not, as it erases itself."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, COLUMNS))
    shell = ["bash", "-c", command]
    with subprocess.Popen(shell, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd=folder):  # noqa: S603 - commands of our own
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # Linux: nobody has the other end open any more.
            while piece := os.read(ours, 4096):
                shown += piece
    os.close(ours)
    return shown.decode().rpartition(_ERASED)[2].replace("\r\n", "\n").strip()


def text_of(console: Console) -> str:
    """Return the recording as the README has it."""
    return "".join(f"{line.rstrip()}\n" for line in console.export_text(clear=False).splitlines())


def main() -> None:
    """Write both."""
    console = record()
    text = text_of(console)
    README.write_text(_BLOCK.sub(lambda _: text, README.read_text(encoding="utf-8"), count=1), encoding="utf-8")
    SVG.write_text(_FONTS.sub("", console.export_svg(title="", unique_id="recording")), encoding="utf-8")


if __name__ == "__main__":
    main()
