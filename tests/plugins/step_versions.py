"""What `tests/contract/step_versions.json` holds: each step's version and its code's digest.

The digest is over the syntax of the step's module and of the modules of its own package that
it imports, so comments, docstrings and formatting do not count. It is the same under every
Python that Aileron supports, which `ast.dump` is not.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aileron.core.catalogue import installed, step_class
from aileron.core.digest import digest_json
from aileron.graph.keys import read_code

FILE = Path(__file__).parents[1] / "contract" / "step_versions.json"
Versions = Mapping[str, Mapping[str, Any]]


def current() -> dict[str, dict[str, Any]]:
    """Step name -> its version and code now; the steps of this project only."""
    ours = [name for name, point in installed().items() if point.value.startswith("aileron.")]
    return {name: {"version": step_class(name).version, "code": _code(name)} for name in ours}


def recorded() -> Versions:
    versions: Versions = json.loads(FILE.read_text(encoding="utf-8"))
    return versions


def write() -> None:
    FILE.write_text(json.dumps(current(), indent=2) + "\n", encoding="utf-8")


def complaint(name: str, now: Versions, kept: Versions) -> str | None:
    """What is wrong with step `name`, and what to do; None if nothing is."""
    if name not in kept:
        return f"Step {name} is new. Run `make step-versions` and commit the file."
    if name not in now:
        return f"Step {name} is gone. Run `make step-versions` and commit the file."
    if now[name]["version"] < kept[name]["version"]:
        was, is_now = kept[name]["version"], now[name]["version"]
        return f"The version of step {name} went back from {was} to {is_now}. Raise it instead."
    if now[name] == kept[name]:
        return None
    if now[name]["version"] > kept[name]["version"]:
        return f"Step {name} has a new version. Run `make step-versions` and commit the file."
    return (
        f"The code of step {name} changed and its version, {now[name]['version']}, did not. "
        f"Raise `version` in {step_class(name).__module__}, then run `make step-versions`; if "
        "its outputs cannot have changed, `make step-versions` alone is enough."
    )


def normalised(source: str | bytes) -> Any:
    """The syntax tree of `source` as JSON, without what cannot change its behaviour."""
    return _plain(ast.parse(source))


def _code(name: str) -> str:
    module = step_class(name).__module__
    code = read_code(module)
    package = Path(*module.split(".")[:2])
    return digest_json(
        {
            file.name: normalised(file.read_bytes())
            for file in code.files
            if file.parent.match(str(package))
        }
    )


def _plain(node: Any) -> Any:
    if isinstance(node, ast.AST):
        fields = {name: _plain(value) for name, value in ast.iter_fields(node)}
        known = {name: value for name, value in fields.items() if value not in (None, [])}
        return {"": type(node).__name__, **known}
    if isinstance(node, list):
        return [_plain(item) for item in node if not _is_docstring(item)]
    # A constant with its type: 1, 1.0, True and "1" are four things.
    return node if isinstance(node, str) or node is None else f"{type(node).__name__} {node!r}"


def _is_docstring(node: Any) -> bool:
    """Whether `node` is a statement of a string alone."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
