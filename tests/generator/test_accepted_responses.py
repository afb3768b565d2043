"""Responses of every kind that a document can describe are accepted, and read as it says."""

import importlib
import json
import textwrap
from types import ModuleType
from typing import Any

import httpx
import pytest

SCHEMAS = """
schemas:
  Thing: {type: object, required: [id], properties: {id: {type: integer}}}
  Fault: {type: object, required: [message], properties: {message: {type: string}}}
  Cat: {type: object, required: [kind], properties: {kind: {const: cat}, lives: {type: integer}}}
  Dog: {type: object, required: [kind], properties: {kind: {const: dog}, tricks: {type: integer}}}
responses:
  Thing: {description: One., content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
  Fault: {description: No., content: {application/json: {schema: {$ref: '#/components/schemas/Fault'}}}}
"""


class Api:
    """The operation of a document with these *responses*."""

    def __init__(self, package: Any, responses: str) -> None:
        spec = "paths:\n  /things:\n    get:\n      operationId: load\n      tags: [t]\n      responses:\n"
        spec += textwrap.indent(textwrap.dedent(responses).strip(), " " * 8) + "\n"
        spec += "components:\n" + textwrap.indent(SCHEMAS, "  ")
        self.package: ModuleType = package(spec)
        self.models = importlib.import_module(f"{self.package.__name__}.models")
        self.module = importlib.import_module(f"{self.package.__name__}.api.t.load")

    def answer(self, status: int = 200, **answer: Any) -> Any:
        """Return the detailed response when the server answers like this."""
        transport = httpx.MockTransport(lambda _: httpx.Response(status, **answer))
        return self.module.sync_detailed(client=self.package.Client(httpx_args={"transport": transport}))

    def load(self, status: int = 200, on_invalid: str = "raise", **answer: Any) -> Any:
        """Return what the response holds when the server answers like this."""
        transport = httpx.MockTransport(lambda _: httpx.Response(status, **answer))
        client = self.package.Client(on_invalid=on_invalid, httpx_args={"transport": transport})
        return self.module.sync(client=client)


def of(schema: str, media_type: str = "application/json") -> str:
    """Return the responses of an operation whose success holds *schema*."""
    return f"'200': {{description: Fine., content: {{'{media_type}': {{schema: {schema}}}}}}}"


THING = "{$ref: '#/components/schemas/Thing'}"


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ("{type: array, items: {type: integer}}", [1, 2]),
        ("{type: array, items: {type: array, items: {type: string}}}", [["a"], []]),
        ("{type: array, items: {}}", [1, "a", None]),
        ("{type: object, additionalProperties: {type: integer}}", {"a": 1}),
        ("{type: object, additionalProperties: {}}", {"a": [1]}),
        ("{type: string}", "x"),
        ("{type: integer}", 3),
        ("{type: number}", 0.5),
        ("{type: boolean}", False),
        ("{type: 'null'}", None),
        ("{type: [integer, 'null']}", None),
        ("{type: [integer, string]}", "x"),
        ("{type: [array, 'null'], items: {type: integer}}", [1]),
        ("{const: fine}", "fine"),
        ("{}", {"a": [1, None]}),
    ],
)
def test_json_of_any_kind(package: Any, schema: str, value: Any) -> None:
    """A response need not be an object: whatever JSON it is, it is read as the value it stands for."""
    assert Api(package, of(schema)).load(content=json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ("{type: array, items: {type: integer}}", [1, "a"]),
        ("{type: object, additionalProperties: {type: integer}}", {"a": "x"}),
        ("{type: string}", 1),
        ("{type: 'null'}", 1),
        ("{const: fine}", "bad"),
        ("{type: [integer, 'null']}", "x"),
    ],
)
def test_json_of_another_kind(package: Any, schema: str, value: Any) -> None:
    """A success that holds something else is a DecodeError, which has the response."""
    api = Api(package, of(schema))
    with pytest.raises(api.package.DecodeError) as caught:
        api.load(json=value)
    assert caught.value.response.status_code == 200


def test_an_array_of_objects(package: Any) -> None:
    """Its elements are models, whose unknown properties are kept; there may be none."""
    api = Api(package, of(f"{{type: array, items: {THING}}}"))
    found = api.load(json=[{"id": 1}, {"id": 2, "x": 3}])
    assert [type(each) for each in found] == [api.models.Thing, api.models.Thing]
    assert [each.to_dict() for each in found] == [{"id": 1}, {"id": 2, "x": 3}]
    assert api.load(json=[]) == []


