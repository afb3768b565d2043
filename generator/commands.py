"""What `python -m generator` does, one function for each command; it returns what there is to say about it."""

import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from generator import openapi
from generator.check import check
from generator.document import Document, GenerationError, SpecError
from generator.house import broken_rules
from generator.package import Difference, differences, manifest, render_differences, replace, summary
from generator.render import render

SPEC = "openapi/rounded.yaml"
CONFIG = "generator/config.yaml"
TEMPLATES = "generator/templates"
PACKAGE = "generated_client/callrounded_generated"


def run(command: str, root: Path) -> str:
    """Run a command in the repository *root* and return what there is to say about it.

    Raises:
        GenerationError: It failed, for a reason that lies outside the generator. No file was changed.
    """
    commands: dict[str, Callable[[Path], str]] = {"spec": spec, "generate": generate, "fresh": fresh}
    try:
        return commands[command](root)
    except OSError as error:
        raise GenerationError(f"{error.filename or 'a file cannot be written'}: {error.strerror or error}") from error


def spec(root: Path) -> str:
    """Check the document, its examples, and the rules of this house."""
    document = _read(root)
    openapi.read(document, root / CONFIG, root / PACKAGE)
    if problems := list(broken_rules(document)):
        raise SpecError(document.path, problems)
    return f"{SPEC} is sound: {_count(len(list(document.operations())), 'operation')}, all examples valid"


def generate(root: Path) -> str:
    """Replace the generated package whole, if everything went well."""
    with _rendered(root) as (rendered, contents, changes):
        if changes:
            replace(root / PACKAGE, rendered)
    return f"{PACKAGE}: {contents}\n{summary(changes)}"


def fresh(root: Path) -> str:
    """Compare the generated package with what `generate` would write."""
    with _rendered(root) as (_, _, changes):
        if changes:
            advice = f"{PACKAGE} is not what openapi/ and generator/ produce. Run: nox -s generate"
            raise GenerationError(f"{render_differences(changes)}\n{advice}")
    return f"{PACKAGE} is what openapi/ and generator/ produce"


def _read(root: Path) -> Document:
    document = Document.read(root / SPEC, SPEC)
    check(document)
    return document


@contextmanager
def _rendered(root: Path) -> Generator[tuple[Path, str, list[Difference]]]:
    """Yield the package that the document gives, what it holds, in words, and what differs from it in the tree."""
    # In a real temporary folder, not below the repository: an interrupted run leaves nothing there.
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / Path(PACKAGE).name
        operations, classes = render(_read(root), root / CONFIG, root / TEMPLATES, target)
        text = manifest((root / SPEC).read_bytes())
        (target / "manifest.json").write_text(text, encoding="utf-8", newline="\n")
        files = sum(path.is_file() for path in target.rglob("*"))
        counts = (
            _count(operations, "operation"),
            _count(classes, "class", "es"),
            _count(files, "file"),
        )
        yield target, ", ".join(counts), differences(target, root / PACKAGE)


def _count(number: int, name: str, plural: str = "s") -> str:
    return f"{number} {name}{'' if number == 1 else plural}"
