"""Bodies of every kind that a document can describe are accepted, and sent as it says."""

import importlib
import io
import json
import os
import textwrap
import threading
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from tests.generator.conftest import called


class Api:
    """The operation of a document with the request body *source*; its requests are kept."""

    def __init__(self, package: Any, source: str, components: str = "") -> None:
        spec = textwrap.dedent("""\
            paths:
              /things:
                post:
                  operationId: send
                  tags: [t]
                  responses: {'204': {description: Done.}}
                  requestBody:
            """)
        spec += textwrap.indent(textwrap.dedent(source).strip(), " " * 8) + "\n"
        spec += ("components:\n" + textwrap.indent(textwrap.dedent(components), "  ")) if components else ""
        self.package: ModuleType = package(spec)
        self.models = importlib.import_module(f"{self.package.__name__}.models")
        self.module = importlib.import_module(f"{self.package.__name__}.api.t.send")
        self.requests: list[httpx.Request] = []
        self.client = self.package.Client(httpx_args={"transport": httpx.MockTransport(self._handle)})

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(204)

    def send(self, *body: Any) -> tuple[str | None, bytes]:
        """Send *body*, or none, and return the media type and the bytes of the request."""
        self.module.sync(client=self.client, **({"body": body[0]} if body else {}))
        request = self.requests[-1]
        return request.headers.get("content-type"), request.content

    def send_form(self, body: Any) -> list[tuple[str, str | None, str, bytes]]:
        """Send *body* and return name, file name, media type and content of the fields of the multipart form."""
        media_type, content = self.send(body)
        head = f"Content-Type: {media_type}\r\n\r\n".encode()
        message: Any = message_from_bytes(head + content, policy=policy.HTTP)
        return [
            (
                part.get_param("name", header="content-disposition"),
                part.get_filename(),
                part.get_content_type(),
                part.get_payload(decode=True),
            )
            for part in message.iter_parts()
        ]


URLENCODED = """
required: true
content:
  application/x-www-form-urlencoded:
    schema:
      type: object
      required: [name]
      properties:
        name: {type: string}
        size: {type: number}
        is_new: {type: boolean}
        day: {type: string, format: date}
        tags: {type: array, items: {type: string}}
        kind: {type: string, enum: [big, small]}
        odd-name: {type: integer}
        note: {type: [string, 'null']}
"""

MULTIPART = """
required: true
content:
  multipart/form-data:
    schema:
      type: object
      required: [title]
      properties:
        title: {type: string}
        picture: {type: string, format: binary}
        more: {type: array, items: {type: string, format: binary}}
        numbers: {type: array, items: {type: integer}}
        is_new: {type: boolean}
        about: {type: object, properties: {height: {type: integer}}}
        at: {type: string, format: date-time}
"""


def test_a_urlencoded_form(package: Any) -> None:
    """Fields are sent under their own names as text, a list as one field for each of its elements."""
    import datetime as dt

    api = Api(package, URLENCODED)
    form = api.models.SendBody
    kind = form.from_dict({"name": "x", "kind": "small"}).kind
    body = form(
        name="a&b c",
        size=1.5,
        is_new=True,
        day=dt.date(2024, 2, 29),
        tags=["x", "y"],
        kind=kind,
        odd_name=7,
    )
    media_type, content = api.send(body)
    assert media_type == "application/x-www-form-urlencoded"
    assert content == b"name=a%26b+c&size=1.5&is_new=true&day=2024-02-29&tags=x&tags=y&kind=small&odd-name=7"


def test_a_urlencoded_form_leaves_out_what_was_not_given(package: Any) -> None:
    """Of a form with one value, one field is sent; null has no spelling in a form but the empty text."""
    api = Api(package, URLENCODED)
    assert api.send(api.models.SendBody(name="a"))[1] == b"name=a"
    assert api.send(api.models.SendBody(name="a", note=None))[1] == b"name=a&note="


