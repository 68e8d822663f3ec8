"""Bodies with a bound, before and after they are decompressed."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterable, Iterable

from .._text import quoted
from ..errors import ResponseTooLargeError


class EncodingError(Exception):
    """A body is not what its Content-Encoding says. Not a ValueError, which a signal handler may raise."""


GZIP_PIECE = 4096
"""Bytes that are decompressed in one go."""


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
        EncodingError: It is not gzip, or in an encoding that was not asked for.
    """
    if not encoding or encoding.lower() == "identity" or not content:
        return content
    if encoding.lower() not in ("gzip", "x-gzip"):
        raise EncodingError(f"Content-Encoding {quoted(encoding)!r} was not asked for")
    body = bytearray()
    decompressor = None
    padding = b""
    # In pieces, because each stream's end copies what is behind it: many empty streams would take quadratic time.
    for start in range(0, len(content), GZIP_PIECE):
        piece = content[start : start + GZIP_PIECE]
        while piece:
            if decompressor is None:
                # A gzip body may be several streams (RFC 1952, section 2.2), with NULs as padding behind each.
                piece = piece.lstrip(padding) if padding else piece
                if not piece:
                    break
                decompressor = zlib.decompressobj(wbits=31)
            try:
                body += decompressor.decompress(piece, limit + 1 - len(body))
            except zlib.error as error:
                raise EncodingError(f"the body is not gzip: {error}") from None
            if len(body) > limit:
                raise too_large(limit)
            piece = decompressor.unused_data
            if decompressor.eof:
                decompressor, padding = None, b"\0"
    if decompressor is not None:
        raise EncodingError("the gzip body is cut short")
    return bytes(body)
