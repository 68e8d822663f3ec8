"""The thread pool over real sockets: how many connections there are, which one a call gets, and how long it waits."""

from __future__ import annotations

import gc
import hashlib
import os
import socket
import ssl
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from types import FrameType
from typing import Any

import pytest
import trustme

from polytomic_client import (
    ClientClosedError,
    ConnectTimeoutError,
    DeadlineExceededError,
    NotSentError,
    OutcomeUnknownError,
    Polytomic,
    ReadTimeoutError,
    Timeout,
)
from polytomic_client._http import places as places_module
from polytomic_client._http import resolver as resolver_module
from polytomic_client._http.messages import Reply, Request
from polytomic_client._http.places import Lease, Places
from polytomic_client._http.thread_pool import ThreadPool

from .conftest import ID, KEY
from .fast_server import OK as DESTINATION
from .interrupts import Target, descriptors, left, more_descriptors, raise_at, servers
from .server import Answer, Connection, Raw, Server, stall

THREADS = 64
PATIENCE = 20.0
"""Seconds after which a test gives up on a thread. Nothing here takes one of them."""

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@dataclass
class Network:
    """TCP or TLS: how a server listens, and what makes a client trust it."""

    server: ssl.SSLContext | None = None
    client: ssl.SSLContext | None = None


@pytest.fixture(scope="module")
def secure() -> Network:
    authority = trustme.CA()
    network = Network(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context())
    authority.issue_cert("127.0.0.1").configure_cert(network.server)  # pyright: ignore[reportUnknownMemberType]
    authority.configure_trust(network.client)  # pyright: ignore[reportUnknownMemberType]
    return network


@pytest.fixture(params=["TCP", "TLS"])
def network(request: pytest.FixtureRequest, secure: Network) -> Network:
    return secure if request.param == "TLS" else Network()


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    with servers() as running:
        yield running


def client(url: str, network: Network | None = None, **settings: Any) -> Polytomic:
    every: dict[str, Any] = {"api_key": KEY, "max_attempts": 1, "deadline": PATIENCE, **settings}
    return Polytomic(base_url=url, ssl_context=None if network is None else network.client, **every)


def pool_of(polytomic: Polytomic) -> Any:
    """Return the pool of a client that has made a call."""
    return polytomic._shared.transport


def until(condition: Callable[[], object]) -> None:
    ends = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.001)


def threads(count: int, call: Callable[[], object]) -> list[Future[object]]:
    """Make a call in each of so many threads at once, without waiting for them."""
    executor = ThreadPoolExecutor(count)
    calls = [executor.submit(call) for _ in range(count)]
    executor.shutdown(wait=False)
    return calls


def outcome(call: Future[object]) -> str:
    """Wait for a call, and return how it ended."""
    error = call.exception(PATIENCE)
    return "answer" if error is None else type(error).__name__


@dataclass
class Gate:
    """A step that answers once it is told to, and knows the connections it was called on."""

    opened: threading.Event = field(default_factory=threading.Event)
    arrived: list[socket.socket] = field(default_factory=list[socket.socket])

    def __call__(self, connection: Connection) -> bool:
        self.arrived.append(connection.socket)
        assert self.opened.wait(PATIENCE)
        return Answer()(connection)


# How many connections there are.


def test_never_more_connections_are_open_than_max_connections_however_many_threads_call(network: Network) -> None:
    meeting, lock = threading.Barrier(8), threading.Lock()
    now = most = 0

    def step(connection: Connection) -> bool:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        # Eight at once, in each of the rounds: fewer would end in a BrokenBarrierError.
        meeting.wait(PATIENCE)
        with lock:
            now -= 1
        return Answer()(connection)

    with Server(step, tls=network.server) as server, client(server.url, network, max_connections=8) as polytomic:
        calls = threads(THREADS, lambda: polytomic.get_bulk_destination(ID))
        assert Counter(map(outcome, calls)) == {"answer": THREADS}
        assert left(polytomic) == []
    assert most == 8
    assert server.connections == 8
    assert len(server.requests) == THREADS


