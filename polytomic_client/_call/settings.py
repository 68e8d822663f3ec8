"""The settings of a client: from arguments, then from the environment, checked before anything is sent."""

from __future__ import annotations

import os
import re
import ssl
import sys
from collections.abc import Mapping
from datetime import date
from ipaddress import ip_address
from typing import Any, cast
from urllib.parse import urlsplit

from attrs import Converter, evolve, field, frozen

from .._core.checks import positive_count, positive_seconds
from .._core.version import __version__
from .._core.warnings import Announcements
from .._http.proxy import Proxy, choose_proxy, choose_tls
from .._text import quoted, shown
from .._versions.v2023_04_25 import API_VERSION
from ..errors import ConfigurationError
from .credentials import Credential, KeySource, credential
from .retry import Clock, RetryBudget, SystemClock

DEFAULT_BASE_URL = "https://app.polytomic.com"
DEFAULT_DEADLINE = 120.0
DEFAULT_MAX_ATTEMPTS = 3
DEFAULT_MAX_CONNECTIONS = 100
DEFAULT_MAX_RESPONSE_BYTES = 32 * 1024 * 1024
"""Bytes after decompression. Destinations take a few kB; 48 kB of gzip can hold 50 MB."""

USER_AGENT = f"polytomic-client/{__version__} python/{sys.version.split()[0]}"

VERSION_HEADER = "X-Polytomic-Version"

IDEMPOTENCY_HEADER = "Idempotency-Key"

OWN_HEADERS = frozenset(
    name.lower()
    for name in (
        "Accept",
        "Accept-Encoding",
        "Authorization",
        "Connection",
        "Content-Length",
        "Content-Type",
        "Host",
        "Transfer-Encoding",
        "User-Agent",
        IDEMPOTENCY_HEADER,
        VERSION_HEADER,
    )
)
"""Headers with one right value, which the client writes."""


def _seconds_field(default: float) -> Any:
    def seconds(value: object, attribute: Any) -> float:
        return positive_seconds(f"timeout.{attribute.name}", value)

    return field(default=default, converter=Converter(seconds, takes_field=True))


@frozen
class Timeout:
    """How long one step of one try may take, in seconds. All tries of a call together have `deadline` seconds.

    Attributes:
        connect: To make a connection, TLS included.
        read: Between two pieces of the answer.
        write: Between two pieces of the request. The asyncio transport counts a stalled write against `read`.
    """

    connect: float = _seconds_field(5.0)
    read: float = _seconds_field(30.0)
    write: float = _seconds_field(30.0)


DEFAULT_TIMEOUT = Timeout()


@frozen
class Config:
    """The settings of one client, all checked."""

    credential: Credential
    base_url: str
    version: str
    timeout: Timeout
    deadline: float
    max_attempts: int
    max_connections: int
    max_response_bytes: int
    clock: Clock
    proxy: Proxy | None = None
    ssl_context: ssl.SSLContext | None = None
    budget: RetryBudget = field(factory=RetryBudget)
    """Shared by all calls of a client and its copies, as are the announcements."""
    announcements: Announcements = field(factory=Announcements)
    headers: dict[str, str] = field(factory=dict[str, str], repr=False)
    """What every request carries besides what its operation says."""


def build_config(
    *,
    blocking: bool,
    api_key: str | KeySource | None = None,
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
    clock: Clock | None = None,
    own_connections: bool = True,
) -> Config:
    """Return checked settings; `AsyncPolytomic` documents each but `own_connections`: that no transport is given.

    Raises:
        ConfigurationError: A setting cannot work.
    """
    names = ("api_key", "deployment_key", "basic_auth")
    if api_key is None and deployment_key is None and basic_auth is None:
        # A credential in the arguments wins over every one in the environment.
        names = ("POLYTOMIC_API_KEY", "POLYTOMIC_DEPLOYMENT_KEY", "")
        api_key, deployment_key = (os.environ.get(name) or None for name in names[:2])
    url_name = "base_url"
    if base_url is None:
        url_name = "POLYTOMIC_DEPLOYMENT_URL"
        base_url = os.environ.get(url_name) or DEFAULT_BASE_URL
    base_url = check_base_url(base_url, url_name)
    return Config(
        credential=credential(api_key, deployment_key, basic_auth, names=names, blocking=blocking),
        base_url=base_url,
        version=check_version(version),
        timeout=_timeout(timeout),
        deadline=positive_seconds("deadline", deadline),
        max_attempts=positive_count("max_attempts", max_attempts),
        max_connections=positive_count("max_connections", max_connections),
        max_response_bytes=positive_count("max_response_bytes", max_response_bytes),
        clock=clock if clock is not None else SystemClock(),
        proxy=choose_proxy(proxy, trust_env=trust_env, base_url=base_url),
        ssl_context=choose_tls(ssl_context, verify=verify, needed=own_connections and base_url.startswith("https:")),
        headers={"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": USER_AGENT},
    )


