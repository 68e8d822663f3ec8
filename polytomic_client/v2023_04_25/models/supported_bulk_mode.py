from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.bulk_mode import BulkMode
from ..types import (
    UNSET,
)


@_attrs_define
class SupportedBulkMode:
    """One way in which a bulk sync can write to a connection."""

    id: BulkMode
    """How a bulk sync writes. `replicate` keeps the destination like the source, `snapshot` writes it
    whole."""

    label: str
    """The name to show to a person."""

    description: str
    """What the mode does, for a person."""

    requires_identity: bool
    """Whether every schema of the sync needs a field that identifies a record."""

    supports_field_sync_mode: bool
    """Whether single fields may be synced in a mode of their own."""

    supports_target_filters: bool
    """Whether records of the destination can be filtered."""

    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.id
        if value is not UNSET:
            encoded["id"] = value if value is None else str(value)
        value = self.label
        if value is not UNSET:
            encoded["label"] = value
        value = self.description
        if value is not UNSET:
            encoded["description"] = value
        value = self.requires_identity
        if value is not UNSET:
            encoded["requires_identity"] = value
        value = self.supports_field_sync_mode
        if value is not UNSET:
            encoded["supports_field_sync_mode"] = value
        value = self.supports_target_filters
        if value is not UNSET:
            encoded["supports_target_filters"] = value
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
            _id_ = BulkMode(_id_)
        _model = cls(
            id=_id_,
            label=_rest.pop("label", UNSET),
            description=_rest.pop("description", UNSET),
            requires_identity=_rest.pop("requires_identity", UNSET),
            supports_field_sync_mode=_rest.pop("supports_field_sync_mode", UNSET),
            supports_target_filters=_rest.pop("supports_target_filters", UNSET),
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
                    "label",
                    "description",
                    "requires_identity",
                    "supports_field_sync_mode",
                    "supports_target_filters",
                )
            )
            and ((member := value.get("id")) is None or isinstance(member, str))
            and ((member := value.get("label")) is None or isinstance(member, str))
            and ((member := value.get("description")) is None or isinstance(member, str))
            and ((member := value.get("requires_identity")) is None or isinstance(member, bool))
            and ((member := value.get("supports_field_sync_mode")) is None or isinstance(member, bool))
            and ((member := value.get("supports_target_filters")) is None or isinstance(member, bool))
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
