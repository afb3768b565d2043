"""From text to plain data: what JSON can express, with the line of every value; the rest is refused, not guessed at."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.document import MAX_DEPTH, MAX_VALUES, Document, Pointer, SpecError


def parse(source: bytes, path: str) -> tuple[dict[str, Any], Mapping[Pointer, int]]:
    """Return data and lines of the document written in *source*."""
    document = Document.parse(source, path)
    return document.data, document.lines


def refusal(text: str | bytes) -> list[str]:
    """Return what is said of *text*, one text for each problem."""
    with pytest.raises(SpecError) as caught:
        parse(text.encode() if isinstance(text, str) else text, "spec.yaml")
    return str(caught.value).splitlines()


def test_yaml_becomes_plain_data() -> None:
    """Scalars have the type that YAML 1.2 gives them, except that a date is the text it is."""
    text = "b: [true, False]\na: {n: null, t: ~, e: }\ni: -3\nf: 1.5e3\ns: 'yes'\ny: yes\nd: 2023-11-07T05:31:56Z\n"
    data, _ = parse(text.encode(), "spec.yaml")
    assert json.dumps(data) == json.dumps(
        {
            "b": [True, False],
            "a": {"n": None, "t": None, "e": None},
            "i": -3,
            "f": 1500.0,
            "s": "yes",
            "y": "yes",
            "d": "2023-11-07T05:31:56Z",
        }
    )


# YAML allows fewer characters than JSON does: see below for those that are refused.
TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cn", "Cs", "Zl", "Zp"]))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=12
)


@given(data=st.dictionaries(TEXTS, VALUES, max_size=4), indent=st.sampled_from([None, 2, "\t"]))
def test_json_is_read_as_json_is(data: dict[str, Any], indent: int | str | None) -> None:
    """A JSON document is read as Python's own reader of JSON reads it, however it is laid out."""
    text = json.dumps(data, indent=indent, ensure_ascii=False)
    assert parse(text.encode(), "spec.json")[0] == data


def test_the_line_of_a_value_is_that_of_its_key_or_of_the_item() -> None:
    """Lines are counted from 1, and a value that begins below its key has the line of the key."""
    _, lines = parse(b"# comment\na:\n  b: >-\n    text\n  c:\n    - 1\n    - d:\n        2\n", "spec.yaml")
    assert lines == {
        (): 2,
        ("a",): 2,
        ("a", "b"): 3,
        ("a", "c"): 5,
        ("a", "c", 0): 6,
        ("a", "c", 1): 7,
        ("a", "c", 1, "d"): 7,
    }


