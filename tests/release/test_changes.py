"""What `changes` says of each kind of change, and the version that follows from it."""

import functools
import json
import re
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.version import Version

import callrounded
from generator.commands import generate
from release import api, changes
from release.__main__ import main
from release.changes import Report

Changed = Callable[..., Report]
ROOT = Path(__file__).parents[2]
Edit = Callable[[Path, str, str, str], None]
LIST = "callrounded_generated.api.lines.list_lines"
PROPERTIES = "{$ref: '#/components/schemas/LineProperties'}"
JSON = f"{{application/json: {{schema: {PROPERTIES}}}}}"
NOTHING = "responses: {'204': {description: Nothing}}"
MODELS = "callrounded_generated.models."

# For each kind: the edits, the name, what is said about it, and the text on the line that it is said to stand on.
BREAKING = {
    "a removed operation": (
        [("  /v1/lines/{id}:\n    delete:", "  x-nothing:\n    delete:")],
        "callrounded_generated.api.lines.delete_line",
        "removed: stop using it",
        "",
    ),
    "a renamed operation": (
        [("operationId: listLines", "operationId: searchLines")],
        LIST,
        "renamed to lines.search_lines: use lines.search_lines",
        "",
    ),
    "a moved path": (
        [("  /v1/lines:", "  /v2/lines:")],
        LIST,
        "moved from GET /v1/lines to GET /v2/lines: update proxies, allow-lists and recorded requests",
        "    get:",
    ),
    "a removed parameter": (
        [("        - {name: city, in: query, description: The city., schema: {type: string}}\n", "")],
        f"{LIST}(city)",
        "removed: stop using it",
        "    get:",
    ),
    "a renamed parameter": (
        [("{name: city,", "{name: town,")],
        f"{LIST}(city)",
        "renamed to town: use town",
        "    get:",
    ),
    "a new required parameter": (
        [
            (
                "- {name: city,",
                "- {name: zone, in: query, required: true, schema: {type: string}}\n        - {name: city,",
            )
        ],
        f"{LIST}(zone)",
        "new required parameter: give it a value",
        "{name: zone",
    ),
    "a parameter that becomes required": (
        [("{name: city, in: query,", "{name: city, in: query, required: true,")],
        f"{LIST}(city)",
        "parameter is now required: pass it by name",
        "{name: city",
    ),
    "a parameter with a lower bound": (
        [("maximum: 100", "maximum: 50")],
        f"{LIST}(limit)",
        "limits changed to Annotated[int, Meta(le=50)] | None: check what you pass",
        "{name: limit",
    ),
    "a removed property": (
        [("        price: {type: integer, default: 1, description: Its price.}\n", "")],
        f"{MODELS}LineProperties.price, {MODELS}MobileLine.price",
        "removed: stop using it",
        "    FixedLine:",
    ),
    "a renamed property": (
        [("required: [number, state]", "required: [digits, state]"), ("        number:", "        digits:")],
        f"{MODELS}FixedLine.number, {MODELS}LineProperties.number",
        "renamed to digits: use digits",
        "    FixedLine:",
    ),
    "a property that changes its type": (
        [("price: {type: integer,", "price: {type: string,"), ("default: 1", "default: '1'")],
        f"{MODELS}MobileLine.price",
        "the type changed from int to str: adapt what depends on it",
        "        price:",
    ),
    "a property that becomes nullable": (
        [
            (
                "number: {type: string, description: Its number.}",
                "number: {type: [string, 'null'], description: Its number.}",
            )
        ],
        f"{MODELS}LineProperties.number",
        "can be None, too: handle None",
        "        number:",
    ),
    "a removed variant": (
        [
            ("        - $ref: '#/components/schemas/MobileLine'\n", ""),
            ("          mobile: '#/components/schemas/MobileLine'\n", ""),
        ],
        f"{MODELS}Line",
        "is MobileLine no more: do without MobileLine",
        "    Line:",
    ),
    "a removed enum value": (
        [("enum: [free, busy]", "enum: [free]")],
        f"{MODELS}State.BUSY",
        "removed: stop using it",
        "    State:",
    ),
    "a changed default": (
        [("default: 1,", "default: 2,")],
        f"{MODELS}LineProperties.price",
        "the default changed from 1 to 2: give 1 to keep it",
        "        price:",
    ),
    "a new required property of a request": (
        [
            ("      required: [number]\n", "      required: [number, city]\n"),
            ("        label:", "        city: {type: string}\n        label:"),
        ],
        f"{MODELS}NewLine.city",
        "new required attribute: give it a value",
        "        city:",
    ),
    "a property of a request that must not be null any more": (
        [("label: {type: [string, 'null'],", "label: {type: string,")],
        f"{MODELS}NewLine.label",
        "is None no more: do without None",
        "        label:",
    ),
}
ADDITIVE = {
    "a new operation": (
        [
            (
                "  /v1/lines/{id}:",
                f"  /v1/c: {{get: {{operationId: listCalls, tags: [c], {NOTHING}}}}}\n  /v1/lines/{{id}}:",
            )
        ],
        "callrounded_generated.api.c.list_calls",
        "new operation: GET /v1/c",
        "get: {operationId: listCalls",
    ),
    "a new optional parameter": (
        [("- {name: city,", "- {name: zone, in: query, schema: {type: string}}\n        - {name: city,")],
        f"{LIST}(zone)",
        "new parameter",
        "{name: zone",
    ),
    "a parameter with a higher bound": (
        [("maximum: 100", "maximum: 200")],
        f"{LIST}(limit)",
        "limits changed to Annotated[int, Meta(le=200)] | None",
        "{name: limit",
    ),
    "a new property": (
        [
            ("required: [number, state]", "required: [number, state, owner]"),
            ("        state: {", "        owner: {type: string}\n        state: {"),
        ],
        f"{MODELS}LineProperties.owner",
        "new attribute",
        "        owner:",
    ),
    "a new optional property of a request": (
        [("        label:", "        city: {type: string}\n        label:")],
        f"{MODELS}NewLine.city",
        "new attribute",
        "        city:",
    ),
    "a new variant": (
        [
            (
                "        - $ref: '#/components/schemas/MobileLine'\n",
                "        - $ref: '#/components/schemas/MobileLine'\n        - $ref: '#/components/schemas/SipLine'\n",
            ),
            ("          mobile:", "          sip: '#/components/schemas/SipLine'\n          mobile:"),
            (
                "    State:\n",
                f"    SipLine: {{allOf: [{PROPERTIES}, {{properties: {{kind: {{type: string}}}}}}]}}\n    State:\n",
            ),
        ],
        f"{MODELS}SipLine",
        "new class",
        "    SipLine:",
    ),
    "a new enum value": (
        [("enum: [free, busy]", "enum: [free, busy, broken]")],
        f"{MODELS}State.BROKEN",
        "new attribute",
        "    State:",
    ),
    "a documented error": (
        [
            (
                "        '204':",
                f"        '404': {{description: No, content: {JSON}}}\n        '204':",
            )
        ],
        "callrounded_generated.api.lines.delete_line",
        "can be LineProperties, too",
        "    delete:",
    ),
}


