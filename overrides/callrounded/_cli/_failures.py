"""How a command ends when it fails: one line on stderr, and an exit code for scripts."""

import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, Final, NoReturn

import typer

import callrounded

_EXIT_CODES: Final[dict[type[callrounded.RoundedError], int]] = {  # the first that fits counts
    callrounded.ConfigurationError: 2,
    callrounded.AuthenticationError: 3,
    callrounded.PermissionDeniedError: 3,
    callrounded.RateLimitError: 4,
    callrounded.APIConnectionError: 5,
    callrounded.PaginationError: 6,
    callrounded.RoundedError: 7,
}
_HINTS: Final = {  # those of the SDK name arguments of Python functions
    callrounded.RateLimitError.hint: "Try again later.",
    callrounded.APIConnectionError.hint: "Check the network, a proxy, and $CALLROUNDED_BASE_URL.",
    callrounded.APITimeoutError.hint: "A smaller --limit may help.",
    callrounded.NotFoundError.hint: "Check $CALLROUNDED_BASE_URL.",
    callrounded.IncompleteListingError.hint: "Try again when less is changing.",
    callrounded.PaginationLoopError.hint: "The other mode (with or without --cursor-mode) may work.",
    ", or pass allow_insecure_http=True": "",
    ", or pass http_client=httpx.Client(verify=...)": "",
    "pass it as api_key=": "use --api-key-file",
    "api_key=": "--api-key-file",
}


@contextmanager
def exit_codes() -> Generator[None]:
    """Turn what ends a command early into one line and an exit code, without a traceback."""
    on_signal(_interrupt)
    try:
        yield
    except callrounded.RoundedError as error:
        message = " ".join([str(error), *getattr(error, "__notes__", [])])
        for hint, ours in _HINTS.items():
            message = message.replace(hint, ours)
        raise failure(message, next(code for kind, code in _EXIT_CODES.items() if isinstance(error, kind))) from None
    except OSError as error:
        if isinstance(error, BrokenPipeError):  # Whoever reads the output has enough. Other tools end like this, too.
            raise typer.Exit(141) from None
        raise failure(str(error), 1) from None
    except KeyboardInterrupt as interruption:
        if notes := getattr(interruption, "__notes__", []):
            failure(" ".join(["Interrupted.", *notes]), 0)
        raise typer.Exit(128 + interruption.args[0]) from None
    finally:
        on_signal(signal.SIG_IGN)  # What is left takes no time.


def on_signal(handler: Callable[[int, Any], object] | signal.Handlers) -> None:
    """Have *handler* called on Ctrl-C and SIGTERM, unless these are ignored, as in the background of a shell."""
    for each in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(each) is not signal.SIG_IGN:
            signal.signal(each, handler)


def _interrupt(number: int, _: object) -> NoReturn:
    on_signal(signal.SIG_IGN)  # `timeout` sends two, and the second must not stop what the first began.
    raise KeyboardInterrupt(number)


def failure(message: str, code: int) -> typer.Exit:
    """Print *message* as one line on stderr, and return what ends the command."""
    printable = "".join(each if each.isprintable() else " " for each in f"callrounded: {message}")
    typer.echo(" ".join(printable.split()), err=True)
    return typer.Exit(code)
