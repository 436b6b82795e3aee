"""Cache keys: two executions with the same key have the same outputs.

A key covers the component's name, version and code (its module and every project module
that it imports), its config, its inputs' digests, its environment variables, the installed
distributions, the image of its pod and the seed. `force` salts it with the run id.
"""

from __future__ import annotations

import ast
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.machinery import ModuleSpec
from importlib.metadata import distributions
from pathlib import Path
from typing import Final, Self

from aileron.core.digest import digest_bytes, digest_json
from aileron.core.errors import NotFound
from aileron.graph.pipeline import Node
from aileron.graph.plan import Plan

OWN: Final = "aileron"
"""The package whose code counts wherever it lies, so that a checkout and an image agree."""
_BLOCKS: Final = ("body", "orelse", "handlers", "finalbody", "cases")
"""Where the syntax tree keeps statements, and what holds statements."""


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
            **({"image": node.placement.image} if node.placement else {}),
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

    A project module is one of this project, or one that lies outside the standard library and
    outside ``site-packages``: users' own steps. Imports inside functions count.
    """
    return read_code(module).digest


def read_code(module: str) -> Code:
    """`code_digest` with the files that it covers; none if it is installed. Imports nothing.

    Raises:
        NotFound: there is no such module.
    """
    return CodeReader().read(module)


class CodeReader:
    """Reads the code of several modules; what they share is looked for and parsed once."""

    def __init__(self) -> None:
        self._sources: dict[str, _Source | None] = {}
        self._specs: dict[str, ModuleSpec | None] = {}

    def read(self, module: str) -> Code:
        """As `read_code`, but that a file which changes between two calls is not read again."""
        if self._find_spec(module) is None:
            raise NotFound("graph.no_module", module=module)
        found: dict[str, _Source] = {}
        seen, todo = {module}, [module]
        while todo:
            name = todo.pop()
            source = self._source(name)
            if source is not None:
                found[name] = source
                todo += source.imports - seen
                seen |= source.imports
        digests = {name: source.digest for name, source in found.items()}
        return Code(digest_json(digests), tuple(sorted(source.file for source in found.values())))

    def _source(self, name: str) -> _Source | None:
        """The project's module of that name; None if it is none."""
        if name not in self._sources:
            path = self._file(name)
            self._sources[name] = None if path is None else _Source.read(name, path)
        return self._sources[name]

    def _file(self, name: str) -> Path | None:
        if not name or _is_foreign(name.partition(".")[0]):
            return None
        spec = self._find_spec(name)
        if spec is None or not spec.origin or not spec.has_location:
            return None
        path = Path(spec.origin).resolve()
        foreign = name.partition(".")[0] != OWN and _lies_in_foreign_folder(path)
        return None if foreign or path.suffix != ".py" else path

    def _find_spec(self, name: str) -> ModuleSpec | None:
        if name not in self._specs:
            parent = name.rpartition(".")[0]
            above = self._find_spec(parent) if parent else None
            self._specs[name] = _spec_below(above, name)
        return self._specs[name]


@dataclass(frozen=True)
class _Source:
    """A module's file as it was read."""

    file: Path
    digest: str
    imports: frozenset[str]

    @classmethod
    def read(cls, name: str, file: Path) -> Self:
        code = file.read_bytes()
        imports = _imports(code, name, is_package=file.name == "__init__.py")
        return cls(file, digest_bytes(code), imports)


@lru_cache(maxsize=1024)
def _imports(code: bytes, module: str, *, is_package: bool) -> frozenset[str]:
    """Names that may be modules, imported anywhere in `code`."""
    package = module if is_package else module.rpartition(".")[0]
    found: list[str] = []
    for node in _statements(ast.parse(code)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, base] if base else parents)
            found += [base, *(f"{base}.{alias.name}" for alias in node.names)]
    return frozenset([*found, *(name.rpartition(".")[0] for name in found if "." in name)])


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """All statements below `node`; no expression is entered, for none holds a statement."""
    for block in _BLOCKS:
        for inner in getattr(node, block, ()):
            yield inner
            yield from _statements(inner)


@cache
def _is_foreign(package: str) -> bool:
    """Whether top-level `package` is not the project's.

    Asked first, because finding the spec of ``sklearn.metrics`` would import sklearn.
    """
    if package == OWN:
        return False
    if package in sys.stdlib_module_names:
        return True
    spec = _spec_below(None, package)
    if spec is None:
        return False
    places = spec.submodule_search_locations or ([spec.origin] if spec.origin else [])
    return bool(places) and all(_lies_in_foreign_folder(Path(p).resolve()) for p in places)


def _lies_in_foreign_folder(path: Path) -> bool:
    return any(path.is_relative_to(folder) for folder in _foreign_folders())


def _spec_below(parent: ModuleSpec | None, name: str) -> ModuleSpec | None:
    """Where module `name` is. Unlike `importlib.util.find_spec` it imports no parent."""
    folders = None
    if "." in name:
        folders = parent.submodule_search_locations if parent else None
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
