"""What holds for any argument and any answer: what is sent stays where it belongs, and what came back is kept."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, NoReturn, cast
from urllib.parse import quote, unquote_plus, unquote_to_bytes
from uuid import UUID

import httpx
import jsonschema_rs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from polytomic_client import Polytomic
from polytomic_client._http.encoding import RequestEncoder
from polytomic_client._http.messages import Request
from polytomic_client.v2023_04_25 import models
from polytomic_client.v2023_04_25.api.bulk_sync import cancel_bulk_sync
from polytomic_client.v2023_04_25.types import encode_datetime

from .conftest import KEY
from .document import DOCUMENT, MODULES, resolve, snake
from .test_payloads import attribute, same, values

# Derandomized, so that a change of the code and not chance decides whether these pass.
many = settings(deadline=None, derandomize=True, database=None, max_examples=12)
few = settings(many, max_examples=8)

# --- URLs ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Route:
    """An operation as the document has it: its path, and what each of its parameters is."""

    name: str
    method: str
    path: str
    parameters: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    body: str | None = None


def routes() -> Iterator[Route]:
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            parameters = [resolve(parameter) for parameter in operation.get("parameters", ())]
            sent = resolve(operation.get("requestBody", {})).get("content", {}).get("application/json")
            body = sent["schema"]["$ref"].rpartition("/")[2] if sent else None
            yield Route(snake(operation["operationId"]), method.upper(), path, parameters, body)


ROUTES = list(routes())

NASTY = (
    *("/", "\\", ".", "..", "?", "#", "&", "=", ";", ":", "@", "%", "+", " ", "~", "*", "[", "]", "{", "}", "{id}"),
    *("%2e", "%2E%2e", "%2f", "%5c", "%00", "%25", "%", "//", "://", "http://evil.example/", "?a=b", "&limit=1", "#x"),
    *("\r\n", "\n", "\t", "\x00", "\x7f", "\u2028", "\uff0e", "\u2024", "\uff0f", "\u202e", "\ufeff", "\ud800", "a"),
)
WHOLE = ("", ".", "..", "...", "/", "%2e%2e", "%2f", "\x00", "\ud800")
"""Texts that are nasty by themselves, and would be rare among those that are put together."""

TEXTS = st.one_of(
    st.sampled_from(WHOLE),
    st.lists(st.sampled_from(NASTY), max_size=4).map("".join),
    st.text(st.characters(exclude_categories=()), max_size=20),
)


def spelled(form: str, uuid: UUID) -> str:
    return form.format(uuid)


UUIDS: st.SearchStrategy[object] = st.one_of(
    st.uuids(),
    st.builds(spelled, st.sampled_from(["{}", "{{{}}}", "urn:uuid:{}"]), st.uuids()),
    st.uuids().map(lambda uuid: uuid.hex.upper()),
    TEXTS,
)
ORIGINS = ("https://polytomic.example", "https://polytomic.example:8443", "http://127.0.0.1:9", "https://[::1]:444")
PREFIXES = st.lists(
    st.text(min_size=1, max_size=6).filter(lambda text: text.strip(".") != "").map(lambda text: quote(text, safe="")),
    max_size=3,
).map(lambda segments: "".join(f"/{segment}" for segment in segments))


class SentError(Exception):
    """Raised instead of an answer: whatever comes next is not what these tests are about."""


class Recorder:
    """A transport that keeps what it is given to send."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    def send(self, request: Request, timeout: object, remaining: float, *, fresh: bool = False) -> NoReturn:
        self.requests.append(request)
        raise SentError

    def close(self) -> None:
        pass


def is_text(value: str) -> bool:
    """Return whether a string can be sent: a lone surrogate has no UTF-8."""
    with suppress(UnicodeEncodeError):
        value.encode()
        return True
    return False


def uuid_of(value: object) -> str | None:
    """Return how a UUID is sent, whatever its spelling. None if it is not a UUID."""
    with suppress(ValueError):
        return str(UUID(str(value)))
    return None


def segment_of(value: str) -> str | None:
    return value if is_text(value) and value not in ("", ".", "..") else None


def query_of(value: object) -> str | None:
    if isinstance(value, bool):
        return json.dumps(value)
    return str(value) if is_text(str(value)) else None


Sent = Callable[[Any], str | None]


