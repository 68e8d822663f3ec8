"""Objects that a copy of what contains them shares: clients, fan-outs, clocks and keys."""

from __future__ import annotations

from typing import NoReturn, Self

NOT_PICKLED = "clients cannot be pickled because they hold a key. Create one per process."


class Unique:
    """An object that `copy` and `dataclasses.asdict` share, because it has a key, connections or locks."""

    __slots__ = ()

    _not_pickled = NOT_PICKLED

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError(self._not_pickled)
