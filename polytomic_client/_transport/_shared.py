"""What the adapters share: bodies with a bound, the TLS context, and how a library's errors become ours."""

from __future__ import annotations

import asyncio
import os
import ssl
import zlib
from collections.abc import AsyncIterable, Awaitable, Iterable, Sequence
from functools import cache
from typing import TypeVar

from .._errors import DeadlineExceededError, NotSentError, RequestError, ResponseTooLargeError, TLSError

T = TypeVar("T")

ErrorTable = Sequence[tuple[type[BaseException] | tuple[type[BaseException], ...], type[RequestError]]]
"""A library's errors and ours, the most specific first."""

GZIP_PIECE = 4096
"""Bytes that are decompressed in one go."""


DEADLINE_PASSED = "the deadline passed"


async def within(seconds: float, work: Awaitable[T]) -> T:
    """Return what `work` gives, unless the call's deadline passes first.

    Raises:
        DeadlineExceededError: It passed, and the work is cancelled.
    """
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            return await work
    except TimeoutError:
        if not limit.expired():
            raise
    # Out here, so that the cancellation, whose frames hold the request's headers, is not its context.
    raise DeadlineExceededError(DEADLINE_PASSED)


def translate(error: BaseException, table: ErrorTable) -> RequestError:
    """Return our error for a library's. Raise it outside of `except`: the library's holds the request's headers."""
    kind = next(ours for theirs, ours in table if isinstance(error, theirs))
    tls = _tls_error(error)
    if tls is not None and issubclass(kind, NotSentError):
        # Only a handshake: a record that cannot be read later on comes after the request was sent.
        kind, error = TLSError, tls
    return kind(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)


def _tls_error(error: object) -> ssl.SSLError | None:
    # httpcore wraps a TLS error as its argument, and httpx wraps httpcore's error as its cause.
    while isinstance(error, BaseException) and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or (error.args[0] if error.args else None)
    return error if isinstance(error, ssl.SSLError) else None


@cache
def tls_context() -> ssl.SSLContext:
    """Return the one TLS context of the process: loading the authorities takes 20 ms.

    SSL_CERT_FILE and SSL_CERT_DIR name other authorities than certifi's, as OpenSSL does.
    """
    import certifi

    if os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR"):
        return ssl.create_default_context()
    return ssl.create_default_context(cafile=certifi.where())


def too_large(limit: int) -> ResponseTooLargeError:
    """Return the error for a body above the limit, in bytes."""
    return ResponseTooLargeError(f"the body is larger than {limit:,} bytes")


def read_body(chunks: Iterable[bytes], limit: int) -> bytes:
    """Return a body that is no larger than `limit` bytes.

    Raises:
        ResponseTooLargeError: It is larger; the rest is not read.
    """
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > limit:
            raise too_large(limit)
    return bytes(body)


async def read_body_async(chunks: AsyncIterable[bytes], limit: int) -> bytes:
    """Return a body that is no larger than `limit` bytes.

    Raises:
        ResponseTooLargeError: It is larger; the rest is not read.
    """
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > limit:
            raise too_large(limit)
    return bytes(body)


def inflate(content: bytes, encoding: str | None, limit: int) -> bytes:
    """Return a body without its Content-Encoding, never holding more than `limit` bytes of it.

    Raises:
        ResponseTooLargeError: It is larger once decompressed.
        ValueError: It is not gzip, or in an encoding that was not asked for.
    """
    if not encoding or encoding.lower() == "identity" or not content:
        return content
    if encoding.lower() not in ("gzip", "x-gzip"):
        raise ValueError(f"Content-Encoding {encoding!r} was not asked for")
    body = bytearray()
    decompressor = None
    # In pieces, because each stream's end copies what is behind it: many empty streams would take quadratic time.
    for start in range(0, len(content), GZIP_PIECE):
        piece = content[start : start + GZIP_PIECE]
        while piece:
            # A gzip body may be several streams, one behind the other (RFC 1952, section 2.2).
            decompressor = decompressor or zlib.decompressobj(wbits=31)
            try:
                body += decompressor.decompress(piece, limit + 1 - len(body))
            except zlib.error as error:
                raise ValueError(f"the body is not gzip: {error}") from None
            if len(body) > limit:
                raise too_large(limit)
            piece = decompressor.unused_data
            if decompressor.eof:
                decompressor = None
    if decompressor is not None:
        raise ValueError("the gzip body is cut short")
    return bytes(body)
