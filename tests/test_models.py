"""Models, enums and helpers of the generated package, as Python objects."""

from __future__ import annotations

import ast
import copy
import datetime as dt
import functools
import importlib
import inspect
import json
import operator
import pickle
import pkgutil
import subprocess
import sys
import typing
import weakref
from collections import OrderedDict, UserDict, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from enum import Enum
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast
from uuid import UUID

import attrs
import httpx
import pytest

import polytomic_client.v2023_04_25 as package
from polytomic_client import Polytomic
from polytomic_client.v2023_04_25 import api, models
from polytomic_client.v2023_04_25.models import (
    ApiError,
    BulkDestinationEnvelope,
    BulkMode,
    ConfigurationField,
    ConfigurationMap,
    ErrorMetadata,
    FreeFormConfiguration,
    ResyncMode,
)
from polytomic_client.v2023_04_25.types import (
    UNSET,
    Unset,
    as_list,
    decode_datetime,
    decode_enum,
    encode_datetime,
    parses,
    path_segment,
    path_uuid,
)

from .document import DOCUMENT, resolve

ATTRS_MODELS = [name for name in models.__all__ if attrs.has(getattr(models, name))]
DATA = Path(__file__).resolve().parent / "data"
ID = UUID("248df4b7-aa70-47b8-a036-33ac447e668d")


def _pickled(value: Any, protocol: int) -> Any:
    return pickle.loads(pickle.dumps(value, protocol))


COPIES: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    **{
        f"pickle {protocol}": functools.partial(_pickled, protocol=protocol)
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
    },
}


@pytest.fixture(params=COPIES)
def duplicate(request: pytest.FixtureRequest) -> Callable[[Any], Any]:
    """Each way to copy an object."""
    return COPIES[request.param]


def destination() -> BulkDestinationEnvelope:
    return BulkDestinationEnvelope.from_dict(json.loads((DATA / "get_destination.response.json").read_bytes()))


# --- UNSET -----------------------------------------------------------------------------------------------------------


def test_unset_is_one_object(duplicate: Callable[[Any], Any]) -> None:
    assert duplicate(UNSET) is UNSET
    assert Unset() is UNSET


def test_unset_is_false_and_prints_as_unset() -> None:
    assert not UNSET
    assert repr(UNSET) == str(UNSET) == "UNSET"
    assert repr(ConfigurationField(default=1, items=UNSET)) == "ConfigurationField(default=1)"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (models.BulkDestinationEnvelope.from_dict({}), "BulkDestinationEnvelope()"),
        (models.BulkSyncListEnvelope.from_dict({"data": []}), "BulkSyncListEnvelope()"),
        (models.BulkSyncListEnvelope.from_dict({"data": None}), "BulkSyncListEnvelope()"),
        (models.ActivateBulkSync(active=False), "ActivateBulkSync(active=False)"),
        (models.ConfigurationMap(), "ConfigurationMap()"),
        (
            models.ConfigurationMap({"a": ConfigurationField(default="")}),
            "ConfigurationMap(additional_properties={'a': ConfigurationField(default='')})",
        ),
        (
            models.ConfigurationField(default=0, items=None, required=False, additional_properties={"new": []}),
            "ConfigurationField(default=0, items=None, required=False, additional_properties={'new': []})",
        ),
        (
            models.BulkDestination.from_dict({"configuration": {}, "modes": [{"id": "snapshot"}]}),
            "BulkDestination(modes=[SupportedBulkMode(id=<BulkMode.SNAPSHOT: 'snapshot'>)])",
        ),
    ],
)
def test_a_repr_leaves_out_what_is_unset_and_empty(value: object, shown: str) -> None:
    assert repr(value) == str(value) == shown


def test_the_repr_of_a_model_that_holds_itself_and_of_a_users_class_ends() -> None:
    field = ConfigurationField(default=1)
    field["itself"] = [field]
    assert repr(field) == "ConfigurationField(default=1, additional_properties={'itself': [...]})"

    class Field(ConfigurationField):
        """A class of a user's own."""

    shown = repr(Field.from_dict({"default": 1}))
    assert shown == f"{__name__}.Field(default=1)".rpartition(".")[2]


SPECIFIERS = [
    *("", ",", ".2f", ">10", "<10", "^10", "*^11", "10,", "08.3f", "+d", "x", "%", ".3", "10.1", ".0", "e", "s"),
    *("%Y-%m-%d", "%H:%M", "_", "=10", "c", "{}", "nonsense"),
]


@pytest.mark.parametrize("specifier", SPECIFIERS)
def test_unset_prints_as_a_word_whatever_the_format(specifier: str) -> None:
    formatted = format(UNSET, specifier)

    assert formatted.strip(" *") == "UNSET"
    assert f"{UNSET!s:>8}" == f"{UNSET:>8}" == "   UNSET"


ORDER = ("lt", "le", "gt", "ge")
ARITHMETIC = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow")


@pytest.mark.parametrize("operation", [*ORDER, *ARITHMETIC, "contains", "getitem"])
@pytest.mark.parametrize("other", [0, 1.5, "a", None, UNSET], ids=repr)
def test_unset_has_no_order_and_no_arithmetic(operation: str, other: Any) -> None:
    with pytest.raises(TypeError):
        getattr(operator, operation)(UNSET, other)
    assert (other == UNSET) is (other is UNSET)


