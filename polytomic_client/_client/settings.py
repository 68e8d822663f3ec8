"""Read the settings of a client from arguments, then from the environment. Check them before anything is sent."""

from __future__ import annotations

import os
import re
import ssl
import sys
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, cast
from urllib.parse import urlsplit

from attrs import astuple, evolve, fields

from .._call.credentials import ARGUMENTS, VARIABLES, KeySource, check_credential
from .._call.settings import IDEMPOTENCY_HEADER, Config
from .._core.version import __version__
from .._http.proxy import choose_proxy, ignored_proxy
from .._http.settings import Timeout
from .._http.tls import choose_tls
from .._runtime.operation import VERSION_HEADER
from .._text import quoted, shown
from ..errors import ConfigurationError

DEFAULT_BASE_URL = "https://app.polytomic.com"

USER_AGENT = f"polytomic-client/{__version__} python/{sys.version.split()[0]}"

LONGEST_FIX = 300
"""Maximum characters of a URL that an error tells the user to use. A host name has up to 253."""

_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PRODUCT = f"{_NAME}(/{_NAME})?"

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
"""Headers that only the client may set."""


def build_config(
    *,
    blocking: bool,
    api_key: str | KeySource | None = None,
    deployment_key: str | None = None,
    basic_auth: tuple[str, str] | None = None,
    base_url: str | None = None,
    proxy: str | None = None,
    trust_env: bool = False,
    ssl_context: ssl.SSLContext | None = None,
    verify: bool = True,
    headers: Mapping[str, str] | None = None,
    app_info: str | None = None,
    own_connections: bool = True,
    **settings: Any,
) -> Config:
    """Validate settings and return them.

    The constructors of the clients document each one, except `own_connections`: whether no transport is given. Members
    of Config pass through `settings`.

    Raises:
        ConfigurationError: A setting is invalid.
    """
    names = ARGUMENTS
    if api_key is None and deployment_key is None and basic_auth is None:
        # A credential in the arguments wins over every one in the environment.
        names = (*VARIABLES, "")
        api_key, deployment_key = (os.environ.get(name) or None for name in VARIABLES)
    url_name = "base_url"
    if base_url is None:
        url_name = "POLYTOMIC_DEPLOYMENT_URL"
        base_url = os.environ.get(url_name) or DEFAULT_BASE_URL
    base_url = check_base_url(base_url, url_name)
    own = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": _user_agent(app_info)}
    config = Config(
        credential=check_credential(api_key, deployment_key, basic_auth, names=names, blocking=blocking),
        base_url=base_url,
        headers=own if headers is None else own | _check_headers(headers),
        **settings,
    )
    used = choose_proxy(proxy, trust_env=trust_env, base_url=base_url)
    # Last, because it may warn, and invalid settings need no warning.
    return evolve(
        config,
        proxy=used,
        ignored_proxy=ignored_proxy(base_url) if own_connections and used is None and not trust_env else "",
        ssl_context=choose_tls(ssl_context, verify=verify, needed=own_connections and base_url.startswith("https:")),
    )


def change_config(config: Config, *, headers: Mapping[str, str] | None, **changes: Any) -> Config:
    """Return a copy of settings with some of them changed.

    Args:
        config: The settings.
        headers: Headers to add.
        **changes: Members of Config with their new values. None keeps the current value.

    Raises:
        ConfigurationError: A setting is invalid.
    """
    changes = {name: value for name, value in changes.items() if value is not None}
    if headers is not None:
        added = _check_headers(headers)
        replaced = {name.lower() for name in added}
        kept = {name: value for name, value in config.headers.items() if name.lower() not in replaced}
        changes["headers"] = kept | added
    return evolve(config, **changes)


def changed_settings(config: Config) -> dict[str, Any]:
    """Return the settings of `with_options` that differ from the defaults, of headers the names, without any secret."""
    changed = {
        field.name: getattr(config, field.name)
        for field in fields(Config)
        if field.name in ("timeout", "deadline", "max_attempts", "strict")
        if getattr(config, field.name) != field.default
    }
    if isinstance(changed.get("timeout"), Timeout) and len(set(astuple(changed["timeout"]))) == 1:
        changed["timeout"] = changed["timeout"].connect
    added = sorted(name for name in config.headers if name.lower() not in OWN_HEADERS)
    return changed | ({"headers": added} if added else {})


