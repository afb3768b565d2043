"""Text of the document never becomes code, and arrives as it is where it is a value."""

import ast
import importlib
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any
from urllib.parse import unquote

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generator import names
from generator.check import check
from generator.docstrings import docstring
from generator.document import Document, SpecError
from generator.render import render, write

GENERATOR = Path(__file__).parents[2] / "generator"
CONFIG, TEMPLATES = GENERATOR / "config.yaml", GENERATOR / "templates"

FRAGMENTS = [
    *('"', "'", '"""', "'''", "\\", "\\\\", "\\n", "\\N{DASH}", "\\x", "\\u12", "\\U", "\\'", '\\"', '\\"""', "`", "#"),
    *("{{ 7 * 7 }}", "{% raw %}", "{% include 'x' %}", "{#", "#}", "{", "}", "{x!r}", "%s", "$", "\\1"),
    *("\n", "\r", "\r\n", "\t", "\x00", "\x07", "\x1b[31m", "\x7f", "\x85", "\u2028", "\u202e", "\u2066", "\ufeff"),
    *('"""\nimport os\n"""', "'); import os; ('", "\nclass X: pass\n", "# type: ignore", "# noqa", "# fmt: off"),
    *("    indented\n        more", "é", "日本", "\U0001f600", "x" * 200, "a-" * 100, "coding: latin-1", " ", ""),
]
# No longer than the name of a folder may be.
TEXT = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=4), max_size=5).map(lambda parts: "".join(parts)[:230])
NASTY = '"""\\\n{{ 1 }}{% x %}{y}\'\x00\u202e\\'


NO_BRACES = str.maketrans("", "", "{}")


def a_document(text: str) -> Document:
    """Return a document that has *text* wherever a document may have any."""
    described = {"description": text}
    one: dict[str, Any] = {
        **described,
        "type": "object",
        "required": [text],
        "properties": {
            text: {"const": text, **described},
            "-text-": {"type": "string", "title": text, "default": text, **described},
            "-list-": {"type": "array", "items": {"type": "string"}},
            "-map-": {"type": "object", "additionalProperties": {"type": "string"}},
            "-enum-": {"enum": ["first", text], "default": text, **described},
        },
    }
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/One"}}}, **described}
    operation = {
        **described,
        "operationId": "small",
        "tags": [text.encode("ascii", "ignore").decode()],
        "summary": text,
        "parameters": [
            {"name": "p", "in": "path", "required": True, "schema": {"type": "string"}, **described},
            {"name": f"q{text}", "in": "query", "schema": {"type": "string", "const": text}, **described},
        ],
        "requestBody": {"content": {"application/json": {"schema": {"type": "string", "const": text}}}, **described},
        "responses": {"200": body},
    }
    schemas = {
        "One": one,
        "Union": {
            **described,
            "oneOf": [{"$ref": "#/components/schemas/One"}, {"$ref": "#/components/schemas/Two"}],
            "discriminator": {"propertyName": text, "mapping": {text: "One", f"{text}.": "Two"}},
        },
        "Two": {"type": "object", "required": [text], "properties": {text: {"const": f"{text}.", **described}}},
    }
    whole = {
        "openapi": "3.1.0",
        "info": {"title": text, "version": text, **described},
        "servers": [{"url": f"https://x/{text}", **described}],
        "tags": [{"name": text, **described}],
        "paths": {f"/{text.translate(NO_BRACES)}/{{p}}": {"get": operation}},
        "components": {"schemas": schemas},
    }
    return Document("small.yaml", whole, {})


@contextmanager
def imported(document: Document, *, tidy: bool = False) -> Iterator[ModuleType]:
    """Render *document* and import the package; without ruff, which costs more than all the rest."""
    with TemporaryDirectory() as folder:
        target = Path(folder) / "rendered_safely"
        if tidy:
            render(document, CONFIG, TEMPLATES, target)
        else:
            write(document, CONFIG, TEMPLATES, target)
        sys.path.insert(0, folder)
        try:
            yield importlib.import_module(target.name)
        finally:
            sys.path.remove(folder)
            for name in [name for name in sys.modules if name.partition(".")[0] == target.name]:
                del sys.modules[name]


OUR_OWN = "prepare([globals()[name] for name in __all__])"


def statements(folder: Path) -> set[str]:
    """Return what the statements of models and endpoints are, at the top and in classes: nothing that does anything."""
    found: set[str] = set()
    for path in [*folder.glob("models/*.py"), *folder.glob("api/**/*.py")]:
        tree = ast.parse(path.read_bytes())
        for node in tree.body:
            inner = node.body if isinstance(node, ast.ClassDef | ast.If) else []
            found |= {type(statement).__name__ for statement in (node, *inner)}
            expressions = [each.value for each in (node, *inner) if isinstance(each, ast.Expr)]
            expressions = [each for each in expressions if ast.unparse(each) != OUR_OWN]
            assert all(isinstance(each, ast.Constant) and isinstance(each.value, str) for each in expressions)
    return found


def words(text: str | None) -> str:
    """Return *text* without the white space, which a docstring may have elsewhere."""
    return "".join((text or "").split())


