"""How tests are shared out among processes, seen in a pytest of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from plugins.sharing import GROUPS, group_of

TESTS = Path(__file__).parents[2]


def run(folder: Path, files: dict[str, str], strict: str = "") -> tuple[int, str]:
    for name, body in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"import os, pytest\n{body}\n")
    words = ["-q", "-s", "-n", "2", "-p", "plugins.sharing", "-p", "plugins.strict"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words, "-p", "no:cacheprovider", "--rootdir", "."],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(TESTS), "STRICT": strict},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return done.returncode, done.stdout + done.stderr


def told(name: str) -> str:
    """A test that leaves its process's number behind."""
    return f"def test_{name}(): open('{name}', 'w').write(str(os.getpid()))"


def test_what_needs_the_same_servers_is_in_one_process(tmp_path: Path) -> None:
    one, other = GROUPS["releases"][0], GROUPS["releases"][1]
    files = {f"{one}/test_a.py": told("a"), f"{other}/test_b.py": told("b")}
    code, output = run(tmp_path, files | {f"tests/unit/test_{n}.py": told(n) for n in "xyz"})
    assert code == 0, output
    processes = {name: (tmp_path / name).read_text() for name in "abxyz"}
    assert processes["a"] == processes["b"]
    assert len({*processes.values()}) == 2


def test_a_process_that_dies_fails_the_run(tmp_path: Path) -> None:
    files = {
        "tests/test_fine.py": "def test_fine(): pass",
        "tests/test_dead.py": "def test_dead(): os._exit(3)",
    }
    code, output = run(tmp_path, files)
    assert code == 1, output
    assert "crashed while running 'tests/test_dead.py::test_dead'" in output


def test_a_skip_fails_a_strict_run(tmp_path: Path) -> None:
    files = {
        "tests/test_fine.py": "def test_fine(): pass",
        "tests/test_away.py": "def test_away(): pytest.skip('no cluster')",
    }
    code, output = run(tmp_path, files, strict="1")
    assert code == 1, output
    assert "tests/test_away.py::test_away: no cluster" in output


@pytest.mark.parametrize("place", [place for places in GROUPS.values() for place in places])
def test_every_place_of_a_group_has_tests(place: str) -> None:
    path = TESTS.parent / place
    assert path.is_file() or list(path.glob("test_*.py"))
    assert group_of(f"{place}::test_it") is not None


def test_a_file_of_no_group_is_alone() -> None:
    assert group_of("tests/unit/core/test_names.py::test_a") is None
    assert group_of("tests/e2e/test_docs.py::test_a") == "documentation"
    assert group_of("tests/e2e/test_pages.py::test_a[tests/e2e/test_docs.py]") == "stack"
