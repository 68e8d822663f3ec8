"""A local Polytomic API, driven by the same OpenAPI document as the client.

Use it to try the client without an account, or as the fake in your own tests: `with Sandbox() as sandbox: …`.
It needs the extra `sandbox`: `pip install 'polytomic-client[sandbox]'`.
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
    _advice = f"the sandbox needs {error.name.replace('_', '-')}. Run: pip install 'polytomic-client[sandbox]'"
    # argv starts with "-m" while `python -m` searches for the module. Show no traceback then.
    if sys.argv[0] == "-m":
        raise SystemExit(_advice) from None
    raise ImportError(_advice) from error

__all__ = ("Connection", "Sandbox", "SchemaFailure", "World")
