"""Did openapi-python-client change a template that one of ours replaces?

Its templates are no stable interface: what it passes to them, and what the rest of its output expects of them, may
change in any release. A record beside our templates therefore says which text of each upstream template ours was
written against.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

PACKAGE = "openapi-python-client"


class UpstreamChanged(Exception):  # noqa: N818 - it says what happened; who runs the generator did nothing wrong
    """Templates of openapi-python-client are not those that ours were written against; the text names each."""


class _Record(TypedDict):
    version: str
    templates: dict[str, str | None]


def upstream_templates() -> Path:
    """Return the folder of the templates of the installed openapi-python-client, without importing it.

    Raises:
        UpstreamChanged: There is none, or it is not where it was.
    """
    spec = find_spec("openapi_python_client")
    for location in (spec.submodule_search_locations or ()) if spec else ():
        if (folder := Path(location, "templates")).is_dir():
            return folder
    raise UpstreamChanged(f"{PACKAGE} is not installed, or keeps its templates elsewhere")


def check_upstream(templates: Path, record: Path, upstream: Path | None = None) -> None:
    """Do nothing if every template in *templates* still replaces the upstream text that *record* says.

    Args:
        templates: Our templates.
        record: The file that `accept_upstream` wrote.
        upstream: The templates to compare with; those of the installed openapi-python-client unless given.

    Raises:
        UpstreamChanged: A template was changed, added or removed upstream, or is not in the record, or the record
            cannot be read.
    """
    recorded = _read(record)
    current = _hashes(templates, upstream or upstream_templates())
    problems = list(_problems(recorded["templates"], current))
    if problems:
        since = f"{PACKAGE} {recorded['version']} is recorded, {version(PACKAGE)} is installed"
        advice = "Compare, adapt our template where needed, then run: python -m generator upstream --accept"
        raise UpstreamChanged("\n".join([f"{since}:", *(f"- {problem}" for problem in problems), advice]))


def accept_upstream(templates: Path, record: Path, upstream: Path | None = None) -> None:
    """Write to *record* which upstream template each of ours replaces now (null for one that replaces none).

    Raises:
        UpstreamChanged: The installed openapi-python-client has no templates.
        OSError: *record* cannot be written.
    """
    current: _Record = {"version": version(PACKAGE), "templates": _hashes(templates, upstream or upstream_templates())}
    record.write_text(json.dumps(current, indent=2) + "\n", encoding="utf-8", newline="\n")


def _read(record: Path) -> _Record:
    try:
        content: _Record = json.loads(record.read_text("utf-8"))
        return {"version": str(content["version"]), "templates": dict(content["templates"])}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UpstreamChanged(
            f"{record.name} cannot be read ({error!r}). To write it anew: python -m generator upstream --accept"
        ) from error


def _problems(recorded: Mapping[str, str | None], current: Mapping[str, str | None]) -> Iterator[str]:
    for name in sorted(recorded.keys() | current.keys()):
        if name not in current:
            yield f"{name}: recorded, but there is no template of ours any more"
        elif name not in recorded:
            yield f"{name}: not recorded"
        elif current[name] != recorded[name]:
            if current[name] is None:
                yield f"{name}: removed upstream, ours is not rendered any more"
            elif recorded[name] is None:
                yield f"{name}: new upstream, ours replaces it now"
            else:
                yield f"{name}: changed upstream"


def _hashes(templates: Path, upstream: Path) -> dict[str, str | None]:
    names = sorted(path.relative_to(templates).as_posix() for path in templates.rglob("*.jinja"))
    return {name: _hash(upstream / name) for name in names}


def _hash(path: Path) -> str | None:
    if not path.is_file():
        return None
    # Independent of how line ends were unpacked on this machine.
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
