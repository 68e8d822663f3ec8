"""The errors of a fan-out over a cluster."""

from __future__ import annotations

from ..errors import PolytomicError

SAME_VERSION = "Install the same version everywhere."


class ClusterError(PolytomicError):
    """The cluster cannot continue the fan-out: it lost its scheduler or its workers, or cannot run `fetch`."""


class WorkerLostError(ClusterError):
    """Each process that called `fetch` with this item ended. The calls may have reached the API."""