@pytest.mark.parametrize("operation", [iter, len, int, float, abs, operator.neg, operator.index, sum, sorted])
def test_unset_is_not_a_number_or_a_collection(operation: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError):
        operation(UNSET)


# --- Models ----------------------------------------------------------------------------------------------------------


def test_a_model_is_equal_to_its_copies(duplicate: Callable[[Any], Any]) -> None:
    answer = destination()

    twin = duplicate(answer)

    assert twin == answer
    assert twin is not answer
    assert twin.to_dict() == answer.to_dict()
    assert twin.data.configuration["advanced"].default is UNSET


def test_models_differ_where_a_member_does() -> None:
    answer, other = destination(), destination()
    assert answer == other

    other.data.modes[0].label = "Other"

    assert answer != other


def test_a_deep_copy_shares_nothing() -> None:
    answer = destination()
    twin = copy.deepcopy(answer)

    twin.data.modes.clear()
    twin["more"] = 1

    assert answer == destination()


def test_encoding_does_not_change_the_model() -> None:
    answer = destination()

    encoded = answer.to_dict()
    encoded["data"]["modes"].clear()
    encoded["data"]["configuration"].clear()

    assert answer == destination()


def test_decoding_does_not_change_what_is_decoded() -> None:
    body = json.loads((DATA / "get_destination.response.json").read_bytes())
    BulkDestinationEnvelope.from_dict(body)

    assert body == json.loads((DATA / "get_destination.response.json").read_bytes())


def test_a_body_may_be_any_mapping() -> None:
    assert BulkDestinationEnvelope.from_dict(MappingProxyType({"data": {}})).to_dict() == {"data": {}}


MODE = {
    "id": "snapshot",
    "label": "Replace",
    "description": "Replace all records",
    "requires_identity": False,
    "supports_field_sync_mode": False,
    "supports_target_filters": False,
}
"""An object with every member that the document names."""

LEFT_OUT = ["id", "label", "supports_target_filters"]


@pytest.mark.parametrize("unknown", [{}, {"b": 1}, {"b": 1, "a": 2}, {"b": 1, "a": [2], "c": None}, {"": 1}])
@pytest.mark.parametrize("missing", [LEFT_OUT[:count] for count in range(4)])
def test_unknown_members_are_kept_in_order_whatever_is_missing(missing: list[str], unknown: dict[str, Any]) -> None:
    known = {name: value for name, value in MODE.items() if name not in missing}
    for body in ({**known, **unknown}, {**unknown, **known}):
        before = list(body.items())

        mode = models.SupportedBulkMode.from_dict(body)

        assert list(mode.additional_properties.items()) == list(unknown.items())
        assert mode.additional_properties is not body
        assert {name: getattr(mode, name) for name in MODE} == {**dict.fromkeys(missing, UNSET), **known}
        assert mode.to_dict() == body
        assert list(body.items()) == before


@pytest.mark.parametrize("body", [{}, {"default": 1}, {"default": 1, "items": None, "required": True}, {"a": 1}])
def test_models_share_no_unknown_members(body: dict[str, Any]) -> None:
    first, second = ConfigurationField.from_dict(body), ConfigurationField.from_dict(body)

    first["more"] = 1

    assert "more" not in second
    assert "more" not in body
    assert "more" not in ConfigurationField.from_dict(body)


@pytest.mark.parametrize("model", [FreeFormConfiguration, ConfigurationMap])
def test_a_map_holds_no_body_as_its_own(model: Any) -> None:
    body: dict[str, Any] = {"a": {"default": 1}}
    value = model.from_dict(body)

    value["b"] = value.pop("a")

    assert body == {"a": {"default": 1}}
    assert list(value) == ["b"]


class _NoDict(Mapping[str, Any]):
    """A mapping that makes its values when they are asked for."""

    def __init__(self, contents: dict[str, Any]) -> None:
        self.contents = contents

    def __getitem__(self, key: str) -> Any:
        return self.contents[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.contents)

    def __len__(self) -> int:
        return len(self.contents)


@pytest.mark.parametrize("body", [MODE, {}, {"id": "x"}, {**MODE, "a": 1}, {"a": 1, "b": 2, "c": 3}])
@pytest.mark.parametrize("kind", [MappingProxyType, OrderedDict, UserDict, _NoDict])
def test_a_mapping_is_decoded_as_a_dict_is(kind: Any, body: dict[str, Any]) -> None:
    assert models.SupportedBulkMode.from_dict(kind(body)) == models.SupportedBulkMode.from_dict(body)
    assert FreeFormConfiguration.from_dict(kind(body)).additional_properties == body
    assert type(FreeFormConfiguration.from_dict(kind(body)).additional_properties) is dict


@pytest.mark.parametrize("body", [{"default": 1}, {"default": 1, "a": 2, "b": 3}])
def test_a_dict_that_makes_what_it_lacks_is_asked_for_nothing_and_not_changed(body: dict[str, Any]) -> None:
    lavish = defaultdict(list, body)
    configuration: Any = {"field": lavish}

    field = ConfigurationField.from_dict(lavish)
    inside = models.BulkDestination.from_dict({"configuration": configuration}).configuration

    assert field == ConfigurationField.from_dict(body)
    assert inside == ConfigurationMap({"field": field})
    assert lavish == body


