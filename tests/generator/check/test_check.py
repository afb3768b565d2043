"""`check` as a whole: it accepts what is sound, and of what is not it names everything at once."""

import contextlib
import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.check import check
from generator.document import Document, Pointer, Problem, SpecError

ROOT = Path(__file__).parents[3]
LIBRARY = Document.read(ROOT / "tests" / "generator" / "specs" / "library.yaml")
SaidOf = Callable[[str, str, str], list[str]]


@pytest.mark.parametrize("path", ["openapi/rounded.yaml", "tests/generator/specs/library.yaml"])
def test_a_sound_document_passes(path: str) -> None:
    """Neither our own document nor the small one of these tests gives a reason to complain."""
    check(Document.read(ROOT / path))


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("openapi: 3.2.0", "here: openapi: only OpenAPI 3.0 and 3.1 are supported, this is 3.2.0"),
        ("openapi: 3.1", "here: openapi: write all three numbers of the version, such as 3.1.0"),
        ("swagger: '2.0'", "here: openapi: no OpenAPI document"),
    ],
)
def test_another_version_is_the_only_thing_said(said_of: SaidOf, version: str, said: str) -> None:
    """A document of another version is refused for that alone: all else would be judged by the wrong rules."""
    assert said_of("openapi: 3.1.0", f"{version}\nfoo: bar", version) == [said]


def test_every_problem_is_named_in_the_order_of_the_document() -> None:
    """Problems of different kinds are reported together, each with its line; examples, once there is no other."""
    text = (ROOT / "tests" / "generator" / "specs" / "library.yaml").read_text("utf-8")
    text = text.replace("  title: Library\n", "").replace("createLoan", "listLoans")
    with pytest.raises(SpecError) as caught:
        check(Document.parse(text.replace("default: 100", "default: 0").encode(), "library.yaml"))
    assert [(problem.line, problem.where) for problem in caught.value.problems] == [
        (3, "info"),
        (50, "paths./v1/shelves/{shelf}/loans.post.operationId"),
    ]


SAMPLES: list[Any] = [
    *(None, True, False, 0, 1.5, "", "x", [], {}, [[]], [{}], [None], {"a": None}, {"$ref": 3}, {"type": "null"}),
    *({"$ref": f"#{path}"} for path in ("", "/nope", "/components/schemas", "/components/schemas/Book")),
    *("#/components", "#/components/schemas/Disc", {"oneOf": []}, [{"$ref": "#/components/parameters/Shelf"}]),
]
EDITS = st.tuples(st.sampled_from([pointer for pointer in LIBRARY.lines if pointer]), st.sampled_from(SAMPLES))


@settings(max_examples=60)
@given(edits=st.lists(EDITS, min_size=1, max_size=3))
def test_whatever_a_document_holds_the_answer_is_a_spec_error(edits: list[tuple[Pointer, Any]]) -> None:
    """A document broken at random passes, or is a SpecError that says something about lines; nothing else is raised."""
    data: Any = copy.deepcopy(LIBRARY.data)
    for pointer, value in edits:
        _put(data, pointer, value)
    problems = _problems(Document.parse(json.dumps(data, indent=1).encode(), "broken.json"))
    assert all(problem.line and problem.message for problem in problems)


def _problems(document: Document) -> tuple[Problem, ...]:
    try:
        check(document)
    except SpecError as error:
        return error.problems
    return ()


def _put(data: Any, pointer: Pointer, value: Any) -> None:
    """Put *value* at *pointer*, unless an earlier edit took the place away."""
    with contextlib.suppress(KeyError, IndexError, TypeError):
        for part in pointer[:-1]:
            data = data[part]
        data[pointer[-1]] = value


def test_const_in_openapi_3_0() -> None:
    """It is understood; what else is unknown to OpenAPI 3.0 is not."""
    source = """
openapi: 3.0.3
info: {title: A, version: '1'}
paths: {}
components: {schemas: {A: {type: object, properties: {a: {type: string, const: x}, b: {prefixItems: []}}}}}
"""
    document = Document.parse(source.encode(), "here")
    with pytest.raises(SpecError) as error:
        check(document)
    assert "prefixItems" in str(error.value)
    assert "const" not in str(error.value)
