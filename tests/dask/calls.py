"""What the workers of the tests call: they import this module."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from threading import Lock
from typing import Any

from polytomic_client import AsyncPolytomic

KEY = "key-of-the-worker-7d1f"


class MisfortuneError(Exception):
    """An error of the user's own, that cannot be unpickled."""

    def __init__(self, item: str, _: object) -> None:
        super().__init__(f"no luck with {item}")


def client() -> AsyncPolytomic:
    """A client whose settings are read in the worker."""
    url = Path(os.environ["POLYTOMIC_TEST_URL"]).read_text()
    return AsyncPolytomic(api_key=KEY, base_url=url, max_attempts=1, deadline=20.0)


def patient_client() -> AsyncPolytomic:
    return client().with_options(max_attempts=5)


def client_without_key() -> AsyncPolytomic:
    os.environ.pop("POLYTOMIC_API_KEY", None)
    return AsyncPolytomic()


async def status(client: AsyncPolytomic, item: str) -> int:
    """A small value."""
    return (await client.request("GET", f"/api/{item}")).status_code


async def post(client: AsyncPolytomic, item: str) -> int:
    return (await client.request("POST", f"/api/{item}", json={"id": item})).status_code


async def post_twice(client: AsyncPolytomic, item: str) -> int:
    await client.request("POST", f"/api/{item}", json={"id": item})
    return await post(client, item)


async def poison(client: AsyncPolytomic, item: str) -> int:
    """Ends its process for one item."""
    if item == "poison":
        os.kill(os.getpid(), signal.SIGKILL)
    return await status(client, item)


async def odd(client: AsyncPolytomic, item: str) -> Any:
    """Values and errors of every kind."""
    await status(client, item)
    match item:
        case "cannot-travel":
            return Lock()
        case "cause":
            raise MisfortuneError(item, object())
        case "value-error":
            raise ValueError(item)
        case _:
            return item


async def blunder(client: AsyncPolytomic, item: str) -> int:
    await status(client, item)
    return undefined  # type: ignore[name-defined, no-any-return]  # noqa: F821  # pyright: ignore[reportUndefinedVariable]


async def which_process(client: AsyncPolytomic, item: str) -> int:
    await status(client, item)
    return os.getpid()


async def deadly_the_second_time(client: AsyncPolytomic, item: str) -> None:
    """Ends its process if the server counts a second call for the first item."""
    response = await client.request("GET", f"/api/{item}")
    if item == "i0" and response.parsed["nth"] == 2:
        os.kill(os.getpid(), signal.SIGKILL)