@pytest.mark.parametrize("model", [ConfigurationField, ConfigurationMap, FreeFormConfiguration])
@pytest.mark.parametrize("body", [{}, {"a": {"default": 1}}, {"default": {}, "items": None, "required": None}])
def test_a_subclass_is_decoded_to_itself_by_its_own_init(model: Any, body: dict[str, Any]) -> None:
    @attrs.define
    class Mine(model):  # type: ignore[misc]
        seen: list[str] = attrs.field(factory=list[str], init=False)

        def __attrs_post_init__(self) -> None:
            self.seen.append("made")

    if model is ConfigurationMap:
        body = {name: {"default": value} for name, value in body.items()}
    value = Mine.from_dict(body)

    assert type(value) is Mine
    assert value.seen == ["made"]
    assert value.to_dict() == body
    assert value.additional_properties == model.from_dict(body).additional_properties


def test_a_decoded_model_is_as_good_as_a_written_one() -> None:
    body = {"default": 1, "items": None, "required": True}
    decoded, written = ConfigurationField.from_dict(body), ConfigurationField(default=1, items=None, required=True)

    assert decoded == written
    assert repr(decoded) == repr(written)
    assert attrs.evolve(decoded, default=2) == ConfigurationField(default=2, items=None, required=True)
    assert attrs.asdict(decoded) == attrs.asdict(written)
    assert weakref.ref(decoded)() is decoded


@pytest.mark.parametrize("name", ATTRS_MODELS)
def test_decoding_sets_every_attribute(name: str) -> None:
    model = getattr(models, name)
    nulls: dict[str, Any] = dict.fromkeys((field.name for field in attrs.fields(model)), None)
    bodies: list[dict[str, Any]] = [{}, {"a": {}}, nulls]
    for body in bodies:
        try:
            decoded = model.from_dict(body)
        except TypeError:  # null where a map holds objects
            continue
        assert [field.name for field in attrs.fields(model) if not hasattr(decoded, field.name)] == []


@pytest.mark.parametrize("name", models.__all__)
def test_a_model_refuses_what_is_no_object(name: str) -> None:
    model = getattr(models, name)
    if issubclass(model, Enum):
        with pytest.raises(ValueError, match="not a valid"):
            model(5)
        return
    for body in (["ab"], "", "ab", None, 5, [], [("a", 1)], True):
        with pytest.raises(TypeError, match="expected a JSON object, got"):
            model.from_dict(body)


def _unpacked(model: Any) -> None:
    first, *_ = model
    raise AssertionError(first)


ITERATIONS: dict[str, Callable[[Any], object]] = {
    "list": list,
    "dict": dict,
    "tuple": tuple,
    "iter": lambda model: next(iter(model)),
    "unpacking": _unpacked,
    "arguments": lambda model: max(*model),
    "sorted": sorted,
    "zip": lambda model: next(zip(model, strict=False)),
    "update": dict[Any, Any]().update,
    "a member": lambda model: [] in model,
    "a number": lambda model: model[0],
    "a slice": lambda model: model[:1],
    "set": lambda model: model.__setitem__(0, 1),
    "delete": lambda model: model.__delitem__(0),
}


@pytest.mark.parametrize("way", ITERATIONS)
@pytest.mark.parametrize(
    ("model", "message"),
    [
        (
            models.BulkSyncListEnvelope.from_dict({"data": [{}]}),
            "BulkSyncListEnvelope is not a list or a dict. Use .data",
        ),
        (models.BulkSyncListEnvelope.from_dict({}), "BulkSyncListEnvelope is not a list or a dict. Use .data"),
        (BulkDestinationEnvelope.from_dict({"data": {}}), "BulkDestinationEnvelope is not a list or a dict. Use .data"),
        (
            models.BulkDestination.from_dict({"modes": [], "supported_resync_modes": None}),
            "BulkDestination is not a list or a dict. Use .modes or .supported_resync_modes",
        ),
        (models.BulkDestination.from_dict({}), "BulkDestination is not a list or a dict. Use"),
    ],
)
def test_iterating_over_a_model_says_what_to_use(way: str, model: Any, message: str) -> None:
    separator = " " if message.endswith("Use") else " or "
    with pytest.raises(TypeError) as caught:
        ITERATIONS[way](model)
    assert str(caught.value) == f"{message}{separator}.to_dict()."
    assert not isinstance(model, Iterable)


def test_a_map_iterates_and_names_are_looked_up_in_every_model() -> None:
    fields = ConfigurationMap({"a": ConfigurationField(default=1)})
    assert list(fields) == ["a"]
    assert dict(fields) == {"a": ConfigurationField(default=1)}
    model = models.BulkSyncListEnvelope.from_dict({"data": [], "next": 1})
    assert ("next" in model, "data" in model, model["next"]) == (True, False, 1)
    with pytest.raises(KeyError, match="^'data'$"):
        model["data"]


def _docstrings(model: type[Any]) -> dict[str, str]:
    """Return what an editor shows of each member: the string below it."""
    module = ast.parse(Path(inspect.getsourcefile(model) or "").read_text(encoding="utf-8"))
    (body,) = (node.body for node in module.body if isinstance(node, ast.ClassDef) and node.name == model.__name__)
    return {
        member.target.id: ast.literal_eval(text.value) if isinstance(text, ast.Expr) else ""
        for member, text in pairwise(body)
        if isinstance(member, ast.AnnAssign) and isinstance(member.target, ast.Name)
    }


