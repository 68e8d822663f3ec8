"""Use the wheel in clean environments, alone and with each extra: import it, and run README's first example.

    python -m tests.package dist/*.whl

There is one environment for each Python that a classifier names, times each set of extras. Warnings are errors there.
A Python that is not on this machine is skipped by name. The example must print what it prints in the environment of the
project.
"""

# ruff: noqa: T201  (it is a program)

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from polytomic_client.sandbox import Sandbox

from . import CLEAN, EXTRAS, PROJECT, ROOT, UV, install

PREFIX = "Programming Language :: Python :: "
PYTHONS = [found[1] for name in PROJECT["classifiers"] if (found := re.fullmatch(PREFIX + r"(3\.\d+)", name))]
ALWAYS = ("destinations", "errors", "schedules", "v2023_04_25", "webhooks")
# The modules that each extra is for, and what it brings.
MODULES = {
    "cli": ("cli", "cli._app", "__main__"),
    "dask": ("dask",),
    "fast": (),
    "sandbox": ("sandbox", "sandbox._app", "testing"),
}


def find(version: str) -> str | None:
    """Return the path of a Python that is installed here, or None. Nothing is downloaded."""
    command = [UV, "python", "find", "--system", "--no-project", "--no-python-downloads", version]
    return subprocess.run(command, env=CLEAN, capture_output=True, text=True, check=False).stdout.strip() or None


def first_example() -> str:
    """Return the first Python block of README."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"^```python\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def run(python: Path | str, code: str, directory: Path, **environment: str) -> str:
    """Run code in a directory without this project, with warnings as errors, and return what it prints."""
    done = subprocess.run(
        [python, "-W", "error", "-c", code],
        cwd=directory,
        env=CLEAN | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode or done.stderr:
        raise SystemExit(f"{python} exits with status {done.returncode}:\n{code}\n{done.stderr}")
    return done.stdout


def imports(extras: list[str]) -> str:
    """Return code that imports every module that an environment with these extras can import, and checks where from."""
    names = [*ALWAYS, *(name for extra in extras for name in MODULES[extra])]
    lines = [f"import polytomic_client.{name}" for name in names]
    own = "import polytomic_client, sys; assert polytomic_client.__file__.startswith(sys.prefix)"
    return "\n".join([own, *lines])


def check(wheel: Path, version: str, python: str, extras: list[str], sandbox: Sandbox, expected: str) -> None:
    """Check the wheel in one environment.

    Raises:
        SystemExit: the import or the example fails, warns, or prints something else.
    """
    print(f"{version} {'[' + ','.join(extras) + ']' if extras else 'alone'}: ", end="", flush=True)
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        within = install(wheel, directory / "venv", extras=extras, python=python)
        run(within, imports(extras), directory)
        printed = run(
            within,
            first_example(),
            directory,
            POLYTOMIC_API_KEY=sandbox.key,
            POLYTOMIC_DEPLOYMENT_URL=sandbox.url,
        )
    if printed != expected:
        raise SystemExit(f"README's first example prints {printed!r}, not {expected!r}.")
    print(f"imports, and runs README's first example ({time.monotonic() - start:.1f} s)", flush=True)


def main(wheel: Path) -> None:
    """Check the wheel in every environment that this machine can have."""
    with Sandbox(connections=500, seed=1) as sandbox:
        settings = {"POLYTOMIC_API_KEY": sandbox.key, "POLYTOMIC_DEPLOYMENT_URL": sandbox.url}
        expected = run(sys.executable, first_example(), ROOT, **settings)
        assert expected, "README's first example prints nothing"
        for version in PYTHONS:
            python = find(version)
            if python is None:
                print(f"{version}: skipped, not on this machine", flush=True)
                continue
            for extras in ([], *([extra] for extra in EXTRAS), EXTRAS):
                check(wheel, version, python, extras, sandbox, expected)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
