from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import (
    UNSET,
    Unset,
    encode_model,
)


@_attrs_define
class UnauthorizedError:
    """An authentication error, which has a form of its own."""

    code: int | Unset = UNSET
    """A number for the kind of error."""

    context: ErrorMetadata | Unset = UNSET
    """Further facts about an error, in any form."""

    error: ErrorMetadata | str | Unset = UNSET
    """What went wrong. Older servers put the message into an object."""

    status: str | Unset = UNSET
    """The HTTP status in words."""

    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.code
        if value is not UNSET:
            encoded["code"] = value
        value = self.context
        if value is not UNSET:
            encoded["context"] = value if value is None else encode_model(value, ErrorMetadata)
        value = self.error
        if value is not UNSET:
            encoded["error"] = value.to_dict() if isinstance(value, ErrorMetadata) else value
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
        _context_: Any = _rest.pop("context", UNSET)
        if _context_ is not UNSET:
            _context_ = ErrorMetadata.from_dict({} if _context_ is None else _context_)
        _error_: Any = _rest.pop("error", UNSET)
        if _error_ is not UNSET and _error_ is not None:
            _error_ = ErrorMetadata.from_dict(_error_) if ErrorMetadata._matches(_error_) else _error_
        _model = cls(
            code=_rest.pop("code", UNSET),
            context=_context_,
            error=_error_,
            status=_rest.pop("status", UNSET),
        )
        _model.additional_properties = _rest
        return _model

    @staticmethod
    def _matches(value: Any) -> bool:
        """Say whether a JSON value has this shape; unions are decided by it."""
        return (
            isinstance(value, dict)
            and not value.keys().isdisjoint(("code", "context", "error", "status"))
            and (
                (member := value.get("code")) is None
                or (isinstance(member, int) and not isinstance(member, bool))
            )
            and ((member := value.get("context")) is None or ErrorMetadata._matches(member))
            and (
                (member := value.get("error")) is None
                or (isinstance(member, str) or ErrorMetadata._matches(member))
            )
            and ((member := value.get("status")) is None or isinstance(member, str))
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
