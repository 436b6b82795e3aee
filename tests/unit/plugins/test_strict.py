"""The plugin against silent skips, run in a pytest of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[2]


def run(folder: Path, body: str, strict: str = "") -> tuple[int, str]:
    (folder / "test_sample.py").write_text(f"import pytest\n{body}\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "plugins.strict", "-p", "no:cacheprovider"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(TESTS), "STRICT": strict},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


SKIPPED = "def test_cluster(): pytest.skip('no cluster here')\ndef test_fine(): pass"


def test_a_skip_is_listed_with_its_reason_and_passes(tmp_path: Path) -> None:
    code, output = run(tmp_path, SKIPPED)
    assert code == 0
    assert "test_sample.py::test_cluster: no cluster here" in output


def test_a_skip_fails_a_strict_session(tmp_path: Path) -> None:
    code, output = run(tmp_path, SKIPPED, strict="1")
    assert code == 1
    assert "failed, for STRICT=1" in output


def test_a_whole_file_that_is_skipped_fails_too(tmp_path: Path) -> None:
    body = "pytest.importorskip('no_such_library')\ndef test_fine(): pass"
    code, output = run(tmp_path, body, strict="1")
    assert code != 0
    assert "no_such_library" in output


def test_an_expected_failure_is_no_skip(tmp_path: Path) -> None:
    body = "@pytest.mark.xfail\ndef test_known(): raise ValueError"
    assert run(tmp_path, body, strict="1")[0] == 0
