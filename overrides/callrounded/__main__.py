"""`callrounded` in the terminal; it needs the extra `callrounded[cli]`."""

import atexit
import os
import signal
import sys

from ._version import __version__


def main() -> None:
    """Run the command line, or say how to install it."""
    if sys.argv[1:] == ["--version"]:  # The plain install can tell, too.
        sys.stdout.write(f"callrounded {__version__}\n")
        return
    if not all((sys.stdout, sys.stderr)):  # Closed by `>&-`: the next file that is opened would take their place.
        sys.exit("callrounded: standard output or standard error is closed.")
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C during the imports: no traceback.
    try:
        from ._cli._app import app  # noqa: PLC0415 - typer and rich may not be installed
    except ModuleNotFoundError as error:
        if error.name not in {"typer", "rich"}:
            raise
        sys.stderr.write('callrounded: the command line needs more packages: pip install "callrounded[cli]"\n')
        sys.exit(2)
    try:
        app(prog_name="callrounded", help_option_names=["-h", "--help"])
    except SystemExit as end:
        # An ordinary exit waits for the requests in flight, up to the timeout, and shows a traceback on Ctrl-C.
        atexit._run_exitfuncs()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - os._exit() passes over them
        os._exit(end.code if isinstance(end.code, int) else 1)


if __name__ == "__main__":
    main()
