"""The clients of the generated endpoint functions, with the interface of openapi-python-client.

They send over plain httpx, without retries. `generated` of an AsyncPolytomic or a Polytomic is such a client with the
policy.
"""

from __future__ import annotations

import ssl
from types import TracebackType
from typing import Any, Self

import httpx
from attrs import define, evolve, field

from .._core.unique import Unique


@define
class Client(Unique):
    """Settings of an `httpx.Client` and an `httpx.AsyncClient`, each created when it is first needed.

    Attributes:
        raise_on_unexpected_status: Ignored: the functions always raise UnexpectedStatus. It is part of the interface.

    Args:
        base_url: The URL that precedes the path of each operation.
        cookies: Cookies for every request.
        headers: Headers for every request.
        timeout: The timeouts of httpx. None waits without a limit.
        verify_ssl: Whether certificates are verified, or what httpx takes as `verify`.
        follow_redirects: Whether httpx follows redirects.
        httpx_args: More arguments of the httpx clients.
    """

    raise_on_unexpected_status: bool = field(default=False, kw_only=True)
    _base_url: str = field(alias="base_url")
    _cookies: dict[str, str] = field(alias="cookies", factory=dict[str, str], kw_only=True, repr=False)
    _headers: dict[str, str] = field(alias="headers", factory=dict[str, str], kw_only=True, repr=False)
    _timeout: httpx.Timeout | None = field(alias="timeout", default=None, kw_only=True)
    _verify_ssl: str | bool | ssl.SSLContext = field(alias="verify_ssl", default=True, kw_only=True)
    _follow_redirects: bool = field(alias="follow_redirects", default=False, kw_only=True)
    _httpx_args: dict[str, Any] = field(alias="httpx_args", factory=dict[str, Any], kw_only=True, repr=False)
    _client: httpx.Client | None = field(default=None, init=False)
    _async_client: httpx.AsyncClient | None = field(default=None, init=False)

    def with_headers(self, headers: dict[str, str]) -> Self:
        """Return a client with more headers. Those that exist already are replaced, also in open httpx clients."""
        for client in self._open():
            client.headers.update(headers)
        return evolve(self, headers={**self._headers, **headers})

    def with_cookies(self, cookies: dict[str, str]) -> Self:
        """Return a client with more cookies. Open httpx clients get them too."""
        for client in self._open():
            client.cookies.update(cookies)
        return evolve(self, cookies={**self._cookies, **cookies})

    def with_timeout(self, timeout: httpx.Timeout) -> Self:
        """Return a client with other timeouts. Open httpx clients get them too."""
        for client in self._open():
            client.timeout = timeout
        return evolve(self, timeout=timeout)

    def set_httpx_client(self, client: httpx.Client) -> Self:
        """Use an httpx client as it is, whatever the other settings are."""
        self._client = client
        return self

    def get_httpx_client(self) -> httpx.Client:
        """Return the httpx client of the blocking functions."""
        if self._client is None:
            self._client = httpx.Client(**self._httpx_settings())
        return self._client

    def set_async_httpx_client(self, async_client: httpx.AsyncClient) -> Self:
        """Use an httpx client as it is, whatever the other settings are."""
        self._async_client = async_client
        return self

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """Return the httpx client of the asyncio functions."""
        if self._async_client is None:
            self._async_client = httpx.AsyncClient(**self._httpx_settings())
        return self._async_client

    def __enter__(self) -> Self:
        self.get_httpx_client().__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.get_httpx_client().__exit__(kind, error, traceback)

    async def __aenter__(self) -> Self:
        await self.get_async_httpx_client().__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.get_async_httpx_client().__aexit__(kind, error, traceback)

    def _open(self) -> list[httpx.Client | httpx.AsyncClient]:
        return [client for client in (self._client, self._async_client) if client is not None]

    def _httpx_settings(self) -> dict[str, Any]:
        # A call, so that an argument which is given twice is an error.
        return dict(
            base_url=self._base_url,
            cookies=self._cookies,
            headers=self._headers,
            timeout=self._timeout,
            verify=self._verify_ssl,
            follow_redirects=self._follow_redirects,
            **self._httpx_args,
        )


@define
class AuthenticatedClient(Client):
    """A Client that sends a token.

    Args:
        token: The token.
        prefix: What precedes the token in the header. Empty for a bare token.
        auth_header_name: The header.
    """

    token: str = field(repr=False)
    prefix: str = "Bearer"
    auth_header_name: str = "Authorization"

    def _httpx_settings(self) -> dict[str, Any]:
        settings = super()._httpx_settings()
        token = f"{self.prefix} {self.token}" if self.prefix else self.token
        return {**settings, "headers": {**self._headers, self.auth_header_name: token}}
