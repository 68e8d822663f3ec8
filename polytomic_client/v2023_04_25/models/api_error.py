from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field
from attrs.setters import NO_OP as _ATTRS_NO_OP

from ..types import (
    UNSET,
    Unset,
    as_json,
    as_list,
    as_object,
    as_subclass,
    new,
    sort_out,
)
from ..types import Model as _Model
from ..types import complete as _complete
from ..types import copy_members as _copy

_MEMBERS: dict[str, Any] = dict.fromkeys(
    (
        "key",
        "message",
        "metadata",
        "status",
    ),
    UNSET,
)
"""The value that an object without members decodes to."""


@_attrs_define(kw_only=True, repr=False, on_setattr=_ATTRS_NO_OP)
class ApiError(_Model):
    """An error response of the API."""

    key: str | Unset = UNSET
    """A machine-readable kind of error. UNSET if the response lacks it."""

    message: str | Unset = UNSET
    """A human-readable error message. UNSET if the response lacks it."""

    metadata: ErrorMetadata | list[Any] | None | Unset = UNSET
    """More details of the error. UNSET if the response lacks it."""

    status: int | Unset = UNSET
    """The HTTP status. UNSET if the response lacks it."""

    additional_properties: dict[str, Any] = _attrs_field(factory=dict, converter=_copy)

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
        if cls is not ApiError:
            return as_subclass(cls, ApiError.from_dict(src_dict))
        if type(src_dict) is not dict:
            src_dict = as_object(src_dict)
        _rest: dict[str, Any] = {}
        if len(src_dict) != 4:
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
        try:
            _key_: Any = src_dict["key"]
            _message_: Any = src_dict["message"]
            _metadata_: Any = src_dict["metadata"]
            _status_: Any = src_dict["status"]
        except KeyError:  # as many others as are missing
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
            _key_, _message_, _metadata_, _status_, *_ = src_dict.values()
        if _metadata_ is not None and _metadata_ is not UNSET:
            _metadata_ = (
                ErrorMetadata.from_dict(_metadata_) if isinstance(_metadata_, dict) else as_list(_metadata_)
            )
        _model = new(cls)
        _model.key = _key_
        _model.message = _message_
        _model.metadata = _metadata_
        _model.status = _status_
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


from ..models.error_metadata import ErrorMetadata  # noqa: E402

_complete(ApiError, globals())
