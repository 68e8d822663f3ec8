"""Keys: an API key never travels, and a POST that is made again has the idempotency key of the first time."""

from __future__ import annotations

import os
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable
from functools import partial
from hashlib import blake2b
from typing import Any

from .._call.credentials import ARGUMENTS, VARIABLES
from .._client.asyncio_client import AsyncClient
from .._core.secret import Secret
from ..errors import ConfigurationError

TRAVELS = (
    "{} contains an API key, which would travel through the scheduler. "
    "Read the key where the client is created: from the environment, or with api_key=a_function."
)

SHORTEST = 8
"""Characters. A shorter key may be in the pickled functions by chance."""


def refuse_key(make_client: Callable[[], object], packed: bytes) -> None:
    """Check that a key does not travel, as far as the driver can know it.

    Args:
        make_client: The user's function.
        packed: The pickled functions.

    Raises:
        TypeError: A key is an argument of a functools.partial, or the driver's own key is in `packed`.
    """
    function: Any = make_client
    while isinstance(function, partial):
        arguments = function.keywords
        for name in ARGUMENTS:
            if isinstance(arguments.get(name), (str, tuple)):
                raise TypeError(TRAVELS.format("make_client"))
        function = function.func
    keys = [os.environ.get(name, "") for name in VARIABLES]
    if any(len(key) >= SHORTEST and key.encode() in packed for key in keys):
        raise TypeError(TRAVELS.format("fetch or make_client"))


def check_carries_no_key(client: AsyncClient, packed: bytes) -> None:
    """Check that the key of a client did not travel.

    Args:
        client: The client that `make_client` created.
        packed: The pickled functions.

    Raises:
        ConfigurationError: The key is in `packed`.
    """
    credential = client._config.credential  # noqa: SLF001  (the same package)
    if not isinstance(credential, Secret):
        return
    scheme, _, key = credential.reveal().partition(" ")
    if scheme == "Basic":
        try:
            key = b64decode(key).decode().partition(":")[2]
        except (Base64Error, UnicodeDecodeError):
            return
    if len(key) >= SHORTEST and key.encode() in packed:
        raise ConfigurationError(TRAVELS.format("fetch or make_client"))


def derived_key(run: str, index: int, again: bool, content: bytes, count: int) -> str:  # noqa: FBT001
    """Return an idempotency key that a second process derives from the same request of the same item.

    Args:
        run: The id of the fan-out.
        index: The position of the item.
        again: Whether this is the second call for the item, which the API must not take for the first.
        content: The request. The API does not document what it does with a known key and another body (FACTS 4).
        count: How many such requests this call has made, this one included.
    """
    digest = blake2b(content, digest_size=8).hexdigest()
    return f"{run}-{index}-{1 + again}-{digest}-{count}"