def check_base_url(base_url: object, name: str = "base_url") -> str:
    """Return the URL that paths are appended to, without a slash at its end. A bare host implies https.

    An error never quotes the URL, because it may contain a password. One without user info is quoted to mend it.

    Raises:
        ConfigurationError: `base_url` has user info, a query, a fragment, `/api` at its end or a scheme other than
            https. http is only allowed to this machine, because it would send the key unencrypted.
    """
    if not isinstance(base_url, str) or not base_url:
        raise ConfigurationError(f"{name} must be a non-empty str. Use a URL like https://polytomic.example.com.")
    if not all("!" <= character <= "~" for character in base_url) or "\\" in base_url:
        raise ConfigurationError(
            f"{name} must not contain white space, backslashes, control or non-ASCII characters. "
            "Write an international host name in its ASCII form (xn--...)."
        )
    url = base_url if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:(?![0-9]+(/|$))", base_url) else f"https://{base_url}"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
        (host or "").encode("idna")  # as every connection does: it rejects empty and overlong labels
    except ValueError:
        raise ConfigurationError(f"{name} has an invalid host or port. Use https://host:port.") from None
    if "@" in parts.netloc:
        raise ConfigurationError(f"{name} must not contain user info. Remove it: the key is a separate setting.")
    if not host or parts.query or parts.fragment or "?" in url or "#" in url:
        raise ConfigurationError(f"{name} must consist of https://, a host and an optional path.")
    if any(segment in (".", "..") for segment in parts.path.lower().replace("%2e", ".").split("/")):
        raise ConfigurationError(f"{name} must not contain '.' or '..' in its path. Write the path that they lead to.")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise ConfigurationError(
            f"{name} must be https, got {quoted(parts.scheme)}. http, which sends the key unencrypted, is for this "
            "machine only."
        )
    path = parts.path.rstrip("/")
    shorter = re.sub("(/+api)+$", "", path, flags=re.IGNORECASE)
    if shorter != path:
        fixed = quoted(f"{parts.scheme}://{parts.netloc}{shorter}", LONGEST_FIX)
        raise ConfigurationError(
            f"{name} must not end in /api, because the path of every operation begins with it. Use {fixed}."
        )
    return f"{parts.scheme}://{parts.netloc}{path}"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _user_agent(app_info: object) -> str:
    """Return the User-Agent. The application's products come first, in the order of RFC 9110, section 10.1.5."""
    if app_info is None:
        return USER_AGENT
    if not isinstance(app_info, str) or not re.fullmatch(f"{_PRODUCT}( {_PRODUCT})*", app_info):
        raise ConfigurationError(
            f"app_info must be a name and an optional version, got {shown(app_info)}. "
            "Use ASCII letters, digits, '-', '.' and '_', for example my-service/1.2, and a space between several."
        )
    return f"{app_info} {USER_AGENT}"


def _check_headers(headers: object) -> dict[str, str]:
    if not isinstance(headers, Mapping):
        raise ConfigurationError(f"headers must be a mapping of names to values, got {type(headers).__name__}.")
    checked: dict[str, str] = {}
    for name, value in cast("Mapping[object, object]", headers).items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise ConfigurationError(f"the name and the value of header {shown(name)} must be str")
        if not re.fullmatch(_NAME, name):
            raise ConfigurationError(f"the name of a header is invalid, got {shown(name)}.")
        if name.lower() in OWN_HEADERS:
            raise ConfigurationError(f"only the client may set header {shown(name)}. Use a setting or an argument.")
        if not all(" " <= character <= "~" or character == "\t" for character in value) or value != value.strip():
            raise ConfigurationError(
                f"the value of header {shown(name)} must not contain line breaks, control or non-ASCII characters, "
                "or white space at either end"
            )
        # Of a member of an enum, its value.
        checked[str.__str__(name)] = str.__str__(value)
    return checked
