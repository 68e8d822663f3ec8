"""Odd responses, read by both clients, aiohttp and urllib3. Every difference is listed here with its reason."""

from __future__ import annotations

import asyncio
import gzip
import http.client
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import aiohttp
import pytest
import urllib3

from polytomic_client import RequestError, Timeout
from polytomic_client._call.settings import Config
from polytomic_client._client.settings import build_config
from polytomic_client._http.asyncio_pool import AsyncioPool
from polytomic_client._http.body import EncodingError, inflate
from polytomic_client._http.exchange import HEAD_LIMIT
from polytomic_client._http.messages import Reply, Request
from polytomic_client._http.thread_pool import ThreadPool

from . import test_faults
from .conftest import KEY
from .server import Connection, Server, reset

SILENCE = 0.3
"""Seconds that a client waits where the server keeps the connection open and the response has no end."""

PATIENCE = 10.0
"""Seconds that a client waits everywhere else, so that a slow machine is not taken for a client that refuses."""

LIMIT = 1024 * 1024
"""Bytes that a body may have, before and after decompression."""

Method = Literal["GET", "HEAD"]
Ends = Literal["close", "reset", "open", "silence"]


@dataclass(frozen=True)
class Odd:
    """A response as bytes.

    Attributes:
        ends: What the server does next. It leaves a connection open until the client closes it; behind "silence", no
            client has what it waits for.
        cuts: The places between two writes.
    """

    data: bytes
    ends: Ends = "close"
    method: Method = "GET"
    cuts: tuple[int, ...] = ()

    def __call__(self, connection: Connection) -> bool:
        for start, end in pairwise((0, *self.cuts, len(self.data))):
            connection.send(self.data[start:end])
            if self.cuts or self.ends == "reset":
                connection.server.stopping.wait(0.01)
        return reset(connection) if self.ends == "reset" else self.ends != "close"

    @property
    def seconds(self) -> float:
        """How long a client waits for the next byte."""
        return SILENCE if self.ends == "silence" else PATIENCE


def _response(*fields: bytes, first: bytes = b"HTTP/1.1 200 OK", body: bytes = b"hello") -> bytes:
    return b"\r\n".join([first, *fields, b"", body])


def _status_line(first: bytes) -> Odd:
    return Odd(_response(b"Content-Length: 5", first=first))


def _field(field: bytes) -> Odd:
    return Odd(_response(field, b"Content-Length: 5"))


def _length(*values: bytes, body: bytes = b"hello") -> Odd:
    return Odd(_response(*[b"Content-Length:" + value for value in values], body=body))


def _coding(*values: bytes, body: bytes = b"5\r\nhello\r\n0\r\n\r\n", first: bytes = b"HTTP/1.1 200 OK") -> Odd:
    return Odd(_response(*[b"Transfer-Encoding:" + value for value in values], body=body, first=first))


def _chunks(body: bytes, ends: Ends = "close") -> Odd:
    return Odd(_response(b"Transfer-Encoding: chunked", body=body), ends)


def _gzip(body: bytes) -> Odd:
    return Odd(_response(b"Content-Encoding: gzip", b"Content-Length: %d" % len(body), body=body))


OK = _response(b"Content-Length: 5")
CHUNKED = _response(b"Transfer-Encoding: chunked", body=b"5\r\nhello\r\n0\r\n\r\n")
GZIP = gzip.compress(b"hello", mtime=0)

FAULTS = {
    f"faults: {name}": Odd(data)
    for table in (test_faults.PARSED, test_faults.EITHER, test_faults.REFUSED)
    for name, data in table.items()
}

LENGTHS = {
    "length: twice": _length(b" 5", b" 5"),
    "length: twice, other digits": _length(b" 5", b" 05"),
    "length: twice, different": _length(b" 5", b" 4"),
    "length: list": _length(b" 5, 5"),
    "length: list, different": _length(b" 5, 4"),
    "length: list with an empty member": _length(b" 5,"),
    "length: plus": _length(b" +5"),
    "length: minus": _length(b" -5"),
    "length: leading zeros": _length(b" 0005"),
    "length: 40 leading zeros": _length(b" " + b"0" * 40 + b"5"),
    "length: no space": _length(b"5"),
    "length: spaces around": _length(b"   5  \t "),
    "length: space within": _length(b" 1 0", body=b"hellohello"),
    "length: underscore": _length(b" 1_0", body=b"hellohello"),
    "length: hexadecimal": _length(b" 0x5"),
    "length: fraction": _length(b" 5.0"),
    "length: exponent": _length(b" 5e0"),
    "length: full-width digit": _length(b" \xef\xbc\x95"),
    "length: superscript": _length(b" \xb2"),
    "length: vertical tab": _length(b" \x0b5"),
    "length: huge": _length(b" 18446744073709551621"),
    "length: 5,000 digits": _length(b" " + b"9" * 5_000),
    "length: above the limit": _length(b" 99000000"),
    "length: empty": _length(b""),
    "length: zero": _length(b" 0", body=b""),
    "length: minus zero": _length(b" -0", body=b""),
    "length: with chunked": Odd(_response(b"Content-Length: 5", b"Transfer-Encoding: chunked", body=CHUNKED[-15:])),
    "length: behind chunked": Odd(_response(b"Transfer-Encoding: chunked", b"Content-Length: 5", body=CHUNKED[-15:])),
    "length: too long": _length(b" 6"),
    "length: too short": _length(b" 4"),
    "length: no body": _length(b" 5", body=b""),
    "length: open connection": Odd(OK, "open"),
    "length: too long, open connection": Odd(_response(b"Content-Length: 6"), "silence"),
    "length: reset behind": Odd(OK, "reset"),
    "length: reset within": Odd(_response(b"Content-Length: 6"), "reset"),
}