def change_config(
    config: Config,
    *,
    timeout: float | Timeout | None = None,
    deadline: float | None = None,
    max_attempts: int | None = None,
    version: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Config:
    """Return settings with some of them changed.

    Raises:
        ConfigurationError: A setting cannot work.
    """
    changes: dict[str, Any] = {}
    if timeout is not None:
        changes["timeout"] = _timeout(timeout)
    if deadline is not None:
        changes["deadline"] = positive_seconds("deadline", deadline)
    if max_attempts is not None:
        changes["max_attempts"] = positive_count("max_attempts", max_attempts)
    if version is not None:
        changes["version"] = check_version(version)
    if headers is not None:
        added = _check_headers(headers)
        replaced = {name.lower() for name in added}
        kept = {name: value for name, value in config.headers.items() if name.lower() not in replaced}
        changes["headers"] = kept | added
    return evolve(config, **changes)


def check_version(version: object) -> str:
    """Return a version of the API, a date.

    Raises:
        ConfigurationError: It is none.
    """
    if isinstance(version, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", version):
        try:
            date.fromisoformat(version)
        except ValueError:
            pass
        else:
            return version
    raise ConfigurationError(f"version must be a date such as {API_VERSION}, not {shown(version)}")


def check_base_url(base_url: object, name: str = "base_url") -> str:
    """Return the URL that paths are put behind, without a slash at its end. A bare host means https.

    An error never quotes it: somebody may have written a password into it.

    Raises:
        ConfigurationError: It has user info, a query or a fragment, another scheme than https, or http to a host that
            is not this machine, where a key would travel in the clear.
    """
    if not isinstance(base_url, str) or not base_url:
        raise ConfigurationError(f"{name} must be a URL such as https://polytomic.example.com")
    if not all("!" <= character <= "~" for character in base_url) or "\\" in base_url:
        raise ConfigurationError(
            f"{name} has white space, a backslash, a control character or a non-ASCII one; "
            "write an international host name in its ASCII form (xn--...)"
        )
    url = base_url if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:(?![0-9]+(/|$))", base_url) else f"https://{base_url}"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
        (host or "").encode("idna")  # as every connection will: it refuses empty and overlong parts of a name
    except ValueError:
        raise ConfigurationError(f"{name} is malformed: its host or its port is none") from None
    if "@" in parts.netloc:
        raise ConfigurationError(f"{name} must not have user info: give the credential as an argument")
    if not host or parts.query or parts.fragment or "?" in url or "#" in url:
        raise ConfigurationError(f"{name} must be https://, a host and an optional path, and nothing else")
    if any(segment in (".", "..") for segment in parts.path.lower().replace("%2e", ".").split("/")):
        raise ConfigurationError(f"{name} must not have '.' or '..' in its path")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise ConfigurationError(
            f"{name} must be https, and is {quoted(parts.scheme)}: the key would travel in the clear. "
            "Plain http is for this machine only."
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _timeout(timeout: object) -> Timeout:
    if isinstance(timeout, Timeout):
        return timeout
    seconds = positive_seconds("timeout", timeout)
    return Timeout(connect=seconds, read=seconds, write=seconds)


def _check_headers(headers: object) -> dict[str, str]:
    if not isinstance(headers, Mapping):
        raise ConfigurationError(f"headers must be a mapping of names to values, not {type(headers).__name__}")
    checked: dict[str, str] = {}
    for name, value in cast("Mapping[object, object]", headers).items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise ConfigurationError(f"the name and the value of header {shown(name)} must be str")
        if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
            raise ConfigurationError(f"{shown(name)} is no header name")
        if name.lower() in OWN_HEADERS:
            raise ConfigurationError(f"header {shown(name)} is the client's own: a setting or an argument says it")
        if not all(" " <= character <= "~" or character == "\t" for character in value) or value != value.strip():
            raise ConfigurationError(
                f"the value of header {shown(name)} has a line break, or a non-ASCII or outer white space character"
            )
        checked[name] = value
    return checked
