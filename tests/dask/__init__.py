"""Tests of the fan-out over a cluster. Those marked `dask` have real processes and run serially: `make test-dask`."""
