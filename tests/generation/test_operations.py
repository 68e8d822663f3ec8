"""An operation of every kind: parameters, bodies and answers."""

from __future__ import annotations

import datetime as dt
import email
import inspect
from io import BytesIO
from typing import Any
from uuid import UUID

import httpx
import pytest

from polytomic_client import DecodeError

from .shared import FULL, ID

pytestmark = pytest.mark.process

MOMENT = dt.datetime(2024, 2, 29, 12, 30, tzinfo=dt.UTC)


def test_query_parameters_are_encoded_and_left_out_where_unset(made: Any, models: Any) -> None:
    get = made("api.things.list_things")._get_kwargs

    assert get(must="a") == {
        "method": "GET",
        "url": "/api/things",
        "params": {"must": "a", "default_colour": "green"},
        "headers": {},
    }
    assert get(
        must="a",
        limit=0,
        active=False,
        colour=models.Colour.RED,
        owner=UUID(ID),
        names=["a", "b"],
        colours=[models.Colour.RED, models.Colour("ultraviolet")],
        x_trace="t",
        x_polytomic_version="2001-01-31",
    ) == {
        "method": "GET",
        "url": "/api/things",
        "params": {
            "must": "a",
            "limit": 0,
            "active": False,
            "colour": "red",
            "owner": ID,
            "default_colour": "green",
            "names": ["a", "b"],
            "colours": ["red", "ultraviolet"],
        },
        "headers": {"X-Trace": "t", "X-Polytomic-Version": "2001-01-31"},
    }


def test_the_methods_have_the_defaults_of_the_document(made: Any, models: Any) -> None:
    for operations in ("AsyncOperations", "Operations"):
        parameters = inspect.signature(getattr(made("api"), operations).list_things).parameters

        assert parameters["default_colour"].default is models.Colour.GREEN


def test_instants_in_a_query_are_written_in_utc_and_naive_ones_refused(made: Any) -> None:
    get = made("api.things.list_things")._get_kwargs
    east = dt.timezone(dt.timedelta(hours=2))

    assert get(must="a", since=MOMENT.astimezone(east))["params"]["since"] == "2024-02-29T12:30:00Z"
    with pytest.raises(ValueError, match="has no time zone"):
        get(must="a", since=MOMENT.replace(tzinfo=None))
    for other in ("yesterday", 5, MOMENT.date()):
        with pytest.raises(ValueError, match="is not a datetime"):
            get(must="a", since=other)


def test_uuids_in_a_query_are_guarded(made: Any) -> None:
    get = made("api.things.list_things")._get_kwargs

    assert get(must="a", owner=ID.upper())["params"]["owner"] == ID
    with pytest.raises(ValueError, match="owner must be a UUID"):
        get(must="a", owner="not-a-uuid")


@pytest.mark.parametrize("name", ["must", "limit", "active", "colour", "default_colour", "names", "colours"])
def test_a_model_is_never_a_part_of_a_query(made: Any, models: Any, name: str) -> None:
    get = made("api.things.list_things")._get_kwargs
    model = models.Left(left=1)

    for value in (model, [model], {"left": 1}):
        with pytest.raises((ValueError, TypeError)) as refused:
            get(**{"must": "a", name: value})
        assert "left" not in str(refused.value)


def test_a_body_is_encoded(made: Any, models: Any) -> None:
    body = {name: value for name, value in FULL.items() if name != "must_left"}

    kwargs = made("api.things.create_thing")._get_kwargs(body=models.Kinds.from_dict(body))

    assert kwargs["method"] == "POST"
    assert kwargs["json"] == body
    assert kwargs["headers"] == {"Content-Type": "application/json"}


def test_an_optional_body_is_left_out(made: Any, models: Any) -> None:
    get = made("api.other_things.start_things")._get_kwargs

    assert get(body=models.Left(left=1))["json"] == {"left": 1}
    assert "json" not in get()


def test_a_body_that_is_no_model_is_encoded_as_members_are(made: Any) -> None:
    put = made("api.things.put_choices")._get_kwargs
    east = dt.timezone(dt.timedelta(hours=2))

    assert put(body=[MOMENT.astimezone(east), 5])["json"] == ["2024-02-29T12:30:00Z", 5]
    assert "json" not in put()
    with pytest.raises(TypeError, match="expected a list"):
        put(body="ab")


