"""The dated version of the API that the clients speak: the one place in hand-written code that names it."""

from .. import v2023_04_25 as generated
from ..v2023_04_25 import API_VERSION, models
from ..v2023_04_25.api import (
    AsyncOperations,
    AsyncOperationsWithResponse,
    Operations,
    OperationsWithResponse,
    UpdateBulkSyncChanges,
)
from ..v2023_04_25.types import UNSET, Unset, decode_datetime, encode_datetime

__all__ = [
    "API_VERSION",
    "UNSET",
    "AsyncOperations",
    "AsyncOperationsWithResponse",
    "Operations",
    "OperationsWithResponse",
    "Unset",
    "UpdateBulkSyncChanges",
    "decode_datetime",
    "encode_datetime",
    "generated",
    "models",
]
