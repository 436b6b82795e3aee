"""A bundle is made, carried to a machine without a network, and installed there, by the commands
of the page that tells how. It is made once for the module; that takes the longest."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs/how-to/install-offline.md"
CLOSED = "http://127.0.0.1:9"
SECONDS = 600
IMPORTED = "torch onnxruntime transformers xgboost pandas mlflow bentoml dvc airflow s3fs PIL"


def commands() -> tuple[str, str]:
    """What the page tells to type on the one machine and on the other."""
    text = PAGE.read_text(encoding="utf-8")
    make, install = re.findall(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return make, install


def without_network(words: list[str]) -> list[str]:
    """The words run where no network is, but for the machine itself, if the kernel lets us."""
    alone = ["unshare", "--net", "--map-root-user"]
    if shutil.which("unshare") and not subprocess.run([*alone, "true"], check=False).returncode:
        return [*alone, *words]
    return words


def poor(tmp_path: Path) -> dict[str, str]:
    """Variables of a machine whose index does not answer and which has nothing in caches."""
    ours = ("AILERON_", "MAKE", "MFLAGS", "PIP_", "UV_")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(ours)}
    return kept | {
        "PIP_INDEX_URL": CLOSED,
        "UV_DEFAULT_INDEX": CLOSED,
        "UV_CACHE_DIR": str(tmp_path / "cache"),
        "PIP_CACHE_DIR": str(tmp_path / "cache"),
        "HOME": str(tmp_path),
    }


def run(words: list[str], folder: Path, environ: Mapping[str, str]) -> str:
    done = subprocess.run(
        words, cwd=folder, env=dict(environ), capture_output=True, text=True, timeout=SECONDS
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make bundle` makes."""
    make, _ = commands()
    out = tmp_path_factory.mktemp("dist")
    environ = {n: v for n, v in os.environ.items() if n not in ("MAKEFLAGS", "MFLAGS")}
    run(["bash", "-ec", f"{make.strip()} ARGS='--out {out}'"], ROOT, environ)
    (made,) = out.glob("aileron-*.tar")
    assert not list(out.glob("*.part"))
    return made


