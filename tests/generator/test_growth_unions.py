"""Unions: told apart by a tag, at any depth, or by the JSON type."""

import json
import re
from types import ModuleType
from typing import Any

import pytest

ID = "3c90c3cc-0d44-4b50-8888-8dd25736052a"
CAT = {"kind": "cat", "id": ID, "lives": 9}
DOG = {"kind": "dog", "id": ID, "friend": CAT, "fleas": 3}
WOLF = {"kind": "wolf", "id": ID}
EMU = {"kind": "emu", "id": ID, "owner": {"name": "Ada"}}


@pytest.fixture(scope="module")
def zoo(models: Any) -> ModuleType:
    """Return the models of unions.yaml."""
    return models("unions.yaml")


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"animals": [CAT, DOG, WOLF, EMU]}, ["Cat", "Dog", "Wolf", "UnknownAnimal"]),
        ({"grid": [[CAT], [], [EMU, WOLF]]}, ["Cat", "UnknownPet", "UnknownPet"]),
        ({"by_name": {"a": DOG, "b b": EMU}}, ["Dog", "UnknownAnimal"]),
        ({"cages": [None, CAT]}, ["NoneType", "Cat"]),
        ({"star": WOLF}, ["Wolf"]),
        ({"star": None}, ["NoneType"]),
        ({"thing": {"category": "vehicle", "wheels": "two"}}, ["Bike"]),
        ({"thing": {"category": "vehicle", "wheels": "six"}}, ["UnknownVehicle"]),
        ({"thing": {"category": "cloud", "wheels": "two"}}, ["UnknownThing"]),
        ({"note": "ab"}, ["str"]),
        ({"note": 3}, ["int"]),
        ({"note": True}, ["bool"]),
        ({"note": None}, ["NoneType"]),
        ({"owner": {"name": "Ada", "pets": [CAT], "new": 1}}, ["Owner"]),
        ({"owner": ID.upper()}, ["UUID"]),
        ({"owner": [CAT, EMU]}, ["Cat", "UnknownPet"]),
        ({"since": "2024-01-01T00:00:00+00:00"}, ["datetime"]),
        ({"since": 3}, ["float"]),
        ({"since": None}, ["NoneType"]),
        ({"names": "ab"}, ["str"]),
        ({"names": ["ab"]}, ["str"]),
    ],
)
def test_chooses_the_class(zoo: ModuleType, body: dict[str, Any], found: list[str]) -> None:
    """The tag, or the type in JSON, decides which class a value becomes; every value goes back as it came."""
    decoded = zoo.Zoo.from_dict(body)
    (value,) = (getattr(decoded, name) for name in body)
    assert [type(leaf).__name__ for leaf in _leaves(value)] == found
    assert decoded.to_dict() == body
    assert zoo.Zoo.from_dict(decoded.to_dict()) == decoded


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    return [leaf for item in value for leaf in _leaves(item)] if isinstance(value, list) else [value]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"animals": [CAT, {"kind": "dog"}]}, "animals[1].id"),
        ({"animals": [CAT, {"kind": 3}]}, "animals[1].kind"),
        ({"animals": [CAT, {}]}, "animals[1].kind"),
        ({"animals": [CAT, []]}, "animals[1]"),
        ({"animals": [{**DOG, "friend": {"kind": "cat", "id": "x"}}]}, "animals[0].friend.id"),
        ({"animals": [{**CAT, "owner": {"name": 3}}]}, "animals[0].owner.name"),
        ({"star": {"kind": "wolf", "id": "x"}}, "star.id"),
        ({"star": []}, "star"),
        ({"by_name": {"b b": {"kind": "wolf"}}}, "by_name['b b'].id"),
        ({"grid": [[CAT], [CAT, {"kind": "cat", "id": 3}]]}, "grid[1][1].id"),
        ({"grid": [[None]]}, "grid[0][0]"),
        ({"thing": {"category": "vehicle"}}, "thing.wheels"),
        ({"thing": {"category": "vehicle", "wheels": 2}}, "thing.wheels"),
        ({"note": 2.5}, "note"),
        ({"names": 3}, "names"),
        ({"names": [3]}, "names[0]"),
        ({"owner": {"name": 3}}, "owner.name"),
        ({"owner": "x"}, "owner"),
        ({"owner": [{"kind": "cat"}]}, "owner[0].id"),
        ({"owner": None}, "owner"),
        ({"since": "2024-01-01T00:00:00"}, "since"),
        ({"since": False}, "since"),
        ({"names": None}, "names"),
    ],
)
def test_says_where_a_value_is_wrong(zoo: ModuleType, body: dict[str, Any], path: str) -> None:
    """A known tag with a broken object is an error in that variant, never an unknown one."""
    with pytest.raises(ValueError, match=f"^{re.escape(path)}: expected"):
        zoo.Zoo.from_dict(body)