def _reached(*parts: str) -> set[str]:
    """Return the models that the responses, or the bodies, of the document hold."""
    found: set[str] = set()
    operations = (each for path in DOCUMENT["paths"].values() for key, each in path.items() if key != "parameters")
    todo: list[Any] = [operation.get(part, {}) for operation in operations for part in parts]
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            node = cast("dict[str, Any]", node)
            reference = str(node.get("$ref"))
            if reference not in found and reference.startswith("#/"):
                found.add(reference)
                todo.append(resolve(node))
            todo += [value for name, value in node.items() if name not in ("example", "examples")]
        elif isinstance(node, list):
            todo += node
    return {reference.rpartition("/")[2] for reference in found if reference.startswith("#/components/schemas/")}


@pytest.mark.parametrize("name", ATTRS_MODELS)
def test_the_docstring_of_a_member_says_when_it_is_missing(name: str) -> None:
    model = getattr(models, name)
    answered, sent = name in _reached("responses"), name in _reached("requestBody")
    assert answered or sent
    shown = _docstrings(model)
    for field in attrs.fields(model):
        if field.name != "additional_properties":
            text = " ".join(shown[field.name].split())
            required = field.default is attrs.NOTHING
            envelope = name.endswith("Envelope") and field.name == "data"
            assert ("UNSET if the response lacks it." in text) is (answered and not sent and not envelope), field.name
            assert ("UNSET if a response lacks it." in text) is (answered and sent), field.name
            assert ("Not sent if UNSET." in text) is (sent and not required), field.name


@pytest.mark.parametrize("name", models.__all__)
def test_the_annotations_of_every_model_resolve(name: str) -> None:
    model = getattr(models, name)

    hints = typing.get_type_hints(model)

    if attrs.has(model):
        assert hints.keys() >= {field.name for field in attrs.fields(model)}
    for member in ("to_dict", "from_dict", "__getitem__"):
        if hasattr(model, member) and not issubclass(model, Enum):
            assert typing.get_type_hints(getattr(model, member))["return"] is not None


def test_annotations_name_classes_and_unset_only_where_a_member_may_be_left_out() -> None:
    hints = typing.get_type_hints(models.BulkDestination)

    assert hints["configuration"] == ConfigurationMap | FreeFormConfiguration | None
    assert hints["modes"] == list[models.SupportedBulkMode]
    assert typing.get_type_hints(models.SupportedBulkMode)["id"] is BulkMode
    assert typing.get_type_hints(ConfigurationField)["required"] == bool | Unset


def test_members_that_the_document_does_not_name_are_items() -> None:
    error = ApiError.from_dict({"key": "a", "trace": "b"})

    assert error.additional_keys == ["trace"]
    assert "trace" in error
    assert "key" not in error
    assert error["trace"] == "b"
    error["span"] = 1
    del error["trace"]
    assert error.to_dict() == {"key": "a", "span": 1}


# --- Changed copies --------------------------------------------------------------------------------------------------

CHANGED_COPIES = [
    pytest.param(attrs.evolve, id="evolve"),
    pytest.param(
        getattr(copy, "replace", None),
        id="replace",
        marks=pytest.mark.skipif(sys.version_info < (3, 13), reason="copy.replace is of Python 3.13"),
    ),
]


