"""Every rule of documents: what breaks it, and the place that is named."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from openapi import document as documents
from openapi.document import Refused
from openapi.generate import VENDORED, generate
from openapi.names import CLASSES, class_name, clients_names
from openapi.rules import violations
from openapi.validity import check_validity
from polytomic_client import AsyncPolytomic, Polytomic

from .shared import DATA

Document = dict[str, Any]
Edit = Callable[[Document], object]

SMALL = documents.read(DATA / "small.yaml")
TEXT = {"type": "string"}
NEW = {"$ref": "#/components/schemas/NewThing"}
COLOUR = {"$ref": "#/components/schemas/Colour"}
SCHEMAS = "#/components/schemas"
THING = f"{SCHEMAS}/Thing/properties/m"
LIST = "#/paths/~1things/get"
GET = "#/paths/~1things~1{id}/get"


def member(schema: Any, **components: Any) -> Edit:
    """Give a model a member, and the document components."""

    def edit(document: Document) -> None:
        document["components"]["schemas"]["Thing"]["properties"]["m"] = schema
        document["components"]["schemas"] |= components

    return edit


def component(name: str, schema: Any) -> Edit:
    return lambda document: document["components"]["schemas"].update({name: schema})


def members(*names: str) -> Edit:
    return lambda document: document["components"]["schemas"]["Thing"]["properties"].update(dict.fromkeys(names, TEXT))


def parameter(schema: Any = TEXT, **more: Any) -> Edit:
    """Give an operation a parameter in its query, or somewhere else."""
    made = {"name": "p", "in": "query", **({} if schema is None else {"schema": schema}), **more}
    return lambda document: document["paths"]["/things/{id}"]["get"]["parameters"].append(made)


def operation(**more: Any) -> Edit:
    return lambda document: document["paths"]["/things/{id}"]["get"].update(more)


def answer(responses: dict[str, Any]) -> Edit:
    return operation(responses=responses)


def content(media: str = "application/json", **schema: Any) -> dict[str, Any]:
    return {"description": "It.", "content": {media: schema}}


def version(**more: Any) -> Edit:
    return lambda document: document["components"]["parameters"]["Version"].update(more)


RULES: dict[str, tuple[Edit, str, str]] = {
    # It would not be there.
    "a path that is elsewhere": (
        lambda document: (
            document["components"].update(pathItems={"P": document["paths"]["/things"]}),
            document["paths"].update({"/more": {"$ref": "#/components/pathItems/P"}}),
        ),
        "#/paths/~1more",
        "a reference is not followed here",
    ),
    # It would be asked of another server than the one that has it.
    "an operation of another server": (
        operation(servers=[{"url": "https://other.example"}]),
        f"{GET}/servers/0",
        "one URL for all operations",
    ),
    "a server with a path": (
        lambda document: document.update(servers=[{"url": "https://a.example"}, {"url": "https://a.example/v2"}]),
        "#/servers/1",
        "Write that of https://a.example/v2 into each path",
    ),
    "3.0": (lambda document: document.update(openapi="3.0.3"), "#/openapi", "is not 3.1"),
    # `nullable` is ignored: null would be a value of the wrong type.
    "nullable": (member({**TEXT, "nullable": True}), THING, "3.1 ignores `nullable`"),
    "nullable beside a reference": (member({**NEW, "nullable": True}), THING, "3.1 ignores `nullable`"),
    "no pin": (
        lambda document: document["paths"]["/things"]["get"].pop("parameters"),
        LIST,
        "does not take",
    ),
    "an optional pin": (version(required=False), LIST, "pins nothing"),
    "a pin of another version": (
        version(schema={**TEXT, "default": "1999-12-31"}),
        LIST,
        "pins nothing",
    ),
    # A required argument of every method, for a header that the client writes.
    "a credential": (
        parameter(name="Authorization", **{"in": "header"}),
        f"{GET}/parameters/2",
        "OpenAPI ignores the header Authorization",
    ),
    "a lost description": (parameter(description="What."), f"{GET}/parameters/2", "description of a parameter is lost"),
    # Dropped without a word.
    "a parameter with content": (
        parameter(schema=None, content={"application/json": {"schema": TEXT}}),
        f"{GET}/parameters/2",
        "is dropped",
    ),
    # Written as a=1&a=2 all the same.
    "a list in one value": (
        parameter({"type": "array", "items": TEXT}, explode=False),
        f"{GET}/parameters/2",
        "in style form, explode true, only",
    ),
    "a text as a deep object": (parameter(style="deepObject"), f"{GET}/parameters/2", "in style form"),
    "a deep object in one value": (
        parameter(NEW, style="deepObject", explode=False),
        f"{GET}/parameters/2",
        "in style deepObject, explode true, only",
    ),
    "an object in a deep object": (
        parameter({"type": "object", "additionalProperties": NEW}, style="deepObject"),
        f"{GET}/parameters/2",
        "a member of an object in a query is a string",
    ),
    "an array of arrays in a deep object": (
        parameter(
            {
                "type": "object",
                "properties": {"a": {"type": "array", "items": {"type": "array", "items": TEXT}}},
            },
            style="deepObject",
        ),
        f"{GET}/parameters/2",
        "a member of an object in a query is a string",
    ),
    "one text or several objects": (
        parameter({"oneOf": [TEXT, {"type": "array", "items": NEW}]}),
        f"{GET}/parameters/2",
        "no standard form for",
    ),
    "a path in another style": (
        lambda document: document["paths"]["/things/{id}"]["get"]["parameters"][0].update(style="matrix"),
        f"{GET}/parameters/0",
        "in style simple, explode false, only",
    ),
    "reserved characters": (parameter(allowReserved=True), f"{GET}/parameters/2", "always encode reserved"),
    "an object in a query": (parameter(NEW), f"{GET}/parameters/2", "no standard form for an object"),
    "objects in a query": (parameter({"type": "array", "items": NEW}), f"{GET}/parameters/2", "no standard form for"),
    "an array in a header": (
        parameter({"type": "array", "items": TEXT}, name="X-P", **{"in": "header"}),
        f"{GET}/parameters/2",
        "a header parameter is one string",
    ),
    "null in a header": (
        parameter({"type": ["string", "null"]}, name="X-P", **{"in": "header"}),
        f"{GET}/parameters/2",
        "a header parameter is one string",
    ),
    "a date in a header": (
        parameter({**TEXT, "format": "date-time"}, name="X-P", **{"in": "header"}),
        f"{GET}/parameters/2",
        "a header is a string",
    ),
    "a constant in a header": (
        parameter({**TEXT, "const": "a"}, name="X-P", **{"in": "header"}),
        f"{GET}/parameters/2",
        "a header is a string",
    ),
    "anything in a header": (
        parameter({}, name="X-P", **{"in": "header"}),
        f"{GET}/parameters/2",
        "a header parameter is one string",
    ),
    # Python has no argument without a default after one with a default.
    "a default in a path": (
        lambda document: document["paths"]["/things/{id}"]["get"]["parameters"][0]["schema"].update(default="a"),
        f"{GET}/parameters/0",
        "Leave its default out",
    ),
    # The methods would drop it without a word.
    "a cookie": (parameter(**{"in": "cookie"}), f"{GET}/parameters/2", "send no cookies"),
    "a form": (
        operation(requestBody={"content": {"application/x-www-form-urlencoded": {"schema": NEW}}}),
        f"{GET}/requestBody",
        "the clients send JSON, and no application/x-www-form-urlencoded",
    ),
    # It would be read as JSON.
    "a text as an answer": (
        answer({"200": content("text/csv", schema=TEXT)}),
        f"{GET}/responses/200",
        "and no text/csv",
    ),
    # 201 would be an unknown status.
    "a range of successes": (
        answer({"200": content(schema=NEW), "2XX": content(schema=NEW)}),
        f"{GET}/responses/2XX",
        "is taken for its first status",
    ),
    "a conflict that is not a 409": (
        answer({"200": content(schema=NEW), "404": {"description": "No.", "x-conflicts-with-state": True}}),
        f"{GET}/responses/404",
        "x-conflicts-with-state is true, and at a 409",
    ),
    "a conflict that is no fact": (
        answer({"200": content(schema=NEW), "409": {"description": "No.", "x-conflicts-with-state": "yes"}}),
        f"{GET}/responses/409",
        "x-conflicts-with-state is true, and at a 409",
    ),
    "a version by another case": (
        lambda document: document["components"]["parameters"]["Version"].update(name="x-polytomic-version"),
        GET,
        "it does not take X-Polytomic-Version",
    ),
    "a component that is the members of another": (
        component("NewThingMembers", {"type": "object", "properties": {}}),
        f"{SCHEMAS}/NewThingMembers",
        "NewThingMembers is a class of the generated code already",
    ),
    "an operation that is a helper": (
        operation(operationId="overload"),
        f"{GET}/operationId",
        "overload() is a method of the clients already",
    ),
    "no success": (answer({"default": content(schema=NEW)}), f"{GET}/responses", "no response is a success"),
    "no answer": (
        lambda document: document["paths"]["/things/{id}"]["get"].pop("responses"),
        f"{GET}/responses",
        "no response is a success",
    ),
    "an answer of nothing known": (answer({"200": content()}), f"{GET}/responses/200", "is not read"),
    "an envelope that may be empty": (
        answer({"200": content(schema={"type": "object", "properties": {"data": TEXT}})}),
        f"{GET}/responses/200",
        "an envelope without its data",
    ),
    "an enum without a name": (member({**TEXT, "enum": ["a"]}), THING, "this enum has no name"),
    # Three classes, none of which is called E.
    "null in an enum": (
        member({"$ref": "#/components/schemas/E"}, E={"type": ["string", "null"], "enum": ["a", None]}),
        f"{SCHEMAS}/E",
        "null is not a value of an enum",
    ),
    "an enum of two kinds": (component("E", {"enum": ["a", 1]}), f"{SCHEMAS}/E", "strings only, or whole"),
    "an enum of fractions": (component("E", {"type": "number", "enum": [1.5]}), f"{SCHEMAS}/E", "strings only"),
    # One of the two would be gone.
    "values of one name": (
        component("E", {**TEXT, "enum": ["a-b", "a b"]}),
        f"{SCHEMAS}/E",
        "have the same name",
    ),
    "a value that nobody sees": (
        component("E", {**TEXT, "enum": ["a", "\u200b"]}),
        f"{SCHEMAS}/E/enum/1",
        "invisible characters",
    ),
    "two arrays": (
        member({"oneOf": [{"type": "array", "items": TEXT}, {"type": "array", "items": NEW}]}),
        THING,
        "two arrays in one oneOf cannot be distinguished",
    ),
    "two arrays of which one is in a union of its own": (
        member({"oneOf": [{"type": "array", "items": TEXT}, {"anyOf": [NEW, {"type": "array", "items": NEW}]}]}),
        THING,
        "two arrays in one oneOf",
    ),
    # A string that happens to look like a date would be one.
    "dates and texts": (
        member({"oneOf": [{**TEXT, "format": "date"}, TEXT]}),
        THING,
        "strings of several formats in one oneOf",
    ),
    "texts and ids that may be null": (
        member({"anyOf": [TEXT, {"type": ["string", "null"], "format": "uuid"}]}),
        THING,
        "strings of several formats in one anyOf",
    ),
    # Each object would be of the first kind.
    "kinds told apart by a text": (
        member(
            {"oneOf": [NEW, {"$ref": "#/components/schemas/Thing"}], "discriminator": {"propertyName": "name"}},
        ),
        THING,
        "the discriminator is ignored. Make name a const",
    ),
    # Only the members of NewThing would be left.
    "members beside a reference in allOf": (
        member({"allOf": [NEW], "type": "object", "properties": {"a": TEXT}}),
        THING,
        "properties beside allOf is lost. Make it another part of allOf",
    ),
    "members beside a union": (
        member({"oneOf": [NEW, {"type": "integer"}], "properties": {"a": TEXT}}),
        THING,
        "properties beside oneOf is lost. Write the whole schema",
    ),
    "two unions": (
        member({"oneOf": [NEW, {"type": "integer"}], "anyOf": [TEXT, {"type": "boolean"}]}),
        THING,
        "anyOf beside oneOf is lost",
    ),
    "a union beside allOf": (member({"allOf": [NEW], "oneOf": [TEXT, COLOUR]}), THING, "allOf beside oneOf is lost"),
    # An empty model for a string.
    "one text joined": (member({"allOf": [TEXT]}), f"{THING}/allOf/0", "allOf joins objects only"),
    "a map joined": (
        member({"allOf": [NEW, {"type": "object", "additionalProperties": TEXT}]}),
        f"{THING}/allOf/1",
        "its additionalProperties are lost",
    ),
    "a required member that is none": (
        member({"type": "object", "properties": {"a": TEXT}, "required": ["a", "b"]}),
        THING,
        "b is required but not a member",
    ),
    # Dropped, or read as something else, beside additionalProperties.
    "members by pattern": (member({"type": "object", "patternProperties": {"^x": TEXT}}), THING, "by pattern"),
    # Literal takes none, so that the package would not type-check.
    "a constant fraction": (member({"const": 1.5}), THING, "a constant is a string"),
    "a constant null": (member({"const": None}), THING, "a constant is a string"),
    # A backslash would be sent before it.
    "a constant with a quotation mark": (member({"const": 'a"b'}), THING, "a const with a quotation mark"),
    "a constant with a backslash": (member({"const": "a\\b"}), THING, "a const with a quotation mark or a backslash"),
    # 5 would be sent.
    "a default of several kinds": (
        member({"oneOf": [{"type": "integer"}, TEXT], "default": "5"}),
        THING,
        "a default is sent as another kind",
    ),
    "a default with a quotation mark": (member({**TEXT, "default": 'a"b'}), THING, "a default with a quotation mark"),
    "true for a schema": (member(schema=True), THING, "a schema that is true or false has no type"),
    "an array of nothing known": (member({"type": "array"}), THING, "an array without items has no type"),
    "a reference into a component": (
        member({"$ref": "#/components/schemas/NewThing/properties/name"}),
        THING,
        "has no name in Python",
    ),
    # The default would be lost.
    "a default beside a reference": (member({**COLOUR, "default": "red"}), THING, "default beside $ref is lost"),
    # An empty model for a string.
    "texts joined": (member({"allOf": [TEXT, {"maxLength": 5}]}), f"{THING}/allOf/0", "allOf joins objects only"),
    "a member that is two things": (
        member(
            {
                "allOf": [
                    {"type": "object", "properties": {"a": TEXT}},
                    {"type": "object", "properties": {"a": {"type": "integer"}}},
                ]
            }
        ),
        f"{THING}/allOf/1/properties/a",
        "another part of it has another member",
    ),
    # A file, which is not JSON.
    "bytes": (member({**TEXT, "format": "binary"}), THING, "JSON has no bytes"),
    "a constant object": (member({"const": {"a": 1}}), THING, "a constant is a string"),
    "a name of code": (
        members('"]; import os; ["'),
        f'{SCHEMAS}/Thing/properties/"]; import os; ["',
        "is not a valid name",
    ),
    "a name with a line end": (members("a\nb"), f"{SCHEMAS}/Thing/properties/a\nb", "is not a valid name"),
    "a name of signs": (members("--"), f"{SCHEMAS}/Thing/properties/--", "is not a valid name"),
    "a name that turns around": (members("a\u202eb"), f"{SCHEMAS}/Thing/properties/a\u202eb", "is not a valid name"),
    "a name of every model, twice": (
        members("to_dict", "to_dict_"),
        f"{SCHEMAS}/Thing/properties/to_dict_",
        "the members to_dict and to_dict_ are both to_dict_ in Python",
    ),
    # Beside another, it would not be written small.
    "a name that models use": (
        members("Unset", "UNSET"),
        f"{SCHEMAS}/Thing/properties/Unset",
        "every model uses this name",
    ),
    "a parameter of code": (parameter(name="a'b"), GET, "is not a valid name"),
    "a parameter that meets another": (parameter(name="body"), GET, "has a name that the generated function uses"),
    # The second one is gone.
    "two parameters of one name": (
        lambda document: (parameter(name="a-b")(document), parameter(name="a_b")(document)),
        GET,
        "the parameters a_b and a-b are both a_b in Python",
    ),
    # The second one takes the place of the first.
    "two operations of one name": (operation(operationId="list_things"), f"{GET}/operationId", "and so is listThings"),
    "an operation called as a method of the clients": (
        operation(operationId="close"),
        f"{GET}/operationId",
        "of the clients already",
    ),
    "an operation called as the method for raw requests": (
        operation(operationId="request"),
        f"{GET}/operationId",
        "request() is a method of the clients already",
    ),
    "an operation of code": (operation(operationId="a();b"), f"{GET}/operationId", "is not a valid name"),
    "an operation without a name": (
        lambda document: document["paths"]["/things/{id}"]["get"].pop("operationId"),
        GET,
        "an operation has an operationId",
    ),
    "two tags": (operation(tags=["Things", "Others"]), GET, "an operation has one tag"),
    "no tag": (operation(tags=[]), GET, "an operation has one tag"),
    "a tag of code": (operation(tags=["a;b"]), f"{GET}/tags/0", "is not a valid name"),
    "a component called as a class that is there": (
        component("UUID", NEW),
        f"{SCHEMAS}/UUID",
        "is a class of the generated code",
    ),
    "a component called as the changes of another": (
        component("ThingChanges", {"type": "object"}),
        f"{SCHEMAS}/ThingChanges",
        "is a class of the generated code",
    ),
    # The class would be called Other, and the report would name one that is not there.
    "a component of another title": (
        lambda document: document["components"]["schemas"]["NewThing"].update(title="other"),
        f"{SCHEMAS}/NewThing",
        "its title, 'other', would be the name of its class",
    ),
    "an enum of another title": (
        lambda document: document["components"]["schemas"]["Colour"].update(title="other"),
        f"{SCHEMAS}/Colour",
        "its title, 'other', would be the name of its class",
    ),
    "an object whose title makes it a component": (
        member({"type": "object", "title": "M", "properties": {"a": TEXT}}, ThingM={"type": "object"}),
        THING,
        "is the class ThingM in Python",
    ),
    # The generator would fail, without a place.
    "two members of one name": (
        members("@type", "type"),
        f"{SCHEMAS}/Thing/properties/type",
        "the members @type and type are both type_ in Python",
    ),
    "members of one name in parts of a whole": (
        member({"allOf": [NEW, {"type": "object", "properties": {"@name": TEXT}}]}),
        THING,
        "the members name and @name are both name in Python",
    ),
    "two objects of one class": (
        member(
            {"type": "object", "properties": {"part": {"type": "object", "properties": {"a": TEXT}}}},
            ThingM={"type": "object"},
            Thing_M_part={"type": "object"},
        ),
        f"{THING}/properties/part",
        "its object is the class ThingMPart in Python, as #/components/schemas/Thing_M_part is",
    ),
    "objects of one title in a union": (
        member(
            {
                "oneOf": [
                    {"type": "object", "title": "One", "properties": {"a": TEXT}},
                    {"type": "object", "title": "One", "properties": {"b": TEXT}},
                ]
            }
        ),
        f"{THING}/oneOf/1",
        f"its object is the class ThingOne in Python, as {THING}/oneOf/0 is. Give it a title",
    ),
    "an object of a body that is a component": (
        lambda document: (
            document["paths"]["/things"]["post"].update(
                requestBody={"content": {"application/json": {"schema": {"type": "object", "properties": {"a": TEXT}}}}}
            ),
            component("CreateThingBody", {"type": "object"})(document),
        ),
        "#/paths/~1things/post/requestBody/content/application~1json/schema",
        "is the class CreateThingBody in Python",
    ),
    # The second one would be written over the first.
    "two components of one module": (
        lambda document: (component("ABTest", {"type": "object"})(document), component("AbTest", NEW)(document)),
        f"{SCHEMAS}/AbTest",
        "it is the module ab_test in Python, as #/components/schemas/ABTest is",
    ),
    "a part that requires what nobody has": (
        member({"allOf": [NEW, {"required": ["name", "sise"]}]}),
        THING,
        "sise is required but not a member",
    ),
    "a member beside allOf that is another": (
        member({"allOf": [NEW, {"type": "object"}], "properties": {"size": TEXT}}),
        f"{THING}/allOf/0/properties/size",
        "another part of it has another member",
    ),
    "two components of one name": (
        component("new_thing", {"type": "object"}),
        f"{SCHEMAS}/new_thing",
        "and so is NewThing",
    ),
    "an object that takes the name of a component": (
        member({"type": "object", "properties": {"a": TEXT}}, ThingM={"type": "object"}),
        THING,
        "is the class ThingM in Python",
    ),
}


def edited(edit: Edit) -> Document:
    document = copy.deepcopy(SMALL)
    edit(document)
    return document


@pytest.mark.parametrize("kind", RULES)
def test_what_breaks_a_rule_is_named_with_its_place(kind: str) -> None:
    edit, place, said = RULES[kind]

    found = list(violations(edited(edit)))

    assert [message for where, message in found if where == place and said in message], found


@pytest.mark.parametrize(
    "kind",
    [
        "nullable",
        "nullable beside a reference",
        "a reference into a component",
        "values of one name",
        "two operations of one name",
    ],
)
def test_one_break_of_a_rule_is_one_line(kind: str) -> None:
    assert len(list(violations(edited(RULES[kind][0])))) == 1


BYTES = {"type": "string", "format": "binary"}
MEDIA = "content/application~1json/schema"
PLACES: dict[str, tuple[Edit, str]] = {
    "a component": (component("Bytes", BYTES), f"{SCHEMAS}/Bytes"),
    "a member of a member": (member({"type": "object", "properties": {"a": BYTES}}), f"{THING}/properties/a"),
    "an item": (member({"type": "array", "items": BYTES}), f"{THING}/items"),
    "a first item": (member({"type": "array", "prefixItems": [TEXT, BYTES]}), f"{THING}/prefixItems/1"),
    "a value of a map": (member({"type": "object", "additionalProperties": BYTES}), f"{THING}/additionalProperties"),
    "an alternative": (member({"anyOf": [{"type": "integer"}, BYTES]}), f"{THING}/anyOf/1"),
    "a parameter": (parameter(BYTES), f"{GET}/parameters/2/schema"),
    "a body": (operation(requestBody=content(schema=BYTES)), f"{GET}/requestBody/{MEDIA}"),
    "an answer": (answer({"200": content(schema=BYTES)}), f"{GET}/responses/200/{MEDIA}"),
    "any other answer": (
        answer({"204": {"description": "It."}, "default": content(schema=BYTES)}),
        f"{GET}/responses/default/{MEDIA}",
    ),
    "a parameter called as a keyword": (
        lambda document: document["components"]["parameters"].update(
            example={"name": "p", "in": "query", "schema": BYTES}
        ),
        "#/components/parameters/example/schema",
    ),
}


@pytest.mark.parametrize("kind", PLACES)
def test_a_rule_of_schemas_holds_wherever_a_schema_is(kind: str) -> None:
    edit, place = PLACES[kind]

    assert list(violations(edited(edit))) == [
        (place, "JSON has no bytes. Leave format: binary out, or write format: byte")
    ]


def itself(*steps: str) -> dict[str, Any]:
    """A schema that is a component through some of what a schema can be."""
    schema: dict[str, Any] = {"$ref": "#/components/schemas/Node"}
    for step in reversed(steps):
        schema = {"type": "array", "items": schema} if step == "items" else {step: [TEXT, schema]}
    return schema


@pytest.mark.parametrize(
    "steps", [["items"], ["oneOf"], ["anyOf", "items"], ["allOf"], ["items", "items"], ["oneOf", "oneOf"]]
)
@pytest.mark.parametrize("direct", [True, False])
def test_what_is_made_of_itself_is_refused_before_anything_follows_it(steps: list[str], *, direct: bool) -> None:
    document = copy.deepcopy(SMALL)
    schemas = document["components"]["schemas"]
    schemas["Node"] = itself(*steps) if direct else {"$ref": "#/components/schemas/Other"}
    schemas["Other"] = {"$ref": "#/components/schemas/Node"} if direct else itself(*steps)

    with pytest.raises(Refused) as refused:
        check_validity(document)

    assert refused.value.problems[0].startswith("#/components/schemas/Node: it contains itself directly")


FINE: dict[str, Edit] = {
    "names": members(
        "$schema", "with space", "1st", "public.users", "filters[type]", "@type", "größe", "名前", "a:b/c", "_id"
    ),
    "recursion through a member": member(
        COLOUR, Node={"type": "object", "properties": {"next": itself(), "all": itself("items")}}
    ),
    "recursion through a map": component(
        "Tree", {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Tree"}}
    ),
    "one reference in an allOf": member({"allOf": [COLOUR], "default": "red"}),
    "words beside a reference": member({**COLOUR, "description": "Which."}),
    "objects joined": member({"allOf": [NEW, {"type": "object", "properties": {"more": TEXT}}]}),
    "null as a type": member({"oneOf": [NEW, {"type": "null"}]}),
    "a list in a query": parameter({"type": "array", "items": COLOUR}),
    "a number in a header": parameter({"type": "integer"}, name="X-Count", **{"in": "header"}),
    "signs as values": component("Sign", {**TEXT, "enum": ["<", "<=", "", "ä\"'\\"]}),
    "another JSON": answer({"200": content("application/vnd.things+json", schema=NEW), "default": content(schema=NEW)}),
    "data that looks like a schema": member({"type": "object", "example": {"nullable": True, "enum": ["a"]}}),
    "a member called nullable": member(
        {"type": "object", "properties": {"nullable": TEXT, "enum": TEXT, "in": TEXT, "name": TEXT}}
    ),
}


@pytest.mark.parametrize("kind", FINE)
def test_what_is_fine_is_let_through(kind: str) -> None:
    assert list(violations(edited(FINE[kind]))) == []


@pytest.mark.process
def test_what_is_fine_can_be_generated(tmp_path: Path) -> None:
    """All of it in one document, since each run of the generator takes 0.3 s."""
    document = copy.deepcopy(SMALL)
    thing = document["components"]["schemas"]["Thing"]["properties"]
    for number, edit in enumerate(FINE.values()):
        edit(document)
        if "m" in thing:
            thing[f"m{number}"] = thing.pop("m")

    assert list(violations(document)) == []
    assert generate(document, tmp_path)


@pytest.mark.parametrize("path", VENDORED, ids=lambda path: path.name)
def test_a_vendored_document_keeps_the_rules(path: Path) -> None:
    assert list(violations(documents.read(path))) == []


def test_the_names_of_the_clients_are_those_that_a_document_could_take() -> None:
    hand_written = {
        name
        for client in (AsyncPolytomic, Polytomic)
        for base in client.__mro__
        if base.__module__.startswith("polytomic_client.") and ".v2" not in base.__module__.replace("._versions.v2", "")
        for name in vars(base)
    }
    assert {
        "close",
        "aclose",
        "with_options",
        "request",
        "generated",
        "run_bulk_sync",
        "modify_bulk_sync",
    } <= hand_written
    assert {name for name in hand_written if not name.startswith("__")} == {
        name for name in clients_names() if not name.startswith("__")
    }


WHAT_PASSES: dict[str, Edit] = {
    "a reference in allOf beside its words": member({"allOf": [COLOUR, {"description": "Which.", "default": "red"}]}),
    "a reference in allOf beside what it requires": member({"allOf": [NEW, {"required": ["size"]}]}),
    "members that differ in words only": member(
        {
            "allOf": [
                NEW,
                {
                    "type": "object",
                    "properties": {"size": {"type": "integer", "description": "How large.", "title": "S"}},
                },
            ]
        }
    ),
    "a reference in allOf with words": member({"allOf": [NEW], "description": "It.", "default": None}),
    "objects joined, and members": member({"allOf": [NEW, {"type": "object"}], "properties": {"a": TEXT}}),
    "a part that requires what another part has": member(
        {"allOf": [NEW, {"type": "object", "properties": {"a": TEXT}, "required": ["name"]}]}
    ),
    "kinds told apart by constants": member(
        {
            "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
            "discriminator": {"propertyName": "kind"},
        },
        Cat={"type": "object", "properties": {"kind": {"const": "cat"}}},
        Dog={"type": "object", "properties": {"kind": {"const": "dog"}}},
    ),
    "texts and values of an enum": member({"oneOf": [COLOUR, TEXT]}),
    "texts of formats without a type": member({"oneOf": [{**TEXT, "format": "email"}, TEXT]}),
    "a type beside a union": member({"type": "object", "oneOf": [NEW, {"$ref": "#/components/schemas/ThingEnvelope"}]}),
    "a component of its own title": lambda document: document["components"]["schemas"]["NewThing"].update(
        title="New Thing"
    ),
    "a text of another title": component("Spare", {**TEXT, "title": "Other"}),
    "an array of itself through a member": member({"$ref": "#/components/schemas/Thing"}),
    "a default beside null": member({"type": ["string", "null"], "default": "a"}),
    "a default of nothing": member({"type": ["string", "integer", "null"], "default": None}),
    "a server": lambda document: document.update(servers=[{"url": "https://a.example/"}]),
    "a text with an apostrophe": member({**TEXT, "default": "it's"}),
}


@pytest.mark.parametrize("kind", WHAT_PASSES)
def test_what_looks_like_a_break_and_is_none_passes(kind: str) -> None:
    assert list(violations(edited(WHAT_PASSES[kind]))) == []


def test_unions_of_the_same_unions_are_looked_at_once() -> None:
    """Each of fifty is twice in the one before it, which are too many to check one by one."""
    document = copy.deepcopy(SMALL)
    for number in range(50):
        part = {"$ref": f"#/components/schemas/U{number + 1}"}
        document["components"]["schemas"][f"U{number}"] = {"oneOf": [part, {"anyOf": [part, TEXT]}]}
    document["components"]["schemas"]["U50"] = {"type": "array", "items": TEXT}

    assert list(violations(document)) == []


def test_each_name_that_a_class_of_a_document_could_take_is_known(kinds: Path) -> None:
    document = documents.read(DATA / "kinds.yaml")
    models = {path.stem for path in (kinds / "models").glob("*.py")}
    used: set[str] = set()
    for path in [*(kinds / "models").glob("*.py"), *(kinds / "api").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                used.add(node.id)
            elif isinstance(node, ast.ClassDef):
                used.add(node.name)
            elif isinstance(node, ast.ImportFrom) and node.module and node.module.rpartition(".")[2] not in models:
                used |= {alias.asname or alias.name for alias in node.names}
    made = {class_name(name) for name in document["components"]["schemas"]}
    could_be = {name for name in used if class_name(name) == name and not name.startswith(tuple(made))}

    assert could_be == CLASSES