def check(found: Report, kind: str, name: str, said: str, line: str, document: Path) -> None:
    """Find the change, and nothing worse than it."""
    if kind != "breaking":
        assert [each for each in found.changes if each.kind == "breaking"] == []
    lines = document.read_text(encoding="utf-8").splitlines()
    matching = [
        each
        for each in found.changes
        if each.kind == kind
        and set(name.split(", ")) <= set(each.names)
        and f"{each.what}{each.advice and f': {each.advice}'}" == said
    ]
    assert len(matching) == 1, str(found)
    place = matching[0].place
    assert bool(place) == bool(line), place
    assert not place or line in lines[int(place.partition(":")[2]) - 1], place


@pytest.mark.parametrize("kind", BREAKING)
def test_what_breaks_callers(changed: Changed, repository: Path, kind: str) -> None:
    """It is reported as breaking, with its Python name, place in the spec and what to do; the minor version rises."""
    edits, name, said, line = BREAKING[kind]
    found = changed(*edits)
    check(found, "breaking", name, said, line, repository / changes.SPEC)
    assert (found.released, found.next, found.problems) == ("0.3.1", "0.4.0", [])


@pytest.mark.parametrize("kind", ADDITIVE)
def test_what_adds_to_the_api(changed: Changed, repository: Path, kind: str) -> None:
    """It does not alarm: nothing is breaking, and only the last number of a version before 1.0 rises."""
    edits, name, said, line = ADDITIVE[kind]
    found = changed(*edits)
    check(found, "additive", name, said, line, repository / changes.SPEC)
    assert (found.next, found.problems) == ("0.3.2", [])