@pytest.fixture(params=CHANGED_COPIES)
def change(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Each way to make a changed copy of a model."""
    made: Callable[..., Any] = request.param
    return made


@pytest.mark.parametrize("name", ATTRS_MODELS)
def test_a_changed_copy_has_the_unknown_members_and_shares_none(name: str, change: Callable[..., Any]) -> None:
    body: dict[str, Any] = {"default": {"a": [1]}, "future": {"default": {"a": [1, {"b": 2}]}}}
    if name == "ConfigurationMap":  # its members are models, which a copy shares as it does all that are named
        body = {"future": {}}
    answer = getattr(models, name).from_dict(body)

    twin = change(answer)
    assert twin == answer
    assert twin.to_dict() == body
    if name != "ConfigurationMap":
        twin["future"]["default"]["a"][1]["b"] = 3
    twin["more"] = 1
    del twin["future"]

    assert answer.to_dict() == body


def test_a_changed_copy_of_an_answer_sends_all_that_the_answer_held(change: Callable[..., Any]) -> None:
    body = {"frequency": "daily", "hour": "05", "minute": None, "holidays": {"skip": ["2024-12-25"]}}

    schedule = change(models.BulkSchedule.from_dict(body), hour="06")

    assert schedule.to_dict() == body | {"hour": "06"}


def test_a_changed_copy_can_have_other_unknown_members(change: Callable[..., Any]) -> None:
    mode = models.SupportedBulkMode.from_dict({"id": "snapshot", "future": 1})

    assert change(mode, additional_properties={"past": 2}).to_dict() == {"id": "snapshot", "past": 2}
    assert change(FreeFormConfiguration({"a": 1}), additional_properties={"b": 2}) == FreeFormConfiguration({"b": 2})


def test_a_model_does_not_share_the_unknown_members_it_is_made_with() -> None:
    given: dict[str, Any] = {"future": {"a": [1]}}
    made: list[Any] = [
        models.ActivateBulkSync(active=True, additional_properties=given),
        FreeFormConfiguration(given),
        FreeFormConfiguration(additional_properties=given),
    ]
    for model in made:
        model["future"]["a"].append(2)
        model["more"] = 1

    assert given == {"future": {"a": [1]}}


def test_unknown_members_may_nest_deeper_than_python_calls(change: Callable[..., Any]) -> None:
    deep: dict[str, Any] = {}
    for _ in range(10 * sys.getrecursionlimit()):
        deep = {"a": [deep]}

    twin = change(models.ActivateBulkSync.from_dict({"active": True, "future": deep}))
    twin["future"]["a"][0]["a"].clear()

    assert deep["a"][0]["a"]


def test_unknown_members_may_hold_themselves() -> None:
    given: dict[str, Any] = {"a": []}
    given["a"].append(given["a"])

    twin = FreeFormConfiguration(given)

    assert twin["a"][0] is twin["a"] is not given["a"]


def test_a_map_holds_the_models_it_is_made_with() -> None:
    field = ConfigurationField(default=1)
    fields = ConfigurationMap({"a": field})

    field.required = True

    assert fields["a"] is field


def test_unknown_members_are_given_by_name_only() -> None:
    anything: Any = models.ActivateBulkSync
    with pytest.raises(TypeError, match="positional"):
        anything("active", {"future": 1})


@pytest.mark.parametrize("members", ["ab", 5, None, [("a", 1)]])
def test_unknown_members_are_a_mapping(members: Any) -> None:
    with pytest.raises(TypeError, match="^expected a JSON object, got "):
        models.ActivateBulkSync(active=True, additional_properties=members)
    with pytest.raises(TypeError, match="^expected a JSON object, got "):
        FreeFormConfiguration(members)


@pytest.mark.parametrize("name", ATTRS_MODELS)
def test_nothing_is_converted_when_a_member_is_set(name: str) -> None:
    """Decoding sets every member, so that a hook of attrs would slow it down."""
    assert getattr(models, name).__setattr__ is object.__setattr__


# --- Maps ------------------------------------------------------------------------------------------------------------


def test_a_map_of_fields_behaves_as_a_mapping() -> None:
    fields = ConfigurationMap.from_dict({"a": {"default": 1}, "items": {"required": True}})

    assert isinstance(fields, MutableMapping)
    assert "a" in fields
    assert "b" not in fields
    assert len(fields) == 2
    assert list(fields) == ["a", "items"]
    assert list(fields.keys()) == ["a", "items"]
    assert dict(fields.items()) == {"a": fields["a"], "items": fields["items"]}
    assert [type(field) for field in fields.values()] == [ConfigurationField, ConfigurationField]
    assert fields.get("a") is fields["a"]
    assert fields.get("b") is None
    with pytest.raises(KeyError):
        fields["b"]
    assert bool(fields)
    assert not ConfigurationMap()


def test_a_map_of_fields_can_be_written() -> None:
    fields = ConfigurationMap()

    fields["a"] = ConfigurationField(default=1)
    fields.update({"b": ConfigurationField(items=ConfigurationMap())})
    fields.setdefault("c", ConfigurationField(required=True))
    removed = fields.pop("a")
    del fields["c"]

    assert removed.default == 1
    assert fields.to_dict() == {"b": {"items": {}}}


def test_a_free_form_behaves_as_a_mapping() -> None:
    form = FreeFormConfiguration.from_dict({"$schema": "x", "definitions": {"a": [1]}})

    assert isinstance(form, MutableMapping)
    assert list(form) == ["$schema", "definitions"]
    assert form.get("definitions") == {"a": [1]}
    assert dict(form) == form.to_dict()
    assert {**form}["$schema"] == "x"


def test_maps_are_equal_by_what_they_hold() -> None:
    body = {"a": {"default": 1}}

    assert ConfigurationMap.from_dict(body) == ConfigurationMap.from_dict(body)
    assert ConfigurationMap.from_dict(body) != ConfigurationMap.from_dict({"b": {"default": 1}})
    assert FreeFormConfiguration.from_dict(body) == FreeFormConfiguration.from_dict(body)
    assert FreeFormConfiguration.from_dict(body) != ErrorMetadata.from_dict(body)


@pytest.mark.parametrize("kind", [ConfigurationMap, FreeFormConfiguration])
def test_a_map_is_equal_to_its_copies(duplicate: Callable[[Any], Any], kind: Any) -> None:
    value = kind.from_dict({"a": {"default": 1, "items": None}})

    assert duplicate(value) == value
    assert type(duplicate(value)) is kind


def test_a_field_is_no_mapping_because_its_items_are_data() -> None:
    field = ConfigurationField.from_dict({"items": {"a": {"default": 1}}})

    assert not issubclass(ConfigurationField, Mapping)
    assert isinstance(field.items, ConfigurationMap)
    assert field.items["a"].default == 1


# --- Enums -----------------------------------------------------------------------------------------------------------


def test_a_documented_value_is_a_member() -> None:
    assert BulkMode("snapshot") is BulkMode.SNAPSHOT
    assert str(BulkMode.SNAPSHOT) == f"{BulkMode.SNAPSHOT}" == BulkMode.SNAPSHOT.value == "snapshot"
    assert ResyncMode("refetch") == "refetch"


@pytest.mark.parametrize("text", ["mirror", "", "SNAPSHOT", "ü", "\n", "UNKNOWN"])
def test_a_value_that_the_document_does_not_name_is_kept(text: str) -> None:
    mode = BulkMode(text)

    assert isinstance(mode, BulkMode)
    assert isinstance(mode, str)
    assert mode == text
    assert mode == BulkMode(text)
    assert mode != BulkMode.SNAPSHOT
    assert hash(mode) == hash(text)
    assert {text: 1}[mode] == 1
    assert mode.value == str(mode) == f"{mode}" == text
    assert type(mode.value) is str
    assert mode.name == "UNKNOWN"
    assert repr(text) in repr(mode)
    assert json.dumps(mode) == json.dumps(text)


def test_a_value_that_the_document_does_not_name_is_equal_to_its_copies(duplicate: Callable[[Any], Any]) -> None:
    twin = duplicate(BulkMode("mirror"))

    assert twin == "mirror"
    assert type(twin) is BulkMode
    assert twin.value == "mirror"
    assert duplicate(BulkMode.SNAPSHOT) is BulkMode.SNAPSHOT


def test_values_that_the_document_does_not_name_do_not_become_members() -> None:
    mode = BulkMode("mirror")

    assert list(BulkMode) == ["replicate", "snapshot"]
    assert mode not in list(BulkMode)
    assert "mirror" not in BulkMode.__members__
    assert "mirror" not in BulkMode._value2member_map_


@pytest.mark.parametrize("value", [5, None, True, 1.5, [], {}, ["replicate"], b"replicate"])
@pytest.mark.parametrize("read", [ResyncMode, functools.partial(decode_enum, ResyncMode)])
def test_only_texts_are_values_of_an_enum(read: Any, value: Any) -> None:
    with pytest.raises(ValueError, match="is not a valid ResyncMode") as refused:
        read(value)

    assert not isinstance(refused.value.__context__, KeyError), "it would be all that a traceback shows first"


@pytest.mark.parametrize("value", ["snapshot", "mirror", "", BulkMode.SNAPSHOT, BulkMode("mirror")])
def test_an_enum_is_decoded_as_it_is_called(value: str) -> None:
    decoded = decode_enum(BulkMode, value)

    assert type(decoded) is BulkMode
    assert (decoded, decoded.name) == (BulkMode(value), BulkMode(value).name)
    assert (decoded is BulkMode.SNAPSHOT) is (value == "snapshot")
    assert "mirror" not in BulkMode._value2member_map_


# --- Imports ---------------------------------------------------------------------------------------------------------

MODULES = [
    module.name for folder in (models, api) for module in pkgutil.walk_packages(folder.__path__, f"{folder.__name__}.")
]


@pytest.mark.process
def test_every_module_can_be_imported_first() -> None:
    names = [package.__name__, models.__name__, api.__name__, *MODULES]
    # One process for all of them, which forgets each before the next.
    program = f"""
import importlib, sys
for name in {names!r}:
    for old in [old for old in sys.modules if old.partition(".")[0] == "polytomic_client"]:
        del sys.modules[old]
    importlib.import_module(name)
    print(name)
"""
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == names


def test_there_is_a_module_for_every_model() -> None:
    names = {name.rpartition(".")[2] for name in MODULES}

    assert {models._MODULES[name] for name in models.__all__} <= names
    assert sorted(models._MODULES) == sorted(models.__all__)


@pytest.mark.parametrize("name", models.__all__)
def test_a_model_is_found_in_the_package_and_in_its_module(name: str) -> None:
    module = importlib.import_module(f"{models.__name__}.{models._MODULES[name]}")

    assert getattr(models, name) is getattr(module, name)
    assert name in dir(models)


def test_a_model_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'polytomic_client.v2023_04_25.models' has no attribute 'Nothing'"):
        _ = models.Nothing  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match="'polytomic_client.v2023_04_25' has no attribute 'Nothing'"):
        _ = package.Nothing  # type: ignore[attr-defined]


@pytest.mark.process
def test_models_and_httpx_are_imported_when_first_used() -> None:
    program = f"""
import sys
import {api.__name__}
from polytomic_client import models
assert models.__name__ == {models.__name__!r}
assert set(models.__all__) <= set(dir(models))
loaded = [name for name in sys.modules if name.startswith({models.__name__ + "."!r}) or name == "httpx"]
assert loaded == [], loaded
models.BulkMode
assert {models.__name__ + ".bulk_mode"!r} in sys.modules
assert {models.__name__ + ".bulk_destination"!r} not in sys.modules
from {api.__name__}.bulk_sync import get_bulk_destination
assert "httpx" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", program], check=False, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 0, done.stderr


# --- Instants --------------------------------------------------------------------------------------------------------

EAST = dt.timezone(dt.timedelta(hours=2))
INSTANTS: dict[str, tuple[dt.datetime, str]] = {
    "2024-02-29T12:30:00Z": (dt.datetime(2024, 2, 29, 12, 30, tzinfo=dt.UTC), "2024-02-29T12:30:00Z"),
    "2024-02-29T12:30:00": (dt.datetime(2024, 2, 29, 12, 30, tzinfo=dt.UTC), "2024-02-29T12:30:00Z"),
    "2024-02-29 12:30:00": (dt.datetime(2024, 2, 29, 12, 30, tzinfo=dt.UTC), "2024-02-29T12:30:00Z"),
    "2024-02-29T12:30:00+02:00": (dt.datetime(2024, 2, 29, 12, 30, tzinfo=EAST), "2024-02-29T10:30:00Z"),
    "2024-02-29T23:30:00-0130": (
        dt.datetime(2024, 2, 29, 23, 30, tzinfo=dt.timezone(-dt.timedelta(hours=1, minutes=30))),
        "2024-03-01T01:00:00Z",
    ),
    "2024-02-29T12:30:00.5Z": (
        dt.datetime(2024, 2, 29, 12, 30, 0, 500_000, tzinfo=dt.UTC),
        "2024-02-29T12:30:00.500000Z",
    ),
    "2024-02-29T12:30:00.123456789Z": (
        dt.datetime(2024, 2, 29, 12, 30, 0, 123_456, tzinfo=dt.UTC),
        "2024-02-29T12:30:00.123456Z",
    ),
    "2024-02-29T24:00:00Z": (dt.datetime(2024, 3, 1, tzinfo=dt.UTC), "2024-03-01T00:00:00Z"),
    "2024-02-29T24:00:00": (dt.datetime(2024, 3, 1, tzinfo=dt.UTC), "2024-03-01T00:00:00Z"),
    "20240229T123000Z": (dt.datetime(2024, 2, 29, 12, 30, tzinfo=dt.UTC), "2024-02-29T12:30:00Z"),
    "2024-02-29": (dt.datetime(2024, 2, 29, tzinfo=dt.UTC), "2024-02-29T00:00:00Z"),
    "2024-02": (dt.datetime(2024, 2, 1, tzinfo=dt.UTC), "2024-02-01T00:00:00Z"),
    "0001-01-01T00:00:00Z": (dt.datetime(1, 1, 1, tzinfo=dt.UTC), "0001-01-01T00:00:00Z"),
    "9999-12-31T23:59:59.999999Z": (
        dt.datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=dt.UTC),
        "9999-12-31T23:59:59.999999Z",
    ),
}


