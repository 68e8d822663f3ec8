"""The dated version of the API that the clients speak: the one place in hand-written code that names it."""

from . import v2023_04_25 as generated
from .v2023_04_25 import API_VERSION
from .v2023_04_25.api import AsyncOperations, AsyncOperationsWithResponse, Operations, OperationsWithResponse

__all__ = [
    "API_VERSION",
    "AsyncOperations",
    "AsyncOperationsWithResponse",
    "Operations",
    "OperationsWithResponse",
    "generated",
]
