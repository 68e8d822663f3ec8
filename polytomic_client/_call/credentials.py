"""Credentials: the Authorization header, its secrets, and API keys that a callable returns when needed."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from types import TracebackType
from typing import Generic, TypeVar

from .._core.secret import Secret, basic
from ..errors import ConfigurationError

KeySource = Callable[[], str | Awaitable[str]]
Guard = TypeVar("Guard")

ARGUMENTS = ("api_key", "deployment_key", "basic_auth")
"""The arguments that give a credential."""

VARIABLES = ("POLYTOMIC_API_KEY", "POLYTOMIC_DEPLOYMENT_KEY")
"""The environment variables that give a credential, in the order of the arguments."""


class Turn:
    """The calls that wait for the same result of the user's callable. If it fails, they share its exception."""

    __slots__ = ("_context", "_failure", "_traceback")

    def __init__(self) -> None:
        self._failure: Exception | None = None
        self._context: BaseException | None = None
        self._traceback: TracebackType | None = None

    def fail(self, failure: Exception) -> None:
        """Keep the exception of the callable for the calls that wait."""
        # Each raise adds its caller's frames and replaces the context. Every call starts from these.
        self._context, self._traceback = failure.__context__, failure.__traceback__
        self._failure = failure

    def check(self) -> None:
        """Raise the exception of the callable, if it failed while the call waited."""
        failure = self._failure
        if failure is None:
            return
        try:
            raise failure.with_traceback(self._traceback)
        finally:
            failure.__context__ = self._context
            # The traceback holds this frame.
            del failure, self


class FetchedKey(Generic[Guard]):
    """An API key that the user's callable returns, first when a request needs it and again when the API rejects it.

    A call notes `turn` before it waits for `lock`. The drivers hold `lock` around `stale` and `accept` or `fail`, so
    that many waiting calls invoke the callable once, also if it fails. A call that begins later invokes it again.
    """

    __slots__ = ("__weakref__", "_current", "fetch", "lock", "turn")

    def __init__(self, fetch: KeySource, lock: Guard) -> None:
        self.fetch = fetch
        self.lock = lock
        self.turn = Turn()
        self._current: Secret | None = None

    def stale(self, refused: Secret | None) -> bool:
        """Return whether the key must be fetched: it was never fetched, or it is the very object that was rejected.

        An equal key from a later fetch is not stale. Otherwise, each call that was rejected before would fetch again.
        """
        return self._current is None or self._current is refused

    def accept(self, key: object) -> None:
        """Store the key that the callable returned.

        Raises:
            ConfigurationError: `key` is not a usable key.
        """
        try:
            self._current = bearer(key, "the key that the api_key callable returned")
        except ConfigurationError as error:
            refused = ConfigurationError(*error.args)
        else:
            return
        # Error reports show the local variables of frames. Ours must not include the key.
        del key
        raise refused

    def fail(self, failure: Exception) -> None:
        """End the turn of the calls that wait, with the exception of the callable."""
        # In this order, so that an interrupt in between never leaves a failure to later calls.
        turn, self.turn = self.turn, Turn()
        turn.fail(failure)

    @property
    def current(self) -> Secret:
        """The value of the Authorization header, after a key was accepted."""
        assert self._current is not None
        return self._current


def check_credential(
    api_key: str | KeySource | None,
    deployment_key: str | None,
    basic_auth: tuple[str, str] | None,
    *,
    names: tuple[str, str, str] = ARGUMENTS,
    blocking: bool,
) -> Secret | KeySource:
    """Return the one credential that is given.

    Args:
        api_key: An API key, or a callable that returns one.
        deployment_key: The key of an on-premises deployment.
        basic_auth: User and password.
        names: The names of these three in errors: arguments or environment variables.
        blocking: Whether the client is a blocking one, which cannot call an async function.

    Raises:
        ConfigurationError: Not exactly one is given, or it cannot be sent. The message never contains it.
    """
    given = [
        name for name, value in zip(names, (api_key, deployment_key, basic_auth), strict=True) if value is not None
    ]
    if len(given) != 1:
        raise ConfigurationError(
            f"exactly one credential must be given, got {' and '.join(given)}. Remove all but one."
            if given
            else "the credential is missing. Pass api_key=..., deployment_key=... or basic_auth=(user, password), "
            "or set POLYTOMIC_API_KEY or POLYTOMIC_DEPLOYMENT_KEY."
        )
    if callable(api_key):
        if blocking and any(map(iscoroutinefunction, (api_key, getattr(api_key, "__call__", None)))):  # noqa: B004
            raise ConfigurationError("api_key must be a blocking function, got an async one. Use AsyncPolytomic.")
        return api_key
    if api_key is not None:
        return bearer(api_key, names[0])
    if deployment_key is not None:
        if ":" in _checked(deployment_key, names[1]):
            raise ConfigurationError(f"{names[1]} must not contain a colon, because it is a Basic user name (RFC 7617)")
        return basic(deployment_key, "")
    return basic(*_user_and_password(basic_auth))


def bearer(key: object, name: str) -> Secret:
    """Return `Bearer <key>` with the plain key, as in the API reference."""
    return Secret(f"Bearer {_checked(key, name)}")


def _checked(key: object, name: str) -> str:
    if not isinstance(key, str):
        raise ConfigurationError(f"{name} must be a str, got {type(key).__name__}.")
    if not key:
        raise ConfigurationError(f"{name} must not be empty.")
    if not re.fullmatch("[!-~]+", key):
        raise ConfigurationError(f"{name} must not contain white space, control or non-ASCII characters. {_stray(key)}")
    return key


def _stray(key: str) -> str:
    scheme = re.match("(?:bearer|basic) ", key, re.IGNORECASE)
    return f"Pass the key without `{scheme[0].strip()}`." if scheme else "Check for a line break at its end."


def _user_and_password(pair: object) -> tuple[str, str]:
    match pair:
        case (str() as user, str() as password):
            pass
        case _:
            raise ConfigurationError("basic_auth must be a tuple of two str: (user, password).")
    if not user or ":" in user:
        raise ConfigurationError("the user of basic_auth must not be empty or contain a colon (RFC 7617)")
    if any(ord(character) < 32 or ord(character) == 127 for character in user + password):
        raise ConfigurationError("basic_auth must not contain control characters (RFC 7617)")
    return user, password