@pytest.mark.parametrize(("text", "instant", "encoded"), [(text, *pair) for text, pair in INSTANTS.items()])
def test_an_instant_is_read_with_its_offset_and_written_in_utc(text: str, instant: dt.datetime, encoded: str) -> None:
    decoded = decode_datetime(text)

    assert decoded == instant
    assert decoded.utcoffset() == instant.utcoffset()
    assert encode_datetime(decoded) == encoded
    assert decode_datetime(encoded) == instant
    assert parses(decode_datetime, text)


GARBAGE = [
    "",
    " ",
    "yesterday",
    "12:30",
    "1709209800",
    "2024-13-01",
    "2024-02-30",
    "2024-2-9",
    "2024-02-29T25:00:00Z",
    "2024-02-29T24:00:01Z",
    "2024-02-29T12:30:60Z",
    "2024-02-29T12:30:00+99:00",
    " 2024-02-29",
    "2024-02-29T12:30:00Z trailing",
    "Thu, 29 Feb 2024 12:30:00 GMT",
    "29.02.2024",
    "٢٠٢٤-٠٢-٢٩",
    "2024-02-29T12:30\ud800",
]


@pytest.mark.parametrize("text", GARBAGE)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- the words are those of datetime and dateutil
        decode_datetime(text)
    assert not parses(decode_datetime, text)


