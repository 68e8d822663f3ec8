"""Interrupts a blocking call wherever Python can raise, and checks what each interrupt leaves behind.

    python -m tests.interrupts --opcodes            one exception at every bytecode of a call
    python -m tests.interrupts --signals 5000       so many real signals, over TCP
    python -m tests.interrupts --signals 5000 --tls ... and over TLS
    python -m tests.interrupts --shots 500          PyThreadState_SetAsyncExc at another thread

`--opcodes` takes cases by name: `--opcodes cold warm tls-cold`. `--error` says what is raised.

After each interrupt: the call raised that very exception, no lock or place is taken, no descriptor is left, and the
next call succeeds with max_connections=1. A run fails where one of these does not hold.
"""

# ruff: noqa: T201  (it is a program)

from __future__ import annotations

import argparse
import asyncio
import ctypes
import gc
import json
import os
import random
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self
from uuid import UUID

import trustme

import polytomic_client
from polytomic_client import DeadlineExceededError, Polytomic
from polytomic_client._http.places import Lease, Places

from .fast_server import OK, Asked, FastServer, Fault, answer

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = str(Path(polytomic_client.__file__).parent) + os.sep
BLOCKING_PATH = (
    "_call/policy.py",
    "_client/blocking_client.py",
    "_http/encoding.py",
    "_http/exchange.py",
    "_http/places.py",
    "_http/resolver.py",
    "_http/thread_connection.py",
    "_http/thread_pool.py",
    "_http/waiting.py",
)
"""The files that a call over the client's own connections cannot do without."""

GENERATED = PACKAGE + "v2"
STANDARD_LIBRARY = frozenset({str(socket.__file__), str(ssl.__file__)})
"""Modules of Python code that own a descriptor, and may be interrupted while they do."""

PLAIN = UUID(int=1)
SCRIPTED = 1_000_000
"""An item of `status * SCRIPTED + n` is answered with that status first, and then with a success."""
REFUSALS = {status: answer(status, {"message": "not yet"}, retry_after="0") for status in (401, 503)}

PATIENCE = 20.0
"""Seconds after which the call behind an interrupt has hung. Its own deadline is far shorter."""

MOST_PROBLEMS = 20
"""Problems after which a run gives up: one mistake has hundreds."""


class Stop(BaseException):
    """What a signal handler raises to end a program."""


class TimeLimit(TimeoutError):  # noqa: N818  (as it is called elsewhere)
    """What a soft time limit raises: an OSError, without a number."""


class Cancelled(Exception):  # noqa: N818  (it is not an error)
    """What a job queue raises to end a job."""


ERRORS: dict[str, type[BaseException]] = {"base": Stop, "timeout": TimeLimit, "exception": Cancelled}


class Hung(BaseException):
    """The call behind an interrupt does not end."""


@dataclass
class Report:
    """What a run found.

    Attributes:
        name: The name of the run.
        interrupts: How many exceptions were raised in a call.
        files: How many of them in each file of the package or of the standard library.
        places: The different bytecodes at which one was raised: a file, a function and an offset.
        unclosed: How many sockets were left to the garbage collector, each with a ResourceWarning.
        problems: What is not as it must be.
        seconds: How long it took.
    """

    name: str
    interrupts: int = 0
    files: Counter[str] = field(default_factory=Counter[str])
    places: set[tuple[str, str, int]] = field(default_factory=set[tuple[str, str, int]])
    unclosed: int = 0
    problems: list[str] = field(default_factory=list[str])
    seconds: float = 0.0

    def hit(self, frame: FrameType) -> str:
        """Count an interrupt, and return where it is."""
        code = frame.f_code
        file = code.co_filename.removeprefix(PACKAGE)
        self.interrupts += 1
        self.files[file] += 1
        self.places.add((file, code.co_qualname, frame.f_lasti))
        return f"{file}:{frame.f_lineno} ({code.co_qualname}, offset {frame.f_lasti})"

    @property
    def inside(self) -> int:
        """The number of exceptions raised in the package rather than in the standard library."""
        return sum(number for file, number in self.files.items() if not os.path.isabs(file))  # noqa: PTH117

    def __str__(self) -> str:
        figures = (
            f"{self.name}: {self.interrupts:,} interrupts, {self.inside:,} of them in the package, "
            f"at {len(self.places):,} different bytecodes"
        )
        files = ", ".join(f"{file} {count:,}" for file, count in self.files.most_common())
        found = "\n".join(f"  {problem}" for problem in self.problems) or "  Nothing is left behind."
        return f"{figures}, {self.unclosed:,} unclosed sockets, {self.seconds:.1f} s\n  {files}\n{found}"


