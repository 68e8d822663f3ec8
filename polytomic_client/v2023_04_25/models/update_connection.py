from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import (
    UNSET,
    Unset,
    as_items,
    as_list,
    decode_uuid,
    encode_model,
    parses,
)


@_attrs_define
class UpdateConnection:
    """What to change about a connection."""

    name: str
    """A name for people."""

    type_: str | Unset = UNSET
    """The id of its type."""

    configuration: ConnectionConfiguration | Unset = UNSET
    """How a connection reaches its system. The keys depend on the type; secrets are answered as asterisks."""

    organization_id: UUID | Unset = UNSET
    """The organization that it belongs to. For partners."""

    policies: list[UUID] | Unset = UNSET
    """The permission policies that apply to it."""

    reconnect: bool | Unset = UNSET
    """Whether the access is asked for anew."""

    validate: bool | Unset = UNSET
    """Whether the system is tried to be reached."""

    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.name
        if value is not UNSET:
            encoded["name"] = value
        value = self.type_
        if value is not UNSET:
            encoded["type"] = value
        value = self.configuration
        if value is not UNSET:
            encoded["configuration"] = (
                value if value is None else encode_model(value, ConnectionConfiguration)
            )
        value = self.organization_id
        if value is not UNSET:
            encoded["organization_id"] = value if value is None else str(value)
        value = self.policies
        if value is not UNSET:
            encoded["policies"] = (
                value if value is None else [item if item is None else str(item) for item in as_items(value)]
            )
        value = self.reconnect
        if value is not UNSET:
            encoded["reconnect"] = value
        value = self.validate
        if value is not UNSET:
            encoded["validate"] = value
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
        _configuration_: Any = _rest.pop("configuration", UNSET)
        if _configuration_ is not UNSET:
            _configuration_ = ConnectionConfiguration.from_dict(
                {} if _configuration_ is None else _configuration_
            )
        _organization_id_: Any = _rest.pop("organization_id", UNSET)
        if _organization_id_ is not UNSET and _organization_id_ is not None:
            _organization_id_ = decode_uuid(_organization_id_)
        _policies_: Any = _rest.pop("policies", UNSET)
        if _policies_ is not UNSET:
            _policies_ = [item if item is None else decode_uuid(item) for item in as_list(_policies_)]
        _model = cls(
            name=_rest.pop("name", UNSET),
            type_=_rest.pop("type", UNSET),
            configuration=_configuration_,
            organization_id=_organization_id_,
            policies=_policies_,
            reconnect=_rest.pop("reconnect", UNSET),
            validate=_rest.pop("validate", UNSET),
        )
        _model.additional_properties = _rest
        return _model

    @staticmethod
    def _matches(value: Any) -> bool:
        """Say whether a JSON value has this shape; unions are decided by it."""
        return (
            isinstance(value, dict)
            and not value.keys().isdisjoint(
                ("name", "type", "configuration", "organization_id", "policies", "reconnect", "validate")
            )
            and ((member := value.get("name")) is None or isinstance(member, str))
            and ((member := value.get("type")) is None or isinstance(member, str))
            and ((member := value.get("configuration")) is None or ConnectionConfiguration._matches(member))
            and ((member := value.get("organization_id")) is None or parses(UUID, member))
            and (
                (member := value.get("policies")) is None
                or (isinstance(member, list) and all(parses(UUID, item) for item in member))
            )
            and ((member := value.get("reconnect")) is None or isinstance(member, bool))
            and ((member := value.get("validate")) is None or isinstance(member, bool))
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


from ..models.connection_configuration import ConnectionConfiguration  # noqa: E402
