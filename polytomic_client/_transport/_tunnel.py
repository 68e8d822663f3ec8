"""A tunnel through a proxy: CONNECT and its answer, before TLS to the API begins (RFC 9110, section 9.3.6)."""

from __future__ import annotations

import asyncio
from typing import cast

import httptools

from .._errors import NotSentError
from .._network import Proxy, netloc
from ._connection import HEAD_LIMIT


class _Tunnel(asyncio.Protocol):
    """The connection to the proxy, until it is a tunnel."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._parser = httptools.HttpResponseParser(self)
        self._received = 0
        self._status: int | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self.answer.done():
            # The API speaks second in TLS: this is somebody else.
            self._transport.abort()
            return
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            if self._status is None:
                self._fail("the proxy answered no HTTP")
        if self._status is not None:
            self.answer.set_result(self._status)
        elif self._received > HEAD_LIMIT:
            self._fail(f"the proxy sent more than {HEAD_LIMIT:,} bytes of headers")

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  (asyncio's signature)
        self._fail("the proxy closed the connection")

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status // 100 != 1:
            self._status = status
            # What follows is no body of this answer, but the tunnel.
            raise httptools.HttpParserError

    def _fail(self, text: str) -> None:
        if not self.answer.done():
            self.answer.set_exception(NotSentError(text))


async def open_tunnel(proxy: Proxy, host: str, port: int) -> asyncio.Transport:
    """Return a connection through a proxy, on which TLS to `host` can begin.

    Raises:
        OSError: There is no connection to the proxy.
        NotSentError: The proxy refuses.
    """
    loop = asyncio.get_running_loop()
    transport, tunnel = await loop.create_connection(_Tunnel, proxy.host, proxy.port)
    try:
        target = netloc(host, port)
        transport.write(_connect(target, proxy))
        status = await tunnel.answer
        if status // 100 != 2:
            raise NotSentError(f"the proxy {proxy.netloc} answered {status} instead of opening a tunnel to {target}")
    except BaseException:
        transport.abort()
        raise
    return transport


def _connect(target: str, proxy: Proxy) -> bytes:
    credential = "" if proxy.authorization is None else f"Proxy-Authorization: {proxy.authorization.reveal()}\r\n"
    return f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{credential}\r\n".encode()
