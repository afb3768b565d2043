"""What was seen of an API, compared with its OpenAPI document."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from generator.check import validator
from generator.document import Document, Json, Pointer, excerpt, fields, items, place
from observe.exchanges import Exchange

genson: Any = import_module("genson")  # not typed

# Headers of HTTP itself, and of the servers that stand before an API.
_STANDARD_HEADERS = re.compile(
    r"(accept|access-control|age|allow|alt-svc|cache|cf-|connection|content|cross-origin|date|etag|expires|keep-alive"
    r"|last-modified|link|location|nel|pragma|referrer|report|retry-after|server|set-cookie|strict-transport|transfer"
    r"|upgrade|vary|via|warning|www-authenticate|x-content-type-options|x-frame|x-powered|x-xss).*"
)
_FORMATS = {
    "uuid": re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "date-time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"),
}


@dataclass
class Observations:
    """What was seen, in the order in which it was seen.

    Attributes:
        violations: What contradicts the document, by its kind: where it was seen first.
        news: Statuses, headers and values of discriminators that the document does not list.
        undocumented: The values of undocumented properties, by the schema and the name.
        possible: The documented properties that objects of a kind that was seen can have.
        seen: Those that were there.
    """

    document: Document
    violations: dict[str, str] = field(default_factory=dict[str, str])
    news: dict[str, None] = field(default_factory=dict[str, None])
    undocumented: dict[tuple[Pointer, str], list[Json]] = field(default_factory=dict[tuple[Pointer, str], list[Json]])
    possible: dict[Pointer, None] = field(default_factory=dict[Pointer, None])
    seen: set[Pointer] = field(default_factory=set[Pointer])

    def add(self, exchange: Exchange, operation: str = "") -> None:
        """Compare an exchange with its operation: that of its path, or the one whose operationId is given."""
        found = list(_operations(self.document, exchange, operation))
        if len(found) != 1:
            what = f"{exchange.method} {exchange.path} is no operation of the document"
            self.news[f"{exchange.source}: {what if exchange.method else 'name its operation with --operation'}"] = None
            return
        pointer, node = found[0]
        responses = fields(node["responses"])
        status = "200" if exchange.status is None else str(exchange.status)
        key = next((key for key in (status, f"{status[0]}XX", "default") if key in responses), None)
        if key != status:
            covered = f"covered by {key} alone" if key else "not documented"
            self.news[f"{self._at((*pointer, 'responses'))}: status {status} is {covered}"] = None
        if key is None:
            return
        at, response = self.document.resolve(responses[key], (*pointer, "responses", key))
        documented = {name.lower() for name in fields(response.get("headers"))}
        for name in exchange.headers.keys() - documented:
            if not _STANDARD_HEADERS.fullmatch(name):
                self.news[f"{self._at(at)}: the header {name} is not documented"] = None
        media_type = next((name for name in fields(response.get("content")) if "json" in name), None)
        if media_type is None:
            return
        schema = (*at, "content", media_type, "schema")
        for error in validator(self.document, self._node(schema)).iter_errors(exchange.body):
            if error.validator == "oneOf" and "discriminator" in error.schema:
                continue  # A new variant, which is noted as news below.
            # One for each kind: the records of a page have the same fault a thousand times.
            kind = f"{error.validator} {[part for part in error.absolute_path if isinstance(part, str)]}"
            where = place(tuple(error.absolute_path)) or "the whole body"
            self.violations.setdefault(kind, f"{exchange.source}: {where}: {error.message[:200]}")
        self._compare(schema, exchange.body)

    def _compare(self, pointer: Pointer, value: Json) -> None:
        """Note which properties of *value* the schema at *pointer* has, and which not."""
        if isinstance(value, list):
            for schema in self._parts(pointer, value):
                for item in value if "items" in self._node(schema) else ():
                    self._compare((*schema, "items"), item)
        elif isinstance(value, dict):
            parts = list(self._parts(pointer, value))
            listed = {
                name: (*part, "properties", name)
                for part in parts
                for name in fields(self._node(part).get("properties"))
            }
            self.possible |= dict.fromkeys(listed.values())
            is_map = any(self._node(part).get("additionalProperties") for part in parts)
            for name, inner in value.items():
                if name in listed:
                    self.seen.add(listed[name])
                    self._compare(listed[name], inner)
                elif not is_map and parts:
                    self.undocumented.setdefault((parts[0], name), []).append(inner)

    def _node(self, pointer: Pointer) -> dict[str, Any]:
        node: Any = self.document.data
        for part in pointer:
            node = node[part]
        return fields(node)

    def _parts(self, pointer: Pointer, value: Json) -> Iterator[Pointer]:
        """Yield the places of the schemas that *value* has to do with, the most specific one first."""
        pointer, node = self.document.resolve(self._node(pointer), pointer)
        tag = fields(node.get("discriminator")).get("propertyName")
        for key in ("oneOf", "anyOf"):
            if tag is not None and isinstance(value, dict) and key in node:
                yield from self._variant(pointer, node, value, tag)
                return
            for index, inner in enumerate(items(node.get(key))):
                if validator(self.document, inner).is_valid(value):
                    yield from self._parts((*pointer, key, index), value)
        yield pointer
        for index, _ in enumerate(items(node.get("allOf"))):
            yield from self._parts((*pointer, "allOf", index), value)

    def _variant(self, pointer: Pointer, node: dict[str, Any], value: dict[str, Any], tag: str) -> Iterator[Pointer]:
        name = value.get(tag)
        target = fields(node["discriminator"].get("mapping")).get(str(name), f"#/components/schemas/{name}")
        found = self.document.find(target)
        if found is None:
            self.news[f"{self._at(pointer)}: {tag} can be {excerpt(name)}, which the document does not list"] = None
            self.undocumented.setdefault((pointer, str(name)), []).append(value)
        else:
            yield from self._parts(found, value)

    def _at(self, pointer: Pointer) -> str:
        located = self.document.located(pointer, "")
        return f"{self.document.path}:{located.line}: {located.where}"

    def report(self) -> str:
        """Return what was seen, as text for people."""
        never = [self._at(pointer) for pointer in self.possible if pointer not in self.seen]
        sections = {
            "contradicts the document": [*self.violations.values()],
            "is new": [*self.news],
            "is not documented; add": [self._proposal(*key, values) for key, values in self.undocumented.items()],
            "is documented, and was never there": never,
        }
        parts = [f"{title}:\n" + "\n".join(f"  {line}" for line in lines) for title, lines in sections.items() if lines]
        return "\n".join(parts) or "everything is as documented"

    def _proposal(self, schema: Pointer, name: str, values: Sequence[Json]) -> str:
        builder = genson.SchemaBuilder(schema_uri=None)
        for value in values:
            builder.add_object(value)
        proposed = builder.to_schema()
        for format_, pattern in _FORMATS.items():
            if all(isinstance(value, str) and pattern.fullmatch(value) for value in values):
                proposed["format"] = format_
        text = StringIO()
        yaml: Any = YAML(typ="safe", pure=True)
        yaml.default_flow_style = False
        yaml.sort_base_mapping_type_on_output = False
        yaml.dump({name: proposed}, text)
        shown = "\n".join(f"      {line}" for line in text.getvalue().splitlines())
        times = "once" if len(values) == 1 else f"{len(values)} times"
        return f"{self._at(schema)}: {name}, seen {times}\n{shown}"


def _operations(document: Document, exchange: Exchange, operation: str) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    """Yield the operations that *exchange* may belong to."""
    for pointer, node in document.operations():
        shape = re.sub(r"\\\{[^{}]*\\\}", "[^/]+", re.escape(str(pointer[1])))
        fits = exchange.method == str(pointer[2]).upper() and re.search(f"{shape}/?$", exchange.path)
        if operation == node.get("operationId") if operation and not exchange.method else fits or not exchange.method:
            yield pointer, node
