"""`make install-offline`: makes `.venv` in an unpacked bundle; asks no index and no network.

If the bundle has Label Studio, it makes `.venv-labelstudio` as well, as `make labelling` would.
Runs with the machine's own Python and its standard library. Each wheel is checked against the
digest that the bundle names before anything is installed. Only an environment that is whole gets
its stamp, so a second call after a failure begins anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
WHEELS: Final = ROOT / "wheels"
VENV: Final = ROOT / ".venv"
STAMP: Final = VENV / ".installed"
LABELLING_WHEELS: Final = ROOT / "wheels-labelling"
LABELLING_VENV: Final = ROOT / ".venv-labelstudio"
LABELLING_STAMP: Final = LABELLING_VENV / ".installed"


def main() -> None:
    """Check the bundle, make the environment, say what to do next."""
    manifest = read_manifest()
    check_machine(manifest)
    check_wheels(WHEELS, manifest["wheels"])
    check_wheels(LABELLING_WHEELS, manifest.get("labelling", {}))
    STAMP.unlink(missing_ok=True)
    make_environment()
    install(manifest)
    STAMP.touch()
    if "labelling" in manifest:
        install_labelling()
        sys.stdout.write(f"Label Studio is installed in {LABELLING_VENV}.\n")
    sys.stdout.write(
        f"Aileron {manifest['version']} is installed in {VENV}.\n"
        f"Next: make up. The documentation is {ROOT / 'site' / 'index.html'}.\n"
    )


def read_manifest() -> dict[str, Any]:
    path = ROOT / "bundle.json"
    if not path.is_file():
        sys.exit(
            f"{ROOT} is not an unpacked bundle: it has no bundle.json. Run `make bundle` on a "
            "machine with a network, bring the archive here, unpack it and run this in it."
        )
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return manifest


def check_machine(manifest: Mapping[str, Any]) -> None:
    """Wheels fit one minor version of Python and one platform."""
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    if here != manifest["python"]:
        sys.exit(
            f"The bundle is for Python {manifest['python']}; this is Python {here}. "
            f"Run: make install-offline PYTHON=python{manifest['python']}"
        )
    platform = sysconfig.get_platform()
    if platform != manifest["platform"]:
        sys.exit(
            f"The bundle is for {manifest['platform']}; this is {platform}. "
            "Make a bundle on a machine like this one."
        )


def check_wheels(wheels: Path, wanted: Mapping[str, str]) -> None:
    """Every wheel is there and as it was packed."""
    for name, digest in wanted.items():
        path = wheels / name
        if not path.is_file():
            sys.exit(f"{wheels.name}/{name} is missing. Unpack the archive again.")
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != digest:
            sys.exit(
                f"{wheels.name}/{name} is damaged: its SHA-256 is {found}, not {digest}. Copy anew."
            )


def make_environment() -> None:
    if (VENV / "bin" / "python").exists():
        return
    done = subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False)
    if done.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit("The environment could not be made. On Debian: apt-get install python3-venv")


def install(manifest: Mapping[str, Any]) -> None:
    """uv from its wheel by pip, then the rest by uv."""
    python = VENV / "bin" / "python"
    alone = ("--no-index", "--find-links", str(WHEELS))
    wanted = f"aileron[{','.join(manifest['extras'])}]=={manifest['version']}"
    constraint = ("--constraint", str(ROOT / "requirements.lock"))
    pip = (str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run((*pip, *alone, *constraint, "uv"), VENV)
    run((*uv_install(python), *alone, *constraint, wanted), VENV)


def install_labelling() -> None:
    """Label Studio beside the platform, exactly as its lock says."""
    python = LABELLING_VENV / "bin" / "python"
    LABELLING_STAMP.unlink(missing_ok=True)
    if not python.exists():
        venv = (str(VENV / "bin" / "uv"), "venv", "--quiet", "--offline")
        run((*venv, "--python", str(VENV / "bin" / "python"), str(LABELLING_VENV)), VENV)
    alone = ("--no-index", "--find-links", str(LABELLING_WHEELS))
    lock = ("--requirements", str(ROOT / "docker" / "labelstudio.lock"))
    run((*uv_install(python), *alone, *lock), LABELLING_VENV)
    LABELLING_STAMP.touch()


def uv_install(python: Path) -> tuple[str, ...]:
    uv = (str(VENV / "bin" / "uv"), "pip", "install", "--quiet", "--offline")
    return (*uv, "--compile-bytecode", "--python", str(python))


def run(words: tuple[str, ...], environment: Path) -> None:
    """Run pip or uv for an environment. Settings of the machine are not read."""
    cache = environment / ".uv-cache"  # on the same disk, so that files are linked and not copied
    environ = {n: v for n, v in os.environ.items() if not n.startswith(("PIP_", "UV_"))}
    environ |= {"PIP_CONFIG_FILE": os.devnull, "UV_NO_CONFIG": "1", "UV_CACHE_DIR": str(cache)}
    try:
        done = subprocess.run(words, cwd=ROOT, env=environ, check=False)
        if done.returncode:
            sys.exit(f"`{' '.join(words)}` failed with exit code {done.returncode}.")
    finally:
        shutil.rmtree(cache, ignore_errors=True)


if __name__ == "__main__":
    main()
