"""The house is built as the design says: light imports, no shadowed packages, clean content."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {"bentoml", "dvc", "great_expectations", "matplotlib", "mlflow", "pandas", "torch"}
HEAVY |= {"pyarrow", "sklearn", "xgboost", "airflow"}


def run_python(code: str, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_everything_imports_from_a_foreign_directory_and_the_root_is_not_importable(
    tmp_path: Path,
) -> None:
    code = (
        "import json, sys, aileron, aileron_airflow\nprint(json.dumps([p for p in sys.path if p]))"
    )
    paths = json.loads(run_python(code, tmp_path))
    assert str(ROOT) not in paths
    assert str(ROOT / "operators") not in paths


@pytest.mark.parametrize("module", ["aileron.cli", "aileron.core.catalogue"])
def test_light_modules_import_no_heavy_library(module: str, tmp_path: Path) -> None:
    code = f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"
    assert not HEAVY & set(json.loads(run_python(code, tmp_path)))


def test_every_step_module_imports_no_heavy_library(tmp_path: Path) -> None:
    code = (
        "import json, sys\n"
        "from aileron.core.catalogue import installed, step_class\n"
        "names = [step_class(name).name for name in installed()]\n"
        "print(json.dumps([names, sorted(sys.modules)]))"
    )
    names, modules = json.loads(run_python(code, tmp_path))
    assert len(names) >= 15
    assert not HEAVY & set(modules)


def test_top_folders_say_what_lives_in_them() -> None:
    for name in ("dags", "plugins", "operators", "datasets", "bento", "configs", "tests", "docker"):
        assert (ROOT / name / "README.md").is_file(), name
