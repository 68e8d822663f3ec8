from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field
from attrs.setters import NO_OP as _ATTRS_NO_OP

from ..types import (
    UNSET,
    as_json,
    as_object,
    as_subclass,
    decode_uuid,
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
        "email",
        "organization_id",
        "organization_name",
        "role",
        "is_user",
        "is_organization",
        "is_partner",
        "is_system",
    ),
    UNSET,
)
"""The value that an object without members decodes to."""


@_attrs_define(kw_only=True, repr=False, on_setattr=_ATTRS_NO_OP)
class Identity(_Model):
    """The owner of the credential."""

    id: UUID
    """The id of the user, organization or partner. UNSET if the response lacks it."""

    email: str
    """The email address of the user. UNSET if the response lacks it."""

    organization_id: UUID
    """The id of the organization. UNSET if the response lacks it."""

    organization_name: str
    """The name of the organization. UNSET if the response lacks it."""

    role: str
    """The role of the user. UNSET if the response lacks it."""

    is_user: bool
    """Whether the credential belongs to a user. UNSET if the response lacks it."""

    is_organization: bool
    """Whether the credential belongs to an organization. UNSET if the response lacks it."""

    is_partner: bool
    """Whether the credential belongs to a partner. UNSET if the response lacks it."""

    is_system: bool
    """Whether the credential belongs to Polytomic itself. UNSET if the response lacks it."""

    additional_properties: dict[str, Any] = _attrs_field(factory=dict, converter=_copy)

    _required = (
        "id",
        "email",
        "organization_id",
        "organization_name",
        "role",
        "is_user",
        "is_organization",
        "is_partner",
        "is_system",
    )

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.id
        if value is not UNSET:
            encoded["id"] = value if value is None else encode_text(value)
        value = self.email
        if value is not UNSET:
            encoded["email"] = value
        value = self.organization_id
        if value is not UNSET:
            encoded["organization_id"] = value if value is None else encode_text(value)
        value = self.organization_name
        if value is not UNSET:
            encoded["organization_name"] = value
        value = self.role
        if value is not UNSET:
            encoded["role"] = value
        value = self.is_user
        if value is not UNSET:
            encoded["is_user"] = value
        value = self.is_organization
        if value is not UNSET:
            encoded["is_organization"] = value
        value = self.is_partner
        if value is not UNSET:
            encoded["is_partner"] = value
        value = self.is_system
        if value is not UNSET:
            encoded["is_system"] = value
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
        if cls is not Identity:
            return as_subclass(cls, Identity.from_dict(src_dict))
        if type(src_dict) is not dict:
            src_dict = as_object(src_dict)
        _rest: dict[str, Any] = {}
        if len(src_dict) != 9:
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
        try:
            _id_: Any = src_dict["id"]
            _email_: Any = src_dict["email"]
            _organization_id_: Any = src_dict["organization_id"]
            _organization_name_: Any = src_dict["organization_name"]
            _role_: Any = src_dict["role"]
            _is_user_: Any = src_dict["is_user"]
            _is_organization_: Any = src_dict["is_organization"]
            _is_partner_: Any = src_dict["is_partner"]
            _is_system_: Any = src_dict["is_system"]
        except KeyError:  # as many others as are missing
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
            (
                _id_,
                _email_,
                _organization_id_,
                _organization_name_,
                _role_,
                _is_user_,
                _is_organization_,
                _is_partner_,
                _is_system_,
                *_,
            ) = src_dict.values()
        if _id_ is not None and _id_ is not UNSET:
            _id_ = decode_uuid(_id_)
        if _organization_id_ is not None and _organization_id_ is not UNSET:
            _organization_id_ = decode_uuid(_organization_id_)
        _model = new(cls)
        _model.id = _id_
        _model.email = _email_
        _model.organization_id = _organization_id_
        _model.organization_name = _organization_name_
        _model.role = _role_
        _model.is_user = _is_user_
        _model.is_organization = _is_organization_
        _model.is_partner = _is_partner_
        _model.is_system = _is_system_
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


_complete(Identity, globals())
