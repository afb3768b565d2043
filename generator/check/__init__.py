"""Check an OpenAPI document before anything is generated from it, and name everything that is wrong with it at once.

One module per question: is it OpenAPI (`_structure`), do its references lead somewhere (`_references`), can every
operation be called (`_operations`), can tags be relied upon (`_discriminators`), are the examples valid (`_examples`),
and is there anything that the generated code would not express (`_supported`).
"""

import re

from generator.check._discriminators import discriminators
from generator.check._examples import examples
from generator.check._nodes import METHODS, walk
from generator.check._operations import operations
from generator.check._references import references
from generator.check._structure import schemas, structure
from generator.check._supported import supported
from generator.document import Document, Problem, SpecError

__all__ = ["check", "operation_ids"]


def check(document: Document) -> None:
    """Do nothing if *document* is sound and can be expressed by the generated code whole.

    Raises:
        SpecError: It is not. All problems are listed, but for two kinds that cannot be told while others last: those
            of discriminators wait until every reference leads somewhere, those of examples also until every schema
            is one.
    """
    version = document.data.get("openapi")
    if not re.fullmatch(r"3\.1\.\d+", str(version)):
        message = (
            f"only OpenAPI 3.1 is supported, this is {version}" if version else "no OpenAPI document: no openapi field"
        )
        raise document.problem(("openapi",), message)
    nodes = walk(document)
    broken_references = list(references(document, nodes))
    broken_schemas = list(schemas(document, nodes))
    problems: list[Problem] = [
        *structure(document),
        *broken_schemas,
        *broken_references,
        *operations(document, nodes),
        *supported(document, nodes),
    ]
    if not broken_references:
        problems += discriminators(document, nodes)
    if not broken_references and not broken_schemas:
        problems += examples(document, nodes)
    if problems:
        raise SpecError(document.path, problems)


def operation_ids(document: Document) -> list[str]:
    """Return the operationId of every operation under `paths`, in the order of the document; it must pass `check`."""
    paths: dict[str, dict[str, dict[str, str]]] = document.data.get("paths", {})
    return [
        operation["operationId"]
        for path, item in paths.items()
        if path.startswith("/")
        for method, operation in item.items()
        if method in METHODS
    ]
