"""The base of both clients: settings, and requests built from operations."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, Self, TypeVar, cast
from urllib.parse import urlencode
from weakref import WeakSet, ref

from .._call.announcements import Announcements
from .._call.credentials import FetchedKey, KeySource, check_credential
from .._call.policy import relay, run_with_response
from .._call.settings import DEFAULT_DEADLINE, DEFAULT_MAX_ATTEMPTS
from .._call.state import CallState
from .._call.steps import Flow
from .._core.clock import Clock, SystemClock
from .._core.secret import Secret
from .._core.tracebacks import shorten
from .._core.unique import Unique
from .._http.messages import Reply, Request
from .._http.settings import DEFAULT_MAX_CONNECTIONS, DEFAULT_MAX_RESPONSE_BYTES, DEFAULT_TIMEOUT, Timeout
from .._runtime.operation import APIResponse, Operation
from .._runtime.types import as_json
from .._text import shown
from ..errors import ClientClosedError, ConfigurationError, RequestError, TransportError
from . import raw
from .settings import build_config, change_config, changed_settings

Key = TypeVar("Key")
HTTPXTransport = TypeVar("HTTPXTransport")
OpenTransport = TypeVar("OpenTransport")
Guard = TypeVar("Guard")


CLOSED = "this client is closed. Create another."
FORKED = "a forked process cannot use the connections of its parent. Create one client per process."


class Shared(Generic[OpenTransport, Guard]):
    """The state that a client and its copies share: one transport, and what closing it and a fork must reach."""

    transport: OpenTransport | None = None
    """Becomes an instance attribute when it is created, so that one `dict.setdefault` decides between two threads."""

    def __init__(self, make_lock: Callable[[], Guard]) -> None:
        self._make_lock = make_lock
        self._keys: set[ref[FetchedKey[Guard]]] = set()
        """Changed and listed by single calls of C code, so that any thread may do it, unlike a WeakSet."""
        self._announcements = Announcements()
        self.loop: Any = None
        self.cleanups: set[Any] = set()
        """Clean-up tasks that still need the connections after their calls were cancelled."""
        self.waiting: dict[Any, object] = {}
        """What ends the waits of calls without a request in flight when the client is closed."""
        self.over = ""
        """Why the client can make no more calls. Empty while it can."""
        _living.add(self)

    def new_state(self, credential: Secret | KeySource) -> CallState:
        """Return the state of the calls with one credential. Only the clients that have it keep it alive."""
        if isinstance(credential, Secret):
            return CallState(None, self._announcements)
        key = FetchedKey(credential, self._make_lock())
        self._keys.add(ref(key, self._keys.discard))
        return CallState(key, self._announcements)

    def fetched_keys(self) -> list[FetchedKey[Guard]]:
        """Return the fetched key of every credential that a client still has."""
        return [key for each in list(self._keys) if (key := each()) is not None]

    def renew_locks(self) -> None:
        """Replace the locks of the keys, which may be held by calls that nothing continues."""
        for key in self.fetched_keys():
            key.lock = self._make_lock()

    def forked(self) -> None:
        """Drop the parent's connections unclosed, and its locks, which nothing in a forked child would release."""
        self.renew_locks()
        if self.transport is None:
            self.loop = None
        else:
            # A reference is kept, because closing a TLS connection would end it for the parent.
            self._inherited, self.transport = self.transport, None
            self.over = FORKED


_living: WeakSet[Shared[Any, Any]] = WeakSet()


def _after_fork() -> None:
    for shared in list(_living):
        shared.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