def test_a_docstring(changed: Changed, repository: Path) -> None:
    """Other words in a description are documentation only, whether of a property, a parameter or a class."""
    found = changed(
        ("description: Its price.", "description: What it costs."),
        ("description: The city.", "description: The town."),
        ("description: What a line is doing.", "description: What it does."),
    )
    assert {each.kind for each in found.changes} == {"documentation"}
    names = {name for each in found.changes for name in each.names}
    assert {LIST, f"{MODELS}LineProperties.price", f"{MODELS}State"} <= names
    assert found.next == "0.3.2"


OVERRIDES = {
    "a renamed method": (
        [("_resources.py", "    def list_all(", "    def fetch_all(")],
        "callrounded.ListResource.list_all",
        "renamed to fetch_all: use fetch_all",
    ),
    "a renamed option of a client": (
        [("_client.py", "        max_retries: int =", "        retries: int =")],
        "callrounded.Rounded.__init__(max_retries)",
        "renamed to retries: use retries",
    ),
    "a renamed option of a listing": (
        [("_listing.py", "    concurrency: int = 8", "    parallel: int = 8")],
        "callrounded.Rounded.phone_numbers.iter_all(concurrency)",
        "renamed to parallel: use parallel",
    ),
    "a changed default": (
        [("_listing.py", "    concurrency: int = 8", "    concurrency: int = 4")],
        "callrounded.Rounded.phone_numbers.iter_all(concurrency)",
        "the default changed from 8 to 4: give 8 to keep it",
    ),
    "a changed default of a client": (
        [("_client.py", "        max_retries: int = 2", "        max_retries: int = 5")],
        "callrounded.Rounded.__init__(max_retries)",
        "the default changed from 2 to 5: give 2 to keep it",
    ),
    "reordered parameters": (
        [("_errors.py", "(self, message: str, ", "(self, request: str, message: str, ")],
        "callrounded.APIError.__init__(message)",
        "positional parameter was moved: pass it by name",
    ),
    "a name that is exported no more": (
        [("__init__.py", '    "ListResource",\n', "")],
        "callrounded.ListResource",
        "removed: stop using it",
    ),
    "a class with another base": (
        [("_errors.py", "class APITimeoutError(APIConnectionError)", "class APITimeoutError(APIError)")],
        "callrounded.APITimeoutError",
        "is no APIConnectionError any more: check isinstance() and except clauses",
    ),
    "a property that became a method": (
        [("_errors.py", "    @property\n    def body(self)", "    def body(self)")],
        "callrounded.ConflictError.body",
        "attribute became function: use it as what it is now",
    ),
}


@pytest.mark.parametrize("kind", OVERRIDES)
def test_what_breaks_in_the_hand_written_api(released: Path, repository: Path, edit: Edit, kind: str) -> None:
    """Renamed methods and options, changed defaults, reordered parameters and a shorter `__all__` are breaking."""
    edits, name, said = OVERRIDES[kind]
    for file, old, new in edits:
        edit(repository, f"overrides/callrounded/{file}", old, new)
    found = changes.report(repository, str(released))
    check(found, "breaking", name, said, "", repository / changes.SPEC)
    assert found.next == "0.4.0"


def test_what_users_hold_is_public() -> None:
    """Clients, resources, pages and errors, their methods and options, models and operations are all compared."""
    surface = api.load(ROOT, {})
    held = [
        "Rounded",
        "AsyncRounded",
        "ListResource",
        "AsyncListResource",
        "Page",
        "AsyncPage",
        "RoundedError",
        "PhoneNumber",
    ]
    assert {f"callrounded.{name}" for name in [*held, *callrounded.__all__]} - {
        "callrounded.__version__"
    } <= surface.keys()
    for path in (
        "Page.get_next_page",
        "Rounded.with_options(timeout)",
        "Rounded.phone_numbers.iter_all(max_items)",
    ):
        assert f"callrounded.{path}" in surface
    operations = json.loads((ROOT / "generated_client/callrounded_generated/manifest.json").read_text("utf-8"))[
        "operations"
    ]
    assert operations
    for name in operations:
        assert {f"{api.OPERATIONS}{name}.{function}" for function in ("sync", "asyncio_detailed")} <= surface.keys()


