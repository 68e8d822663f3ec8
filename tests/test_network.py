"""TLS and proxies, over real sockets: who is believed, who is asked, and who never hears of the key."""

from __future__ import annotations

import base64
import datetime as dt
import os
import ssl
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme

from polytomic_client import (
    AsyncPolytomic,
    ConfigurationError,
    DeadlineExceededError,
    NotSentError,
    OutcomeUnknownError,
    Polytomic,
    PolytomicError,
    SecurityWarning,
    TLSError,
)
from polytomic_client._http.tls import tls_context

from .conftest import KEY, OWN_TRANSPORTS, Ask, FakeClock, server_context
from .proxy import Proxy
from .server import Connection, Server
from .test_secrets import CANARY, USER, check_error, leaks, shown, watched

ONCE: dict[str, Any] = {"max_attempts": 1}
OWN = pytest.mark.parametrize("ask", OWN_TRANSPORTS, indirect=True)


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process that was started with SSL_CERT_FILE naming the tests' own authority."""
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    tls_context.cache_clear()
    yield
    tls_context.cache_clear()


def test_an_untrusted_certificate_is_a_tls_error_and_not_tried_again(
    ask: Ask, authority: trustme.CA, clock: FakeClock
) -> None:
    with Server(tls=server_context(authority)) as server, pytest.raises(TLSError, match="Nothing was sent") as caught:
        ask(base_url=server.url, clock=clock)
    assert caught.value.attempts == 1
    assert clock.slept == []
    assert server.requests == []


@pytest.mark.usefixtures("trusted")
def test_a_certificate_of_another_host_is_refused(ask: Ask, authority: trustme.CA) -> None:
    with Server(tls=server_context(authority, "polytomic.example.com")) as server, pytest.raises(TLSError):
        ask(base_url=server.url, **ONCE)
    assert server.requests == []


@pytest.mark.usefixtures("trusted")
def test_an_expired_certificate_is_refused(ask: Ask, authority: trustme.CA) -> None:
    past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    expired = server_context(authority, not_before=past, not_after=past + dt.timedelta(days=1))
    with Server(tls=expired) as server, pytest.raises(TLSError, match="expired"):
        ask(base_url=server.url, **ONCE)
    assert server.requests == []


@pytest.mark.usefixtures("trusted")
def test_an_authority_of_ones_own_is_named_by_ssl_cert_file(ask: Ask, authority: trustme.CA) -> None:
    with Server(tls=server_context(authority)) as server:
        assert ask(base_url=server.url).data.modes


def _break_off_in_tls(connection: Connection) -> bool:
    os.write(connection.socket.fileno(), b"\x17\x03\x03\x00\x20" + b"x" * 32)
    return False


@pytest.mark.usefixtures("trusted")
def test_a_tls_failure_after_the_request_was_sent_leaves_the_outcome_unknown(ask: Ask, authority: trustme.CA) -> None:
    with Server(_break_off_in_tls, tls=server_context(authority)) as server, pytest.raises(OutcomeUnknownError):
        ask(base_url=server.url, **ONCE)
    assert len(server.requests) == 1


@OWN
def test_an_authority_of_ones_own_is_given_in_a_context(
    ask: Ask, authority: trustme.CA, trusting: ssl.SSLContext
) -> None:
    with Server(tls=server_context(authority)) as server:
        assert ask(base_url=server.url, ssl_context=trusting).data.modes


@OWN
def test_a_client_certificate_is_shown(ask: Ask, authority: trustme.CA, trusting: ssl.SSLContext) -> None:
    demanding = server_context(authority)
    demanding.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(demanding)  # pyright: ignore[reportUnknownMemberType]
    with Server(tls=demanding) as server:
        with pytest.raises((TLSError, OutcomeUnknownError)):  # TLS 1.3 tells after the handshake
            ask(base_url=server.url, ssl_context=trusting, **ONCE)
        authority.issue_cert("client.example.com").configure_cert(trusting)  # pyright: ignore[reportUnknownMemberType]
        assert ask(base_url=server.url, ssl_context=trusting).data.modes


@OWN
def test_without_verification_anybody_is_believed_and_python_warns(ask: Ask, authority: trustme.CA) -> None:
    with (
        Server(tls=server_context(authority, "polytomic.example.com")) as server,
        pytest.warns(SecurityWarning, match="not verified") as warned,
    ):
        assert ask(base_url=server.url, verify=False).data.modes
    assert [Path(warning.filename).name for warning in warned] == ["conftest.py"]


@pytest.mark.parametrize("client", [AsyncPolytomic, Polytomic])
def test_a_context_that_verifies_nothing_warns_too(client: type[Polytomic]) -> None:
    lax = ssl.create_default_context()
    lax.check_hostname = False
    with pytest.warns(SecurityWarning):
        client(api_key=KEY, ssl_context=lax)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        client(api_key=KEY, ssl_context=ssl.create_default_context())


