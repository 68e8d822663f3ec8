"""Reads and decompresses bodies within a size limit."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterable, Iterable

from .._text import quoted
from ..errors import ResponseTooLargeError


class EncodingError(Exception):
    """A body does not match its Content-Encoding. This is not a ValueError, which a signal handler may raise."""


GZIP_PIECE = 4096
"""Bytes decompressed at once: the end of each gzip stream copies the rest of them."""


def too_large(limit: int) -> ResponseTooLargeError:
    """Return the error for a body above the limit in bytes."""
    return ResponseTooLargeError(f"the body is larger than {limit:,} bytes")


def read_body(chunks: Iterable[bytes], limit: int) -> bytes:
    """Read a body of at most `limit` bytes.

    Raises:
        ResponseTooLargeError: The body is larger. The rest is not read.
    """
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > limit:
            raise too_large(limit)
    return bytes(body)


async def read_body_async(chunks: AsyncIterable[bytes], limit: int) -> bytes:
    """Read a body of at most `limit` bytes.

    Raises:
        ResponseTooLargeError: The body is larger. The rest is not read.
    """
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > limit:
            raise too_large(limit)
    return bytes(body)


def inflate(content: bytes, encoding: str | None, limit: int) -> bytes:
    """Decode a body by its Content-Encoding, never decompressing more than one byte beyond `limit`.

    Raises:
        ResponseTooLargeError: The decompressed body is larger.
        EncodingError: The body is not gzip, or has an encoding that the client did not request.
    """
    if not encoding or encoding.lower() == "identity" or not content:
        return content
    if encoding.lower() not in ("gzip", "x-gzip"):
        raise EncodingError(f"Content-Encoding must be gzip or identity, got {quoted(encoding)!r}")
    body = bytearray()
    decompressor = None
    padding = b""
    # In pieces: the end of each stream copies the bytes after it, so many empty streams would take quadratic time.
    for start in range(0, len(content), GZIP_PIECE):
        piece = content[start : start + GZIP_PIECE]
        while piece:
            if decompressor is None:
                # A gzip body may hold several streams (RFC 1952, section 2.2), each followed by NULs as padding.
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
        raise EncodingError("the gzip body is truncated")
    return bytes(body)
