"""A local Polytomic API, driven by the same OpenAPI document as the client.

Use it to try things without an account, and as the fake in your own tests: `with Sandbox() as sandbox: …`.
It needs the extra `sandbox`: `pip install 'polytomic-client[sandbox]'`.
"""

from __future__ import annotations

import sys

try:
    from ._execution import Failure
    from ._server import Sandbox
    from ._world import Connection, World
except ModuleNotFoundError as error:
    if error.name not in ("jsonschema_rs", "starlette", "uvicorn"):
        raise
    _advice = f"the sandbox needs {error.name.replace('_', '-')}: pip install 'polytomic-client[sandbox]'"
    # "-m" is what argv starts with while `python -m` looks for the module: there, no traceback.
    if sys.argv[0] == "-m":
        raise SystemExit(_advice) from None
    raise ImportError(_advice) from error

__all__ = ("Connection", "Failure", "Sandbox", "World")
