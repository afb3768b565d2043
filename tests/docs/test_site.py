"""What the site is made of: the reference, the page about the HTTP API, and the checks of the built pages."""

import inspect
import re
import zlib
from pathlib import Path

import pytest
from attrs import fields_dict
from ruamel.yaml import YAML

from callrounded import Rounded
from callrounded._listing import ListingOptions
from generator.check import check as check_document
from generator.document import Document
from tests.docs.blocks import PAGES, ROOT, blocks
from website import check, hooks
from website.check import expected_names, problems
from website.hooks import on_page_markdown
from website.http_api import http_api

SPECS = [ROOT / "openapi" / "rounded.yaml", *sorted((ROOT / "tests" / "generator" / "specs").rglob("*.yaml"))]


def test_every_public_name_is_in_the_reference() -> None:
    """What `__all__` of a package lists is explained; so is each model and operation, without an edit of a page."""
    pages = "\n".join(on_page_markdown(page.read_text(encoding="utf-8")) for page in PAGES)
    explained = re.findall(r"^::: (\S+)$", pages, re.MULTILINE)
    assert len(explained) == len(set(explained))
    assert set(explained) == expected_names()


def test_every_page_is_in_the_navigation() -> None:
    """A page that nothing leads to would not be read."""
    named = set(re.findall(r": (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE))
    assert named == {page.relative_to(ROOT / "docs").as_posix() for page in PAGES[1:]}


INCLUDING = [page for page in PAGES if "<!-- include -->" in page.read_text(encoding="utf-8")]


@pytest.mark.parametrize("page", INCLUDING, ids=lambda page: page.stem)
def test_pages_include_files_of_the_repository(page: Path) -> None:
    """The site shows the file, with links that hold there; who reads the page in the repository finds a link to it."""
    source = page.read_text(encoding="utf-8")
    (link,) = re.findall(r"^The site shows \[\w+\.md\]\((\S+)\) on this page\.", source)
    included = (page.parent / link).read_text(encoding="utf-8")

    shown = on_page_markdown(source)

    assert shown == f"{included.replace('](docs/', '](')}\n"
    assert not re.search(r"\]\((?!https?:|#)(?!\w+\.md)", shown)


def test_no_page_is_blank_in_the_repository() -> None:
    """Each has something to read but comments."""
    assert len(INCLUDING) == 3
    for page in PAGES:
        assert re.sub(r"<!--.*?-->", "", page.read_text(encoding="utf-8")).strip()


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.stem)
def test_the_http_api_is_all_there(spec: Path) -> None:
    """Each operation, parameter, response, schema and property of a document is on the page."""
    document = Document.read(spec)
    page = "\n".join(http_api(document))
    for (_, path, method), operation in document.operations():
        section = page.split(f"### {str(method).upper()} {path} ", 1)[1].split("\n### ")[0]
        for parameter in operation.get("parameters", []):
            assert f"`{document.resolve(parameter)[1]['name']}` (" in section
        for status in operation["responses"]:
            assert f"\nResponse {status} | " in section
    for name, schema in document.data["components"]["schemas"].items():
        section = page.split(f"\n### {name} {{ #{name} }}\n", 1)[1].split("\n### ")[0]
        for part in [schema, *(document.resolve(each)[1] for each in schema.get("allOf", []))]:
            for property_name in part.get("properties", {}):
                assert f"\n`{property_name}` | " in section


def test_the_rows_of_a_table_are_one_line() -> None:
    """A description with a line break or a bar does not tear its table."""
    for line in "\n".join(http_api(Document.read(SPECS[0]))).splitlines():
        if " | " in line:
            assert len(re.findall(r"(?<!\\)\|", line)) == 2


def site(folder: Path, body: str, **files: str) -> Path:
    """Write a site of one page, whose reference has every name."""
    (folder / "index.html").write_text(f"<html><body id='top'>{body}</body></html>", encoding="utf-8")
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text, encoding="utf-8")
    names = "\n".join(f"{name} py:class 1 page.html -" for name in expected_names())
    (folder / "objects.inv").write_bytes(b"#\n#\n#\n#\n" + zlib.compress(names.encode()))
    return folder


