"""Who is asking: the Authorization header, its secrets, and keys that are fetched when needed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction

from .._core.secret import Secret, basic
from ..errors import ConfigurationError

KeySource = Callable[[], "str | Awaitable[str]"]


class FetchedKey:
    """An API key that a callable of the user's returns: asked for when first needed and again once it is refused.

    The drivers hold a lock around `stale` and `accept`, so that many calls that wait ask once.
    """

    __slots__ = ("_current", "fetch")

    def __init__(self, fetch: KeySource) -> None:
        self.fetch = fetch
        self._current: Secret | None = None

    def stale(self, refused: Secret | None) -> bool:
        """Say whether the key must be asked for: there is none yet, or it is the one that was refused.

        The one that was refused, and not one that is equal: when the callable has been asked since, it need not be
        asked again by every call that was refused before.
        """
        return self._current is None or self._current is refused

    def accept(self, key: object) -> None:
        """Keep what the callable returned.

        Raises:
            ConfigurationError: It is no usable key.
        """
        try:
            self._current = bearer(key, "the key that the api_key callable returned")
        except ConfigurationError as error:
            refused = ConfigurationError(*error.args)
        else:
            return
        # Reports of errors show the locals of frames: none of ours has the key.
        del key
        raise refused

    @property
    def current(self) -> Secret:
        """The value of the Authorization header, once a key was accepted."""
        assert self._current is not None
        return self._current


def check_credential(
    api_key: str | KeySource | None,
    deployment_key: str | None,
    basic_auth: tuple[str, str] | None,
    *,
    names: tuple[str, str, str],
    blocking: bool,
) -> Secret | KeySource:
    """Return the credential that exactly one of the arguments names, for a blocking client or not.

    `names` says what to call the three in an error: the arguments, or the variables of the environment.

    Raises:
        ConfigurationError: None or several are given, or one cannot be sent. The text never contains it.
    """
    given = [
        name for name, value in zip(names, (api_key, deployment_key, basic_auth), strict=True) if value is not None
    ]
    if len(given) != 1:
        raise ConfigurationError(
            f"give one credential, not {' and '.join(given)}"
            if given
            else "no credential: give api_key=..., deployment_key=... or basic_auth=(user, password), "
            "or set POLYTOMIC_API_KEY or POLYTOMIC_DEPLOYMENT_KEY"
        )
    if callable(api_key):
        if blocking and any(map(iscoroutinefunction, (api_key, getattr(api_key, "__call__", None)))):  # noqa: B004
            raise ConfigurationError("api_key is an async function, which only AsyncPolytomic can call")
        return api_key
    if api_key is not None:
        return bearer(api_key, names[0])
    if deployment_key is not None:
        if ":" in _checked(deployment_key, names[1]):
            raise ConfigurationError(f"{names[1]} has a colon, which Basic cannot carry in a user name (RFC 7617)")
        return basic(deployment_key, "")
    return basic(*_user_and_password(basic_auth))


def bearer(key: object, name: str) -> Secret:
    """Return `Bearer <key>`, the plain key, as the API reference prints it."""
    return Secret(f"Bearer {_checked(key, name)}")


def _checked(key: object, name: str) -> str:
    if not isinstance(key, str):
        raise ConfigurationError(f"{name} must be a str, not {type(key).__name__}")
    if not key:
        raise ConfigurationError(f"{name} is empty")
    if not all("!" <= character <= "~" for character in key):
        raise ConfigurationError(
            f"{name} has white space, a control character or a non-ASCII character; is there a line break at its end?"
        )
    return key


def _user_and_password(pair: object) -> tuple[str, str]:
    match pair:
        case (str() as user, str() as password):
            pass
        case _:
            raise ConfigurationError("basic_auth must be (user, password), two str")
    if not user or ":" in user:
        raise ConfigurationError("basic_auth: the user is empty or has a colon, which Basic cannot carry (RFC 7617)")
    if any(ord(character) < 32 or ord(character) == 127 for character in user + password):
        raise ConfigurationError("basic_auth has a control character (RFC 7617)")
    return user, password
