"""Operations can be called by name: unique operationIds, a tag, a result, and parameters that fit the path."""

from collections.abc import Callable

import pytest

SaidOf = Callable[[str, str, str], list[str]]
ITEM = "here: paths./v1/shelves/{shelf}/loans"


@pytest.mark.parametrize(
    ("identifier", "said"),
    [
        ("listLoans", 'operationId "listLoans" is already used at line 17'),
        (
            "list_loans",
            'operationId "list_loans" is too much like "listLoans" at line 17: both become the same Python name',
        ),
        (
            "LISTLOANS",
            'operationId "LISTLOANS" is too much like "listLoans" at line 17: both become the same Python name',
        ),
        (
            "'loans of a'",
            'operationId "loans of a" cannot name a function: use ASCII letters and digits, a letter first',
        ),
        (
            "2loans",
            'operationId "2loans" cannot name a function: use ASCII letters and digits, a letter first',
        ),
        ("été", 'operationId "été" cannot name a function: use ASCII letters and digits, a letter first'),
    ],
)
def test_an_operation_id_that_gives_no_name_of_its_own(said_of: SaidOf, identifier: str, said: str) -> None:
    """Two operations never share a Python name, and every name is one."""
    assert said_of("createLoan", identifier, f"Id: {identifier}\n      tags: [loans]\n      req") == [
        f"{ITEM}.post.operationId: {said}"
    ]


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        (
            "      operationId: createLoan\n",
            "",
            "post:",
            ".post: an operation needs an operationId: the name of its function",
        ),
        (
            "createLoan\n      tags: [loans]",
            "createLoan",
            "post:",
            ".post: an operation needs a tag: the resource that it belongs to",
        ),
        (
            "createLoan\n      tags: [loans]",
            "createLoan\n      tags: []",
            "post:",
            ".post: an operation needs a tag: the resource that it belongs to",
        ),
        (
            '"201"',
            '"301"',
            'responses:\n        "301"',
            ".post.responses: an operation needs a 2xx response: its result",
        ),
        (
            "- name: X-Trace\n          in: header",
            "- name: since\n          in: query",
            "- name: since\n          in: query\n          schema:\n            type: array",
            '.get.parameters[1]: query parameter "since" is already listed at line 20',
        ),
    ],
)
def test_an_operation_that_cannot_be_called(said_of: SaidOf, old: str, new: str, at: str, said: str) -> None:
    """What the operation table cannot do without is asked for."""
    assert said_of(old, new, at) == [f"{ITEM}{said}"]


def test_a_parameter_of_the_path_item_may_be_overridden(said_of: SaidOf) -> None:
    """An operation that declares a parameter of its path again replaces it."""
    assert (
        said_of(
            "- name: X-Trace\n          in: header",
            "- name: shelf\n          required: true\n          in: path",
            "name: shelf",
        )
        == []
    )


def test_path_parameters_and_the_path_must_agree(said_of: SaidOf) -> None:
    """A parameter of the path that is not declared is named, and so is one that is declared for nothing."""
    item = "paths./v1/shelves/{shelv}/loans"
    assert said_of("{shelf}", "{shelv}", "get:") == [
        f'library.yaml:15: {item}.parameters[0]: path parameter "shelf" does not occur in the path',
        f"here: {item}.get: {{shelv}} in the path is declared by no path parameter",
        f"library.yaml:50: {item}.post: {{shelv}} in the path is declared by no path parameter",
    ]


def test_paths_that_differ_in_the_name_of_a_parameter_only(said_of: SaidOf) -> None:
    """A request could belong to either."""
    assert said_of("components:\n", "  /v1/shelves/{other}/loans: {}\ncomponents:\n", "/v1/shelves/{other}") == [
        "here: paths./v1/shelves/{other}/loans: this path cannot be told from /v1/shelves/{shelf}/loans at line 13"
    ]


@pytest.mark.parametrize("path", ["/a/{b", "/a/b}", "/a/{}", "/a/{b/c}"])
def test_braces_that_enclose_no_name(said_of: SaidOf, path: str) -> None:
    """A brace in a path belongs to a parameter."""
    assert said_of("components:\n", f"  '{path}': {{}}\ncomponents:\n", path) == [
        f"here: paths.{path}: the braces of this path do not enclose the name of a parameter"
    ]


def test_a_security_requirement_of_a_scheme_that_is_not_there(said_of: SaidOf) -> None:
    """A mistyped name would leave every request without its key."""
    assert said_of("- key: []", "- keys: []", "keys") == [
        'here: security[0].keys: there is no security scheme "keys" in components'
    ]
