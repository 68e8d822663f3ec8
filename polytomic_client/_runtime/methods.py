"""Code that the methods of the generated operations share."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from difflib import get_close_matches
from types import FunctionType
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

from attrs import NOTHING, fields_dict

from .operation import APIResponse
from .types import Unset

if TYPE_CHECKING:
    from attrs import AttrsInstance

T = TypeVar("T")
P = ParamSpec("P")
Model = TypeVar("Model", bound="AttrsInstance")

RETURNS = ("The response.\n", "Nothing: the response has no content.\n")
WITH_RESPONSE = "An APIResponse: the response with its status, headers and body.\n"


class MembersError(TypeError):
    """The members of a body are wrong, whatever the other arguments are: a bug of the caller."""


def with_response(
    method: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, APIResponse[T]]]:
    """Return an asyncio method of an operation for a class whose `_perform` returns an APIResponse."""
    return cast("Callable[Concatenate[Any, P], Coroutine[Any, Any, APIResponse[T]]]", _copied(method))


def with_response_blocking(method: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], APIResponse[T]]:
    """Return a blocking method of an operation for a class whose `_perform` returns an APIResponse."""
    return cast("Callable[Concatenate[Any, P], APIResponse[T]]", _copied(method))


def _copied(method: Any) -> Any:
    """Return a function of the same code, with the documentation that fits."""
    code, names = method.__code__, method.__globals__
    copy = FunctionType(code, names, method.__name__, method.__defaults__, method.__closure__)
    copy.__kwdefaults__ = method.__kwdefaults__
    copy.__annotations__ = {**method.__annotations__, "return": f"APIResponse[{method.__annotations__['return']}]"}
    documentation = method.__doc__ or ""
    for returns in RETURNS:
        documentation = documentation.replace(returns, WITH_RESPONSE)
    copy.__doc__ = documentation
    return copy


def body_of(method: str, model: type[Model], body: Model | Unset, members: Mapping[str, Any]) -> Model:
    """Return the body of a request, which is given as it is or by its members.

    Args:
        method: The name of the method, for errors.
        model: The class of the body.
        body: The body, or UNSET.
        members: The members of the body by their Python names.

    Raises:
        MembersError: Both are given, a member is unknown, or one that is required is missing.
    """
    if not isinstance(body, Unset):
        if members:
            raise MembersError(f"{method}() takes body=... or its members, got body and {', '.join(members)}.")
        return body
    fields = fields_dict(model)
    for name in members:
        if name not in fields or name == "additional_properties":
            close = get_close_matches(name, fields.keys() - {"additional_properties"}, 1)
            hint = f" Did you mean {close[0]}?" if close else ""
            raise MembersError(f"{method}() got an unexpected argument, {name!r}.{hint}")
    missing = [name for name, field in fields.items() if field.default is NOTHING and name not in members]
    if missing:
        raise MembersError(f"{method}() needs {', '.join(f'{name}=...' for name in missing)}, or body=....")
    return model(**members)
