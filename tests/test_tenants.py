"""Many tenants on one client: what belongs to a credential, and what all copies share."""

from __future__ import annotations

import asyncio
import gc
import threading
import traceback
import warnings
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from weakref import ref

import pytest

from polytomic_client import (
    AsyncPolytomic,
    ClientClosedError,
    ConfigurationError,
    NotSentError,
    Polytomic,
    ServerError,
    fan_out,
)
from polytomic_client._call.budget import RETRY_BUDGET

from .conftest import ID, KEY, FakeClock
from .server import Answer, Connection, Server, Step

CLIENTS = [AsyncPolytomic, Polytomic]


class Vault:
    """Hands out one key after another, each only once it is open."""

    def __init__(self, *keys: str, is_open: bool = True) -> None:
        self.keys = keys
        self.asked = 0
        self.open = threading.Event()
        if is_open:
            self.open.set()

    def key(self) -> str:
        self.asked += 1
        asked = self.asked
        assert self.open.wait(30)
        return self.keys[min(asked, len(self.keys)) - 1]

    async def key_async(self) -> str:
        self.asked += 1
        asked = self.asked
        async with asyncio.timeout(30):
            while not self.open.is_set():
                await asyncio.sleep(0.001)
        return self.keys[min(asked, len(self.keys)) - 1]


class Way:
    """One kind of client, used from coroutines. The blocking one works in threads."""

    def __init__(self, *, blocking: bool, threads: ThreadPoolExecutor) -> None:
        self.blocking = blocking
        self.threads = threads

    def client(self, url: str, **settings: Any) -> Any:
        kind: type[Any] = Polytomic if self.blocking else AsyncPolytomic
        return kind(**{"api_key": KEY, "base_url": url, **settings})

    def source(self, vault: Vault) -> Any:
        return vault.key if self.blocking else vault.key_async

    def call(self, client: Any) -> asyncio.Future[Any]:
        if self.blocking:
            get: Callable[[object], Any] = client.get_bulk_destination
            return asyncio.get_running_loop().run_in_executor(self.threads, get, ID)
        call: asyncio.Future[Any] = asyncio.ensure_future(client.get_bulk_destination(ID))
        return call

    async def close(self, client: Any) -> None:
        if self.blocking:
            await asyncio.get_running_loop().run_in_executor(self.threads, client.close)
        else:
            await client.aclose()

    def has_waiting(self, tenant: Any) -> bool:
        """Whether a call waits while another fetches the tenant's key."""
        lock = tenant._state.key.lock
        return bool(lock._waiting if self.blocking else lock._waiters)


@pytest.fixture(params=["async", "sync"])
def way(request: pytest.FixtureRequest) -> Iterator[Way]:
    with ThreadPoolExecutor(20) as threads:
        yield Way(blocking=request.param == "sync", threads=threads)


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not true():
            await asyncio.sleep(0.001)


def sent(server: Server) -> list[str]:
    return [request.headers["authorization"] for request in server.requests]


def basic(pair: str) -> str:
    return f"Basic {b64encode(pair.encode()).decode()}"