@pytest.mark.parametrize("tls", [False, True], ids=["TCP", "TLS"])
def test_a_client_that_is_closed_in_the_middle_answers_or_says_so_and_leaves_nothing(
    target: Target, *, tls: bool
) -> None:
    before, answers = descriptors(), Counter[int]()
    polytomic = target.client(tls=tls, max_connections=8, deadline=PATIENCE)

    def work() -> None:
        while True:
            assert polytomic.get_bulk_destination(ID).data.modes
            answers[threading.get_ident()] += 1

    calls = threads(THREADS, work)
    until(lambda: sum(answers.values()) > 200 or any(call.done() for call in calls))
    polytomic.close()
    assert Counter(map(outcome, calls)) == {"ClientClosedError": THREADS}
    assert sum(answers.values()) > 200
    assert left(polytomic) == []
    assert more_descriptors(before) == 0


def test_calls_end_with_their_client_those_that_wait_for_a_connection_and_those_under_way() -> None:
    gate = Gate()
    with Server(gate) as server:
        polytomic = client(server.url, max_connections=8)
        first = threads(8, lambda: polytomic.get_bulk_destination(ID))
        until(lambda: len(gate.arrived) == 8)
        waiting = threads(THREADS - 8, lambda: polytomic.get_bulk_destination(ID))
        places: Places = pool_of(polytomic)._places
        until(lambda: len(places._waiting) == THREADS - 8)
        polytomic.close()
        assert Counter(map(outcome, waiting)) == {"ClientClosedError": THREADS - 8}
        assert Counter(map(outcome, first)) == {"ClientClosedError": 8}
        gate.opened.set()
        assert not places._taken
        assert not places._waiting
        until(lambda: server.open == 0)
    assert server.connections == 8


def test_threads_that_wait_for_a_connection_keep_to_their_deadline() -> None:
    gate = Gate()
    with Server(gate) as server, client(server.url, max_connections=1) as polytomic:
        (first,) = threads(1, lambda: polytomic.get_bulk_destination(ID))
        until(lambda: gate.arrived)
        hurried = polytomic.with_options(deadline=0.1)
        began = time.monotonic()
        calls = threads(THREADS, lambda: hurried.get_bulk_destination(ID))
        assert Counter(map(outcome, calls)) == {"DeadlineExceededError": THREADS}
        assert 0.1 <= time.monotonic() - began < 5
        gate.opened.set()
        assert outcome(first) == "answer"
        assert left(polytomic) == []
    assert len(server.requests) == 1


def test_a_thread_that_calls_without_a_pause_does_not_keep_the_others_from_their_turn(target: Target) -> None:
    over, calls = threading.Event(), Counter[str]()
    with target.client(max_connections=1, deadline=PATIENCE) as polytomic:

        def greedy() -> None:
            while not over.is_set():
                polytomic.get_bulk_destination(ID)
                calls["greedy"] += 1

        def modest() -> None:
            for _ in range(50):
                polytomic.get_bulk_destination(ID)
                calls["modest"] += 1
            over.set()

        first = threads(1, greedy)
        until(lambda: calls["greedy"])
        before = calls["greedy"]
        second = threads(1, modest)
        assert outcome(second[0]) == outcome(first[0]) == "answer"
    assert calls["greedy"] - before < 3 * calls["modest"]


# Which one a call gets.


def test_a_call_gets_the_connection_that_was_used_last(network: Network) -> None:
    gates = [Gate(), Gate()]
    used: list[socket.socket] = []

    def remembered(connection: Connection) -> bool:
        used.append(connection.socket)
        return Answer()(connection)

    with (
        Server(*gates, remembered, tls=network.server) as server,
        client(server.url, network, max_connections=2) as polytomic,
    ):
        calls: list[Future[object]] = []
        for gate in gates:
            calls += threads(1, lambda: polytomic.get_bulk_destination(ID))
            until(partial(len, gate.arrived))
        # The one that was opened first is given back last.
        for gate, call in reversed(list(zip(gates, calls, strict=True))):
            gate.opened.set()
            assert outcome(call) == "answer"
        for _ in range(5):
            polytomic.get_bulk_destination(ID)
    assert used == gates[0].arrived * 5
    assert server.connections == 2