def drawn_from(parameter: dict[str, Any]) -> tuple[st.SearchStrategy[Any], Sent]:
    """What a parameter is given, and what each value must be sent as, None for what must be refused."""
    match parameter["in"], resolve(parameter["schema"]):
        case _, {"format": "uuid"}:
            return UUIDS, uuid_of
        case "path", {"type": "string"}:
            return TEXTS, segment_of
        case "query", {"type": "string", "format": "date-time"}:
            return st.datetimes(timezones=st.timezones()), encode_datetime
        case "query", {"type": "boolean"}:
            return st.booleans() | TEXTS, query_of
        case "query", {"type": "integer"}:
            return st.integers() | TEXTS, query_of
        case "query", {"type": "string"}:
            return TEXTS, query_of
        case _:
            raise AssertionError(f"a kind of parameter that this test does not know: {parameter}")


@dataclass
class Call:
    """Arguments of an operation, and what must come of each on the wire."""

    arguments: dict[str, Any] = field(default_factory=dict[str, Any])
    path: dict[str, str | None] = field(default_factory=dict[str, str | None])
    query: dict[str, str | None] = field(default_factory=dict[str, str | None])

    @property
    def is_to_be_refused(self) -> bool:
        return None in self.path.values() or None in self.query.values()


def draw_call(data: st.DataObject, route: Route) -> Call:
    call = Call()
    for parameter in route.parameters:
        name = parameter["name"]
        if parameter["in"] == "header" or (parameter["in"] == "query" and data.draw(st.booleans(), f"without {name}")):
            continue
        strategy, sent = drawn_from(parameter)
        value = data.draw(strategy, name)
        call.arguments[attribute(name)] = value
        (call.path if parameter["in"] == "path" else call.query)[name] = sent(value)
    if route.body is not None:
        call.arguments["body"] = getattr(models, route.body).from_dict({})
    return call


def check_url(url: str, base_url: str, route: Route, call: Call) -> None:
    # Taken apart by hand: urlsplit and its like repair what they are given, and would hide what is to be seen here.
    assert all("!" <= character <= "~" for character in url), url
    assert url.startswith(f"{base_url}/")
    path, mark, query = url.removeprefix(base_url).partition("?")
    assert "#" not in url
    described, written = route.path.split("/"), path.split("/")
    assert len(written) == len(described), url
    for part, segment in zip(described, written, strict=True):
        if not part.startswith("{"):
            assert segment == part
            continue
        assert re.fullmatch(r"(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+", segment), segment
        decoded = unquote_to_bytes(segment).decode()
        assert decoded not in ("", ".", "..")
        assert decoded == call.path[part.strip("{}")]
    pairs = [pair.partition("=") for pair in query.split("&")] if mark else []
    assert all("=" not in value for _, _, value in pairs)
    assert [(name, unquote_plus(value)) for name, _, value in pairs] == list(call.query.items())


def check_wire(request: Request, base_url: str) -> None:
    """What each transport makes of the URL is the same target at the same host."""
    encoder = RequestEncoder(base_url)
    target = request.url[request.url.index("/", len("https://")) :]
    origin = request.url.removesuffix(target)
    assert base_url.startswith(origin)
    written = encoder.encode(encoder.head(request), request)
    assert written.startswith(f"{request.method} {target} HTTP/1.1\r\nHost: ".encode())
    parsed = httpx.URL(request.url)
    assert parsed.raw_path == target.encode()
    assert httpx.URL(origin).netloc == parsed.netloc
    assert (parsed.userinfo, parsed.fragment) == (b"", "")


@pytest.mark.parametrize("by", ["method", "generated function"])
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
@given(data=st.data(), origin=st.sampled_from(ORIGINS), prefix=PREFIXES)
@few
def test_arguments_stay_where_they_belong_in_the_url_or_nothing_is_sent(
    by: str, route: Route, data: st.DataObject, origin: str, prefix: str
) -> None:
    call = draw_call(data, route)
    recorder = Recorder()
    polytomic = Polytomic(api_key=KEY, base_url=origin + prefix)
    polytomic._shared.transport = recorder

    try:
        if by == "method":
            getattr(polytomic, route.name)(**call.arguments)
        else:
            MODULES[route.name].sync_detailed(client=polytomic.generated, **call.arguments)
    except ValueError:
        assert call.is_to_be_refused
        assert recorder.requests == []
    except SentError:
        assert not call.is_to_be_refused
        [request] = recorder.requests
        assert request.method == route.method
        check_url(request.url, origin + prefix, route, call)
        check_wire(request, origin + prefix)
    else:
        pytest.fail("there was no answer to return")