@OWN
@pytest.mark.parametrize("credential", ["", "us%40er:p%3Ass@"])
def test_a_proxy_opens_a_tunnel_and_never_sees_the_key(
    ask: Ask, authority: trustme.CA, trusting: ssl.SSLContext, credential: str
) -> None:
    with Server(tls=server_context(authority)) as server, Proxy() as proxy:
        url = proxy.url.replace("http://", f"http://{credential}")
        assert ask(base_url=server.url, ssl_context=trusting, proxy=url).data.modes
    (head,) = proxy.heads
    target = server.url.removeprefix("https://").encode()
    assert head.startswith(b"CONNECT " + target + b" HTTP/1.1\r\nHost: " + target + b"\r\n")
    assert KEY.encode() not in head
    shown = base64.b64encode(b"us@er:p:ss")
    assert (b"Basic " + shown in head) is bool(credential)
    assert all(name not in server.requests[0].headers for name in ("proxy-authorization", "via"))


@OWN
@pytest.mark.parametrize(
    ("answer", "named"),
    [
        (b"HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n", "407"),
        (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\n\r\nno", "502"),
    ],
)
def test_a_proxy_that_opens_no_tunnel_means_that_nothing_was_sent(
    ask: Ask, authority: trustme.CA, trusting: ssl.SSLContext, answer: bytes, named: str
) -> None:
    with Server(tls=server_context(authority)) as server, Proxy(answer) as proxy:
        url = proxy.url.replace("http://", "http://user:canary-proxy@")
        with pytest.raises(NotSentError, match=named) as caught:
            ask(base_url=server.url, ssl_context=trusting, proxy=url, **ONCE)
    assert server.connections == 0
    assert "canary-proxy" not in repr(caught.value)


@OWN
@pytest.mark.parametrize(
    ("answer", "trusts"),
    [
        (b"HTTP/1.1 200 Connection established\r\n\r\n", True),
        (b"HTTP/1.1 200 Connection established\r\n\r\n", False),
        # Before there is a tunnel, whom the client trusts changes nothing.
        (b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n", True),
        (b"garbage\r\n\r\n", False),
        (b"", True),
        (None, False),
    ],
)
def test_a_proxys_password_is_nowhere_whatever_becomes_of_the_tunnel(
    ask: Ask,
    authority: trustme.CA,
    trusting: ssl.SSLContext,
    answer: bytes | None,
    trusts: bool,  # noqa: FBT001
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONASYNCIODEBUG", "1")
    settings: dict[str, Any] = {"ssl_context": trusting} if trusts else {}
    with watched(capfd), Server(tls=server_context(authority)) as server, Proxy(answer) as proxy:
        url = proxy.url.replace("http://", f"http://{USER}:{CANARY}@")
        try:
            ask(base_url=server.url, proxy=url, deadline=0.1 if answer is None else 5, max_attempts=1, **settings)
        except PolytomicError as error:
            check_error(error)
        else:
            assert trusts
            assert answer is not None
            assert b"200" in answer
    assert leaks(proxy.heads[0].decode())
    for kind in (AsyncPolytomic, Polytomic):
        client: Any = kind(api_key=KEY, proxy=url)
        assert not any(leaks(text) for part in (client, client._config, client._config.proxy) for text in shown(part))


@OWN
@pytest.mark.parametrize(
    "answer", [b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nA: b", b"", b"HTTP/1.1 101 X\r\n\r\n", None]
)
def test_a_proxy_that_speaks_no_http_means_that_nothing_was_sent(
    ask: Ask, authority: trustme.CA, trusting: ssl.SSLContext, answer: bytes | None
) -> None:
    with Server(tls=server_context(authority)) as server, Proxy(answer) as proxy, pytest.raises(NotSentError):
        ask(base_url=server.url, ssl_context=trusting, proxy=proxy.url, timeout=0.1, **ONCE)
    assert server.requests == []


@OWN
def test_a_certificate_behind_a_proxy_is_verified(ask: Ask, authority: trustme.CA) -> None:
    with Server(tls=server_context(authority)) as server, Proxy() as proxy:
        with pytest.raises(TLSError):
            ask(base_url=server.url, proxy=proxy.url, **ONCE)
    assert server.requests == []


@OWN
def test_a_proxy_that_says_nothing_is_part_of_the_deadline(ask: Ask, authority: trustme.CA) -> None:
    with Server(tls=server_context(authority)) as server, Proxy(None) as proxy:
        with pytest.raises(DeadlineExceededError):
            ask(base_url=server.url, proxy=proxy.url, deadline=0.2, **ONCE)


@OWN
def test_a_proxy_that_is_not_there_means_that_nothing_was_sent(ask: Ask) -> None:
    with Proxy() as gone:
        pass
    with pytest.raises(NotSentError):
        ask(base_url="https://127.0.0.1:1", proxy=gone.url, **ONCE)


@OWN
def test_the_environment_names_the_proxy_only_where_it_is_trusted(
    ask: Ask, authority: trustme.CA, trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server(tls=server_context(authority)) as server, Proxy() as proxy:
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "HTTP_PROXY"):
            monkeypatch.setenv(name, f"127.0.0.1:{proxy.port}")
        settings: dict[str, Any] = {"base_url": server.url, "ssl_context": trusting}
        assert ask(**settings).data.modes
        assert proxy.heads == []
        assert ask(**settings, trust_env=True).data.modes
        assert len(proxy.heads) == 1
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert ask(**settings, trust_env=True).data.modes
        assert len(proxy.heads) == 1


def test_a_netrc_file_is_never_read(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1\nlogin thief\npassword thief\ndefault login thief password thief\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    with Server() as server:
        ask(base_url=server.url)
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


@OWN
def test_this_machine_is_never_reached_through_a_proxy(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    with Server() as server, Proxy() as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert ask(base_url=server.url, trust_env=True).data.modes
        assert Polytomic(api_key=KEY, base_url=server.url, trust_env=True)._config.proxy is None
    assert proxy.heads == []


@pytest.mark.parametrize("client", [AsyncPolytomic, Polytomic])
@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"proxy": "https://user:canary@proxy:3128"}, "must be http://host:port"),
        ({"proxy": "socks5://user:canary@proxy:3128"}, "pass an httpx transport"),
        ({"proxy": "user:canary@proxy:3128"}, "must be http://host:port"),
        ({"proxy": "http://user:canary@proxy:port"}, "is not a valid URL"),
        ({"proxy": "http://user:canary@proxy/path"}, "must be http://host:port"),
        ({"proxy": "http://user:canary@pro xy"}, "must be http://host:port"),
        ({"proxy": "http://"}, "must be http://host:port"),
        ({"proxy": 8080}, "proxy must be a str, got int"),
        ({"proxy": "http://proxy", "base_url": "http://127.0.0.1:1"}, "this machine"),
        ({"trust_env": "yes"}, "True or False"),
        ({"verify": "ca.pem"}, "cafile"),
        ({"verify": None}, "True or False"),
        ({"ssl_context": "ca.pem"}, "must be an ssl.SSLContext, got str"),
        (
            {"ssl_context": ssl.create_default_context(), "verify": False},
            "verify must be True if ssl_context is given, got False",
        ),
    ],
)
def test_settings_that_cannot_work_are_refused_without_their_secrets(
    client: type[Polytomic], settings: dict[str, Any], named: str
) -> None:
    with pytest.raises(ConfigurationError, match=named) as caught:
        client(api_key=KEY, **settings)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("settings", [{"proxy": "http://p"}, {"trust_env": True}, {"verify": False}])
@pytest.mark.filterwarnings("ignore::polytomic_client.SecurityWarning")
def test_a_transport_of_the_users_has_its_own_network_settings(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="Pass them to the transport"):
        Polytomic(api_key=KEY, transport=httpx.HTTPTransport(), **settings)


@pytest.mark.parametrize(
    ("environment", "proxied"),
    [
        ({"https_proxy": "http://proxy:3128"}, "proxy:3128"),
        ({"all_proxy": "http://[::1]:3128"}, "[::1]:3128"),
        ({"http_proxy": "http://proxy:3128"}, None),
        ({"https_proxy": "http://proxy", "no_proxy": "*"}, None),
        ({"https_proxy": "http://proxy", "no_proxy": ".polytomic.com"}, None),
        ({"https_proxy": "http://proxy", "no_proxy": "polytomic.com.evil"}, "proxy:80"),
        ({"https_proxy": ""}, None),
    ],
)
def test_the_environment_is_read_as_everywhere(
    environment: dict[str, str], proxied: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    proxy = Polytomic(api_key=KEY, trust_env=True)._config.proxy  # pyright: ignore[reportPrivateUsage]
    assert (proxy and proxy.netloc) == proxied


def test_a_bad_proxy_in_the_environment_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://proxy:1")
    with pytest.raises(ConfigurationError, match="HTTPS_PROXY must be http://host:port, got socks5"):
        AsyncPolytomic(api_key=KEY, trust_env=True)


@pytest.mark.parametrize("client", [AsyncPolytomic, Polytomic])
def test_a_client_that_is_refused_warns_of_nothing(client: type[Any]) -> None:
    with pytest.raises(ConfigurationError, match="^deadline must be"):  # and a warning would be an error
        client(api_key=KEY, verify=False, deadline=-1)
