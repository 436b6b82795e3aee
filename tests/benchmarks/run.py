"""Runs the benchmarks against one private stack and keeps what they print.

Usage: ``python run.py [--only NAME]``. The workspace is one that `aileron init` makes, with
the files of `workspace/`; it and all state lie in a temporary folder that is removed at the
end. Each ``bench_NAME.py`` runs alone, as a process of its own, and its JSON goes with the
machine's facts to ``bench/NAME.json``, next to nothing but the results of this run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from aileron.core.settings import SILENT, Settings
from aileron.stack.ports import CUSTOMARY, variable
from aileron.stack.stack import Stack

HERE: Final = Path(__file__).parent
RESULTS: Final = HERE.parents[1] / "bench"
PROGRAM: Final = Path(sys.executable).with_name("aileron")
PREFIX: Final = "bench_"
ALONE: Final = frozenset(
    {
        "annotations",
        "cluster_release",
        "dag_building",
        "image_import",
        "image_loading",
        "image_serving",
        "labelling",
        "labelstudio",
        "pods",
        "relabel",
        "table_import",
        "validation",
    }
)
"""Benchmarks that need no stack, so run before it is there."""
PATIENCE: Final = 1200.0
LIBRARIES: Final = (
    "apache-airflow",
    "mlflow",
    "xgboost-cpu",
    "fastapi",
    "uvicorn",
    "bentoml",
    "onnxruntime",
    "pillow",
    "pyarrow",
    "polars",
    "dvc",
)

Variables = Mapping[str, str]


def main() -> int:
    names = sorted(path.stem.removeprefix(PREFIX) for path in HERE.glob(f"{PREFIX}*.py"))
    parser = argparse.ArgumentParser(description="Run the benchmarks.")
    parser.add_argument("--only", choices=names, metavar="NAME", help=", ".join(names))
    only = parser.parse_args().only
    wanted = [only] if only else names
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir()
    failed = [name for name in wanted if name in ALONE and not measure(name, own_variables())]
    stacked = [name for name in wanted if name not in ALONE]
    if stacked:
        with stack() as variables:
            failed += [name for name in stacked if not measure(name, variables)]
    if failed:
        print(f"Failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


@contextmanager
def stack() -> Iterator[Variables]:
    """The variables of a running private stack; it is stopped whatever happens."""
    with tempfile.TemporaryDirectory(prefix="aileron-bench-") as folder:
        workspace, home = Path(folder) / "workspace", Path(folder) / "home"
        ports = {variable(server): "0" for server in CUSTOMARY}
        places = {"AILERON_WORKSPACE": str(workspace), "AILERON_HOME": str(home)}
        places["AILERON_LABELSTUDIO_ENV"] = str(home / "none")  # no benchmark of a stack needs it
        variables = {**own_variables(), **ports, **places}
        subprocess.run(
            [PROGRAM, "init", workspace], env=variables, check=True, stdout=subprocess.DEVNULL
        )
        shutil.copytree(HERE / "workspace", workspace, dirs_exist_ok=True)
        running = Stack(Settings.load(variables), environ=variables)
        try:
            running.start()
            print(f"A private stack is up; load {os.getloadavg()[0]:.2f}.", flush=True)
            yield variables
        finally:
            running.stop()


def own_variables() -> dict[str, str]:
    """This process's variables without those of another installation."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AILERON_", "AIRFLOW"))}
    return {**kept, **SILENT, "AILERON_LANG": "en"}


def measure(name: str, variables: Variables) -> bool:
    """Run one benchmark and write its result; False if it ended with an error."""
    print(f"{name} ...", flush=True)
    before = facts()
    begin = time.monotonic()
    command = [sys.executable, str(HERE / f"{PREFIX}{name}.py")]
    try:
        done = subprocess.run(
            command, env=variables, stdout=subprocess.PIPE, text=True, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        print(f"{name} took longer than {PATIENCE:.0f} s.", file=sys.stderr)
        return False
    if done.returncode != 0:
        return False
    result = json.loads(done.stdout.splitlines()[-1])
    seconds = round(time.monotonic() - begin, 1)
    machine = {**before, "load_after": load()}
    document = {**result, "machine": machine, "seconds": seconds}
    (RESULTS / f"{name}.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    shown = {k: v for k, v in result.items() if isinstance(v, int | float)}
    print("\n".join(f"  {key:<28} {value:g}" for key, value in shown.items()), flush=True)
    return True


def facts() -> dict[str, Any]:
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "load_before": load(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in ("aileron", *LIBRARIES)},
    }


def load() -> list[float]:
    """Load average of the last 1, 5 and 15 minutes."""
    return [round(value, 2) for value in os.getloadavg()]


if __name__ == "__main__":
    sys.exit(main())