@pytest.fixture(scope="module")
def installed(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the page's commands were typed on a machine without a network."""
    machine = tmp_path_factory.mktemp("machine")
    archive.rename(machine / archive.name)
    _, install = commands()
    typed = install.replace("make up\n", "pwd\n")
    assert typed != install
    python = getattr(sys, "_base_executable", sys.executable)
    words = without_network(["bash", "-ec", f"export PYTHON={python}\n{typed}"])
    printed = run(words, machine, poor(machine))
    return Path(printed.splitlines()[-1])


@pytest.mark.timeout(2 * SECONDS)
def test_everything_that_runs_the_platform_is_there(installed: Path) -> None:
    modules = ", ".join(IMPORTED.split())
    program = f"import {modules}; import aileron; print(aileron.__file__)"
    words = without_network([".venv/bin/python", "-P", "-c", program])
    assert ".venv/lib" in run(words, installed, poor(installed))
    assert (installed / "site/tutorial/table.html").is_file()
    (pages,) = installed.glob(".venv/lib/*/site-packages/aileron/api/pages")
    assert (pages / "index.html").read_bytes() == (
        installed / "aileron/api/pages/index.html"
    ).read_bytes()


def test_its_workspace_is_sound_and_make_asks_for_nothing_more(installed: Path) -> None:
    environ = poor(installed) | {"AILERON_LANG": "en"}
    aileron = without_network([".venv/bin/aileron", "lifecycle", "lint"])
    assert "error" not in run(aileron, installed, environ)
    run(without_network(["make", "env", "ui"]), installed, environ)


def write_bundle(folder: Path, values: Mapping[str, Any]) -> None:
    """A bundle with nothing in it but what the installer reads first."""
    (folder / "bundle").mkdir(parents=True)
    shutil.copy(ROOT / "bundle/install.py", folder / "bundle")
    wheel = folder / "wheels/one.whl"
    wheel.parent.mkdir()
    wheel.write_bytes(b"wheel")
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    manifest = {
        "version": "1",
        "python": here,
        "platform": sysconfig.get_platform(),
        "extras": [],
        "wheels": {"one.whl": hashlib.sha256(b"wheel").hexdigest()},
    }
    (folder / "bundle.json").write_text(json.dumps(manifest | values))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"python": "3.9"}, "PYTHON=python3.9"),
        ({"platform": "linux-riscv64"}, "The bundle is for linux-riscv64"),
        ({"wheels": {"one.whl": "0" * 64}}, "wheels/one.whl is damaged"),
        ({"wheels": {"two.whl": "0" * 64}}, "wheels/two.whl is missing"),
        ({"labelling": {"two.whl": "0" * 64}}, "wheels-labelling/two.whl is missing"),
    ],
    ids=["python", "platform", "damaged", "missing", "labelling"],
)
def test_what_does_not_fit_is_refused_before_anything_is_made(
    values: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    write_bundle(tmp_path / "bundle", values)
    words = [sys.executable, str(tmp_path / "bundle/bundle/install.py")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert not (tmp_path / "bundle/.venv").exists()


def test_a_checkout_is_no_bundle(tmp_path: Path) -> None:
    (tmp_path / "bundle").mkdir()
    shutil.copy(ROOT / "bundle/install.py", tmp_path / "bundle")
    words = [sys.executable, str(tmp_path / "bundle/install.py")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "make bundle" in done.stderr


def test_the_bundle_can_have_label_studio_exactly_as_its_lock_says() -> None:
    program = "import make_bundle as m; print(m.resolve(m.LABELLING_LOCK))"
    environ = {n: v for n, v in os.environ.items() if n not in ("MAKEFLAGS", "MFLAGS")}
    listing = run([sys.executable, "-c", program], ROOT / "bundle", environ)
    found = re.findall(r"^(\S+==\S+).*\\\n +--hash=sha256:", listing, re.MULTILINE)
    assert found == (ROOT / "docker/labelstudio.lock").read_text().split()


def tiny_wheel(folder: Path, name: str) -> None:
    """A wheel of one empty module."""
    facts = f"{name}-1.dist-info"
    files = {
        f"{name}.py": "",
        f"{facts}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n",
        f"{facts}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{facts}/RECORD"] = "".join(f"{one},,\n" for one in (*files, f"{facts}/RECORD"))
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / f"{name}-1-py3-none-any.whl", "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)


def test_label_studio_gets_an_environment_of_its_own(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    write_bundle(bundle, {})
    (bundle / "docker").mkdir()
    (bundle / "docker/labelstudio.lock").write_text("tiny-studio==1\n")
    venv = bundle / ".venv/bin"
    venv.mkdir(parents=True)
    for name in ("python", "uv"):
        (venv / name).symlink_to(Path(sys.executable).with_name(name))
    words = [sys.executable, "-c", "import install; install.install_labelling()"]
    own, stamp = bundle / ".venv-labelstudio", bundle / ".venv-labelstudio/.installed"
    done = subprocess.run(
        words, cwd=bundle / "bundle", env=poor(tmp_path), capture_output=True, check=False
    )
    assert done.returncode == 1, "the wheel is not there, and nothing else is asked for it"
    assert not stamp.exists()
    tiny_wheel(bundle / "wheels-labelling", "tiny_studio")
    for _ in range(2):
        run(without_network(words), bundle / "bundle", poor(tmp_path))
        assert stamp.is_file()
    run([str(own / "bin/python"), "-P", "-c", "import tiny_studio"], bundle, poor(tmp_path))
    assert not list(own.glob(".uv-cache"))


def test_the_archive_names_no_person_and_no_secret(installed: Path) -> None:
    (archive,) = installed.parent.glob("aileron-*.tar")
    with tarfile.open(archive) as tar:
        members = tar.getmembers()
    assert {(member.uid, member.uname) for member in members} == {(0, "")}
    names = {Path(member.name).name for member in members}
    assert not names & {".env", ".git", ".aileron", ".venv", "node_modules"}
    assert {"bundle.json", "requirements.lock", "Makefile"} <= names
