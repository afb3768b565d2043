"""The package page: what an index shows of the README."""

import pytest

from tests.packaging.contents import ROOT, broken_links


def test_the_links_of_the_readme_work_on_the_package_page() -> None:
    """They are absolute: there are no other files beside it."""
    assert broken_links((ROOT / "README.md").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("readme", "broken"),
    [
        ("[Guide](docs/listing.md)", ["docs/listing.md"]),
        ("[Guide][1]\n\n[1]: ./docs/listing.md#modes", ["./docs/listing.md#modes"]),
        ("![Recording](docs/terminal.svg)", ["docs/terminal.svg"]),
        ("<a href='LICENSE'>MIT</a>", ["LICENSE"]),
        ("[Errors](#gone)\n\n## Errors", ["#user-content-gone"]),
        ("[Errors](#errors)\n\n## Errors", []),
        ("[Rounded](https://callrounded.com)", []),
    ],
)
def test_a_link_that_breaks(readme: str, broken: list[str]) -> None:
    """It is found in whatever way it is written."""
    assert broken_links(readme) == broken
