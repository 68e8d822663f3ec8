"""The proxy that the API is reached through, checked before anything is sent."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from attrs import frozen

from .._core.secret import Secret, basic
from .._text import quoted, shown
from ..errors import ConfigurationError


@frozen
class Proxy:
    """A proxy that opens a tunnel to the API (CONNECT, RFC 9110, section 9.3.6), and sees nothing but its host.

    Attributes:
        host: Its name or address.
        port: Its port.
        authorization: The value of Proxy-Authorization, where the proxy asks for one.
    """

    host: str
    port: int
    authorization: Secret | None = None

    @property
    def netloc(self) -> str:
        """Host and port, as a URL has them."""
        return netloc(self.host, self.port)


def netloc(host: str, port: int) -> str:
    """Return host and port as a URL has them: an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def choose_proxy(proxy: object, *, trust_env: object, base_url: str) -> Proxy | None:
    """Return the proxy of a client: its argument, or what the environment says where that is trusted.

    Raises:
        ConfigurationError: It cannot be used. The text never contains its credentials.
    """
    if not isinstance(trust_env, bool):
        raise ConfigurationError(f"trust_env must be True or False, not {shown(trust_env)}")
    secure = base_url.startswith("https:")
    if proxy is not None:
        if not secure:
            raise ConfigurationError(f"proxy: {base_url} is on this machine, where there is nothing to go through")
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
        raise ConfigurationError(f"{name} must be a URL such as http://proxy.example.com:3128")
    try:
        parts = urlsplit(proxy)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ConfigurationError(f"{name} is malformed: it must be such as http://proxy.example.com:3128") from None
    if parts.scheme != "http":
        raise ConfigurationError(
            f"{name} must be http://host:port, not {quoted(parts.scheme) or 'without a scheme'}: TLS to the API goes "
            "through it as it is. Another kind of proxy is what transport=httpx.AsyncHTTPTransport(proxy=...) is for"
        )
    unfit = not all("!" <= character <= "~" for character in proxy)
    if not host or unfit or parts.path.strip("/") or parts.query or parts.fragment:
        raise ConfigurationError(f"{name} must be http://host:port, with user:password@ before the host if it asks")
    authorization = None
    if parts.username is not None:
        authorization = basic(unquote(parts.username), unquote(parts.password or ""))
    return Proxy(host, port or 80, authorization)
