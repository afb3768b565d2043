"""Take a changed tree to an index: the command line, `python -m release --help`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from generator.document import GenerationError
from release import changes, tag


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return the exit status: 0 done, 1 refused, 130 interrupted."""
    parser = argparse.ArgumentParser(prog="python -m release", description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(__file__).parent.parent, help="the repository")
    commands = parser.add_subparsers(required=True, dest="command")
    command = commands.add_parser("changes", help="what this tree does to callers since the last release")
    command.add_argument("--against", default="", metavar="REF|FOLDER|WHEEL", help="instead of the newest tag")
    command.add_argument("--json", action="store_true", help="for machines")
    command = commands.add_parser("release", help="one commit and one tag; nothing is uploaded")
    command.add_argument("version", metavar="X.Y.Z")
    command.add_argument("--check", default=f"{sys.executable} -m nox", help="the command that has to pass before")
    command = commands.add_parser("publish", help="build the newest tag, check it, upload it")
    where = command.add_mutually_exclusive_group(required=True)
    where.add_argument("--index", default="", metavar="URL", help="where to; the token is in $TWINE_PASSWORD")
    where.add_argument("--to", type=Path, metavar="FOLDER", help="instead of uploading: a folder that does not exist")
    options = parser.parse_args(arguments)
    root, status = options.root.resolve(), 0
    try:
        if options.command == "changes":
            text, status = changes.run(root, options.against, as_json=options.json)
        elif options.command == "release":
            text = tag.run(root, options.version, options.check)
        else:
            from release import publish  # noqa: PLC0415 - a second to import

            text = publish.run(root, options.index, options.to)
    except GenerationError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(text)
    return status


if __name__ == "__main__":
    sys.exit(main())
