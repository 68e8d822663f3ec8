from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.actor_type import ActorType
from ..types import (
    UNSET,
    Unset,
    decode_uuid,
    parses,
)


@_attrs_define
class Actor:
    """Who did something."""

    id: UUID | Unset = UNSET
    """Who."""

    name: str | Unset = UNSET
    """The name to show to a person."""

    type_: ActorType | Unset = UNSET
    """What kind of actor it is."""

    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.id
        if value is not UNSET:
            encoded["id"] = value if value is None else str(value)
        value = self.name
        if value is not UNSET:
            encoded["name"] = value
        value = self.type_
        if value is not UNSET:
            encoded["type"] = value if value is None else str(value)
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
        _id_: Any = _rest.pop("id", UNSET)
        if _id_ is not UNSET and _id_ is not None:
            _id_ = decode_uuid(_id_)
        _type__: Any = _rest.pop("type", UNSET)
        if _type__ is not UNSET and _type__ is not None:
            _type__ = ActorType(_type__)
        _model = cls(
            id=_id_,
            name=_rest.pop("name", UNSET),
            type_=_type__,
        )
        _model.additional_properties = _rest
        return _model

    @staticmethod
    def _matches(value: Any) -> bool:
        """Say whether a JSON value has this shape; unions are decided by it."""
        return (
            isinstance(value, dict)
            and not value.keys().isdisjoint(("id", "name", "type"))
            and ((member := value.get("id")) is None or parses(UUID, member))
            and ((member := value.get("name")) is None or isinstance(member, str))
            and ((member := value.get("type")) is None or isinstance(member, str))
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
