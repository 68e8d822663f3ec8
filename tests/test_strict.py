"""`strict=True`: a response that lacks a documented member is an error that names it."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from polytomic_client import AsyncPolytomic, ConfigurationError, DecodeError, Polytomic, models
from polytomic_client._runtime.models import missing_member
from polytomic_client.sandbox import Sandbox
from polytomic_client.v2023_04_25.api.bulk_sync import get_bulk_sync
from polytomic_client.v2023_04_25.types import UNSET

from .conftest import ID, KEY, Ask
from .document import MODULES
from .server import DESTINATION, Answer, Server
from .test_operations import CALLS, Things

LACKING = copy.deepcopy(DESTINATION)
del LACKING["data"]["modes"][0]["label"]

PATH = "$.data.modes[0].label"


def without(value: Any, *steps: str | int) -> Any:
    """Return a JSON value without one of its parts."""
    value = copy.deepcopy(value)
    holder = value
    for step in steps[:-1]:
        holder = holder[step]
    del holder[steps[-1]]
    return value


def test_a_member_that_is_missing_is_an_error_in_every_way_to_call(ask: Ask) -> None:
    with Server(Answer(body=LACKING, headers={"X-Request-Id": "r-1"})) as server:
        with pytest.raises(DecodeError) as caught:
            ask(base_url=server.url, strict=True)

    error = caught.value
    assert error.path == PATH
    assert (
        "[r-1] cannot decode the body of a 200 at $.data.modes[0].label: the response lacks this member, which the "
        "OpenAPI document requires, and the client is strict; the body begins "
    ) in str(error)
    assert (error.attempts, error.request_id, error.outcome_unknown) == (1, "r-1", False)
    assert len(server.requests) == 1


def test_without_strict_it_is_unset_in_every_way_to_call(ask: Ask) -> None:
    with Server(Answer(body=LACKING)) as server:
        label: Any = ask(base_url=server.url).data.modes[0].label
    assert label is UNSET


def test_null_and_unknown_members_are_accepted_in_every_way_to_call(ask: Ask) -> None:
    body = copy.deepcopy(DESTINATION)
    body["data"] |= {"configuration": None, "modes": None, "new": {"a": [{}]}}
    with Server(Answer(body=body)) as server:
        answer = ask(base_url=server.url, strict=True)
    assert answer.data.configuration is None
    assert answer.data["new"] == {"a": [{}]}


SYNC: dict[str, Any] = dict.fromkeys(models.BulkSync._required) | {"id": str(ID), "schedule": {"frequency": "multi"}}
SCHEDULE: dict[str, Any] = {"item": "all", "schedule": {"frequency": "daily"}}
CONNECTION: dict[str, Any] = {
    **dict.fromkeys(("name", "status", "policies", "organization_id", "configuration")),
    "id": str(ID),
    "type": {"id": "a", "name": "A", "operations": []},
}
EXECUTION = dict.fromkeys(models.BulkSyncExecution._required)


@pytest.mark.parametrize(
    ("kind", "whole", "missing", "path"),
    [
        (
            models.ConnectionListEnvelope,
            {"data": [{**CONNECTION, "type": {**CONNECTION["type"]}} for _ in range(4)]},
            ("data", 3, "type", "name"),
            "$.data[3].type.name",
        ),
        (
            models.ConnectionListEnvelope,
            {"data": [dict(CONNECTION), dict(CONNECTION)]},
            ("data", 1, "type"),
            "$.data[1].type",
        ),
        (models.ConnectionEnvelope, {"data": CONNECTION}, ("data", "policies"), "$.data.policies"),
        (
            models.BulkSyncEnvelope,
            {"data": SYNC | {"schedule": {"frequency": "multi", "multi": {"type": "x", "schedules": [SCHEDULE]}}}},
            ("data", "schedule", "multi", "schedules", 0, "schedule", "frequency"),
            "$.data.schedule.multi.schedules[0].schedule.frequency",
        ),
    ],
)
def test_the_error_names_the_member_by_its_json_name(kind: Any, whole: Any, missing: Any, path: str) -> None:
    bodies = [whole, without(whole, *missing)]
    with Server(*(Answer(body=body) for body in bodies)) as server:
        with Polytomic(api_key=KEY, base_url=server.url, strict=True) as polytomic:
            polytomic.request("GET", "/any", into=kind)
            with pytest.raises(DecodeError) as caught:
                polytomic.request("GET", "/any", into=kind)
    assert caught.value.path == path


def test_a_member_of_a_value_in_a_map_is_named() -> None:
    # The document's only map of models has no required members.
    @attrs.define(kw_only=True, repr=False)
    class Field(models.ConfigurationField):
        _required = ("default",)

    fields = models.ConfigurationMap({"schema": Field(default=""), "mode": Field()})
    assert missing_member([fields]) == [0, "mode", "default"]
    assert missing_member(models.ConfigurationMap({"schema": Field(default=None)})) is None


def test_the_first_member_that_is_missing_is_named() -> None:
    body = {"data": [without(CONNECTION, "name"), without(CONNECTION, "id")]}
    with Server(Answer(body=body)) as server:
        with Polytomic(api_key=KEY, base_url=server.url, strict=True) as polytomic:
            with pytest.raises(DecodeError) as caught:
                polytomic.list_connections()
    assert caught.value.path == "$.data[0].name"


async def test_copies_are_strict_or_not_as_they_are_told() -> None:
    with Server(Answer(body=LACKING)) as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url, strict=True) as polytomic:
            tolerant = polytomic.with_options(strict=False)
            label: Any = (await tolerant.get_bulk_destination(ID)).data.modes[0].label
            assert label is UNSET
            for strict in (polytomic, polytomic.with_options(deadline=9), tolerant.with_options(strict=True)):
                with pytest.raises(DecodeError, match=r"modes\[0\]\.label"):
                    await strict.get_bulk_destination(ID)
                with pytest.raises(DecodeError, match=r"modes\[0\]\.label"):
                    await strict.with_response.get_bulk_destination(ID)


def test_a_raw_request_is_strict_into_a_model_only() -> None:
    class Destination(models.BulkDestinationEnvelope):
        """A class of a user's own."""

    with Server(Answer(body=LACKING)) as server, Polytomic(api_key=KEY, base_url=server.url, strict=True) as polytomic:
        for kind in (models.BulkDestinationEnvelope, Destination):
            with pytest.raises(DecodeError) as caught:
                polytomic.request("GET", "/any", into=kind)
            assert caught.value.path == PATH
        assert polytomic.request("GET", "/any").parsed == LACKING
        assert json.loads(polytomic.request("GET", "/any", into=bytes).parsed) == LACKING


