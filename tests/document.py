"""The OpenAPI document that the client is generated from, as tests compare with it."""

from __future__ import annotations

import importlib
import json
import pkgutil
from importlib.resources import files
from types import ModuleType
from typing import Any

import polytomic_client.v2023_04_25 as package
from polytomic_client.v2023_04_25 import api

DOCUMENT: dict[str, Any] = json.loads((files(package) / "openapi.json").read_bytes())

MODULES: dict[str, ModuleType] = {
    module.name.rpartition(".")[2]: importlib.import_module(module.name)
    for module in pkgutil.walk_packages(api.__path__, f"{api.__name__}.")
    if not module.ispkg
}
"""The generated module of each operation, by its name in snake case."""


def resolve(node: dict[str, Any]) -> dict[str, Any]:
    """Follow references inside the document."""
    while "$ref" in node:
        target: Any = DOCUMENT
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def snake(name: str) -> str:
    """Return an operationId as its Python name."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
