"""The clients of the endpoint functions, without the retries and typed errors of AsyncPolytomic and Polytomic."""

from polytomic_client._runtime.client import AuthenticatedClient, Client

__all__ = ["AuthenticatedClient", "Client"]
