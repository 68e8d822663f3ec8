"""One response as bytes: every shape, however it is cut, every limit, and every form that is refused."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import count, pairwise, product
from types import BuiltinFunctionType, FrameType
from typing import Any

import httptools
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polytomic_client import OutcomeUnknownError, RequestError, ResponseTooLargeError
from polytomic_client._http import exchange as module
from polytomic_client._http.exchange import BLOCK, HEAD_LIMIT, IDLE_SECONDS, Exchange, Result
from polytomic_client._http.messages import Reply

LIMIT = 1_000
"""Bytes that a body may have here, unless a test says otherwise."""

WHOLE: Sequence[int] = ()
"""Where a response is cut that comes in one piece."""

Headers = list[tuple[str, str]]
Read = tuple[int, Headers, bytes]


@dataclass(frozen=True)
class Seen:
    """What an exchange made of some bytes.

    Attributes:
        reply: Status, headers and content, where there is a reply.
        error: Type and text, where there is an error.
        taken: How many bytes were fed until there was a result.
    """

    reply: Read | None
    error: tuple[type[RequestError], str] | None
    heard: bool
    reusable_for: float
    surplus: bool
    taken: int

    @property
    def result(self) -> object:
        return self.reply or self.error

    def content(self) -> bytes:
        assert self.reply is not None, self
        return self.reply[2]

    def refusal(self) -> str:
        """Return the text of an error that leaves the outcome unknown; its connection is closed."""
        assert self.error is not None, self
        kind, text = self.error
        assert kind is OutcomeUnknownError
        assert self.reusable_for == 0
        return text


def seen_reply(result: Result | None) -> Read | None:
    return (result.status, list(result.headers.items()), result.content) if isinstance(result, Reply) else None


def cut(data: bytes, cuts: Iterable[int]) -> Iterator[bytes]:
    for start, end in pairwise([0, *sorted(cuts), len(data)]):
        if start < end:
            yield data[start:end]


def read(
    data: bytes, cuts: Iterable[int] = WHOLE, *, method: str = "GET", limit: int = LIMIT, clean: bool | None = None
) -> Seen:
    """Feed a response in pieces, then, unless `clean` is None, the end of the connection."""
    exchange = Exchange(method, limit)
    result: Result | None = None
    taken = 0
    for piece in cut(data, cuts):
        result = exchange.feed(piece)
        taken += len(piece)
        if result is not None:
            break
    if result is None and clean is not None:
        result = exchange.eof(clean=clean)
    error = (type(result), str(result)) if isinstance(result, RequestError) else None
    return Seen(seen_reply(result), error, exchange.heard, exchange.reusable_for, exchange.surplus, taken)


# --- Every shape -----------------------------------------------------------------------------------------------------

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: b\r\n\r\n{}"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@dataclass(frozen=True)
class Shape:
    """A whole response, and what it says.

    Attributes:
        kept: The seconds that its connection may be kept for.
        ends: Whether it says itself where it ends.
    """

    data: bytes
    status: int = 200
    headers: Headers | None = None
    content: bytes = b"{}"
    kept: float = IDLE_SECONDS
    method: str = "GET"
    ends: bool = True

    @property
    def reply(self) -> Read:
        return self.status, [("Content-Length", "2")] if self.headers is None else self.headers, self.content


TWO = [("Content-Length", "2"), ("X-A", "b")]
CHUNKS = [("Transfer-Encoding", "chunked")]

SHAPES: dict[str, Shape] = {
    "length": Shape(OK, headers=TWO),
    "length 0": Shape(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, [("Content-Length", "0")], b""),
    "length with zeros in front": Shape(
        b"HTTP/1.1 200 OK\r\nContent-Length: 0002\r\n\r\n{}", headers=[("Content-Length", "0002")]
    ),
    "chunked": Shape(CHUNKED + b"2\r\n{}\r\n0\r\n\r\n", headers=CHUNKS),
    "chunked and empty": Shape(CHUNKED + b"0\r\n\r\n", headers=CHUNKS, content=b""),
    "chunked with trailers and extensions": Shape(
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n"
        b'01;a=b\r\n{\r\n1;c;d="e;\\"f"\r\n}\r\n000;g\r\nT: u\r\nV: w\r\n\r\n',
        headers=[("transfer-encoding", "Chunked")],
    ),
    "chunks with letters in their size": Shape(
        CHUNKED + b"A\r\n0123456789\r\nf\r\n0123456789abcde\r\n0\r\n\r\n",
        headers=CHUNKS,
        content=b"01234567890123456789abcde",
    ),
    "chunks that look like a response": Shape(
        CHUNKED + b"2E\r\n" + OK[:46] + b"\r\n0\r\n\r\n", headers=CHUNKS, content=OK[:46]
    ),
    "after a 100": Shape(b"HTTP/1.1 100 Continue\r\n\r\n" + OK, headers=TWO),
    "after several of 1xx": Shape(
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.0 199\r\n\r\n" + OK, headers=TWO
    ),
    "chunked after a 1xx": Shape(
        b"HTTP/1.1 102 Wait\r\nConnection: keep-alive\r\n\r\n" + CHUNKED + b"2\r\n{}\r\n0\r\n\r\n", headers=CHUNKS
    ),
    "after a 1xx that announces the end": Shape(
        b"HTTP/1.1 102 Wait\r\nConnection: close\r\n\r\n" + OK, headers=TWO, kept=0
    ),
    "204": Shape(b"HTTP/1.1 204 None\r\nX: 1\r\nX: 2\r\n\r\n", 204, [("X", "1"), ("X", "2")], b""),
    "204 with a length": Shape(b"HTTP/1.1 204 None\r\nContent-Length: 2\r\n\r\n", 204, content=b""),
    "204 with chunked": Shape(b"HTTP/1.1 204 None\r\nTransfer-Encoding: chunked\r\n\r\n", 204, CHUNKS, b""),
    "205": Shape(b"HTTP/1.1 205 Reset\r\nContent-Length: 0\r\n\r\n", 205, [("Content-Length", "0")], b""),
    "205 that is chunked": Shape(
        b"HTTP/1.1 205 Reset\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 205, CHUNKS, b""
    ),
    "205 without a length": Shape(b"HTTP/1.1 205 Reset\r\n\r\n", 205, [], b"", kept=0, ends=False),
    "304 with a length": Shape(b"HTTP/1.1 304 Not\r\nContent-Length: 9\r\n\r\n", 304, [("Content-Length", "9")], b""),
    "HEAD with a length": Shape(
        b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", 200, [("Content-Length", "5000")], b"", method="HEAD"
    ),
    "HEAD with chunked": Shape(CHUNKED, 200, CHUNKS, b"", method="HEAD"),
    "HEAD without a length": Shape(b"HTTP/1.1 200 OK\r\n\r\n", 200, [], b"", method="HEAD"),
    "HEAD after a 1xx": Shape(
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not\r\nContent-Length: 9\r\n\r\n",
        404,
        [("Content-Length", "9")],
        b"",
        method="HEAD",
    ),
    "HEAD that is the last": Shape(
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", 200, [("Connection", "close")], b"", 0, "HEAD"
    ),
    "CONNECT": Shape(b"HTTP/1.0 200 Established\r\n\r\n", 200, [], b"", 0, "CONNECT"),
    "no reason": Shape(b"HTTP/1.1 599\r\nContent-Length: 2\r\n\r\n{}", 599),
    "empty reason": Shape(b"HTTP/1.1 599 \r\nContent-Length: 2\r\n\r\n{}", 599),
    "status 999": Shape(b"HTTP/1.1 999 \xff\r\nContent-Length: 2\r\n\r\n{}", 999),
    "not ASCII": Shape(
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: caf\xe9 caf\xc3\xa9\r\n\r\n{}",
        headers=[("Content-Length", "2"), ("X", "caf\udce9 caf\xe9")],
    ),
    "white space around values": Shape(
        b"HTTP/1.1 200 OK\r\nA:\r\nB: \r\nC:c\r\nD: \t d  d\t \r\nE:\t\r\nF: :f:\r\nContent-Length:  2 \r\n\r\n{}",
        headers=[("A", ""), ("B", ""), ("C", "c"), ("D", "d  d"), ("E", ""), ("F", ":f:"), ("Content-Length", "2")],
    ),
    "other spaces around a value": Shape(
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nA: \xa0b\u2003\r\n\r\n{}".encode(),
        headers=[("Content-Length", "2"), ("A", "\xa0b\u2003")],
    ),
    "the last": Shape(
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
        headers=[("Content-Length", "2"), ("Connection", "close")],
        kept=0,
    ),
    "HTTP/1.0": Shape(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", kept=0),
    "HTTP/1.0 that stays": Shape(
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: Keep-Alive\r\n\r\n{}",
        headers=[("Content-Length", "2"), ("Connection", "Keep-Alive")],
    ),
    "no length": Shape(b"HTTP/1.1 200 OK\r\nX: y\r\n\r\n{}", headers=[("X", "y")], kept=0, ends=False),
    "no length, HTTP/1.0": Shape(
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\n{}",
        headers=[("Connection", "keep-alive")],
        kept=0,
        ends=False,
    ),
    "no length and empty": Shape(b"HTTP/1.1 200 OK\r\n\r\n", headers=[], content=b"", kept=0, ends=False),
    "an upgrade that is only offered": Shape(
        b"HTTP/1.1 200 OK\r\nUpgrade: h2c\r\nConnection: upgrade\r\nContent-Length: 2\r\n\r\n{}",
        headers=[("Upgrade", "h2c"), ("Connection", "upgrade"), ("Content-Length", "2")],
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_gives_the_same_reply_however_it_is_cut(name: str) -> None:
    shape = SHAPES[name]
    size = len(shape.data)
    whole = read(shape.data, method=shape.method, clean=True)
    assert whole == Seen(shape.reply, None, heard=True, reusable_for=shape.kept, surplus=False, taken=size)
    for cuts in ([place] for place in range(size)):
        seen = read(shape.data, cuts, method=shape.method, clean=True)
        assert (seen.reply, seen.heard, seen.taken) == (shape.reply, True, size)
        # Behind chunks that end in a piece of their own, more may have come.
        assert seen.reusable_for == shape.kept or (seen.reusable_for == 0 and b"chunked" in shape.data.lower())
    seen = read(shape.data, range(size), method=shape.method, clean=True)
    assert (seen.reply, seen.heard, seen.taken) == (shape.reply, True, size)
    if shape.ends:
        assert read(shape.data, method=shape.method) == whole


def test_a_view_of_a_buffer_is_copied_before_the_buffer_changes() -> None:
    for (name, shape), step in product(SHAPES.items(), (7, LIMIT)):
        exchange = Exchange(shape.method, LIMIT)
        result: Result | None = None
        for piece in cut(shape.data, range(0, len(shape.data), step)):
            buffer = bytearray(piece)
            with memoryview(buffer) as view:
                result = exchange.feed(view)
            buffer[:] = bytes(len(buffer))
        assert seen_reply(result or exchange.eof(clean=True)) == shape.reply, name


def test_a_length_may_have_any_number_of_zeros_in_front() -> None:
    zeros = b"0" * 5_000
    seen = read(b"HTTP/1.1 200 OK\r\nContent-Length: " + zeros + b"2\r\n\r\n{}")
    assert seen.reply == (200, [("Content-Length", f"{zeros.decode()}2")], b"{}")
    assert seen.reusable_for == IDLE_SECONDS


# --- One response behind another -------------------------------------------------------------------------------------

PAIRED = {
    name: SHAPES[name]
    for name in (
        *("204", "205", "205 without a length", "304 with a length", "HEAD with a length", "HEAD with chunked"),
        *("no length", "length", "chunked", "chunked with trailers and extensions", "after several of 1xx", "the last"),
    )
}


def allowed(shape: Shape, part: bytes, *, clean: bool) -> Read | None:
    """Return the reply that a beginning of a response, and then the end of the connection, may give."""
    if shape.ends:
        return shape.reply if part == shape.data else None
    _, found, content = part.partition(b"\r\n\r\n")
    return (shape.status, shape.reply[1], content) if found and clean else None


@pytest.mark.parametrize("before", PAIRED)
def test_the_next_response_is_read_as_if_it_were_the_first(before: str) -> None:
    first = PAIRED[before]
    for name, second in PAIRED.items():
        for end in range(len(second.data) + 1):
            part = second.data[:end]
            for clean in (True, False):
                expected = allowed(second, part, clean=clean)
                for cuts in (WHOLE, range(end)):
                    seen = read(first.data, method=first.method, clean=True)
                    assert (seen.reply, seen.reusable_for) == (first.reply, first.kept)
                    seen = read(part, cuts, method=second.method, clean=clean)
                    if expected is None:
                        seen.refusal()
                    else:
                        assert seen.reply == expected, (name, part)
                    assert seen.heard is bool(part)


@pytest.mark.parametrize("before", [name for name, shape in PAIRED.items() if shape.ends])
def test_a_response_in_the_bytes_of_the_one_before_is_surplus(before: str) -> None:
    first = PAIRED[before]
    for second in PAIRED.values():
        for end in range(1, len(second.data) + 1):
            data = first.data + second.data[:end]
            seen = read(data, method=first.method)
            assert seen == Seen(first.reply, None, heard=True, reusable_for=0, surplus=True, taken=len(data)), data


BEHIND = {
    "a response": OK,
    "a response without a body": b"HTTP/1.1 204 None\r\n\r\n",
    "chunks": CHUNKED + b"2\r\n{}\r\n0\r\n\r\n",
    "two responses": OK + b"HTTP/1.1 304 Not\r\n\r\n",
    "a 1xx": b"HTTP/1.1 100 Continue\r\n\r\n",
    "x": b"x",
    "H": b"H",
    "space": b" ",
    "CR": b"\r",
    "LF": b"\n",
    "CR LF": b"\r\n",
    "two empty lines": b"\r\n\r\n",
    "NUL": b"\0",
    "a last chunk": b"0\r\n\r\n",
    "a block": b"x" * BLOCK,
    "empty lines of a block": b"\r\n" * (BLOCK // 2),
}


@pytest.mark.parametrize("more", BEHIND.values(), ids=BEHIND)
def test_whatever_comes_behind_a_response_closes_its_connection_and_changes_nothing(more: bytes) -> None:
    for name, shape in SHAPES.items():
        if not shape.ends:
            continue
        data = shape.data + more
        for place in (0, *range(max(0, len(shape.data) - 8), len(shape.data))):
            seen = read(data, [place], method=shape.method)
            expected = Seen(shape.reply, None, heard=True, reusable_for=0, surplus=True, taken=len(data))
            assert seen == expected, f"{name}, cut at {place}"


@pytest.mark.parametrize("framing", [b"length", b"chunks"])
def test_surplus_in_the_next_block_is_surplus(framing: bytes) -> None:
    for more in (b"", b"\r\n", OK):
        if framing == b"length":
            head = b"HTTP/1.1 200 OK\r\nContent-Length: 16000\r\nA: "
            data = (head + b"b" * (BLOCK - 16_000 - len(head) - 4) + b"\r\n\r\n").ljust(BLOCK, b"x")
        else:
            data = CHUNKED + b"3000\r\n" + b"x" * 0x3000 + b"\r\n0;"
            data += b"a" * (BLOCK - len(data) - 4) + b"\r\n\r\n"
        assert len(data) == BLOCK
        seen = read(data + more, limit=20_000)
        assert len(seen.content()) > BLOCK // 2
        assert (seen.reusable_for == 0, seen.surplus) == ((True, True) if more else (False, False))


@pytest.mark.parametrize("start", [b"HTTP/1.1 204 None", b"HTTP/1.1 304 Not", b"HTTP/1.1 200 OK"])
@pytest.mark.parametrize("framing", [b"Content-Length: 2", b"Transfer-Encoding: chunked", b"A: b"])
def test_a_response_that_has_no_body_ends_with_its_headers(start: bytes, framing: bytes) -> None:
    head = start + b"\r\n" + framing + b"\r\n\r\n"
    method = "HEAD" if b"200" in start else "GET"
    for body, kept in ((b"", IDLE_SECONDS), (b"{}", 0), (b"2\r\n{}\r\n0\r\n\r\n", 0)):
        seen = read(head + body, method=method)
        assert seen.reply is not None
        assert (seen.reply[0], seen.content()) == (int(start[9:12]), b"")
        assert (seen.reusable_for, seen.surplus) == (kept, bool(body))
        assert read(head + body, range(len(head + body)), method=method).taken == len(head)


# --- The end of the connection (RFC 9112, section 8) -----------------------------------------------------------------

CUT_SHORT = {
    "nothing": b"",
    "half a status line": b"HTTP/1.",
    "a status line": b"HTTP/1.1 200 OK\r\n",
    "half a head": b"HTTP/1.1 200 OK\r\nA: b\r\n",
    "all but one byte of a head": b"HTTP/1.1 200 OK\r\nA: b\r\n\r",
    "only a 100": b"HTTP/1.1 100 Continue\r\n\r\n",
    "half a body": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{",
    "no byte of a body": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
    "the last, but not all of it": b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 9\r\n\r\n{",
    "no chunk": CHUNKED,
    "half a chunk": CHUNKED + b"5\r\n{",
    "no last chunk": CHUNKED + b"1\r\n{\r\n",
    "no end of the trailers": CHUNKED + b"1\r\n{\r\n0\r\n",
    "half of a trailer": CHUNKED + b"1\r\n{\r\n0\r\nA: b\r\n",
}


@pytest.mark.parametrize("clean", [True, False])
@pytest.mark.parametrize("data", CUT_SHORT.values(), ids=CUT_SHORT)
def test_an_end_in_the_middle_leaves_the_outcome_unknown(data: bytes, clean: bool) -> None:  # noqa: FBT001
    assert read(data).result is None
    for cuts in (WHOLE, range(len(data))):
        seen = read(data, cuts, clean=clean)
        assert "before the end of the response" in seen.refusal()
        assert seen.heard is bool(data)


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
def test_only_a_clean_end_ends_a_body_without_a_length(version: bytes) -> None:
    data = b"HTTP/" + version + b" 200 OK\r\nX: y\r\n\r\n{\r\n0\r\n\r\n" + OK
    content = data.partition(b"\r\n\r\n")[2]
    for cuts in (WHOLE, range(len(data)), [30, 40]):
        assert read(data, cuts).result is None
        seen = read(data, cuts, clean=True)
        assert (seen.reply, seen.reusable_for) == ((200, [("X", "y")], content), 0)
        assert "before the end of the response" in read(data, cuts, clean=False).refusal()


# --- Whatever the bytes are ------------------------------------------------------------------------------------------

FRAGMENTS = (
    *(b"\r\n", b"\r\n\r\n", b"\n", b"\r", b"\0", b" ", b"\t", b":", b";", b"0", b"2", b"f", b"\xff", b"\xc3\xa9"),
    *(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 204 None\r\n\r\n", b"HTTP/1.0 ", b"HTTP/1.1 200 OK\r\n", OK),
    *(b"Content-Length: 2\r\n", b"Transfer-Encoding: chunked\r\n", b"Connection: close\r\n", b"0\r\n\r\n"),
    *(b"Content-Length: 1001\r\n", b"Upgrade: x\r\nConnection: upgrade\r\n", b"2\r\n{}\r\n", b"1;a=b\r\nx\r\n", b"-1"),
)

interims = st.sampled_from([b"", b"", b"HTTP/1.1 100 Go\r\n\r\n", b"HTTP/1.1 103 E\r\nA: b\r\n\r\n" * 2])
starts = st.sampled_from(
    [b"HTTP/1.1 200 OK", b"HTTP/1.0 200 OK", b"HTTP/1.1 204 No", b"HTTP/1.1 304 ", b"HTTP/1.1 500"]
)
fields = st.sampled_from(
    [b"A: b\r\n", b"Connection: close\r\n", b"Connection: keep-alive\r\n", b"Keep-Alive: timeout=3\r\n"]
)
extensions = st.sampled_from([b"", b"", b";a", b";a=b", b';a="b;c"'])


@st.composite
def chunk_bodies(draw: st.DrawFn) -> bytes:
    parts = draw(st.lists(st.binary(min_size=1, max_size=20), max_size=4))
    chunks = [b"%x%s\r\n%s\r\n" % (len(part), draw(extensions), part) for part in parts]
    trailers = draw(st.sampled_from([b"", b"", b"T: u\r\n", b"T: u\r\nV:\r\n"]))
    return b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(chunks) + b"0\r\n" + trailers + b"\r\n"


@st.composite
def responses(draw: st.DrawFn) -> bytes:
    """A response, now and then changed, now and then with more behind it."""
    content = draw(st.binary(max_size=30))
    bodies = st.sampled_from([b"Content-Length: %d\r\n\r\n" % len(content) + content, b"\r\n" + content])
    head = draw(interims) + draw(starts) + b"\r\n" + b"".join(draw(st.lists(fields, max_size=2)))
    behind = st.sampled_from([b"", b"", OK, CHUNKED + b"0\r\n\r\n", b"HTTP/1.1 204 None\r\n\r\n", *FRAGMENTS])
    data = bytearray(head + draw(st.one_of(chunk_bodies(), bodies)) + draw(behind))
    for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2, 3]))):
        start = draw(st.integers(0, len(data)))
        data[start : start + draw(st.sampled_from([0, 0, 1, 2, 8]))] = draw(st.sampled_from([b"", *FRAGMENTS]))
    return bytes(data)


@pytest.mark.soak
@settings(deadline=None, derandomize=True, database=None, max_examples=400)
@given(
    data=responses(),
    cuts=st.lists(st.integers(1, 150), max_size=6),
    method=st.sampled_from(["GET", "GET", "HEAD"]),
    limit=st.sampled_from([LIMIT, 10]),
    clean=st.booleans(),
)
def test_a_result_is_a_function_of_the_bytes_alone(
    data: bytes, cuts: list[int], method: str, limit: int, *, clean: bool
) -> None:
    places = [place for place in cuts if place < len(data)]
    whole, some, each = (
        read(data, at, method=method, limit=limit, clean=clean) for at in (WHOLE, places, range(len(data)))
    )
    assert whole.result == some.result == each.result
    assert whole.heard is some.heard is each.heard is bool(data)
    for seen in (whole, some, each):
        # Byte by byte, a result comes with the last byte of its response: more is surplus.
        if seen.reusable_for:
            assert seen.taken == each.taken
            assert not seen.surplus
        elif seen.taken > each.taken and seen.reply is not None:
            assert seen.surplus
    if each.reply is not None:
        assert len(each.content()) <= limit
    ended = read(data, range(len(data)), method=method, limit=limit)
    if ended.reply is not None:
        seen = read(data[: ended.taken] + OK, method=method, limit=limit)
        assert (seen.reply, seen.reusable_for, seen.surplus) == (ended.reply, 0, True)


# --- Limits ----------------------------------------------------------------------------------------------------------

TOO_MANY_HEADERS = f"more than {HEAD_LIMIT:,} bytes of headers"
TOO_MANY_IN_A_ROW = f"more than {HEAD_LIMIT:,} consecutive bytes of chunk framing or trailers"
INTERIM = b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\n"


@pytest.mark.parametrize("before", [b"", INTERIM, INTERIM * 500], ids=["alone", "one interim", "many interims"])
def test_the_limit_of_headers_holds_to_the_byte(before: bytes) -> None:
    head = before + b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nA: "
    room = HEAD_LIMIT - len(head) - 4
    for more in (0, 1):
        data = head + b"b" * (room + more) + b"\r\n\r\n{}"
        for cuts in (WHOLE, range(len(data)), range(0, len(data), 1_000)):
            seen = read(data, cuts)
            if more:
                assert TOO_MANY_HEADERS in seen.refusal()
            else:
                assert (seen.content(), seen.reusable_for) == (b"{}", IDLE_SECONDS)


ENDLESS = {
    "headers": (b"HTTP/1.1 200 OK\r\n", b"A: b\r\n", TOO_MANY_HEADERS),
    "a header": (b"HTTP/1.1 200 OK\r\nA: ", b"b", TOO_MANY_HEADERS),
    "a reason": (b"HTTP/1.1 200 ", b"b", TOO_MANY_HEADERS),
    "1xx": (b"", b"HTTP/1.1 100 Continue\r\n\r\n", TOO_MANY_HEADERS),
    "empty lines": (b"", b"\r\n", TOO_MANY_HEADERS),
    "trailers": (CHUNKED + b"2\r\n{}\r\n0\r\n", b"A: b\r\n", TOO_MANY_IN_A_ROW),
    "a trailer": (CHUNKED + b"2\r\n{}\r\n0\r\nA: ", b"b", TOO_MANY_IN_A_ROW),
    "the extensions of a chunk": (CHUNKED + b"2", b";a=b", TOO_MANY_IN_A_ROW),
    "an extension": (CHUNKED + b"2;a=", b"b", TOO_MANY_IN_A_ROW),
    "zeros": (CHUNKED, b"0", TOO_MANY_IN_A_ROW),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_never_ends_is_refused_after_the_limit(name: str) -> None:
    start, part, text = ENDLESS[name]
    data = start + part * (3 * HEAD_LIMIT // len(part))
    for cuts in (WHOLE, range(0, len(data), BLOCK)):
        assert text in read(data, cuts).refusal()
    if text is TOO_MANY_HEADERS:
        assert read(data, range(len(data))).taken == HEAD_LIMIT + 1
    seen = read(data, range(0, len(data), 1_000))
    assert text in seen.refusal()
    assert HEAD_LIMIT < seen.taken <= HEAD_LIMIT + 2 * BLOCK + 1_000


@pytest.mark.parametrize("name", ["trailers", "a trailer", "an extension"])
def test_trailers_and_extensions_within_the_limit_are_read_and_the_limit_is_the_same_in_pieces(name: str) -> None:
    start, part, text = ENDLESS[name]
    rest = {"trailers": b"\r\n", "a trailer": b"\r\n\r\n", "an extension": b"\r\n{}\r\n0\r\n\r\n"}[name]
    for size in range(HEAD_LIMIT - BLOCK, HEAD_LIMIT + 3 * BLOCK, 2_500):
        data = start + part * (size // len(part)) + rest
        whole = read(data)
        if size <= HEAD_LIMIT:
            assert whole.reply == (200, CHUNKS, b"{}")
        elif size > HEAD_LIMIT + 2 * BLOCK:
            assert text in whole.refusal()
        for step in (1_460, BLOCK, BLOCK + 1):
            assert read(data, range(0, len(data), step)).result == whole.result


def test_the_limit_in_a_row_is_counted_from_the_next_block() -> None:
    head, chunk = CHUNKED[:-2] + b"A: ", b"\r\n\r\n2\r\n{}"
    data = head + b"b" * (BLOCK - len(head) - len(chunk)) + chunk
    for more, is_read in ((0, True), (HEAD_LIMIT, True), (HEAD_LIMIT + BLOCK, False)):
        seen = read(data + b"\r\n0\r\nA: " + b"b" * more + b"\r\n\r\n")
        if is_read:
            assert seen.content() == b"{}"
        else:
            assert TOO_MANY_IN_A_ROW in seen.refusal()
    # Headers have a limit of their own.
    data = head + b"b" * (HEAD_LIMIT - 1_000) + b"\r\n\r\n2;" + b"a" * (HEAD_LIMIT - 1_000) + b"\r\n{}\r\n0\r\n\r\n"
    assert read(data).content() == b"{}"


def test_a_body_of_many_small_chunks_has_no_limit_but_its_size() -> None:
    data = CHUNKED + b"1\r\nx\r\n" * 50_000 + b"0\r\n\r\n"
    for cuts in (WHOLE, range(0, len(data), 1_460)):
        seen = read(data, cuts, limit=50_000)
        assert seen.reply == (200, CHUNKS, b"x" * 50_000)
    assert read(data, limit=50_000).reusable_for == IDLE_SECONDS
    # Each of a size that the limit allows in a row, and with one byte of body in between.
    extension = b"1;" + b"a" * (HEAD_LIMIT - 10) + b"\r\nx\r\n"
    assert read(CHUNKED + extension * 5 + b"0\r\n\r\n").result == (200, CHUNKS, b"xxxxx")


LARGE = {
    "length": (b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", b"x"),
    "no length": (b"HTTP/1.1 200 OK\r\nA: %d\r\n\r\n", b"x"),
    "chunks": (CHUNKED[:-2] + b"A: %d\r\n\r\n", b"1\r\nx\r\n"),
}


@pytest.mark.parametrize("name", LARGE)
def test_a_body_may_have_as_many_bytes_as_the_limit_and_not_one_more(name: str) -> None:
    head, part = LARGE[name]
    last = b"0\r\n\r\n" if name == "chunks" else b""
    data = head % LIMIT + part * LIMIT + last
    more = head % (LIMIT + 1) + part * (LIMIT + 1) + last
    for cuts in (WHOLE, range(len(more))):
        seen = read(data, [place for place in cuts if place < len(data)], clean=True)
        assert seen.content() == b"x" * LIMIT
        seen = read(more, cuts)
        assert seen.error is not None
        assert (seen.error[0], seen.reusable_for) == (ResponseTooLargeError, 0)
        assert f"{LIMIT:,} bytes" in seen.error[1]


def test_a_length_above_the_limit_is_refused_before_the_body_comes() -> None:
    for size in (LIMIT + 1, 2**64 - 1):
        seen = read(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        assert seen.error is not None
        assert (seen.error[0], seen.reusable_for) == (ResponseTooLargeError, 0)


# --- What is refused -------------------------------------------------------------------------------------------------

NO_STATUS_LINE = r"its first line is not a status line|Expected HTTP/|Expected dot|HTTP version|Expected space"
LINES = {
    "HTTP/2.0": b"HTTP/2.0 200 OK",
    "HTTP/2": b"HTTP/2 200 OK",
    "HTTP/0.9": b"HTTP/0.9 200 OK",
    "HTTP/1.2": b"HTTP/1.2 200 OK",
    "HTTP/1.10": b"HTTP/1.10 200 OK",
    "HTTP/11.1": b"HTTP/11.1 200 OK",
    "RTSP": b"RTSP/1.0 200 OK",
    "ICE": b"ICE/1.0 200 OK",
    "ICY": b"ICY 200 OK",
    "small letters": b"http/1.1 200 OK",
    "a request": b"GET / HTTP/1.1",
    "garbage": b"garbage",
    "an empty line": b"\r\nHTTP/1.1 200 OK",
    "two empty lines": b"\r\n\r\nHTTP/1.1 200 OK",
    "LF in front": b"\nHTTP/1.1 200 OK",
    "space in front": b" HTTP/1.1 200 OK",
    "a tab": b"HTTP/1.1\t200 OK",
    "no space": b"HTTP/1.1200 OK",
}
STATUSES = {
    "099": (b"HTTP/1.1 099 OK", "status 099"),
    "000": (b"HTTP/1.1 000 OK", "status 000"),
    "four digits": (b"HTTP/1.1 2000 OK", "status"),
    "two digits": (b"HTTP/1.1 20 OK", "status"),
    "a sign": (b"HTTP/1.1 -20 OK", "status"),
    "two spaces": (b"HTTP/1.1  200 OK", "status"),
    "a tab behind it": (b"HTTP/1.1 200\tOK", "status"),
    "digits of another script": ("HTTP/1.1 ٢٠٠ OK".encode(), "status"),
    "101": (b"HTTP/1.1 101 Switching", "status 101"),
    "101 with an upgrade": (b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x", "status 101"),
    "a 1xx with a length": (b"HTTP/1.1 103 Early\r\nContent-Length: 2", "status 103"),
    "a 1xx with a length of 0": (b"HTTP/1.1 103 Early\r\nContent-Length: 0", "status 103"),
    "a 1xx that is chunked": (b"HTTP/1.1 103 Early\r\nTransfer-Encoding: chunked", "status 103"),
}
LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
CODED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: %s\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
NOT_CHUNKED = "its Transfer-Encoding is not chunked, or is sent with HTTP/1.0"
FORMS = {
    "LF behind the status line": (b"HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\n{}", "CR after response line"),
    "LF behind a header": (b"HTTP/1.1 200 OK\r\nContent-Length: 2\n\r\n{}", "CR after header value"),
    "LF behind the headers": (LENGTH + b"\n{}", "header"),
    "LF behind a size": (CHUNKED + b"2\n{}\r\n0\r\n\r\n", "CR after chunk size"),
    "LF behind a chunk": (CHUNKED + b"2\r\n{}\n0\r\n\r\n", "after chunk data"),
    "LF behind the trailers": (CHUNKED + b"2\r\n{}\r\n0\r\n\n", "header"),
    "CR in a header": (LENGTH + b"A: b\rc\r\n\r\n{}", "header value"),
    "CR in a reason": (b"HTTP/1.1 200 O\rK\r\nContent-Length: 2\r\n\r\n{}", "LF after CR"),
    "the same length twice": (LENGTH + b"Content-Length: 2\r\n\r\n{}", "Duplicate Content-Length"),
    "two lengths": (LENGTH + b"content-length: 3\r\n\r\n{}", "Duplicate Content-Length"),
    "a list of lengths": (b"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\n{}", "in Content-Length"),
    "no digits": (b"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", "Content-Length"),
    "a sign": (b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\n{}", "in Content-Length"),
    "a length of other digits": ("HTTP/1.1 200 OK\r\nContent-Length: ٢\r\n\r\n{}".encode(), "in Content-Length"),
    "a length above 64 bits": (b"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\n", "overflow"),
    "a length and chunks": (LENGTH + CODED.partition(b"\r\n")[2] % b"chunked", "with Content-Length"),
    "chunks and a length": (CHUNKED[:-2] + b"Content-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n", "with Transfer-Encoding"),
    "a length among the trailers": (CHUNKED + b"2\r\n{}\r\n0\r\nContent-Length: 2\r\n\r\n", "with Transfer-Encoding"),
    "spaces behind a size": (CHUNKED + b"2 \r\n{}\r\n0\r\n\r\n", "in chunk size"),
    "spaces before a size": (CHUNKED + b" 2\r\n{}\r\n0\r\n\r\n", "chunk size"),
    "spaces before an extension": (CHUNKED + b"2 ;a\r\n{}\r\n0\r\n\r\n", "in chunk size"),
    "0x": (CHUNKED + b"0x2\r\n{}\r\n0\r\n\r\n", "in chunk size"),
    "no size": (CHUNKED + b"\r\n{}\r\n0\r\n\r\n", "in chunk size"),
    "a size of 17 digits": (CHUNKED + b"f" * 17 + b"\r\n", "Chunk size overflow"),
    "a chunk that is longer than its size": (CHUNKED + b"1\r\n{}\r\n0\r\n\r\n", "after chunk data"),
    "an extension that does not end": (CHUNKED + b'2;a="\r\n{}\r\n0\r\n\r\n', "chunk extensions"),
    "gzip, chunked": (CODED % b"gzip, chunked", NOT_CHUNKED),
    "gzip": (CODED % b"gzip", NOT_CHUNKED),
    "identity": (CODED % b"identity", NOT_CHUNKED),
    "chunked, gzip": (CODED % b"chunked, gzip", NOT_CHUNKED),
    "chunked, chunked": (CODED % b"chunked, chunked", NOT_CHUNKED),
    "chunked twice": (CODED % b"chunked\r\nTransfer-Encoding: chunked", NOT_CHUNKED),
    "gzip and chunked": (CODED % b"gzip\r\nTransfer-Encoding: chunked", NOT_CHUNKED),
    "chunked with a comma": (CODED % b"chunked,", NOT_CHUNKED),
    "chunked in quotes": (CODED % b'"chunked"', NOT_CHUNKED),
    "chunked in HTTP/1.0": (CODED.replace(b"/1.1", b"/1.0") % b"chunked", NOT_CHUNKED),
    "no coding": (CODED % b"", "Transfer-Encoding"),
    "a folded header": (LENGTH + b"A: b\r\n c\r\n\r\n{}", "whitespace after header value"),
    "a header folded with a tab": (LENGTH + b"A: b\r\n\tc\r\n\r\n{}", "whitespace after header value"),
    "a folded length": (b"HTTP/1.1 200 OK\r\nContent-Length:\r\n 2\r\n\r\n{}", "header value"),
    "a header that begins with a space": (b"HTTP/1.1 200 OK\r\n A: b\r\n\r\n", "space after start line"),
    "a folded trailer": (CHUNKED + b"2\r\n{}\r\n0\r\nA: b\r\n c\r\n\r\n", "whitespace after header value"),
    "space before the colon": (b"HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\n{}", "header"),
    "space in a name": (LENGTH + b"A b: c\r\n\r\n{}", "header"),
    "no colon": (LENGTH + b"A\r\n\r\n{}", "header"),
    "no name": (LENGTH + b": b\r\n\r\n{}", "header"),
    "NUL in a value": (LENGTH + b"A: b\0c\r\n\r\n{}", "header value"),
    "NUL in a name": (LENGTH + b"A\0: b\r\n\r\n{}", "header"),
    "NUL in a size": (CHUNKED + b"2\0\r\n{}\r\n0\r\n\r\n", "in chunk size"),
    "NUL in an extension": (CHUNKED + b"2;a\0\r\n{}\r\n0\r\n\r\n", "chunk extensions"),
    "NUL in a trailer": (CHUNKED + b"2\r\n{}\r\n0\r\nA: \0\r\n\r\n", "header value"),
    "another control character": (LENGTH + b"A: b\x01c\r\n\r\n{}", "header value"),
}
REFUSED = {
    **{f"line: {name}": (line + LENGTH[15:] + b"\r\n{}", NO_STATUS_LINE) for name, line in LINES.items()},
    **{f"status: {name}": (line + b"\r\n\r\n" + OK, text) for name, (line, text) in STATUSES.items()},
    **FORMS,
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_plain_http_1_1_is_refused_by_name(name: str) -> None:
    data, text = REFUSED[name]
    for before in (b"", INTERIM):
        whole = read(before + data, clean=True)
        with pytest.raises(OutcomeUnknownError, match=f"the response is not HTTP/1.1: .*({text})"):
            raise OutcomeUnknownError(whole.refusal())
        assert whole.taken == len(before + data)
        for cuts in (range(len(before + data)), [len(before)], [len(before + data) // 2]):
            assert read(before + data, cuts, clean=True).result == whole.result


# --- How long a connection is kept -----------------------------------------------------------------------------------

KEPT = {
    **{f"timeout={seconds}": max(seconds - 1, seconds / 2) for seconds in (1, 2, 3, 5, 15, 16)},
    **dict.fromkeys(("timeout=17", "timeout=60", "timeout=999999999999999999"), IDLE_SECONDS),
    **dict.fromkeys(("timeout=0", "timeout=000", "timeout=0, max=5"), 0),
    **dict.fromkeys(("timeout=8, max=5", "max=5, timeout=8", "Timeout = 8", 'timeout="8"', "timeout=8;"), 7),
    **dict.fromkeys(
        ("", "timeout", "timeout=", "timeout=x", "timeout=-1", "timeout: 8", "max=3", "8", "٨"), IDLE_SECONDS
    ),
    "timeout=٨": IDLE_SECONDS,
}


@pytest.mark.parametrize(("value", "seconds"), KEPT.items(), ids=map(repr, KEPT))
@pytest.mark.parametrize("framing", ["length", "chunked", "204"])
def test_keep_alive_says_how_long_a_connection_is_kept(value: str, seconds: float, framing: str) -> None:
    data = SHAPES[framing].data.replace(b"\r\n", f"\r\nKeep-Alive: {value}\r\n".encode(), 1)
    seen = read(data)
    assert seen.reusable_for == seconds
    assert not seen.surplus


@pytest.mark.parametrize(
    ("version", "value", "is_kept"),
    [
        *(("1.1", value, False) for value in ("close", "Close", "a, close", "close ,a", "keep-alive, close")),
        *(("1.1", value, False) for value in ("keep-alive\r\nConnection: close", "close\r\nConnection: keep-alive")),
        *(("1.1", value, True) for value in ("", "keep-alive", "closed", "not close", "x")),
        *(
            ("1.0", value, True)
            for value in ("keep-alive", "Keep-Alive", "a,keep-alive", "x\r\nConnection: keep-alive")
        ),
        *(("1.0", value, False) for value in ("", "close", "keep-alive, close", "keep alive", "keep-alive-not")),
    ],
)
def test_connection_says_whether_a_connection_is_kept(version: str, value: str, *, is_kept: bool) -> None:
    data = f"HTTP/{version} 200 OK\r\nContent-Length: 2\r\nConnection: {value}\r\n\r\n{{}}".encode()
    assert read(data).reusable_for == (IDLE_SECONDS if is_kept else 0)


# --- What it is made of ----------------------------------------------------------------------------------------------

# Every path through an exchange: shapes, shapes with surplus, refusals, ends.
PATHS: list[tuple[str, bytes]] = [
    *((shape.method, shape.data) for shape in SHAPES.values()),
    *((shape.method, shape.data + OK) for shape in SHAPES.values()),
    *(("GET", data) for data, _ in REFUSED.values()),
    *(("GET", data) for data in CUT_SHORT.values()),
    ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n"),
]

CALLBACKS = (
    *("on_message_begin", "on_url", "on_status", "on_header", "on_headers_complete", "on_body"),
    *("on_message_complete", "on_chunk_header", "on_chunk_complete"),
)


def test_the_parser_calls_functions_in_c_only(monkeypatch: pytest.MonkeyPatch) -> None:
    protocols: list[Any] = []

    def make(protocol: Any) -> Any:
        protocols.append(protocol)
        return parser(protocol)

    parser = httptools.HttpResponseParser
    monkeypatch.setattr(httptools, "HttpResponseParser", make)
    read(SHAPES["after several of 1xx"].data)
    assert len(protocols) == 4
    called = [getattr(protocol, name) for protocol in protocols for name in CALLBACKS if hasattr(protocol, name)]
    assert len(called) == 3 * 4
    for function in called:
        inner = function.func if isinstance(function, partial) else function
        assert isinstance(inner, BuiltinFunctionType)


def test_no_code_runs_while_the_parser_does() -> None:
    parsing: set[str] = set()
    called: set[str] = set()

    def profile(frame: FrameType, event: str, _: object) -> None:
        if event != "call":
            return
        if "feed_data" in frame.f_code.co_names:
            parsing.add(frame.f_code.co_name)
        caller = frame.f_back
        # What the caller of the parser calls itself, it names.
        if caller is not None and "feed_data" in caller.f_code.co_names:
            called.update({frame.f_code.co_name} - set(caller.f_code.co_names))

    previous = sys.getprofile()
    sys.setprofile(profile)
    try:
        for method, data in PATHS:
            read(data, method=method, clean=True)
    finally:
        sys.setprofile(previous)
    assert len(parsing) == 1
    assert not called


class Interrupt(BaseException):
    """What a signal handler raises."""


def interrupt(method: str, pieces: list[bytes], place: int) -> bool:
    """Read a response, raise at one bytecode of it, and say whether it has so many."""
    left = place

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal left
        if frame.f_code.co_filename != module.__file__:
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        if event == "opcode":
            left -= 1
            if left < 0:
                raise Interrupt
        return trace

    exchange = Exchange(method, LIMIT)
    previous = sys.gettrace()
    sys.settrace(trace)
    try:
        for piece in pieces:
            exchange.feed(piece)
    except Interrupt:
        return True
    finally:
        sys.settrace(previous)
    return False


@pytest.mark.parametrize(
    "pieces",
    [
        [b"HTTP/1.1 100 Continue\r\n\r\n" + OK[:30], OK[30:]],
        [CHUNKED + b"1;a\r\n{\r\n", b"1\r\n}\r\n0\r\n\r\n"],
        [b"HTTP/1.1 204 None\r\nKeep-Alive: timeout=3\r\n\r\n\0"],
        [OK + b"x"],
        [CHUNKED + b"x"],
        [b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"],
    ],
    ids=["interim", "chunks", "no body", "surplus", "garbage", "upgrade"],
)
def test_what_a_signal_handler_raises_is_raised_as_it_is(pieces: list[bytes]) -> None:
    def everywhere() -> int:
        return next(place for place in count() if not interrupt("GET", pieces, place))

    # In a thread of its own, in which CPython may leave an exception behind: `tests/test_interrupts.py`.
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(everywhere).result() > 100


def test_an_exchange_is_freed_without_the_garbage_collector() -> None:
    gc.collect()
    gc.disable()
    try:
        for method, data in PATHS:
            for cuts in (WHOLE, range(len(data))):
                read(data, cuts, method=method, clean=True)
            read(data, method=method, clean=False)
            read(data, method=method)
            # Of the youngest objects, which is quick: nothing older than this test is visited.
            assert gc.collect(0) == 0, data
    finally:
        gc.enable()


def test_a_body_in_small_chunks_takes_little_more_than_its_size() -> None:
    size = 100_000
    data = memoryview(CHUNKED + b"1\r\nx\r\n" * size + b"0\r\n\r\n")
    exchange = Exchange("GET", size)
    tracemalloc.start()
    try:
        result: Result | None = None
        for start in range(0, len(data), 65_536):
            result = exchange.feed(data[start : start + 65_536])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(result, Reply)
    assert len(result.content) == size
    # Its bytes twice, and the pieces of one block.
    assert peak < 4 * size