def test_an_instant_after_the_last_one_is_refused() -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        decode_datetime("9999-12-31T24:00:00Z")


def test_the_first_instant_is_encoded_also_from_an_offset() -> None:
    text = "0001-01-01T00:00:00+02:00"

    assert decode_datetime(encode_datetime(decode_datetime(text))) == decode_datetime(text)


@pytest.mark.parametrize("value", [5, None, True, b"2024-02-29", ["2024-02-29"]])
def test_only_texts_are_instants(value: Any) -> None:
    with pytest.raises(TypeError):
        decode_datetime(value)
    assert not parses(decode_datetime, value)


def test_an_instant_without_a_time_zone_is_not_written() -> None:
    with pytest.raises(ValueError, match="has no time zone: use datetime.now"):
        encode_datetime(dt.datetime(2024, 2, 29))  # noqa: DTZ001 -- that is the point


# --- Arrays and paths ------------------------------------------------------------------------------------------------


def test_an_array_is_a_list_or_null() -> None:
    items = [1]
    assert as_list(items) is items
    assert as_list(None) == []
    others: list[Any] = ["", "ab", {}, (), 5, False]
    for value in others:
        with pytest.raises(TypeError, match="expected a JSON array, got"):
            as_list(value)


@pytest.mark.parametrize("value", [ID, str(ID), str(ID).upper(), ID.hex, ID.urn, f"{{{ID}}}"])
def test_every_form_of_a_uuid_is_written_in_one_form(value: UUID | str) -> None:
    assert path_uuid("id", value) == "248df4b7-aa70-47b8-a036-33ac447e668d"


NO_UUIDS: list[Any] = [
    "..",
    ".",
    "",
    " ",
    "a/b",
    "../../x",
    "%2e%2e",
    "\r\n",
    "\x00",
    f"{ID}/..",
    f"{ID}?x=1",
    f"{ID}#",
    f"{ID}\r\nX-Header: x",
    f" {ID}",
    f"{ID}\n",
    str(ID)[:-1],
    f"{ID}0",
    "not-a-uuid",
    "\ud800",
    None,
    5,
    0,
    True,
    ID.int,
    int("1" * 32),
    ID.bytes,
    [str(ID)],
    {},
]