def test_an_idle_connection_that_the_server_has_closed_is_not_used(network: Network) -> None:
    def last(connection: Connection) -> bool:
        Answer()(connection)  # without having announced that it is the last one
        return False

    with Server(last, Answer(204, b""), tls=network.server) as server, client(server.url, network) as polytomic:
        polytomic.get_bulk_destination(ID)
        server._threads[1].join(PATIENCE)  # the one of the connection, which closes it at its end
        polytomic.delete_connection(ID)  # which is never sent twice
    assert [request.line.split()[0] for request in server.requests] == ["GET", "DELETE"]
    assert server.connections == 2


FORGED = {"a byte": b"H", "a line end": b"\r\n", "a response": DESTINATION.replace(b"Replace", b"Forgery")}


@pytest.mark.parametrize("when", ["in one piece with the response", "right behind it", "once it is read"])
@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_what_nobody_asked_for_is_never_taken_for_a_response(network: Network, forged: bytes, when: str) -> None:
    answered, sent = threading.Event(), threading.Event()

    def generous(connection: Connection) -> bool:
        if when == "in one piece with the response":
            connection.send(DESTINATION + forged)
        else:
            connection.send(DESTINATION)
            assert when == "right behind it" or answered.wait(PATIENCE)
            connection.send(forged)
        sent.set()
        return True

    with Server(generous, Answer(), tls=network.server) as server, client(server.url, network) as polytomic:
        first = polytomic.get_bulk_destination(ID)
        answered.set()
        assert sent.wait(PATIENCE)
        assert polytomic.get_bulk_destination(ID) == first
    assert server.connections == 2
    assert len(server.requests) == 2


# Large requests. They go through the pool itself, because no operation has so large a body.


