"""The code blocks of README.md and docs/.

`python tests/docs/blocks.py FOLDER` writes those in Python into a folder, for the type checkers (session `types`).
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

_BLOCK = re.compile(r"^( *)```(\S*)[^\n]*\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        page: The page, relative to the root of the repository.
        line: The line of the page where the block's first line stands.
        language: What follows the fence: `python`, `sh`, ...
        source: What is in the block.
    """

    page: str
    line: int
    language: str
    source: str

    @property
    def name(self) -> str:
        """The place of the block, as the name of a module."""
        return re.sub(r"\W+", "_", f"{self.page.removesuffix('.md')}_line_{self.line}").lower()

    @property
    def in_place(self) -> str:
        """The source, moved down to the line where it stands in its page."""
        return "\n" * (self.line - 1) + self.source


def blocks(language: str | None = None) -> Iterator[Block]:
    """Yield the blocks in this language, or all."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for found in _BLOCK.finditer(text):
            if language in (None, found[2]):
                line = text.count("\n", 0, found.start(3)) + 1
                yield Block(page.relative_to(ROOT).as_posix(), line, found[2], dedent(found[3]))


def prose(page: Path) -> str:
    """Return a page without its blocks."""
    return _BLOCK.sub("", page.read_text(encoding="utf-8"))


if __name__ == "__main__":
    for block in blocks("python"):
        Path(sys.argv[1], f"{block.name}.py").write_text(block.in_place, encoding="utf-8")