def test_nothing_changed(released: Path, repository: Path) -> None:
    """A tree equals itself; a release of it would still need a higher version."""
    found = changes.report(repository, str(released))
    assert (found.changes, found.next, found.problems) == ([], "0.3.2", [])


@pytest.mark.parametrize(
    ("released", "breaking", "additive", "other"),
    [("0.3.1", "0.4.0", "0.3.2", "0.3.2"), ("1.3.1", "2.0.0", "1.4.0", "1.3.2")],
)
def test_versions(released: str, breaking: str, additive: str, other: str) -> None:
    """What breaks raises the major number, what adds the minor one; before 1.0, the minor and the last one."""
    kinds: list[set[api.Kind]] = [{"breaking", "additive"}, {"additive", "documentation"}, {"documentation"}]
    assert [str(changes._next(Version(released), each)) for each in kinds] == [breaking, additive, other]


def test_version_and_changelog_have_to_fit(
    changed: Changed, edit: Edit, released: Path, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A breaking change that the changelog keeps quiet about, and a version between, end with exit status 1."""
    edit(repository, "CHANGELOG.md", "### Changed", "### Added")
    edit(repository, changes.VERSION, "0.3.1", "0.3.2")
    found = changed(("operationId: listLines", "operationId: searchLines"))
    assert [each.partition(" ")[0] for each in found.problems] == ["0.3.2", "Unreleased"]
    assert main(["--root", str(repository), "changes", "--against", str(released), "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["released"], said["next"], said["problems"]) == ("0.3.1", "0.4.0", found.problems)
    assert {"kind", "names", "what", "advice", "place"} == said["changes"][0].keys()
    edit(repository, changes.VERSION, "0.3.2", "0.4.0")
    edit(repository, "CHANGELOG.md", "### Added", "### Removed")
    assert main(["--root", str(repository), "changes", "--against", str(released)]) == 0
    assert "Next version: 0.4.0 or later, after 0.3.1." in capsys.readouterr().out
    edit(repository, "CHANGELOG.md", "- What changed.", "")
    edit(repository, changes.SPEC, "searchLines", "listLines")
    edit(
        repository,
        changes.SPEC,
        "- {name: city,",
        "- {name: zone, in: query, schema: {type: string}}\n        - {name: city,",
    )
    generate(repository)
    assert changes.report(repository, str(released)).problems == [
        "Unreleased in CHANGELOG.md does not tell what is new."
    ]


def test_the_newest_tag_a_commit_or_a_wheel(
    repository: Path, edit: Edit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without `--against` it is the newest release tag; without one the command says so, and exits 0."""
    assert main(["--root", str(repository), "changes"]) == 1
    assert "not a git repository" in capsys.readouterr().err
    git = functools.partial(changes.git, repository)
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "released")
    assert main(["--root", str(repository), "changes"]) == 0
    assert "nothing to compare with" in capsys.readouterr().out
    for tag in ("v0.3.1", "v0.10.0", "v0.9.0", "vNext", "other"):
        git("tag", tag)
    wheel = tmp_path / "callrounded.whl"
    with ZipFile(wheel, "w") as archive:
        for folder in ("overrides", "generated_client"):
            for path in (repository / folder).rglob("*.*"):
                archive.write(path, path.relative_to(repository / folder))
    edit(repository, "overrides/callrounded/__init__.py", '    "ListResource",\n', "")
    for against in ([], ["--against", "HEAD"], ["--against", str(wheel)]):
        assert main(["--root", str(repository), "changes", *against]) == 0
        assert "  callrounded.ListResource\n    removed" in (said := capsys.readouterr().out)
        assert said.startswith(f"Changes since {against[1] if against else 'v0.10.0'}\n")