@contextmanager
def listening(network: Network, handle: Callable[[socket.socket], None]) -> Generator[str]:
    """A server with a small buffer, which handles one connection."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    failures: list[BaseException] = []

    def serve() -> None:
        try:
            plain, _ = listener.accept()
            plain.settimeout(PATIENCE)
            with network.server.wrap_socket(plain, server_side=True) if network.server else plain as connection:
                handle(connection)
        except BaseException as error:  # noqa: BLE001  (the test has it)
            failures.append(error)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"{'https' if network.server else 'http'}://127.0.0.1:{listener.getsockname()[1]}"
    thread.join(PATIENCE)
    listener.close()
    assert not thread.is_alive()
    if failures:
        raise failures[0]


@contextmanager
def pool(url: str, network: Network) -> Generator[Callable[..., Reply]]:
    """A pool, as a function that posts bytes."""
    own = ThreadPool(client(url, network)._config)

    def post(content: bytes, timeout: Timeout | None = None, remaining: float = PATIENCE) -> Reply:
        return own.send(Request("POST", f"{url}/", {}, content), timeout or Timeout(), remaining)

    try:
        yield post
    finally:
        own.close()
    assert not own._places._taken
    assert not own._idle


LARGE = os.urandom(5_000_000)


def test_a_large_request_goes_out_to_a_server_that_reads_slowly(network: Network) -> None:
    received = hashlib.sha256()

    def slow(connection: socket.socket) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(1000)
        data = data.partition(b"\r\n\r\n")[2]
        missing = len(LARGE)
        while True:
            received.update(data)
            missing -= len(data)
            if not missing:
                break
            data = connection.recv(4096)
            assert data
        connection.sendall(OK)
        assert connection.recv(1) == b""

    with listening(network, slow) as url, pool(url, network) as post:
        assert post(LARGE).content == b"{}"
    assert received.digest() == hashlib.sha256(LARGE).digest()


REFUSED = b"HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"


def test_a_server_that_answers_before_it_has_read_all_is_heard(network: Network) -> None:
    answered = threading.Event()

    def early(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(REFUSED)
        assert answered.wait(PATIENCE)

    with listening(network, early) as url, pool(url, network) as post:
        reply = post(LARGE)
        answered.set()
    assert reply.status == 413
    assert reply.content == b"{}"


def test_a_server_that_answers_early_and_closes_gives_the_answer_or_an_unknown_outcome(network: Network) -> None:
    def early(connection: socket.socket) -> None:
        connection.recv(1000)
        # What was sent and not read makes this a reset, which may overtake the answer.
        connection.sendall(REFUSED)

    for _ in range(10):
        with listening(network, early) as url, pool(url, network) as post:
            try:
                status = post(LARGE).status
            except ReadTimeoutError:
                raise
            except OutcomeUnknownError:
                continue
            assert status == 413


def test_a_server_that_answers_early_as_if_it_kept_the_connection_does_not_keep_it() -> None:
    answered, left_by = threading.Event(), threading.Event()

    def early(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(REFUSED.replace(b"Connection: close\r\n", b""))
        # Who reads on may have the whole request before the client looks, and then nothing came early.
        assert answered.wait(PATIENCE)
        with suppress(OSError):
            while connection.recv(65536):
                pass
        left_by.set()

    with listening(Network(), early) as url, pool(url, Network()) as post:
        # More than the buffers of both sides have room for while the server does not read.
        assert post(LARGE * 4).status == 413
        answered.set()
        assert left_by.wait(PATIENCE)


def test_a_server_that_takes_nothing_is_given_up_on_after_the_write_timeout(network: Network) -> None:
    given_up = threading.Event()

    def deaf(_: socket.socket) -> None:
        assert given_up.wait(PATIENCE)

    with listening(network, deaf) as url, pool(url, network) as post:
        began = time.monotonic()
        with pytest.raises(
            ReadTimeoutError, match=r"no bytes from the API for 0\.1 s|accepted no bytes of the request for 0\.1 s"
        ):
            post(LARGE * 4, Timeout(write=0.1))
        assert 0.1 <= time.monotonic() - began < 5
        given_up.set()


def test_the_deadline_ends_a_request_that_the_server_takes_by_and_by(network: Network) -> None:
    given_up = threading.Event()

    def lazy(connection: socket.socket) -> None:
        with suppress(OSError):
            while not given_up.wait(0.02):
                connection.recv(1000)

    with listening(network, lazy) as url, pool(url, network) as post:
        began = time.monotonic()
        with pytest.raises(DeadlineExceededError):
            post(LARGE * 4, Timeout(), 0.3)
        assert 0.3 <= time.monotonic() - began < 5
        given_up.set()


# Servers that do not answer.


def test_silence_ends_a_call_after_the_read_timeout(network: Network) -> None:
    with Server(stall, Answer(), tls=network.server) as server, client(server.url, network, timeout=0.1) as polytomic:
        with pytest.raises(ReadTimeoutError, match=r"no bytes from the API for 0\.1 s"):
            polytomic.get_bulk_destination(ID)
        assert left(polytomic) == []
        polytomic.get_bulk_destination(ID)
    assert server.connections == 2


def test_the_deadline_ends_a_response_that_trickles(network: Network) -> None:
    trickle = Raw([OK[place : place + 1] for place in range(len(OK))], pause=0.02)
    with Server(trickle, Answer(), tls=network.server) as server, client(server.url, network) as polytomic:
        began = time.monotonic()
        with pytest.raises(DeadlineExceededError):
            polytomic.with_options(deadline=0.2, timeout=5).get_bulk_destination(ID)
        assert 0.2 <= time.monotonic() - began < 5
        assert trickle.sent > 3
        polytomic.get_bulk_destination(ID)
    assert server.connections == 2


# Connections that are not made.


@contextmanager
def refusing() -> Generator[int]:
    """A port at which nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@contextmanager
