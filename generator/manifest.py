"""What a generated package was made from: hashes of everything that decides its content, and the tools that did it.

The manifest says nothing about the machine or the folder it was made on, and line ends do not count, so that every
checkout of one commit gives the same text.
"""

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import TypedDict

TOOLS = ("openapi-python-client", "ruff")
"""The distributions whose version shows in the output."""

_GENERATOR = Path(__file__).parent


class Manifest(TypedDict):
    """The content of a manifest.

    Hashes are SHA-256 in hex, of bytes in which every CR LF became an LF. That of the generator covers all of its
    modules: it is the hash of one line `<hash>  <path>` for each, as `sha256sum` prints them.
    """

    spec: str
    config: str
    templates: dict[str, str]
    generator: str
    tools: dict[str, str]


def manifest(spec: Path, config: Path, templates: Path, generator: Path = _GENERATOR) -> Manifest:
    """Return what a package rendered now would be made from.

    Args:
        spec: The OpenAPI document.
        config: The options of openapi-python-client.
        templates: The folder of our templates, `*.jinja`.
        generator: The folder of the generator's modules, `*.py`.

    Raises:
        OSError: One of them cannot be read.
    """
    modules = _hashes(generator, "*.py")
    return {
        "spec": _hash(spec.read_bytes()),
        "config": _hash(config.read_bytes()),
        "templates": _hashes(templates, "*.jinja"),
        "generator": _hash("".join(f"{value}  {name}\n" for name, value in modules.items()).encode()),
        "tools": {tool: version(tool) for tool in TOOLS},
    }


def render_manifest(spec: Path, config: Path, templates: Path, generator: Path = _GENERATOR) -> str:
    """Return the manifest as JSON text that ends in a newline; arguments and errors are those of `manifest`."""
    return json.dumps(manifest(spec, config, templates, generator), indent=2) + "\n"


def _hashes(folder: Path, pattern: str) -> dict[str, str]:
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob(pattern))
    return {name: _hash((folder / name).read_bytes()) for name in names}


def _hash(content: bytes) -> str:
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()
