"""Make the client from the document: the command line of the generator, `python -m generator --help`."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

_HELP = {
    "spec": "check the document and its examples",
    "generate": "write generated_client/",
    "fresh": "compare generated_client/ with what `generate` would write",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return the exit status: 0 done, 1 refused, 130 interrupted."""
    parser = argparse.ArgumentParser(prog="python -m generator", description="Make the client from the document.")
    parser.set_defaults(root=Path(__file__).parent.parent)
    subparsers = parser.add_subparsers(required=True, dest="command")
    for name, text in _HELP.items():
        subparser = subparsers.add_parser(name, help=text)
        subparser.add_argument("--root", type=Path, default=argparse.SUPPRESS, help="the repository, if not this one")
    options = parser.parse_args(arguments)
    try:
        # A second to import, in which Ctrl-C is understood already.
        from generator import commands  # noqa: PLC0415 - see above
        from generator.document import GenerationError  # noqa: PLC0415 - see above

        try:
            print(getattr(commands, options.command)(options.root.resolve()))
        except GenerationError as error:
            print(error, file=sys.stderr)
            return 1
        except OSError as error:
            print(f"{error.filename or 'a file cannot be written'}: {error.strerror or error}", file=sys.stderr)
            return 1
    except KeyboardInterrupt:
        print("interrupted; no file is left half written", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    # A run that is ended from outside goes the way of Ctrl-C, on which everything is put back.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
