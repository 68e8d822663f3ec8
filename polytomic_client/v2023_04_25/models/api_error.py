from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import (
    UNSET,
    Unset,
    as_list,
)


@_attrs_define
class ApiError:
    """An error, as the API words it."""

    key: str | Unset = UNSET
    """A word for the kind of error, for programs."""

    message: str | Unset = UNSET
    """What went wrong, for a person."""

    metadata: ErrorMetadata | list[Any] | None | Unset = UNSET
    """Further facts about the error."""

    status: int | Unset = UNSET
    """The HTTP status."""

    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.key
        if value is not UNSET:
            encoded["key"] = value
        value = self.message
        if value is not UNSET:
            encoded["message"] = value
        value = self.metadata
        if value is not UNSET:
            encoded["metadata"] = value.to_dict() if isinstance(value, ErrorMetadata) else value
        value = self.status
        if value is not UNSET:
            encoded["status"] = value
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
        _metadata_: Any = _rest.pop("metadata", UNSET)
        if _metadata_ is not UNSET and _metadata_ is not None:
            _metadata_ = (
                ErrorMetadata.from_dict(_metadata_)
                if ErrorMetadata._matches(_metadata_)
                else as_list(_metadata_)
            )
        _model = cls(
            key=_rest.pop("key", UNSET),
            message=_rest.pop("message", UNSET),
            metadata=_metadata_,
            status=_rest.pop("status", UNSET),
        )
        _model.additional_properties = _rest
        return _model

    @staticmethod
    def _matches(value: Any) -> bool:
        """Say whether a JSON value has this shape; unions are decided by it."""
        return (
            isinstance(value, dict)
            and not value.keys().isdisjoint(("key", "message", "metadata", "status"))
            and ((member := value.get("key")) is None or isinstance(member, str))
            and ((member := value.get("message")) is None or isinstance(member, str))
            and (
                (member := value.get("metadata")) is None
                or (ErrorMetadata._matches(member) or isinstance(member, list) or member is None)
            )
            and (
                (member := value.get("status")) is None
                or (isinstance(member, int) and not isinstance(member, bool))
            )
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


from ..models.error_metadata import ErrorMetadata  # noqa: E402
