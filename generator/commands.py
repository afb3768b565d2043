"""What `python -m generator` does, one function for each command; it returns what there is to say about it."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from generator.check import check, operation_count
from generator.document import Document, SpecError
from generator.package import differences, manifest, render_differences, replace, summary

PACKAGE = "callrounded_generated"


class CommandError(Exception):
    """A command failed; the text says why."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things are below the root of the repository."""

    root: Path

    @property
    def spec(self) -> Path:
        """The document."""
        return self.root / "openapi" / "rounded.yaml"

    @property
    def config(self) -> Path:
        """The options of openapi-python-client."""
        return self.root / "generator" / "config.yaml"

    @property
    def templates(self) -> Path:
        """Our templates."""
        return self.root / "generator" / "templates"

    @property
    def package(self) -> Path:
        """The generated package."""
        return self.root / "generated_client" / PACKAGE

    def name(self, path: Path) -> str:
        """Return *path* as it is written from the root."""
        return path.relative_to(self.root).as_posix()

    def read(self) -> Document:
        """Read and check the document.

        Raises:
            SpecError: It cannot be used.
        """
        try:
            source = self.spec.read_bytes()
        except OSError as error:
            raise CommandError(f"{self.name(self.spec)} cannot be read: {error.strerror or error}") from error
        document = Document.parse(source, self.name(self.spec))
        check(document)
        return document


def run(command: str, root: Path) -> str:
    """Run a command in the repository *root* and return what there is to say about it.

    Raises:
        CommandError: It failed, for a reason that lies outside the generator. No file was changed.
    """
    commands: dict[str, Callable[[Layout], str]] = {
        "spec": spec,
        "generate": generate,
        "fresh": fresh,
    }
    try:
        return commands[command](Layout(root))
    except SpecError as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"{error.filename or 'a file cannot be written'}: {error.strerror or error}") from error


def spec(layout: Layout) -> str:
    """Check the document and its examples."""
    from generator import openapi  # noqa: PLC0415 - it takes half a second

    document = layout.read()
    try:
        openapi.read(document, layout.config, layout.package)
    except openapi.ConfigError as error:
        raise CommandError(str(error)) from error
    return f"{document.path} is sound: {_count(operation_count(document), 'operation')}, all examples valid"


def generate(layout: Layout) -> str:
    """Replace the generated package whole, if everything went well."""
    # In a real temporary folder, not below the repository: an interrupted run leaves nothing there.
    with tempfile.TemporaryDirectory() as folder:
        rendered = Path(folder) / PACKAGE
        contents = build(layout, rendered)
        changes = differences(rendered, layout.package)
        if changes:
            replace(layout.package, rendered)
    return f"{layout.name(layout.package)}: {contents}\n{summary(changes)}"


def fresh(layout: Layout) -> str:
    """Compare the generated package with what `generate` would write."""
    with tempfile.TemporaryDirectory() as folder:
        rendered = Path(folder) / PACKAGE
        build(layout, rendered)
        found = differences(rendered, layout.package)
    if found:
        advice = f"{layout.name(layout.package)} is not what openapi/ and generator/ produce. Run: nox -s generate"
        raise CommandError(f"{render_differences(found)}\n{advice}")
    return f"{layout.name(layout.package)} is what openapi/ and generator/ produce"


def build(layout: Layout, target: Path) -> str:
    """Write the package that the document gives into the folder *target*, which must not exist yet.

    Returns:
        What it holds, in words.

    Raises:
        SpecError: The document cannot be used.
        CommandError: The package cannot be rendered.
    """
    # openapi-python-client takes half a second to import.
    from generator.render import RenderError, render  # noqa: PLC0415

    document = layout.read()
    try:
        contents = render(document, layout.config, layout.templates, target)
    except RenderError as error:
        raise CommandError(str(error)) from error
    text = manifest(layout.spec.read_bytes())
    (target / "manifest.json").write_text(text, encoding="utf-8", newline="\n")
    files = sum(path.is_file() for path in target.rglob("*"))
    return ", ".join(
        [_count(contents.operations, "operation"), _count(contents.classes, "class", "es"), _count(files, "file")]
    )


def _count(number: int, name: str, plural: str = "s") -> str:
    return f"{number} {name}{'' if number == 1 else plural}"
