from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.fetch_mode import FetchMode
from ..models.resync_mode import ResyncMode
from ..types import (
    UNSET,
    Unset,
    as_list,
)


@_attrs_define
class StartBulkSyncExecution:
    """What an execution is to do. Empty, it syncs everything that is enabled."""

    schemas: list[str] | Unset = UNSET
    """The ids of the schemas to sync. Left out, all that are enabled."""

    test: bool | Unset = UNSET
    """Whether it only tries. Not together with `resync` or `resync_mode`."""

    resync: bool | Unset = UNSET
    """Whether everything is synced anew, like `resync_mode` `rebuild`. Servers may refuse it."""

    resync_mode: ResyncMode | Unset = UNSET
    """How everything is synced anew."""

    fetch_mode: FetchMode | Unset = UNSET
    """Which records are read from the source."""

    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

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
            encoded["resync_mode"] = value if value is None else str(value)
        value = self.fetch_mode
        if value is not UNSET:
            encoded["fetch_mode"] = value if value is None else str(value)
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
        _schemas_: Any = _rest.pop("schemas", UNSET)
        if _schemas_ is not UNSET:
            _schemas_ = as_list(_schemas_)
        _resync_mode_: Any = _rest.pop("resync_mode", UNSET)
        if _resync_mode_ is not UNSET and _resync_mode_ is not None:
            _resync_mode_ = ResyncMode(_resync_mode_)
        _fetch_mode_: Any = _rest.pop("fetch_mode", UNSET)
        if _fetch_mode_ is not UNSET and _fetch_mode_ is not None:
            _fetch_mode_ = FetchMode(_fetch_mode_)
        _model = cls(
            schemas=_schemas_,
            test=_rest.pop("test", UNSET),
            resync=_rest.pop("resync", UNSET),
            resync_mode=_resync_mode_,
            fetch_mode=_fetch_mode_,
        )
        _model.additional_properties = _rest
        return _model

    @staticmethod
    def _matches(value: Any) -> bool:
        """Say whether a JSON value has this shape; unions are decided by it."""
        return (
            isinstance(value, dict)
            and not value.keys().isdisjoint(("schemas", "test", "resync", "resync_mode", "fetch_mode"))
            and (
                (member := value.get("schemas")) is None
                or (isinstance(member, list) and all(isinstance(item, str) for item in member))
            )
            and ((member := value.get("test")) is None or isinstance(member, bool))
            and ((member := value.get("resync")) is None or isinstance(member, bool))
            and ((member := value.get("resync_mode")) is None or isinstance(member, str))
            and ((member := value.get("fetch_mode")) is None or isinstance(member, str))
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
