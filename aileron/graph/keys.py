"""Cache keys: two executions with the same key have the same outputs.

A key covers the component's name, version and code (its module and every project module
that it imports), its config, its inputs' digests, its environment variables, the installed
distributions and the seed. `force` salts it with the run id.
"""

from __future__ import annotations

import ast
import importlib.util
import sysconfig
from collections.abc import Mapping
from functools import cache
from importlib.machinery import ModuleSpec
from importlib.metadata import distributions
from pathlib import Path

from aileron.core.digest import digest_bytes, digest_json
from aileron.graph.pipeline import Node
from aileron.graph.plan import Plan


def cache_key(plan: Plan, node: Node, inputs: Mapping[str, str]) -> str:
    """The key of `node` in `plan`, given its inputs' digests by port."""
    return digest_json(
        {
            "step": node.step,
            "version": plan.step_versions[node.step],
            "code": plan.code[node.step],
            "config": node.config,
            "env": node.env,
            "inputs": inputs,
            "environment": plan.environment,
            "seed": plan.seed,
            "salt": plan.run_id if plan.force else None,
        }
    )


def effect_key(plan: Plan, node: Node, inputs: Mapping[str, str]) -> str:
    """The idempotency key of an effect: what it does to what, whatever the run and the code."""
    return digest_json(
        {
            "step": node.step,
            "project": plan.project,
            "lifecycle": plan.lifecycle,
            "config": node.config,
            "inputs": inputs,
        }
    )


def environment_digest() -> str:
    """Digest of the installed distributions' names and versions."""
    return digest_json(sorted({f"{d.name}=={d.version}" for d in distributions()}))


def code_digest(module: str) -> str:
    """Digest of the source of `module` and of every project module it imports, transitively.

    A project module is one that lies outside the standard library and outside
    ``site-packages``: this project, and users' own steps. Imports inside functions count.
    """
    sources: dict[str, str] = {}
    todo = [module]
    while todo:
        name = todo.pop()
        if name in sources:
            continue
        path = _project_source(name)
        if path is None:
            continue
        code = path.read_bytes()
        sources[name] = digest_bytes(code)
        todo += _imports(code, name, is_package=path.name == "__init__.py")
    return digest_json(sources)


def _imports(code: bytes, module: str, *, is_package: bool) -> list[str]:
    """Names that may be modules, imported anywhere in `code`."""
    package = module if is_package else module.rpartition(".")[0]
    found: list[str] = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, base] if base else parents)
            found += [base, *(f"{base}.{alias.name}" for alias in node.names)]
    return found + [name.rpartition(".")[0] for name in found if "." in name]


def _project_source(name: str) -> Path | None:
    spec = _find_spec(name) if name else None
    if spec is None or not spec.origin or not spec.has_location:
        return None
    path = Path(spec.origin).resolve()
    foreign = any(path.is_relative_to(folder) for folder in _foreign_folders())
    return None if foreign or path.suffix != ".py" else path


def _find_spec(name: str) -> ModuleSpec | None:
    try:
        return importlib.util.find_spec(name)
    except (ImportError, AttributeError, ValueError):
        return None


@cache
def _foreign_folders() -> tuple[Path, ...]:
    paths = sysconfig.get_paths()
    return tuple(Path(paths[k]).resolve() for k in ("stdlib", "platstdlib", "purelib", "platlib"))
