from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field
from attrs.setters import NO_OP as _ATTRS_NO_OP

from ..models.field_type import FieldType
from ..types import (
    UNSET,
    Unset,
    as_items,
    as_json,
    as_list,
    as_object,
    as_subclass,
    decode_enum,
    encode_model,
    encode_text,
    new,
    sort_out,
)
from ..types import Model as _Model
from ..types import complete as _complete
from ..types import copy_members as _copy

_MEMBERS: dict[str, Any] = dict.fromkeys(
    (
        "id",
        "name",
        "type",
        "remote_type",
        "values",
        "association",
        "is_primary_key",
        "path",
        "user_managed",
        "type_spec",
    ),
    UNSET,
)
"""The value that an object without members decodes to."""


@_attrs_define(kw_only=True, repr=False, on_setattr=_ATTRS_NO_OP)
class SchemaField(_Model):
    """A field of a schema."""

    id: str
    """The id that bulk syncs use. UNSET if the response lacks it."""

    name: str
    """The display name. UNSET if the response lacks it."""

    type_: FieldType
    """The type of a field. UNSET if the response lacks it."""

    remote_type: str
    """The type of the field in the source. UNSET if the response lacks it."""

    values: list[PickValue]
    """The values that the field can have, if the source lists them. UNSET if the response lacks it."""

    association: None | SchemaAssociation
    """The schema whose records the field refers to. UNSET if the response lacks it."""

    is_primary_key: bool
    """Whether the field is part of the primary key. UNSET if the response lacks it."""

    path: str
    """The position of the field in a record, as a JSONPath. UNSET if the response lacks it."""

    user_managed: bool
    """Whether a user added the field. UNSET if the response lacks it."""

    type_spec: Any | Unset = UNSET
    """The detailed type of the field. UNSET if the response lacks it."""

    additional_properties: dict[str, Any] = _attrs_field(factory=dict, converter=_copy)

    _required = (
        "id",
        "name",
        "type_",
        "remote_type",
        "values",
        "association",
        "is_primary_key",
        "path",
        "user_managed",
    )
    _renamed = {"type_": "type"}

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.id
        if value is not UNSET:
            encoded["id"] = value
        value = self.name
        if value is not UNSET:
            encoded["name"] = value
        value = self.type_
        if value is not UNSET:
            encoded["type"] = value if value is None else encode_text(value)
        value = self.remote_type
        if value is not UNSET:
            encoded["remote_type"] = value
        value = self.values
        if value is not UNSET:
            encoded["values"] = (
                value
                if value is None
                else [item if item is None else encode_model(item, PickValue) for item in as_items(value)]
            )
        value = self.association
        if value is not UNSET:
            encoded["association"] = value.to_dict() if isinstance(value, SchemaAssociation) else value
        value = self.is_primary_key
        if value is not UNSET:
            encoded["is_primary_key"] = value
        value = self.path
        if value is not UNSET:
            encoded["path"] = value
        value = self.user_managed
        if value is not UNSET:
            encoded["user_managed"] = value
        value = self.type_spec
        if value is not UNSET:
            encoded["type_spec"] = value
        return encoded

    def to_json(self) -> str:
        """Return the JSON that the client sends, as a string."""
        return as_json(self.to_dict())

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Return the model of a JSON object.

        Raises:
            TypeError: `src_dict`, or a member that must be an object, is not a JSON object.
            ValueError: A member cannot be decoded.
        """
        if cls is not SchemaField:
            return as_subclass(cls, SchemaField.from_dict(src_dict))
        if type(src_dict) is not dict:
            src_dict = as_object(src_dict)
        _rest: dict[str, Any] = {}
        if len(src_dict) != 10:
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
        try:
            _id_: Any = src_dict["id"]
            _name_: Any = src_dict["name"]
            _type__: Any = src_dict["type"]
            _remote_type_: Any = src_dict["remote_type"]
            _values_: Any = src_dict["values"]
            _association_: Any = src_dict["association"]
            _is_primary_key_: Any = src_dict["is_primary_key"]
            _path_: Any = src_dict["path"]
            _user_managed_: Any = src_dict["user_managed"]
            _type_spec_: Any = src_dict["type_spec"]
        except KeyError:  # as many others as are missing
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
            (
                _id_,
                _name_,
                _type__,
                _remote_type_,
                _values_,
                _association_,
                _is_primary_key_,
                _path_,
                _user_managed_,
                _type_spec_,
                *_,
            ) = src_dict.values()
        if _type__ is not None and _type__ is not UNSET:
            _type__ = decode_enum(FieldType, _type__)
        if _values_ is not UNSET:
            _values_ = [PickValue.from_dict(item) for item in as_list(_values_)]
        if _association_ is not None and _association_ is not UNSET:
            _association_ = SchemaAssociation.from_dict(_association_)
        _model = new(cls)
        _model.id = _id_
        _model.name = _name_
        _model.type_ = _type__
        _model.remote_type = _remote_type_
        _model.values = _values_
        _model.association = _association_
        _model.is_primary_key = _is_primary_key_
        _model.path = _path_
        _model.user_managed = _user_managed_
        _model.type_spec = _type_spec_
        _model.additional_properties = _rest
        return _model

    @property
    def additional_keys(self) -> list[str]:
        """The names of the members that are not in the OpenAPI document."""
        return list(self.additional_properties)

    def __getitem__(self, key: str) -> Any:
        self._check_key(key)
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._check_key(key)
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        self._check_key(key)
        del self.additional_properties[key]

    def __contains__(self, key: object) -> bool:
        self._check_key(key)
        return key in self.additional_properties


from ..models.pick_value import PickValue  # noqa: E402
from ..models.schema_association import SchemaAssociation  # noqa: E402

_complete(SchemaField, globals())
