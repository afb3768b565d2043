"""Parameters of every kind that a document can describe are accepted, and sent as it says."""

import datetime as dt
import importlib
import inspect
import textwrap
import uuid
from types import ModuleType
from typing import Any

import httpx
import pytest

from tests.generator.conftest import called


class Api:
    """The operation of a document with these *parameters*; its last request is kept."""

    def __init__(
        self, package: Any, parameters: str, path: str = "/things", more: str = "", components: str = ""
    ) -> None:
        spec = f"paths:\n  {path}:\n    get:\n      operationId: load\n      tags: [t]\n"
        spec += "      responses: {'204': {description: Done.}}\n"
        spec += textwrap.indent(textwrap.dedent(more), " " * 6)
        if parameters:
            spec += "\n      parameters:\n" + textwrap.indent(textwrap.dedent(parameters).strip(), " " * 8) + "\n"
        spec += ("\ncomponents:\n" + textwrap.indent(textwrap.dedent(components), "  ")) if components else ""
        self.package: ModuleType = package(spec)
        self.module = importlib.import_module(f"{self.package.__name__}.api.t.load")
        self.transport = httpx.MockTransport(self._handle)
        self.client = self.package.Client(httpx_args={"transport": self.transport})

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.last = request
        return httpx.Response(204)

    def send(self, **arguments: Any) -> httpx.Request:
        """Call the operation and return the request that it sends."""
        self.module.sync(client=self.client, **arguments)
        return self.last

    @property
    def arguments(self) -> list[str]:
        """The names of the arguments, apart from the client."""
        return list(inspect.signature(self.module.sync).parameters)[1:]

    def query(self, **arguments: Any) -> str:
        """Call the operation and return the query that it sends."""
        return self.send(**arguments).url.query.decode()


def test_the_four_places(package: Any) -> None:
    """Parameters are sent in the path, the query, headers and cookies."""
    api = Api(
        package,
        """
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: q, in: query, schema: {type: string}}
        - {name: X-Trace, in: header, schema: {type: integer}}
        - {name: session, in: cookie, schema: {type: string}}
        """,
        "/things/{id}",
    )
    request = api.send(id="a/b", q="c d", x_trace=3, session="s")
    assert (request.url.raw_path, request.headers["x-trace"]) == (b"/things/a%2Fb?q=c+d", "3")
    assert request.headers["cookie"] == "session=s"
    request = api.send(id="a")
    assert (request.url.raw_path, "x-trace" in request.headers, "cookie" in request.headers) == (
        b"/things/a",
        False,
        False,
    )


def test_cookies_beside_those_of_the_client(package: Any) -> None:
    """Cookies of the client and of the operation are sent in one header."""
    api = Api(package, "- {name: a, in: cookie, required: true, schema: {type: boolean}}")
    api.client = api.client.with_cookies({"b": "x"})
    assert set(api.send(a=True).headers["cookie"].split("; ")) == {"a=true", "b=x"}


