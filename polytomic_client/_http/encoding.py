"""Encodes requests for the host of a connection pool (RFC 9112, sections 3 and 5)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from .._core.secret import Secret
from ..errors import NotSentError
from .messages import Request
from .proxy import netloc

METHODS_WITHOUT_LENGTH = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods whose requests omit Content-Length if they have no body (RFC 9110, section 8.6)."""

REQUEST_LINE = re.compile(r'[A-Z]+ /[!"$-~]*')
DEFAULT_PORTS = {"http": 80, "https": 443}


class RequestEncoder:
    """Encodes the requests to one host.

    Attributes:
        host: The name or address of the host.
        port: Its port.
        secure: Whether it is reached over TLS.
    """

    def __init__(self, base_url: str) -> None:
        base = urlsplit(base_url)
        self._base = f"{base.scheme}://{base.netloc}/"
        self._origin = _origin(base_url)
        _, self.host, self.port = self._origin
        self.secure = base.scheme == "https"
        default = self.port == DEFAULT_PORTS[base.scheme]
        self._host = netloc(self.host, self.port).removesuffix(f":{self.port}" if default else "")
        self._last: tuple[dict[str, str], Secret | None, Secret] = {}, None, Secret("")
        """The headers sent last, and their encoded form: all GETs of a client have the same headers."""

    def head(self, request: Request) -> tuple[str, Secret]:
        """Return the first lines and the headers of a request, after checking that both can be sent.

        Raises:
            NotSentError: The request is not for this host, or a part of it would not be a single line.
        """
        return self._line(request), self._fields(request)

    def encode(self, head: tuple[str, Secret], request: Request) -> bytes:
        """Return the bytes of a request."""
        line, fields = head
        content = request.content
        sized = content is not None or request.method not in METHODS_WITHOUT_LENGTH
        length = f"Content-Length: {len(content or b'')}\r\n" if sized else ""
        # Never raise an encoding error: it would hold the headers.
        return f"{line}{fields.reveal()}{length}\r\n".encode("utf-8", "replace") + (content or b"")

    def _line(self, request: Request) -> str:
        url = request.url
        if url.startswith(self._base):
            target = url[len(self._base) - 1 :]
        elif _origin(url) == self._origin:
            target = "/" + url.partition("://")[2].partition("/")[2]
        else:
            raise NotSentError("the URL must have the scheme, host and port of base_url")
        line = f"{request.method} {target}"
        if not REQUEST_LINE.fullmatch(line):
            raise NotSentError("the URL has a fragment or an unescaped character")
        return f"{line} HTTP/1.1\r\nHost: {self._host}\r\n"

    def _fields(self, request: Request) -> Secret:
        headers, authorization, fields = self._last
        if request.headers == headers and request.authorization == authorization:
            return fields
        written = _joined(request.wire_headers())
        if written is None:
            raise NotSentError("a header contains a line break or a NUL")
        # A copy, because the retry policy may change a request's headers.
        self._last = dict(request.headers), request.authorization, written
        return written


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or DEFAULT_PORTS.get(parts.scheme, 0)


def _joined(headers: list[tuple[str, str]]) -> Secret | None:
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers])
    return Secret(lines) if lines.count("\r") == lines.count("\n") == len(headers) and "\0" not in lines else None
