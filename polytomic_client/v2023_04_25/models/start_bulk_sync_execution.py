from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field
from attrs.setters import NO_OP as _ATTRS_NO_OP

from ..models.fetch_mode import FetchMode
from ..models.resync_mode import ResyncMode
from ..types import (
    UNSET,
    Unset,
    as_json,
    as_list,
    as_object,
    as_subclass,
    decode_enum,
    encode_text,
    new,
    sort_out,
)
from ..types import Model as _Model
from ..types import complete as _complete
from ..types import copy_members as _copy

_MEMBERS: dict[str, Any] = dict.fromkeys(
    (
        "schemas",
        "test",
        "resync",
        "resync_mode",
        "fetch_mode",
    ),
    UNSET,
)
"""The value that an object without members decodes to."""


@_attrs_define(kw_only=True, repr=False, on_setattr=_ATTRS_NO_OP)
class StartBulkSyncExecution(_Model):
    """The options of an execution. Without any, it syncs all enabled schemas."""

    schemas: list[str] | Unset = UNSET
    """The ids of the schemas to sync. Default: all enabled schemas. Not sent if UNSET."""

    test: bool | Unset = UNSET
    """Whether this is a test run. Cannot be combined with `resync` or `resync_mode`. Not sent if UNSET."""

    resync: bool | Unset = UNSET
    """Whether all data is resynced, as with `resync_mode` `rebuild`. Servers may reject it. Not sent if
    UNSET."""

    resync_mode: ResyncMode | Unset = UNSET
    """How a bulk sync resyncs all data. Not sent if UNSET."""

    fetch_mode: FetchMode | Unset = UNSET
    """The records that are read from the source. Not sent if UNSET."""

    additional_properties: dict[str, Any] = _attrs_field(factory=dict, converter=_copy)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.schemas
        if value is not UNSET:
            encoded["schemas"] = value
        value = self.test
        if value is not UNSET:
            encoded["test"] = value
        value = self.resync
        if value is not UNSET:
            encoded["resync"] = value
        value = self.resync_mode
        if value is not UNSET:
            encoded["resync_mode"] = value if value is None else encode_text(value)
        value = self.fetch_mode
        if value is not UNSET:
            encoded["fetch_mode"] = value if value is None else encode_text(value)
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
        if cls is not StartBulkSyncExecution:
            return as_subclass(cls, StartBulkSyncExecution.from_dict(src_dict))
        if type(src_dict) is not dict:
            src_dict = as_object(src_dict)
        _rest: dict[str, Any] = {}
        if len(src_dict) != 5:
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
        try:
            _schemas_: Any = src_dict["schemas"]
            _test_: Any = src_dict["test"]
            _resync_: Any = src_dict["resync"]
            _resync_mode_: Any = src_dict["resync_mode"]
            _fetch_mode_: Any = src_dict["fetch_mode"]
        except KeyError:  # as many others as are missing
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
            _schemas_, _test_, _resync_, _resync_mode_, _fetch_mode_, *_ = src_dict.values()
        if _schemas_ is not UNSET:
            _schemas_ = as_list(_schemas_)
        if _resync_mode_ is not None and _resync_mode_ is not UNSET:
            _resync_mode_ = decode_enum(ResyncMode, _resync_mode_)
        if _fetch_mode_ is not None and _fetch_mode_ is not UNSET:
            _fetch_mode_ = decode_enum(FetchMode, _fetch_mode_)
        _model = new(cls)
        _model.schemas = _schemas_
        _model.test = _test_
        _model.resync = _resync_
        _model.resync_mode = _resync_mode_
        _model.fetch_mode = _fetch_mode_
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


_complete(StartBulkSyncExecution, globals())
