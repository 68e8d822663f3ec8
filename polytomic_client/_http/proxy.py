"""Chooses and checks the proxy to the API before anything is sent."""

from __future__ import annotations

import os
from ipaddress import ip_address, ip_network
from urllib.parse import unquote, urlsplit

from attrs import frozen

from .._core.secret import Secret, basic
from .._text import quoted, shown
from ..errors import ConfigurationError

VARIABLES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
"""The environment variables that name a proxy for an https URL."""


@frozen
class Proxy:
    """A proxy that opens a tunnel to the API (CONNECT, RFC 9110, section 9.3.6). It sees only the API's host and port.

    Attributes:
        host: Its name or address.
        port: Its port.
        authorization: The value of Proxy-Authorization, if the proxy requires one.
    """

    host: str
    port: int
    authorization: Secret | None = None

    @property
    def netloc(self) -> str:
        """The host and port in URL form."""
        return netloc(self.host, self.port)


def netloc(host: str, port: int) -> str:
    """Return host and port in URL form, an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def choose_proxy(proxy: object, *, trust_env: object, base_url: str) -> Proxy | None:
    """Return the proxy of a client: the argument, or the environment's if `trust_env` is true.

    Raises:
        ConfigurationError: The proxy cannot be used, or `trust_env` is not a bool. The message never contains the
            proxy's credentials.
    """
    if not isinstance(trust_env, bool):
        raise ConfigurationError(f"trust_env must be True or False, got {shown(trust_env)}.")
    secure = base_url.startswith("https:")
    if proxy is not None:
        if not secure:
            raise ConfigurationError(
                f"proxy must be None for a base_url on this machine, got base_url {base_url}. Remove the proxy."
            )
        return _checked(proxy, "proxy")
    found = _of_environment(base_url) if trust_env else None
    return None if found is None else _checked(found[1], found[0])


def ignored_proxy(base_url: str) -> str:
    """Return the environment variable whose proxy `trust_env=True` would use for this URL, or an empty string."""
    # First, because urllib goes through the whole environment, which takes longer than the rest of a client.
    found = _of_environment(base_url) if any(name in os.environ for name in VARIABLES) else None
    return "" if found is None else found[0]


def _of_environment(base_url: str) -> tuple[str, str] | None:
    """Return the variable that names a proxy for an https URL, and its value as a URL, if there is one."""
    from urllib.request import getproxies_environment

    proxies = getproxies_environment()
    kind = "https" if proxies.get("https") else "all"
    url, parts = proxies.get(kind), urlsplit(base_url)
    if (
        not url
        or not url.strip()
        or parts.scheme != "https"
        or is_exempt(parts.hostname or "", parts.port or 443, proxies.get("no", ""))
    ):
        return None
    name = f"{kind}_proxy"
    return name if os.environ.get(name) else name.upper(), url if "://" in url else f"http://{url}"


def is_exempt(host: str, port: int, exempt: str) -> bool:
    """Return whether NO_PROXY says that a host is reached without a proxy.

    Args:
        host: The host, without brackets.
        port: The port.
        exempt: The value of NO_PROXY: hosts, separated by commas. One exempts its subdomains too, with or without a dot
            in front. `*` exempts every host, and a network such as 10.0.0.0/8 the addresses in it. An entry with a
            port, for example `[::1]:8080`, exempts this port only.
    """
    host = host.lower().rstrip(".")
    for entry in exempt.lower().split(","):
        name, of_port = _split_port(entry.strip())
        if of_port not in ("", str(port)):
            continue
        if name == "*":
            return True
        name = name.removeprefix("*").strip(".")
        if name and (host == name or host.endswith(f".{name}") or _is_within(host, name)):
            return True
    return False


def _is_within(host: str, network: str) -> bool:
    """Return whether a host is an address of a network such as 10.0.0.0/8, or the same address in another notation."""
    try:
        return ip_address(host) in ip_network(network, strict=False)
    except ValueError:
        return False


def _split_port(entry: str) -> tuple[str, str]:
    """Return the host of an entry without brackets, and its port or an empty string."""
    if entry.startswith("["):
        name, _, rest = entry[1:].partition("]")
        return name, rest.removeprefix(":")
    # More than one colon: an IPv6 address without brackets, and without a port.
    name, _, port = entry.partition(":") if entry.count(":") == 1 else (entry, "", "")
    return name, port


def _checked(proxy: object, name: str) -> Proxy:
    if not isinstance(proxy, str):
        raise ConfigurationError(f"{name} must be a str, got {type(proxy).__name__}. Use http://host:port.")
    try:
        parts = urlsplit(proxy)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ConfigurationError(f"{name} is not a valid URL. Use http://host:port.") from None
    if parts.scheme != "http":
        # Without slashes, urlsplit takes a user for the scheme.
        scheme = quoted(parts.scheme) if "://" in proxy else ""
        raise ConfigurationError(
            f"{name} must be http://host:port, got {scheme or 'no scheme'}. "
            "For another kind of proxy, pass an httpx transport that uses it."
        )
    unfit = not all("!" <= character <= "~" for character in proxy)
    if not host or port == 0 or unfit or parts.path.strip("/") or parts.query or parts.fragment:
        raise ConfigurationError(f"{name} must be http://host:port or http://user:password@host:port.")
    authorization = None
    if parts.username is not None:
        authorization = basic(unquote(parts.username), unquote(parts.password or ""))
    return Proxy(host, port or 80, authorization)