def test_an_answer_that_is_no_model_is_decoded_as_members_are(made: Any) -> None:
    decode = made("api.things.list_choices").OPERATION.decoders[200]

    assert decode(["2024-02-29T12:30:00Z", 5, "soon"]) == [MOMENT, 5, "soon"]


def test_a_request_without_a_body_names_no_content_type(made: Any) -> None:
    assert "Content-Type" not in made("api.other_things.start_things")._get_kwargs()["headers"]


@pytest.mark.parametrize("part", ["", ".", ".."])
@pytest.mark.parametrize("name", ["get_part", "delete_part"])
def test_a_path_parameter_that_would_change_the_path_is_refused(made: Any, name: str, part: str) -> None:
    with pytest.raises(ValueError, match="part must not be"):
        made(f"api.things.{name}")._get_kwargs(ID, part)


@pytest.mark.parametrize(
    ("part", "written"), [("a/../b", "a%2F..%2Fb"), ("..x", "..x"), ("é ?#", "%C3%A9%20%3F%23"), ("{id}", "%7Bid%7D")]
)
def test_a_path_parameter_is_one_segment(made: Any, part: str, written: str) -> None:
    kwargs = made("api.things.get_part")._get_kwargs(UUID(ID), part)

    assert kwargs["url"] == f"/api/things/{ID}/parts/{written}"


@pytest.mark.parametrize("thing_id", ["..", "", "a/b", None, 5])
def test_a_uuid_in_a_path_is_guarded(made: Any, thing_id: Any) -> None:
    with pytest.raises(ValueError, match="thing_id must be a UUID"):
        made("api.things.get_part")._get_kwargs(thing_id, "a")


def test_an_answer_without_content_reads_nothing(made: Any) -> None:
    operation = made("api.things.delete_part").OPERATION

    assert operation.decode(204, b"", request="") is None
    assert operation.decode(204, b"{not json", request="") is None
    assert list(operation.decoders) == [204]


def test_each_documented_success_is_decoded_in_its_way(made: Any, models: Any) -> None:
    start = made("api.other_things.start_things").OPERATION
    part = made("api.things.get_part").OPERATION

    assert start.decode(200, b'{"data": [{}]}', request="").data == [models.Kinds.from_dict({})]
    assert start.decode(204, b"", request="") is None
    assert part.decode(200, b'[{"left": 1}]', request="") == [models.Left(left=1)]
    assert part.decode(200, b"null", request="") == []
    assert made("api.things.list_moments").OPERATION.decode(200, b'["2024-02-29T12:30:00Z"]', request="") == [MOMENT]
    assert made("api.things.create_thing").OPERATION.decode(201, b'{"data": {}}', request="").data


@pytest.mark.parametrize(
    ("module", "status", "body", "path"),
    [
        ("things.list_things", 200, b"{}", "$"),
        ("things.list_things", 200, b'{"data": {}}', "$.data"),
        ("things.create_thing", 201, b'{"data": null}', "$.data"),
        ("things.create_thing", 201, b'{"data": []}', "$.data"),
        ("things.create_thing", 201, b'{"data": {"grid": [["2024-02-29"], ["soon"]]}}', "$.data.grid[1][0]"),
        (
            "things.create_thing",
            201,
            b'{"data": {"child": {"children": [{}, {"id": 5}]}}}',
            "$.data.child.children[1].id",
        ),
        ("things.get_part", 200, b'[{}, {"moment": 5}]', "$[1].moment"),
        ("things.get_part", 200, b"{}", "$"),
    ],
)
def test_an_answer_of_another_shape_is_refused_with_its_place(
    made: Any, module: str, status: int, body: bytes, path: str
) -> None:
    with pytest.raises(DecodeError) as refused:
        made(f"api.{module}").OPERATION.decode(status, body, request="GET /")

    assert refused.value.path == path


def test_null_is_an_empty_list_where_the_document_says_array(made: Any) -> None:
    assert made("api.things.list_things").OPERATION.decode(200, b'{"data": null}', request="").data == []


