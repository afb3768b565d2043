"""Check an OpenAPI document before anything is generated from it, and name everything that is wrong with it at once.

One module per question: is it OpenAPI (`_structure`), do its references lead somewhere (`_references`), can every
operation be called (`_operations`), do discriminators lead somewhere (`_discriminators`), are the examples valid
(`_examples`). What cannot be generated is for openapi-python-client to say.
"""

import re

from generator.check._discriminators import discriminators
from generator.check._examples import examples
from generator.check._nodes import walk
from generator.check._operations import operations
from generator.check._references import references
from generator.check._structure import schemas, structure
from generator.document import Document, Problem, SpecError

__all__ = ["check", "operation_count"]


def check(document: Document) -> None:
    """Do nothing if *document* is sound.

    Raises:
        SpecError: It is not. All problems are listed, but for two kinds that cannot be told while others last: those
            of discriminators wait until every reference leads somewhere, those of examples also until every schema
            is one.
    """
    version = str(document.data.get("openapi"))
    if not re.fullmatch(r"3\.[01]\.\d+", version):
        message = (
            f"only OpenAPI 3.0 and 3.1 are supported, this is {version}"
            if "openapi" in document.data
            else "no OpenAPI document: no openapi field"
        )
        raise document.problem(("openapi",), message)
    # OpenAPI 3.0 has a dialect of JSON Schema of its own, which its own schema checks.
    is_json_schema = version.startswith("3.1")
    nodes = walk(document)
    broken_references = list(references(document, nodes))
    broken_schemas = list(schemas(document, nodes)) if is_json_schema else []
    problems: list[Problem] = [
        *structure(document),
        *broken_schemas,
        *broken_references,
        *operations(document, nodes),
    ]
    if not broken_references:
        problems += discriminators(document, nodes)
    if is_json_schema and not broken_references and not broken_schemas:
        problems += examples(document, nodes)
    if problems:
        raise SpecError(document.path, problems)


def operation_count(document: Document) -> int:
    """Return how many operations are under `paths`; the document must pass `check`."""
    return sum(node.kind == "operation" and node.pointer[0] == "paths" for node in walk(document))