def test_an_alias_stands_for_a_copy() -> None:
    """What an alias stands for is there in full, on the line of the key that has it."""
    data, lines = parse(b"a: &x\n  k: [1]\nb: *x\n", "spec.yaml")
    assert data == {"a": {"k": [1]}, "b": {"k": [1]}}
    assert (lines["b",], lines["b", "k"]) == (3, 2)


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    """Some editors on Windows put one at the beginning."""
    assert parse(b"\xef\xbb\xbfa: 1\n", "spec.yaml")[0] == {"a": 1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "spec.yaml: the file is empty"),
        (b"# nothing\n", "spec.yaml: the file is empty"),
        (b"---\n", "spec.yaml: the file is empty"),
        (b"[1]", "spec.yaml:1: a document is a mapping of fields to values"),
        (b"null", "spec.yaml:1: a document is a mapping of fields to values"),
        (b"a: 1\nb: \xff\n", "spec.yaml:2: not UTF-8: byte 0xff"),
        (b"a: 1\nb: '\x01'\n", "spec.yaml:2: character U+0001 is not allowed: write it as an escape, in double quotes"),
        (
            b'{\n"a": "1 \xe2\x80\xa8 2"}',
            "spec.yaml:2: character U+2028 is not allowed: write it as an escape, in double quotes",
        ),
        (b"a: 1\n b: 2\n", "spec.yaml:2: invalid YAML at column 3: mapping values are not allowed here"),
        (
            b"a: 1\nb: [1\n",
            (
                "spec.yaml:3: invalid YAML at column 1: "
                "while parsing a flow sequence, expected ',' or ']', but got '<stream end>'"
            ),
        ),
        (
            b"a: 1\n---\nb: 2\n",
            (
                "spec.yaml:2: invalid YAML at column 1: "
                "expected a single document in the stream, but found another document"
            ),
        ),
        (b"a: *b\n", "spec.yaml:1: invalid YAML at column 4: found undefined alias 'b'"),
        (b"a: 1\nb:\n  a: 1\n  a: 2\n", "spec.yaml:4: b.a: duplicate key; first defined on line 3"),
        (b"a:\n  200: x\n", 'spec.yaml:2: a: the key "200" is no string: put it in quotes'),
        (b"? [a]\n: x\n", 'spec.yaml:1: the key "?" is no string: put it in quotes'),
        (b"a: &x {b: 1}\nc:\n  <<: *x\n", 'spec.yaml:3: c: the key "<<" is no string: merge keys are not supported'),
        (b"a: &x\n  b: [*x]\n", "spec.yaml:1: a.b[0]: this alias contains itself"),
        (
            b"a: .nan\n",
            'spec.yaml:1: a: ".nan" is no JSON value (YAML: float): quote it, or write JSON',
        ),
        (
            b"a: 1e999\n",
            'spec.yaml:1: a: "1e999" is no JSON value (YAML: float): quote it, or write JSON',
        ),
        (
            b"a: 0x10\n",
            'spec.yaml:1: a: "0x10" is no JSON value (YAML: int): quote it, or write JSON',
        ),
        (
            b"a: 1_000\n",
            'spec.yaml:1: a: "1_000" is no JSON value (YAML: int): quote it, or write JSON',
        ),
        (
            b"a: !!int 'true'\n",
            'spec.yaml:1: a: "true" is no JSON value (YAML: int): quote it, or write JSON',
        ),
        (
            b"a: !!binary aGk=\n",
            'spec.yaml:1: a: "aGk=" is no JSON value (YAML: binary): quote it, or write JSON',
        ),
        (
            b"%YAML 1.1\n---\na: yes\n",
            'spec.yaml:3: a: "yes" is no JSON value (YAML: bool): quote it, or write JSON',
        ),
        (b"a: !!set {b}\n", "spec.yaml:1: a: YAML's set has no counterpart in JSON"),
        (b"a: !!omap [b: 1]\n", "spec.yaml:1: a: YAML's omap has no counterpart in JSON"),
        (b'a: "\\ud83d"\n', "spec.yaml:1: a: an escaped half of a character: write the character itself"),
    ],
)
def test_what_is_refused_is_named_with_its_line(text: bytes, said: str) -> None:
    """Each refusal says where and why."""
    assert refusal(text) == [said]


def test_two_escapes_are_one_character() -> None:
    """JSON writes some characters as two escapes, in names as well."""
    assert Document.parse(rb'{"\ud83d\ude00": "a\ud83d\ude00"}', "spec.json").data == {"\U0001f600": "a\U0001f600"}


def test_all_that_is_refused_is_named() -> None:
    """One run is enough to see everything that is wrong with the notation."""
    assert [line.split(":")[1] for line in refusal("a: .inf\nb:\n  1: x\nc: 1\nc: 2\n")] == ["1", "3", "5"]


def test_deep_nesting_is_refused() -> None:
    """The limit is far below what would exhaust Python's stack, and what exhausts the parser's is refused as well."""
    data, lines = parse(b"a: " + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, "spec.yaml")
    assert data["a"]
    assert max(map(len, lines)) == MAX_DEPTH
    (said,) = refusal("a: " + "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))
    assert said.endswith(f"nested more than {MAX_DEPTH} levels deep")
    assert refusal("a: " + "[" * 700 + "]" * 700) == ["spec.yaml: nested too deeply to be read"]


def test_aliases_of_aliases_cannot_fill_the_memory() -> None:
    """A few lines can stand for billions of values; reading stops at a limit."""
    lines = ["a0: &a0 [x]", *(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 12))]
    (said,) = refusal("\n".join(lines))
    assert said.endswith(f"more than {MAX_VALUES} values, those of aliases included")