def test_a_urlencoded_form_of_a_component(package: Any) -> None:
    """The form may be a component, and have properties that the document does not list."""
    api = Api(
        package,
        """
        content: {application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/Form'}}}
        """,
        """
        schemas:
          Form: {type: object, properties: {a: {type: integer}}}
        """,
    )
    assert api.send(api.models.Form(a=1)) == ("application/x-www-form-urlencoded", b"a=1")
    assert api.send(api.models.Form.from_dict({"a": 1, "b": "x"}))[1] == b"a=1&b=x"
    assert api.send() == (None, b"")


def test_a_urlencoded_form_of_any_names(package: Any) -> None:
    """A form whose fields have any name is a dict."""
    api = Api(
        package,
        """
        required: true
        content:
          application/x-www-form-urlencoded: {schema: {type: object, additionalProperties: {type: string}}}
        """,
    )
    assert api.send({"a": "1", "b": "ü"}) == ("application/x-www-form-urlencoded", b"a=1&b=%C3%BC")


def test_a_multipart_form_with_files(package: Any) -> None:
    """A file is sent with its name and media type, a list of files as one field for each."""
    api = Api(package, MULTIPART)
    file = api.package.types.File
    body = api.models.SendBody(
        title="hé",
        picture=file(b"\x00\xff", file_name="p.png", mime_type="image/png"),
        more=[file(io.BytesIO(b"one"), file_name="1.txt"), file(b"two", file_name="2.bin")],
    )
    assert api.send_form(body) == [
        ("title", None, "text/plain", "hé".encode()),
        ("picture", "p.png", "image/png", b"\x00\xff"),
        ("more", "1.txt", "text/plain", b"one"),
        ("more", "2.bin", "application/octet-stream", b"two"),
    ]


def test_a_multipart_form_with_values_that_are_no_text(package: Any) -> None:
    """Numbers and booleans are spelled as in JSON, lists are several fields, an object is JSON."""
    import datetime as dt

    api = Api(package, MULTIPART)
    about = type(api.models.SendBody.from_dict({"title": "", "about": {}}).about)
    body = api.models.SendBody(
        title="t", numbers=[1, 2], is_new=False, about=about(height=3), at=dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    )
    assert api.send_form(body) == [
        ("title", None, "text/plain", b"t"),
        ("numbers", None, "text/plain", b"1"),
        ("numbers", None, "text/plain", b"2"),
        ("is_new", None, "text/plain", b"false"),
        ("about", None, "application/json", b'{"height":3}'),
        ("at", None, "text/plain", b"2024-01-01T00:00:00Z"),
    ]


def test_a_multipart_form_without_files(package: Any) -> None:
    """It is multipart even if there is no file among its fields."""
    api = Api(package, MULTIPART)
    media_type, _ = api.send(api.models.SendBody(title="t"))
    assert media_type is not None
    assert media_type.startswith("multipart/form-data; boundary=")


def test_a_multipart_form_without_fields(package: Any) -> None:
    """A form all of whose fields are left out is an empty multipart form."""
    api = Api(
        package,
        """
        required: true
        content:
          multipart/form-data: {schema: {type: object, properties: {a: {type: string}}}}
        """,
    )
    media_type, _ = api.send(api.models.SendBody())
    assert str(media_type).startswith("multipart/form-data; boundary=")


async def test_a_multipart_form_is_sent_without_blocking(package: Any) -> None:
    """The async functions send files as well."""
    api = Api(package, MULTIPART)
    body = api.models.SendBody(title="t", picture=api.package.types.File(io.BytesIO(b"data"), file_name="f"))
    assert await api.module.asyncio(client=api.client, body=body) is None
    assert b"data" in api.requests[-1].content


OCTETS = """
required: true
content: {application/octet-stream: {schema: {type: string, format: binary}}}
"""


def test_bytes_as_the_whole_body(package: Any) -> None:
    """The body may be given as bytes, or as a file of either kind."""
    api = Api(package, OCTETS)
    file = api.package.types.File
    for body in (b"\x00\xff", file(b"\x00\xff"), file(io.BytesIO(b"\x00\xff"), file_name="x", mime_type="a/b")):
        assert api.send(body) == ("application/octet-stream", b"\x00\xff")