CODINGS = {
    "coding: chunked": Odd(CHUNKED, "open"),
    "coding: odd case": _coding(b" cHuNkEd"),
    "coding: no space": _coding(b"chunked"),
    "coding: spaces around": _coding(b"   chunked  "),
    "coding: tab before": _coding(b" \tchunked"),
    "coding: tab behind": _coding(b" chunked\t"),
    "coding: twice": _coding(b" chunked", b" chunked"),
    "coding: list of the same": _coding(b" chunked, chunked"),
    "coding: empty member": _coding(b" , chunked"),
    "coding: gzip, chunked": _coding(b" gzip, chunked", body=b"%x\r\n%s\r\n0\r\n\r\n" % (len(GZIP), GZIP)),
    "coding: gzip": _coding(b" gzip", body=GZIP),
    "coding: chunked, gzip": _coding(b" chunked, gzip"),
    "coding: chunked, identity": _coding(b" chunked, identity"),
    "coding: identity": _coding(b" identity", body=b"hello"),
    "coding: identity, then chunked": _coding(b" identity", b" chunked"),
    "coding: identity with a length": Odd(_response(b"Transfer-Encoding: identity", b"Content-Length: 5")),
    "coding: unknown": _coding(b" xchunked"),
    "coding: chunked with a letter more": _coding(b" chunkedx"),
    "coding: quoted": _coding(b' "chunked"'),
    "coding: parameter": _coding(b" chunked;a=b"),
    "coding: vertical tab": _coding(b" \x0bchunked"),
    "coding: empty": _coding(b"", body=b"hello"),
    "coding: HTTP/1.0": _coding(b" chunked", first=b"HTTP/1.0 200 OK"),
    "coding: space before the colon": Odd(_response(b"Transfer-Encoding : chunked", body=CHUNKED[-15:])),
    "coding: folded": Odd(_response(b"Transfer-Encoding:\r\n chunked", body=CHUNKED[-15:])),
}

CHUNKS = {
    "chunk: leading zeros": _chunks(b"0005\r\nhello\r\n0\r\n\r\n"),
    "chunk: 30 leading zeros": _chunks(b"0" * 30 + b"5\r\nhello\r\n0\r\n\r\n"),
    "chunk: upper case": _chunks(b"A\r\nhellohello\r\n0\r\n\r\n"),
    "chunk: lower case": _chunks(b"a\r\nhellohello\r\n0\r\n\r\n"),
    "chunk: several": _chunks(b"1\r\nh\r\n3\r\nell\r\n1\r\no\r\n0\r\n\r\n"),
    "chunk: 0x": _chunks(b"0x5\r\nhello\r\n0\r\n\r\n"),
    "chunk: trailing space": _chunks(b"5 \r\nhello\r\n0\r\n\r\n"),
    "chunk: trailing tab": _chunks(b"5\t\r\nhello\r\n0\r\n\r\n"),
    "chunk: leading space": _chunks(b" 5\r\nhello\r\n0\r\n\r\n"),
    "chunk: underscore": _chunks(b"0_5\r\nhello\r\n0\r\n\r\n"),
    "chunk: plus": _chunks(b"+5\r\nhello\r\n0\r\n\r\n"),
    "chunk: minus": _chunks(b"-5\r\nhello\r\n0\r\n\r\n"),
    "chunk: no number": _chunks(b"x\r\nhello\r\n0\r\n\r\n"),
    "chunk: empty size": _chunks(b"\r\nhello\r\n0\r\n\r\n"),
    "chunk: only an extension": _chunks(b";a\r\nhello\r\n0\r\n\r\n"),
    "chunk: huge": _chunks(b"10000000000000005\r\nhello\r\n0\r\n\r\n"),
    "chunk: longer than the body": _chunks(b"fffff\r\nhello\r\n0\r\n\r\n"),
    "chunk: extension": _chunks(b"5;a=b\r\nhello\r\n0\r\n\r\n"),
    "chunk: extension without a value": _chunks(b"5;a\r\nhello\r\n0\r\n\r\n"),
    "chunk: extension without a name": _chunks(b"5;\r\nhello\r\n0\r\n\r\n"),
    "chunk: quoted extension": _chunks(b'5;a="b;c d"\r\nhello\r\n0\r\n\r\n'),
    "chunk: line end in a quoted extension": _chunks(b'5;a="b\r\nhello\r\n0\r\n\r\n'),
    "chunk: line feed in an extension": _chunks(b"5;a\nhello\r\n0\r\n\r\n"),
    "chunk: spaces around an extension": _chunks(b"5 ; a = b\r\nhello\r\n0\r\n\r\n"),
    "chunk: extension of the last": _chunks(b"5\r\nhello\r\n0;a=b\r\n\r\n"),
    "chunk: extension of 20 kB": _chunks(b"5;a=" + b"b" * 20_000 + b"\r\nhello\r\n0\r\n\r\n"),
    "chunk: nothing behind the data": _chunks(b"5\r\nhello0\r\n\r\n"),
    "chunk: line feed behind the data": _chunks(b"5\r\nhello\n0\r\n\r\n"),
    "chunk: garbage behind the data": _chunks(b"5\r\nhelloxx0\r\n\r\n"),
    "chunk: line feed behind the size": _chunks(b"5\nhello\r\n0\r\n\r\n"),
    "chunk: carriage return behind the size": _chunks(b"5\rhello\r\n0\r\n\r\n"),
    "chunk: line feeds only": _chunks(b"5\nhello\n0\n\n"),
    "chunk: line feed behind the last": _chunks(b"5\r\nhello\r\n0\n\r\n"),
    "chunk: line feed at the end": _chunks(b"5\r\nhello\r\n0\r\n\n"),
    "chunk: last of many zeros": _chunks(b"5\r\nhello\r\n00000\r\n\r\n"),
    "chunk: no last": _chunks(b"5\r\nhello\r\n"),
    "chunk: cut in the data": _chunks(b"5\r\nhel"),
    "chunk: cut in the size": _chunks(b"5\r\nhello\r\n0"),
    "chunk: cut behind the last": _chunks(b"5\r\nhello\r\n0\r\n"),
    "chunk: cut behind the last, open connection": _chunks(b"5\r\nhello\r\n0\r\n", "silence"),
    "chunk: no body": _chunks(b""),
    "chunk: only the last": _chunks(b"0\r\n\r\n"),
    "chunk: trailers": _chunks(b"5\r\nhello\r\n0\r\nA: b\r\nC: d\r\n\r\n"),
    "chunk: a length as a trailer": _chunks(b"5\r\nhello\r\n0\r\nContent-Length: 3\r\n\r\n"),
    "chunk: a coding as a trailer": _chunks(b"5\r\nhello\r\n0\r\nTransfer-Encoding: gzip\r\n\r\n"),
    "chunk: cut in the trailers": _chunks(b"5\r\nhello\r\n0\r\nA: b\r\n"),
    "chunk: a trailer without a colon": _chunks(b"5\r\nhello\r\n0\r\nno colon\r\n\r\n"),
    "chunk: a folded trailer": _chunks(b"5\r\nhello\r\n0\r\nA: b\r\n c\r\n\r\n"),
    "chunk: trailers of 20 kB": _chunks(b"5\r\nhello\r\n0\r\n" + b"A: b\r\n" * 3_000 + b"\r\n"),
}

