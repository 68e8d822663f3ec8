"""The async transport: aiohttp's connector, which holds thousands of connections where httpx's pool scans them all."""

from __future__ import annotations

import asyncio

import aiohttp
from yarl import URL

from .._config import Config, Timeout
from .._errors import (
    ConnectTimeoutError,
    NotSentError,
    OutcomeUnknownError,
    ReadTimeoutError,
    RequestError,
    TLSError,
)
from . import Reply, Request
from ._shared import ErrorTable, read_body_async, tls_context, too_large, translate

ERRORS: ErrorTable = (
    (aiohttp.ClientSSLError, TLSError),
    (aiohttp.ConnectionTimeoutError, ConnectTimeoutError),
    (aiohttp.ClientConnectorError, NotSentError),
    (aiohttp.ServerTimeoutError, ReadTimeoutError),
    ((aiohttp.ClientError, OSError), OutcomeUnknownError),
)

NO_TYPE = ("Content-Type",)


class AiohttpTransport:
    """Sends requests through one aiohttp session, made when the first one is sent."""

    def __init__(self, config: Config) -> None:
        self._limit = config.max_response_bytes
        self._base = URL(config.base_url)
        self._origin = f"{self._base.scheme}://{self._base.raw_authority}/"
        self._timeout = config.timeout
        self._limits = _limits(config.timeout)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,
                ssl=tls_context() if config.base_url.startswith("https:") else False,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
        )
        # aiohttp repeats an idempotent request on a dropped connection, and has no public switch for it. Only the
        # policy repeats, or its count of attempts, its backoff and its deadline would not be true.
        self._session._retry_connection = False  # noqa: SLF001
        # Not the connector's own limit: it loses the wake-up of a caller that is cancelled as a connection comes free,
        # and the next in line waits for ever.
        self._room = asyncio.Semaphore(config.max_connections)

    async def send(self, request: Request, timeout: Timeout) -> Reply:
        """Send a request once."""
        async with self._room:
            if self._session.closed:
                raise NotSentError("the session was closed while the call waited for a connection")
            answer = await self._exchange(request, timeout)
        if isinstance(answer, Reply):
            return answer
        # Raised here, where neither a frame nor a cause of the error holds the request's headers.
        raise answer.with_traceback(None)

    async def _exchange(self, request: Request, timeout: Timeout) -> Reply | RequestError:
        try:
            response = await self._session.request(
                request.method,
                self._url(request.url),
                headers=request.wire_headers(),
                data=request.content,
                # aiohttp would call the body of a POST that has none application/octet-stream.
                skip_auto_headers=NO_TYPE if request.method == "POST" and request.content is None else None,
                allow_redirects=False,
                timeout=self._limits if timeout is self._timeout else _limits(timeout),
            )
            try:
                length = response.content_length
                if length is None:
                    content = await read_body_async(response.content.iter_any(), self._limit)
                elif length > self._limit:
                    raise too_large(self._limit)
                else:
                    content = await response.read()
            except BaseException:
                response.close()
                raise
            return Reply(response.status, response.headers, content)
        except asyncio.CancelledError:
            # Closing the session cancels what waits for a connection; a cancelled caller is another matter.
            task = asyncio.current_task()
            if not self._session.closed or task is None or task.cancelling():
                raise
            return NotSentError("the session was closed while the call waited for a connection")
        except (aiohttp.ClientError, OSError) as error:
            return translate(error, ERRORS)
        except RequestError as error:
            return error

    def _url(self, url: str) -> URL:
        if "?" not in url and url.startswith(self._origin):
            # A fifth of the cost of taking a whole URL apart, which aiohttp would put together again.
            return self._base.with_path(url[len(self._origin) - 1 :], encoded=True)
        return URL(url, encoded=True)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._session.close()


def _limits(timeout: Timeout) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, sock_connect=timeout.connect, sock_read=timeout.read)