def silent() -> Generator[int]:
    """A port at which who connects gets no answer at all: the queue is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        queued = [socket.socket() for _ in range(4)]
        for one in queued:
            one.settimeout(0)
            with suppress(BlockingIOError):
                one.connect(listener.getsockname())
        yield listener.getsockname()[1]
        for one in queued:
            one.close()


def resolve_to(monkeypatch: pytest.MonkeyPatch, *ports: int, after: threading.Event | None = None) -> list[str]:
    """Have every name stand for so many addresses of this machine, and return the names that are looked up."""
    asked: list[str] = []

    def getaddrinfo(host: str, *_: object, **__: object) -> list[Any]:
        asked.append(host)
        assert after is None or after.wait(PATIENCE)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in ports]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def waiting_for_addresses(polytomic: Polytomic) -> int:
    return sum(len(lookup._waiters) for lookup in pool_of(polytomic)._resolver._lookups.values())


def port_of(server: Server) -> int:
    return int(server.url.rpartition(":")[2])


@pytest.mark.parametrize("dead", [refusing, silent])
def test_a_host_with_a_dead_address_is_reached_at_another(monkeypatch: pytest.MonkeyPatch, dead: Any) -> None:
    with dead() as port, Server() as server, client("http://localhost:1", deadline=1) as polytomic:
        # Half of the time for each: a first one that took all of it would leave none for the answer.
        resolve_to(monkeypatch, port, port_of(server))
        polytomic.get_bulk_destination(ID)
        polytomic.get_bulk_destination(ID)
        assert left(polytomic) == []
    assert server.connections == 1


def test_a_host_whose_addresses_all_refuse_is_an_error_of_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    before = descriptors()
    with refusing() as first, refusing() as second, client("http://localhost:1") as polytomic:
        resolve_to(monkeypatch, first, second)
        with pytest.raises(NotSentError, match=rf"cannot connect to 127\.0\.0\.1:{second}: Connection refused"):
            polytomic.get_bulk_destination(ID)
        assert left(polytomic) == []
    assert descriptors() == before


def test_a_host_that_does_not_answer_is_given_up_on_after_the_connect_timeout_or_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = descriptors()
    with silent() as first, silent() as second, client("http://localhost:1", timeout=Timeout(connect=0.1)) as polytomic:
        resolve_to(monkeypatch, first, second)
        began = time.monotonic()
        with pytest.raises(ConnectTimeoutError, match=r"no connection within 0\.1 s"):
            polytomic.get_bulk_destination(ID)
        assert 0.1 <= time.monotonic() - began < 5
        with pytest.raises(DeadlineExceededError):
            polytomic.with_options(deadline=0.05).get_bulk_destination(ID)
        assert left(polytomic) == []
    assert descriptors() == before


def test_an_address_that_cannot_be_reached_is_not_sent() -> None:
    # The broadcast address of every network: the system refuses at once, or knows of no route.
    pool = ThreadPool(client("https://255.255.255.255:9")._config)
    with pytest.raises(NotSentError, match=r"cannot connect to 255\.255\.255\.255:9: "):
        pool.send(Request("GET", "https://255.255.255.255:9/", {}), Timeout(connect=0.2), PATIENCE)
    assert not pool._places._taken


def test_a_host_is_looked_up_once_for_all_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    found, gate = threading.Event(), Gate()
    with Server(gate) as server, client("http://localhost:1", max_connections=8) as polytomic:
        asked = resolve_to(monkeypatch, port_of(server), after=found)
        calls = threads(1, lambda: polytomic.get_bulk_destination(ID))
        until(lambda: asked)
        calls += threads(7, lambda: polytomic.get_bulk_destination(ID))
        until(lambda: waiting_for_addresses(polytomic) == 8)
        found.set()
        until(lambda: len(gate.arrived) == 8)
        gate.opened.set()
        assert Counter(map(outcome, calls)) == {"answer": 8}
        pool_of(polytomic)._close_idle()
        polytomic.get_bulk_destination(ID)
        assert server.connections == 9
    assert asked == ["localhost"]


def test_a_lookup_that_hangs_is_left_at_the_connect_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()

    def getaddrinfo(*_: object, **__: object) -> list[Any]:
        ended.wait(PATIENCE)
        raise socket.gaierror(socket.EAI_AGAIN, "later")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with client("http://localhost:1", timeout=Timeout(connect=0.1)) as polytomic:
        with pytest.raises(ConnectTimeoutError, match=r"no connection within 0\.1 s"):
            polytomic.get_bulk_destination(ID)
        (waiting,) = threads(1, lambda: polytomic.with_options(timeout=PATIENCE).get_bulk_destination(ID))
        until(lambda: waiting_for_addresses(polytomic) == 2)  # the first one has left without a word
        monkeypatch.setattr(resolver_module, "LONGEST_WAIT", PATIENCE)
        ended.set()
        error = waiting.exception(PATIENCE)
        assert isinstance(error, NotSentError)
        assert "cannot resolve localhost" in str(error)
        assert left(polytomic) == []


# Places.


def leases(count: int) -> list[Lease]:
    return [Lease() for _ in range(count)]


def test_there_are_so_many_places_and_not_one_more() -> None:
    places, (first, second, third) = Places(2), leases(3)
    assert places.enter(first, 0.0)
    assert places.enter(second, 0.0)
    assert not places.enter(third, 0.0)
    places.leave(third)
    places.leave(third)
    assert not places.enter(third, 0.0)
    places.leave(first)
    places.leave(first)
    assert places.enter(third, 0.0)
    assert not places.enter(first, 0.0)
    for each in (first, second, third):
        places.leave(each)
    assert not places._taken
    assert not places._waiting


def test_a_place_is_waited_for_until_the_time_is_up() -> None:
    places, (first, second) = Places(1), leases(2)
    assert places.enter(first, 0.0)
    began = time.monotonic()
    assert not places.enter(second, began + 0.05)
    assert 0.05 <= time.monotonic() - began < 5
    places.leave(second)
    assert not places._waiting


@pytest.fixture
def no_second_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads that wait for a place only go on where they are woken."""
    monkeypatch.setattr(places_module, "LONGEST_WAIT", PATIENCE * 2)


