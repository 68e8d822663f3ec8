"""TLS and proxies, over real sockets: who is believed, who is asked, and who never hears of the key."""

from __future__ import annotations

import base64
import datetime as dt
import os
import re
import socket
import ssl
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme

from polytomic_client import (
    APIStatusError,
    AsyncPolytomic,
    ConfigurationError,
    ConnectTimeoutError,
    DeadlineExceededError,
    NotSentError,
    OutcomeUnknownError,
    Polytomic,
    PolytomicError,
    ProxyAuthenticationError,
    ReadTimeoutError,
    SecurityWarning,
    Timeout,
    TLSError,
    fan_out,
)
from polytomic_client._http.tls import tls_context

from .conftest import ID, KEY, OWN_TRANSPORTS, WAYS, Ask, FakeClock, server_context
from .proxy import Proxy
from .server import Answer, Connection, Server, deaf, hang_up, reset, reset_in_the_body, stall
from .test_secrets import CANARY, USER, check_error, leaks, shown, watched

ONCE: dict[str, Any] = {"max_attempts": 1}
OWN = pytest.mark.parametrize("ask", OWN_TRANSPORTS, indirect=True)


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process that was started with SSL_CERT_FILE naming the CA of the tests."""
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


TUNNEL = b"HTTP/1.1 200 Connection established\r\n\r\n"
REFUSED = b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n"
SHORT = Timeout(connect=0.1, read=0.1)


@dataclass
class Broken:
    """A way through a proxy that fails: what the proxy does, what the server does, and whose error it is."""

    kind: type[PolytomicError]
    proxy: dict[str, Any] = field(default_factory=dict[str, Any])
    step: Any = hang_up
    trusts: bool = True
    settings: dict[str, Any] = field(default_factory=dict[str, Any])


WAYS_TO_FAIL = {
    "closed": Broken(NotSentError, {"answer": b""}),
    "reset": Broken(NotSentError, {"answer": b"", "resets": True}),
    "407": Broken(ProxyAuthenticationError, {"answer": REFUSED % 407}),
    "403": Broken(NotSentError, {"answer": REFUSED % 403}),
    "502": Broken(NotSentError, {"answer": REFUSED % 502}),
    "garbage": Broken(NotSentError, {"answer": b"SSH-2.0-x\r\n\r\n"}),
    "too many bytes": Broken(NotSentError, {"answer": TUNNEL + b"x"}),
    "silence": Broken(ConnectTimeoutError, {"answer": None}, settings={"timeout": SHORT}),
    "silence until the deadline": Broken(DeadlineExceededError, {"answer": None}, settings={"deadline": 0.1}),
    "closed before tls": Broken(NotSentError, {"tunnels": False}),
    "reset before tls": Broken(NotSentError, {"tunnels": False, "resets": True}),
    "untrusted": Broken(TLSError, trusts=False),
    "closed after the request": Broken(OutcomeUnknownError),
    "reset after the request": Broken(OutcomeUnknownError, step=reset),
    "reset in the body": Broken(OutcomeUnknownError, step=reset_in_the_body),
    "silence after the request": Broken(ReadTimeoutError, step=stall, settings={"timeout": Timeout(read=0.1)}),
    "silence after it until the deadline": Broken(DeadlineExceededError, step=stall, settings={"deadline": 0.3}),
}


@OWN
@pytest.mark.parametrize("broken", WAYS_TO_FAIL.values(), ids=WAYS_TO_FAIL)
def test_every_failure_on_the_way_through_a_proxy_names_it(
    ask: Ask, authority: trustme.CA, trusting: ssl.SSLContext, broken: Broken
) -> None:
    with Server(broken.step, tls=server_context(authority)) as server, Proxy(**broken.proxy) as proxy:
        url = proxy.url.replace("http://", f"http://{USER}:{CANARY}@")
        settings = {"ssl_context": trusting} if broken.trusts else {}
        with pytest.raises(broken.kind) as caught:
            ask(base_url=server.url, proxy=url, **settings, **broken.settings, **ONCE)
    assert type(caught.value) is broken.kind
    assert re.search(rf"proxy:? 127\.0\.0\.1:{proxy.port}\b", str(caught.value))
    assert str(caught.value).count(f"127.0.0.1:{proxy.port}") == 1
    check_error(caught.value)


@pytest.mark.parametrize("broken", WAYS_TO_FAIL.values(), ids=WAYS_TO_FAIL)
def test_both_clients_say_the_same_of_a_proxy(authority: trustme.CA, trusting: ssl.SSLContext, broken: Broken) -> None:
    said: list[str] = []
    for way in ("async", "sync"):
        with Server(broken.step, tls=server_context(authority)) as server, Proxy(**broken.proxy) as proxy:
            settings: dict[str, Any] = {"ssl_context": trusting} if broken.trusts else {}
            with pytest.raises(broken.kind) as caught:
                WAYS[way](api_key=KEY, base_url=server.url, proxy=proxy.url, **settings, **broken.settings, **ONCE)
        said.append(re.sub(r"127\.0\.0\.1:[0-9]+|\(_ssl.*?\)", "_", str(caught.value)))
    assert said[0] == said[1]


@OWN
@pytest.mark.parametrize("host", ["127.0.0.1", "proxy.invalid"])
def test_a_proxy_that_cannot_be_reached_is_named(ask: Ask, host: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: every connection is refused
        port = taken.getsockname()[1]
        with pytest.raises(NotSentError, match=rf"cannot .*; proxy: {host}:{port}\. Nothing.* Check the proxy"):
            ask(base_url="https://polytomic.example.com", proxy=f"http://u:{CANARY}@{host}:{port}", **ONCE)


@OWN
def test_a_proxy_that_wants_a_password_is_asked_once(
    ask: Ask, authority: trustme.CA, trusting: ssl.SSLContext, clock: FakeClock
) -> None:
    with Server(tls=server_context(authority)) as server, Proxy(REFUSED % 407) as proxy:
        with pytest.raises(ProxyAuthenticationError, match="407 .*proxy='http://user:password@host:port'") as caught:
            ask(base_url=server.url, ssl_context=trusting, proxy=proxy.url, clock=clock)
    assert caught.value.attempts == len(proxy.heads) == 1
    assert not caught.value.outcome_unknown


async def test_a_proxy_that_wants_a_password_ends_a_fan_out() -> None:
    with Proxy(REFUSED % 407) as proxy:
        async with AsyncPolytomic(api_key=KEY, proxy=proxy.url) as polytomic:
            with pytest.raises(ProxyAuthenticationError):
                async with fan_out(polytomic.get_bulk_destination, [ID] * 50, limit=1) as outcomes:
                    assert [outcome async for outcome in outcomes]
    assert len(proxy.heads) == 1


def test_a_407_that_comes_as_a_response_says_how_to_give_a_proxy_its_password(ask: Ask, clock: FakeClock) -> None:
    with Server(Answer(407, {"message": "who are you"})) as server:
        with pytest.raises(APIStatusError, match="407 who are you.*http://user:password@host:port") as caught:
            ask(base_url=server.url, clock=clock)
    assert caught.value.attempts == len(server.requests) == 1


@pytest.mark.parametrize("blocking", [False, True])
def test_a_407_of_a_users_own_transport_is_the_same(clock: FakeClock, *, blocking: bool) -> None:
    with Proxy(REFUSED % 407) as proxy:
        kind = httpx.HTTPTransport if blocking else httpx.AsyncHTTPTransport
        settings: dict[str, Any] = {"transport": kind(proxy=proxy.url), "clock": clock, "api_key": KEY}
        with pytest.raises(ProxyAuthenticationError, match="407.*http://user:password@host:port") as caught:
            WAYS["sync" if blocking else "async"](**settings)
    assert caught.value.attempts == len(proxy.heads) == 1


UNUSED = "{} is set but not used: pass trust_env=True"


@OWN
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("failure", ["refused", "unknown host", "silence", "untrusted"])
def test_a_failed_connection_names_a_proxy_that_is_not_used(
    ask: Ask, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, name: str, failure: str
) -> None:
    monkeypatch.setenv(name, f"http://{USER}:{CANARY}@proxy:3128")
    with socket.socket() as taken, deaf() as silent, Server(tls=server_context(authority)) as server:
        taken.bind(("127.0.0.1", 0))
        url = {
            "refused": f"https://127.0.0.1:{taken.getsockname()[1]}",
            "unknown host": "https://no-such-host.invalid",
            "silence": f"https://127.0.0.1:{silent}",
            "untrusted": server.url,
        }[failure]
        with pytest.raises(NotSentError, match=UNUSED.format(name)) as caught:
            ask(base_url=url, timeout=SHORT if failure == "silence" else 5, **ONCE)
        check_error(caught.value)
        monkeypatch.setenv("NO_PROXY", f"{url.removeprefix('https://')}, elsewhere")
        with pytest.raises(NotSentError) as caught:
            ask(base_url=url, timeout=SHORT if failure == "silence" else 5, **ONCE)
    assert "trust_env" not in str(caught.value)


@OWN
@pytest.mark.parametrize("settings", [{"proxy": True}, {"trust_env": True}])
def test_a_proxy_that_is_used_is_not_said_to_be_unused(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any]
) -> None:
    with Proxy() as gone:
        pass
    monkeypatch.setenv("HTTPS_PROXY", gone.url)
    if "proxy" in settings:
        settings = {"proxy": gone.url}
    with pytest.raises(NotSentError, match="proxy: 127") as caught:
        ask(base_url="https://polytomic.example.com", **settings, **ONCE)
    assert "not used" not in str(caught.value)


def test_a_proxy_that_would_not_be_used_either_way_is_not_named(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://proxy:3128")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(NotSentError) as caught:
            ask(base_url=f"http://127.0.0.1:{taken.getsockname()[1]}", **ONCE)
    assert "trust_env" not in str(caught.value)


@OWN
def test_a_blank_variable_is_not_a_proxy(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", " ")
    for trust_env in (False, True):
        with pytest.raises(NotSentError) as caught:
            ask(base_url="https://no-such-host.invalid", trust_env=trust_env, **ONCE)
        assert "proxy" not in str(caught.value).lower()


def test_a_transport_of_the_users_is_not_told_to_trust_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")

    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(NotSentError) as caught:
        WAYS["sync"](api_key=KEY, transport=httpx.MockTransport(refuse), **ONCE)
    assert "trust_env" not in str(caught.value)


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
        ({"proxy": "http://user:canary@proxy:0"}, "must be http://host:port"),
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
        ({"https_proxy": "http://proxy", "no_proxy": "app.polytomic.com:443"}, None),
        ({"https_proxy": "http://proxy", "no_proxy": "app.polytomic.com:8443"}, "proxy:80"),
        ({"https_proxy": "http://proxy", "no_proxy": "localhost , .POLYTOMIC.com:443 "}, None),
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


@pytest.mark.parametrize(
    ("url", "no_proxy", "exempt"),
    [
        ("https://host:8443", "host:8443", True),
        ("https://host:8443", "host", True),
        ("https://host:8443", "host:443", False),
        ("https://host", "host:443", True),
        ("https://host", "host:8443,host:443", True),
        ("https://a.example.com", ".example.com:443", True),
        ("https://a.example.com", "example.com:443", True),
        ("https://a.example.com", "*.example.com", True),
        ("https://a.example.com:444", ".example.com:443", False),
        ("https://example.com", ".example.com", True),
        ("https://notexample.com", "example.com", False),
        ("https://example.com.", "example.com", True),
        ("https://EXAMPLE.com", "Example.COM", True),
        ("https://[::1]:8080", "[::1]:8080", True),
        ("https://[::1]:8081", "[::1]:8080", False),
        ("https://[::1]:8080", "[::1]", True),
        ("https://[::1]:8080", "::1", True),
        ("https://[::1]", "::2", False),
        ("https://10.0.0.1:8443", " 10.0.0.1:8443 ", True),
        ("https://10.1.2.3", "localhost,10.0.0.0/8", True),
        ("https://10.1.2.3", "10.1.2.9/24", True),
        ("https://11.1.2.3", "10.0.0.0/8", False),
        ("https://[fd00::1]", "10.0.0.0/8,fd00::/8", True),
        ("https://[0:0::1]", "::1", True),
        ("https://10.example.com", "10.0.0.0/8", False),
        ("https://10.1.2.3", "10.0.0.0/99", False),
        ("https://host", " other ,  host ", True),
        ("https://host", "other, *", True),
        ("https://host", " * ", True),
        ("https://host", "*:443", True),
        ("https://host:444", "*:443", False),
        ("https://host", "", False),
        ("https://host", " , ,", False),
        ("https://host", ".", False),
    ],
)
def test_no_proxy_is_a_list_of_hosts_each_with_or_without_a_port(
    url: str,
    no_proxy: str,
    exempt: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    monkeypatch.setenv("NO_PROXY", no_proxy)
    for kind in (AsyncPolytomic, Polytomic):
        client: Any = kind(api_key=KEY, base_url=url, trust_env=True)
        assert (client._config.proxy is None) is exempt


def test_a_bad_proxy_in_the_environment_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://proxy:1")
    with pytest.raises(ConfigurationError, match="HTTPS_PROXY must be http://host:port, got socks5"):
        AsyncPolytomic(api_key=KEY, trust_env=True)


@pytest.mark.parametrize("client", [AsyncPolytomic, Polytomic])
def test_a_client_that_is_refused_warns_of_nothing(client: type[Any]) -> None:
    with pytest.raises(ConfigurationError, match="^deadline must be"):  # and a warning would be an error
        client(api_key=KEY, verify=False, deadline=-1)
