"""Divide a limit on calls in flight among the processes of a cluster. Arithmetic only, without I/O.

What the processes may use together never exceeds the limit: a share shrinks first, and another grows only after the
process confirms that it keeps to the smaller one. A bound on requests per second is divided in the same proportion.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from attrs import define, field, frozen


@frozen
class Share:
    """A message to a process: how many of its calls may be in flight.

    Attributes:
        process: The process.
        term: Its membership.
        number: The number of the message. A later one counts.
        limit: Maximum calls in flight.
    """

    process: str
    term: int
    number: int
    limit: int


@define
class _Holder:
    """A process, and the shares it may be using: the last that it confirmed, and those sent since.

    Attributes:
        term: The number of this membership: a process that leaves and joins again has a new one.
        shares: Calls in flight, by the number of the message.
    """

    term: int
    shares: dict[int, int] = field(factory=dict[int, int])

    @property
    def most(self) -> int:
        return max(self.shares.values(), default=0)

    @property
    def last(self) -> int:
        return self.shares[max(self.shares)] if self.shares else 0


class Budget:
    """A limit that processes share, which come and go. The scheduler's side.

    Args:
        limit: Maximum calls in flight of all processes together.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._holders: dict[str, _Holder] = {}
        self._number = 0

    def __iter__(self) -> Iterator[str]:
        return iter(self._holders)

    def join(self, process: str, term: int) -> list[Share]:
        """Add a process, and return the shares to send."""
        self._holders[process] = _Holder(term)
        return self._divide()

    def leave(self, process: str) -> list[Share]:
        """Remove a process that has nothing in flight, or is gone, and return the shares to send."""
        return [] if self._holders.pop(process, None) is None else self._divide()

    def confirm(self, process: str, number: int) -> list[Share]:
        """Note that a process keeps to the share of a message, and return the shares to send."""
        holder = self._holders.get(process)
        if holder is None:
            return []
        holder.shares = {each: share for each, share in holder.shares.items() if each >= number}
        return self._divide()

    def repeat(self, process: str) -> list[Share]:
        """Return the current share of a process again, or none if it has none."""
        holder = self._holders.get(process)
        if holder is None or not holder.shares:
            return []
        return [Share(process, holder.term, max(holder.shares), holder.last)]

    def _divide(self) -> list[Share]:
        news: list[Share] = []
        each, over = divmod(self._limit, len(self._holders) or 1)
        targets = {process: each + (place < over) for place, process in enumerate(self._holders)}
        for process, holder in self._holders.items():
            if holder.last > targets[process]:
                news.append(self._send(process, holder, targets[process]))
        free = self._limit - sum(holder.most for holder in self._holders.values())
        for process, holder in self._holders.items():
            more = min(targets[process] - holder.most, free)
            if more > 0:
                free -= more
                news.append(self._send(process, holder, holder.most + more))
        return news

    def _send(self, process: str, holder: _Holder, limit: int) -> Share:
        self._number += 1
        holder.shares[self._number] = limit
        return Share(process, holder.term, self._number, limit)


_terms = count(1)
"""The numbers of memberships. No two fan-outs of a process share one: a share of the first is not one of the second."""


class Tenure:
    """The share of one process. The process's side.

    Attributes:
        term: The number of this membership.
        joined: Whether the process is a member.
        limit: Maximum calls in flight.
        taken: Calls in flight.
    """

    def __init__(self) -> None:
        self.term = 0
        self.joined = False
        self.limit = 0
        self.taken = 0
        self._number = self._confirmed = 0

    def join(self) -> None:
        """Begin a membership, without a share yet."""
        self.term = next(_terms)
        self.joined = True

    def leave(self) -> None:
        """End the membership, and so give up the share. A share that is on its way is not used any more."""
        self.joined = False
        self.limit = 0

    def grant(self, term: int, number: int, limit: int) -> bool:
        """Use a share from now on. Return whether it counts: not if it is of an earlier membership."""
        if not self.joined or term != self.term:
            return False
        self._number, self.limit = number, limit
        return True

    def may_take(self) -> bool:
        """Return whether another call may be in flight."""
        return self.taken < self.limit

    def take(self) -> None:
        """Count a call that is in flight from now on."""
        self.taken += 1

    def give_back(self) -> None:
        """Count a call that has ended."""
        self.taken -= 1

    def to_confirm(self) -> int | None:
        """Return the number of the share to confirm, once the calls in flight keep to it. Return it once."""
        if self._number == self._confirmed or self.taken > self.limit:
            return None
        self._confirmed = self._number
        return self._number
