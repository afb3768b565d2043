"""Operations can be called by name: unique operationIds, and parameters that fit the path."""

from collections.abc import Callable

import pytest

SaidOf = Callable[[str, str, str], list[str]]
ITEM = "here: paths./v1/shelves/{shelf}/loans"


def test_an_operation_id_that_is_used_twice(said_of: SaidOf) -> None:
    """Two operations never share a name."""
    assert said_of("createLoan", "listLoans", "Id: listLoans\n      tags: [loans]\n      req") == [
        f'{ITEM}.post.operationId: operationId "listLoans" is already used on line 17'
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("      operationId: createLoan\n", ""),
        ("createLoan\n      tags: [loans]", "createLoan"),
        ('"201"', '"301"'),
    ],
)
def test_what_an_operation_can_do_without(said_of: SaidOf, old: str, new: str) -> None:
    """Without an operationId it is called like its path, without a tag it is in `default`; any response will do."""
    assert said_of(old, new, "openapi") == []


def test_a_parameter_that_is_listed_twice(said_of: SaidOf) -> None:
    """One of the two would be lost."""
    (said,) = said_of("- name: X-Trace\n          in: header", "- name: since\n          in: query", "get:")
    assert said.startswith(f"{ITEM}.get: openapi-python-client: ")
    assert said.endswith("Duplicated parameters named `since` detected in `query`.")


def test_a_shared_path_item(said_of: SaidOf) -> None:
    """Its operations would be lost."""
    said = said_of("components:\n", "  /v2: {$ref: '#/components/pathItems/a'}\ncomponents:\n", "$ref: '#/components/p")
    assert any("shared path items are not supported, their operations would be lost" in each for each in said)


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
    """Operations of a path whose parameters are other than those that are declared are named."""
    get, post = said_of("{shelf}", "{shelv}", "get:")
    for said, at in ((get, "here: paths./v1/shelves/{shelv}/loans.get"), (post, "library.yaml:50: ")):
        assert said.startswith(at)
        assert said.endswith(
            "Incorrect path templating for /v1/shelves/{shelv}/loans (Path parameters do not match with path)"
        )


def test_paths_that_differ_in_the_name_of_a_parameter_only(said_of: SaidOf) -> None:
    """A request could belong to either."""
    assert said_of("components:\n", "  /v1/shelves/{other}/loans: {}\ncomponents:\n", "/v1/shelves/{other}") == [
        "here: paths./v1/shelves/{other}/loans: this path cannot be told from /v1/shelves/{shelf}/loans on line 13"
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
