"""Every installed step keeps the promises of its kind, and changes its version with its code."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from plugins.step_versions import complaint, current, recorded

from aileron.core.catalogue import installed, step_class
from aileron.run.conformance import check_step

SUITES = {"component": "check_component", "effect": "check_effect", "wait": "check_wait"}


@pytest.mark.parametrize("name", installed())
def test_its_identity_config_and_ports_are_sound(name: str) -> None:
    check_step(step_class(name))


def test_each_has_a_run_of_its_kinds_conformance_suite() -> None:
    run = set(conformance_runs(Path(__file__).parent))
    steps = {step_class(name) for name in installed()}
    missing = {cls.name for cls in steps if (SUITES[cls.kind], cls.__name__) not in run}
    assert not missing, f"call {SUITES} in tests/contract for: {sorted(missing)}"


def test_no_code_changed_without_its_version() -> None:
    now, kept = current(), recorded()
    complaints = filter(None, (complaint(name, now, kept) for name in sorted({*now, *kept})))
    found = list(complaints)
    assert not found, "\n".join(found)


def conformance_runs(folder: Path) -> list[tuple[str, str]]:
    """(suite, class) of each call ``check_effect(Release, ...)`` in the tests of `folder`."""
    calls = [
        node
        for file in folder.rglob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args
    ]
    return [(c.func.id, c.args[0].id) for c in calls if isinstance(c.args[0], ast.Name)]  # type: ignore[attr-defined]
