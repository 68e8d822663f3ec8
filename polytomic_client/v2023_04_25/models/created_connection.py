from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field
from attrs.setters import NO_OP as _ATTRS_NO_OP

from ..types import (
    UNSET,
    Unset,
    as_items,
    as_json,
    as_list,
    as_object,
    as_subclass,
    decode_uuid,
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
        "status",
        "configuration",
        "policies",
        "organization_id",
        "status_error",
        "auth_url",
        "auth_code",
    ),
    UNSET,
)
"""The value that an object without members decodes to."""


@_attrs_define(kw_only=True, repr=False, on_setattr=_ATTRS_NO_OP)
class CreatedConnection(_Model):
    """A connection that was created."""

    id: UUID
    """The id of the connection. UNSET if the response lacks it."""

    name: str
    """The display name, chosen by a user. UNSET if the response lacks it."""

    type_: ConnectionKind
    """The type of a connection. UNSET if the response lacks it."""

    status: str
    """The status of the connection, a server-defined string. UNSET if the response lacks it."""

    configuration: ConnectionConfiguration
    """How a connection reaches its system. The keys depend on the type. In a response, secrets are
    asterisks. UNSET if the response lacks it."""

    policies: list[UUID]
    """The ids of the permission policies that apply to the connection. UNSET if the response lacks it."""

    organization_id: UUID
    """The id of the organization that owns the connection. UNSET if the response lacks it."""

    status_error: None | str | Unset = UNSET
    """The reason why the connection does not work. UNSET if the response lacks it."""

    auth_url: None | str | Unset = UNSET
    """For a type that uses OAuth, the URL at which a user grants access in a browser. UNSET if the
    response lacks it."""

    auth_code: None | str | Unset = UNSET
    """The code of the OAuth grant. UNSET if the response lacks it."""

    additional_properties: dict[str, Any] = _attrs_field(factory=dict, converter=_copy)

    _required = (
        "id",
        "name",
        "type_",
        "status",
        "configuration",
        "policies",
        "organization_id",
    )
    _renamed = {"type_": "type"}

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.id
        if value is not UNSET:
            encoded["id"] = value if value is None else encode_text(value)
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
                value
                if value is None
                else [item if item is None else encode_text(item) for item in as_items(value)]
            )
        value = self.organization_id
        if value is not UNSET:
            encoded["organization_id"] = value if value is None else encode_text(value)
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
        if cls is not CreatedConnection:
            return as_subclass(cls, CreatedConnection.from_dict(src_dict))
        if type(src_dict) is not dict:
            src_dict = as_object(src_dict)
        _rest: dict[str, Any] = {}
        if len(src_dict) != 10:
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
        try:
            _id_: Any = src_dict["id"]
            _name_: Any = src_dict["name"]
            _type__: Any = src_dict["type"]
            _status_: Any = src_dict["status"]
            _configuration_: Any = src_dict["configuration"]
            _policies_: Any = src_dict["policies"]
            _organization_id_: Any = src_dict["organization_id"]
            _status_error_: Any = src_dict["status_error"]
            _auth_url_: Any = src_dict["auth_url"]
            _auth_code_: Any = src_dict["auth_code"]
        except KeyError:  # as many others as are missing
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
            (
                _id_,
                _name_,
                _type__,
                _status_,
                _configuration_,
                _policies_,
                _organization_id_,
                _status_error_,
                _auth_url_,
                _auth_code_,
                *_,
            ) = src_dict.values()
        if _id_ is not None and _id_ is not UNSET:
            _id_ = decode_uuid(_id_)
        if _type__ is not None and _type__ is not UNSET:
            _type__ = ConnectionKind.from_dict(_type__)
        if _configuration_ is not UNSET:
            _configuration_ = ConnectionConfiguration.from_dict(
                {} if _configuration_ is None else _configuration_
            )
        if _policies_ is not UNSET:
            _policies_ = [item if item is None else decode_uuid(item) for item in as_list(_policies_)]
        if _organization_id_ is not None and _organization_id_ is not UNSET:
            _organization_id_ = decode_uuid(_organization_id_)
        _model = new(cls)
        _model.id = _id_
        _model.name = _name_
        _model.type_ = _type__
        _model.status = _status_
        _model.configuration = _configuration_
        _model.policies = _policies_
        _model.organization_id = _organization_id_
        _model.status_error = _status_error_
        _model.auth_url = _auth_url_
        _model.auth_code = _auth_code_
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


from ..models.connection_configuration import ConnectionConfiguration  # noqa: E402
from ..models.connection_kind import ConnectionKind  # noqa: E402

_complete(CreatedConnection, globals())