class BaseClient(Unique, Generic[Key, HTTPXTransport]):
    """The base of both clients: settings, and requests built from operations."""

    _polytomic_blocking: ClassVar[bool]
    _pin: ClassVar[str]
    _lock: Callable[[], Any]
    _has_own_credential = False

    def __init__(
        self,
        *,
        api_key: Key | None = None,
        deployment_key: str | None = None,
        basic_auth: tuple[str, str] | None = None,
        base_url: str | None = None,
        version: str | None = None,
        timeout: float | Timeout = DEFAULT_TIMEOUT,
        deadline: float = DEFAULT_DEADLINE,
        max_attempts: int = DEFAULT_MAX_ATTEMPTS,
        max_connections: int = DEFAULT_MAX_CONNECTIONS,
        max_response_bytes: int = DEFAULT_MAX_RESPONSE_BYTES,
        proxy: str | None = None,
        trust_env: bool = False,
        ssl_context: ssl.SSLContext | None = None,
        verify: bool = True,
        headers: Mapping[str, str] | None = None,
        app_info: str | None = None,
        strict: bool = False,
        transport: HTTPXTransport | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Create a client. No connection is opened until the first request.

        Pass one credential, or set POLYTOMIC_API_KEY or POLYTOMIC_DEPLOYMENT_KEY.

        Args:
            api_key: An API key, sent as Bearer, or a callable that returns one. The client calls it for the first
                request, and again when the API rejects the key with a 401, once for all waiting calls. If it raises,
                these calls raise the same error. AsyncPolytomic also accepts an async callable. A callable that blocks
                would block its event loop.
            deployment_key: The key of an on-premises deployment, sent as the Basic user name.
            basic_auth: User and password, sent unchanged as Basic.
            base_url: The API's URL with an optional path, or its host, which implies https. http:// is only accepted
                for this machine. Default: POLYTOMIC_DEPLOYMENT_URL, else https://app.polytomic.com.
            version: The dated version to request. A response of another version raises VersionMismatchError. Default:
                that of the client's class. Its methods and models are typed for that version alone: a response of
                another one may lack members that the types promise, and has its own in `additional_properties`.
            timeout: Maximum seconds for each step of an attempt, or a Timeout.
            deadline: Maximum seconds for a call, including all attempts and the waits between them.
            max_attempts: Maximum attempts per call, including the first. An attempt with a fresh key after a 401 is not
                counted.
            max_connections: Maximum number of open connections.
            max_response_bytes: Maximum bytes of a body after decompression.
            proxy: A proxy that opens a tunnel to the API: `http://host:port`, with `user:password@` if it
                requires them.
            trust_env: Whether HTTPS_PROXY, ALL_PROXY and NO_PROXY configure the proxy. A .netrc file is never read.
            ssl_context: The TLS settings, for a private CA or a client certificate. Default: the CAs of certifi, or
                those that SSL_CERT_FILE and SSL_CERT_DIR name when the client is created.
            verify: False accepts any certificate, with a SecurityWarning. Only for test environments.
            headers: Headers to add to every request. They cannot replace the client's own.
            app_info: Your application, for the start of the User-Agent: `my-service/1.2`, or several with spaces
                between them.
            strict: Whether a response that lacks a documented member raises a DecodeError. Default: the member is
                UNSET. Unknown members are accepted either way.
            transport: An httpx transport to use instead, for example httpx.MockTransport. It has its own proxy and TLS
                settings, and is closed with the client.
            clock: Time, sleep and randomness for retries. Replace it in tests.

        Raises:
            ConfigurationError: A setting is invalid. The message never contains a key.
        """
        try:
            # Checked first, so that an invalid transport causes no warning.
            if transport is not None:
                own = trust_env or not verify or ssl_context is not None or proxy is not None
                _check_transport(transport, blocking=self._polytomic_blocking, own_settings=own)
            self._config = build_config(
                blocking=self._polytomic_blocking,
                api_key=cast("Any", api_key),
                deployment_key=deployment_key,
                basic_auth=basic_auth,
                base_url=base_url,
                pin=self._pin,
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
                headers=headers,
                app_info=app_info,
                strict=strict,
                clock=clock if clock is not None else SystemClock(),
                own_connections=transport is None,
            )
        except ConfigurationError as error:
            refused = ConfigurationError(*error.args)
        else:
            self._httpx_transport = transport
            self._shared: Shared[Any, Any] = Shared(self._lock)
            self._state = self._shared.new_state(self._config.credential)
            return
        # Error reports show the local variables of frames. Ours must not include the credential or a half-made client.
        del self, api_key, deployment_key, basic_auth, base_url, proxy, headers
        raise refused

    @property
    def _polytomic_connections(self) -> int | None:
        """Maximum open connections. None if a transport was given, which has a limit of its own."""
        return self._config.max_connections if self._httpx_transport is None else None

    def with_options(
        self,
        *,
        api_key: Key | None = None,
        deployment_key: str | None = None,
        basic_auth: tuple[str, str] | None = None,
        timeout: float | Timeout | None = None,
        deadline: float | None = None,
        max_attempts: int | None = None,
        version: str | None = None,
        headers: Mapping[str, str] | None = None,
        strict: bool | None = None,
    ) -> Self:
        """Return a copy with some settings changed. It shares the connections. Closing either closes both.

        A copy with a credential of its own has its own fetched key and its own retry budget, which its copies share.
        Pass at most one credential. The environment is not read.

        Args:
            api_key: The API key of another organization, or a callable that returns one.
            deployment_key: The key of an on-premises deployment.
            basic_auth: User and password.
            timeout: Maximum seconds for each step of an attempt, or a Timeout.
            deadline: Maximum seconds for a call, including all attempts and the waits between them.
            max_attempts: Maximum attempts per call, including the first.
            version: The dated version to request, as for the constructor.
            headers: Headers to add. They cannot replace the client's own.
            strict: Whether a response that lacks a documented member raises a DecodeError.

        Raises:
            ConfigurationError: A setting is invalid. The message never contains a key.

        Example:
            quick = client.with_options(deadline=5)
        """
        credential: Secret | KeySource | None = None
        try:
            if api_key is not None or deployment_key is not None or basic_auth is not None:
                credential = check_credential(
                    cast("Any", api_key), deployment_key, basic_auth, blocking=self._polytomic_blocking
                )
            config = change_config(
                self._config,
                credential=credential,
                timeout=timeout,
                deadline=deadline,
                max_attempts=max_attempts,
                version=version,
                headers=headers,
                strict=strict,
            )
        except ConfigurationError as error:
            refused = ConfigurationError(*error.args)
        else:
            copy = object.__new__(type(self))
            copy.__dict__.update(self.__dict__)
            copy.__dict__.pop("generated", None)
            copy._config = config
            if credential is not None:
                copy._has_own_credential = True
                copy._state = self._shared.new_state(credential)
            return copy
        # As in the constructor.
        del api_key, deployment_key, basic_auth, credential, headers
        raise refused

    def __repr__(self) -> str:
        config = self._config
        settings = {"base_url": config.base_url, "version": config.version or config.pin}
        if self._has_own_credential:
            settings["credential"] = "**********"
        shown = ", ".join(f"{name}={value!r}" for name, value in (settings | changed_settings(config)).items())
        return f"{type(self).__name__}({shown})"

    def _request(self, kwargs: dict[str, Any]) -> Request:
        """Build the request that an operation's `_get_kwargs` describes."""
        url = self._config.base_url + kwargs["url"]
        params = kwargs.get("params")
        if params:
            query = urlencode({name: _query_value(value) for name, value in params.items()}, doseq=True)
            # An empty list adds nothing.
            url = f"{url}?{query}" if query else url
        body = kwargs.get("json")
        content = None if body is None else as_json(body).encode()
        return Request(kwargs["method"], url, kwargs.get("headers", {}), content)

    def _raw(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **options: Any
    ) -> Flow[APIResponse[Any]]:
        """Return the steps of a raw request.

        Raises:
            TypeError: An argument has the wrong type, or the body cannot be encoded.
            ValueError: An argument is malformed.
        """
        try:
            operation, kwargs = raw.request(method, path, version=self._config.pin, **options)
            config = self._config if headers is None else change_config(self._config, headers=headers)
            return run_with_response(self._request(kwargs), config, self._state, operation)
        except Exception as error:
            shorten(error)
            raise

    def _relay(self, request: Request, operation: Operation[object] | None) -> Flow[Reply]:
        """Return the steps of a request of a generated function."""
        return relay(request, self._config, self._state, operation)

    def _failure(self, error: RequestError) -> RequestError:
        """Return the error of a step: a ClientClosedError if the client was closed meanwhile, else the transport's."""
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
        raise ConfigurationError(f"transport must be an httpx.{kind.__name__}, got {shown(transport)}.")
    if own_settings:
        raise ConfigurationError(
            "proxy, trust_env, ssl_context and verify cannot be combined with transport. "
            f"Pass them to the transport itself: httpx.{own_kind}(proxy=..., verify=ssl_context)"
        )


def _query_value(value: object) -> object:
    """Return a query value, with booleans written as in JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return [_query_value(item) for item in cast("list[object]", value)] if isinstance(value, list) else value
