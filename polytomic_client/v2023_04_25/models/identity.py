from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import (
    UNSET,
)


@_attrs_define
class Identity:
    """Whose credential it is."""

    id: str
    """The user, organization or partner."""

    email: str
    """The user's address."""

    organization_id: str
    """The organization."""

    organization_name: str
    """The organization's name."""

    role: str
    """The user's role."""

    is_user: bool
    """Whether it is the key of a user."""

    is_organization: bool
    """Whether it is the key of an organization."""

    is_partner: bool
    """Whether it is the key of a partner."""

    is_system: bool
    """Whether it is a key of Polytomic's own."""

    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.id
        if value is not UNSET:
            encoded["id"] = value
        value = self.email
        if value is not UNSET:
            encoded["email"] = value
        value = self.organization_id
        if value is not UNSET:
            encoded["organization_id"] = value
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
        _model = cls(
            id=_rest.pop("id", UNSET),
            email=_rest.pop("email", UNSET),
            organization_id=_rest.pop("organization_id", UNSET),
            organization_name=_rest.pop("organization_name", UNSET),
            role=_rest.pop("role", UNSET),
            is_user=_rest.pop("is_user", UNSET),
            is_organization=_rest.pop("is_organization", UNSET),
            is_partner=_rest.pop("is_partner", UNSET),
            is_system=_rest.pop("is_system", UNSET),
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
                    "email",
                    "organization_id",
                    "organization_name",
                    "role",
                    "is_user",
                    "is_organization",
                    "is_partner",
                    "is_system",
                )
            )
            and ((member := value.get("id")) is None or isinstance(member, str))
            and ((member := value.get("email")) is None or isinstance(member, str))
            and ((member := value.get("organization_id")) is None or isinstance(member, str))
            and ((member := value.get("organization_name")) is None or isinstance(member, str))
            and ((member := value.get("role")) is None or isinstance(member, str))
            and ((member := value.get("is_user")) is None or isinstance(member, bool))
            and ((member := value.get("is_organization")) is None or isinstance(member, bool))
            and ((member := value.get("is_partner")) is None or isinstance(member, bool))
            and ((member := value.get("is_system")) is None or isinstance(member, bool))
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
