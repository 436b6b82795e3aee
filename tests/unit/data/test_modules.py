"""What must hold for the package's modules as a whole."""

from __future__ import annotations

import re
import string
import subprocess
import sys
from pathlib import Path

import aileron.data
from aileron.core.errors import messages

PACKAGE = Path(aileron.data.__file__).parent
HEAVY = ("numpy", "pandas", "pyarrow", "sklearn", "great_expectations", "dvc", "dvc_data")


def test_importing_every_module_imports_no_heavy_library(tmp_path: Path) -> None:
    modules = [f"aileron.data.{path.stem}" for path in PACKAGE.glob("[a-z]*.py")]
    code = (
        f"import importlib, sys\nfor name in {modules}: importlib.import_module(name)\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    run = [sys.executable, "-c", code]
    found = subprocess.run(run, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert found.stdout.strip() == "[]"


def test_every_sentence_is_used_and_every_used_sentence_exists() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.glob("*.py"))
    raised = r'(?:InvalidInput|NotFound|StepFailed|Unavailable|Conflict)\(\s*"data\.([a-z_]+)"'
    used = set(re.findall(raised, sources))
    assert used == set(messages("data"))


def test_both_languages_have_the_same_placeholders() -> None:
    def names(text: str) -> set[str | None]:
        return {field for _, field, _, _ in string.Formatter().parse(text) if field}

    for name, texts in messages("data").items():
        assert names(texts["en"]) == names(texts["zh"]), name