@pytest.mark.parametrize("value", NO_UUIDS)
def test_what_is_no_uuid_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="^connection_id must be a UUID like ") as refused:
        path_uuid("connection_id", value)

    shown = {"list": "list", "dict": "dict"}.get(type(value).__name__, repr(value))
    assert str(refused.value).endswith(f", got {shown}.")
    assert refused.value.__suppress_context__, "the error of uuid.UUID says nothing more"


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_a_segment_that_a_client_takes_out_of_a_path_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="^schema_id must not be "):
        path_segment("schema_id", value)


SEGMENTS: dict[Any, str] = {
    "Contact": "Contact",
    "public.users": "public.users",
    "...": "...",
    "a/b": "a%2Fb",
    "../x": "..%2Fx",
    "%2e%2e": "%252e%252e",
    "\r\n": "%0D%0A",
    "a b?c#d": "a%20b%3Fc%23d",
    "é": "%C3%A9",
    "a+b&c=d;e": "a%2Bb%26c%3Dd%3Be",
    5: "5",
}


@pytest.mark.parametrize(("value", "written"), SEGMENTS.items())
def test_a_segment_is_quoted_whole(value: Any, written: str) -> None:
    assert path_segment("schema_id", value) == written


@pytest.mark.parametrize("value", [None, UNSET, b"a", True])
def test_what_is_no_text_is_refused_as_a_segment(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        path_segment("schema_id", value)


@pytest.mark.parametrize(
    ("refused", "said"),
    [
        (
            {"destination_configuration": {"schema": "x"}},
            r"expected DestinationConfiguration, got dict\. Use DestinationConfiguration\.from_dict\(\.\.\.\)\.$",
        ),
        ({"schedule": "daily"}, r"^expected BulkSchedule, got str\.$"),
        ({"schemas": "public.users"}, "^expected a list, got 'public.users'$"),
        ({"policies": 5}, "^expected a list, got 5$"),
    ],
)
def test_a_model_with_a_member_of_another_kind_is_not_encoded(refused: dict[str, Any], said: str) -> None:
    members: dict[str, Any] = {
        "name": "Sync",
        "source_connection_id": ID,
        "destination_connection_id": ID,
        "destination_configuration": models.DestinationConfiguration({"schema": "x"}),
        "mode": models.BulkMode.SNAPSHOT,
        "schedule": models.BulkSchedule(frequency=models.ScheduleFrequency.MANUAL),
    }

    assert models.CreateBulkSync(**members).to_dict()["schedule"] == {"frequency": "manual"}
    with pytest.raises(TypeError, match=said):
        models.CreateBulkSync(**members | refused).to_dict()


def test_a_body_that_is_no_such_model_is_refused_before_anything_is_sent() -> None:
    body: Any = {"active": True}

    with (
        Polytomic(api_key="key", base_url="http://127.0.0.1:9") as polytomic,
        pytest.raises(TypeError, match=r"^expected ActivateBulkSync, got dict\. Use ActivateBulkSync\.from_dict"),
    ):
        polytomic.activate_bulk_sync(ID, body=body)


WRONG_MEMBERS: list[tuple[dict[str, Any], str]] = [
    (
        {"destination_configuration": models.DestinationConfiguration({"a": [{"b": object()}]})},
        "cannot encode $.destination_configuration.a[0].b as JSON, got object.",
    ),
    ({"name": float("nan")}, "cannot encode $.name as JSON, got a number that is not finite."),
]


@pytest.mark.parametrize(("wrong", "said"), WRONG_MEMBERS)
def test_a_body_that_is_not_json_names_the_place(wrong: dict[str, Any], said: str) -> None:
    members: dict[str, Any] = {
        "name": "x",
        "source_connection_id": ID,
        "destination_connection_id": ID,
        "destination_configuration": models.DestinationConfiguration({}),
        "mode": "snapshot",
        "schedule": models.BulkSchedule(frequency=models.ScheduleFrequency.MANUAL),
    }
    with (
        Polytomic(api_key="key", base_url="http://127.0.0.1:9") as client,
        pytest.raises((TypeError, ValueError)) as caught,
    ):
        client.create_bulk_sync(**members | wrong)
    assert str(caught.value) == said


def test_a_body_that_contains_itself_is_refused() -> None:
    itself: dict[str, Any] = {}
    itself["again"] = itself
    with pytest.raises((ValueError, RecursionError)):
        models.DestinationConfiguration({"itself": itself}).to_json()


@pytest.mark.parametrize("member", ["source_connection_id", "mode", "automatically_add_new_fields"])
def test_a_model_in_place_of_a_string_is_refused_and_its_password_is_not_sent(member: str) -> None:
    configuration = models.ConnectionConfiguration({"password": "hunter2"})
    members: dict[str, Any] = {
        "name": "x",
        "source_connection_id": UUID(int=1),
        "destination_connection_id": UUID(int=2),
    }
    members |= {"mode": "snapshot", "schedule": models.BulkSchedule(frequency=models.ScheduleFrequency.MANUAL)}
    members |= {"destination_configuration": models.DestinationConfiguration({}), "schemas": []}
    members |= {member: models.CreateConnection(name="x", type_="y", configuration=configuration)}
    sent = list[httpx.Request]()

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200)

    with (
        Polytomic(api_key="k", transport=httpx.MockTransport(answer)) as polytomic,
        pytest.raises(TypeError, match=rf"^cannot encode \$\.{member} as JSON, got CreateConnection\.$"),
    ):
        polytomic.create_bulk_sync(body=models.CreateBulkSync(**members))
    assert sent == []