def test_an_unknown_object_has_what_all_variants_share(zoo: ModuleType) -> None:
    """What all variants have in common is read as far as it can be, and nothing of the payload is lost."""
    (emu,) = zoo.Zoo.from_dict({"animals": [{**EMU, "mood": 5}]}).animals
    assert (emu.kind, str(emu.id), emu.owner, emu.mood) == ("emu", ID, zoo.Owner(name="Ada"), None)
    assert emu.raw == {**EMU, "mood": 5}
    (odd,) = zoo.Zoo.from_dict({"animals": [{**EMU, "id": "x"}]}).animals
    assert odd.id is None


def test_one_class_for_one_inline_enum(zoo: ModuleType) -> None:
    """An enum written inside a schema that others include becomes one class, named after its place."""
    cat = zoo.Cat.from_dict({**CAT, "mood": "bad"})
    assert cat.mood is zoo.BaseMood.BAD
    assert zoo.Wolf.from_dict({**WOLF, "mood": "bad"}).mood is zoo.BaseMood.BAD
    assert [name for name in vars(zoo) if name.endswith("Mood")] == ["BaseMood"]


def test_constants_tell_variants_apart(models: Any) -> None:
    """Without a discriminator, the property that each variant pins to a value of its own tells, whatever that is."""
    small = models(
        """
        Shelf:
          type: object
          properties:
            item: {oneOf: [{$ref: "#/components/schemas/Book"}, {$ref: "#/components/schemas/Film"}]}
        Book: {type: object, required: [kind], properties: {kind: {const: book}, pages: {type: integer}}}
        Film: {type: object, required: [kind], properties: {kind: {type: string, enum: [film]}}}
        """
    )
    for kind, name in (("book", "Book"), ("film", "Film"), ("game", "UnknownShelfItem")):
        body = {"item": {"kind": kind, "new": 1}}
        shelf = small.Shelf.from_dict(body)
        assert type(shelf.item).__name__ == name
        assert shelf.to_dict() == body
    with pytest.raises(ValueError, match=r"^item\.pages: expected"):
        small.Shelf.from_dict({"item": {"kind": "book", "pages": "x"}})


@pytest.mark.parametrize(
    ("schema", "value", "found"),
    [
        ("{oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}]}", {"a": "x"}, "A"),
        ("{oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}]}", {"b": "x"}, "B"),
        ("{anyOf: [{type: string, format: uuid}, {type: string}]}", ID, "UUID"),
        ("{anyOf: [{type: string, format: uuid}, {type: string}]}", "x", "str"),
        ("{anyOf: [{type: string, format: date-time}, {type: string, format: date}]}", "2024-01-01", "date"),
        (
            "{anyOf: [{type: string, format: date-time}, {type: string, format: date}]}",
            "2024-01-01T00:00:00Z",
            "datetime",
        ),
        ("{type: [integer, number]}", 1.5, "float"),
        ("{anyOf: [{type: array, items: {type: string}}, {type: array, items: {type: integer}}]}", ["x"], "list"),
        ("{anyOf: [{type: array, items: {type: string}}, {type: array, items: {type: integer}}]}", [1], "list"),
    ],
)
def test_alternatives_of_one_json_type(models: Any, schema: str, value: Any, found: str) -> None:
    """Where nothing tells the alternatives apart, a value is that of the first that it fits."""
    either = models(
        f"""
        Small: {{type: object, properties: {{either: {schema}}}}}
        A: {{type: object, required: [a], properties: {{a: {{type: string}}}}}}
        B: {{type: object, required: [b], properties: {{b: {{type: string}}}}}}
        """
    ).Small.from_dict({"either": value})
    assert type(either.either).__name__ == found
    assert either.to_dict() == {"either": value}