def test_a_method_hands_its_arguments_on_and_not_the_version(made: Any) -> None:
    called: list[tuple[str, dict[str, Any]]] = []

    def record(_: Any, operation: Any, kwargs: dict[str, Any]) -> Any:
        called.append((operation.name, kwargs))
        raise InterruptedError

    things: Any = type("Recording", (made("api").Operations,), {"_perform": record})()
    with pytest.raises(InterruptedError):
        things.delete_part(ID, "a")
    with pytest.raises(InterruptedError):
        things.list_things(must="a", x_trace="t")
    with pytest.raises(TypeError, match="x_polytomic_version"):
        things.list_things(must="a", x_polytomic_version="2001-01-31")

    assert [name for name, _ in called] == ["delete_part", "list_things"]
    assert called[0][1]["url"] == f"/api/things/{ID}/parts/a"
    assert called[1][1]["params"] == {"must": "a", "default_colour": "green"}
    assert called[1][1]["headers"] == {"X-Trace": "t"}


def test_a_parameter_of_every_kind_goes_to_its_place(made: Any, models: Any) -> None:
    get = made("api.other_things.get_place")._get_kwargs

    day, size = MOMENT.date(), models.Size.VALUE_1
    assert get("fixed", 7, size, day, MOMENT, yes=True, flag=True, constant="fixed") == {
        "method": "GET",
        "url": "/api/kinds/fixed/7/1/2024-02-29/2024-02-29T12%3A30%3A00Z/true/true",
        "params": {"constant": "fixed"},
        "headers": {},
    }
    headers = {
        "x_flag": False,
        "x_count": 0,
        "x_number": 1.5,
        "x_colour": models.Colour("u"),
        "x_owner": UUID(ID),
    }
    assert get("fixed", 7, size, day, MOMENT, yes=True, flag=True, **headers)["headers"] == {
        "X-Flag": "false",
        "X-Count": "0",
        "X-Number": "1.5",
        "X-Colour": "u",
        "X-Owner": ID,
    }


def sent(kwargs: dict[str, Any]) -> tuple[httpx.Headers, bytes]:
    """What httpx puts on the wire."""
    request = httpx.Client(base_url="http://127.0.0.1").build_request(**kwargs)
    return request.headers, request.read()


def test_cookies_are_texts(made: Any) -> None:
    kwargs = made("api.files.get_files")._get_kwargs(session="s", flag=True, count=0, owner=UUID(ID), moment=MOMENT)

    headers, _ = sent(kwargs)

    assert headers["Cookie"] == f"session=s; flag=true; count=0; owner={ID}; moment=2024-02-29T12:30:00Z"


def test_bytes_are_sent_as_they_are(made: Any) -> None:
    body = made("types").File(payload=BytesIO(b"\x00\xff"))

    headers, content = sent(made("api.files.put_file")._get_kwargs(body=body))

    assert headers["Content-Type"] == "application/octet-stream"
    assert content == b"\x00\xff"


def test_a_form_is_sent_as_one(made: Any, models: Any) -> None:
    headers, content = sent(made("api.files.post_form")._get_kwargs(body=models.Right(right="a b", moment=MOMENT)))

    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert content == b"right=a+b&moment=2024-02-29T12%3A30%3A00Z"


def test_the_parts_of_a_form_are_kept_apart_whatever_they_hold(made: Any, models: Any) -> None:
    payload = b"\r\n--+++\r\n--+++--\r\n"
    file = made("types").File(payload=BytesIO(payload), file_name="a.bin", mime_type="application/x-thing")
    body = models.Upload(file=file, name="n\xe4me", moment=MOMENT)

    headers, content = sent(made("api.files.post_form")._get_kwargs(body=body))

    message = email.message_from_bytes(b"Content-Type: " + headers["Content-Type"].encode() + b"\r\n\r\n" + content)
    parts = [
        (part.get_param("name", header="Content-Disposition"), part.get_payload(decode=True)) for part in message.walk()
    ]
    assert parts[1:] == [("file", payload), ("name", "n\xe4me".encode()), ("moment", b"2024-02-29T12:30:00+00:00")]


def test_what_the_clients_cannot_send_is_no_method(made: Any) -> None:
    for kind in ("AsyncOperations", "AsyncOperationsWithResponse", "Operations", "OperationsWithResponse"):
        methods = set(dir(getattr(made("api"), kind)))
        assert methods & {"put_file", "post_form", "get_files"} == set()
        assert "get_place" in methods
