"""Every operation as a method: what AsyncPolytomic and Polytomic inherit."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from polytomic_client._operation import APIResponse, Operation

    from ..models.api_error import ApiError
    from ..models.bulk_destination_envelope import BulkDestinationEnvelope
    from ..models.unauthorized_error import UnauthorizedError

T = TypeVar("T")


class AsyncOperations:
    """The operations with asyncio."""

    __slots__ = ()

    async def _call(self, operation: Operation[T], kwargs: dict[str, Any]) -> APIResponse[T]:
        raise NotImplementedError

    async def get_bulk_destination(
        self,
        id: UUID | str,
    ) -> BulkDestinationEnvelope:
        """Say what a connection accepts as the destination of a bulk sync.

        The answer names the configuration that a bulk sync into this connection takes, the modes it can
        write in, and how it can be synced anew. Ask before you create a bulk sync, and build its
        `destination_configuration` and `mode` from the answer.

        Args:
            id (UUID | str): The connection to ask. This is the id of a connection, not of a bulk sync.

        Returns:
            The answer, never None.

        Raises:
            ValueError: A path parameter is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_destination as _operation

        _kwargs = _operation._get_kwargs(
            id=id,
        )
        return (await self._call(_operation.OPERATION, _kwargs)).parsed


class AsyncOperationsWithResponse:
    """The operations with asyncio, each answer with its status and headers."""

    __slots__ = ()

    async def _call(self, operation: Operation[T], kwargs: dict[str, Any]) -> APIResponse[T]:
        raise NotImplementedError

    async def get_bulk_destination(
        self,
        id: UUID | str,
    ) -> APIResponse[BulkDestinationEnvelope]:
        """Say what a connection accepts as the destination of a bulk sync.

        The answer names the configuration that a bulk sync into this connection takes, the modes it can
        write in, and how it can be synced anew. Ask before you create a bulk sync, and build its
        `destination_configuration` and `mode` from the answer.

        Args:
            id (UUID | str): The connection to ask. This is the id of a connection, not of a bulk sync.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: A path parameter is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_destination as _operation

        _kwargs = _operation._get_kwargs(
            id=id,
        )
        return await self._call(_operation.OPERATION, _kwargs)


class Operations:
    """The operations, blocking."""

    __slots__ = ()

    def _call(self, operation: Operation[T], kwargs: dict[str, Any]) -> APIResponse[T]:
        raise NotImplementedError

    def get_bulk_destination(
        self,
        id: UUID | str,
    ) -> BulkDestinationEnvelope:
        """Say what a connection accepts as the destination of a bulk sync.

        The answer names the configuration that a bulk sync into this connection takes, the modes it can
        write in, and how it can be synced anew. Ask before you create a bulk sync, and build its
        `destination_configuration` and `mode` from the answer.

        Args:
            id (UUID | str): The connection to ask. This is the id of a connection, not of a bulk sync.

        Returns:
            The answer, never None.

        Raises:
            ValueError: A path parameter is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_destination as _operation

        _kwargs = _operation._get_kwargs(
            id=id,
        )
        return (self._call(_operation.OPERATION, _kwargs)).parsed


class OperationsWithResponse:
    """The operations, blocking, each answer with its status and headers."""

    __slots__ = ()

    def _call(self, operation: Operation[T], kwargs: dict[str, Any]) -> APIResponse[T]:
        raise NotImplementedError

    def get_bulk_destination(
        self,
        id: UUID | str,
    ) -> APIResponse[BulkDestinationEnvelope]:
        """Say what a connection accepts as the destination of a bulk sync.

        The answer names the configuration that a bulk sync into this connection takes, the modes it can
        write in, and how it can be synced anew. Ask before you create a bulk sync, and build its
        `destination_configuration` and `mode` from the answer.

        Args:
            id (UUID | str): The connection to ask. This is the id of a connection, not of a bulk sync.

        Returns:
            The answer with its status and headers.

        Raises:
            ValueError: A path parameter is malformed; nothing was sent.
            APIStatusError: The API answered an error; each status has a class of its own.
            TransportError: The connection failed, before or after the request was sent.
            DeadlineExceededError: The call took longer than the client's `deadline`.
            DecodeError: The answer is not what the document says.
            VersionMismatchError: Another version of the API answered.
        """
        from .bulk_sync import get_bulk_destination as _operation

        _kwargs = _operation._get_kwargs(
            id=id,
        )
        return self._call(_operation.OPERATION, _kwargs)
