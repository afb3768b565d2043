"""Compare recorded responses with the OpenAPI document: `nox -s observe -- FILES`, or `-- --live`.

The document is written by hand from a page, and what the API sends may differ from it. What contradicts the document
is an error; what it does not mention is proposed as YAML.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from generator.commands import SPEC
from generator.document import Document, GenerationError, fields, objects
from observe import exchanges
from observe.observations import Observations


def _kept(document: Document) -> set[str]:
    """Return the names of properties that hold one of a few texts: those may stay in a recording."""
    listed = {str(schema["propertyName"]) for _, _, schema in objects(document.data) if "propertyName" in schema}
    for _, _, schema in objects(document.data):
        listed |= {
            name for name, each in fields(schema.get("properties")).items() if {"const", "enum"} & fields(each).keys()
        }
    return listed


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare recordings with the document; return 1 if one contradicts it, else 0."""
    parser = argparse.ArgumentParser(prog="nox -s observe --", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="*", type=Path, help="HAR files, or bodies of responses in JSON")
    parser.add_argument("--operation", default="", help="operationId of bodies in files of their own")
    parser.add_argument("--live", action="store_true", help="read lists from the API, with $CALLROUNDED_API_KEY")
    parser.add_argument("--query", action="append", help="with --live: a query, such as use_cursor=true; repeatable")
    parser.add_argument("--write", type=Path, help="with --live: a HAR file for what was read, without what is private")
    options = parser.parse_args(arguments)
    if not options.files and not options.live:
        parser.error("name a file, or use --live")
    try:
        document = Document.read(Path(SPEC))
        found = [exchange for file in options.files for exchange in exchanges.read(file)]
        if options.live:
            gets = [str(path) for (_, path, method), _ in document.operations() if method == "get"]
            found += exchanges.record([path for path in gets if "{" not in path], options.query or [""])
        if options.write:
            exchanges.write(options.write, found, _kept(document))
    except (GenerationError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    for exchange in found:
        print(f"{exchange.source}: {exchange.status or 'a body alone'}")
    observations = Observations(document)
    for exchange in found:
        observations.add(exchange, options.operation)
    print(observations.report())
    return 1 if observations.violations else 0


if __name__ == "__main__":
    sys.exit(main())
