"""A local Polytomic API, driven by the same OpenAPI document as the client.

Use it to try the client without an account, or as the fake in your own tests: `with Sandbox() as sandbox: …`.
It needs the extra `sandbox`: `pip install '.[sandbox]'` in a clone of the repository.
"""

from __future__ import annotations

import sys

try:
    from ._execution import SchemaFailure
    from ._server import Sandbox
    from ._world import Connection, World
except ModuleNotFoundError as error:
    if error.name not in ("jsonschema_rs", "starlette", "uvicorn"):
        raise
    from .._core.extras import install_command

    _advice = f"the sandbox needs {error.name.replace('_', '-')}. Run: {install_command('sandbox')}"
    # argv starts with "-m" while `python -m` searches for the module. Show no traceback then.
    if sys.argv[0] == "-m":
        raise SystemExit(_advice) from None
    raise ImportError(_advice) from error

__all__ = ("Connection", "Sandbox", "SchemaFailure", "World")
