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
"""What an object without members is read as."""


@_attrs_define(kw_only=True, on_setattr=_ATTRS_NO_OP)
class StartBulkSyncExecution:
    """What an execution is to do. Empty, it syncs everything that is enabled."""

    schemas: list[str] | Unset = UNSET
    """The ids of the schemas to sync. Left out, all that are enabled."""

    test: bool | Unset = UNSET
    """Whether it only tries. Not together with `resync` or `resync_mode`."""

    resync: bool | Unset = UNSET
    """Whether everything is resynced, like `resync_mode` `rebuild`. Servers may refuse it."""

    resync_mode: ResyncMode | Unset = UNSET
    """How everything is resynced."""

    fetch_mode: FetchMode | Unset = UNSET
    """Which records are read from the source."""

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
        """Return the JSON that is sent, as a string."""
        return as_json(self.to_dict())

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Return the model of a JSON object.

        Raises:
            TypeError: It is not a JSON object, or a member that holds one is not.
            ValueError: A member cannot be read.
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
