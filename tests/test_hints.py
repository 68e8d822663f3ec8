"""Type hints at run time: what pydantic, FastAPI, beartype and dependency injection ask for with `get_type_hints`."""

from __future__ import annotations

import functools
import inspect
import pkgutil
import typing
from collections.abc import Callable, Iterator
from importlib import import_module
from types import FunctionType, ModuleType
from typing import Any

import pytest

import polytomic_client
from polytomic_client import APIResponse, AsyncPolytomic, Polytomic, models
from polytomic_client._client.asyncio_client import AsyncClient
from polytomic_client._runtime.client import Client
from polytomic_client.v2023_04_25 import api
from polytomic_client.v2023_04_25.api.bulk_sync import get_bulk_destination
from polytomic_client.v2023_04_25.types import Unset

PACKAGE = polytomic_client.__name__


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if not module.name.rpartition(".")[2].startswith("_"):
            inner = import_module(module.name)
            yield from _modules(inner) if module.ispkg else [inner]


def _is_ours(value: Any) -> bool:
    return str(getattr(value, "__module__", None)).partition(".")[0] == PACKAGE


def _functions(value: Any) -> Iterator[FunctionType]:
    """Yield the functions in an attribute of a class or a module, with their overloads."""
    if isinstance(value, property):
        parts = [value.fget, value.fset, value.fdel]
    elif isinstance(value, functools.cached_property):
        parts = [value.func]
    else:
        parts = [inspect.unwrap(getattr(value, "__func__", value))]
    for part in parts:
        if isinstance(part, FunctionType) and _is_ours(part):
            yield part
            yield from typing.cast("list[FunctionType]", typing.get_overloads(part))


def _surface() -> dict[str, Any]:
    """Return every public class, function and method by its name."""
    found: dict[str, Any] = {}
    for module in _modules(polytomic_client):
        # What a module defines, or exports from elsewhere, but not what it uses.
        own = {name for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__}
        names = own.union(getattr(module, "__all__", ()))
        for name in sorted(name for name in names if not name.startswith("_")):
            value = getattr(module, name)
            if inspect.isclass(value) and _is_ours(value):
                found[f"{value.__module__}.{value.__qualname__}"] = value
                for owner in (base for base in value.__mro__ if _is_ours(base)):
                    for member, attribute in vars(owner).items():
                        if not member.startswith("_") or member == "__init__":
                            for number, function in enumerate(_functions(attribute)):
                                found[f"{owner.__module__}.{owner.__qualname__}.{member} {number}"] = function
            else:
                for number, function in enumerate(_functions(value)):
                    found[f"{function.__module__}.{name} {number}"] = function
    return found


SURFACE = _surface()


def _failure(ask: Callable[..., object], value: Any, **options: Any) -> str | None:
    try:
        ask(value, **options)
    except Exception as error:  # noqa: BLE001  (whatever a string that is evaluated raises)
        return f"{type(error).__name__}: {error}"
    return None


def test_hints_of_every_public_name_are_known_at_run_time() -> None:
    assert len(SURFACE) > 900, "the walk finds the clients, the models and the functions"
    failures = {name: _failure(typing.get_type_hints, value) for name, value in SURFACE.items()}
    assert {name: failure for name, failure in failures.items() if failure} == {}


def test_signatures_of_every_public_function_are_known_at_run_time() -> None:
    failures = {
        name: _failure(inspect.signature, value, eval_str=True)
        for name, value in SURFACE.items()
        if isinstance(value, FunctionType)
    }
    assert {name: failure for name, failure in failures.items() if failure} == {}


@pytest.mark.parametrize(
    ("function", "returned"),
    [
        (AsyncPolytomic.get_bulk_destination, models.BulkDestinationEnvelope),
        (Polytomic.get_bulk_destination, models.BulkDestinationEnvelope),
        (api.AsyncOperationsWithResponse.get_bulk_destination, APIResponse[models.BulkDestinationEnvelope]),
        (api.OperationsWithResponse.get_bulk_destination, APIResponse[models.BulkDestinationEnvelope]),
        (get_bulk_destination.sync, models.BulkDestinationEnvelope),
        (Polytomic.run_bulk_sync, models.BulkSyncExecution),
        (vars(AsyncClient)["generated"].func, Client),
    ],
)
def test_a_hint_is_what_the_function_returns(function: Any, returned: object) -> None:
    assert typing.get_type_hints(function)["return"] == returned


def test_hints_name_the_parameters_of_an_operation() -> None:
    hints = typing.get_type_hints(Polytomic.update_bulk_sync_schema)
    assert hints["body"] == models.UpdateBulkSchema | Unset
