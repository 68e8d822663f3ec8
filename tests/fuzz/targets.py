"""What is fuzzed: one function of bytes for each place where bytes of a server become objects.

A target returns if the package kept its word, and raises what went wrong otherwise. None needs atheris.
"""

from __future__ import annotations

import contextlib
import json
import math
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

from polytomic_client import APIStatusError, DecodeError, RequestError, ResponseTooLargeError
from polytomic_client._call.retry import parse_retry_after
from polytomic_client._call.statuses import status_error
from polytomic_client._http.body import EncodingError, inflate
from polytomic_client._http.exchange import Exchange
from polytomic_client._http.messages import Reply
from polytomic_client._runtime.operation import Operation

from ..document import MODULES

CORPUS = Path(__file__).resolve().parent / "corpus"

OPERATIONS: list[Operation[Any]] = [module.OPERATION for module in MODULES.values()]

STATUSES = (204, 302, 400, 401, 403, 404, 409, 418, 422, 429, 500, 503, 999)

NOW = 1_795_500_000.0

LIMIT = 100_000
"""Bytes that a body may have once it is decompressed."""

ASKED = (("GET", LIMIT), ("GET", 20), ("HEAD", LIMIT))
"""The requests that responses are read for: the method, and the bytes that a body may have."""

HEADS = (
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n\r\n",
)
"""Beginnings of a response for bytes that are not one: these become its headers, its body or its chunks."""


def decode(data: bytes) -> None:
    """Decode a body as every operation's answer: it is one, which encodes and decodes as itself, or a DecodeError."""
    for operation in OPERATIONS:
        for status, decoder in operation.decoders.items():
            try:
                answer = operation.decode(status, data, request="GET https://polytomic.example/")
            except DecodeError as error:
                _check_error(error)
                continue
            if decoder is not None:
                _check_round_trip(answer, decoder)


def error_body(data: bytes) -> None:
    """Make the error of every status of a body and of headers that hold the same bytes."""
    # Headers reach the policy without line breaks, which end them.
    value = data[:200].replace(b"\r", b" ").replace(b"\n", b" ").decode("utf-8", "surrogateescape")
    headers = {"X-Request-Id": value, "Location": value, "Retry-After": value}
    for status in STATUSES:
        for given in (headers, {}):
            error = status_error(status, data, given, retry_after=parse_retry_after(given.get("Retry-After"), NOW))
            assert error.status_code == status
            assert isinstance(error.metadata, (dict, list))
            assert isinstance(error.message, str)
            assert error.key is None or isinstance(error.key, str)
            _check_error(error)


def retry_after(data: bytes) -> None:
    """Read a Retry-After: the result is None, or a wait that can be compared with a deadline."""
    for encoding in ("latin-1", "utf-8"):
        seconds = parse_retry_after(data.decode(encoding, "surrogateescape"), NOW)
        assert seconds is None or (math.isfinite(seconds) and seconds >= 0), seconds


def gunzip(data: bytes) -> None:
    """Decompress a body: it is no larger than it may be, or it is refused by an error that the policy knows."""
    for encoding in ("gzip", "X-GZIP", "identity", None, data[:20].decode("latin-1")):
        try:
            body = inflate(data, encoding, LIMIT)
        except (EncodingError, ResponseTooLargeError):
            continue
        # What is not compressed was bounded by the transport.
        assert body is data or len(body) <= LIMIT


def exchange(data: bytes) -> None:
    """Read responses one behind another: each has one result, however it is cut, and what is behind it is surplus."""
    if not data.startswith(b"HTTP/"):
        data = HEADS[len(data) % len(HEADS)] + data
    for method, limit in ASKED:
        rest = data
        while rest:
            result, size = _read([rest[at : at + 1] for at in range(len(rest))], method, limit)
            place = rest[-1] * len(rest) // 256
            for pieces in ([rest], [rest[:place], rest[place:]]):
                again, taken = _read(pieces, method, limit, size)
                assert again == result
                assert taken >= size
            # The next one, as after a request on the same connection; an error is the end of it.
            rest = rest[size:] if isinstance(result[0], int) else b""


TARGETS: dict[str, Callable[[bytes], None]] = {
    "decode": decode,
    "error_body": error_body,
    "retry_after": retry_after,
    "gunzip": gunzip,
    "exchange": exchange,
}


def _read(pieces: list[bytes], method: str, limit: int, size: int | None = None) -> tuple[tuple[Any, ...], int]:
    """Read a response and the end of its connection; return the result, and how many bytes came before it.

    Args:
        pieces: What comes, in pieces.
        method: The request's method.
        limit: The bytes that the body may have.
        size: The bytes that the response has, where that is known.
    """
    reader = Exchange(method, limit)
    taken = 0
    result: Reply | RequestError | None = None
    for piece in filter(None, pieces):
        result = reader.feed(piece)
        taken += len(piece)
        if result is not None:
            break
    result = result or reader.eof(clean=True)
    assert reader.heard
    if not isinstance(result, Reply):
        assert reader.reusable_for == 0
        return (type(result), str(result)), taken
    assert len(result.content) <= limit
    if size is not None and taken > size:
        assert reader.surplus
    if reader.surplus:
        assert reader.reusable_for == 0
    return (result.status, list(result.headers.items()), result.content), taken


def _check_error(error: DecodeError | APIStatusError) -> None:
    assert len(error.body) <= 500
    assert error.body.isprintable()
    # What a service does with an error: it logs it, and hands it from one process to another. Not every deep body's
    # metadata can be pickled.
    assert repr(error)
    try:
        copy = pickle.loads(pickle.dumps(error))
    except RecursionError:
        return
    assert str(copy) == str(error)


def _check_round_trip(answer: Any, decoder: Callable[[Any], Any]) -> None:
    # Encoding takes twice the stack that decoding takes; tests/test_decoding.py says how deep both go.
    with contextlib.suppress(RecursionError):
        encoded = answer.to_dict()
        again = decoder(encoded).to_dict()
        # As texts, because NaN is not equal to itself, and 1 is equal to true.
        assert json.dumps(again) == json.dumps(encoded)
