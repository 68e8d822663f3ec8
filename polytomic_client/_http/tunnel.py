"""Opens a tunnel through a proxy: CONNECT and its response, before TLS to the API begins (RFC 9110, section 9.3.6)."""

from __future__ import annotations

import asyncio
import socket
from typing import cast

from ..errors import NotSentError, ProxyAuthenticationError
from .exchange import Exchange, Result
from .messages import Reply
from .proxy import Proxy, netloc


def connect_request(proxy: Proxy, host: str, port: int) -> bytes:
    """Return the request for a tunnel through a proxy."""
    target = netloc(host, port)
    credential = "" if proxy.authorization is None else f"Proxy-Authorization: {proxy.authorization.reveal()}\r\n"
    return f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{credential}\r\n".encode()


def connect_exchange() -> Exchange:
    """Return an exchange that parses the response of a proxy."""
    return Exchange("CONNECT", 0)


def refusal(result: Result, exchange: Exchange, proxy: Proxy, host: str, port: int) -> NotSentError | None:
    """Return the error if the tunnel was not opened, or None if it was."""
    if not isinstance(result, Reply):
        return NotSentError(f"no tunnel through the proxy {proxy.netloc}: {result.reason()}")
    if result.status // 100 != 2:
        target = netloc(host, port)
        kind = ProxyAuthenticationError if result.status == 407 else NotSentError
        return kind(f"the proxy {proxy.netloc} responded with {result.status} instead of opening a tunnel to {target}")
    if exchange.surplus:
        # In TLS the server sends second: these bytes come from elsewhere.
        return NotSentError(f"the proxy {proxy.netloc} sent more bytes than its response")
    return None


class _Tunnel(asyncio.Protocol):
    """The connection to the proxy until the tunnel is open."""

    def __init__(self) -> None:
        self.exchange = connect_exchange()
        self.result: asyncio.Future[Result] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self.result.done():
            self._transport.abort()
            return
        result = self.exchange.feed(data)
        if result is not None:
            self.result.set_result(result)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  (asyncio's signature)
        if not self.result.done():
            self.result.set_result(self.exchange.eof(clean=False))


async def open_tunnel(sock: socket.socket, proxy: Proxy, host: str, port: int) -> asyncio.Transport:
    """Open a tunnel through a proxy, and return its transport, on which TLS to `host` can begin.

    Args:
        sock: A connection to the proxy.
        proxy: The proxy.
        host: The host at the end of the tunnel.
        port: The host's port.

    Raises:
        NotSentError: The proxy refuses.
    """
    transport, tunnel = await asyncio.get_running_loop().create_connection(_Tunnel, sock=sock)
    try:
        transport.write(connect_request(proxy, host, port))
        problem = refusal(await tunnel.result, tunnel.exchange, proxy, host, port)
        if problem is not None:
            raise problem
    except BaseException:
        transport.abort()
        raise
    return transport