def descriptors() -> int:
    """Return how many descriptors this process has open."""
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208  (faster, thousands of times)


# The server, which has a process of its own: its threads would take turns with the calls that are interrupted.


def _script(asked: Asked) -> bytes | Fault:
    return REFUSALS.get(asked.item // SCRIPTED, OK) if asked.nth == 1 else OK


class _TLSServer(FastServer):
    """The fast server over TLS."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(_script)
        self._context = context
        self.url = self.url.replace("http://", "https://")

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self.connection, sock=self._listener, ssl=self._context)
        return self


def serve() -> int:
    """Print where servers for TCP and TLS listen, and serve until the input ends."""
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)  # pyright: ignore[reportUnknownMemberType]
    with FastServer(_script) as plain, _TLSServer(context) as secure:
        print(json.dumps([plain.url, secure.url, authority.cert_pem.bytes().decode()]), flush=True)
        sys.stdin.read()
    return 0


@dataclass(frozen=True)
class Target:
    """Where the servers are, and how a client trusts them."""

    plain: str
    secure: str
    context: ssl.SSLContext

    def client(self, *, tls: bool = False, host: str = "127.0.0.1", **settings: Any) -> Polytomic:
        """Return a client that may have one connection."""
        url = (self.secure if tls else self.plain).replace("127.0.0.1", host)
        every: dict[str, Any] = {"api_key": "k", "max_connections": 1, "max_attempts": 1, "deadline": 8, **settings}
        return Polytomic(base_url=url, ssl_context=self.context if tls else None, **every)


@contextmanager
def servers() -> Generator[Target]:
    """Servers in another process."""
    command = [sys.executable, "-m", "tests.interrupts", "--serve"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            plain, secure, authority = json.loads(child.stdout.readline())
            yield Target(plain, secure, ssl.create_default_context(cadata=authority))
            child.stdin.close()
            child.wait(PATIENCE)
        finally:
            child.kill()


# What is interrupted.


def _get(client: Polytomic, _serial: int) -> None:
    client.get_bulk_destination(PLAIN)


def _refused(status: int) -> Callable[[Polytomic, int], None]:
    def call(client: Polytomic, serial: int) -> None:
        client.with_options(max_attempts=2).get_bulk_destination(UUID(int=status * SCRIPTED + serial))

    return call


def _close(client: Polytomic, _serial: int) -> None:
    client.close()


def _wait(client: Polytomic, _serial: int) -> None:
    """Wait in vain for the one connection, which another call has."""
    transport: Any = client._shared.transport
    taken, other = transport._places._taken, Lease()
    taken[other] = None
    try:
        client.with_options(deadline=0.005).get_bulk_destination(PLAIN)
    except DeadlineExceededError:
        pass
    finally:
        del taken[other]


@dataclass(frozen=True)
class Case:
    """A call to interrupt.

    Attributes:
        call: What is interrupted. It gets the client, and a number that no earlier call had.
        warm: Whether the client has made a call before, so that it keeps a connection.
        once: Whether each interrupt has a client of its own: one that keeps its retry budget.
        over: Whether the client is closed afterwards.
        settings: The settings of the client.
    """

    call: Callable[[Polytomic, int], None] = _get
    warm: bool = False
    once: bool = False
    over: bool = False
    settings: dict[str, Any] = field(default_factory=dict[str, Any])


_keys = count(1)


def _key() -> str:
    return f"k{next(_keys)}"


CASES: dict[str, Case] = {
    "cold": Case(),
    "warm": Case(warm=True),
    "tls-cold": Case(settings={"tls": True}),
    "tls-warm": Case(warm=True, settings={"tls": True}),
    "host-name": Case(settings={"host": "localhost"}),
    "fetched-key": Case(settings={"api_key": _key}),
    "refused-key": Case(_refused(401), warm=True, settings={"api_key": _key}),
    "retry": Case(_refused(503), warm=True, once=True),
    "wait": Case(_wait, warm=True),
    "close": Case(_close, warm=True, over=True),
    "tls-close": Case(_close, warm=True, over=True, settings={"tls": True}),
}


# What an interrupt may leave behind.


def left(client: Polytomic) -> list[str]:
    """Return what an interrupted call still has of a client that nobody else uses."""
    shared, found = client._shared, list[str]()
    if shared.waiting:
        found.append("the client still has a wait to end")
    places: dict[str, Places] = {"retry budget": client._state.budget._lock}
    if client._state.key is not None:
        places["fetched key"] = client._state.key.lock
    if shared.transport is not None:
        places["connections"] = shared.transport._places  # type: ignore[attr-defined]
    for name, each in places.items():
        if each._taken:
            found.append(f"a place of the {name} is taken")
        if each._waiting:
            found.append(f"a thread waits for a place of the {name}")
    if any(connection._socket.fileno() < 0 for connection in idle(client)):
        found.append("a connection is kept that is closed")
    return found


def idle(client: Polytomic) -> list[Any]:
    """Return the connections that a client keeps."""
    transport: Any = client._shared.transport
    return [] if transport is None else list(transport._idle)


def more_descriptors(allowed: int) -> int:
    """Return how many descriptors are open beyond those that are allowed, after a garbage collection."""
    ends = time.monotonic() + 2
    while (more := descriptors() - allowed) > 0 and time.monotonic() < ends:
        gc.collect()
        # A lookup that nobody waits for any more reads files in its thread, and ends soon.
        time.sleep(0.001)
    return max(more, 0)


def _hang(_number: int, _frame: FrameType | None) -> None:
    raise Hung


@contextmanager
def patience() -> Generator[None]:
    """Raise Hung in the main thread where the block does not end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _hang)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def measured(report: Report) -> Generator[None]:
    """Count the sockets that are left to the garbage collector, and the seconds."""
    # What is there already need not be visited in thousands of collections. These are made by hand: what Python runs
    # in one of its own, such as the end of a generator, would be interrupted too, and cannot raise.
    gc.collect()
    gc.freeze()
    gc.disable()
    began = time.perf_counter()
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield
            gc.collect()
        for each in caught:
            if issubclass(each.category, ResourceWarning):
                report.unclosed += 1
            else:
                report.problems.append(f"a warning: {each.message}")
    finally:
        report.seconds = time.perf_counter() - began
        gc.enable()
        gc.unfreeze()