async def test_bytes_as_the_whole_body_are_sent_without_blocking(package: Any) -> None:
    """The async functions send them as well."""
    api = Api(package, OCTETS)
    await api.module.asyncio(client=api.client, body=api.package.types.File(io.BytesIO(b"x")))
    assert api.requests[-1].content == b"x"


class Counted(io.FileIO):
    """A file that keeps how much of it was asked for at once."""

    sizes: list[int]

    def read(self, size: int | None = -1) -> bytes:
        """Read."""
        self.sizes.append(-1 if size is None else size)
        return super().read(size) or b""


async def test_an_open_file_is_sent_piece_by_piece(package: Any, tmp_path: Path) -> None:
    """However large it is, only a piece of it is in memory; each request sends all of it, and says how much that is."""
    size, lengths, received = 3_000_001, list[str | None](), list[int]()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            lengths.append(self.headers["Content-Length"])
            received.append(len(self.rfile.read(size)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    api = Api(package, OCTETS)
    (tmp_path / "large").write_bytes(b"x" * size)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, Counted(str(tmp_path / "large")) as file:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        file.sizes = []
        body = api.package.types.File(file)
        async with api.package.Client(base_url=f"http://127.0.0.1:{server.server_port}") as client:
            with client:
                for _ in range(2):
                    api.module.sync(client=client, body=body)
                    await api.module.asyncio(client=client, body=body)
        server.shutdown()
    assert lengths == [str(size)] * 4
    assert received == [size] * 4
    assert len(file.sizes) > 4 * size // 65_536
    assert 0 < min(file.sizes) <= max(file.sizes) <= 65_536


async def test_a_file_without_a_size_is_sent_as_well(package: Any) -> None:
    """What comes through a pipe is sent whole."""
    api = Api(package, OCTETS)
    for is_async in (False, True):
        reading, writing = os.pipe()
        os.write(writing, b"piped")
        os.close(writing)
        with os.fdopen(reading, "rb") as file:
            if is_async:
                await api.module.asyncio(client=api.client, body=api.package.types.File(file))
            else:
                api.send(file)
        assert api.requests[-1].content == b"piped"


def test_the_class_of_the_body_chooses_the_content_type(package: Any) -> None:
    """Where several are offered, what is given decides; the same class means the first."""
    api = Api(
        package,
        """
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/Thing'}}
          application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/Form'}}
          application/octet-stream: {schema: {type: string, format: binary}}
          multipart/form-data: {schema: {$ref: '#/components/schemas/Upload'}}
          application/merge-patch+json: {schema: {$ref: '#/components/schemas/Thing'}}
        """,
        """
        schemas:
          Thing: {type: object, properties: {a: {type: integer}}}
          Form: {type: object, properties: {a: {type: integer}}}
          Upload: {type: object, properties: {f: {type: string, format: binary}}}
        """,
    )
    assert api.send(api.models.Thing(a=1)) == ("application/json", b'{"a":1}')
    assert api.send(api.models.Form(a=1)) == ("application/x-www-form-urlencoded", b"a=1")
    assert api.send(b"x") == ("application/octet-stream", b"x")
    assert api.send_form(api.models.Upload(f=api.package.types.File(b"x", file_name="n"))) == [
        ("f", "n", "application/octet-stream", b"x")
    ]


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ("{type: array, items: {type: integer}}", [1, 2]),
        ("{type: object, additionalProperties: {type: integer}}", {"a": 1}),
        ("{type: string}", "x"),
        ("{type: integer}", 3),
        ("{type: number}", 3),
        ("{type: boolean}", True),
        ("{const: on}", "on"),
        ("{type: [integer, string]}", "x"),
        ("{type: [integer, 'null']}", None),
        ("{}", {"a": [None]}),
    ],
)
def test_json_of_any_kind(package: Any, schema: str, value: Any) -> None:
    """A body of JSON need not be an object."""
    api = Api(package, f"required: true\ncontent: {{application/json: {{schema: {schema}}}}}")
    media_type, content = api.send(value)
    assert media_type == "application/json"
    assert json.loads(content) == value