@pytest.mark.parametrize("location", ["query", "header", "cookie", "path"])
@pytest.mark.parametrize(
    ("schema", "value", "text"),
    [
        ("{type: integer}", 3, "3"),
        ("{type: number}", 0.5, "0.5"),
        ("{type: boolean}", True, "true"),
        ("{type: string, format: date}", dt.date(2024, 1, 2), "2024-01-02"),
        ("{type: string, format: date-time}", dt.datetime(2024, 1, 2, tzinfo=dt.UTC), "2024-01-02T00:00:00Z"),
        ("{type: string, format: uuid}", uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ("{type: [integer, string]}", "x", "x"),
        ("{const: fixed}", "fixed", "fixed"),
        ("{type: string, enum: [low, high]}", "low", "low"),
        ("{}", 1, "1"),
    ],
)
def test_values(package: Any, location: str, schema: str, value: Any, text: str) -> None:
    """Values are spelled as in JSON, without quotes, wherever they are sent."""
    if location == "header" and ("format: date" in schema or schema in ("{}", "{const: fixed}")):
        schema = "{type: string}"  # openapi-python-client takes no other types in a header than plain ones
        value = text
    path = "/things/{value}" if location == "path" else "/things"
    api = Api(package, f"- {{name: value, in: {location}, required: true, schema: {schema}}}", path)
    request = api.send(value=value)
    found = {
        "query": request.url.params.get("value"),
        "header": request.headers.get("value"),
        "cookie": request.headers.get("cookie", "").removeprefix("value="),
        "path": request.url.path.removeprefix("/things/"),
    }
    assert found[location] == text


@pytest.mark.parametrize(
    ("more", "query"),
    [
        ("", "v=1&v=2"),
        (", explode: true", "v=1&v=2"),
        (", explode: false", "v=1%2C2"),
        (", style: form, explode: false", "v=1%2C2"),
    ],
)
def test_arrays_in_the_query(package: Any, more: str, query: str) -> None:
    """A list is a parameter for each of its elements, or one with commas if it does not explode."""
    api = Api(package, f"- {{name: v, in: query{more}, schema: {{type: array, items: {{type: integer}}}}}}")
    assert api.query(v=[1, 2]) == query
    assert api.query(v=[1]) == "v=1"
    assert api.query() == ""


@pytest.mark.parametrize("location", ["cookie", "path"])
def test_arrays_elsewhere(package: Any, location: str) -> None:
    """A list in a path or a cookie that does not explode is separated by commas."""
    path = "/things/{v}" if location == "path" else "/things"
    style = ", explode: false" if location == "cookie" else ""
    schema = "{type: array, items: {type: string}}"
    api = Api(package, f"- {{name: v, in: {location}, required: true{style}, schema: {schema}}}", path)
    request = api.send(v=["a", "b"])
    found = {
        "cookie": request.headers.get("cookie"),
        "path": request.url.path,
    }
    assert found[location] == {"cookie": "v=a,b", "path": "/things/a,b"}[location]


def test_arrays_of_enums_and_times(package: Any) -> None:
    """The elements of a list are spelled like single values."""
    api = Api(
        package,
        """
        - {name: e, in: query, explode: false, schema: {type: array, items: {type: string, enum: [a, b]}}}
        - {name: d, in: query, schema: {type: array, items: {type: string, format: date}}}
        """,
    )
    models = importlib.import_module(f"{api.package.__name__}.models")
    enum = next(getattr(models, name) for name in models.__all__)
    assert api.query(e=[enum.A, enum.B], d=[dt.date(2024, 1, 2)]) == "e=a%2Cb&d=2024-01-02"


def test_an_object_in_the_query(package: Any) -> None:
    """Each of its properties is a parameter, those that were not given excepted."""
    api = Api(
        package,
        "- {name: filter, in: query, schema: {$ref: '#/components/schemas/Filter'}}",
        components="schemas: {Filter: {type: object, properties: {a: {type: integer}, b: {type: string}}}}",
    )
    models = importlib.import_module(f"{api.package.__name__}.models")
    assert api.query(filter=models.Filter(a=1)) == "a=1"


def test_shared_parameters(package: Any) -> None:
    """A reference to a parameter, or to its schema, is followed; a parameter of the path is one of its operations."""
    found: ModuleType = package("""
    paths:
      /things/{id}:
        parameters:
          - {$ref: '#/components/parameters/Id'}
          - {name: page, in: query, schema: {type: string}}
        get:
          operationId: load
          tags: [t]
          parameters:
            - {$ref: '#/components/parameters/Level'}
            - {name: page, in: query, required: true, schema: {type: integer}}
          responses: {'204': {description: Done.}}
    components:
      parameters:
        Id: {name: id, in: path, required: true, schema: {type: integer}}
        Level: {name: level, in: query, schema: {$ref: '#/components/schemas/Level'}}
      schemas: {Level: {type: string, enum: [low, high]}}
    """)
    level = importlib.import_module(f"{found.__name__}.models").Level
    request = called(found, "load", id=3, level=level.HIGH, page=2).http.request
    assert request.url.path == "/things/3"
    assert dict(request.url.params) == {"level": "high", "page": "2"}
    with pytest.raises(TypeError, match="page"):
        called(found, "load", id=3)


def test_one_name_in_four_places(package: Any) -> None:
    """Parameters of one name are told apart, and each is sent in its place."""
    api = Api(
        package,
        """
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: id, in: query, required: true, schema: {type: string}}
        - {name: id, in: header, required: true, schema: {type: string}}
        - {name: id, in: cookie, required: true, schema: {type: string}}
        """,
        "/things/{id}",
    )
    assert api.arguments == ["id", "id_query", "id_header", "id_cookie"]
    request = api.send(**dict(zip(api.arguments, "pqhc", strict=True)))
    assert request.url.raw_path == b"/things/p?id=q"
    assert (request.headers["id"], request.headers["cookie"]) == ("h", "id=c")


@pytest.mark.parametrize(
    "names",
    [
        ["'+1'", "'-1'"],
        ["created-at", "created_at"],
        ["a b", "a-b", "a.b", "a_b"],
        ["createdAt", "created_at"],
        ["a", "a[]", "'a[b]'"],
        ["class", "class_"],
        ["self", "client", "body", "build", "parse", "UNSET"],
        ["_operation", "_responses", "Request", "Any", "str"],
        ["'$'", "'é'", "'1st'"],
        ["x_2", "x", "x-"],
    ],
)
def test_names_of_parameters_that_collide(package: Any, names: list[str]) -> None:
    """Every parameter has a name of its own in Python, and is sent under that of the document."""
    names = [name if name.startswith("'") else f"'{name}'" for name in names]
    api = Api(package, "\n".join(f"- {{name: {name}, in: query, schema: {{type: string}}}}" for name in names))
    assert len(set(api.arguments)) == len(names)
    api.send(**{argument: str(index) for index, argument in enumerate(api.arguments)})
    assert api.last.url.params.multi_items() == [(name.strip("'"), str(index)) for index, name in enumerate(names)]


@pytest.mark.parametrize(
    "names", [["+1", "-1"], ["created-at", "created_at"], ["to_dict", "raw", "self"], ["str", "int", "s"], ["", "$"]]
)
def test_names_of_properties_that_collide(package: Any, names: list[str]) -> None:
    """Every property has an attribute of its own, and is read and sent under its own name."""
    properties = ", ".join(f"'{name}': {{type: integer}}" for name in names)
    found: ModuleType = package(f"""
    paths:
      /things:
        post:
          operationId: load
          tags: [t]
          requestBody: {{content: {{application/json: {{schema: {{$ref: '#/components/schemas/Thing'}}}}}}}}
          responses: {{'204': {{description: Done.}}}}
    components: {{schemas: {{Thing: {{type: object, properties: {{{properties}}}}}}}}}
    """)
    thing = importlib.import_module(f"{found.__name__}.models").Thing
    others = {"_received", "additional_properties"}
    arguments = [name for name in inspect.signature(thing).parameters if name not in others]
    data = {name: index for index, name in enumerate(names)}
    made = thing(**dict(zip(arguments, data.values(), strict=True)))
    assert made.to_dict() == data
    assert thing.from_dict(data) == made


@pytest.mark.parametrize(
    "values", [["+1", "-1"], ["created-at", "created_at"], ["a", "A"], ["", " "], ["1", "_1"], ["mro", "name", "value"]]
)
def test_names_of_enum_values_that_collide(package: Any, values: list[str]) -> None:
    """Every value has a member of its own."""
    listed = ", ".join(f"'{value}'" for value in values)
    api = Api(
        package,
        "- {name: e, in: query, schema: {$ref: '#/components/schemas/E'}}",
        components=f"schemas: {{E: {{type: string, enum: [{listed}]}}}}",
    )
    enum = importlib.import_module(f"{api.package.__name__}.models").E
    assert [member.value for member in enum] == values
    for member in enum:
        assert httpx.QueryParams(api.query(e=member)).get("e") == member.value


def test_enums_of_numbers(package: Any) -> None:
    """Negative numbers have names of their own."""
    api = Api(package, "- {name: e, in: query, schema: {type: integer, enum: [1, -1, 0], title: Sign}}")
    models = importlib.import_module(f"{api.package.__name__}.models")
    enum = getattr(models, models.__all__[0])
    assert [int(member) for member in enum] == [1, -1, 0]
    assert api.query(e=enum(-1)) == "e=-1"


def test_names_of_enum_values_that_the_document_gives(package: Any) -> None:
    """`x-enum-varnames` names the members."""
    api = Api(
        package,
        "- {name: e, in: query, schema: {$ref: '#/components/schemas/E'}}",
        components="schemas: {E: {type: integer, enum: [1, 2], x-enum-varnames: [ACTIVE, GONE]}}",
    )
    enum = importlib.import_module(f"{api.package.__name__}.models").E
    assert [(member.name, member.value) for member in enum] == [("ACTIVE", 1), ("GONE", 2)]


SECURED = "securitySchemes: {key: {type: http, scheme: bearer}}"


@pytest.mark.parametrize(
    ("security", "client"),
    [
        ("security: []", "Client"),
        ("security: [{}]", "Client"),
        ("security: [{key: []}]", "AuthenticatedClient"),
        ("security: [{}, {key: []}]", "Client"),
        ("", "Client"),
    ],
)
def test_the_client_of_an_operation(package: Any, security: str, client: str) -> None:
    """Its signature says whether it needs a token."""
    api = Api(package, "", more=security, components=SECURED)
    assert api.module.sync.__annotations__["client"] == client


def test_an_operation_without_security_sends_no_token(package: Any) -> None:
    """`security: []` means that the token is not for it, even where a client has one; elsewhere it is sent."""
    for security, is_sent in (("security: [{key: []}]", True), ("security: []", False)):
        api = Api(package, "", more=security, components=SECURED)
        token_client = api.package.AuthenticatedClient(token="t0k", httpx_args={"transport": api.transport})
        api.module.sync(client=token_client)
        assert ("t0k" in str(list(api.last.headers.values()))) is is_sent


def test_what_is_deprecated_says_so(package: Any) -> None:
    """The docstring tells of a deprecated operation, and of a deprecated parameter."""
    api = Api(package, "- {name: q, in: query, deprecated: true, schema: {type: string}}", more="deprecated: true")
    lines = [line.strip() for line in api.module.sync.__doc__.splitlines()]
    assert "Deprecated." in lines
    assert any(line.startswith("q: Deprecated.") for line in lines)


@pytest.mark.parametrize(
    ("schema", "annotation"),
    [
        ("{type: integer, minimum: 1, maximum: 9}", "Annotated[int, Meta(ge=1, le=9)] | None"),
        ("{type: number, exclusiveMinimum: 0}", "Annotated[float, Meta(gt=0)] | None"),
        ("{type: string, minLength: 1}", "Annotated[str, Meta(min_length=1)] | None"),
        ("{type: [integer, 'null'], minimum: 1}", "Annotated[int, Meta(ge=1)] | None"),
        (
            "{type: array, maxItems: 3, items: {type: string}}",
            "Annotated[list[str], Meta(max_length=3)] | None",
        ),
        ("{type: array, items: {type: [string, integer]}, minItems: 1}", None),
        ("{type: [string, integer], minLength: 1}", None),
    ],
)
def test_bounds(package: Any, schema: str, annotation: str | None) -> None:
    """They stand in the annotation, and do not keep a parameter from being sent."""
    api = Api(package, f"- {{name: q, in: query, schema: {schema}}}")
    if annotation:
        assert api.module.sync.__annotations__["q"] == annotation
    assert api.query(q=["1"] if "array" in schema else 5) in {"q=1", "q=5"}


def test_a_default_is_left_to_the_server(package: Any) -> None:
    """A parameter that was not given is not sent, whatever its default."""
    api = Api(package, "- {name: q, in: query, schema: {type: integer, default: 3}}")
    assert api.query() == ""
    assert api.query(q=3) == "q=3"


def test_what_is_given_of_an_object_is_sent(package: Any) -> None:
    """Also what equals the default of the document."""
    api = Api(
        package,
        "- {name: filter, in: query, schema: {$ref: '#/components/schemas/Filter'}}",
        components="schemas: {Filter: {type: object, properties: {a: {type: integer, default: 1}, b: {type: string}}}}",
    )
    models = importlib.import_module(f"{api.package.__name__}.models")
    assert api.query(filter=models.Filter(a=1)) == "a=1"
    assert api.query(filter=models.Filter()) == ""


def test_bounds_of_an_array_that_may_hold_null(package: Any) -> None:
    """They are those of the array."""
    api = Api(package, "- {name: a, in: query, schema: {type: array, maxItems: 2, items: {type: [string, 'null']}}}")
    said = api.module.sync.__annotations__["a"]
    assert said == "Annotated[list[str | None], Meta(max_length=2)] | None"


@pytest.mark.parametrize(
    ("more", "schema", "said"),
    [
        ("", "{type: integer, default: 1}", "The query parameter q. Default: 1."),
        ("description: How, ", "{type: string, default: a}", 'How. Default: "a".'),
        ("", "{$ref: '#/components/schemas/Flag'}", "The query parameter q. Default: false."),
        ("description: Where., ", "{type: string, format: uri}", "Where. Format: uri."),
        ("description: When., ", "{type: string, format: date-time}", "When."),
        ("", "{type: string, pattern: '^a+$'}", "The query parameter q. Pattern: `^a+$`."),
        ("description: Old., ", "{type: string, deprecated: true}", "Deprecated. Old."),
    ],
)
def test_what_changes_no_type_is_documented(package: Any, more: str, schema: str, said: str) -> None:
    """The docstring has what the annotation does not tell, on one line."""
    api = Api(
        package,
        f"- {{name: q, in: query, {more}schema: {schema}}}",
        components="schemas: {Flag: {type: boolean, default: false}}",
    )
    assert f"q: {said}" in [line.strip() for line in api.module.sync.__doc__.splitlines()]