ENDS = {
    "end: of the connection": Odd(_response()),
    "end: of the connection, HTTP/1.0": Odd(_response(first=b"HTTP/1.0 200 OK")),
    "end: of the connection, no body": Odd(_response(body=b"")),
    "end: of the connection, keep-alive": Odd(_response(b"Connection: keep-alive")),
    "end: open connection": Odd(_response(), "silence"),
    "end: reset": Odd(_response(), "reset"),
    "end: nothing at all": Odd(b""),
    "end: nothing at all, reset": Odd(b"", "reset"),
    "end: in the status line": Odd(b"HTTP/1.1 200"),
    "end: behind the status line": Odd(b"HTTP/1.1 200 OK\r\n"),
    "end: in the headers": Odd(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"),
    "end: in a header": Odd(b"HTTP/1.1 200 OK\r\nContent-Len"),
    "end: one line feed too few": Odd(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r"),
}

Row = tuple[str, tuple[bytes, ...], bytes, Ends]
"""Name, headers, body or first line, and what the server does next."""


def _bodiless(status: int, ends: Ends) -> dict[str, Odd]:
    rows: list[Row] = [
        ("nothing", (), b"", ends),
        ("no length, a body", (), b"hello", "close"),
        ("length 0", (b"Content-Length: 0",), b"", "open"),
        ("length and body", (b"Content-Length: 5",), b"hello", "close"),
        ("length without a body", (b"Content-Length: 5",), b"", ends),
        ("chunked", (b"Transfer-Encoding: chunked",), b"5\r\nhello\r\n0\r\n\r\n", "close"),
        ("chunked, nothing", (b"Transfer-Encoding: chunked",), b"0\r\n\r\n", "close"),
        ("length above the limit", (b"Content-Length: 99000000",), b"", ends),
        ("another coding", (b"Transfer-Encoding: gzip",), b"", ends),
    ]
    first = b"HTTP/1.1 %d X" % status
    return {
        f"{status}: {what}": Odd(_response(*fields, first=first, body=body), then) for what, fields, body, then in rows
    }


BODILESS = {**_bodiless(204, "open"), **_bodiless(205, "close"), **_bodiless(304, "open")}

HEAD_ROWS: list[Row] = [
    ("nothing", (), b"", "open"),
    ("a body", (), b"hello", "close"),
    ("length", (b"Content-Length: 5",), b"", "open"),
    ("length and body", (b"Content-Length: 5",), b"hello", "close"),
    ("length above the limit", (b"Content-Length: 99000000",), b"", "open"),
    ("chunked", (b"Transfer-Encoding: chunked",), b"", "open"),
    ("chunked and a body", (b"Transfer-Encoding: chunked",), b"5\r\nhello\r\n0\r\n\r\n", "close"),
    ("gzip", (b"Content-Encoding: gzip", b"Content-Length: 25"), b"", "open"),
    ("two lengths", (b"Content-Length: 5", b"Content-Length: 6"), b"", "close"),
]
HEADS = {f"HEAD: {what}": Odd(_response(*fields, body=body), then, "HEAD") for what, fields, body, then in HEAD_ROWS}

INTERIM = {
    **{f"1xx: {status}": Odd(b"HTTP/1.1 %d X\r\n\r\n" % status + OK, "open") for status in (100, 102, 103, 199)},
    "1xx: 101": Odd(b"HTTP/1.1 101 X\r\n\r\n" + OK),
    "1xx: 101, an upgrade": Odd(b"HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n" + OK),
    "1xx: 101, open connection": Odd(b"HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", "open"),
    "1xx: 100 with headers": Odd(b"HTTP/1.1 100 X\r\nA: b\r\n\r\n" + OK),
    "1xx: 100 of HTTP/1.0": Odd(b"HTTP/1.0 100 X\r\n\r\n" + OK),
    "1xx: 100 with a length": Odd(b"HTTP/1.1 100 X\r\nContent-Length: 5\r\n\r\nhello" + OK),
    "1xx: 100 with length 0": Odd(b"HTTP/1.1 100 X\r\nContent-Length: 0\r\n\r\n" + OK),
    "1xx: 103 with a length": Odd(b"HTTP/1.1 103 X\r\nContent-Length: 5\r\n\r\nhello" + OK),
    "1xx: 100 with chunks": Odd(b"HTTP/1.1 100 X\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + OK),
    "1xx: 100 with Connection: close": Odd(b"HTTP/1.1 100 X\r\nConnection: close\r\n\r\n" + OK),
    "1xx: ten times 100": Odd(b"HTTP/1.1 100 X\r\n\r\n" * 10 + OK),
    "1xx: 100, then chunks": Odd(b"HTTP/1.1 100 X\r\n\r\n" + CHUNKED),
    "1xx: 100, then an end": Odd(b"HTTP/1.1 100 X\r\n\r\n"),
    "1xx: 100, then silence": Odd(b"HTTP/1.1 100 X\r\n\r\n", "silence"),
    "1xx: 100, then HEAD": Odd(b"HTTP/1.1 100 X\r\n\r\n" + _response(b"Content-Length: 5", body=b""), "open", "HEAD"),
    "1xx: 100, then 204": Odd(b"HTTP/1.1 100 X\r\n\r\nHTTP/1.1 204 X\r\n\r\n", "open"),
    "1xx: 100, then 500": Odd(b"HTTP/1.1 100 X\r\n\r\n" + OK.replace(b"200", b"500"), "open"),
}

STATUS_LINES = {
    f"status: {what}": _status_line(first)
    for what, first in {
        "HTTP/1.0": b"HTTP/1.0 200 OK",
        "HTTP/1.2": b"HTTP/1.2 200 OK",
        "HTTP/1.9": b"HTTP/1.9 200 OK",
        "HTTP/1.10": b"HTTP/1.10 200 OK",
        "HTTP/1": b"HTTP/1 200 OK",
        "HTTP/2": b"HTTP/2 200 OK",
        "HTTP/2.0": b"HTTP/2.0 200 OK",
        "HTTP/3.0": b"HTTP/3.0 200 OK",
        "HTTP/0.9": b"HTTP/0.9 200 OK",
        "HTTP/1.x": b"HTTP/1.x 200 OK",
        "HTTP/01.1": b"HTTP/01.1 200 OK",
        "HTTP/ 1.1": b"HTTP/ 1.1 200 OK",
        "lower case": b"http/1.1 200 OK",
        "mixed case": b"Http/1.1 200 OK",
        "RTSP": b"RTSP/1.0 200 OK",
        "ICE": b"ICE/1.0 200 OK",
        "ICY": b"ICY 200 OK",
        "no version": b"200 OK",
        "no status": b"HTTP/1.1",
        "no number": b"HTTP/1.1 OK",
        "no reason": b"HTTP/1.1 200 ",
        "no space": b"HTTP/1.1 200",
        "two spaces": b"HTTP/1.1  200 OK",
        "two spaces before the reason": b"HTTP/1.1 200  OK",
        "tab": b"HTTP/1.1\t200\tOK",
        "tab before the reason": b"HTTP/1.1 200\tOK",
        "tab in the reason": b"HTTP/1.1 200 O\tK",
        "8-bit reason": b"HTTP/1.1 200 \xff\xe9",
        "NUL in the reason": b"HTTP/1.1 200 O\0K",
        "bare carriage return in the reason": b"HTTP/1.1 200 O\rK",
        "2 digits": b"HTTP/1.1 20 OK",
        "4 digits": b"HTTP/1.1 2000 OK",
        "5 digits": b"HTTP/1.1 20000 OK",
        "letter behind": b"HTTP/1.1 200x OK",
        "fraction": b"HTTP/1.1 200.5 OK",
        "plus": b"HTTP/1.1 +20 OK",
        "minus": b"HTTP/1.1 -20 OK",
        "000": b"HTTP/1.1 000 OK",
        "099": b"HTTP/1.1 099 OK",
        "600": b"HTTP/1.1 600 OK",
        "999": b"HTTP/1.1 999 OK",
        "418": b"HTTP/1.1 418 OK",
        "500": b"HTTP/1.1 500 OK",
        "302": b"HTTP/1.1 302 OK",
        "401": b"HTTP/1.1 401 OK",
        "407": b"HTTP/1.1 407 OK",
        "empty line before": b"\r\nHTTP/1.1 200 OK",
        "two empty lines before": b"\r\n\r\nHTTP/1.1 200 OK",
        "line feed before": b"\nHTTP/1.1 200 OK",
        "space before": b" HTTP/1.1 200 OK",
        "NUL before": b"\0HTTP/1.1 200 OK",
        "byte order mark": b"\xef\xbb\xbfHTTP/1.1 200 OK",
        "a request": b"GET / HTTP/1.1",
        "line feed behind": b"HTTP/1.1 200 OK\nA: b",
        "carriage return behind": b"HTTP/1.1 200 OK\rA: b",
        "space line behind": b"HTTP/1.1 200 OK\r\n ",
        "reason of 20 kB": b"HTTP/1.1 200 " + b"K" * 20_000,
        "reason of 70 kB": b"HTTP/1.1 200 " + b"K" * 70_000,
    }.items()
} | {
    "status: HTML": Odd(b"<html><body>502 Bad Gateway</body></html>"),
    "status: SSH": Odd(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "status: TLS alert": Odd(b"\x15\x03\x01\x00\x02\x02\x46"),
}

FIELDS = {
    f"header: {what}": _field(field)
    for what, field in {
        "folded": b"A: b\r\n c",
        "folded with a tab": b"A: b\r\n\tc",
        "folded into a length": b"A: b\r\n Content-Length: 3",
        "folded first": b" A: b",
        "space before the colon": b"A : b",
        "tab before the colon": b"A\t: b",
        "length with a space before the colon": b"Content-Length : 3",
        "space in the name": b"A B: b",
        "no colon": b"AB",
        "no name": b": b",
        "only a colon": b":",
        "no value": b"A:",
        "two colons": b"A:: b",
        "NUL in a value": b"A: b\0c",
        "NUL in a name": b"A\0B: c",
        "bare carriage return in a value": b"A: b\rc",
        "bare carriage return before a length": b"A: b\rContent-Length: 3",
        "bare line feed in a value": b"A: b\nc",
        "bare line feed between two": b"A: b\nC: d",
        "two carriage returns": b"A: b\r",
        "control character in a value": b"A: b\x01c",
        "DEL in a value": b"A: b\x7fc",
        "obs-text": b"A: \x80\xe9\xff",
        "UTF-8": b"A: caf\xc3\xa9",
        "next line character": b"A: b\xc2\x85c",
        "8-bit name": b"\xe9: b",
        "UTF-8 name": b"caf\xc3\xa9: b",
        "separator in a name": b"A(B): c",
        "slash in a name": b"A/B: c",
        "brackets in a name": b"A[B]: c",
        "quote in a name": b'"A": c',
        "comma in a name": b"A,B: c",
        "every character of a token": b"!#$%&'*+-.^_`|~09azAZ: b",
        "200": b"\r\n".join(b"A-%d: b" % number for number in range(200)),
        "of 60 kB": b"A: " + b"b" * 60_000,
        "of 70 kB": b"A: " + b"b" * 70_000,
        "name of 60 kB": b"a" * 60_000 + b": b",
        "many of 70 kB": b"\r\n".join([b"A: " + b"b" * 1_000] * 70),
        "Upgrade": b"Upgrade: h2c",
        "Upgrade of the connection": b"Connection: Upgrade\r\nUpgrade: h2c",
        "Trailer": b"Trailer: A",
        "Content-Type without a value": b"Content-Type:",
        "Location": b"Location: /elsewhere",
        "Set-Cookie": b"Set-Cookie: a=b; =; ;; c\x01",
    }.items()
}

PERSISTENCE_ROWS: list[Row] = [
    ("close", (b"Connection: close",), b"HTTP/1.1 200 OK", "close"),
    ("close, left open", (b"Connection: close",), b"HTTP/1.1 200 OK", "open"),
    ("odd case", (b"cOnNeCtIoN: ClOsE",), b"HTTP/1.1 200 OK", "open"),
    ("close and keep-alive", (b"Connection: close, keep-alive",), b"HTTP/1.1 200 OK", "open"),
    ("two", (b"Connection: keep-alive", b"Connection: close"), b"HTTP/1.1 200 OK", "open"),
    ("empty", (b"Connection:",), b"HTTP/1.1 200 OK", "open"),
    ("a name of no header", (b"Connection: x, , y",), b"HTTP/1.1 200 OK", "open"),
    ("Content-Length", (b"Connection: Content-Length",), b"HTTP/1.1 200 OK", "open"),
    ("Proxy-Connection", (b"Proxy-Connection: close",), b"HTTP/1.1 200 OK", "open"),
    ("keep-alive of HTTP/1.0", (b"Connection: keep-alive",), b"HTTP/1.0 200 OK", "open"),
    ("HTTP/1.0 left open", (), b"HTTP/1.0 200 OK", "open"),
    ("Keep-Alive timeout", (b"Keep-Alive: timeout=5, max=1",), b"HTTP/1.1 200 OK", "open"),
    ("Keep-Alive timeout 0", (b"Keep-Alive: timeout=0",), b"HTTP/1.1 200 OK", "open"),
    ("Keep-Alive garbage", (b"Keep-Alive: timeout=-1e9;;\xff",), b"HTTP/1.1 200 OK", "open"),
]
PERSISTENCE = {
    f"connection: {what}": Odd(_response(*fields, b"Content-Length: 5", first=first), then)
    for what, fields, first, then in PERSISTENCE_ROWS
}

COMPRESSED = {
    "gzip: well-formed": _gzip(GZIP),
    "gzip: padding behind": _gzip(GZIP + b"\0" * 20),
    "gzip: garbage behind": _gzip(GZIP + b"garbage"),
    "gzip: padding, then garbage": _gzip(GZIP + b"\0\0garbage"),
    "gzip: two streams": _gzip(GZIP + gzip.compress(b" world", mtime=0)),
    "gzip: padding between two streams": _gzip(GZIP + b"\0\0" + gzip.compress(b" world", mtime=0)),
    "gzip: an empty stream": _gzip(gzip.compress(b"", mtime=0)),
    "gzip: cut in the stream": _gzip(GZIP[:-12]),
    "gzip: cut in the checksum": _gzip(GZIP[:-6]),
    "gzip: cut in the header": _gzip(GZIP[:5]),
    "gzip: cut in a second stream": _gzip(GZIP + GZIP[:-6]),
    "gzip: wrong checksum": _gzip(GZIP[:-8] + b"\0\0\0\0" + GZIP[-4:]),
    "gzip: wrong size": _gzip(GZIP[:-4] + b"\x09\0\0\0"),
    "gzip: plain": _gzip(b"hello"),
    "gzip: nothing": _gzip(b""),
    "gzip: one NUL": _gzip(b"\0"),
    "gzip: chunked": Odd(
        _response(
            b"Content-Encoding: gzip",
            b"Transfer-Encoding: chunked",
            body=b"a\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (GZIP[:10], len(GZIP) - 10, GZIP[10:]),
        )
    ),
    "gzip: to the end of the connection": Odd(_response(b"Content-Encoding: gzip", body=GZIP)),
    "gzip: x-gzip": Odd(_response(b"Content-Encoding: x-gzip", body=GZIP)),
    "gzip: odd case": Odd(_response(b"Content-Encoding: GZip", body=GZIP)),
    "gzip: twice": Odd(_response(b"Content-Encoding: gzip, gzip", body=gzip.compress(GZIP, mtime=0))),
    "gzip: identity": Odd(_response(b"Content-Encoding: identity")),
    "gzip: empty": Odd(_response(b"Content-Encoding:")),
    "gzip: unknown": Odd(_response(b"Content-Encoding: x-unknown")),
    "gzip: of a 204": Odd(b"HTTP/1.1 204 X\r\nContent-Encoding: gzip\r\n\r\n"),
}

BEHIND = {
    "behind: garbage": Odd(OK + b"garbage", "open"),
    "behind: garbage, then an end": Odd(OK + b"garbage"),
    "behind: an answer": Odd(OK + OK.replace(b"hello", b"wrong"), "open"),
    "behind: line ends": Odd(OK + b"\r\n\r\n", "open"),
    "behind: NUL": Odd(OK + b"\0", "open"),
    "behind: garbage and chunks": Odd(CHUNKED + b"garbage", "open"),
    "behind: an answer and chunks": Odd(CHUNKED + OK.replace(b"hello", b"wrong"), "open"),
    "behind: line ends and chunks": Odd(CHUNKED + b"\r\n\r\n", "open"),
    "behind: garbage and Connection: close": Odd(_response(b"Connection: close", b"Content-Length: 5") + b"x", "open"),
    "behind: an answer and length 0": Odd(_response(b"Content-Length: 0", body=b"") + OK, "open"),
    "behind: an answer and 204": Odd(b"HTTP/1.1 204 X\r\n\r\n" + OK, "open"),
    "behind: an answer and 304": Odd(b"HTTP/1.1 304 X\r\nContent-Length: 5\r\n\r\n" + OK, "open"),
    "behind: an answer and HEAD": Odd(_response(b"Content-Length: 5", body=b"") + OK, "open", "HEAD"),
    "behind: a reset": Odd(OK + b"garbage", "reset"),
}

CUT = b"HTTP/1.1 100 X\r\n\r\n" + CHUNKED.replace(b"0\r\n\r\n", b"0\r\nA: b\r\n\r\n")
CUTS = {
    **{f"cut: length, at {place}": Odd(OK, "open", cuts=(place,)) for place in (1, 9, 13, 16, 17, 30, 36, 37, 38, 40)},
    **{f"cut: chunks, at {place}": Odd(CUT, "open", cuts=(place,)) for place in range(16, len(CUT), 6)},
    "cut: every four bytes": Odd(CUT, "open", cuts=tuple(range(1, len(CUT), 4))),
}

ODD: dict[str, Odd] = {
    **FAULTS,
    **LENGTHS,
    **CODINGS,
    **CHUNKS,
    **ENDS,
    **BODILESS,
    **HEADS,
    **INTERIM,
    **STATUS_LINES,
    **FIELDS,
    **PERSISTENCE,
    **COMPRESSED,
    **BEHIND,
    **CUTS,
}

PLACES = {name: place for place, name in enumerate(ODD)}

Read = tuple[int, bytes]
Result = Read | Literal["refused"]
Other = Literal["aiohttp", "urllib3"]
OTHERS: tuple[Other, ...] = ("aiohttp", "urllib3")

STRICTER: dict[str, dict[Other, tuple[str, ...]]] = {
    "RFC 9112, section 6.3: a length beside chunks may be an attempt to smuggle a response": {
        "urllib3": (
            "length: with chunked",
            "length: behind chunked",
            "coding: identity with a length",
            "chunk: a length as a trailer",
        ),
    },
    "RFC 9112, section 6.3: one length is sent once; a client may refuse a repetition": {
        "urllib3": (
            "faults: the length twice",
            "length: twice",
            "length: twice, other digits",
            "length: list",
        ),
    },
    "RFC 9110, section 8.6: a client must not let a length overflow": {
        "urllib3": ("length: 5,000 digits",),
    },
    "RFC 9110, section 8.6: a length is digits, nothing else": {
        "urllib3": (
            "faults: a length with a sign",
            "faults: a length below zero",
            "faults: no number as the length",
            "length: list with an empty member",
            "length: plus",
            "length: minus",
            "length: space within",
            "length: underscore",
            "length: hexadecimal",
            "length: fraction",
            "length: exponent",
            "length: full-width digit",
            "length: superscript",
            "length: vertical tab",
            "length: empty",
            "length: minus zero",
        ),
    },
    "RFC 9112, section 5.1: no white space stands between a name and its colon": {
        "aiohttp": ("coding: space before the colon",),
        "urllib3": (
            "faults: a space before the colon",
            "coding: space before the colon",
            "header: space before the colon",
            "header: tab before the colon",
            "header: length with a space before the colon",
        ),
    },
    "RFC 9112, section 6.1: chunks in HTTP/1.0 are faulty framing": {
        "aiohttp": ("coding: HTTP/1.0",),
        "urllib3": ("coding: HTTP/1.0",),
    },
    "RFC 9110, section 5.5: a value has no control characters but tabs": {
        "aiohttp": (
            "coding: vertical tab",
            "header: control character in a value",
            "header: DEL in a value",
            "header: Set-Cookie",
        ),
        "urllib3": (
            "faults: a NUL in a header",
            "coding: vertical tab",
            "header: NUL in a value",
            "header: control character in a value",
            "header: DEL in a value",
            "header: Set-Cookie",
        ),
    },
    "RFC 9112, section 6.1: parsers disagree about a tab beside the coding": {
        "aiohttp": ("coding: tab behind",),
        "urllib3": ("coding: tab behind",),
    },
    "RFC 9112, section 6.1: nothing but chunked, once, was asked for": {
        "aiohttp": (
            "coding: twice",
            "coding: list of the same",
            "coding: empty member",
            "coding: gzip, chunked",
            "coding: gzip",
            "coding: chunked, gzip",
            "coding: chunked, identity",
            "coding: identity",
            "coding: identity, then chunked",
            "coding: unknown",
            "coding: chunked with a letter more",
            "205: another coding",
            "coding: quoted",
            "coding: parameter",
            "coding: empty",
        ),
        "urllib3": (
            "coding: twice",
            "coding: list of the same",
            "coding: empty member",
            "coding: gzip, chunked",
            "coding: gzip",
            "coding: chunked, gzip",
            "coding: chunked, identity",
            "coding: identity",
            "coding: identity, then chunked",
            "coding: unknown",
            "coding: chunked with a letter more",
            "205: another coding",
            "coding: quoted",
            "coding: parameter",
            "coding: empty",
        ),
    },
    "RFC 9112, section 5.2: a server must not fold a header": {
        "aiohttp": (
            "faults: a folded header",
            "coding: folded",
            "chunk: a folded trailer",
            "status: space line behind",
            "header: folded",
            "header: folded with a tab",
            "header: folded into a length",
            "header: folded first",
        ),
        "urllib3": (
            "faults: a folded header",
            "coding: folded",
            "chunk: a folded trailer",
            "status: space line behind",
            "header: folded",
            "header: folded with a tab",
            "header: folded into a length",
            "header: folded first",
        ),
    },
    "RFC 9112, section 7.1.2: a trailer has the syntax of a header": {
        "urllib3": ("chunk: a trailer without a colon",),
    },
    "RFC 9112, section 8: the response is not complete": {
        "urllib3": (
            "faults: only 1xx",
            "chunk: cut in the size",
            "chunk: cut behind the last",
            "chunk: cut in the trailers",
            "end: in the status line",
            "end: behind the status line",
            "end: in a header",
            "end: one line feed too few",
        ),
    },
    "RFC 9112, section 8: a reset is not the end of a body": {
        "aiohttp": ("end: reset",),
    },
    "RFC 9112, section 7.1: CR LF ends a chunk's size and its data": {
        "aiohttp": (
            "chunk: line feed in an extension",
            "chunk: line feed behind the data",
            "chunk: line feed at the end",
        ),
        "urllib3": (
            "chunk: line feed in an extension",
            "chunk: garbage behind the data",
            "chunk: line feed behind the size",
            "chunk: line feed behind the last",
            "chunk: line feed at the end",
        ),
    },
    "RFC 9112, section 7.1.1: the extension has another syntax": {
        "urllib3": (
            "chunk: extension without a name",
            "chunk: line end in a quoted extension",
            "chunk: spaces around an extension",
        ),
    },
    "RFC 9112, section 7.1: a size is hexadecimal digits, nothing else": {
        "aiohttp": (
            "chunk: trailing space",
            "chunk: trailing tab",
        ),
        "urllib3": (
            "chunk: 0x",
            "chunk: trailing space",
            "chunk: trailing tab",
            "chunk: leading space",
            "chunk: underscore",
            "chunk: plus",
        ),
    },
    "RFC 9110, section 8.6: a 1xx response has no length": {
        "aiohttp": ("1xx: 100 with length 0",),
        "urllib3": (
            "1xx: 100 with length 0",
            "1xx: 103 with a length",
        ),
    },
    "RFC 9110, section 15.2.2: no upgrade was asked for": {
        "aiohttp": (
            "faults: 101 first",
            "1xx: 101",
            "1xx: 101, an upgrade",
            "1xx: 101, open connection",
        ),
        "urllib3": (
            "faults: 101 first",
            "1xx: 101",
            "1xx: 101, an upgrade",
            "1xx: 101, open connection",
        ),
    },
    "RFC 9110, section 15: a status is 100 to 599": {
        "aiohttp": (
            "status: 000",
            "status: 099",
        ),
    },
    "RFC 9112, section 2.3: the version is HTTP/1.1 or HTTP/1.0": {
        "aiohttp": (
            "status: HTTP/2.0",
            "status: HTTP/0.9",
            "status: RTSP",
            "status: ICE",
        ),
        "urllib3": (
            "status: HTTP/1.2",
            "status: HTTP/1.9",
            "status: HTTP/1.10",
            "status: HTTP/0.9",
            "status: HTTP/1.x",
        ),
    },
    "RFC 9112, section 2.2: a client need not take a line feed for a line end": {
        "aiohttp": (
            "faults: line feeds only",
            "status: line feed behind",
            "header: bare line feed between two",
        ),
        "urllib3": (
            "faults: line feeds only",
            "status: line feed behind",
            "header: bare line feed in a value",
            "header: bare line feed between two",
        ),
    },
    "RFC 9112, section 2.2: a carriage return without a line feed is invalid": {
        "urllib3": (
            "status: bare carriage return in the reason",
            "status: carriage return behind",
            "header: bare carriage return in a value",
            "header: two carriage returns",
        ),
    },
    "RFC 9112, section 2.2: only servers skip empty lines": {
        "aiohttp": (
            "faults: an empty head",
            "status: empty line before",
            "status: two empty lines before",
            "status: line feed before",
        ),
    },
    "RFC 9112, section 4: the status line has another syntax": {
        "aiohttp": ("status: NUL in the reason",),
        "urllib3": (
            "status: two spaces",
            "status: tab",
            "status: tab before the reason",
            "status: NUL in the reason",
            "status: space before",
        ),
    },
    "RFC 9112, section 5: a header has a name and a colon": {
        "urllib3": (
            "faults: a header without a colon",
            "header: no colon",
        ),
    },
    "RFC 9110, section 5.4: a client may limit headers, ours all of them to 64 KiB": {
        "aiohttp": (
            "faults: a thousand long headers",
            "header: many of 70 kB",
        ),
        "urllib3": (
            "faults: a thousand long headers",
            "header: many of 70 kB",
        ),
    },
    "RFC 9110, section 5.1: a name is a token": {
        "urllib3": (
            "faults: a header without a name",
            "header: space in the name",
            "header: no name",
            "header: only a colon",
            "header: NUL in a name",
            "header: 8-bit name",
            "header: UTF-8 name",
            "header: separator in a name",
            "header: slash in a name",
            "header: brackets in a name",
            "header: quote in a name",
            "header: comma in a name",
        ),
    },
    "RFC 1952, section 2.2: garbage is not another stream": {
        "urllib3": (
            "gzip: garbage behind",
            "gzip: padding, then garbage",
        ),
    },
    "RFC 1952, section 2.3: the stream ends before its checksum": {
        "aiohttp": (
            "gzip: cut in the stream",
            "gzip: cut in the checksum",
            "gzip: cut in the header",
            "gzip: cut in a second stream",
            "gzip: one NUL",
        ),
        "urllib3": (
            "gzip: cut in the stream",
            "gzip: cut in the checksum",
            "gzip: cut in the header",
            "gzip: cut in a second stream",
            "gzip: one NUL",
        ),
    },
    "RFC 9110, section 8.4: the encoding was not asked for": {
        "aiohttp": (
            "gzip: twice",
            "gzip: unknown",
        ),
        "urllib3": (
            "gzip: twice",
            "gzip: unknown",
        ),
    },
}
"""What our clients refuse and another reads, by the reason."""

LOOSER: dict[str, dict[Other, tuple[str, ...]]] = {
    "RFC 9112, section 6.3: a client may discard what is behind a response; ours then close the connection": {
        "aiohttp": (
            "length: too short",
            "204: no length, a body",
            "204: length and body",
            "204: chunked",
            "204: chunked, nothing",
            "304: no length, a body",
            "304: length and body",
            "304: chunked",
            "304: chunked, nothing",
            "HEAD: a body",
            "HEAD: length and body",
            "HEAD: chunked and a body",
            "behind: garbage",
            "behind: garbage, then an end",
            "behind: NUL",
            "behind: garbage and chunks",
            "behind: garbage and Connection: close",
            "behind: an answer and HEAD",
            "behind: a reset",
        ),
    },
    "RFC 9110, section 15.2: a client can read 1xx responses, also unexpected ones": {
        "aiohttp": ("1xx: 100 of HTTP/1.0",),
    },
    "RFC 9112, section 9.6: the connection closes behind the final response": {
        "aiohttp": ("1xx: 100 with Connection: close",),
    },
    "RFC 1952 does not know padding; gzip and Python skip the NULs behind a stream": {
        "aiohttp": (
            "gzip: padding behind",
            "gzip: padding between two streams",
        ),
    },
}
"""What our clients read and another refuses, by the reason why it is safe to read."""

OTHERWISE: dict[str, dict[tuple[Other, str], Read]] = {
    "RFC 9110, section 5.5: white space around a value is not a part of it": {
        ("urllib3", "coding: spaces around"): (200, b"5\r\nhello\r\n0\r\n\r\n"),
    },
    "RFC 9110, section 15.2: a 1xx response is not the final one": {
        ("urllib3", "faults: several of 1xx first"): (102, b""),
        ("urllib3", "1xx: 102"): (102, b""),
        ("urllib3", "1xx: 103"): (103, b""),
        ("urllib3", "1xx: 199"): (199, b""),
    },
    "RFC 9112, section 6.3: a 204 or 304 ends with its headers, whatever these say": {
        ("urllib3", "204: chunked"): (204, b"hello"),
        ("urllib3", "304: chunked"): (304, b"hello"),
    },
    "the stream behind the padding must not be lost without an error": {
        ("urllib3", "gzip: padding between two streams"): (200, b"hello"),
    },
    "RFC 9110, section 8.4.1.3: x-gzip is gzip": {
        ("aiohttp", "gzip: x-gzip"): (200, GZIP),
    },
}
"""What another client reads otherwise than ours, and how, by the reason why ours are right."""


@dataclass(frozen=True)
class Ours:
    """What a client of ours makes of a response: the reply, or the error's type and text."""

    reply: tuple[int, list[tuple[str, str]], bytes] | None = None
    error: tuple[str, str] | None = None

    @property
    def result(self) -> Result:
        return "refused" if self.reply is None else (self.reply[0], self.reply[2])


def _settings(url: str, *, blocking: bool) -> Config:
    return build_config(pin="2023-04-25", blocking=blocking, api_key=KEY, base_url=url, max_response_bytes=LIMIT)


def _decoded(reply: Reply) -> Ours:
    content = inflate(reply.content, reply.headers.get("Content-Encoding"), LIMIT)
    return Ours((reply.status, list(reply.headers.items()), content))


def _failed(error: Exception) -> Ours:
    return Ours(error=(type(error).__name__, str(error)))


async def _by_async(url: str, method: Method, seconds: float) -> Ours:
    pool = AsyncioPool(_settings(url, blocking=False))
    try:
        return _decoded(await pool.send(Request(method, url, {}), Timeout(read=seconds), PATIENCE))
    except (RequestError, EncodingError) as error:
        return _failed(error)
    finally:
        await pool.aclose()


def _by_sync(url: str, method: Method, seconds: float) -> Ours:
    pool = ThreadPool(_settings(url, blocking=True))
    try:
        return _decoded(pool.send(Request(method, url, {}), Timeout(read=seconds), PATIENCE))
    except (RequestError, EncodingError) as error:
        return _failed(error)
    finally:
        pool.close()


async def _by_aiohttp(url: str, method: Method, seconds: float) -> Result:
    async with aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=seconds),  # `sock_read` does not end a wait behind a 1xx response
        # Our limits instead of its own.
        max_line_size=HEAD_LIMIT,
        max_field_size=HEAD_LIMIT,
        max_headers=HEAD_LIMIT,
    ) as session:
        try:
            async with session.request(method, url, allow_redirects=False) as response:
                return response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError):
            return "refused"


def _by_urllib3(url: str, method: Method, seconds: float) -> Result:
    with urllib3.PoolManager(timeout=seconds, retries=False) as manager:
        try:
            response = manager.request(method, url, redirect=False)
        except (
            urllib3.exceptions.HTTPError,
            OverflowError,
            ValueError,
        ):  # it lets the last two of a wrong number through
            return "refused"
        return response.status, response.data


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    cases = list(ODD.values())

    def step(connection: Connection) -> bool:
        return cases[int(connection.request.target.removeprefix("/"))](connection)

    with pytest.MonkeyPatch.context() as patch, Server(step) as server:
        patch.setattr(http.client, "_MAXHEADERS", HEAD_LIMIT)  # our limit instead of its own; no setting reaches it
        yield server


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


def _difference(ours: Result, theirs: Result) -> str:
    if ours == theirs:
        return "none"
    if ours == "refused":
        return "ours refuse"
    return "theirs refuses" if theirs == "refused" else f"theirs reads {theirs}"


def _listed(other: Other, name: str) -> list[str]:
    """Return every difference that the tables list."""
    return [
        *("ours refuse" for names in STRICTER.values() if name in names.get(other, ())),
        *("theirs refuses" for names in LOOSER.values() if name in names.get(other, ())),
        *(f"theirs reads {reads[other, name]}" for reads in OTHERWISE.values() if (other, name) in reads),
    ]


@pytest.mark.parametrize("name", ODD)
def test_a_response_means_the_same_to_every_client_but_for_the_listed_differences(
    server: Server, runner: asyncio.Runner, name: str
) -> None:
    odd = ODD[name]
    arguments = f"{server.url}/{PLACES[name]}", odd.method, odd.seconds

    async def ask() -> tuple[Ours, Ours, Result, Result]:
        return await asyncio.gather(
            _by_async(*arguments),
            asyncio.to_thread(_by_sync, *arguments),
            _by_aiohttp(*arguments),
            asyncio.to_thread(_by_urllib3, *arguments),
        )

    ours, sync, by_aiohttp, by_urllib3 = runner.run(ask())
    assert ours == sync
    theirs: dict[Other, Result] = {"aiohttp": by_aiohttp, "urllib3": by_urllib3}
    found = {other: _difference(ours.result, theirs[other]) for other in OTHERS}
    assert found == {other: (_listed(other, name) or ["none"])[0] for other in OTHERS}


def test_every_listed_difference_is_of_a_response_that_is_sent_and_is_listed_once() -> None:
    listed = [
        *(
            (other, name)
            for table in (STRICTER, LOOSER)
            for names in table.values()
            for other in names
            for name in names[other]
        ),
        *(pair for reads in OTHERWISE.values() for pair in reads),
    ]
    assert len(set(listed)) == len(listed)
    assert {name for _, name in listed} <= ODD.keys()


def test_a_client_of_ours_reads_otherwise_only_what_the_third_one_reads_alike_or_refuses() -> None:
    """A fault of another client is one of that client alone."""
    for reads in OTHERWISE.values():
        for other, name in reads:
            third: Other = "urllib3" if other == "aiohttp" else "aiohttp"
            assert _listed(third, name) in ([], ["theirs refuses"])
