"""What the two clients share: settings, and how a request is made of an operation."""

from __future__ import annotations

import json
import os
import ssl
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, Self, TypeVar, cast
from urllib.parse import urlencode
from weakref import WeakSet

from .._call.settings import DEFAULT_DEADLINE, DEFAULT_MAX_ATTEMPTS
from .._call.state import CallState
from .._core.clock import Clock, SystemClock
from .._http.messages import Request
from .._http.settings import DEFAULT_MAX_CONNECTIONS, DEFAULT_MAX_RESPONSE_BYTES, DEFAULT_TIMEOUT, Timeout
from .._text import shown
from ..errors import FORKED, ClientClosedError, ConfigurationError, RequestError, TransportError
from ..v2023_04_25 import API_VERSION
from .settings import build_config, change_config

Key = TypeVar("Key")
HTTPXTransport = TypeVar("HTTPXTransport")
OpenTransport = TypeVar("OpenTransport")
Guard = TypeVar("Guard")


class Shared(Generic[OpenTransport, Guard]):
    """What a client and its copies share: one transport, what their calls change, and a lock around a fetched key."""

    transport: OpenTransport | None = None
    """In the instance once it is made, so that one call of `dict.setdefault` decides between two threads."""

    def __init__(self, make_lock: Callable[[], Guard], state: CallState) -> None:
        self._make_lock = make_lock
        self.state = state
        self.lock = make_lock()
        self.loop: Any = None
        self.cleanups: set[Any] = set()
        """Tasks that still need the connections after their callers have gone."""
        self.waiting: dict[Any, bool] = {}
        """What ends the waits of calls that have nothing under way, once the client is closed."""
        self.over = ""
        """Why no call can be made any more, once there is a reason."""
        _living.add(self)

    def forked(self) -> None:
        """In a child process: leave the parent's connections alone, and its locks, which nobody here would open."""
        self.lock = self._make_lock()
        if self.transport is not None:
            # Kept, because closing a TLS connection would end it for the parent.
            self._inherited, self.transport = self.transport, None
            self.over = FORKED


_living: WeakSet[Shared[Any, Any]] = WeakSet()


def _after_fork() -> None:
    for shared in list(_living):
        shared.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


class BaseClient(Generic[Key, HTTPXTransport]):
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
        proxy: str | None = None,
        trust_env: bool = False,
        ssl_context: ssl.SSLContext | None = None,
        verify: bool = True,
        transport: HTTPXTransport | None = None,
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
            proxy: A proxy that opens a tunnel to the API: `http://host:port`, with `user:password@` if it asks.
            trust_env: Whether HTTPS_PROXY, ALL_PROXY and NO_PROXY name the proxy. A .netrc file is never read.
            ssl_context: The TLS settings, for an authority of your own or a client certificate. Default: the
                CAs of certifi, or those that SSL_CERT_FILE and SSL_CERT_DIR name when the client is made.
            verify: False accepts any certificate, with a SecurityWarning: for a test environment.
            transport: An httpx transport to send through instead, such as httpx.MockTransport; closed with the client.
                It has its own proxy and TLS settings.
            clock: The time, sleep and randomness that retries use, for tests.

        Raises:
            ConfigurationError: A setting cannot work. The text never contains a key.
        """
        try:
            # First: what is refused needs no warning.
            if transport is not None:
                own = trust_env or not verify or ssl_context is not None or proxy is not None
                _check_transport(transport, blocking=self._blocking, own_settings=own)
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
                proxy=proxy,
                trust_env=trust_env,
                ssl_context=ssl_context,
                verify=verify,
                clock=clock if clock is not None else SystemClock(),
                own_connections=transport is None,
            )
        except ConfigurationError as error:
            refused = ConfigurationError(*error.args)
        else:
            self._httpx_transport = transport
            self._shared: Shared[Any, Any] = Shared(self._lock, CallState(self._config.credential))
            return
        # Reports of errors show the locals of frames: none of ours has the credential, or a client that is none.
        del self, api_key, deployment_key, basic_auth, base_url, proxy
        raise refused

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
        if not self._shared.over or not isinstance(error, TransportError):
            return error
        closed = ClientClosedError(self._shared.over)
        closed.outcome_unknown = error.outcome_unknown
        closed.__cause__ = error
        return closed


def _check_transport(transport: object, *, blocking: bool, own_settings: bool) -> None:
    import httpx

    kind = httpx.BaseTransport if blocking else httpx.AsyncBaseTransport
    own_kind = "HTTPTransport" if blocking else "AsyncHTTPTransport"
    if not isinstance(transport, kind):
        raise ConfigurationError(f"transport must be an httpx.{kind.__name__}, not {shown(transport)}")
    if own_settings:
        raise ConfigurationError(
            "proxy, trust_env, ssl_context and verify are settings of the client's own connections: "
            f"give them to the transport, such as httpx.{own_kind}(proxy=..., verify=ssl_context)"
        )


def _query_value(value: object) -> object:
    """Return a query value as text, booleans as JSON has them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return [_query_value(item) for item in cast("list[object]", value)] if isinstance(value, list) else value
