"""What `python -m generator` does in the repository *root*: a function for each command, which returns what to print.

A GenerationError or OSError leaves every file as it was.
"""

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from generator.check import check, invalid_examples
from generator.document import Document, GenerationError, SpecError
from generator.house import broken_rules
from generator.package import Changes, changes, diff, manifest, replace, summary
from generator.render import render, write

SPEC = "openapi/rounded.yaml"
CONFIG = "generator/config.yaml"
TEMPLATES = "generator/templates"
PACKAGE = "generated_client/callrounded_generated"


def spec(root: Path) -> str:
    """Check the document, its examples, the rules of this house, and that all of it can be rendered."""
    document = _read(root)
    problems = [*broken_rules(document), *invalid_examples(document)]
    with tempfile.TemporaryDirectory() as folder:
        try:
            write(document, root / CONFIG, root / TEMPLATES, Path(folder) / Path(PACKAGE).name)
        except SpecError as error:
            problems += error.problems
    if problems:
        raise SpecError(document.path, problems)
    return f"{SPEC} is sound, and all examples are valid"


def generate(root: Path) -> str:
    """Replace the generated package whole, if everything went well."""
    with _rendered(root) as (rendered, contents, changed):
        if changed:
            replace(root / PACKAGE, rendered)
    return f"{PACKAGE}: {contents}\n{summary(changed)}"


def fresh(root: Path) -> str:
    """Compare the generated package with what `generate` would write."""
    with _rendered(root) as (_, _, changed):
        if changed:
            advice = f"{PACKAGE} is not what openapi/ and generator/ produce. To change that, run: nox -s generate"
            raise GenerationError(f"{summary(changed)}\n{diff(changed)}\n{advice}")
    return f"{PACKAGE} is what openapi/ and generator/ produce"


def _read(root: Path) -> Document:
    document = Document.read(root / SPEC, SPEC)
    check(document)
    return document


@contextmanager
def _rendered(root: Path) -> Generator[tuple[Path, str, Changes]]:
    """Yield the package that the document gives, what it holds, in words, and what would change in the tree."""
    # In a real temporary folder, not below the repository: an interrupted run leaves nothing there.
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / Path(PACKAGE).name
        operations, classes = render(_read(root), root / CONFIG, root / TEMPLATES, target)
        text = manifest((root / SPEC).read_bytes(), operations)
        (target / "manifest.json").write_text(text, encoding="utf-8", newline="\n")
        yield target, f"operations: {len(operations)}, classes: {classes}", changes(root / PACKAGE, target)
