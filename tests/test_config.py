"""Settings: what is refused when a client is built, and that no error shows a key."""

from __future__ import annotations

import copy
import pickle
import traceback
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from polytomic_client import AsyncPolytomic, ConfigurationError, Polytomic, Timeout
from polytomic_client._client.settings import check_base_url
from polytomic_client._core.secret import Secret
from polytomic_client.v2023_04_25.api.bulk_sync import get_bulk_destination

from .conftest import ID, KEY
from .server import Answer, Server

CLIENTS = [AsyncPolytomic, Polytomic]


def refused(client: Callable[..., Any], message: str, **settings: Any) -> str:
    with pytest.raises(ConfigurationError, match=message) as caught:
        client(**settings)
    assert isinstance(caught.value, ValueError)
    return str(caught.value)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "credential is missing.*POLYTOMIC_API_KEY"),
        ({"api_key": "a", "deployment_key": "b"}, "one credential must be given, got api_key and deployment_key"),
        ({"api_key": "a", "basic_auth": ("u", "p")}, "one credential must be given, got api_key and basic_auth"),
        ({"api_key": ""}, "api_key must not be empty"),
        ({"api_key": 5}, "api_key must be a str, got int"),
        ({"deployment_key": ""}, "deployment_key must not be empty"),
        ({"deployment_key": "a:b"}, "deployment_key must not contain a colon"),
        ({"basic_auth": "user:password"}, "two str"),
        ({"basic_auth": ("u",)}, "two str"),
        ({"basic_auth": ("", "p")}, "user of basic_auth must not be empty"),
        ({"basic_auth": ("u:v", "p")}, "a colon"),
        ({"basic_auth": ("u", "p\n")}, "control character"),
    ],
)
def test_a_credential_that_cannot_work_is_refused(client: type[Any], settings: dict[str, Any], message: str) -> None:
    refused(client, message, **settings)
    if settings:
        refused(client(api_key=KEY).with_options, message, **settings)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("name", ["api_key", "deployment_key"])
@pytest.mark.parametrize("spoil", ["\n", " ", "\t", "\0", "\r\n", "\x7f", "é", "\u2028"])
@pytest.mark.parametrize("where", [0, 6, 19])
def test_a_key_with_a_stray_character_is_refused_without_showing_it(
    client: type[Any], name: str, spoil: str, where: int
) -> None:
    key = KEY[:where] + spoil + KEY[where:]
    for make in (client, client(api_key="k").with_options):
        text = refused(make, f"{name} must not contain white space", **{name: key})
        assert KEY[:6] not in text
        assert KEY[-6:] not in text


@pytest.mark.parametrize("name", ["api_key", "deployment_key"])
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "Basic"])
def test_a_key_with_its_scheme_is_refused_with_that_advice(name: str, scheme: str) -> None:
    assert f"Pass the key without `{scheme}`." in refused(Polytomic, "white space", **{name: f"{scheme} {KEY}"})


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(
    "version", ["", "2025-9-18", "2025-13-01", "2023-04-25 ", "latest", 20230425, "\uff12023-04-25"]
)
def test_a_malformed_version_is_refused(client: type[Any], version: Any) -> None:
    refused(client, "version must be a date", api_key=KEY, version=version)
    with pytest.raises(ConfigurationError, match="version must be a date"):
        client(api_key=KEY).with_options(version=version or "")


@pytest.mark.parametrize("client", CLIENTS)
def test_without_a_version_a_client_has_that_of_its_class(client: type[Any]) -> None:
    assert "version='2023-04-25'" in repr(client(api_key=KEY, version=None))


