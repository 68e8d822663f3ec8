from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import (
    UNSET,
    Unset,
    as_items,
    as_list,
    encode_model,
)


@_attrs_define
class BulkSource:
    """What a connection offers as the source of a bulk sync."""

    schemas: list[Schema]
    """What can be synced, such as tables or objects."""

    capabilities: SourceCapabilities | Unset = UNSET
    """What a source can do."""

    configuration: Any | Unset = UNSET
    """What `source_configuration` of a bulk sync may hold. Its form is documented nowhere."""

    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.schemas
        if value is not UNSET:
            encoded["schemas"] = (
                value
                if value is None
                else [item if item is None else encode_model(item, Schema) for item in as_items(value)]
            )
        value = self.capabilities
        if value is not UNSET:
            encoded["capabilities"] = value if value is None else encode_model(value, SourceCapabilities)
        value = self.configuration
        if value is not UNSET:
            encoded["configuration"] = value
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
        _schemas_: Any = _rest.pop("schemas", UNSET)
        if _schemas_ is not UNSET:
            _schemas_ = [Schema.from_dict(item) for item in as_list(_schemas_)]
        _capabilities_: Any = _rest.pop("capabilities", UNSET)
        if _capabilities_ is not UNSET and _capabilities_ is not None:
            _capabilities_ = SourceCapabilities.from_dict(_capabilities_)
        _model = cls(
            schemas=_schemas_,
            capabilities=_capabilities_,
            configuration=_rest.pop("configuration", UNSET),
        )
        _model.additional_properties = _rest
        return _model

    @staticmethod
    def _matches(value: Any) -> bool:
        """Say whether a JSON value has this shape; unions are decided by it."""
        return (
            isinstance(value, dict)
            and not value.keys().isdisjoint(("schemas", "capabilities", "configuration"))
            and (
                (member := value.get("schemas")) is None
                or (isinstance(member, list) and all(Schema._matches(item) for item in member))
            )
            and ((member := value.get("capabilities")) is None or SourceCapabilities._matches(member))
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


from ..models.schema import Schema  # noqa: E402
from ..models.source_capabilities import SourceCapabilities  # noqa: E402