class Trial:
    """One client at a time, whose calls are interrupted, and what is checked after each interrupt."""

    def __init__(self, target: Target, case: Case, report: Report) -> None:
        self._target, self._case, self._report = target, case, report
        self._client: Polytomic | None = None
        self._base = 0
        self._serial = 0

    def client(self) -> Polytomic:
        """Return a client as the case wants it: with a connection that it keeps, or without."""
        if self._client is None:
            self._base = descriptors()
            self._client = self._target.client(**self._case.settings)
            if self._case.warm:
                self._client.get_bulk_destination(PLAIN)
        return self._client

    def call(self) -> None:
        """Make the call that is to be interrupted."""
        self._serial += 1
        self._case.call(self.client(), self._serial)

    def check(self, place: str, raised: BaseException | None, expected: BaseException | type[BaseException]) -> None:
        """Check what an interrupt left behind."""
        found: list[str] = []
        if not (raised is expected or type(raised) is expected):
            found.append(f"the call {'succeeded' if raised is None else f'raised {raised!r}'}")
        if raised is not None:
            _forget(raised)
        del raised
        gc.collect()
        assert self._client is not None
        found += left(self._client)
        if not found:
            found += self._next(self._client)
        case = self._case
        if case.over or case.once or not case.warm or found:
            self.close()
            more = more_descriptors(self._base)
        else:
            more = more_descriptors(self._base + len(idle(self._client)))
        if more:
            found.append(f"{more} descriptors are left")
        self._report.problems += [f"{place}: {each}" for each in found]
        if len(self._report.problems) >= MOST_PROBLEMS:
            raise RuntimeError(f"too many problems\n{self._report}")

    def _next(self, client: Polytomic) -> list[str]:
        name = "close" if self._case.over else "call"
        try:
            with patience():
                if self._case.over:
                    client.close()
                else:
                    client.get_bulk_destination(PLAIN)
        except (Exception, Hung) as error:  # noqa: BLE001  (what it is, the report says)
            _forget(error)
            return [f"the next {name} raised {error!r}"]
        return left(client)

    def close(self) -> None:
        """Close the client; the next call has another one."""
        client, self._client = self._client, None
        if client is not None and not left(client):
            client.close()


