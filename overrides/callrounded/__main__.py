"""`callrounded` in the terminal; it needs the extra `callrounded[cli]`."""

import sys

from ._version import __version__


def main() -> None:
    """Run the command line, or say how to install it."""
    if sys.argv[1:] == ["--version"]:  # The plain install can tell, too.
        sys.stdout.write(f"callrounded {__version__}\n")
        return
    try:
        from ._cli._app import app  # noqa: PLC0415 - typer and rich may not be installed
    except ModuleNotFoundError as error:
        if error.name not in {"typer", "rich"}:
            raise
        sys.stderr.write('callrounded: the command line needs more packages: pip install "callrounded[cli]"\n')
        sys.exit(2)
    app(prog_name="callrounded", help_option_names=["-h", "--help"])


if __name__ == "__main__":
    main()
