"""A fan-out over the workers of a Dask cluster, for more than one process can do. Needs the extra `dask`."""

from .._core.extras import install_command

try:
    from ._errors import ClusterError, WorkerLostError
    from ._fan_out import DaskFanOut, fan_out
except ModuleNotFoundError as error:
    if error.name != "distributed":
        raise
    raise ImportError(f"polytomic_client.dask needs Dask. Install it: {install_command('dask')}") from error

__all__ = ["ClusterError", "DaskFanOut", "WorkerLostError", "fan_out"]
