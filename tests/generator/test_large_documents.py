"""Documents of the size that the trade has: everything in them is generated, imported and accepted by mypy."""

import functools
import importlib
import json
import pkgutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from generator.check import check
from generator.document import Document
from generator.render import render

GENERATOR = Path(__file__).parents[2] / "generator"

Node = dict[str, Any]


def ref(name: str, section: str = "schemas") -> Node:
    """Return a reference to a component."""
    return {"$ref": f"#/components/{section}/{name}"}


def content(schema: Node, media_type: str = "application/json", **more: Any) -> Node:
    """Return a body or a response of one media type."""
    return {"content": {media_type: {"schema": schema}}, **more}


# ----------------------------------------------------------------------------------------------------------------------
# A shop: CRUD for each kind of resource, with tags, pages, allOf, enums, ids in the path, and errors by range.

RESOURCES = [
    f"{adjective}{noun}"
    for adjective in ("", "Archived", "Draft", "Shared", "Partner")
    for noun in (
        "Order",
        "Invoice",
        "Customer",
        "Product",
        "PriceList",
        "StockItem",
        "TaxRate",
        "Address",
        "API Key",
        "Class",
    )
]
VALUES: list[Node] = [
    {"type": "string", "maxLength": 80, "description": 'A name, as in "Ada".'},
    {"type": "integer", "minimum": 0, "default": 1},
    {"type": "number", "format": "double"},
    {"type": "boolean", "default": False},
    {"type": "string", "format": "uuid"},
    {"type": "string", "format": "date"},
    {"type": "string", "format": "date-time", "readOnly": True},
    {"type": ["string", "null"], "format": "uri"},
    {"type": "array", "items": {"type": "string"}, "default": []},
    {"type": "object", "additionalProperties": {"type": "integer"}},
    {"enum": ["open", "on-hold", "2nd try", "closed"], "default": "open"},
    {"type": "string", "enum": ["EUR", "USD"], "deprecated": True},
    {"anyOf": [{"type": "integer"}, {"type": "string"}, {"type": "null"}]},
    {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
    {},
]
NAMES = [
    "name",
    "type",
    "class",
    "list",
    "date",
    "createdBy",
    "x-note",
    "value",
    "id_2",
    "from",
    "status",
    "data",
    "str",
]


def shop() -> Node:
    """Return the OpenAPI 3.1 document of a shop: 300 operations."""
    schemas: Node = {
        "Entity": {
            "type": "object",
            "required": ["id", "created_at"],
            "properties": {
                "id": {"type": "string", "format": "uuid"},
                "created_at": {"type": "string", "format": "date-time"},
                "updated_at": {"type": ["string", "null"], "format": "date-time"},
                "labels": ref("Labels"),
            },
        },
        "Labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "Page": {
            "type": "object",
            "required": ["page", "total"],
            "properties": {
                "page": {"type": "integer"},
                "total": {"type": "integer"},
                "next": {"type": ["string", "null"]},
            },
        },
        "State": {
            "type": "string",
            "enum": ["active", "in-active", "deleted"],
            "x-enum-varnames": ["ON", "OFF", "GONE"],
        },
        "Error": {
            "type": "object",
            "required": ["code"],
            "properties": {"code": {"type": "integer"}, "details": {"type": "array", "items": ref("ErrorDetail")}},
        },
        "ErrorDetail": {"type": "object", "properties": {"path": {"type": "string"}, "cause": ref("Error")}},
    }
    paths: Node = {}
    for number, resource in enumerate(RESOURCES):
        name, tag = resource.replace(" ", ""), f"{resource}s"
        own = {NAMES[(number + 3 * j) % len(NAMES)]: VALUES[(number + j) % len(VALUES)] for j in range(9)}
        linked = RESOURCES[(number + 7) % len(RESOURCES)].replace(" ", "")
        own |= {"state": ref("State"), "parent": ref(name), "related": {"type": "array", "items": ref(linked)}}
        own["lines"] = {"type": "array", "items": {"type": "object", "properties": dict(list(own.items())[:3])}}
        schemas[f"{name}Fields"] = {"type": "object", "description": f"What a {resource} \\ has.", "properties": own}
        required = [next(iter(own)), "state"]
        schemas[name] = {"allOf": [ref("Entity"), ref(f"{name}Fields"), {"type": "object", "required": required}]}
        schemas[f"{name}Create"] = {"allOf": [ref(f"{name}Fields")], "required": ["state"]}
        page = {"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": ref(name)}}}
        schemas[f"{name}Page"] = {"allOf": [ref("Page"), page]}
        one = content(ref(name), description="One.")
        failures: Node = {"4XX": ref("Failure", "responses"), "default": ref("Failure", "responses")}

        def operation(verb: str, responses: Node, **more: Any) -> Node:
            identifier = f"{verb}{name}"  # noqa: B023 - used within the turn
            return {"operationId": identifier, "tags": [tag], "responses": responses | failures, **more}  # noqa: B023

        filters = [ref("PageNumber", "parameters"), ref("Limit", "parameters"), ref("Sort", "parameters")]
        since = {"name": "created[since]", "in": "query", "schema": {"type": "string", "format": "date-time"}}
        state = {"name": "state", "in": "query", "explode": False, "schema": {"type": "array", "items": ref("State")}}
        body = content(ref(f"{name}Create"), required=True)
        paths[f"/v1/{name}"] = {
            "get": operation(
                "list",
                {"200": content(ref(f"{name}Page"), description="A page.")},
                parameters=[*filters, since, state],
                summary=f"List {tag}",
            ),
            "post": operation("create", {"201": one}, requestBody=body),
        }
        identity = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
        etag = {"name": "If-Match", "in": "header", "schema": {"type": "string"}}
        patch = content(ref(f"{name}Fields"), "application/merge-patch+json" if number % 2 else "application/json")
        paths[f"/v1/{name}/{{id}}"] = {
            "parameters": [identity],
            "get": operation("get", {"200": one, "304": {"description": "Unchanged."}}, parameters=[etag]),
            "put": operation("replace", {"200": one}, requestBody=body, parameters=[etag]),
            "patch": operation("update", {"2XX": one}, requestBody=patch),
            "delete": operation("delete", {"204": {"description": "Gone."}}, deprecated=bool(number % 3)),
        }
    parameters = {
        "PageNumber": {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1, "default": 1}},
        "Limit": {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 100}},
        "Sort": {"name": "sort", "in": "query", "schema": {"type": "string", "enum": ["id", "-id"]}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "servers": [{"url": "https://shop.example/{stage}", "variables": {"stage": {"default": "live"}}}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": parameters,
            "responses": {"Failure": content(ref("Error"), description="It failed.")},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


# ----------------------------------------------------------------------------------------------------------------------
# Payments: procedures, with unions, forms, files, null everywhere and deep nesting, in the syntax of OpenAPI 3.0.

SERVICES = [
    "accounts",
    "charges",
    "disputes",
    "payouts",
    "refunds",
    "terminal.readers",
    "issuing",
    "tax",
    "import",
    "kyc",
]
METHODS = ["authorize", "capture", "cancel", "search", "export", "upload", "verify", "list"]


def nullable(schema: Node) -> Node:
    """Return *schema*, or null, as OpenAPI 3.0 says it."""
    return {"allOf": [schema], "nullable": True} if "$ref" in schema else {**schema, "nullable": True}


def nested(depth: int) -> Node:
    """Return an object in an object, *depth* times."""
    inner = nested(depth - 1) if depth else nullable({"type": "string", "example": "x"})
    return {
        "type": "object",
        "nullable": True,
        "properties": {
            f"level_{depth}": inner,
            "amounts": {"type": "array", "items": nullable({"type": "integer", "format": "int64"})},
            "when": nullable({"type": "string", "format": "date-time"}),
            "reason": {"type": "string", "enum": ["fraud", "duplicate", None], "nullable": True},
            "metadata": {"type": "object", "additionalProperties": nullable({"type": "string"})},
        },
    }


def payments() -> Node:
    """Return the OpenAPI 3.0 document of a payment service: 320 operations."""
    schemas: Node = {
        "Money": {
            "type": "object",
            "required": ["amount", "currency"],
            "properties": {
                "amount": {"type": "integer", "minimum": 0, "exclusiveMinimum": True},
                "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "default": "EUR"},
            },
        },
        "Details": nested(5),
        "Failure": {
            "type": "object",
            "properties": {"error": nullable(ref("Money")), "message": nullable({"type": "string"})},
        },
    }
    paths: Node = {}
    for version in range(4):
        for number, service in enumerate(SERVICES):
            name = f"V{version}_{service}"
            union = f"{name}_source"
            kinds = ["card", "bank-transfer", "wallet"]
            for kind in kinds:
                schemas[f"{name}_{kind}"] = {
                    "type": "object",
                    "required": ["object"],
                    "properties": {
                        "object": {"type": "string"},
                        "id": {"type": "string", "format": "uuid"},
                        "money": nullable(ref("Money")),
                        "details": nested(3) if kind == "card" else nullable(ref("Details")),
                        "fallback": nullable(ref(union)) if kind == "wallet" else {"type": "string", "nullable": True},
                    },
                }
            schemas[union] = {
                "description": f"Where the money of {service} comes from.",
                "oneOf": [ref(f"{name}_{kind}") for kind in kinds],
                "discriminator": {
                    "propertyName": "object",
                    "mapping": {kind: f"#/components/schemas/{name}_{kind}" for kind in kinds},
                },
            }
            schemas[f"{name}_result"] = {
                "type": "object",
                "properties": {
                    "source": ref(union),
                    "sources": {"type": "array", "items": ref(union)},
                    "by_id": {"type": "object", "additionalProperties": ref(union)},
                    "cursor": nullable({"type": "string"}),
                    "either": {"oneOf": [{"type": "string"}, {"type": "integer"}], "nullable": True},
                },
            }
            for index, method in enumerate(METHODS):
                paths[f"/rpc/v{version}/{service}.{method}"] = {
                    "post": procedure(f"{name}", method, service, (number + index) % 5)
                }
    return {
        "openapi": "3.0.3",
        "info": {"title": "Payments", "version": "2"},
        "servers": [{"url": "https://pay.example"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Pay-Key"}},
        },
    }


def procedure(name: str, method: str, service: str, style: int) -> Node:
    """Return one operation; *style* says what it takes and returns."""
    fields: Node = {
        "amount": {"type": "integer"},
        "note": nullable({"type": "string"}),
        "tags": {"type": "array", "items": {"type": "string"}},
        "dry_run": {"type": "boolean", "default": False},
    }
    form = {"type": "object", "required": ["amount"], "properties": fields}
    file = {"type": "string", "format": "binary"}
    upload = {
        "type": "object",
        "required": ["file"],
        "properties": {"file": file, "files": {"type": "array", "items": file}, **fields},
    }
    bodies: list[Node] = [
        content(ref(f"{name}_source"), required=True),
        content(form, "application/x-www-form-urlencoded", required=True),
        content(upload, "multipart/form-data"),
        content({"type": "array", "items": nullable(ref(f"{name}_source"))}),
        content(file, "application/octet-stream", required=True),
    ]
    results: list[Node] = [
        content(ref(f"{name}_result")),
        content({"oneOf": [ref(f"{name}_card"), ref(f"{name}_wallet")]}),
        content({"type": "string"}, "text/plain"),
        content({"type": "array", "items": ref(f"{name}_source")}),
        content(file, "application/octet-stream"),
    ]
    idempotency = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 36}}
    session = {"name": "session", "in": "cookie", "schema": nullable({"type": "string"})}
    expand = {"name": "expand[]", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}}
    # Parameters called like the types of others, and of the responses.
    names = ("Any", "Failure", "date", "list", "parsed", "str", "success")
    hiding = [{"name": each, "in": "query", "schema": {"type": "string"}} for each in names]
    return {
        "operationId": f"{name}.{method}",
        "tags": [service],
        "description": f'To {method} in {service}.\n\nTakes """anything""".',
        "parameters": [idempotency, session, expand, *hiding],
        "requestBody": bodies[style],
        "responses": {
            "200": {**results[(style + len(method)) % 5], "description": "Done."},
            "402": content(ref("Failure"), description="Not paid."),
            "default": content(nullable(ref("Failure")), description="Failed."),
        },
    }


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], ModuleType]]:
    """Generate a document, once, and return its package."""
    folder = tmp_path_factory.mktemp("large")

    @functools.cache
    def generated(name: str) -> ModuleType:
        data = {"shop": shop, "payments": payments}[name]()
        document = Document.parse(json.dumps(data, indent=1).encode(), f"{name}.json")
        check(document)
        render(document, GENERATOR / "config.yaml", GENERATOR / "templates", folder / name)
        return importlib.import_module(name)

    sys.path.insert(0, str(folder))
    yield generated
    sys.path.remove(str(folder))


