"""The build hook that puts a CycloneDX bill of materials into the wheel (PEP 770).

It runs wherever a wheel is built, so it needs nothing but hatchling; `publish` holds the result against the schema.
"""

# hatchling's objects are hardly typed: mypy in strict mode judges alone.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

import json
import tempfile
import uuid
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from packaging.requirements import Requirement


class SbomHook(BuildHookInterface[Any]):
    """Names the dependencies, the document by its SHA-256, and the versions of the tools that wrote the client."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Write the bill, the same on every machine, and add it to the wheel."""
        metadata: Any = self.metadata
        manifest = json.loads(Path(self.root, "generated_client/callrounded_generated/manifest.json").read_bytes())
        itself = _library(f"{metadata.name}@{metadata.version}") | {"version": metadata.version}
        document = {
            "type": "data",
            "bom-ref": "document",
            "name": "openapi/rounded.yaml",
            "hashes": [{"alg": "SHA-256", "content": manifest["document"]}],
        }
        needed = [
            _library(each.name) | {"properties": [{"name": "requires", "value": str(each.specifier)}]}
            for each in sorted(map(Requirement, metadata.core.dependencies), key=lambda each: each.name)
        ]
        tools = [{"type": "application", "name": name, "version": tool} for name, tool in manifest["tools"].items()]
        bom: dict[str, Any] = {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "version": 1,
            "serialNumber": uuid.uuid5(uuid.NAMESPACE_URL, f"{itself['purl']}#{manifest['document']}").urn,
            "metadata": {"component": itself, "tools": {"components": tools}},
            "components": [document, *needed],
            "dependencies": [
                {"ref": itself["bom-ref"], "dependsOn": ["document", *(each["bom-ref"] for each in needed)]}
            ],
        }
        self._folder = tempfile.TemporaryDirectory()
        path = Path(self._folder.name, f"{metadata.name}.cdx.json")
        path.write_text(json.dumps(bom, indent=2) + "\n", encoding="utf-8", newline="\n")
        build_data["sbom_files"].append(str(path))

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - the same
        """Remove what the wheel has by now."""
        self._folder.cleanup()


def _library(package: str) -> dict[str, Any]:
    reference = f"pkg:pypi/{package}"
    return {"type": "library", "bom-ref": reference, "name": package.partition("@")[0], "purl": reference}