def _forget(error: BaseException | None) -> None:
    """Let go of the frames of an error, which hold what its call had."""
    while error is not None:
        error.__traceback__, error = None, error.__context__


# The three ways to interrupt.


def _is_watched(file: str) -> bool:
    return (file.startswith(PACKAGE) and not file.startswith(GENERATED)) or file in STANDARD_LIBRARY


def raise_at(number: int, error: BaseException, hit: Callable[[FrameType], object]) -> Callable[..., Any]:
    """Return a trace function that raises an error at a bytecode: the first one, or the second one, and so on."""
    seen = 0

    def trace(frame: FrameType, event: str, _argument: object) -> Callable[..., Any]:
        nonlocal seen
        if event == "opcode":
            seen += 1
            if seen == number:
                sys.settrace(None)
                hit(frame)
                raise error
        return trace

    def enter(frame: FrameType, _event: str, _argument: object) -> Callable[..., Any] | None:
        if not _is_watched(frame.f_code.co_filename):
            return None
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        return trace

    return enter


def opcodes(target: Target, name: str, kind: str = "base", *, stride: int = 1) -> Report:
    """Raise at every bytecode of a case, or at every `stride`-th."""
    report = Report(f"{name}, {kind}" + (f", every {stride}th" if stride > 1 else ""))
    trial = Trial(target, CASES[name], report)
    with measured(report):
        number = 1
        while True:
            error, place, raised = ERRORS[kind]("the user's own"), list[str](), None
            trial.client()

            def hit(frame: FrameType, place: list[str] = place) -> None:
                place.append(report.hit(frame))

            # It is the test's own tracing that a debugger or coverage has set before.
            before = sys.gettrace()
            sys.settrace(raise_at(number, error, hit))
            try:
                trial.call()
            except BaseException as caught:  # noqa: BLE001  (which one it is, is checked)
                raised = caught
            finally:
                sys.settrace(before)
            if not place:
                trial.close()
                if raised is not None:
                    raise raised
                break
            trial.check(place[0], raised, error)
            number += stride
    return report


