from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import (
    UNSET,
    as_list,
)


@_attrs_define
class SchemaAssociation:
    """What a field refers to."""

    id: str
    """The id of the association."""

    name: str
    """The name to show to a person."""

    reference_to: list[str]
    """The schemas that it refers to."""

    referenced_field: str
    """The field that it refers to."""

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
        value = self.reference_to
        if value is not UNSET:
            encoded["reference_to"] = value
        value = self.referenced_field
        if value is not UNSET:
            encoded["referenced_field"] = value
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
        _reference_to_: Any = _rest.pop("reference_to", UNSET)
        if _reference_to_ is not UNSET:
            _reference_to_ = as_list(_reference_to_)
        _model = cls(
            id=_rest.pop("id", UNSET),
            name=_rest.pop("name", UNSET),
            reference_to=_reference_to_,
            referenced_field=_rest.pop("referenced_field", UNSET),
        )
        _model.additional_properties = _rest
        return _model

    @staticmethod
    def _matches(value: Any) -> bool:
        """Say whether a JSON value has this shape; unions are decided by it."""
        return (
            isinstance(value, dict)
            and not value.keys().isdisjoint(("id", "name", "reference_to", "referenced_field"))
            and ((member := value.get("id")) is None or isinstance(member, str))
            and ((member := value.get("name")) is None or isinstance(member, str))
            and (
                (member := value.get("reference_to")) is None
                or (isinstance(member, list) and all(isinstance(item, str) for item in member))
            )
            and ((member := value.get("referenced_field")) is None or isinstance(member, str))
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