@pytest.mark.parametrize(
    "body",
    [
        "<a href='https://example.com/'>",
        "<a href='#top'>",
        "<a href='index.html#top'>",
        "<img src='data:image/png;base64,AA=='>",
        "<code>url(https://example.com/)</code>",
    ],
)
def test_a_sound_page(body: str, tmp_path: Path) -> None:
    """Links to other hosts, to places on the page and data in the page are sound."""
    assert list(problems(site(tmp_path, body))) == []


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("<a href='gone.html'>", "gone.html does not exist"),
        ("<a href='#gone'>", "#gone: no such place on that page"),
        ("<a href='index.html#gone'>", "index.html#gone: no such place on that page"),
        ("<script src='https://cdn.example/a.js'></script>", "loads https://cdn.example/a.js from another host"),
        ("<link href='//fonts.example/a.css'>", "loads //fonts.example/a.css from another host"),
        ("<img srcset='https://cdn.example/a.png 2x'>", "loads https://cdn.example/a.png from another host"),
        ("<style>@import 'https://a.example/';</style>", "loads https://a.example/ from another host"),
        ("<script src='gone.js'></script>", "gone.js does not exist"),
    ],
)
def test_a_broken_page(body: str, problem: str, tmp_path: Path) -> None:
    """What is wrong with a page is said, with its name."""
    assert list(problems(site(tmp_path, body))) == [f"index.html: {problem}"]


@pytest.mark.parametrize("name", ["a.css", "a.svg"])
def test_a_style_sheet(name: str, tmp_path: Path) -> None:
    """A font of another host is found in a style sheet and in a picture, too."""
    style = "<style>@font-face { src: url(https://fonts.example/a.woff2) }</style>"
    found = list(problems(site(tmp_path, "", **{name.replace(".", "_"): style})))
    assert found == [f"{name}: loads https://fonts.example/a.woff2 from another host"]


def test_a_name_that_the_reference_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A public name that the built reference lacks is reported."""
    built = site(tmp_path, "")
    monkeypatch.setattr(check, "operations", lambda: [*hooks.operations(), "callrounded_generated.api.new"])
    assert list(problems(built)) == ["the reference lacks callrounded_generated.api.new"]


def test_the_new_endpoint_can_be_added() -> None:
    """What docs/new-endpoint.md adds to the document fits: every reference leads somewhere, and it is valid OpenAPI."""
    (added,) = (YAML(typ="safe").load(block.source) for block in blocks("yaml"))
    document = Document.read(SPECS[0])
    document.data["paths"] |= added["paths"]
    document.data["components"]["schemas"].update(added["components"]["schemas"])
    document.data["tags"].append({"name": "calls"})
    check_document(document)


def rows_of(page: str, heading: str) -> dict[str, str]:
    """Return the rows of the table under *heading*, by the name in its first cell."""
    section = (ROOT / "docs" / page).read_text(encoding="utf-8").split(f"\n## {heading}\n", 1)[1].split("\n## ")[0]
    return dict(re.findall(r"^\| `(\w+)`(.*) \|$", section, re.MULTILINE))


def test_the_arguments_of_listings_are_all_there() -> None:
    """The table has each argument of `iter_all`, and says which of them `list` takes, too."""
    rows = rows_of("listing.md", "Arguments")
    assert rows.keys() == fields_dict(ListingOptions).keys()
    of_list = inspect.signature(Rounded(api_key="test-key").phone_numbers.list).parameters
    assert {name for name, rest in rows.items() if rest.startswith(" | all three")} == rows.keys() & of_list.keys()


def test_the_options_of_a_client_are_all_there() -> None:
    """The table has each option, and a star where `with_options` takes it, too."""
    rows = rows_of("options.md", "Options")
    assert rows.keys() == inspect.signature(Rounded).parameters.keys()
    starred = {name for name, rest in rows.items() if rest.startswith(r" \*")}
    assert starred == inspect.signature(Rounded.with_options).parameters.keys() - {"self"}
