"""A small sound document, and what is said once it is broken in one place."""

from collections.abc import Callable
from pathlib import Path

import pytest

from generator import openapi
from generator.check import check
from generator.document import Document, SpecError

LIBRARY = Path(__file__).parent.parent / "specs" / "library.yaml"
CONFIG = Path(__file__).parents[3] / "generator" / "config.yaml"


@pytest.fixture
def said_of() -> Callable[..., list[str]]:
    """Edit the small document: `said_of(old, new, at)`.

    Returns what `check`, or else openapi-python-client, says of the result, one text for each problem. A problem on
    the line where *at* is first found in the edited document begins with `here: `, others with the file and the
    number of their line.
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
            return [line.replace(f"library.yaml:{here}: ", "here: ", 1) for line in str(error).splitlines()]
        return []

    return said_of