def test_a_tree_that_is_a_release(tagged: Path, edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    """There is nothing to release; against an older release, what the releases since have told fits."""
    git = functools.partial(changes.git, tagged)
    assert main(["--root", str(tagged), "changes"]) == 0
    assert capsys.readouterr().out == "Changes since v0.3.1\n\nThis tree is v0.3.1: there is nothing to release.\n"

    edit(tagged, "overrides/callrounded/__init__.py", '    "ListResource",\n', "")
    edit(tagged, "CHANGELOG.md", "## [Unreleased]\n", "## [Unreleased]\n\n### Removed\n\n- A thing.\n")
    git("commit", "-qam", "breaking")
    assert main(["--root", str(tagged), "release", "0.4.0", "--check", "git --version"]) == 0
    capsys.readouterr()
    for against in ("v0.4.0", "v0.3.1"):
        assert main(["--root", str(tagged), "changes", "--against", against]) == 0
        assert capsys.readouterr().out.endswith("\n\nThis tree is v0.4.0: there is nothing to release.\n")

    # What comes after it needs a version of its own, and was not told before.
    edit(tagged, "overrides/callrounded/__init__.py", '    "AsyncListResource",\n', "")
    assert main(["--root", str(tagged), "changes", "--against", "v0.3.1"]) == 0
    assert capsys.readouterr().out.endswith("\n\nNext version: 0.4.1 or later, after 0.3.1.\n")
    assert main(["--root", str(tagged), "changes"]) == 1
    assert "Next version: 0.5.0 or later, after 0.4.0.\nDoes not fit: Unreleased" in capsys.readouterr().out


def test_a_release_whose_version_was_too_small(tagged: Path, edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    """Its version is held against the older release, tagged or not."""
    edit(tagged, "overrides/callrounded/__init__.py", '    "ListResource",\n', "")
    edit(tagged, "CHANGELOG.md", "## [Unreleased]\n", "## [Unreleased]\n\n## [0.3.2] - 2026-01-02\n\n### Removed\n")
    edit(tagged, changes.VERSION, "0.3.1", "0.3.2")
    changes.git(tagged, "commit", "-qam", "by hand")
    changes.git(tagged, "tag", "v0.3.2")
    assert main(["--root", str(tagged), "changes", "--against", "v0.3.1"]) == 1
    said = "This tree is v0.3.2: there is nothing to release.\nDoes not fit: 0.3.2 is too small: it"
    assert said in capsys.readouterr().out


def test_a_client_that_is_out_of_date(
    released: Path, repository: Path, edit: Edit, capsys: pytest.CaptureFixture[str]
) -> None:
    """A document that was edited and not generated has no verdict yet; line ends are no edit."""
    text = (repository / changes.SPEC).read_bytes()
    (repository / changes.SPEC).write_bytes(text.replace(b"\n", b"\r\n"))
    assert main(["--root", str(repository), "changes", "--against", str(released)]) == 0
    (repository / changes.SPEC).write_bytes(text)
    edit(repository, changes.SPEC, "{name: city,", "{name: town,")
    capsys.readouterr()
    assert main(["--root", str(repository), "changes", "--against", str(released)]) == 1
    said = "generated_client/ is out of date with openapi/rounded.yaml: run `nox -s generate` first.\n"
    assert capsys.readouterr() == ("", said)


@pytest.mark.parametrize(
    ("against", "said"),
    [
        ("v9.9.9", "git archive failed: fatal: not a valid object name: v9.9.9"),
        ("no.whl", "no.whl cannot be read"),
        (".", ". does not hold"),
    ],
)
def test_what_cannot_be_compared_with(
    repository: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    against: str,
    said: str,
) -> None:
    """One sentence says what is wrong with it."""
    monkeypatch.chdir(tmp_path)
    changes.git(repository, "init", "-q")
    assert main(["--root", str(repository), "changes", "--against", against]) == 1
    assert capsys.readouterr().err.startswith(said)


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("CHANGELOG.md", "# Changelog\n", "CHANGELOG.md has no section `## [Unreleased]`"),
        (changes.VERSION, "__version__ = 1\n", f"{changes.VERSION} has no line"),
        (changes.SPEC, "openapi: [", "openapi/rounded.yaml:1: invalid YAML"),
    ],
)
def test_a_tree_that_cannot_be_read(
    released: Path, repository: Path, capsys: pytest.CaptureFixture[str], file: str, text: str, said: str
) -> None:
    """One sentence says which file is at fault."""
    (repository / file).write_text(text, encoding="utf-8")
    assert main(["--root", str(repository), "changes", "--against", str(released)]) == 1
    assert re.match(re.escape(said), capsys.readouterr().err)