@pytest.mark.parametrize("form", ["date", "date-time", "uuid"])
def test_a_text_with_a_format_as_the_whole_body(package: Any, form: str) -> None:
    """A date, a time and a UUID are spelled as JSON texts."""
    import datetime as dt
    import uuid

    value = {
        "date": (dt.date(2024, 1, 2), "2024-01-02"),
        "date-time": (dt.datetime(2024, 1, 2, tzinfo=dt.UTC), "2024-01-02T00:00:00Z"),
        "uuid": (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    }[form]
    source = f"required: true\ncontent: {{application/json: {{schema: {{type: string, format: {form}}}}}}}"
    assert json.loads(Api(package, source).send(value[0])[1]) == value[1]


def test_a_json_body_without_a_schema(package: Any) -> None:
    """Nothing is said of it, so anything can be sent."""
    api = Api(package, "content: {application/json: {}}")
    assert api.send([1, {"a": None}]) == ("application/json", b'[1,{"a":null}]')
    assert api.send(None) == ("application/json", b"null")
    assert api.send() == (None, b"")


@pytest.mark.parametrize(
    "media_type", ["application/vnd.api+json", "application/json; charset=utf-8", "application/problem+json"]
)
def test_other_names_of_json(package: Any, media_type: str) -> None:
    """The media type is sent as the document writes it."""
    source = f"required: true\ncontent: {{'{media_type}': {{schema: {{type: object, properties: {{a: {{}}}}}}}}}}"
    api = Api(package, source)
    assert api.send(api.models.SendBody(a=[1])) == (media_type, b'{"a":[1]}')


@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
def test_a_union_as_body(package: Any, keyword: str) -> None:
    """Each of the variants can be sent, with a discriminator and without one."""
    api = Api(
        package,
        f"""
        required: true
        content:
          application/json:
            schema:
              {keyword}: [{{$ref: '#/components/schemas/Cat'}}, {{$ref: '#/components/schemas/Dog'}}]
        """,
        """
        schemas:
          Cat: {type: object, required: [meow], properties: {meow: {type: integer}}}
          Dog: {type: object, required: [bark], properties: {bark: {type: integer}}}
        """,
    )
    assert api.send(api.models.Cat(meow=1))[1] == b'{"meow":1}'
    assert api.send(api.models.Dog(bark=1))[1] == b'{"bark":1}'


def test_an_array_of_objects_as_body(package: Any) -> None:
    """Each object is sent with the properties that were given."""
    api = Api(
        package,
        "content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Thing'}}}}",
        "schemas: {Thing: {type: object, properties: {a: {type: integer}, b: {type: integer}}}}",
    )
    assert api.send([api.models.Thing(a=1), api.models.Thing(b=2), api.models.Thing()])[1] == b'[{"a":1},{"b":2},{}]'


def test_an_optional_body_and_a_nullable_one(package: Any) -> None:
    """A body that is not required may be left out; one that is nullable may be None, which is null."""
    optional = Api(package, "content: {application/json: {schema: {type: object, properties: {a: {}}}}}")
    assert optional.send() == (None, b"")
    required = Api(
        package,
        """
        required: true
        content:
          application/json: {schema: {oneOf: [{$ref: '#/components/schemas/Thing'}, {type: 'null'}]}}
        """,
        "schemas: {Thing: {type: object, properties: {a: {type: integer}}}}",
    )
    assert required.send(None) == ("application/json", b"null")
    assert required.send(required.models.Thing(a=1)) == ("application/json", b'{"a":1}')
    with pytest.raises(TypeError, match="body"):
        required.send()


@pytest.mark.parametrize("required", ["true", "false"])
def test_a_shared_body(package: Any, required: str) -> None:
    """A reference to a component in requestBodies is followed, through another one too."""
    api = Api(
        package,
        "$ref: '#/components/requestBodies/Other'",
        f"""
        requestBodies:
          Other: {{$ref: '#/components/requestBodies/Thing'}}
          Thing:
            description: What is sent.
            required: {required}
            content: {{application/json: {{schema: {{$ref: '#/components/schemas/Thing'}}}}}}
        schemas: {{Thing: {{type: object, properties: {{a: {{type: integer}}}}}}}}
        """,
    )
    assert api.send(api.models.Thing(a=1)) == ("application/json", b'{"a":1}')
    assert "What is sent." in api.module.sync.__doc__
    if required == "false":
        assert api.send() == (None, b"")
    else:
        with pytest.raises(TypeError, match="body"):
            api.send()


def test_files_in_json_are_texts(package: Any) -> None:
    """In an object of JSON, a text of format binary or byte is a text."""
    api = Api(
        package,
        """
        required: true
        content:
          application/json:
            schema:
              type: object
              properties: {a: {type: string, format: binary}, b: {type: string, format: byte}}
        """,
    )
    assert api.send(api.models.SendBody(a="x", b="eA=="))[1] == b'{"a":"x","b":"eA=="}'


def test_one_model_as_form_and_as_json(package: Any) -> None:
    """The same component may be both the form of one operation and part of another."""
    api = Api(
        package,
        """
        required: true
        content:
          multipart/form-data: {schema: {$ref: '#/components/schemas/Thing'}}
          application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Thing'}}}
        """,
        "schemas: {Thing: {type: object, properties: {a: {type: integer}}}}",
    )
    assert api.send([api.models.Thing(a=1)]) == ("application/json", b'[{"a":1}]')
    assert api.send_form(api.models.Thing(a=1)) == [("a", None, "text/plain", b"1")]


@pytest.mark.parametrize("name", ["list", "str", "File", "dict", "Thing", "bytes"])
def test_parameters_called_like_the_class_of_a_body(package: Any, name: str) -> None:
    """A parameter may have the name of any type: the body is sent all the same."""
    found: ModuleType = package(f"""
    paths:
      /things:
        post:
          operationId: send
          tags: [t]
          parameters: [{{name: {name}, in: query, schema: {{type: string}}}}]
          requestBody:
            required: true
            content:
              application/json: {{schema: {{type: array, items: {{$ref: '#/components/schemas/Thing'}}}}}}
              application/octet-stream: {{schema: {{type: string, format: binary}}}}
          responses: {{'204': {{description: Done.}}}}
    components: {{schemas: {{Thing: {{type: object, properties: {{a: {{type: integer}}}}}}}}}}
    """)
    module = importlib.import_module(f"{found.__name__}.api.t.send")
    thing = importlib.import_module(f"{found.__name__}.models").Thing
    (argument,) = (each for each in module.sync.__annotations__ if each.rstrip("_").lower() == name.lower())
    for body, content in (([thing(a=1)], b'[{"a":1}]'), (b"x", b"x")):
        request = called(found, "send", body=body, **{argument: "v"}).http.request
        assert (request.content, dict(request.url.params)) == (content, {name: "v"})


def test_json_of_any_kind_beside_a_form(package: Any) -> None:
    """What may be anything does not hide the model that another content type takes."""
    api = Api(
        package,
        """
        content:
          application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/Thing'}}
          application/json: {}
        """,
        "schemas: {Thing: {type: object, properties: {a: {type: integer}}}}",
    )
    assert api.send(api.models.Thing(a=1)) == ("application/x-www-form-urlencoded", b"a=1")
    assert api.send([1]) == ("application/json", b"[1]")


def test_a_multipart_form_of_files_of_any_names(package: Any) -> None:
    """A map of files is a form of files."""
    file = "{type: string, format: binary}"
    api = Api(package, f"content: {{multipart/form-data: {{schema: {{type: object, additionalProperties: {file}}}}}}}")
    assert api.module.sync.__annotations__["body"] == "dict[str, File] | Unset"
    files = {"a": api.package.types.File(b"x", file_name="a.bin")}
    assert api.send_form(files) == [("a", "a.bin", "application/octet-stream", b"x")]