@dataclass
class Queue:
    """Threads that wait for one place, in an order that is known."""

    places: Places = field(default_factory=lambda: Places(1))
    holder: Lease = field(default_factory=Lease)
    entered: list[int] = field(default_factory=list[int])
    threads: list[threading.Thread] = field(default_factory=list[threading.Thread])

    def __post_init__(self) -> None:
        assert self.places.enter(self.holder, 0.0)

    def add(self, number: int, trace: Callable[..., Any] | None = None, *, stays: bool = False) -> None:
        """Start a thread, and wait until it waits."""
        before = len(self.places._waiting)

        def wait() -> None:
            lease = Lease()
            sys.settrace(trace)
            try:
                try:
                    try:
                        assert self.places.enter(lease, time.monotonic() + PATIENCE)
                        self.entered.append(number)
                    finally:
                        if not stays:
                            self.places.leave(lease)
                finally:
                    if not stays:
                        self.places.leave(lease)
            except Interrupt:
                pass
            finally:
                sys.settrace(None)

        self.threads.append(threading.Thread(target=wait, daemon=True))
        self.threads[-1].start()
        until(lambda: len(self.places._waiting) > before)

    def join(self) -> None:
        for thread in self.threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()


class Interrupt(BaseException):
    """An exception from outside."""


@pytest.mark.usefixtures("no_second_look")
def test_who_waits_longest_gets_the_next_place() -> None:
    queue = Queue()
    for number in range(10):
        queue.add(number)
    queue.places.leave(queue.holder)
    queue.join()
    assert queue.entered == list(range(10))
    assert not queue.places._taken
    assert not queue.places._waiting


def test_who_comes_later_does_not_overtake_who_waits() -> None:
    queue, (late,) = Queue(), leases(1)
    queue.add(1, stays=True)
    queue.places.leave(queue.holder)
    # The other thread may not have run yet, and has its place already.
    assert not queue.places.enter(late, 0.0)
    queue.join()
    assert queue.entered == [1]


