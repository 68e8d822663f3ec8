"""Chooses and checks the proxy to the API before anything is sent."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from attrs import frozen

from .._core.secret import Secret, basic
from .._text import quoted, shown
from ..errors import ConfigurationError


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
    return _of_environment(urlsplit(base_url).hostname or "") if trust_env and secure else None


def _of_environment(host: str) -> Proxy | None:
    from urllib.request import getproxies_environment, proxy_bypass

    proxies = getproxies_environment()
    name = "https" if proxies.get("https") else "all"
    url = proxies.get(name)
    if not url or proxy_bypass(host):
        return None
    return _checked(url if "://" in url else f"http://{url}", f"{name.upper()}_PROXY")


def _checked(proxy: object, name: str) -> Proxy:
    if not isinstance(proxy, str):
        raise ConfigurationError(f"{name} must be a str, got {type(proxy).__name__}. Use http://host:port.")
    try:
        parts = urlsplit(proxy)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ConfigurationError(f"{name} is not a valid URL. Use http://host:port.") from None
    if parts.scheme != "http":
        raise ConfigurationError(
            f"{name} must be http://host:port, got {quoted(parts.scheme) or 'no scheme'}. "
            "For another kind of proxy, pass an httpx transport that uses it."
        )
    unfit = not all("!" <= character <= "~" for character in proxy)
    if not host or unfit or parts.path.strip("/") or parts.query or parts.fragment:
        raise ConfigurationError(f"{name} must be http://host:port or http://user:password@host:port.")
    authorization = None
    if parts.username is not None:
        authorization = basic(unquote(parts.username), unquote(parts.password or ""))
    return Proxy(host, port or 80, authorization)