def test_the_path_in_a_bare_array(package: Any) -> None:
    """The path of an error in an array that is the whole body begins with the index."""
    api = Api(package, of(f"{{type: array, items: {THING}}}"))
    with pytest.raises(api.package.DecodeError) as caught:
        api.load(json=[{"id": "x"}])
    assert caught.value.path == "[0].id"
    with pytest.raises(api.package.DecodeError) as caught:
        api.load(json=[{"id": 1}, 2])
    assert caught.value.path == "[1]"


def test_broken_objects_of_a_bare_array_can_be_kept(package: Any) -> None:
    """`on_invalid="keep"` leaves a MalformedRecord in the place of each."""
    api = Api(package, of(f"{{type: array, items: {THING}}}"))
    found = api.load(content=b'[{"id":1},{"id":"x"},{"id":2}]', on_invalid="keep")
    assert (found[0].id, found[2].id, found[1].path, found[1].raw) == (1, 2, "[1]", {"id": "x"})


def test_a_map_of_objects(package: Any) -> None:
    """An object whose properties have any name is a dict of models."""
    api = Api(package, of(f"{{type: object, additionalProperties: {THING}}}"))
    found = api.load(json={"a": {"id": 1}, "b-c": {"id": 2}})
    assert found == {"a": api.models.Thing(id=1), "b-c": api.models.Thing(id=2)}
    with pytest.raises(api.package.DecodeError) as caught:
        api.load(json={"a": {"id": "x"}})
    assert caught.value.path == "a.id"


@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
def test_a_union_of_objects(package: Any, keyword: str) -> None:
    """The constant that each variant has tells them apart; an object with a new one is kept."""
    api = Api(
        package, of(f"{{{keyword}: [{{$ref: '#/components/schemas/Cat'}}, {{$ref: '#/components/schemas/Dog'}}]}}")
    )
    assert api.load(json={"kind": "cat", "lives": 9}) == api.models.Cat(kind="cat", lives=9)
    assert api.load(json={"kind": "dog"}) == api.models.Dog(kind="dog")
    assert api.load(json={"kind": "cow", "milk": 1}).raw == {"kind": "cow", "milk": 1}


def test_a_union_without_a_discriminator(package: Any) -> None:
    """The first variant that fits is taken."""
    api = Api(package, of(f"{{oneOf: [{THING}, {{$ref: '#/components/schemas/Fault'}}, {{type: string}}]}}"))
    assert api.load(json={"id": 1}) == api.models.Thing(id=1)
    assert api.load(json={"message": "m"}) == api.models.Fault(message="m")
    assert api.load(json="x") == "x"


def test_an_array_of_a_union(package: Any) -> None:
    """Each element is a variant of its own."""
    cats = "{oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]}"
    api = Api(package, of(f"{{type: array, items: {cats}}}"))
    found = api.load(json=[{"kind": "dog"}, {"kind": "cat"}])
    assert [type(each).__name__ for each in found] == ["Dog", "Cat"]


def test_a_nullable_object(package: Any) -> None:
    """Null is None, and anything else is the object."""
    api = Api(package, of(f"{{oneOf: [{THING}, {{type: 'null'}}]}}"))
    assert api.load(content=b"null") is None
    assert api.load(json={"id": 1}) == api.models.Thing(id=1)
    assert api.answer(content=b"null").is_documented_success


def test_an_enum_and_texts_with_a_format(package: Any) -> None:
    """They are read as what they stand for, and a new value of the enum is kept."""
    import datetime as dt
    import uuid

    assert Api(package, of("{type: string, enum: [a, b]}")).load(json="a").name == "A"
    assert not Api(package, of("{type: string, enum: [a, b]}")).load(json="new").is_known
    assert Api(package, of("{type: string, format: date}")).load(json="2024-01-02") == dt.date(2024, 1, 2)
    time = dt.datetime(2024, 1, 2, tzinfo=dt.UTC)
    assert Api(package, of("{type: string, format: date-time}")).load(json="2024-01-02T00:00:00Z") == time
    assert Api(package, of("{type: string, format: uuid}")).load(json=str(uuid.UUID(int=1))) == uuid.UUID(int=1)


@pytest.mark.parametrize("media_type", ["text/plain", "text/html; charset=utf-8", "text/csv"])
def test_text(package: Any, media_type: str) -> None:
    """The body of a text is a str."""
    assert Api(package, of("{type: string}", media_type)).load(content="hé,{".encode()) == "hé,{"


