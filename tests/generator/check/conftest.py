"""A small sound document, and what is said once it is broken in one place."""

from collections.abc import Callable
from pathlib import Path

import pytest

from generator import openapi
from generator.check import check, invalid_examples
from generator.document import Document, SpecError

LIBRARY = Path(__file__).parent.parent / "specs" / "library.yaml"
CONFIG = Path(__file__).parents[3] / "generator" / "config.yaml"


@pytest.fixture
def said_of() -> Callable[..., list[str]]:
    """Edit the small document: `said_of(old, new, at)`.

    Returns what `nox -s spec` says of the result, but for the rules of our own document, one text for each problem. A
    problem on the line where *at* is first found in the edited document begins with `here: `, others with the file and
    the number of their line.
    """

    def said_of(old: str, new: str, at: str) -> list[str]:
        text = LIBRARY.read_text("utf-8")
        assert old in text
        text = text.replace(old, new, 1)
        here = text[: text.index(at)].count("\n") + 1
        try:
            document = Document.parse(text.encode(), "library.yaml")
            check(document)
            openapi.read(document, CONFIG, LIBRARY)
        except SpecError as error:
            found = error
        else:
            found = SpecError(document.path, invalid_examples(document))
        return [line.replace(f"library.yaml:{here}: ", "here: ", 1) for line in str(found).splitlines()]

    return said_of
