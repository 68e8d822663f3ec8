"""Find the Python names of the members and parameters that a change is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from attrs import evolve, field, frozen

from .document import Document, Steps, is_array, is_object, resolve
from .names import argument_name, class_name, identifier, member_name


@frozen
class Place:
    """A member of a model, or a parameter of an operation.

    Attributes:
        shown: Its name in the document: `Model.member`, or the parameter's name.
        python: Its name in Python: `models.Model.member`, or `method(parameter=)`.
        schema: What it holds.
        spots: Where the document describes it. A step into `parameters` is a place and a name, as in `query limit`.
        required: Whether its model requires it.
    """

    shown: str
    python: str
    schema: dict[str, Any]
    spots: tuple[Steps, ...]
    required: bool = False


@frozen
class Schema:
    """A schema and what the generator names it after.

    Attributes:
        node: The schema, which may be a reference.
        steps: Where it is.
        parent: The class that it is inside of, or the operation.
        name: Its name there.
        shown: Its name in a report.
    """

    node: dict[str, Any]
    steps: Steps
    parent: str = ""
    name: str = ""
    shown: str = field(default="")

    def inner(self, step: str, name: str = "", shown: str = "") -> Schema:
        """Return what is inside it, called after it."""
        return evolve(
            self,
            node=self.node[step],
            steps=(*self.steps, step),
            name=self.name + name,
            shown=self.shown + shown,
        )

    @property
    def python_class(self) -> str:
        """The class that the generator makes of it if it is an object."""
        return class_name(f"{self.parent}_{self.node.get('title', self.name)}".lstrip("_"))


def schemas_of(
    document: Document, operation: dict[str, Any], *, successes_only: bool = False, steps: Steps = ()
) -> Iterator[tuple[str, Schema]]:
    """Yield the schema of the body, and those of the responses, the successes first."""
    answers = operation.get("responses", {})
    kept = sorted(status for status in answers if not successes_only or status.startswith("2"))
    parts: list[tuple[str, str, Steps, Any]] = [("request", "body", ("requestBody",), operation.get("requestBody", {}))]
    parts += [("response", f"response_{status}", ("responses", status), answers[status]) for status in kept]
    method = identifier(operation.get("operationId", ""))
    for kind, name, place, part in parts:
        for content, media in resolve(document, part).get("content", {}).items():
            if is_object(schema := media.get("schema")):
                start = start_of(part, (*steps, *place))
                shown = class_name(f"{method}_{name}")
                yield kind, Schema(schema, (*start, "content", content, "schema"), method, name, shown)


def start_of(node: dict[str, Any], steps: Steps) -> Steps:
    """Return where a node is, or what it refers to."""
    return tuple(str(node["$ref"]).removeprefix("#/").split("/")) if "$ref" in node else steps


def with_parts(document: Document, schema: Schema) -> list[Schema]:
    """Return a schema, and the parts of its unions and allOf, with their references followed."""
    whole = followed(document, schema)
    parts: list[Schema] = []
    count = 0
    for union in ("anyOf", "oneOf", "allOf"):
        for index, node in enumerate(whole.node.get(union, ())):
            # A part of what joins others is not a class.
            name = "" if union == "allOf" else f"_type_{count}"
            count += union != "allOf"
            part = evolve(whole, node=node, steps=(*whole.steps, union, index), name=whole.name + name)
            parts.append(followed(document, part))
    if is_array(kinds := whole.node.get("type")) and len(kinds) > 1 and "object" in kinds:
        whole = evolve(whole, name=f"{whole.name}_type_{kinds.index('object')}")
    return [whole, *parts]


def followed(document: Document, schema: Schema) -> Schema:
    """Return the component that a schema refers to, or itself."""
    for _ in range(100):
        if "$ref" not in schema.node:
            break
        name = str(schema.node["$ref"]).rpartition("/")[2]
        node = resolve(document, {"$ref": schema.node["$ref"]})
        schema = Schema(node, start_of(schema.node, ()), "", name, name)
    return schema


def find_parameter(
    document: Document, operation: dict[str, Any], where: str, name: str, steps: Steps = ()
) -> Place | None:
    """Return a parameter of an operation."""
    references = operation.get("parameters", ())
    taken = [resolve(document, reference) for reference in references]
    for reference, each in zip(references, taken, strict=True):
        if (each.get("in"), each.get("name")) == (where, name):
            others = [str(other.get("name")) for other in taken if other is not each]
            method = identifier(operation["operationId"]) if "operationId" in operation else ""
            python = f"{method}({argument_name(name, where, others)}=)"
            known = ("parameters", f"{where} {name}")
            spot = start_of(reference, (*steps, *known))
            schema = Schema(each.get("schema", {}), (*spot, "schema"))
            # A parameter may be one of all operations of the path.
            spots = ((*steps, *known), (*steps[:-1], *known), spot, *_spots(document, schema))
            return Place(name, python, followed(document, schema).node, spots)
    return None


def find_member(document: Document, operation: dict[str, Any], kind: str, path: str, steps: Steps = ()) -> Place | None:
    """Return the member that a path of oasdiff, such as `data/items/id`, leads to in a body or a response."""
    taken = [
        step for step in re.findall(r"(?:[^/\[]|\[[^\]]*\])+", path) if not re.match(r"(oneOf|anyOf|allOf)\[", step)
    ]
    for direction, schema in schemas_of(document, operation, steps=steps):
        if direction == kind and (found := _follow(document, schema, taken)):
            return found
    return None


def _follow(document: Document, schema: Schema, steps: list[str]) -> Place | None:
    found: Place | None = None
    # A step into a union says in many ways which part it is: the next step is looked for in all of them.
    for step in steps:
        for part in with_parts(document, schema):
            if step in part.node.get("properties", {}):
                found, schema = member_of(document, part, step)
                break
            if step in ("items", "additionalProperties") and is_object(part.node.get(step)):
                schema = inside(part, step)
                if found:
                    found = evolve(found, spots=(*found.spots, *_spots(document, schema)))
                break
        else:
            return None
    return found


def member_of(document: Document, model: Schema, name: str) -> tuple[Place, Schema]:
    """Return a member of an object, and what it holds."""
    members: dict[str, Any] = model.node["properties"]
    node: dict[str, Any] = members[name] if is_object(members[name]) else {}
    steps = (*model.steps, "properties", name)
    schema = Schema(node, steps, model.python_class, name, f"{model.shown}.{name}")
    python = f"models.{model.python_class}.{member_name(name, members)}"
    spots = ((*model.steps, "required"), *_spots(document, schema))
    required = name in model.node.get("required", ())
    return Place(schema.shown, python, followed(document, schema).node, spots, required), schema


def inside(schema: Schema, step: str) -> Schema:
    """Return what the items of an array are, or the values of a map."""
    if step == "items":
        return schema.inner(step, "_item", "[]")
    values = schema.inner(step, shown="[]")
    return evolve(values, parent=schema.python_class, name="AdditionalProperty")


def _spots(document: Document, schema: Schema) -> Iterator[Steps]:
    """Yield where a schema is described: where it is, and what it refers to, alone or as one of several."""
    yield schema.steps
    for part in with_parts(document, schema):
        if part.steps[: len(schema.steps)] != schema.steps:
            yield part.steps
