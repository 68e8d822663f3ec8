"""Where the limit settles against simulated servers: every run is the same, and no time passes."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from typing import Any

import pytest
from attrs.exceptions import FrozenInstanceError

from polytomic_client._limit import AutoLimit, LimitController

LATENCY = 0.053
"""Seconds that the servers take while nothing disturbs them."""

Server = Callable[["Simulation"], tuple[float, bool]]
"""Asked when a try begins: how many seconds it will take, and whether it will succeed."""


class Simulation:
    """Calls without end, as many at once as the controller allows; a try that fails is repeated after a delay.

    As in the client, the delay is up to half a second, and the call counts as in flight in the meantime.
    """

    def __init__(self, server: Server, auto: AutoLimit | None = None, *, seed: int = 0, offered: int = 10**9) -> None:
        self.controller = LimitController(auto or AutoLimit())
        self.server = server
        self.offered = offered
        self.random = random.Random(seed)
        self.now = 0.0
        self.busy = 0  # tries that the server works on
        self.in_flight = 0
        self.successes: list[float] = []
        self.failures: list[float] = []
        self.limits: list[tuple[float, int]] = []
        self._events: list[tuple[float, float, float, bool, bool]] = []

    def run(self, until: float) -> Simulation:
        while self.now < until:
            while self.in_flight < min(self.controller.current, self.offered):
                self.in_flight += 1
                self._try(self.now, troubled=False)
            self.now, _, began, ok, troubled = heapq.heappop(self._events)
            if began < 0:
                self._try(-began, troubled=True)
                continue
            self.busy -= 1
            if ok:
                if not troubled:
                    self.controller.succeeded(self.now - began, self.in_flight)
                self.in_flight -= 1
                self.successes.append(self.now)
            else:
                self.failures.append(self.now)
                self.controller.overloaded(began, self.now)
                again = self.now + 0.5 * self.random.random()
                heapq.heappush(self._events, (again, self.random.random(), -began, ok, True))
            self.limits.append((self.now, self.controller.current))
        return self

    def _try(self, began: float, *, troubled: bool) -> None:
        self.busy += 1
        seconds, ok = self.server(self)
        # The random number settles which of those that end at the same time comes first.
        heapq.heappush(self._events, (self.now + seconds, self.random.random(), began, ok, troubled))