async def test_a_copy_sends_its_own_credential_and_its_copies_do(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLYTOMIC_API_KEY", "from-the-environment")
    with Server() as server:
        client = way.client(server.url)
        keyed = client.with_options(api_key="a")
        fetched = client.with_options(api_key=way.source(Vault("b")))
        deployed = keyed.with_options(deployment_key="c")
        pair = fetched.with_options(basic_auth=("user", "d"), deadline=9)
        for each in (keyed, fetched, deployed, pair, keyed.with_options(deadline=9), client.with_options(deadline=9)):
            await way.call(each)
        await way.call(client)
        await way.close(client)
    own = f"Bearer {KEY}"
    assert sent(server) == ["Bearer a", "Bearer b", basic("c:"), basic("user:d"), "Bearer a", own, own]


@pytest.mark.parametrize("kind", CLIENTS)
@pytest.mark.parametrize(
    "name",
    [*("base_url", "proxy", "trust_env", "ssl_context", "verify", "transport"), *("max_connections", "app_info")],
)
def test_another_origin_is_another_client(kind: type[Any], name: str) -> None:
    with pytest.raises(TypeError, match=name):
        kind(api_key=KEY).with_options(**{name: None})


async def test_a_slow_vault_of_one_tenant_holds_up_no_other(way: Way) -> None:
    slow, quick = Vault("slow", is_open=False), Vault("quick")
    with Server() as server:
        client = way.client(server.url, api_key=way.source(Vault("own")))
        waiting = client.with_options(api_key=way.source(slow))
        calls = [way.call(waiting) for _ in range(2)]
        await until(lambda: way.has_waiting(waiting))
        async with asyncio.timeout(10):
            await way.call(client.with_options(api_key=way.source(quick)))
            await way.call(client.with_options(api_key="plain"))
            await way.call(client)
        assert not any(call.done() for call in calls)
        slow.open.set()
        await asyncio.gather(*calls)
        await way.close(client)
    assert sent(server) == ["Bearer quick", "Bearer plain", "Bearer own", "Bearer slow", "Bearer slow"]
    assert (slow.asked, quick.asked) == (1, 1)


async def test_a_key_is_fetched_once_for_all_copies_of_a_copy_and_again_for_each_that_is_given_it(way: Way) -> None:
    vault = Vault("a")
    with Server() as server:
        client = way.client(server.url)
        tenant = client.with_options(api_key=way.source(vault))
        copies = [tenant, tenant.with_options(deadline=9), tenant.with_options(deadline=8).with_options(timeout=7)]
        await asyncio.gather(*[way.call(each) for each in copies])
        assert vault.asked == 1
        await way.call(tenant.with_options(api_key=way.source(vault)))
        assert vault.asked == 2
        await way.close(client)
    assert sent(server) == ["Bearer a"] * 4


async def test_a_refused_key_is_renewed_for_its_tenant_only(way: Way) -> None:
    def check(connection: Connection) -> bool:
        refused = connection.request.headers["authorization"] == "Bearer a-old"
        return (Answer(401, b"") if refused else Answer())(connection)

    first, second, own = Vault("a-old", "a-new"), Vault("b"), Vault("own")
    with Server(check) as server:
        client = way.client(server.url, api_key=way.source(own))
        tenants = [client.with_options(api_key=way.source(vault)) for vault in (first, second)]
        for each in (client, *tenants, client, *tenants):
            await way.call(each)
        await way.close(client)
    assert (first.asked, second.asked, own.asked) == (2, 1, 1)
    assert Counter(sent(server)) == {"Bearer a-old": 1, "Bearer a-new": 2, "Bearer b": 2, "Bearer own": 2}


async def test_a_tenant_does_not_spend_the_retries_of_another(way: Way, clock: FakeClock) -> None:
    asked: Counter[str] = Counter()

    def down(connection: Connection) -> bool:
        who = connection.request.headers["authorization"]
        asked[who] += 1
        fine = who != "Bearer a" and asked[who] > 1
        return (Answer() if fine else Answer(503, b""))(connection)

    with Server(down) as server:
        client = way.client(server.url, clock=clock, max_attempts=2)
        tenant = client.with_options(api_key="a")
        copies = [tenant, tenant.with_options(deadline=9)]
        errors: list[ServerError] = []
        for number in range(RETRY_BUDGET + 2):
            with pytest.raises(ServerError) as caught:
                await way.call(copies[number % 2])
            errors.append(caught.value)
        # Its copies share its budget.
        assert [error.attempts for error in errors] == [2] * RETRY_BUDGET + [1, 1]
        assert "retry budget" in "".join(getattr(errors[-1], "__notes__", []))
        for other in (client, client.with_options(api_key="b"), tenant.with_options(api_key="c")):
            await way.call(other)
        await way.close(client)
    assert [asked[who] for who in (f"Bearer {KEY}", "Bearer b", "Bearer c")] == [2, 2, 2]


class SealedError(Exception):
    """An exception of a key source, with arguments that no copy could be made of."""

    def __init__(self, asked: int, *, why: str) -> None:
        super().__init__(f"the vault is {why}")
        self.asked = asked


def sealed(asked: int) -> Exception:
    return SealedError(asked, why="sealed")


class Broken(Vault):
    """A vault that fails so many times, each with an error of its own, and then hands out its keys."""

    def __init__(self, fails: int, *, is_open: bool = True, error: Callable[[int], Exception] = sealed) -> None:
        super().__init__("a", is_open=is_open)
        self.errors: list[Exception] = []
        self._fails = fails
        self._error = error

    def _fail(self) -> None:
        if len(self.errors) < self._fails:
            self.errors.append(self._error(len(self.errors)))
            raise self.errors[-1]

    def key(self) -> str:
        key = super().key()
        self._fail()
        return key

    async def key_async(self) -> str:
        key = await super().key_async()
        self._fail()
        return key


async def all_wait(way: Way, tenant: Any, count: int) -> list[asyncio.Future[Any]]:
    """Start calls, and return them once one asks for the key and the others wait for it."""
    lock = tenant._state.key.lock
    calls = [way.call(tenant) for _ in range(count)]
    await until(lambda: len((lock._waiting if way.blocking else lock._waiters) or ()) == count - 1)
    return calls


def frames(error: BaseException) -> int:
    return len(list(traceback.walk_tb(error.__traceback__)))


async def test_a_key_source_that_fails_is_asked_once_for_all_who_wait_and_again_by_the_next(way: Way) -> None:
    vault = Broken(1, is_open=False)
    with Server() as server:
        client = way.client(server.url, api_key=way.source(vault))
        calls = await all_wait(way, client, 8)
        vault.open.set()
        errors = await asyncio.gather(*calls, return_exceptions=True)
        assert vault.asked == 1
        assert [error is vault.errors[0] for error in errors] == [True] * 8
        (error,) = vault.errors
        # As the source raised it: without the context or the frames of those who waited.
        assert error.__context__ is error.__cause__ is None
        assert frames(error) < 40
        await way.call(client)
        await way.close(client)
    assert vault.asked == 2
    assert sent(server) == ["Bearer a"]


async def test_a_failed_key_source_keeps_nothing_of_its_failure(way: Way) -> None:
    vault = Broken(1, is_open=False)
    with Server() as server:
        client = way.client(server.url, api_key=way.source(vault))
        calls = await all_wait(way, client, 3)
        vault.open.set()
        gone = ref((await asyncio.gather(*calls, return_exceptions=True))[0])
        calls.clear()
        vault.errors.clear()
        # A worker of the pool may still let go of its last call.
        await until(lambda: gc.collect() * 0 or gone() is None)
        await way.close(client)


async def test_a_context_of_one_who_waits_is_not_that_of_the_error(way: Way) -> None:
    vault = Broken(1, is_open=False)

    def blocking(client: Any) -> Any:
        try:
            raise KeyError("of this caller")
        except KeyError:
            return client.get_bulk_destination(ID)

    async def waiting(client: Any) -> Any:
        try:
            raise KeyError("of this caller")
        except KeyError:
            return await client.get_bulk_destination(ID)

    with Server() as server:
        client = way.client(server.url, api_key=way.source(vault))
        first = way.call(client)
        await until(lambda: vault.asked)
        others: list[asyncio.Future[Any]] = [
            asyncio.get_running_loop().run_in_executor(way.threads, blocking, client)
            if way.blocking
            else asyncio.ensure_future(waiting(client))
            for _ in range(2)
        ]
        lock = client._state.key.lock
        await until(lambda: len((lock._waiting if way.blocking else lock._waiters) or ()) == 2)
        vault.open.set()
        errors = await asyncio.gather(first, *others, return_exceptions=True)
        assert [type(error) for error in errors] == [SealedError] * 3
        assert errors[0].__context__ is None
        await way.close(client)


async def test_an_answer_that_is_no_key_fails_for_all_who_wait(way: Way) -> None:
    vault = Vault("two words", is_open=False)
    with Server() as server:
        client = way.client(server.url, api_key=way.source(vault))
        calls = await all_wait(way, client, 5)
        vault.open.set()
        errors = await asyncio.gather(*calls, return_exceptions=True)
        await way.close(client)
    assert {type(error) for error in errors} == {ConfigurationError}
    assert vault.asked == 1
    assert server.connections == 0


async def test_an_error_of_this_package_is_the_sources_own_too(way: Way) -> None:
    vault = Broken(1, is_open=False, error=lambda _: NotSentError("the vault cannot be reached"))
    with Server() as server:
        client = way.client(server.url, api_key=way.source(vault))
        calls = await all_wait(way, client, 3)
        vault.open.set()
        errors = await asyncio.gather(*calls, return_exceptions=True)
        await way.close(client)
    (error,) = vault.errors
    assert [each is error for each in errors] == [True] * 3
    assert isinstance(error, NotSentError)
    assert (error.operation, error.attempts, error.reason()) == ("", 0, "the vault cannot be reached")


async def test_a_refused_key_that_cannot_be_renewed_is_asked_for_once(way: Way) -> None:
    vault = Broken(0)
    together = threading.Barrier(5)

    def refuse(connection: Connection) -> bool:
        together.wait(10)
        return Answer(401, b"")(connection)

    with Server(Answer(), refuse) as server:
        client = way.client(server.url, api_key=way.source(vault))
        await way.call(client)
        vault._fails = 1
        vault.open.clear()
        calls = [way.call(client) for _ in range(5)]
        lock = client._state.key.lock
        await until(lambda: len((lock._waiting if way.blocking else lock._waiters) or ()) == 4)
        vault.open.set()
        errors = await asyncio.gather(*calls, return_exceptions=True)
        await way.close(client)
    assert [type(error) for error in errors] == [SealedError] * 5
    assert vault.asked == 2


async def test_a_call_that_begins_while_a_key_is_renewed_waits_for_the_new_one(way: Way) -> None:
    def check(connection: Connection) -> bool:
        if connection.request.headers["authorization"] == "Bearer new":
            return Answer()(connection)
        vault.open.clear()
        return Answer(401, b"")(connection)

    vault = Vault("old", "new")
    with Server(check) as server:
        client = way.client(server.url, api_key=way.source(vault))
        lock = client._state.key.lock
        first = way.call(client)
        await until(lambda: vault.asked == 2)
        later = way.call(client)
        await until(lambda: len((lock._waiting if way.blocking else lock._waiters) or ()) == 1)
        vault.open.set()
        await asyncio.gather(first, later)
        await way.close(client)
    assert sent(server) == ["Bearer old", "Bearer new", "Bearer new"]


async def test_a_cancelled_call_that_asks_fails_no_other() -> None:
    vault = Vault("a", is_open=False)
    with Server() as server:
        async with AsyncPolytomic(api_key=vault.key_async, base_url=server.url) as client:
            tenant: Any = client
            lock = tenant._state.key.lock
            first, *others = [asyncio.ensure_future(client.get_bulk_destination(ID)) for _ in range(3)]
            await until(lambda: len(lock._waiters or ()) == 2)
            first.cancel()
            await until(lambda: vault.asked == 2)
            vault.open.set()
            ends = await asyncio.gather(first, *others, return_exceptions=True)
    assert [type(end).__name__ for end in ends] == [
        "CancelledError",
        "BulkDestinationEnvelope",
        "BulkDestinationEnvelope",
    ]
    assert vault.asked == 2


class Busy:
    """Answers, and counts how many requests there are at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = self.most = 0

    def __call__(self, connection: Connection) -> bool:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        connection.server.stopping.wait(0.001)
        with self._lock:
            self._now -= 1
        return Answer()(connection)


async def test_200_tenants_share_one_pool_and_its_bound(way: Way) -> None:
    busy = Busy()
    with Server(busy) as server:
        client = way.client(server.url, max_connections=5)
        keys = [f"tenant-{number}" for number in range(200)]
        tenants = [
            client.with_options(api_key=way.source(Vault(key)) if number % 2 else key)
            for number, key in enumerate(keys)
        ]
        await asyncio.gather(*[way.call(tenant) for tenant in tenants])
        await way.close(tenants[7])
    assert Counter(sent(server)) == Counter(f"Bearer {key}" for key in keys)
    assert busy.most == 5
    assert server.connections == 5


async def test_a_fan_out_goes_over_tenants() -> None:
    with Server() as server:
        async with AsyncPolytomic(api_key=KEY, base_url=server.url) as polytomic:

            async def ask(key: str) -> object:
                return await polytomic.with_options(api_key=key).get_bulk_destination(ID)

            async with fan_out(ask, ["a", "b", "c"], limit=3) as outcomes:
                assert [outcome.ok async for outcome in outcomes] == [True] * 3
    assert sorted(sent(server)) == ["Bearer a", "Bearer b", "Bearer c"]


@pytest.mark.parametrize("warm", [False, True])
async def test_closing_any_copy_ends_the_wait_for_every_tenants_key(way: Way, *, warm: bool) -> None:
    with Server() as server:
        client = way.client(server.url)
        if warm:
            await way.call(client)
        vaults = [Vault("a", is_open=False) for _ in range(3)]
        tenants = [client.with_options(api_key=way.source(vault)) for vault in vaults]
        calls = [(way.call(tenant), way.call(tenant.with_options(deadline=60))) for tenant in tenants]
        await until(lambda: all(map(way.has_waiting, tenants)))
        await way.close(tenants[1].with_options(deadline=9))
        async with asyncio.timeout(10):
            # No thread can be stopped in a vault: there, the other one ends at once.
            together = asyncio.FIRST_COMPLETED if way.blocking else asyncio.ALL_COMPLETED
            for pair in calls:
                await asyncio.wait(pair, return_when=together)
            if way.blocking:
                assert [sum(call.done() for call in pair) for pair in calls] == [1, 1, 1]
            for vault in vaults:
                vault.open.set()
            ends = await asyncio.gather(*[call for pair in calls for call in pair], return_exceptions=True)
        assert [type(end) for end in ends] == [ClientClosedError] * 6
        for closed in (client, *tenants, tenants[0].with_options(api_key="d")):
            with pytest.raises(ClientClosedError, match="closed"):
                await way.call(closed)
    assert len(server.requests) == warm
    assert [vault.asked for vault in vaults] == [1, 1, 1]


async def test_what_belongs_to_a_tenant_goes_with_its_last_copy(way: Way) -> None:
    class Source:
        def __call__(self) -> str:
            return "a"

    with Server() as server:
        client = way.client(server.url)
        source = Source()
        gone = ref(source)
        tenant = client.with_options(api_key=source)
        assert len(client._shared.fetched_keys()) == 1
        patient = tenant.with_options(deadline=9)
        state = ref(tenant._state)
        await way.call(tenant)
        del source, tenant
        await way.call(patient)
        gc.collect()
        assert gone() is not None
        del patient
        gc.collect()
        # A worker of the pool may still let go of its last call.
        await until(lambda: gone() is None and state() is None)
        assert client._shared.fetched_keys() == []
        assert client._shared._keys == set()
        await way.call(client)
        await way.close(client)


ENDS: list[Step] = [Answer(headers={"Deprecation": "true"})]


async def test_tenants_are_warned_once_together(way: Way) -> None:
    with Server(*ENDS) as server:
        client = way.client(server.url)
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            fetched = client.with_options(api_key=way.source(Vault("b")))
            for each in (client.with_options(api_key="a"), fetched, client):
                await way.call(each)
        await way.close(client)
    assert [str(one.message).partition(":")[0] for one in warned] == ["get_bulk_destination"]