def test_a_response_without_content_is_complete() -> None:
    with Server(Answer(status=204, body=b"")) as server:
        with Polytomic(api_key=KEY, base_url=server.url, strict=True) as polytomic:
            polytomic.delete_bulk_sync(ID)
            MODULES["delete_bulk_sync"].sync(ID, client=polytomic.generated)


@pytest.mark.parametrize("client", [AsyncPolytomic, Polytomic])
@pytest.mark.parametrize("value", [1, "yes", (), UNSET], ids=repr)
def test_strict_is_true_or_false(client: type[Any], value: Any) -> None:
    for make in (client, client(api_key=KEY).with_options):
        with pytest.raises(ConfigurationError, match="^strict must be True or False, got "):
            make(api_key=KEY, strict=value)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(connections=20, seed=5) as running:
        yield running


@pytest.mark.parametrize("name", CALLS)
def test_the_sandbox_answers_with_every_documented_member(sandbox: Sandbox, name: str) -> None:
    async def ask(arguments: dict[str, Any]) -> None:
        async with AsyncPolytomic(api_key=sandbox.key, base_url=sandbox.url, strict=True) as polytomic:
            await getattr(polytomic, name)(**arguments)

    with Polytomic(api_key=sandbox.key, base_url=sandbox.url, strict=True) as polytomic:
        getattr(polytomic, name)(**CALLS[name](Things(sandbox, polytomic)).arguments)
        asyncio.run(ask(CALLS[name](Things(sandbox, polytomic)).arguments))


def test_the_workflows_of_a_strict_client_end(sandbox: Sandbox) -> None:
    with Polytomic(api_key=sandbox.key, base_url=sandbox.url, strict=True, clock=sandbox.clock) as polytomic:
        bulk_sync = Things(sandbox, polytomic).bulk_sync
        assert polytomic.run_bulk_sync(bulk_sync).status == "completed"
        assert polytomic.modify_bulk_sync(bulk_sync, active=False).active is False
        assert [event.event for event in polytomic.iter_events(types="bulk_sync.completed")]
        assert get_bulk_sync.sync(bulk_sync, client=polytomic.generated).data.active is False
