"""The clients of endpoint functions, for who calls the API without the policy of AsyncPolytomic and Polytomic."""

from polytomic_client._runtime.client import AuthenticatedClient, Client

__all__ = ["AuthenticatedClient", "Client"]
