"""The candidates: each opens a client and gives the call that is timed. A call that is not a 200 raises."""

# What is compared with is installed where the benchmarks run, but not where types are checked.
# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from .servers import VERSION

Call = Callable[[str], Awaitable[Any]]
BlockingCall = Callable[[str], Any]

KEY = "k"
HEADERS = {
    "Authorization": f"Bearer {KEY}",
    "Accept": "application/json",
    "User-Agent": "bare/1.0",
    "X-Polytomic-Version": VERSION,
}
"""What an SDK sends, for the candidates that are not SDKs."""


@dataclass(frozen=True)
class Candidate:
    """One way to query a destination.

    Attributes:
        title: What it is, for a table.
        open: Makes a client for a URL and so many calls in flight, and gives its call; `blocking` is the one without
            asyncio, which takes the URL alone.
        fan_out: Whether `fan_out` makes the calls instead of tasks of the benchmark.
    """

    title: str
    open: Callable[[str, int], AbstractAsyncContextManager[Call]] | None = None
    blocking: Callable[[str], AbstractContextManager[BlockingCall]] | None = None
    fan_out: bool = False


def without(package: str) -> None:
    """Let a package that is installed look as if it were not, for a candidate that takes it wherever it finds it."""
    sys.modules[package] = None  # type: ignore[assignment]


@asynccontextmanager
async def ours(url: str, concurrency: int, *, fast: bool = False) -> AsyncGenerator[Call]:
    """Open this client, with room for the calls: as it comes, or with its extra."""
    if not fast:
        without("msgspec")
    from polytomic_client import AsyncPolytomic

    async with AsyncPolytomic(api_key=KEY, base_url=url, max_connections=concurrency) as polytomic:
        yield polytomic.get_bulk_destination


@asynccontextmanager
async def official(url: str, concurrency: int, *, extra: bool = False) -> AsyncGenerator[Call]:  # noqa: ARG001
    """Open the official SDK, as it comes, or as it is with its aiohttp extra."""
    if not extra:
        without("httpx_aiohttp")
    from polytomic import AsyncPolytomic

    polytomic = AsyncPolytomic(token=KEY, base_url=url, max_retries=0)
    client = polytomic._client_wrapper.httpx_client.httpx_client  # noqa: SLF001  (it has no other way to close)
    assert type(client).__module__.startswith("httpx_aiohttp") is extra
    async with client:
        yield polytomic.bulk_sync.get_destination


@asynccontextmanager
async def generated(url: str, concurrency: int) -> AsyncGenerator[Call]:  # noqa: ARG001
    """Open the generated client over httpx, as it comes."""
    from polytomic_client.v2023_04_25.api.bulk_sync import get_bulk_destination
    from polytomic_client.v2023_04_25.client import AuthenticatedClient

    async with AuthenticatedClient(base_url=url, token=KEY) as client:
        yield partial(get_bulk_destination.asyncio, client=client)


@asynccontextmanager
async def bare_aiohttp(url: str, concurrency: int) -> AsyncGenerator[Call]:
    """Open aiohttp, with orjson and no models."""
    import aiohttp
    import orjson

    connector = aiohttp.TCPConnector(limit=concurrency)
    async with aiohttp.ClientSession(connector=connector, headers=HEADERS) as session:

        async def call(connection: str) -> Any:
            async with session.get(f"{url}/api/bulk/dest/{connection}") as response:
                if response.status != 200:
                    raise ValueError(f"status {response.status}")
                return orjson.loads(await response.read())

        yield call


@asynccontextmanager
async def bare_pyreqwest(url: str, concurrency: int) -> AsyncGenerator[Call]:
    """Open pyreqwest, with orjson and no models."""
    import orjson
    from pyreqwest.client import ClientBuilder

    async with ClientBuilder().max_connections(concurrency).default_headers(HEADERS).build() as client:

        async def call(connection: str) -> Any:
            response = await client.get(f"{url}/api/bulk/dest/{connection}").build().send()
            if response.status != 200:
                raise ValueError(f"status {response.status}")
            return orjson.loads(memoryview(await response.bytes()))

        yield call


@contextmanager
def ours_blocking(url: str) -> Generator[BlockingCall]:
    """Open this client, as it comes."""
    without("msgspec")
    from polytomic_client import Polytomic

    with Polytomic(api_key=KEY, base_url=url) as polytomic:
        yield polytomic.get_bulk_destination


@contextmanager
def official_blocking(url: str) -> Generator[BlockingCall]:
    """Open the official SDK, as it comes."""
    from polytomic import Polytomic

    polytomic = Polytomic(token=KEY, base_url=url, max_retries=0)
    with polytomic._client_wrapper.httpx_client.httpx_client:  # noqa: SLF001  (it has no other way to close)
        yield polytomic.bulk_sync.get_destination


@contextmanager
def bare_requests(url: str) -> Generator[BlockingCall]:
    """Open requests, with json and no models."""
    import requests

    with requests.Session() as session:
        session.headers.update(HEADERS)

        def call(connection: str) -> Any:
            response = session.get(f"{url}/api/bulk/dest/{connection}", timeout=30)
            response.raise_for_status()
            return response.json()

        yield call


CANDIDATES = {
    "ours": Candidate("this client", ours),
    "fan_out": Candidate("this client, through `fan_out`", ours, fan_out=True),
    "ours-fast": Candidate("this client, with its extra `fast`", partial(ours, fast=True)),
    "fan_out-fast": Candidate("this client, with its extra, through `fan_out`", partial(ours, fast=True), fan_out=True),
    "official": Candidate("official SDK, as it comes", official),
    "official-aiohttp": Candidate("official SDK, aiohttp extra", partial(official, extra=True)),
    "generated": Candidate("generated functions on plain httpx", generated),
    "bare-aiohttp": Candidate("bare aiohttp + orjson, no models", bare_aiohttp),
    "bare-pyreqwest": Candidate("bare pyreqwest + orjson, no models", bare_pyreqwest),
    "ours-sync": Candidate("this client, blocking", blocking=ours_blocking),
    "official-sync": Candidate("official SDK, blocking", blocking=official_blocking),
    "requests": Candidate("bare requests + json, no models", blocking=bare_requests),
}


def mode_ids(answer: Any) -> list[str]:
    """Return the ids of the modes of an answer, whatever the candidate makes of one."""
    if isinstance(answer, dict):
        return [mode["id"] for mode in answer["data"]["modes"]]
    return [str(mode.id) for mode in answer.data.modes]