def small(package: ModuleType) -> ModuleType:
    """Return the module of the only operation."""
    (found,) = Path(str(package.__file__)).parent.glob("api/*/small.py")
    return importlib.import_module(f"{package.__name__}.api.{found.parent.name}.small")


def check_values(package: ModuleType, text: str) -> None:
    """Assert that every value of the document arrives as it is."""
    models = importlib.import_module(f"{package.__name__}.models")
    operation = small(package)
    one = models.One.from_dict({text: text, "-list-": [text], "-map-": {text: text}})
    assert (one.text, one.list, one.map, one.enum) == (text, [text], {text: text}, text)
    assert one.to_dict() == {text: text, "-list-": [text], "-map-": {text: text}}
    assert [member.value for member in models.OneEnum] == ["first", text]
    assert (models.UnknownUnion.tag, models.UnknownUnion.variants) == (text, {text: models.One, f"{text}.": models.Two})
    with pytest.raises(ValueError, match="expected"):
        models.One.from_dict({text: f"{text}."})
    assert attrs.fields(package.Client).base_url.default == f"https://x/{text}"
    query = names.identifier(f"q{text}", names.TAKEN_IN_FUNCTIONS)
    request = vars(operation)["_request"](p="a/b", **{query: text})
    assert request.params == ((f"q{text}", text),)
    assert request.path.endswith("/a%2Fb")
    assert unquote(request.path) == unquote(f"/{text.translate(NO_BRACES)}/a/b")


def check_docstrings(package: ModuleType, text: str) -> None:
    """Assert that docstrings say what the document says."""
    models = importlib.import_module(f"{package.__name__}.models")
    assert words(text) in words(package.__doc__)
    assert words(text) in words(small(package).sync.__doc__)
    for documented in (models.One, models.OneEnum, sys.modules[models.UnknownUnion.__module__]):
        assert words(documented.__doc__) in (words(text), documented.__name__, "Union")


STATEMENTS = {"Expr", "ImportFrom", "ClassDef", "FunctionDef", "AsyncFunctionDef", "AnnAssign", "Assign"}


@settings(max_examples=30)
@given(TEXT)
@example(NASTY)
@example("")
def test_text_stays_text(text: str) -> None:
    """Whatever a document says, its package has the same statements, and values are exactly what was written."""
    with imported(a_document(text)) as package:
        assert statements(Path(str(package.__file__)).parent) == STATEMENTS
        check_values(package, text)
        check_docstrings(package, text)


@pytest.mark.parametrize("text", [NASTY, "x", "'\\\n", '"""" """', "    a\n\n\n    b "], ids=repr)
def test_text_stays_text_when_it_is_formatted(text: str) -> None:
    """The last step, which formats what was written, changes neither statements nor values."""
    document = a_document(text)
    check(document)
    with imported(document, tidy=True) as package:
        assert statements(Path(str(package.__file__)).parent) == STATEMENTS
        check_values(package, text)
        check_docstrings(package, text)


def test_text_in_defaults_of_lists_and_maps() -> None:
    """A default that is a list, or a map, is what an absent property is read as; each object has one of its own."""
    document = a_document("x")
    properties = document.data["components"]["schemas"]["One"]["properties"]
    properties["-list-"]["default"] = [NASTY]
    properties["-map-"]["default"] = {NASTY: NASTY}
    with imported(document) as package:
        models = importlib.import_module(f"{package.__name__}.models")
        first, second = models.One.from_dict({"x": "x"}), models.One.from_dict({"x": "x"})
        assert (first.list, first.map) == ([NASTY], {NASTY: NASTY})
        assert first.to_dict() == {"x": "x"}
        assert first.list is not second.list


@given(TEXT)
@example('"')
@example("\\")
def test_docstrings(text: str) -> None:
    """A docstring is one string; nothing in its source is invisible, or looks like something else."""
    source = docstring(text)
    assert words(ast.literal_eval(source)) == words(text)
    assert all(char == "\n" or char.isprintable() for char in source)


def test_docstrings_are_wrapped() -> None:
    """Lines fit into 120 columns below a method; what is indented stays so, and goes on further in."""
    wrapped = docstring("word " * 40 + "\n\nArgs:\n    name: " + "word " * 40)
    lines = wrapped.splitlines()
    assert max(map(len, lines)) <= 116
    assert [line[: len(line) - len(line.lstrip())] for line in lines] == ["", "", "", "", " " * 4, " " * 8, " " * 8, ""]
    assert docstring("short") == '"""short"""'


@settings(max_examples=30)
@given(TEXT.filter(bool))
@example(NASTY)
@example("X-Api-Key")
def test_names_of_headers(text: str) -> None:
    """The name of the header for the API key stands in code and in a docstring: it is one, or it is refused."""
    document = a_document("x")
    scheme = {"type": "apiKey", "in": "header", "name": text}
    document.data["components"]["securitySchemes"] = {"key": scheme}
    try:
        with imported(document) as package:
            settings_module = importlib.import_module(f"{package.__name__}.settings")
            assert text == settings_module.AUTH_HEADER_NAME
    except SpecError as error:
        assert "cannot be the name of a header" in str(error)  # noqa: PT017 - any other reason is a failure
    else:
        assert re.fullmatch(r"[!-~]+", text)
        assert not set(text) & set('"\\(),/:;<=>?@[]{}')