@pytest.mark.usefixtures("no_second_look")
def test_everybody_enters_once_the_places_are_open() -> None:
    queue = Queue()
    for number in range(10):
        queue.add(number, stays=True)
    queue.places.open()
    queue.join()
    assert sorted(queue.entered) == list(range(10))


@pytest.mark.usefixtures("no_second_look")
@pytest.mark.skipif(sys.version_info >= (3, 12), reason="how opcodes are traced has changed; 3.11 shows the rest")
def test_a_thread_that_is_interrupted_once_woken_wakes_the_next_one_at_once() -> None:
    number, hits = 0, 0
    while True:
        number += 1
        queue, woken, hit = Queue(), threading.Event(), list[FrameType]()
        inner = raise_at(number, Interrupt(), hit.append)

        def trace(
            frame: FrameType, event: str, argument: object, woken: threading.Event = woken, inner: Any = inner
        ) -> Any:
            """Count the bytecodes of `enter` alone, and only once the thread is woken."""
            if frame.f_code is not Places.enter.__code__:
                return None
            local = inner(frame, event, argument)

            def each(frame: FrameType, event: str, argument: object) -> Any:
                if woken.is_set():
                    local(frame, event, argument)
                return each

            return each

        queue.add(1, trace)
        queue.add(2)
        woken.set()
        queue.places.leave(queue.holder)
        queue.join()
        assert 2 in queue.entered
        assert not queue.places._taken
        assert not queue.places._waiting
        if not hit:
            assert queue.entered == [1, 2]
            break
        hits += 1
    assert hits > 10


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="how opcodes are traced has changed; 3.11 shows the rest")
def test_a_thread_that_is_interrupted_while_it_leaves_keeps_nobody_waiting_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(places_module, "LONGEST_WAIT", 0.01)
    number = 0
    while True:
        number += 1
        queue, hit = Queue(), list[FrameType]()
        queue.add(1)
        sys.settrace(raise_at(number, Interrupt(), hit.append))
        try:
            try:
                queue.places.leave(queue.holder)
            finally:
                sys.settrace(None)
                queue.places.leave(queue.holder)
        except Interrupt:
            pass
        queue.join()
        assert queue.entered == [1]
        assert not queue.places._taken
        assert not queue.places._waiting
        if not hit:
            break
    assert number > 50


# An end is not missed.


def test_a_client_that_is_closed_while_a_call_opens_it_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server() as server:
        polytomic = client(server.url)
        make = polytomic._make_transport
        closers: list[Future[object]] = []

        def close_meanwhile() -> Any:
            made = make()
            closers.extend(threads(1, polytomic.close))
            with suppress(TimeoutError):  # it may wait until the call has opened it
                closers[0].result(0.1)
            return made

        monkeypatch.setattr(polytomic, "_make_transport", close_meanwhile)
        with suppress(ClientClosedError):
            polytomic.get_bulk_destination(ID)
        assert outcome(closers[0]) == "answer"
        with pytest.raises(ClientClosedError):
            polytomic.get_bulk_destination(ID)
        until(lambda: server.open == 0)


def test_a_client_that_is_closed_is_not_opened_again_by_a_call_that_was_beginning() -> None:
    with Server() as server:
        for _ in range(50):
            polytomic = client(server.url)
            start = threading.Barrier(9)

            def call(polytomic: Polytomic = polytomic, start: threading.Barrier = start) -> None:
                start.wait(PATIENCE)
                with suppress(ClientClosedError):
                    polytomic.get_bulk_destination(ID)

            calls = threads(8, call)
            start.wait(PATIENCE)
            polytomic.close()
            assert Counter(map(outcome, calls)) == {"answer": 8}
            with pytest.raises(ClientClosedError):
                polytomic.get_bulk_destination(ID)
        gc.collect()
        until(lambda: server.open == 0)


def test_an_early_answer_to_a_large_upload_is_read_although_the_server_resets(network: Network) -> None:
    def refuse(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        # What is not read makes this a reset.

    with listening(network, refuse) as url, pool(url, network) as post:
        assert post(LARGE * 4, Timeout()).status == 413
