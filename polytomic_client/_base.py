"""What the two clients share: settings, and how a request is made of an operation."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, Self, TypeVar, cast
from urllib.parse import urlencode

from ._api import API_VERSION
from ._config import (
    DEFAULT_DEADLINE,
    DEFAULT_MAX_ATTEMPTS,
    DEFAULT_MAX_CONNECTIONS,
    DEFAULT_MAX_RESPONSE_BYTES,
    DEFAULT_TIMEOUT,
    Timeout,
    build_config,
    change_config,
)
from ._errors import CLOSED, ClientClosedError, ConfigurationError, RequestError
from ._retry import Clock
from ._transport import Request

Key = TypeVar("Key")
TransportChoice = TypeVar("TransportChoice")
OpenTransport = TypeVar("OpenTransport")
Guard = TypeVar("Guard")


class Shared(Generic[OpenTransport, Guard]):
    """What a client and its copies have in common: one transport, and locks around a fetched key and start and end."""

    def __init__(self, lock: Guard) -> None:
        self.transport: OpenTransport | None = None
        self.lock = lock
        self.gate = threading.Lock()
        self.loop: object = None
        self.closed = False


class BaseClient(Generic[Key, TransportChoice]):
    """What the two clients share: their settings, and how a request is made of an operation."""

    _blocking: ClassVar[bool]
    _lock: Callable[[], Any]

    def __init__(
        self,
        *,
        api_key: Key | None = None,
        deployment_key: str | None = None,
        basic_auth: tuple[str, str] | None = None,
        base_url: str | None = None,
        version: str = API_VERSION,
        timeout: float | Timeout = DEFAULT_TIMEOUT,
        deadline: float = DEFAULT_DEADLINE,
        max_attempts: int = DEFAULT_MAX_ATTEMPTS,
        max_connections: int = DEFAULT_MAX_CONNECTIONS,
        max_response_bytes: int = DEFAULT_MAX_RESPONSE_BYTES,
        transport: TransportChoice | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Check the settings; nothing is opened before the first request.

        Give one credential, or set POLYTOMIC_API_KEY or POLYTOMIC_DEPLOYMENT_KEY.

        Args:
            api_key: An API key, sent as Bearer, or a callable that returns one: it is asked when the first request
                needs a key, and again when the API refuses the key with a 401, once for all calls that wait. What it
                raises, the call raises. AsyncPolytomic takes an async one too; one that blocks would block its loop.
            deployment_key: The key of an on-premises deployment, sent as the user name of Basic.
            basic_auth: User and password, sent as Basic as they are.
            base_url: Where the API is: a URL with an optional path, or a host, which means https. http:// is accepted
                for this machine only. Default: POLYTOMIC_DEPLOYMENT_URL, else https://app.polytomic.com.
            version: The dated version to ask for. An answer of another raises VersionMismatchError.
            timeout: How long one step of one try may take: seconds, or a Timeout.
            deadline: How long a call may take over all its tries and the waits between them, in seconds.
            max_attempts: How many times a request is tried at most, the first included. A try with a fresh key after
                a 401 is not counted.
            max_connections: How many connections are open at most.
            max_response_bytes: How large a body may be, in bytes after decompression.
            transport: An httpx transport to send through instead, such as httpx.MockTransport; closed with the client.
            clock: The time, sleep and randomness that retries use, for tests.

        Raises:
            ConfigurationError: A setting cannot work. The text never contains a key.
        """
        self._config = build_config(
            blocking=self._blocking,
            api_key=cast("Any", api_key),
            deployment_key=deployment_key,
            basic_auth=basic_auth,
            base_url=base_url,
            version=version,
            timeout=timeout,
            deadline=deadline,
            max_attempts=max_attempts,
            max_connections=max_connections,
            max_response_bytes=max_response_bytes,
            clock=clock,
        )
        self._transport_choice = (
            transport if transport is None else _checked_transport(transport, blocking=self._blocking)
        )
        self._shared: Shared[Any, Any] = Shared(self._lock())

    def with_options(
        self,
        *,
        timeout: float | Timeout | None = None,
        deadline: float | None = None,
        max_attempts: int | None = None,
        version: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """Return a copy with some settings changed. It shares the connections, and closing either closes both.

        Args:
            timeout: How long one step of one try may take: seconds, or a Timeout.
            deadline: How long a call may take over all its tries, in seconds.
            max_attempts: How many times a request is tried at most, the first included.
            version: The dated version to ask for.
            headers: Headers to send besides the client's own, which they cannot replace.

        Raises:
            ConfigurationError: A setting cannot work.

        Example:
            await polytomic.with_options(deadline=5).get_bulk_destination(connection_id)
        """
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__)
        copy.__dict__.pop("generated", None)
        copy._config = change_config(
            self._config,
            timeout=timeout,
            deadline=deadline,
            max_attempts=max_attempts,
            version=version,
            headers=headers,
        )
        return copy

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._config.base_url!r}, version={self._config.version!r})"

    def _request(self, kwargs: dict[str, Any]) -> Request:
        """Return the request that an operation's `_get_kwargs` describes."""
        url = self._config.base_url + kwargs["url"]
        params = kwargs.get("params")
        if params:
            url = f"{url}?{urlencode({name: _query_value(value) for name, value in params.items()}, doseq=True)}"
        body = kwargs.get("json")
        content = None if body is None else json.dumps(body, separators=(",", ":"), allow_nan=False).encode()
        return Request(kwargs["method"], url, kwargs.get("headers", {}), content)

    def _failure(self, error: RequestError) -> RequestError:
        """Return why a step failed: because the client was closed meanwhile, or as the transport says."""
        if not self._shared.closed or isinstance(error, ClientClosedError):
            return error
        closed = ClientClosedError(CLOSED)
        closed.__cause__ = error
        return closed


def _checked_transport(transport: TransportChoice, *, blocking: bool) -> TransportChoice:
    import httpx

    kind = httpx.BaseTransport if blocking else httpx.AsyncBaseTransport
    if not isinstance(transport, kind):
        given = repr(transport) if isinstance(transport, str) else type(transport).__name__
        raise ConfigurationError(f"transport must be an httpx.{kind.__name__}, not {given}")
    return transport


def _query_value(value: object) -> object:
    """Return a query value as text, booleans as JSON has them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return [_query_value(item) for item in cast("list[object]", value)] if isinstance(value, list) else value