def signals(target: Target, hits: int, *, tls: bool = False, kind: str = "base", seed: int = 1) -> Report:
    """Raise from the handler of so many real signals, each at a random moment of a call, cold and warm in turns."""
    report = Report(f"signals over {'TLS' if tls else 'TCP'}, {kind}")
    trials = [Trial(target, CASES[("tls-" if tls else "") + name], report) for name in ("cold", "warm")]
    generator = random.Random(seed)
    longest = [2e-3, 1e-3] if tls else [1e-3, 6e-4]
    armed = False
    place: list[str] = []
    error: BaseException = Stop()

    def ring(_number: int, frame: FrameType | None) -> None:
        if not armed or frame is None:
            return
        file = frame.f_code.co_filename
        if not (file.startswith(PACKAGE) or file in STANDARD_LIBRARY):
            # In a library that the package calls, or not yet in the package.
            signal.setitimer(signal.ITIMER_REAL, generator.uniform(5e-6, 5e-5))
            return
        place.append(report.hit(frame))
        raise error

    before = signal.signal(signal.SIGALRM, ring)
    turn = 0
    try:
        with measured(report):
            while report.inside < hits:
                turn ^= 1
                trial, raised = trials[turn], None
                trial.client()
                place.clear()
                error = ERRORS[kind]("the user's own")
                try:
                    armed = True
                    signal.setitimer(signal.ITIMER_REAL, generator.uniform(5e-6, longest[turn]))
                    trial.call()
                except BaseException as caught:  # noqa: BLE001  (which one it is, is checked)
                    raised = caught
                finally:
                    armed = False
                    signal.setitimer(signal.ITIMER_REAL, 0)
                if place:
                    trial.check(place[0], raised, error)
                elif raised is not None:
                    raise raised
                elif not turn:
                    trial.close()
            for trial in trials:
                trial.close()
    finally:
        signal.signal(signal.SIGALRM, before)
    return report


def _last_frame(traceback: TracebackType | None) -> FrameType:
    assert traceback is not None
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return traceback.tb_frame


def shots(target: Target, hits: int, *, tls: bool = False, kind: str = "base", seed: int = 1) -> Report:
    """Raise with `PyThreadState_SetAsyncExc` in a thread that makes calls, until so many were hit in a call."""
    report = Report(f"shots over {'TLS' if tls else 'TCP'}, {kind}")
    error, generator = ERRORS[kind], random.Random(seed)
    trial = Trial(target, CASES["tls-warm" if tls else "warm"], report)
    ready, failures = threading.Event(), list[BaseException]()

    def work() -> None:
        while report.inside < hits and not failures:
            try:
                trial.client()
                try:
                    ready.set()
                    while True:
                        trial.call()
                except error as caught:
                    frame = _last_frame(caught.__traceback__)
                    # Else it was between two calls.
                    place = report.hit(frame) if _is_watched(frame.f_code.co_filename) else "between two calls"
                    del frame
                    trial.check(place, caught, error)
            except BaseException as caught:  # noqa: BLE001  (the thread that waits for this one has it)
                failures.append(caught)
                return

    interval = sys.getswitchinterval()
    # Else the other thread would only be interrupted where it waits for the network.
    sys.setswitchinterval(1e-6)
    with measured(report):
        worker = threading.Thread(target=work, name="shot-at", daemon=True)
        worker.start()
        while worker.is_alive():
            if not ready.wait(0.05):
                continue
            ready.clear()
            time.sleep(generator.uniform(0, 5e-4))
            assert worker.ident is not None
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(worker.ident), ctypes.py_object(error))
        worker.join()
        sys.setswitchinterval(interval)
        trial.close()
    if failures:
        raise failures[0]
    return report


def _reports(target: Target, chosen: argparse.Namespace) -> Iterator[Report]:
    settings = {"tls": chosen.tls, "kind": chosen.error, "seed": chosen.seed}
    if chosen.signals is not None:
        yield signals(target, chosen.signals, **settings)
    elif chosen.shots is not None:
        yield shots(target, chosen.shots, **settings)
    else:
        for name in chosen.opcodes or CASES:
            yield opcodes(target, name, chosen.error, stride=chosen.stride)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--opcodes", nargs="*", choices=CASES, metavar="CASE", help=f"of {', '.join(CASES)}; default: all")
    way.add_argument("--signals", type=int)
    way.add_argument("--shots", type=int)
    way.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--error", choices=ERRORS, default="base")
    parser.add_argument("--stride", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tls", action="store_true")
    chosen = parser.parse_args()
    if chosen.serve:
        return serve()
    problems = False
    with servers() as target:
        for report in _reports(target, chosen):
            print(report, flush=True)
            problems = problems or bool(report.problems)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