BAD_URLS = [
    "http://polytomic.example.com",
    "http://10.0.0.1",
    "http://localhost.example.com",
    "http://127.0.0.1.example.com",
    "file:///etc/passwd",
    "ftp://polytomic.example.com",
    "javascript:alert(1)",
    "https://user@polytomic.example.com",
    "https://user:pass@polytomic.example.com",
    "https://@polytomic.example.com",
    "https://",
    "https:///path",
    "//evil.example.com",
    "/path",
    "https://polytomic.example.com?x=1",
    "https://polytomic.example.com/?",
    "https://polytomic.example.com#f",
    "https://polytomic.example.com/a/../b",
    "https://polytomic.example.com/%2e%2E/b",
    "https://polytomic.example.com:port",
    "https://polytomic.example.com:99999",
    "https://[::1",
    "https://polytomic.example.com\\@evil.example.com",
    "https://polytomic.example.com/ x",
    "https://polytomic.example.com\n",
    "https://münchen.example",
    "https://a..example.com",
    f"https://{'a' * 64}.example.com",
    "",
    5,
]


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("base_url", BAD_URLS)
def test_a_base_url_that_cannot_work_is_refused(client: type[Any], base_url: Any) -> None:
    refused(client, "base_url", api_key=KEY, base_url=base_url)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(
    ("base_url", "use"),
    [
        ("https://app.polytomic.com/api", "https://app.polytomic.com"),
        ("https://app.polytomic.com/api/", "https://app.polytomic.com"),
        ("https://app.polytomic.com//api//", "https://app.polytomic.com"),
        ("https://app.polytomic.com/api/api", "https://app.polytomic.com"),
        ("https://app.polytomic.com/API", "https://app.polytomic.com"),
        ("polytomic.example.com:8443/prefix/api", "https://polytomic.example.com:8443/prefix"),
        ("http://127.0.0.1:1/api", "http://127.0.0.1:1"),
    ],
)
def test_a_base_url_that_ends_in_api_is_refused_with_the_one_to_use(
    client: type[Any], base_url: str, use: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    why = "must not end in /api, because the path of every operation begins with it. Use"
    assert refused(client, "base_url", api_key=KEY, base_url=base_url) == f"base_url {why} {use}."
    assert client(api_key=KEY, base_url=use)
    monkeypatch.setenv("POLYTOMIC_DEPLOYMENT_URL", base_url)
    assert refused(client, "DEPLOYMENT", api_key=KEY) == f"POLYTOMIC_DEPLOYMENT_URL {why} {use}."


@pytest.mark.parametrize("path", ["", "/rapi", "/api/v2", "/apis", "/api-gateway"])
def test_a_base_url_with_another_path_is_used(path: str) -> None:
    assert check_base_url(f"https://polytomic.example.com{path}/") == f"https://polytomic.example.com{path}"


@pytest.mark.parametrize(
    ("base_url", "used"),
    [
        ("https://app.polytomic.com", "https://app.polytomic.com"),
        ("https://app.polytomic.com/", "https://app.polytomic.com"),
        ("HTTPS://app.polytomic.com", "https://app.polytomic.com"),
        ("polytomic.example.com", "https://polytomic.example.com"),
        ("polytomic.example.com:8443/prefix/", "https://polytomic.example.com:8443/prefix"),
        ("https://xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example"),
        ("http://localhost:8765", "http://localhost:8765"),
        ("http://127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://[::1]:8765", "http://[::1]:8765"),
    ],
)
def test_a_base_url_is_a_host_and_an_optional_path(base_url: str, used: str) -> None:
    assert check_base_url(base_url) == used


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("bad", [0, -1, float("nan"), float("inf"), True, "5", None])
def test_seconds_are_positive_numbers(client: type[Any], bad: Any) -> None:
    refused(client, "timeout must be a positive number of seconds", api_key=KEY, timeout=bad)
    refused(client, "deadline must be a positive number of seconds", api_key=KEY, deadline=bad)
    with pytest.raises(ConfigurationError, match="timeout.read must be a positive number"):
        Timeout(read=bad)


def test_the_steps_of_a_timeout_are_named() -> None:
    # In httpx, one number is for all steps.
    with pytest.raises(TypeError, match="positional"):
        Timeout(5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("name", ["max_attempts", "max_connections", "max_response_bytes"])
@pytest.mark.parametrize("bad", [0, -1, 1.5, True, "5", None])
def test_counts_are_positive_ints(client: type[Any], name: str, bad: Any) -> None:
    refused(client, f"{name} must be a positive int", api_key=KEY, **{name: bad})


@pytest.mark.parametrize(
    ("client", "transport"),
    [(AsyncPolytomic, httpx.HTTPTransport()), (Polytomic, httpx.AsyncHTTPTransport()), (Polytomic, object())],
)
def test_a_transport_of_the_other_kind_is_refused(client: type[Any], transport: Any) -> None:
    refused(
        client,
        r"transport must be an httpx\.(Base|AsyncBase)Transport",
        api_key=KEY,
        transport=transport,
    )


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server() as server:
        monkeypatch.setenv("POLYTOMIC_API_KEY", "from-environment")
        monkeypatch.setenv("POLYTOMIC_DEPLOYMENT_URL", server.url)
        with Polytomic() as polytomic:
            polytomic.get_bulk_destination(ID)
        with Polytomic(api_key="from-argument") as polytomic:
            polytomic.get_bulk_destination(ID)
        with Polytomic(deployment_key="from-argument") as polytomic:
            polytomic.get_bulk_destination(ID)

    first, second, third = (request.headers["authorization"] for request in server.requests)
    assert (first, second) == ("Bearer from-environment", "Bearer from-argument")
    assert third.startswith("Basic ")


@pytest.mark.parametrize("client", CLIENTS)
def test_the_environment_is_checked_as_arguments_are(client: type[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLYTOMIC_API_KEY", f"{KEY}\n")
    assert KEY not in refused(client, "POLYTOMIC_API_KEY must not contain white space")
    monkeypatch.setenv("POLYTOMIC_API_KEY", KEY)
    monkeypatch.setenv("POLYTOMIC_DEPLOYMENT_KEY", KEY)
    refused(client, "one credential must be given, got POLYTOMIC_API_KEY and POLYTOMIC_DEPLOYMENT_KEY")
    monkeypatch.delenv("POLYTOMIC_DEPLOYMENT_KEY")
    monkeypatch.setenv("POLYTOMIC_DEPLOYMENT_URL", "http://polytomic.example.com")
    refused(client, "POLYTOMIC_DEPLOYMENT_URL must be https")


def test_the_default_base_url_and_the_pin_are_the_documents() -> None:
    assert repr(Polytomic(api_key=KEY)) == "Polytomic(base_url='https://app.polytomic.com', version='2023-04-25')"


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ({}, ""),
        ({"deadline": 5}, ", deadline=5.0"),
        ({"timeout": 1}, ", timeout=1.0"),
        ({"timeout": Timeout(connect=2)}, ", timeout=Timeout(connect=2.0, read=30.0, write=30.0)"),
        ({"max_attempts": 1, "strict": True}, ", max_attempts=1, strict=True"),
        ({"headers": {"X-Trace": KEY, "X-Also": KEY}}, ", headers=['X-Also', 'X-Trace']"),
        ({"api_key": f"another-{KEY}"}, ", credential='**********'"),
        ({"basic_auth": ("u", KEY), "deadline": 9}, ", credential='**********', deadline=9.0"),
        ({"deadline": 120, "timeout": 30}, ", timeout=30.0"),
    ],
)
def test_the_repr_of_a_copy_tells_what_differs_and_no_secret(
    client: type[Any], options: dict[str, Any], shown: str
) -> None:
    original = client(api_key=KEY, base_url="http://127.0.0.1:1")
    copied = original.with_options(**options)
    whole = f"{client.__name__}(base_url='http://127.0.0.1:1', version='2023-04-25'{shown})"
    assert repr(copied) == whole
    assert repr(copied.generated) == f"{whole}.generated"
    assert repr(copied.with_response) == f"{whole}.with_response"
    assert repr(original) == f"{client.__name__}(base_url='http://127.0.0.1:1', version='2023-04-25')"
    assert (repr(copied) == repr(original)) is (not options)


def test_the_repr_of_a_copy_has_its_version_and_what_its_original_has() -> None:
    original = Polytomic(api_key=KEY, deadline=9)
    assert repr(original.with_options(version="2024-02-08").with_options(api_key="a").with_options(max_attempts=1)) == (
        "Polytomic(base_url='https://app.polytomic.com', version='2024-02-08', credential='**********', "
        "deadline=9.0, max_attempts=1)"
    )


def test_options_are_for_one_copy_which_shares_the_connections() -> None:
    with Server(Answer(headers={"X-Polytomic-Version": None})) as server:
        with Polytomic(api_key=KEY, base_url=server.url) as polytomic:
            polytomic.get_bulk_destination(ID)
            copied = polytomic.with_options(version="2024-02-08", headers={"X-Trace": "t"}, deadline=9, timeout=1)
            copied.get_bulk_destination(ID)
            polytomic.get_bulk_destination(ID)
        versions = [request.headers["x-polytomic-version"] for request in server.requests]
        assert server.connections == 1

    assert versions == ["2023-04-25", "2024-02-08", "2023-04-25"]
    assert [request.headers.get("x-trace") for request in server.requests] == [None, "t", None]


def test_a_header_of_a_copy_replaces_the_one_before_in_any_case() -> None:
    with Server() as server, Polytomic(api_key=KEY, base_url=server.url) as polytomic:
        traced = polytomic.with_options(headers={"X-Trace": "a"}).with_options(headers={"x-trace": "b"})
        traced.get_bulk_destination(ID)
    assert server.requests[0].raw.lower().count(b"x-trace:") == 1
    assert server.requests[0].headers["x-trace"] == "b"


def test_the_generated_client_of_a_copy_has_the_copys_options() -> None:
    with Server(Answer(headers={"X-Polytomic-Version": None})) as server:
        with Polytomic(api_key=KEY, base_url=server.url) as polytomic:
            get_bulk_destination.sync(ID, client=polytomic.generated)
            get_bulk_destination.sync(ID, client=polytomic.with_options(version="2024-02-08").generated)
            get_bulk_destination.sync(ID, client=polytomic.with_options(api_key="another").generated)

    own = f"Bearer {KEY}"
    assert [request.headers["authorization"] for request in server.requests] == [own, own, "Bearer another"]
    assert [request.headers["x-polytomic-version"] for request in server.requests][:2] == ["2023-04-25", "2024-02-08"]


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"Authorization": "x"}, "only the client may set"),
        ({"x-polytomic-version": "2024-02-08"}, "only the client may set"),
        ({"Host": "x"}, "only the client may set"),
        ({"X Trace": "x"}, "name of a header is invalid"),
        ({"": "x"}, "name of a header is invalid"),
        ({"X-Trace\n": "x"}, "name of a header is invalid"),
        ({"X-Trace": "a\r\nX-Evil: b"}, "line break"),
        ({"X-Trace": "é"}, "non-ASCII"),
        ({"X-Trace": " a"}, "white space at either end"),
        ({"X-Trace": 1}, "must be str"),
        ({1: "x"}, "must be str"),
        ([("X-Trace", "x")], "must be a mapping"),
    ],
)
def test_headers_that_cannot_be_sent_are_refused(headers: Any, message: str) -> None:
    for make in (Polytomic, Polytomic(api_key=KEY).with_options):
        refused(make, message, api_key=KEY, headers=headers)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(
    "app_info",
    [
        *("", " ", "my service/", "/1.2", "a/1/2", "a//1", "a  b", " a", "a ", "a\n", "a\r\nX-Evil: b", "a\tb"),
        *("caf\u00e9/1", "a/\u0661", "a(b)", "a;b", '"a"', "a\0", 5, b"a", ["a"]),
    ],
)
def test_an_app_info_that_is_not_of_products_is_refused(client: type[Any], app_info: Any) -> None:
    refused(client, "app_info must be a name and an optional version, got ", api_key=KEY, app_info=app_info)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("settings", [{"api_key": KEY}, {"deployment_key": KEY}, {"basic_auth": ("u", KEY)}])
def test_a_client_never_shows_its_key(client: type[Any], settings: dict[str, Any]) -> None:
    polytomic: Any = client(**settings)
    config: Any = polytomic._config
    for text in (
        repr(polytomic),
        str(polytomic),
        repr(config),
        f"{config}",
        str(polytomic.__dict__),
        repr(config.credential),
    ):
        assert KEY not in text
    for value in (polytomic, config, config.credential):
        with pytest.raises(TypeError, match="pickle"):
            pickle.dumps(value)


def test_a_secret_copies_and_never_shows() -> None:
    secret = Secret(KEY)
    assert copy.copy(secret) is secret
    assert copy.deepcopy([secret])[0] is secret
    assert f"{secret} {secret!r}" == "Secret('**********') Secret('**********')"
    assert secret == Secret(KEY)
    assert secret != KEY


def test_a_refused_key_is_not_in_the_traceback() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Polytomic(api_key="two words")
    assert "two words" not in "".join(traceback.format_exception(caught.value)).replace('api_key="two words"', "")


def test_a_transport_by_name_is_refused() -> None:
    refused(
        AsyncPolytomic, "transport must be an httpx.AsyncBaseTransport, got 'pigeon'", api_key=KEY, transport="pigeon"
    )
