"""TLS: what a retry can mend, which CAs are trusted, and a context of the user's, which is never changed."""

from __future__ import annotations

import shutil
import socket
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, NoReturn

import pytest
import trustme

from polytomic_client import ConfigurationError, NotSentError, TLSError

from .conftest import OWN_TRANSPORTS, Ask, FakeClock, server_context
from .server import Server

pytestmark = pytest.mark.parametrize("ask", OWN_TRANSPORTS, indirect=True)


def finish(connection: socket.socket) -> None:
    """Close once the client has begun."""
    connection.recv(5_000)


def reset(connection: socket.socket) -> None:
    finish(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def answer_in_plain(connection: socket.socket) -> None:
    """What a load balancer without a backend may do."""
    finish(connection)
    connection.sendall(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")


DROPS: dict[str, Callable[[socket.socket], None]] = {
    "at once": lambda _: None,
    "in the handshake": finish,
    "reset": reset,
    "plain HTTP": answer_in_plain,
}


class Restarting(FakeClock):
    """A clock at whose first sleep the server is there, which has dropped each connection until then."""

    def __init__(self, listener: socket.socket, drop: Callable[[socket.socket], None], server: Server) -> None:
        super().__init__()
        self.stack = ExitStack()
        self._server = server
        self._thread = threading.Thread(target=self._drop, args=(listener, drop))
        self._thread.start()

    def _drop(self, listener: socket.socket, drop: Callable[[socket.socket], None]) -> None:
        connection, _ = listener.accept()
        with connection:
            drop(connection)

    def sleep(self, seconds: float) -> None:
        if not self.slept:
            self._thread.join(10)
            self.stack.enter_context(self._server)
        super().sleep(seconds)


@pytest.mark.parametrize("drop", DROPS.values(), ids=DROPS)
def test_a_connection_that_drops_during_the_handshake_was_not_sent_and_is_made_again(
    ask: Ask, authority: trustme.CA, trusting: ssl.SSLContext, drop: Callable[[socket.socket], None]
) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(tls=server_context(authority), listener=listener)
    clock = Restarting(listener, drop, server)
    with clock.stack:
        assert ask(base_url=server.url, ssl_context=trusting, clock=clock).data.modes
    assert clock.slept == [0.5]


@pytest.mark.parametrize("drop", DROPS.values(), ids=DROPS)
def test_its_error_says_that_nothing_was_sent(
    ask: Ask, trusting: ssl.SSLContext, drop: Callable[[socket.socket], None]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                drop(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(NotSentError, match="Nothing was sent") as caught:
            ask(base_url=f"https://127.0.0.1:{listener.getsockname()[1]}", ssl_context=trusting, max_attempts=1)
        thread.join(10)
    assert not isinstance(caught.value, TLSError)
    assert ("does not speak TLS: if it runs on this machine, base_url may need http://." in str(caught.value)) is (
        drop is answer_in_plain
    )


def test_an_alert_is_an_error_that_no_retry_mends(
    ask: Ask, authority: trustme.CA, trusting: ssl.SSLContext, clock: FakeClock
) -> None:
    theirs = server_context(authority)
    theirs.minimum_version = ssl.TLSVersion.TLSv1_3
    trusting.maximum_version = ssl.TLSVersion.TLSv1_2
    with Server(tls=theirs) as server, pytest.raises(TLSError) as caught:
        ask(base_url=server.url, ssl_context=trusting, clock=clock)
    assert caught.value.attempts == 1
    assert clock.slept == []


class Untouched(ssl.SSLContext):
    """A context of the user's that notices a change."""

    def set_alpn_protocols(self, alpn_protocols: object) -> NoReturn:
        pytest.fail("the user's context was changed")


def test_a_context_of_the_users_is_never_changed(ask: Ask, authority: trustme.CA) -> None:
    context = Untouched(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(context)  # pyright: ignore[reportUnknownMemberType]
    with Server(tls=server_context(authority)) as server:
        assert ask(base_url=server.url, ssl_context=context).data.modes


def test_a_context_that_agrees_on_another_protocol_is_named(
    ask: Ask, authority: trustme.CA, trusting: ssl.SSLContext, clock: FakeClock
) -> None:
    theirs = server_context(authority)
    theirs.set_alpn_protocols(["h2"])
    trusting.set_alpn_protocols(["h2", "http/1.1"])
    with Server(tls=theirs) as server, pytest.raises(TLSError, match="must negotiate HTTP/1.1, got 'h2'"):
        ask(base_url=server.url, ssl_context=trusting, clock=clock)
    assert server.requests == []
    assert clock.slept == []


def test_a_host_with_the_dot_of_an_absolute_name_is_verified_without_it(
    ask: Ask, authority: trustme.CA, trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    find: Callable[..., Any] = socket.getaddrinfo

    def found(host: str, *args: Any, **kwargs: Any) -> Any:
        return find("127.0.0.1" if host == "api.test." else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", found)
    names: list[str] = []
    theirs = server_context(authority, "api.test")
    theirs.sni_callback = lambda _, name, __: names.append(name)
    with Server(tls=theirs) as server:
        assert ask(base_url=server.url.replace("127.0.0.1", "api.test."), ssl_context=trusting).data.modes
    assert names == ["api.test"]


# The CAs that the environment names.


@pytest.fixture
def file(authority: trustme.CA, tmp_path: Path) -> Path:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return tmp_path / "ca.pem"


@pytest.fixture
def served(authority: trustme.CA) -> Iterator[Server]:
    with Server(tls=server_context(authority)) as server:
        yield server


def test_the_environment_is_read_when_a_client_is_made(
    ask: Ask, served: Server, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Later(FakeClock):
        """By the first request, the environment is another one."""

        def monotonic(self) -> float:
            monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/else.pem")
            return super().monotonic()

    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    assert ask(base_url=served.url, clock=Later()).data.modes


@pytest.mark.process
@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl tells the name that OpenSSL finds a CA by")
def test_directories_of_cas_are_read_too(
    ask: Ask, served: Server, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "cas").mkdir()
    command = ["openssl", "x509", "-noout", "-hash", "-in", str(file)]
    name = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    file.rename(tmp_path / "cas" / f"{name}.0")
    monkeypatch.setenv("SSL_CERT_DIR", f"{tmp_path / 'empty'}:{tmp_path / 'cas'}")
    assert ask(base_url=served.url).data.modes


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("SSL_CERT_FILE", "/nowhere/ca.pem", "must name an existing file of CA certificates, got '/nowhere/ca.pem'"),
        ("SSL_CERT_FILE", "/tmp", "must name an existing file of CA certificates, got '/tmp'"),
        ("SSL_CERT_FILE", __file__, "cannot be loaded"),
        ("SSL_CERT_DIR", "/nowhere", "must name existing directories, got '/nowhere'"),
        ("SSL_CERT_DIR", "/tmp:/nowhere", "must name existing directories, got '/nowhere'"),
        ("SSL_CERT_DIR", __file__, "must name existing directories"),
    ],
)
def test_cas_that_are_not_there_are_a_configuration_error(
    ask: Ask, name: str, value: str, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=problem):
        ask(base_url="https://127.0.0.1:1")


def test_cas_do_not_matter_where_nothing_is_verified_with_them(
    ask: Ask, trusting: ssl.SSLContext, served: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    assert ask(base_url=served.url, ssl_context=trusting).data.modes
    with Server() as plain:
        assert ask(base_url=plain.url).data.modes


def test_a_flood_in_the_handshake_ends_with_the_time_to_connect(ask: Ask, trusting: ssl.SSLContext) -> None:
    stopping = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def flood() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                connection.recv(5_000)
                while not stopping.is_set():
                    # A HelloRequest, which a client ignores in a handshake (RFC 5246, section 7.4.1.1).
                    connection.sendall(b"\x16\x03\x03\x00\x04\x00\x00\x00\x00" * 100)

        thread = threading.Thread(target=flood)
        thread.start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(NotSentError):
            ask(base_url=url, ssl_context=trusting, max_attempts=1, timeout=0.2, deadline=5)
        assert time.monotonic() - began < 3
        stopping.set()
        thread.join(10)


def test_a_proxy_that_ends_the_tunnel_in_the_handshake_leaves_no_complaint(
    ask: Ask, trusting: ssl.SSLContext, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(5_000)
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                connection.recv(5_000)

        thread = threading.Thread(target=serve)
        thread.start()
        proxy = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(NotSentError):
            ask(base_url="https://127.0.0.1:1", proxy=proxy, ssl_context=trusting, max_attempts=1)
        thread.join(10)
    assert [record for record in caplog.records if record.name == "asyncio" and record.levelname == "ERROR"] == []
