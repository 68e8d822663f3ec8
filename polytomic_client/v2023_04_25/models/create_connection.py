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
        "name",
        "type",
        "configuration",
        "organization_id",
        "policies",
        "redirect_url",
        "validate",
    ),
    UNSET,
)
"""The value that an object without members decodes to."""


@_attrs_define(kw_only=True, repr=False, on_setattr=_ATTRS_NO_OP)
class CreateConnection(_Model):
    """A connection to create."""

    name: str
    """The display name."""

    type_: str
    """The id of a connection type, such as `postgresql`. `list_connection_types` returns all of them."""

    configuration: ConnectionConfiguration | Unset = UNSET
    """How a connection reaches its system. The keys depend on the type. In a response, secrets are
    asterisks. Not sent if UNSET."""

    organization_id: UUID | Unset = UNSET
    """The id of the organization to create the connection in. For partners. Not sent if UNSET."""

    policies: list[UUID] | Unset = UNSET
    """The ids of the permission policies that apply to the connection. Not sent if UNSET."""

    redirect_url: str | Unset = UNSET
    """The URL to which OAuth redirects the browser at its end. Not sent if UNSET."""

    validate: bool | Unset = UNSET
    """Whether the API checks that it can reach the system. Not sent if UNSET."""

    additional_properties: dict[str, Any] = _attrs_field(factory=dict, converter=_copy)

    _required = (
        "name",
        "type_",
    )
    _renamed = {"type_": "type"}

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
            encoded["organization_id"] = value if value is None else encode_text(value)
        value = self.policies
        if value is not UNSET:
            encoded["policies"] = (
                value
                if value is None
                else [item if item is None else encode_text(item) for item in as_items(value)]
            )
        value = self.redirect_url
        if value is not UNSET:
            encoded["redirect_url"] = value
        value = self.validate
        if value is not UNSET:
            encoded["validate"] = value
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
        if cls is not CreateConnection:
            return as_subclass(cls, CreateConnection.from_dict(src_dict))
        if type(src_dict) is not dict:
            src_dict = as_object(src_dict)
        _rest: dict[str, Any] = {}
        if len(src_dict) != 7:
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
        try:
            _name_: Any = src_dict["name"]
            _type__: Any = src_dict["type"]
            _configuration_: Any = src_dict["configuration"]
            _organization_id_: Any = src_dict["organization_id"]
            _policies_: Any = src_dict["policies"]
            _redirect_url_: Any = src_dict["redirect_url"]
            _validate_: Any = src_dict["validate"]
        except KeyError:  # as many others as are missing
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
            (
                _name_,
                _type__,
                _configuration_,
                _organization_id_,
                _policies_,
                _redirect_url_,
                _validate_,
                *_,
            ) = src_dict.values()
        if _configuration_ is not UNSET:
            _configuration_ = ConnectionConfiguration.from_dict(
                {} if _configuration_ is None else _configuration_
            )
        if _organization_id_ is not None and _organization_id_ is not UNSET:
            _organization_id_ = decode_uuid(_organization_id_)
        if _policies_ is not UNSET:
            _policies_ = [item if item is None else decode_uuid(item) for item in as_list(_policies_)]
        _model = new(cls)
        _model.name = _name_
        _model.type_ = _type__
        _model.configuration = _configuration_
        _model.organization_id = _organization_id_
        _model.policies = _policies_
        _model.redirect_url = _redirect_url_
        _model.validate = _validate_
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

_complete(CreateConnection, globals())
