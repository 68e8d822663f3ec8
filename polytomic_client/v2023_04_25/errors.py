"""The error raised by endpoint functions that are called with your own Client."""

from polytomic_client._runtime.errors import UnexpectedStatus

__all__ = ["UnexpectedStatus"]
