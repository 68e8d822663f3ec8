"""What travels between the driver and the workers, as bytes.

Dask looks for futures in lists, and its processes keep their last messages. Bytes are cheap for both.
"""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, TypeVar, cast

import cloudpickle  # pyright: ignore[reportMissingTypeStubs]
from attrs import evolve, frozen

from .._client.asyncio_client import AsyncClient
from .._runtime.operation import Operation

Error = TypeVar("Error", bound=BaseException)

OURS = __name__.partition(".")[0]
"""The package whose errors can be unpickled, and say enough."""

CANNOT_TRAVEL = "the result cannot be sent to the driver"


def pickled(value: object) -> bytes:
    """Pickle a value. Functions and classes that another process cannot import travel as a whole, which is slower."""
    try:
        data = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    except Exception:  # noqa: BLE001  (pickle raises whatever a class raises)
        data = b"__main__"
    return cast("Any", cloudpickle).dumps(value) if b"__main__" in data else data


def unpickled(data: bytes) -> Any:
    """Return a pickled value."""
    return pickle.loads(data)  # noqa: S301  (from the user's own cluster, which runs what it is sent)


@frozen
class Spec:
    """What every batch of a fan-out tells the process that runs it. It must not contain a key.

    Attributes:
        run: The id of the fan-out.
        fetch: The user's function.
        make_client: Creates the client of a process.
        limit: Maximum calls in flight of all processes together.
        rate: Maximum requests per second of all processes together, or None.
        deadline: Maximum seconds of the fan-out, or None.
        stop_on: Exceptions that end it.
    """

    run: str
    fetch: Callable[[Any, Any], Awaitable[Any]]
    make_client: Callable[[], AsyncClient]
    limit: int
    rate: float | None
    deadline: float | None
    stop_on: tuple[type[Exception], ...]


@frozen
class Request:
    """A batch.

    Attributes:
        version: The version of this package that the driver has.
        run: The id of the fan-out.
        spec: The pickled Spec.
        items: The items.
        indexes: The position of each in the input.
        again: Whether these are second calls.
        proven: Whether a call of this fan-out or of an earlier run has succeeded.
    """

    version: str
    run: str
    spec: bytes
    items: list[Any]
    indexes: list[int]
    again: bool
    proven: bool


class Result(NamedTuple):
    """What happened to one item of a batch. Tuples are pickled in half the time of other objects.

    Attributes:
        place: Its place in the batch.
        value: What the call returned.
        error: The error of the call.
        unsettled: Whether a request that changes something may have reached the API.
    """

    place: int
    value: Any
    error: Exception | None
    unsettled: bool


@frozen
class Response:
    """What happened to a batch. Items without a result were not called.

    Attributes:
        results: The results, in the order in which the calls ended.
        fault: The error that ends the fan-out, if any.
    """

    results: list[Result]
    fault: BaseException | None


class Raw(NamedTuple):
    """The body of a response that the driver decodes: pickling it costs a tenth of pickling a model."""

    operation: Operation[Any]
    status: int
    content: bytes
    request_id: str | None

    def decode(self) -> Any:
        """Return the model.

        Raises:
            DecodeError: The body does not match the OpenAPI document.
        """
        request = f"{self.operation.method} {self.operation.path}"
        return self.operation.decode(self.status, self.content, request=request, request_id=self.request_id)


def pack(response: Response) -> bytes:
    """Pickle a response. A result that cannot be pickled is replaced by a failure of its item."""
    try:
        return pickled(response)
    except Exception:  # noqa: BLE001  (of the user's values)
        return pickled(evolve(response, results=[_portable(result) for result in response.results]))


def _portable(result: Result) -> Result:
    try:
        pickled(result)
    except Exception as error:  # noqa: BLE001  (of the user's value)
        return result._replace(value=None, error=TypeError(f"{CANNOT_TRAVEL}: {type(error).__name__}: {error}"))
    return result


def explained(error: Error, worker: str, *, always: bool = False) -> Error | RuntimeError:
    """Return an error that the driver can unpickle, with a note on where it was raised: pickling loses tracebacks.

    Args:
        error: The error.
        worker: The address of the worker.
        always: Whether an error of this package needs the note too. That of a call does not.
    """
    where = f"raised on the worker {worker}"
    ours = type(error).__module__.partition(".")[0] == OURS
    if ours and error.__cause__ is error.__context__ is None:
        if always:
            error.add_note(where)
        return error
    note = f"{where}:\n{''.join(traceback.format_exception(error)).rstrip()}"
    try:
        unpickled(pickled(error))
    except Exception:  # noqa: BLE001  (of the user's class)
        if not ours:
            replaced = RuntimeError(f"{type(error).__name__}: {error}")
            replaced.add_note(note)
            return replaced
        error.__cause__ = error.__context__ = None
    else:
        if ours and not always:
            return error
    error.add_note(note)
    return error