HEADERS = {
    "idempotency_key": ("Idempotency-Key", re.compile(r"[A-Za-z0-9_-]{8,255}")),
    "x_polytomic_version": ("X-Polytomic-Version", re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")),
}


GOOD = {
    "idempotency_key": st.from_regex(r"[A-Za-z0-9_-]{8,255}", fullmatch=True),
    "x_polytomic_version": st.dates().map(str),
}


@pytest.mark.parametrize("name", HEADERS)
@given(data=st.data())
@many
def test_an_argument_that_becomes_a_header_is_what_it_may_be_or_nothing_is_sent(name: str, data: st.DataObject) -> None:
    header, form = HEADERS[name]
    value = data.draw(TEXTS | GOOD[name] | st.builds(str.__add__, GOOD[name], TEXTS), name)
    recorder = Recorder()
    polytomic = Polytomic(api_key=KEY, base_url=ORIGINS[0])
    polytomic._shared.transport = recorder

    with pytest.raises((SentError, ValueError)):
        cancel_bulk_sync.sync(UUID(int=1), client=polytomic.generated, **{name: value})

    for request in recorder.requests:
        assert form.fullmatch(value)
        assert request.headers[header] == value


def test_every_parameter_of_the_document_is_one_of_its_function() -> None:
    for route in ROUTES:
        known = inspect.signature(MODULES[route.name]._get_kwargs).parameters
        assert {attribute(each["name"]) for each in route.parameters if each["in"] != "header"} <= known.keys()


# --- Answers ---------------------------------------------------------------------------------------------------------
# That every component survives `from_dict` and `to_dict` is in test_payloads.py: here it is answers, from their bytes.


def answers() -> Iterator[tuple[str, str]]:
    """Every operation that is answered with a body, and the component that the body is."""
    for route in ROUTES:
        described = resolve(DOCUMENT["paths"][route.path][route.method.lower()]["responses"]["200"])
        if "content" in described:
            yield route.name, described["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]


ANSWERS = dict(answers())

OWN_NAMES = ("additional_properties", "type_", "data_", "to_dict", "from_dict", "__class__", "__dict__", "self", "")
"""Names that the models, attrs or Python use themselves, so that a member with such a name could meet them."""


@cache
def schema_of(name: str) -> jsonschema_rs.Draft202012Validator:
    whole = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def with_members(value: Any, names: list[str]) -> Any:
    """The same JSON with some members more in each of its objects, at their beginning."""
    if isinstance(value, list):
        return [with_members(item, names) for item in cast("list[object]", value)]
    if not isinstance(value, dict):
        return value
    more: dict[str, object] = {name: [name, {}, None] for name in names}
    return more | {
        name: with_members(item, names) for name, item in cast("dict[str, object]", value).items() if name not in more
    }


@pytest.mark.parametrize("operation", ANSWERS)
@given(data=st.data(), names=st.lists(st.sampled_from(OWN_NAMES), max_size=2, unique=True))
@many
def test_an_answer_is_encoded_as_it_came_whatever_unknown_members_it_has(
    operation: str, data: st.DataObject, names: list[str]
) -> None:
    # What is equivalent to what came: another spelling of the same instant, and nothing else (`same`).
    body = with_members(data.draw(values(ANSWERS[operation])), names)
    # An answer cannot do without `data`, which the document lets it.
    assume(body.get("data") is not None)
    decode = partial(MODULES[operation].OPERATION.decode, 200, request="")

    answer = decode(json.dumps(body).encode())

    encoded = json.dumps(answer.to_dict())
    assert same(body, json.loads(encoded))
    again = decode(encoded.encode())
    assert again == answer
    assert json.dumps(again.to_dict()) == encoded
    schema = schema_of(ANSWERS[operation])
    # The strategy also makes enum values that the document does not name.
    if schema.is_valid(json.loads(json.dumps(body))):
        schema.validate(json.loads(encoded))
