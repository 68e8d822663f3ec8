from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

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
    encode_model,
    new,
    sort_out,
)
from ..types import Model as _Model
from ..types import complete as _complete
from ..types import copy_members as _copy

_MEMBERS: dict[str, Any] = dict.fromkeys(
    (
        "schemas",
        "capabilities",
        "configuration",
    ),
    UNSET,
)
"""The value that an object without members decodes to."""


@_attrs_define(kw_only=True, repr=False, on_setattr=_ATTRS_NO_OP)
class BulkSource(_Model):
    """The schemas and features that a source offers to bulk syncs."""

    schemas: list[Schema]
    """The schemas that can be synced, such as tables or objects. UNSET if the response lacks it."""

    capabilities: SourceCapabilities | Unset = UNSET
    """The features of a source. UNSET if the response lacks it."""

    configuration: Any | Unset = UNSET
    """The fields that the `source_configuration` of a bulk sync may have. Its form is not documented.
    UNSET if the response lacks it."""

    additional_properties: dict[str, Any] = _attrs_field(factory=dict, converter=_copy)

    _required = ("schemas",)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.schemas
        if value is not UNSET:
            encoded["schemas"] = (
                value
                if value is None
                else [item if item is None else encode_model(item, Schema) for item in as_items(value)]
            )
        value = self.capabilities
        if value is not UNSET:
            encoded["capabilities"] = value if value is None else encode_model(value, SourceCapabilities)
        value = self.configuration
        if value is not UNSET:
            encoded["configuration"] = value
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
        if cls is not BulkSource:
            return as_subclass(cls, BulkSource.from_dict(src_dict))
        if type(src_dict) is not dict:
            src_dict = as_object(src_dict)
        _rest: dict[str, Any] = {}
        if len(src_dict) != 3:
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
        try:
            _schemas_: Any = src_dict["schemas"]
            _capabilities_: Any = src_dict["capabilities"]
            _configuration_: Any = src_dict["configuration"]
        except KeyError:  # as many others as are missing
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
            _schemas_, _capabilities_, _configuration_, *_ = src_dict.values()
        if _schemas_ is not UNSET:
            _schemas_ = [Schema.from_dict(item) for item in as_list(_schemas_)]
        if _capabilities_ is not None and _capabilities_ is not UNSET:
            _capabilities_ = SourceCapabilities.from_dict(_capabilities_)
        _model = new(cls)
        _model.schemas = _schemas_
        _model.capabilities = _capabilities_
        _model.configuration = _configuration_
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


from ..models.schema import Schema  # noqa: E402
from ..models.source_capabilities import SourceCapabilities  # noqa: E402

_complete(BulkSource, globals())
