"""Write the SBOM of a wheel: what an environment has in it that has the wheel and all of its extras.

python -m tests.package.sbom tests/package/.venv/bin/cyclonedx-py dist/*.whl
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from . import EXTRAS, PROJECT, install


def main(cyclonedx: Path, wheel: Path) -> None:
    """Write a CycloneDX document beside the wheel."""
    name, version, _ = wheel.name.split("-", 2)
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        python = install(wheel, directory / "venv", extras=EXTRAS)
        # The command takes the subject of the document from a pyproject.toml, and that of the project has no version.
        subject = directory / "pyproject.toml"
        optional = PROJECT["optional-dependencies"]
        members = {
            "name": PROJECT["name"],
            "version": version,
            "description": PROJECT["description"],
            "dependencies": PROJECT["dependencies"] + [each for extra in EXTRAS for each in optional[extra]],
        }
        lines = ["[project]", *(f"{key} = {json.dumps(value)}" for key, value in members.items())]
        subject.write_text("\n".join(lines), encoding="utf-8")
        output = wheel.with_name(f"{name}-{version}.cdx.json")
        subprocess.run(
            [
                *(cyclonedx, "environment", "--pyproject", subject, "--mc-type", "library", "--output-reproducible"),
                *("--validate", "--output-file", output, python),
            ],
            check=True,
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
