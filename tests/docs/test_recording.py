"""The terminal recording shows what the command line shows today; if it does not, `nox -s recording` writes it anew."""

import re
import xml.etree.ElementTree as ET

from tests.docs.blocks import blocks
from website.recording import SVG, record, text_of


def test_the_recording_is_up_to_date() -> None:
    """A run gives the text in the README again, and the picture shows the same lines.

    How the picture draws them is not compared: that may differ with the release of rich.
    """
    text = text_of(record())

    (block,) = blocks("console")
    assert block.source == text, "run `nox -s recording`"
    drawn = ["".join(node.itertext()) for node in ET.parse(SVG).iter("{http://www.w3.org/2000/svg}text")]
    assert _letters("".join(drawn)) == _letters(text), "run `nox -s recording`"


def _letters(text: str) -> str:
    return re.sub(r"\s", "", text)