def test_variants_with_properties_of_their_own(models: Any) -> None:
    """Variants may differ in their properties; one that lacks a property, or has a new one, is read all the same."""
    small = models(
        """
        Pets:
          type: object
          properties:
            pets: {type: array, items: {$ref: "#/components/schemas/Pet"}}
        Pet:
          oneOf:
            - {$ref: "#/components/schemas/Cat"}
            - {$ref: "#/components/schemas/Dog"}
          discriminator:
            propertyName: kind
            mapping: {cat: "#/components/schemas/Cat", dog: "#/components/schemas/Dog"}
        Cat:
          type: object
          required: [kind]
          properties:
            kind: {type: string, const: cat}
            lives: {type: integer}
        Dog:
          type: object
          required: [kind, fleas]
          properties:
            kind: {type: string, const: dog}
            fleas: {type: integer}
        """
    )
    cat, dog = '{"kind": "cat", "lives": 9}', '{"fleas": 3, "kind": "dog"}'
    for others in ("", ', {"kind": "cat"}', ', {"kind": "dog", "fleas": 1, "new": 2}', ', {"kind": "emu"}'):
        text = f'{{"pets": [{cat}, {dog}{others}]}}'
        pets = small.Pets.from_json(text)
        assert [type(pet).__name__ for pet in pets.pets[:2]] == ["Cat", "Dog"]
        assert pets.to_dict() == json.loads(text)


SIDES = """
X: {type: object, required: [side], properties: {side: {type: string}, x: {type: integer}}}
Y: {type: object, required: [side, y], properties: {side: {type: string}, y: {type: integer}}}
"""
SIDE = "oneOf: [{$ref: '#/components/schemas/X'}, {$ref: '#/components/schemas/Y'}]"


@pytest.mark.parametrize("null", ["", ", {type: 'null'}"])
def test_a_discriminator_is_for_its_own_union(models: Any, null: str) -> None:
    """Another union of the same classes is tried in order, or told apart by a discriminator of its own."""
    first, second = "{l: X, r: Y}", "{up: Y, down: X}"
    small = models(
        f"""{SIDES}
Told: {{{SIDE}, discriminator: {{propertyName: side, mapping: {first}}}}}
Box:
  type: object
  properties:
    told: {{anyOf: [{{$ref: "#/components/schemas/Told"}}{null}]}}
    again: {{{SIDE}, discriminator: {{propertyName: side, mapping: {first}}}}}
    other: {{{SIDE.replace("]", null + "]")}, discriminator: {{propertyName: side, mapping: {second}}}}}
    untold: {{type: array, items: {{{SIDE.replace("]", null + "]")}}}}}
"""
    )

    def found(name: str, value: Any) -> str:
        body = {name: [value] if name == "untold" else value}
        box = small.Box.from_dict(body)
        assert box.to_dict() == body
        return type(box.untold[0] if name == "untold" else getattr(box, name)).__name__

    left, up = {"side": "l", "y": 1}, {"side": "up", "y": 1}
    assert [found("told", left), found("again", left), found("other", left)] == ["X", "X", "UnknownBoxOther"]
    assert [found("told", up), found("again", up), found("other", up)] == ["UnknownTold", "UnknownTold", "Y"]
    assert [found("untold", left), found("untold", up), found("untold", {"side": "r"})] == ["X", "X", "X"]
    assert not hasattr(small, "BoxAgain")


@pytest.mark.parametrize("variants", ["refs", "inline"])
def test_a_component_told_apart_by_constants_keeps_its_name(models: Any, variants: str) -> None:
    """Whatever uses it first, and whether anything does."""
    schemas = {f"P{n}": f"{{type: object, required: [p], properties: {{p: {{const: p{n}}}}}}}" for n in (1, 2)}
    refs = ", ".join(f"{{$ref: '#/components/schemas/{name}'}}" for name in schemas)
    pinned = refs if variants == "refs" else ", ".join(schemas.values())
    small = models(
        f"""
        First: {{type: object, properties: {{p: {{oneOf: [{refs}]}}}}}}
        Second: {{type: object, properties: {{p: {{$ref: '#/components/schemas/Pinned'}}}}}}
        P1: {schemas["P1"]}
        P2: {schemas["P2"]}
        Pinned: {{oneOf: [{pinned}]}}
        Unused: {{oneOf: [{{$ref: '#/components/schemas/P2'}}, {{$ref: '#/components/schemas/P3'}}]}}
        P3: {schemas["P1"].replace("p1", "p3")}
        """
    )
    assert type(small.Second.from_dict({"p": {"p": "p7"}}).p) is small.UnknownPinned
    assert small.Second.__annotations__["p"] == "Pinned | None"
    assert small.First.__annotations__["p"] == ("Pinned | None" if variants == "refs" else "FirstP | None")
    assert small.Unused
