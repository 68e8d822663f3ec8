"""The connection settings of a client, checked before anything is sent."""

from __future__ import annotations

import ssl

from attrs import field, frozen

from .._core.checks import count_field, positive_seconds, seconds_field
from .proxy import Proxy

DEFAULT_MAX_CONNECTIONS = 100

DEFAULT_MAX_RESPONSE_BYTES = 32 * 1024 * 1024
"""The largest body, in bytes after decompression. Destinations need a few kB, but 48 kB of gzip can hold 50 MB."""


@frozen(kw_only=True)
class Timeout:
    """Limits for one step of one attempt, in seconds. `deadline` limits all attempts of a call together.

    Attributes:
        connect: To establish a connection, including TLS.
        read: Between two pieces of the response.
        write: Between two pieces of the request. The asyncio transport counts a stalled write against `read`.
    """

    connect: float = seconds_field(5.0, prefix="timeout.")
    read: float = seconds_field(30.0, prefix="timeout.")
    write: float = seconds_field(30.0, prefix="timeout.")


DEFAULT_TIMEOUT = Timeout()


def to_timeout(timeout: object) -> Timeout:
    """Return a Timeout unchanged, or make one with the same number of seconds for each step.

    Raises:
        ConfigurationError: `timeout` is not a positive number.
    """
    if isinstance(timeout, Timeout):
        return timeout
    seconds = positive_seconds("timeout", timeout)
    return Timeout(connect=seconds, read=seconds, write=seconds)


@frozen(kw_only=True)
class HTTPSettings:
    """The connection settings of a client.

    Attributes:
        base_url: The scheme, host and path prefix of the API, without a trailing slash.
        max_connections: The most connections open at once.
        max_response_bytes: The largest body, in bytes after decompression.
        proxy: The proxy that opens a tunnel to the API.
        ignored_proxy: The environment variable that names a proxy, if the client does not use it. Else empty.
        ssl_context: The TLS settings. None uses the CAs of certifi.
    """

    base_url: str
    max_connections: int = count_field(DEFAULT_MAX_CONNECTIONS)
    max_response_bytes: int = count_field(DEFAULT_MAX_RESPONSE_BYTES)
    proxy: Proxy | None = None
    ignored_proxy: str = ""
    ssl_context: ssl.SSLContext | None = field(default=None)