@pytest.mark.parametrize("schema", ["{type: string, format: binary}", "{type: string}", "{}"])
def test_binary(package: Any, schema: str) -> None:
    """The body of octets is bytes, as they were received."""
    api = Api(package, of(schema, "application/octet-stream"))
    assert api.load(content=b"\x00\xff") == b"\x00\xff"
    assert api.load(content=b"") == b""


def test_nothing(package: Any) -> None:
    """A response without content is None, whatever its body is."""
    api = Api(package, "'204': {description: Done.}")
    assert api.load(204) is None
    assert api.answer(204).is_documented_success


@pytest.mark.parametrize("media", ["{}", "{schema: {}}", "{example: {a: 1}}"])
def test_json_of_which_nothing_is_said(package: Any, media: str) -> None:
    """Without a schema, or with one that says nothing, a response of JSON is whatever it holds."""
    api = Api(package, f"'200': {{description: Fine., content: {{application/json: {media}}}}}")
    for value in ({"a": [1]}, [None], "x", 1, None):
        assert api.load(content=json.dumps(value).encode()) == value
    with pytest.raises(api.package.DecodeError):
        api.load(content=b"<html>")


def test_an_object_of_which_nothing_is_said(package: Any) -> None:
    """`type: object` alone is read whatever properties there are."""
    found = Api(package, of("{type: object}")).load(json={"a": [1]})
    assert (found if isinstance(found, dict) else found.to_dict()) == {"a": [1]}


@pytest.mark.parametrize("media_type", ["application/vnd.api+json", "application/json; charset=utf-8"])
def test_other_names_of_json(package: Any, media_type: str) -> None:
    """Media types that end with +json, or have parameters, are JSON."""
    api = Api(package, of(THING, media_type))
    assert api.load(content=b'{"id":1}') == api.models.Thing(id=1)


def test_ranges_of_statuses(package: Any) -> None:
    """A single status comes before a range, whatever their order, and a range before the default."""
    api = Api(
        package,
        f"""
        default: {{description: Else., content: {{application/json: {{schema: {{type: array, items: {{}}}}}}}}}}
        4XX: {{$ref: '#/components/responses/Fault'}}
        2XX: {{$ref: '#/components/responses/Thing'}}
        '404': {{description: None., content: {{application/json: {{schema: {{type: integer}}}}}}}}
        '201': {{description: New., content: {{application/json: {{schema: {{type: array, items: {THING}}}}}}}}}
        """,
    )
    assert api.load(200, json={"id": 1}) == api.models.Thing(id=1)
    assert api.load(299, json={"id": 1}) == api.models.Thing(id=1)
    assert api.load(201, json=[{"id": 1}]) == [api.models.Thing(id=1)]
    assert api.answer(404, json=3).parsed == 3
    assert api.answer(400, json={"message": "m"}).parsed == api.models.Fault(message="m")
    assert api.answer(499, json={"message": "m"}).parsed == api.models.Fault(message="m")
    assert api.answer(500, json=[1]).parsed == [1]
    assert not api.answer(500, json=[1]).is_documented_success
    with pytest.raises(api.package.UnexpectedStatus) as caught:
        api.load(503, json=[2])
    assert caught.value.parsed == [2]


def test_a_default_beside_a_success(package: Any) -> None:
    """The default describes what is no success."""
    api = Api(
        package,
        "'200': {$ref: '#/components/responses/Thing'}\ndefault: {$ref: '#/components/responses/Fault'}",
    )
    assert api.load(200, json={"id": 1}) == api.models.Thing(id=1)
    assert api.answer(418, json={"message": "m"}).parsed == api.models.Fault(message="m")


def test_nothing_but_a_default(package: Any) -> None:
    """It describes successes and errors."""
    api = Api(package, "default: {$ref: '#/components/responses/Thing'}")
    assert api.load(200, json={"id": 1}) == api.models.Thing(id=1)
    assert api.answer(500, json={"id": 2}).parsed == api.models.Thing(id=2)
    with pytest.raises(api.package.UnexpectedStatus):
        api.load(500, json={"id": 2})


def test_nothing_but_errors(package: Any) -> None:
    """An operation without a documented success is accepted; a success of it is not documented."""
    api = Api(package, "'404': {$ref: '#/components/responses/Fault'}")
    assert api.answer(404, json={"message": "m"}).parsed == api.models.Fault(message="m")
    response = api.answer(200, json={"id": 1})
    assert (response.parsed, response.is_documented_success, response.content) == (None, False, b'{"id":1}')


