from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.field_type import FieldType
from ..types import (
    UNSET,
    Unset,
    as_items,
    as_list,
    encode_model,
)


@_attrs_define
class SchemaField:
    """A field of a schema."""

    id: str
    """What bulk syncs name it by."""

    name: str
    """The name to show to a person."""

    type_: FieldType
    """The type of a field."""

    remote_type: str
    """Its type, as the source names it."""

    values: list[PickValue]
    """The values that it can have, where the source names them."""

    association: None | SchemaAssociation
    """The schema whose records it refers to."""

    is_primary_key: bool
    """Whether it is part of what identifies a record."""

    path: str
    """Where it is in a record, as a JSONPath."""

    user_managed: bool
    """Whether a user added it."""

    type_spec: Any | Unset = UNSET
    """Its type in detail."""

    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

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
            encoded["type"] = value if value is None else str(value)
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

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Return the model of a JSON object.

        Raises:
            TypeError: It is no JSON object, or a member that holds one is not.
            ValueError: A member cannot be read.
        """
        if not isinstance(src_dict, (dict, Mapping)):
            raise TypeError(f"expected a JSON object, got {type(src_dict).__name__}")
        _rest = dict(src_dict)
        _type__: Any = _rest.pop("type", UNSET)
        if _type__ is not UNSET and _type__ is not None:
            _type__ = FieldType(_type__)
        _values_: Any = _rest.pop("values", UNSET)
        if _values_ is not UNSET:
            _values_ = [PickValue.from_dict(item) for item in as_list(_values_)]
        _association_: Any = _rest.pop("association", UNSET)
        if _association_ is not UNSET and _association_ is not None:
            _association_ = SchemaAssociation.from_dict(_association_)
        _model = cls(
            id=_rest.pop("id", UNSET),
            name=_rest.pop("name", UNSET),
            type_=_type__,
            remote_type=_rest.pop("remote_type", UNSET),
            values=_values_,
            association=_association_,
            is_primary_key=_rest.pop("is_primary_key", UNSET),
            path=_rest.pop("path", UNSET),
            user_managed=_rest.pop("user_managed", UNSET),
            type_spec=_rest.pop("type_spec", UNSET),
        )
        _model.additional_properties = _rest
        return _model

    @staticmethod
    def _matches(value: Any) -> bool:
        """Say whether a JSON value has this shape; unions are decided by it."""
        return (
            isinstance(value, dict)
            and not value.keys().isdisjoint(
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
                )
            )
            and ((member := value.get("id")) is None or isinstance(member, str))
            and ((member := value.get("name")) is None or isinstance(member, str))
            and ((member := value.get("type")) is None or isinstance(member, str))
            and ((member := value.get("remote_type")) is None or isinstance(member, str))
            and (
                (member := value.get("values")) is None
                or (isinstance(member, list) and all(PickValue._matches(item) for item in member))
            )
            and (
                (member := value.get("association")) is None
                or (SchemaAssociation._matches(member) or member is None)
            )
            and ((member := value.get("is_primary_key")) is None or isinstance(member, bool))
            and ((member := value.get("path")) is None or isinstance(member, str))
            and ((member := value.get("user_managed")) is None or isinstance(member, bool))
        )

    @property
    def additional_keys(self) -> list[str]:
        """The names of the members that the document does not name."""
        return list(self.additional_properties)

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: object) -> bool:
        return key in self.additional_properties


from ..models.pick_value import PickValue  # noqa: E402
from ..models.schema_association import SchemaAssociation  # noqa: E402
