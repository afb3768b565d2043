"""Check the built site: `python -m website.check site`.

Every link inside the site leads to a page, and to a place on it if it names one. Nothing is loaded from another host.
Every public name is in the reference.
"""

import re
import sys
import zlib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from website.hooks import GENERATED, ROOT, operations, public_names

# What a browser loads by itself when it shows a page; a link that a reader follows is something else.
_LOADS = {"src", "srcset", "poster", "data", "action"}
_STYLE = re.compile(r"""<style.*?</style>|style="[^"]*\"""", re.DOTALL)
_IN_CSS = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""")


class Page(HTMLParser):
    """A page of the site.

    Attributes:
        ids: The places that links can lead to.
        links: What the reader can follow.
        loads: What the browser loads.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids = {""}
        self.links: list[str] = []
        self.loads = _addresses_in_css("".join(_STYLE.findall(html)))
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag says."""
        for name, value in attrs:
            if name == "id" or (tag == "a" and name == "name"):
                self.ids.add(value or "")
            elif tag == "a" and name == "href":
                self.links.append(value or "")
            elif (name in _LOADS or name in {"href", "xlink:href"}) and not (value or "").startswith("data:"):
                self.loads += [each.split()[0] for each in (value or "").split(",") if each.strip()]


def problems(site: Path) -> Iterator[str]:
    """Yield what is wrong with *site*, one line each."""
    pages = {file: Page(file.read_text(encoding="utf-8")) for file in sorted(site.rglob("*.html"))}
    for file, page in pages.items():
        for address in page.loads:
            yield from (f"{_shown(site, file)}: {each}" for each in _unusable(site, file, address, pages, loads=True))
        for address in page.links:
            yield from (f"{_shown(site, file)}: {each}" for each in _unusable(site, file, address, pages))
    for file in sorted([*site.rglob("*.css"), *site.rglob("*.svg")]):
        for address in _addresses_in_css(file.read_text(encoding="utf-8")):
            yield from (f"{_shown(site, file)}: {each}" for each in _unusable(site, file, address, {}, loads=True))
    missing = expected_names() - documented_names(site)
    yield from (f"the reference lacks {name}" for name in sorted(missing))


def _unusable(site: Path, file: Path, address: str, pages: dict[Path, Page], *, loads: bool = False) -> Iterator[str]:
    """Yield why *address*, written in *file*, cannot be used."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        if loads:
            yield f"loads {address} from another host"
        return
    # 404.html is shown in the place of any page: its addresses begin at the root.
    start = site if parts.path.startswith("/") else file.parent
    target = (start / unquote(parts.path).lstrip("/")).resolve() if parts.path else file
    target = target / "index.html" if target.is_dir() else target
    if not target.is_file():
        yield f"{address} does not exist"
    elif target in pages and unquote(parts.fragment) not in pages[target].ids:
        yield f"{address}: no such place on that page"


def _addresses_in_css(text: str) -> list[str]:
    found = (first or second for first, second in _IN_CSS.findall(text))
    return [address for address in found if not address.startswith(("data:", "#"))]


def _shown(site: Path, file: Path) -> str:
    return file.relative_to(site).as_posix()


def expected_names() -> set[str]:
    """Return the full names of everything that users may import."""
    overrides = ROOT / "overrides"
    packages = {
        "callrounded": overrides / "callrounded",
        "callrounded.testing": overrides / "callrounded" / "testing",
        "callrounded_generated": GENERATED,
        "callrounded_generated.models": GENERATED / "models",
    }
    names = {f"{module}.{name}" for module, folder in packages.items() for name in public_names(folder)}
    return names | set(operations())


def documented_names(site: Path) -> set[str]:
    """Return the names in the inventory that mkdocstrings writes: what the reference explains."""
    *_, packed = (site / "objects.inv").read_bytes().split(b"\n", 4)
    return {line.split(" ", 1)[0] for line in zlib.decompress(packed).decode().splitlines()}


if __name__ == "__main__":
    found = list(problems(Path(sys.argv[1]).resolve()))
    sys.exit("\n".join(found) if found else 0)