def test_several_successes(package: Any) -> None:
    """Each status has its own kind of body."""
    api = Api(
        package,
        """
        '200': {$ref: '#/components/responses/Thing'}
        '202': {description: Later., content: {text/plain: {schema: {type: string}}}}
        '204': {description: None.}
        """,
    )
    assert api.load(200, json={"id": 1}) == api.models.Thing(id=1)
    assert api.load(202, content=b"later") == "later"
    assert api.load(204) is None
    response = api.answer(206, content=b"x")
    assert (response.parsed, response.is_documented_success) == (None, False)


def test_several_content_types(package: Any) -> None:
    """A response that may be of several media types is read as the first that can be."""
    api = Api(
        package,
        f"""
        '200':
          description: Fine.
          content:
            application/json: {{schema: {THING}}}
            text/csv: {{schema: {{type: string}}}}
        """,
    )
    assert api.load(json={"id": 1}) == api.models.Thing(id=1)


@pytest.mark.parametrize("content", [b"<html>", b"", b'{"message":1}', b"[]", b"\xff"])
def test_an_error_that_cannot_be_read(package: Any, content: bytes) -> None:
    """If the body of an error is not its documented model, parsed is None, and the body is there."""
    api = Api(package, "'200': {description: Fine.}\n5XX: {$ref: '#/components/responses/Fault'}")
    response = api.answer(502, content=content)
    assert (response.parsed, response.content, response.is_documented_success) == (None, content, False)
    with pytest.raises(api.package.UnexpectedStatus) as caught:
        api.load(502, content=content)
    assert (caught.value.parsed, caught.value.status_code) == (None, 502)


def test_a_status_that_is_not_documented(package: Any) -> None:
    """It has no parsed body, and is no result."""
    api = Api(package, "'200': {$ref: '#/components/responses/Thing'}")
    assert api.answer(404, json={"id": 1}).parsed is None
    with pytest.raises(api.package.UnexpectedStatus):
        api.load(302)


@pytest.mark.parametrize("kind", [THING, f"{{type: array, items: {THING}}}"])
def test_a_byte_order_mark(package: Any, kind: str) -> None:
    """JSON that begins with one is read."""
    api = Api(package, of(kind))
    content = b'[{"id":1}]' if "array" in kind else b'{"id":1}'
    found = api.load(content=b"\xef\xbb\xbf" + content)
    assert found in (api.models.Thing(id=1), [api.models.Thing(id=1)])


def test_half_a_surrogate_pair(package: Any) -> None:
    """A text with an escape that is half a character is read, on its own and in objects."""
    assert Api(package, of("{type: string}")).load(content=b'"a\\ud800b"') == "a\ud800b"
    assert Api(package, of("{type: array, items: {type: string}}")).load(content=b'["\\udc00"]') == ["\udc00"]
    api = Api(package, of("{$ref: '#/components/schemas/Fault'}"))
    assert api.load(content=b'{"message":"\\ud800"}').message == "\ud800"


async def test_the_async_functions_read_alike(package: Any) -> None:
    """They return what the others do."""
    api = Api(package, of(f"{{type: array, items: {THING}}}"))
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=[{"id": 1}]))
    client = api.package.Client(httpx_args={"transport": transport})
    assert await api.module.asyncio(client=client) == [api.models.Thing(id=1)]
    assert (await api.module.asyncio_detailed(client=client)).parsed == [api.models.Thing(id=1)]


def test_the_return_type_is_written_down(package: Any) -> None:
    """The annotations of the functions say what they return."""
    api = Api(package, of(f"{{type: array, items: {THING}}}"))
    assert api.module.sync.__annotations__["return"] == "list[Thing]"
    assert api.module.sync_detailed.__annotations__["return"] == "Response[list[Thing]]"


def test_json_of_any_kind_beside_a_model(package: Any) -> None:
    """What may be anything does not hide the model that another response holds."""
    api = Api(package, of("{}") + "\n'422': {$ref: '#/components/responses/Fault'}")
    assert api.load(json=[1]) == [1]
    assert api.answer(422, json={"message": "No."}).parsed == api.models.Fault(message="No.")


def test_arrays_and_maps_of_unions(package: Any) -> None:
    """The return type is a union of whole types."""
    variants = f"{{anyOf: [{THING}, {{type: string}}]}}"
    more = of(f"{{type: object, additionalProperties: {variants}}}").replace("200", "201")
    api = Api(package, f"{of(f'{{type: array, items: {variants}}}')}\n{more}")
    assert api.load(json=[{"id": 1}, "x"]) == [api.models.Thing(id=1), "x"]
    assert api.module.sync.__annotations__["return"] == "list[Thing | str] | dict[str, Thing | str]"
