from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field
from attrs.setters import NO_OP as _ATTRS_NO_OP

from ..models.resync_mode import ResyncMode
from ..types import (
    UNSET,
    as_items,
    as_json,
    as_list,
    as_object,
    as_subclass,
    decode_enum,
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
        "configuration",
        "modes",
        "supported_resync_modes",
    ),
    UNSET,
)
"""The value that an object without members decodes to."""


@_attrs_define(kw_only=True, repr=False, on_setattr=_ATTRS_NO_OP)
class BulkDestination(_Model):
    """The configuration, modes and resync modes that a destination supports."""

    configuration: ConfigurationMap | FreeFormConfiguration | None
    """The fields that the `destination_configuration` of a bulk sync may have. Servers return a map of
    fields or, in the older form, a JSON Schema (draft 4), which is kept unchanged. UNSET if the
    response lacks it."""

    modes: list[SupportedBulkMode]
    """The modes in which a bulk sync can write to this connection. UNSET if the response lacks it."""

    supported_resync_modes: list[ResyncMode]
    """The modes in which a bulk sync into this connection can be resynced. UNSET if the response lacks it."""

    additional_properties: dict[str, Any] = _attrs_field(factory=dict, converter=_copy)

    _required = (
        "configuration",
        "modes",
        "supported_resync_modes",
    )

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the members that are UNSET."""
        encoded: dict[str, Any] = dict(self.additional_properties)
        value: Any
        value = self.configuration
        if value is not UNSET:
            encoded["configuration"] = (
                value.to_dict()
                if isinstance(value, ConfigurationMap)
                else value.to_dict()
                if isinstance(value, FreeFormConfiguration)
                else value
            )
        value = self.modes
        if value is not UNSET:
            encoded["modes"] = (
                value
                if value is None
                else [
                    item if item is None else encode_model(item, SupportedBulkMode)
                    for item in as_items(value)
                ]
            )
        value = self.supported_resync_modes
        if value is not UNSET:
            encoded["supported_resync_modes"] = (
                value
                if value is None
                else [item if item is None else encode_text(item) for item in as_items(value)]
            )
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
        if cls is not BulkDestination:
            return as_subclass(cls, BulkDestination.from_dict(src_dict))
        if type(src_dict) is not dict:
            src_dict = as_object(src_dict)
        _rest: dict[str, Any] = {}
        if len(src_dict) != 3:
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
        try:
            _configuration_: Any = src_dict["configuration"]
            _modes_: Any = src_dict["modes"]
            _supported_resync_modes_: Any = src_dict["supported_resync_modes"]
        except KeyError:  # as many others as are missing
            src_dict, _rest = sort_out(src_dict, _MEMBERS)
            _configuration_, _modes_, _supported_resync_modes_, *_ = src_dict.values()
        if _configuration_ is not None and _configuration_ is not UNSET:
            _configuration_ = (
                _configuration_map_model
                if (_configuration_map_model := ConfigurationMap._match(_configuration_)) is not None
                else FreeFormConfiguration.from_dict(_configuration_)
            )
        if _modes_ is not UNSET:
            _modes_ = [SupportedBulkMode.from_dict(item) for item in as_list(_modes_)]
        if _supported_resync_modes_ is not UNSET:
            _supported_resync_modes_ = [
                item if item is None else decode_enum(ResyncMode, item)
                for item in as_list(_supported_resync_modes_)
            ]
        _model = new(cls)
        _model.configuration = _configuration_
        _model.modes = _modes_
        _model.supported_resync_modes = _supported_resync_modes_
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


from ..models.configuration_map import ConfigurationMap  # noqa: E402
from ..models.free_form_configuration import FreeFormConfiguration  # noqa: E402
from ..models.supported_bulk_mode import SupportedBulkMode  # noqa: E402

_complete(BulkDestination, globals())
