"""What pages of the site say that is written somewhere else: a comment such as `<!-- http-api -->` stands for it.

In front of an `<!-- include -->` is a link for readers of the repository: to the file that the site shows there.

mkdocs (mkdocs.yml, `hooks`) calls `on_page_markdown` for each page.
"""

import ast
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
GENERATED = ROOT / "generated_client" / "callrounded_generated"

sys.path.insert(0, str(ROOT))  # mkdocs loads this file by its path, and adds no folder
from generator.document import Document  # noqa: E402
from website.http_api import http_api  # noqa: E402


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put in the place of each comment, and of the link in front of it, what it stands for."""
    comments = r"^(?:.*\(\.\./(\S+)\).*)?<!-- (http-api|models|operations|include) -->$"
    return re.sub(comments, _written, markdown, flags=re.MULTILINE)


def _written(comment: re.Match[str]) -> str:
    match comment[2]:
        case "http-api":
            return "\n".join(http_api(Document.read(ROOT / "openapi" / "rounded.yaml")))
        case "models":
            return _references(f"callrounded_generated.models.{name}" for name in public_names(GENERATED / "models"))
        case "operations":
            return _references(operations())
        case _:  # The links in such a file are relative to the root of the repository.
            return (ROOT / comment[1]).read_text(encoding="utf-8").replace("](docs/", "](")


def _references(names: Iterable[str]) -> str:
    return "\n\n".join(f"::: {name}\n    options: {{heading_level: 3}}" for name in names)


def public_names(package: Path) -> list[str]:
    """Return the names in `__all__` of *package*, without importing it."""
    tree = ast.parse((package / "__init__.py").read_text(encoding="utf-8"))
    (value,) = (each.value for each in tree.body if isinstance(each, ast.Assign) and "__all__" in ast.dump(each))
    names: list[str] = ast.literal_eval(value)
    return names


def operations() -> list[str]:
    """Return the full names of the modules that hold an operation."""
    files = sorted(file for file in (GENERATED / "api").glob("*/*.py") if file.stem != "__init__")
    return [".".join(file.relative_to(GENERATED.parent).with_suffix("").parts) for file in files]
