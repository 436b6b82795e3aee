"""What must hold for the package's modules as a whole."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import aileron.data
from aileron.core.errors import messages
from aileron.data.row_faults import OF_ROWS

PACKAGE = Path(aileron.data.__file__).parent
HEAVY = ("numpy", "pandas", "pyarrow", "sklearn", "great_expectations", "dvc", "dvc_data")


def test_importing_every_module_imports_no_heavy_library(tmp_path: Path) -> None:
    files = [path.relative_to(PACKAGE).with_suffix("") for path in PACKAGE.rglob("[a-z]*.py")]
    modules = [".".join(("aileron.data", *path.parts)) for path in files]
    code = (
        f"import importlib, sys\nfor name in {modules}: importlib.import_module(name)\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    run = [sys.executable, "-c", code]
    found = subprocess.run(run, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert found.stdout.strip() == "[]"


def test_every_sentence_is_used_and_every_used_sentence_exists() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    kinds = r"\w*Error|InvalidInput|NotFound|StepFailed|Unavailable|Conflict|phrase"
    raised = rf'(?:{kinds})\(\s*"data\.([a-z_]+)"'
    used = set(re.findall(raised, sources))
    used |= {name.removeprefix("data.") for name in OF_ROWS if f'"{name}"' in sources}
    assert used == {name for name in messages("data") if not name.startswith("assume_")}


def test_every_assumption_says_what_why_and_how_to_change_it() -> None:
    names = {name.removeprefix("assume_") for name in messages("data") if "assume_" in name}
    sources = "".join(path.read_text() for path in (PACKAGE / "inspection").glob("*.py"))
    subjects = {re.sub("_(change|because.*)$", "", name) for name in names}
    for subject in subjects:
        assert {subject, f"{subject}_change"} <= names
        assert any(name.startswith(f"{subject}_because") for name in names)
        assert f'"{subject}"' in sources, f"nothing says {subject}"
    for reason in re.findall(r'"([a-z_]+_because_[a-z0-9]+)"', sources):
        assert reason in names
