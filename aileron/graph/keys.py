"""Cache keys: two executions with the same key have the same outputs.

A key covers the component's name, version and code (its module and every project module
that it imports), its config, its inputs' digests, its environment variables, the installed
distributions and the seed. `force` salts it with the run id.
"""

from __future__ import annotations

import ast
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.machinery import ModuleSpec
from importlib.metadata import distributions
from pathlib import Path

from aileron.core.digest import digest_bytes, digest_json
from aileron.core.errors import NotFound
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


@dataclass(frozen=True)
class Code:
    """The source that a module's behaviour follows from."""

    digest: str
    files: tuple[Path, ...]


def code_digest(module: str) -> str:
    """Digest of the source of `module` and of every project module it imports, transitively.

    A project module is one that lies outside the standard library and outside
    ``site-packages``: this project, and users' own steps. Imports inside functions count.
    """
    return read_code(module).digest


def read_code(module: str) -> Code:
    """`code_digest` with the files that it covers; none if it is installed. Imports nothing.

    Raises:
        NotFound: there is no such module.
    """
    if _find_spec(module) is None:
        raise NotFound("graph.no_module", module=module)
    sources: dict[str, str] = {}
    files: list[Path] = []
    todo = {module}
    while todo:
        name = todo.pop()
        path = _project_source(name)
        if path is None or name in sources:
            continue
        code = path.read_bytes()
        sources[name] = digest_bytes(code)
        files.append(path)
        todo |= _imports(code, name, is_package=path.name == "__init__.py") - sources.keys()
    return Code(digest_json(sources), tuple(sorted(files)))


@lru_cache(maxsize=1024)
def _imports(code: bytes, module: str, *, is_package: bool) -> frozenset[str]:
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
    return frozenset([*found, *(name.rpartition(".")[0] for name in found if "." in name)])


def _project_source(name: str) -> Path | None:
    if not name or _is_foreign(name.partition(".")[0]):
        return None
    spec = _find_spec(name)
    if spec is None or not spec.origin or not spec.has_location:
        return None
    path = Path(spec.origin).resolve()
    return None if _lies_in_foreign_folder(path) or path.suffix != ".py" else path


@cache
def _is_foreign(package: str) -> bool:
    """Whether top-level `package` is not the project's.

    Asked first, because finding the spec of ``sklearn.metrics`` would import sklearn.
    """
    if package in sys.stdlib_module_names:
        return True
    spec = _find_spec(package)
    if spec is None:
        return False
    places = spec.submodule_search_locations or ([spec.origin] if spec.origin else [])
    return bool(places) and all(_lies_in_foreign_folder(Path(p).resolve()) for p in places)


def _lies_in_foreign_folder(path: Path) -> bool:
    return any(path.is_relative_to(folder) for folder in _foreign_folders())


def _find_spec(name: str) -> ModuleSpec | None:
    """Where module `name` is. Unlike `importlib.util.find_spec` it imports no parent."""
    parent, folders = name.rpartition(".")[0], None
    if parent:
        above = _find_spec(parent)
        folders = above.submodule_search_locations if above else None
        if folders is None:
            return None
    for finder in sys.meta_path:
        spec = finder.find_spec(name, folders)
        if spec is not None:
            return spec
    return None


@cache
def _foreign_folders() -> tuple[Path, ...]:
    paths = sysconfig.get_paths()
    return tuple(Path(paths[k]).resolve() for k in ("stdlib", "platstdlib", "purelib", "platlib"))
