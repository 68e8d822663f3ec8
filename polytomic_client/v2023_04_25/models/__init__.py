"""Every model and enum of the document, imported when first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .api_error import ApiError
    from .bulk_destination import BulkDestination
    from .bulk_destination_envelope import BulkDestinationEnvelope
    from .bulk_mode import BulkMode
    from .configuration_field import ConfigurationField
    from .configuration_map import ConfigurationMap
    from .error_metadata import ErrorMetadata
    from .free_form_configuration import FreeFormConfiguration
    from .resync_mode import ResyncMode
    from .supported_bulk_mode import SupportedBulkMode
    from .unauthorized_error import UnauthorizedError

_MODULES = {
    "BulkDestinationEnvelope": "bulk_destination_envelope",
    "BulkDestination": "bulk_destination",
    "ConfigurationMap": "configuration_map",
    "ConfigurationField": "configuration_field",
    "FreeFormConfiguration": "free_form_configuration",
    "SupportedBulkMode": "supported_bulk_mode",
    "ApiError": "api_error",
    "UnauthorizedError": "unauthorized_error",
    "ErrorMetadata": "error_metadata",
    "BulkMode": "bulk_mode",
    "ResyncMode": "resync_mode",
}

__all__ = (
    "ApiError",
    "BulkDestination",
    "BulkDestinationEnvelope",
    "BulkMode",
    "ConfigurationField",
    "ConfigurationMap",
    "ErrorMetadata",
    "FreeFormConfiguration",
    "ResyncMode",
    "SupportedBulkMode",
    "UnauthorizedError",
)


if not TYPE_CHECKING:  # or every name would be one for type checkers

    def __getattr__(name: str) -> object:
        module = _MODULES.get(name)
        if module is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value: object = getattr(import_module(f".{module}", __name__), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
