"""README and docs/ keep their promises: every Python block in them is a whole program that runs.

`python tests/test_readme.py FOLDER` writes the blocks into a folder, for the type checkers (session `types`).
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from callrounded.testing import FakeRounded

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def python_blocks() -> Iterator[tuple[str, str]]:
    """Yield a name and the source of each Python block, moved down to the line where it stands in its page."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for block in re.finditer(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
            lines_above = text.count("\n", 0, block.start(1))
            yield f"{page.stem.lower()}_line_{lines_above + 1}", "\n" * lines_above + block[1]


@pytest.mark.parametrize("source", [pytest.param(source, id=name) for name, source in python_blocks()])
def test_each_python_block_runs(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A block runs as it stands against the fake API, with the key and the address in the environment."""
    with FakeRounded(records=2_500).serve() as server:
        monkeypatch.setenv("CALLROUNDED_API_KEY", "test-key")
        monkeypatch.setenv("CALLROUNDED_BASE_URL", server.url)
        # The generated client alone reads nothing from the environment.
        source = source.replace("AuthenticatedClient(", f"AuthenticatedClient(base_url={server.url!r}, ")
        exec(compile(source, "a Python block", "exec"), {"__name__": "__main__"})


def test_there_are_python_blocks() -> None:
    """The pattern finds the blocks: an edit of a page cannot switch the test above off."""
    marked = sum(page.read_text(encoding="utf-8").count("```python") for page in PAGES)
    assert len(list(python_blocks())) == marked >= 10


if __name__ == "__main__":
    for name, source in python_blocks():
        Path(sys.argv[1], f"{name}.py").write_text(source, encoding="utf-8")
