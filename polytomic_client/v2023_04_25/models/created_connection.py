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
class CreatedConnection:
    """A connection that was created."""

    id: UUID
    """The connection."""

    name: str
    """The name that people gave it."""

    type_: ConnectionKind
    """The type of a connection."""

    status: str
    """Whether it works, in a word of the server's."""

    configuration: ConnectionConfiguration
    """How a connection reaches its system. The keys depend on the type; secrets are answered as asterisks."""

    policies: list[UUID]
    """The permission policies that apply to it."""

    organization_id: UUID
    """The organization that it belongs to."""

    status_error: None | str | Unset = UNSET
    """Why it does not work."""

    auth_url: None | str | Unset = UNSET
    """For a type that uses OAuth, where a person permits the access, in a browser."""

    auth_code: None | str | Unset = UNSET
    """The code of that permission."""

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
            encoded["type"] = value if value is None else encode_model(value, ConnectionKind)
        value = self.status
        if value is not UNSET:
            encoded["status"] = value
        value = self.configuration
        if value is not UNSET:
            encoded["configuration"] = (
                value if value is None else encode_model(value, ConnectionConfiguration)
            )
        value = self.policies
        if value is not UNSET:
            encoded["policies"] = (
                value if value is None else [item if item is None else str(item) for item in as_items(value)]
            )
        value = self.organization_id
        if value is not UNSET:
            encoded["organization_id"] = value if value is None else str(value)
        value = self.status_error
        if value is not UNSET:
            encoded["status_error"] = value
        value = self.auth_url
        if value is not UNSET:
            encoded["auth_url"] = value
        value = self.auth_code
        if value is not UNSET:
            encoded["auth_code"] = value
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
            _type__ = ConnectionKind.from_dict(_type__)
        _configuration_: Any = _rest.pop("configuration", UNSET)
        if _configuration_ is not UNSET:
            _configuration_ = ConnectionConfiguration.from_dict(
                {} if _configuration_ is None else _configuration_
            )
        _policies_: Any = _rest.pop("policies", UNSET)
        if _policies_ is not UNSET:
            _policies_ = [item if item is None else decode_uuid(item) for item in as_list(_policies_)]
        _organization_id_: Any = _rest.pop("organization_id", UNSET)
        if _organization_id_ is not UNSET and _organization_id_ is not None:
            _organization_id_ = decode_uuid(_organization_id_)
        _model = cls(
            id=_id_,
            name=_rest.pop("name", UNSET),
            type_=_type__,
            status=_rest.pop("status", UNSET),
            configuration=_configuration_,
            policies=_policies_,
            organization_id=_organization_id_,
            status_error=_rest.pop("status_error", UNSET),
            auth_url=_rest.pop("auth_url", UNSET),
            auth_code=_rest.pop("auth_code", UNSET),
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
                    "status",
                    "configuration",
                    "policies",
                    "organization_id",
                    "status_error",
                    "auth_url",
                    "auth_code",
                )
            )
            and ((member := value.get("id")) is None or parses(UUID, member))
            and ((member := value.get("name")) is None or isinstance(member, str))
            and ((member := value.get("type")) is None or ConnectionKind._matches(member))
            and ((member := value.get("status")) is None or isinstance(member, str))
            and ((member := value.get("configuration")) is None or ConnectionConfiguration._matches(member))
            and (
                (member := value.get("policies")) is None
                or (isinstance(member, list) and all(parses(UUID, item) for item in member))
            )
            and ((member := value.get("organization_id")) is None or parses(UUID, member))
            and ((member := value.get("status_error")) is None or (isinstance(member, str) or member is None))
            and ((member := value.get("auth_url")) is None or (isinstance(member, str) or member is None))
            and ((member := value.get("auth_code")) is None or (isinstance(member, str) or member is None))
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
from ..models.connection_kind import ConnectionKind  # noqa: E402
