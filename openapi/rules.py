"""The rules of documents: what the generator and the clients need, where OpenAPI allows more.

Without each rule, something would silently be dropped, renamed or mistyped, or fail without its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

from .classes import classes, python_members
from .document import (
    CONFLICTS,
    Document,
    Found,
    Steps,
    is_array,
    is_object,
    named_schemas,
    objects,
    operations,
    pointer,
    resolve,
)
from .named_kinds import has_constants, has_mapping, named_kinds
from .names import names
from .schemas import (
    BESIDE_REFERENCE,
    FORMATS,
    WORDS,
    alternatives,
    every_schema,
    kinds,
    members,
    parts_of,
    sole_reference,
    types,
    without_words,
)

VERSION_HEADER = "X-Polytomic-Version"

CLIENT_HEADERS = ("accept", "authorization", "content-type")
"""OpenAPI 3.1, Parameter Object: a header parameter of such a name shall be ignored."""

JSON = re.compile(r"application/([\w.-]+\+)?json(;.*)?", re.IGNORECASE)

SHAPE = {
    "properties",
    "required",
    "additionalProperties",
    "items",
    "prefixItems",
    "enum",
    "const",
    "oneOf",
    "anyOf",
    "allOf",
}
"""Keywords that define a schema, beside its type."""

STYLES = {"query": "form", "path": "simple", "header": "simple"}


def violations(document: Document) -> Iterator[tuple[str, str]]:
    """Yield each place where a valid document is against the rules, and what is wrong there."""
    rules = (
        openapi,
        places,
        nullables,
        schemas,
        enums,
        endless,
        pins,
        parameters,
        bodies,
        answers,
        conflicts,
        named_kinds,
    )
    for path, message in chain.from_iterable(rule(document) for rule in (*rules, names, classes, python_members)):
        yield pointer(path), message


def openapi(document: Document) -> Found:
    """A document is one of 3.1."""
    if not str(document.get("openapi")).startswith("3.1."):
        yield ("openapi",), f"{document.get('openapi')!r} is not 3.1. `make update-api` converts 3.0 to 3.1"


def places(document: Document) -> Found:
    """Every operation is at its path below the one URL that the client has."""
    for path, item in document["paths"].items():
        if "$ref" in item:
            yield ("paths", path), "a reference is not followed here. Write the path out"
    for path, node in objects(document):
        for index, server in enumerate(node.get("servers", ())):
            place = (*path, "servers", index)
            if path:
                yield place, "the client has one URL for all operations. Leave it out"
            elif urlsplit(str(server.get("url"))).path not in ("", "/"):
                yield place, f"the client has no path in its URL. Write that of {server['url']} into each path"


def nullables(document: Document) -> Found:
    """A nullable value has the type null; 3.1 ignores `nullable`."""
    for path, node in objects(document):
        if "nullable" in node:
            yield path, "3.1 ignores `nullable`. Write oneOf: [..., {type: 'null'}]"


def schemas(document: Document) -> Found:
    """A schema has a type in Python, and it is the intended one."""
    for path, schema in every_schema(document):
        if not is_object(schema):
            yield path, "a schema that is true or false has no type. Write {} for anything"
            continue
        reference = schema.get("$ref")
        if reference is not None and not re.fullmatch(r"#/components/schemas/[^/]+", str(reference)):
            yield path, f"{reference} has no name in Python. Refer to a component of #/components/schemas"
        beside = schema.keys() - BESIDE_REFERENCE - {"nullable"} if "$ref" in schema else ()
        if lost := sorted(key for key in beside if not key.startswith("x-")):
            yield path, f"{', '.join(lost)} beside $ref is lost. Write allOf: [{{$ref: ...}}] instead of $ref"
        if "array" in types(schema) and "items" not in schema and "prefixItems" not in schema:
            yield path, "an array without items has no type. Say what it holds; {} is anything"
        if schema.get("format") == "binary":
            yield path, "JSON has no bytes. Leave format: binary out, or write format: byte"
        if "const" in schema and not isinstance(schema["const"], str | int):
            yield path, "a constant is a string, a whole number, true or false"
        yield from (
            (path, f"a {word} with a quotation mark or a backslash is sent garbled. Leave it out")
            for word in ("const", "default")
            if isinstance(schema.get(word), str) and re.search(r'["\\]', schema[word])
        )
        if schema.get("default") is not None and len(kinds(document, schema) - {"null"}) > 1:
            yield path, "with several kinds, a default is sent as another kind. Leave it out"
        if "patternProperties" in schema:
            yield path, "members by pattern have no type. Write additionalProperties"
        missing = sorted(set(schema.get("required", ())) - set(schema.get("properties", ())))
        if missing and "properties" in schema and "allOf" not in schema and "allOf" not in path[-2:]:
            yield path, f"{', '.join(missing)} is required but not a member"
        yield from _alone(path, schema)
        yield from _united(document, path, schema)
        yield from _joined(document, path, schema)


def _alone(path: Steps, schema: dict[str, Any]) -> Found:
    """Keywords beside a union, or beside a single reference in allOf, would be lost."""
    unions: list[str] = [union for union in ("oneOf", "anyOf") if union in schema]
    if not unions and "allOf" in schema and sole_reference(schema):
        unions = ["allOf"]
    if unions and (lost := sorted((SHAPE & schema.keys()) - {unions[0]})):
        remedy = (
            "Make it another part of allOf" if unions == ["allOf"] else "Write the whole schema in each alternative"
        )
        yield path, f"{', '.join(lost)} beside {unions[0]} is lost. {remedy}"


def _united(document: Document, path: Steps, schema: dict[str, Any]) -> Found:
    """The alternatives of a union can be distinguished by their content."""
    for union in ("oneOf", "anyOf"):
        parts = list(alternatives(document, {union: schema.get(union, ())}))
        if len([part for part in parts if "array" in kinds(document, part)]) > 1:
            yield path, f"two arrays in one {union} cannot be distinguished. Make one array of both kinds of items"
        texts = {str(part.get("format")) for part in parts if "string" in kinds(document, part) and "enum" not in part}
        if len(texts) > 1 and texts & FORMATS:
            yield path, f"strings of several formats in one {union} cannot be distinguished. Leave the format out"
        named: Any = schema.get("discriminator", {}).get("propertyName")
        # `named_kinds` checks a mapping.
        if named and not has_mapping(document, schema) and not has_constants(document, parts, named):
            yield path, f"the discriminator is ignored. Make {named} a const of its own in each alternative"


def _joined(document: Document, path: Steps, schema: dict[str, Any]) -> Found:
    """The parts of allOf are objects, and agree on their members."""
    written = parts_of(schema)
    if not written or sole_reference(schema):
        return
    known: dict[str, Any] = {**schema.get("properties", {})}
    for index, part in ((index, resolve(document, part)) for index, part in written):
        if part.keys() <= WORDS | {"required"}:
            continue
        if kinds(document, part) != {"object"}:
            yield (*path, "allOf", index), "allOf joins objects only. Write the whole schema instead"
        if is_object(part.get("additionalProperties")):
            yield (*path, "allOf", index), "its additionalProperties are lost. Write them beside allOf"
        for name, member in part.get("properties", {}).items():
            if without_words(known.setdefault(name, member)) != without_words(member):
                yield (
                    (*path, "allOf", index, "properties", name),
                    "another part of it has another member of this name",
                )
    there = members(document, schema)
    required = {name for holder in (schema, *(part for _, part in written)) for name in holder.get("required", ())}
    if missing := sorted(required - there.keys()):
        yield path, f"{', '.join(missing)} is required but not a member"


def enums(document: Document) -> Found:
    """An enum is a component, because its name is one in Python, and has strings only, or whole numbers only."""
    for path, schema in every_schema(document):
        values: Any = schema.get("enum") if is_object(schema) else None
        if not is_array(values):
            continue
        if path[:-1] != ("components", "schemas"):
            yield path, "this enum has no name. Make it a component, and refer to it"
        if None in values or "null" in types(schema):
            yield path, "null is not a value of an enum. Write oneOf: [..., {type: 'null'}] where it is referred to"
        elif not (all(isinstance(value, str) for value in values) or all(type(value) is int for value in values)):
            yield path, "the values of an enum are strings only, or whole numbers only"


def endless(document: Document) -> Found:
    """A component must not be an array, union or allOf of itself; recursion through a member of an object is fine."""
    components = named_schemas(document)
    parts = {name: set(_parts(schema)) for name, schema in components.items()}
    for name in components:
        reached: set[str] = set()
        ahead = [name]
        while ahead:
            found = parts.get(ahead.pop(), set()) - reached
            reached |= found
            ahead += found
        if name in reached:
            path = ("components", "schemas", name)
            yield path, "it contains itself directly, which has no type. Put the recursion into a member of an object"


def _parts(schema: Any) -> Iterator[str]:
    """Yield the components that a schema is, or is an array of."""
    if not is_object(schema):
        return
    if "$ref" in schema:
        yield str(schema["$ref"]).rpartition("/")[2]
    for part in (
        *(part for union in ("oneOf", "anyOf", "allOf") for part in schema.get(union, ())),
        schema.get("items"),
    ):
        yield from _parts(part)


def pins(document: Document) -> Found:
    """Every operation requests the version of the document, because its paths are those of that version."""
    version = document["info"]["version"]
    for path, operation in operations(document):
        references = (*operation.get("parameters", ()), *document["paths"][path[1]].get("parameters", ()))
        taken = [resolve(document, reference) for reference in references]
        asked = [each for each in taken if each.get("name") == VERSION_HEADER]
        if not asked:
            yield path, f"it does not take {VERSION_HEADER}. Add it, required, with the default {version}"
        elif not asked[0].get("required") or asked[0].get("schema", {}).get("default") != version:
            yield path, f"{VERSION_HEADER} pins nothing. Make it required, with the default {version}"


def every_parameter(document: Document) -> Iterator[tuple[Steps, dict[str, Any]]]:
    """Yield every parameter that is written out, with its path."""
    for path, node in objects(document):
        if isinstance(node.get("in"), str) and "name" in node and "securitySchemes" not in path:
            yield path, node


def parameters(document: Document) -> Found:
    """A parameter has the one style in which the clients write it."""
    for path, parameter in every_parameter(document):
        where, schema = str(parameter["in"]), parameter.get("schema", {})
        if where == "header" and str(parameter["name"]).lower() in CLIENT_HEADERS:
            yield (
                path,
                f"OpenAPI ignores the header {parameter['name']} here, and the client sends its own. Leave it out",
            )
        if where == "cookie":
            yield path, "the clients send no cookies"
            continue
        if "description" in parameter:
            yield path, "the description of a parameter is lost. Write it on its schema"
        if "schema" not in parameter:
            yield path, "a parameter with content is dropped. Give it a schema"
        found = kinds(document, schema)
        style = "deepObject" if where == "query" and found == {"object"} and "style" in parameter else STYLES[where]
        explode = parameter.get("explode", where == "query")
        if parameter.get("style", style) != style or explode is not (where == "query"):
            yield path, f"the clients write it in style {style}, explode {str(where == 'query').lower()}, only"
        if parameter.get("allowReserved"):
            yield path, "the clients always encode reserved characters. Leave allowReserved out"
        if where == "query" and style == "deepObject":
            whole = resolve(document, schema)
            values = [*members(document, schema).values(), whole.get("additionalProperties", {})]
            if any(_is_nested(document, value) for value in values if value not in (True, {})):
                yield path, "a member of an object in a query is a string, number or truth value, or an array of these"
        elif where == "query":
            if "object" in found or _is_nested(document, schema):
                problem = "a query has no standard form for an object, or for an array in an array"
                yield path, f"{problem}. Write style: deepObject for an object"
        elif found & {"array", "object", "null", "any"} or len(found) > 1:
            yield path, f"a {where} parameter is one string, number, truth value or enum"
        elif where == "header" and (
            "const" in (whole := resolve(document, schema)) or "date" in str(whole.get("format"))
        ):
            yield path, "a header is a string, a number, a truth value or an enum"
        elif where == "path" and "default" in schema:
            yield path, "a parameter of the path is always given. Leave its default out"


def _is_nested(document: Document, schema: Any) -> bool:
    """Return whether a value in a query may be an object, or an array of arrays or objects."""
    items = [part.get("items", {}) for part in alternatives(document, schema)]
    held = {kind for item in items if item for kind in kinds(document, item)}
    return "object" in kinds(document, schema) or bool(held & {"object", "array"})


def bodies(document: Document) -> Found:
    """The clients send JSON only."""
    for path, operation in operations(document):
        for media in resolve(document, operation.get("requestBody", {})).get("content", {}):
            if not JSON.fullmatch(media):
                yield (*path, "requestBody"), f"the clients send JSON, and no {media}"


def answers(document: Document) -> Found:
    """A success is JSON, under a plain status, and an envelope has its `data`."""
    for path, operation in operations(document):
        responses: dict[str, Any] = operation.get("responses", {})
        successes = [status for status in responses if re.fullmatch(r"2\d\d", status)]
        if not successes:
            yield (*path, "responses"), "no response is a success. Write its status as a plain number, for example 200"
        for status in (*successes, *(status for status in responses if status.upper() == "2XX")):
            place = (*path, "responses", status)
            if status not in successes:
                yield place, "a range is taken for its first status. Write each status as a plain number"
            for media, content in resolve(document, responses[status]).get("content", {}).items():
                schema = resolve(document, content.get("schema", {}))
                if not JSON.fullmatch(media):
                    yield place, f"the clients read JSON, and no {media}"
                elif "schema" not in content:
                    yield place, "a response without a schema is not read. Write schema: {} for anything"
                elif "data" in schema.get("properties", {}) and "data" not in schema.get("required", ()):
                    yield place, "an envelope without its data is not a response. Add data to what is required"


def conflicts(document: Document) -> Found:
    """`x-conflicts-with-state` is true, and at a 409, which is the one response that it says something about."""
    for path, operation in operations(document):
        for status, response in operation.get("responses", {}).items():
            value = resolve(document, response).get(CONFLICTS)
            if value is not None and (status != "409" or value is not True):
                yield (*path, "responses", status), f"{CONFLICTS} is true, and at a 409. Leave it out elsewhere"
