"""The sources of the pages: their own tests, what is made of other code, how they are built."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

UI = Path(__file__).parents[3] / "ui"


def load(name: str) -> ModuleType:
    """The program `ui/NAME.py` as a module."""
    spec = spec_from_file_location(f"ui_{name}", UI / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_unit_tests_of_the_sources_pass() -> None:
    if not (UI / "node_modules").is_dir():
        pytest.skip("the packages of the pages are not installed; run make ui")
    done = subprocess.run([sys.executable, UI / "build.py", "test"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_types_are_those_of_the_client() -> None:
    types = load("write_types")
    assert types.FILE.read_text(encoding="utf-8") == types.typescript(), (
        "the records of aileron.client have changed; run python ui/write_types.py"
    )


def test_the_lock_names_no_registry() -> None:
    lock = json.loads((UI / "package-lock.json").read_text(encoding="utf-8"))
    packages: dict[str, Any] = lock["packages"]
    assert packages
    assert not [name for name, package in packages.items() if "resolved" in package]
    assert all("integrity" in package for name, package in packages.items() if name)


def test_nothing_is_built_of_unchanged_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    build = load("build")
    monkeypatch.setattr(build, "read_stamp", lambda folder: build.digest(build.sources()))
    monkeypatch.setattr(build, "_run", lambda *words: pytest.fail(f"ran {words}"))
    assert build.build() is False


def test_the_digest_follows_names_and_contents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = load("build")
    monkeypatch.setattr(build, "UI", tmp_path)
    one, two = tmp_path / "a.ts", tmp_path / "b.ts"
    one.write_text("1")
    two.write_text("2")
    before = build.digest([one, two])
    assert build.digest([two, one]) == before
    two.write_text("3")
    assert build.digest([one, two]) != before
    two.write_text("2")
    two.rename(tmp_path / "c.ts")
    assert build.digest([one, tmp_path / "c.ts"]) != before


def test_tests_are_no_part_of_the_bundle() -> None:
    names = {path.name for path in load("build").sources()}
    assert "package-lock.json" in names
    assert "main.tsx" in names
    assert not [name for name in names if name.endswith(".test.ts")]


def test_a_fresh_bundle_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    build = load("build")
    pages, fresh = tmp_path / "pages", tmp_path / "pages.new"
    pages.mkdir()
    (pages / "old.js").touch()
    fresh.mkdir()
    (fresh / "new.js").touch()
    build.replace(pages, fresh)
    assert [path.name for path in tmp_path.iterdir()] == ["pages"]
    assert [path.name for path in pages.iterdir()] == ["new.js"]
