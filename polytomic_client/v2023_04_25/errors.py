"""The error of endpoint functions that are called with a Client of the user's own."""

from polytomic_client._runtime.errors import UnexpectedStatus

__all__ = ["UnexpectedStatus"]