@pytest.mark.parametrize(("name", "operations", "classes"), [("shop", 300, 250), ("payments", 320, 600)])
def test_everything_can_be_imported(
    package: Callable[[str], ModuleType], name: str, operations: int, classes: int
) -> None:
    """Each operation has a module, each schema a class, and all of them can be imported."""
    modules = [module.name for module in pkgutil.walk_packages(package(name).__path__, f"{name}.")]
    endpoints = [importlib.import_module(module) for module in modules if module.count(".") == 3]
    assert len(endpoints) == operations
    assert all(endpoint.sync_detailed and endpoint.asyncio_detailed for endpoint in endpoints)
    assert len(importlib.import_module(f"{name}.models").__all__) >= classes


def test_pages_of_the_shop(package: Callable[[str], ModuleType]) -> None:
    """What allOf puts together, with enums inside, is read and written as it is."""
    models = importlib.import_module(f"{package('shop').__name__}.models")
    record = {"id": "3c90c3cc-0d44-4b50-8888-8dd25736052a", "created_at": "2024-01-01T00:00:00Z", "state": "in-active"}
    body = {"page": 1, "total": 1, "items": [{**record, "name": "Ada"}]}
    page = models.OrderPage.from_dict(body)
    assert page.items[0].state is models.State.OFF
    assert page.to_dict() == body


def test_sources_of_payments(package: Callable[[str], ModuleType]) -> None:
    """Null and unknown variants are read deep inside."""
    models = importlib.import_module(f"{package('payments').__name__}.models")
    body = {"object": "wallet", "details": {"level_5": {"level_4": None}}, "fallback": {"object": "cash", "x": 1}}
    wallet = models.V0ChargesWallet.from_dict(body)
    assert wallet.to_dict() == body
    assert type(wallet.fallback) is models.UnknownV0ChargesSource


def test_mypy_accepts_everything(
    package: Callable[[str], ModuleType], tmp_path: Path, environment: dict[str, str]
) -> None:
    """Both packages pass mypy in strict mode, in one run."""
    folders = [package(name).__path__[0] for name in ("shop", "payments")]
    options = ["--strict", "--python-version=3.11", "--config-file=", f"--cache-dir={tmp_path}"]
    command = [sys.executable, "-m", "mypy", *options, *folders]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
