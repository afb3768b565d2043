"""Three releases, from an edited document to `pip install`, with a real index on loopback (session `rehearse`).

In a throwaway clone: other words, something new, something that breaks callers. Each goes through `generate`,
`changes`, `release` and `publish`, is installed from the index into a clean environment, and lists the numbers of a
fake API there.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import workbench

from release.changes import CHANGELOG, SPEC, version_of

# Not plain `nox`, which takes minutes and plays this rehearsal.
CHECK = f"{sys.executable} -m generator fresh"
PATH = """
  /v1/rehearsals:
    get:
      operationId: listRehearsals
      tags: [rehearsals]
      summary: List rehearsals
      parameters:
        - $ref: "#/components/parameters/Page"
        - $ref: "#/components/parameters/Limit"
        - $ref: "#/components/parameters/UseCursor"
        - $ref: "#/components/parameters/Cursor"
      responses:
        "200":
          description: Rehearsals.
          content:
            application/json:
              schema:
                description: One page of rehearsals.
                allOf:
                  - $ref: "#/components/schemas/ListEnvelope"
                  - type: object
                    required: [data]
                    properties:
                      data:
                        type: array
                        description: The rehearsals.
                        items:
                          $ref: "#/components/schemas/Rehearsal"
        default:
          $ref: "#/components/responses/Error"
"""
SCHEMA = """
    Rehearsal:
      description: A rehearsal.
      type: object
      properties:
        topic:
          type: string
          description: What it is about.
"""
USE = """
import sys
from importlib.metadata import version
import callrounded
from callrounded.testing import FakeRounded
{}
assert callrounded.__file__.startswith(sys.prefix)
with FakeRounded(records=250).serve() as server, callrounded.Rounded("test-key", base_url=server.url) as client:
    print(f"callrounded {{version('callrounded')}} lists {{len(client.phone_numbers.list_all())}} numbers")
"""


@dataclass
class Act:
    """A release: edits of the document, what `changes` says, where the changelog tells it, what can be used then."""

    edits: list[tuple[str, str]]
    said: str
    heading: str
    use: str = ""


STORY = {
    "other words": Act(
        [(r"(\n  schemas:\n.+?description: )([A-Z][^:\n]+\n)", r"\1In other words, \2")],
        "Documentation only:",
        "Changed",
    ),
    "a new listing": Act(
        [(r"\npaths:\n", f"\npaths:{PATH}"), (r"\n  schemas:\n", f"\n  schemas:{SCHEMA}")],
        "new operation: GET /v1/rehearsals",
        "Added",
        "from callrounded_generated.api.rehearsals.list_rehearsals import sync",
    ),
    "a renamed property": Act(
        [(r"\n        topic:", "\n        title:")],
        "renamed to title: use title",
        "Changed",
        "from callrounded_generated.models import Rehearsal; Rehearsal(title='Release')",
    ),
}


class Stage:
    """The clone, and the commands that are run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clone = workbench.copy(folder / "clone")
        self.environment = os.environ | {"TWINE_USERNAME": workbench.USER, "TWINE_PASSWORD": workbench.TOKEN}

    def run(self, *command: str | Path, fails: bool = False) -> str:
        """Run a command and print what it says; an AssertionError if it does not end as it should."""
        began = time.monotonic()
        done = subprocess.run(
            command, cwd=self.clone, env=self.environment, capture_output=True, text=True, check=False
        )
        shown = " ".join(map(str, command)).replace(sys.executable, "python").replace(str(self.folder), "...")
        print(f"$ {shown}\n{done.stdout}{done.stderr}# {time.monotonic() - began:.1f} s\n", flush=True)
        assert workbench.TOKEN not in done.stdout + done.stderr, "the token shows"
        assert bool(done.returncode) == fails, f"`{shown}` ended with {done.returncode}"
        return done.stdout + done.stderr

    def python(self, *words: str | Path, fails: bool = False) -> str:
        """Run a module of Python."""
        return self.run(sys.executable, "-m", *words, fails=fails)

    def tell(self, heading: str, what: str) -> None:
        """Add to the Unreleased section of the changelog."""
        told = (self.clone / CHANGELOG).read_text(encoding="utf-8")
        entry = f"## [Unreleased]\n\n### {heading}\n\n- A rehearsal of {what}."
        (self.clone / CHANGELOG).write_text(told.replace("## [Unreleased]", entry, 1), encoding="utf-8")

    def play(self, what: str, act: Act, address: str) -> None:
        """Take an edit of the document to somebody who has installed it."""
        spec = self.clone / SPEC
        for old, new in act.edits:
            text, edits = re.subn(old, new, spec.read_text(encoding="utf-8"), count=1, flags=re.DOTALL)
            assert edits, f"{SPEC} has nothing like {old}"
            spec.write_text(text, encoding="utf-8")
        self.python("generator", "spec")
        self.python("generator", "generate")
        told = act.said == "Documentation only:"
        assert act.said in self.python("release", "changes", fails=not told)
        self.tell(act.heading, what)
        version = json.loads(self.python("release", "changes", "--json"))["next"]
        self.run("git", "add", ".")
        self.run("git", "commit", "--quiet", "--message", what)
        self.python("release", "release", version, "--check", CHECK)
        self.python("release", "publish", "--index", address)
        place = self.folder / version
        python = place / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        self.python("uv", "venv", "--quiet", "--python", sys.executable, place)
        install = ("uv", "pip", "install", "--quiet", "--no-cache", "--python", python)
        self.python(*install, "--index", f"{address}simple/", f"callrounded=={version}")
        said = self.run(python, "-I", "-c", USE.format(act.use))
        assert said == f"callrounded {version} lists 250 numbers\n"


def main() -> None:
    """Play the three releases, after one of the tree as it is."""
    os.environ.update(workbench.IDENTITY)
    with tempfile.TemporaryDirectory() as folder, workbench.index(Path(folder, "index")) as address:
        stage = Stage(Path(folder))
        stage.tell("Added", "all there is")
        stage.run("git", "commit", "--quiet", "--all", "--message", "changelog")
        stage.python("release", "release", str(version_of(stage.clone)), "--check", CHECK)
        for what, act in STORY.items():
            stage.play(what, act, address)


if __name__ == "__main__":
    main()
