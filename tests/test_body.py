"""Compressed bodies: streams, the padding behind them, and what is neither."""

from __future__ import annotations

import gzip
import json

import pytest

from polytomic_client import DecodeError
from polytomic_client._http.body import GZIP_PIECE, EncodingError, inflate

from .conftest import Ask
from .server import DESTINATION, Answer, Server

BODY = b'{"data": {}}'
STREAM = gzip.compress(BODY)
PADDED = {
    "one NUL": STREAM + b"\0",
    "a block of NULs": STREAM + bytes(GZIP_PIECE * 2),
    "NULs between two streams": STREAM + bytes(9) + STREAM,
    "NULs up to the next piece": STREAM + bytes(GZIP_PIECE - len(STREAM)) + STREAM,
    "two streams": STREAM + STREAM,
}
NOT_GZIP = {
    "letters behind": STREAM + b"x",
    "letters behind NULs": STREAM + b"\0\0x",
    "NULs in front": b"\0" + STREAM,
    "NULs only": b"\0\0",
    "half a stream behind": STREAM + STREAM[:-1],
    "half a stream": STREAM[:-1],
}


@pytest.mark.parametrize("name", PADDED)
def test_padding_behind_a_stream_is_ignored(name: str) -> None:
    streams = PADDED[name].count(STREAM)
    assert inflate(PADDED[name], "gzip", 1_000) == BODY * streams


@pytest.mark.parametrize("content", NOT_GZIP.values(), ids=NOT_GZIP)
def test_anything_else_behind_a_stream_is_an_error(content: bytes) -> None:
    with pytest.raises(EncodingError, match="gzip"):
        inflate(content, "gzip", 1_000)


def test_the_limit_may_be_as_large_as_any_int() -> None:
    assert inflate(STREAM, "gzip", 2**62) == BODY


def test_padding_is_ignored_by_each_client_and_garbage_is_refused(ask: Ask) -> None:
    headers = {"Content-Encoding": "gzip"}
    stream = gzip.compress(json.dumps(DESTINATION).encode())
    with Server(
        Answer(body=stream + bytes(100), headers=headers), Answer(body=stream + b"x", headers=headers)
    ) as server:
        assert ask(base_url=server.url).to_dict() == DESTINATION
        with pytest.raises(DecodeError, match="gzip"):
            ask(base_url=server.url)
