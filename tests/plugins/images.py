"""The images of the tests' cluster, made of Debian's and the lock's packages without a builder.

Three layers each: a root file system, the environment of some extras of requirements.lock, and
Aileron itself, so that an edit of the sources costs seconds. What the cluster's containerd has
already is not made again. This is for tests: an installation's images come from `docker/`.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

REPOSITORY: Final = Path(__file__).parents[2]
CACHE: Final = Path(os.environ.get("AILERON_TEST_IMAGES") or "/var/tmp/aileron-images")
"""Where layers are made, and where it is written down which ones containerd has."""
CONTAINERD: Final = "/run/k8s-up/containerd.sock"
KEPT: Final = 12
"""So many tags of an image stay: another checkout may be testing with an older one."""

SUITE: Final = "bookworm"
PACKAGES: Final = ("base-files", "bash", "coreutils", "dash", "libgomp1", "libstdc++6", "python3")
PASSWD: Final = "root:x:0:0::/root:/bin/sh\naileron:x:1000:1000::/tmp:/bin/sh\n"
GROUP: Final = "root:x:0:\naileron:x:1000:\n"
UNUSED: Final = ("./dev/*", "./usr/share/doc/*", "./usr/share/locale/*", "./usr/share/man/*")

PYTHON: Final = "python3.11"  # Debian 12's
VENV: Final = Path("opt/venv")
SITE: Final = VENV / "lib" / PYTHON / "site-packages"
UNCOMPILED: Final = (
    r"/tests?/|/transformers/models/[^/]+/|/torch/(_dynamo|_inductor|testing)/|/databricks/|/sympy/"
)
"""What is large and not imported by our steps; a third of the time to compile everything."""

CONFIG: Final = {
    "User": "1000:1000",
    "WorkingDir": "/tmp",
    "Env": [
        f"PATH=/{VENV}/bin:/usr/local/bin:/usr/bin:/bin",
        f"VIRTUAL_ENV=/{VENV}",
        "HOME=/tmp",
        "LANG=C.UTF-8",
        "PYTHONUNBUFFERED=1",
    ],
    "Cmd": ["python"],
}


@dataclass(frozen=True)
class Image:
    """What an image's environment holds beside Aileron."""

    name: str
    extras: tuple[str, ...]
    requirements: tuple[str, ...] = ()
    """Distributions of no extra, in the lock's versions."""


TRAINER: Final = Image("localhost/aileron-trainer", ("stages", "images", "audio", "serving", "s3"))
SERVER: Final = Image(
    "localhost/aileron-server",
    ("serving", "s3"),
    ("numpy", "onnxruntime", "pandas", "pillow", "scikit-learn", "skops", "xgboost-cpu"),
)


@dataclass(frozen=True)
class Layer:
    """A tar of files by its digest; without `tar`, containerd has it."""

    digest: str
    size: int
    tar: Path | None


def load(image: Image, script: Path) -> str:
    """The name and tag of `image` of this checkout, which the cluster has afterwards.

    Args:
        script: the cluster's `k8s_up.sh`.
    """
    CACHE.mkdir(parents=True, exist_ok=True)
    with _alone(), tempfile.TemporaryDirectory(dir=CACHE) as folder:
        draft, had = Path(folder), set(_ctr("content", "ls", "-q").split())
        layers = (
            _rootfs_layer(draft / "rootfs.tar", had),
            _environment_layer(image, draft / "environment.tar", had),
            _aileron_layer(draft),
        )
        described = json.dumps([CONFIG, *(layer.digest for layer in layers)])
        name = f"{image.name}:{hashlib.sha256(described.encode()).hexdigest()[:12]}"
        if name not in _ctr("images", "ls", "-q").split():
            _import(name, layers, script)
        _forget_others(image, name)
    return name


@contextmanager
def _alone() -> Iterator[None]:
    """One process of this machine makes images at a time."""
    with (CACHE / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


# ---- layers
def _rootfs_layer(tar: Path, had: set[str]) -> Layer:
    key = _digest(SUITE, *PACKAGES, PASSWD, GROUP, *UNUSED)
    return _known(key, had) or _kept(key, _packed(_rootfs(), ".", tar, UNUSED))


def _rootfs() -> Path:
    """Debian with Python, unpacked and not configured: no package of it needs that to run."""
    folder = CACHE / f"rootfs-{_digest(SUITE, *PACKAGES, PASSWD, GROUP)}"
    if folder.is_dir():
        return folder
    draft = folder.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    packages = f"--include={','.join(PACKAGES)}"
    _run("mmdebstrap", "--quiet", "--variant=extract", packages, SUITE, str(draft), *mirror())
    (draft / "etc/passwd").write_text(PASSWD)
    (draft / "etc/group").write_text(GROUP)
    return draft.rename(folder)


def mirror() -> list[str]:
    """Where this machine's apt has Debian's packages from."""
    wanted = ("Created-By: Packages", "Origin: Debian", f"Codename: {SUITE}", "Component: main")
    return _run("apt-get", "indextargets", "--format", "$(REPO_URI)", *wanted).split()[:1]


def _environment_layer(image: Image, tar: Path, had: set[str]) -> Layer:
    lock = (REPOSITORY / "requirements.lock").read_text()
    wanted = _requirements(image)
    key = _digest(SUITE, PYTHON, UNCOMPILED, lock, *wanted)
    if found := _known(key, had):
        return found
    root = tar.with_name("root")
    _run("cp", "-al", str(_rootfs()), str(root))
    _install(root / SITE, wanted)
    _complete(root)
    return _kept(key, _packed(root, f"./{VENV}", tar))


def _requirements(image: Image) -> list[str]:
    """What pyproject.toml asks for, with the image's extras."""
    import tomllib

    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    listed = (line for extra in image.extras for line in extras[extra])
    return sorted({*project["dependencies"], *listed, *image.requirements})


def _install(site: Path, requirements: Sequence[str]) -> None:
    """Wheels for the image's Python, whichever Python runs the tests."""
    listed = site.parents[3] / "requirements.txt"
    site.mkdir(parents=True)
    listed.write_text("\n".join(requirements) + "\n")
    words = ["--python-version", PYTHON.removeprefix("python"), "--target", str(site)]
    words += ["--constraint", str(REPOSITORY / "requirements.lock")]
    _uv("pip", "install", "--quiet", *words, "--requirements", str(listed))
    listed.unlink()
    shutil.rmtree(site / "bin", ignore_errors=True)  # they name the Python of this machine


def _complete(root: Path) -> None:
    """Make a virtual environment of the installed distributions, compiled: a pod cannot."""
    venv = root / VENV
    (venv / "bin").mkdir()
    for name in ("python", "python3"):
        (venv / "bin" / name).symlink_to(f"/usr/bin/{PYTHON}")
    (venv / "pyvenv.cfg").write_text("home = /usr/bin\ninclude-system-site-packages = false\n")
    _compile(root, f"/{SITE}")


def _compile(root: Path, folder: str) -> None:
    """Unchecked, since layers carry no times. Some distributions hold files of no valid Python."""
    words = ["-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash"]
    python = f"/usr/bin/{PYTHON}"
    command = ["chroot", str(root), python, *words, "-x", UNCOMPILED, folder]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr  # 1: not all files could be compiled


def _aileron_layer(draft: Path) -> Layer:
    """This checkout's Aileron, as its wheel installs it; made each time, which takes a second."""
    root = draft / "aileron"
    _uv("build", "--quiet", "--wheel", "--out-dir", str(draft / "wheel"), str(REPOSITORY))
    (wheel,) = (draft / "wheel").glob("*.whl")
    shutil.unpack_archive(wheel, root / SITE, "zip")
    (data,) = (root / SITE).glob("*.data")
    (data / "data/share").rename(root / VENV / "share")
    shutil.rmtree(data)
    shutil.rmtree(root / SITE / "aileron/api/pages", ignore_errors=True)
    words = ["-q", "--invalidation-mode", "unchecked-hash", "-s", str(root), "-p", "/"]
    _run(sys.executable, "-m", "compileall", *words, str(root))
    return _packed(root, f"./{VENV}", draft / "aileron.tar")


def _packed(root: Path, member: str, tar: Path, unused: Sequence[str] = ()) -> Layer:
    """`member` of `root` as a layer that is the same whenever its files are."""
    excluded = [f"--exclude={pattern}" for pattern in unused]
    owned = ["--numeric-owner", "--owner=0", "--group=0", "--sort=name", "--mtime=@0"]
    _run("tar", "-C", str(root), *owned, *excluded, "-cf", str(tar), member)
    with tar.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Layer(f"sha256:{digest}", tar.stat().st_size, tar)


def _kept(key: str, layer: Layer) -> Layer:
    (CACHE / f"{key}.json").write_text(json.dumps({"digest": layer.digest, "size": layer.size}))
    return layer


def _known(key: str, had: set[str]) -> Layer | None:
    """The layer that was made for `key`, if containerd still has it."""
    record = CACHE / f"{key}.json"
    if not record.is_file():
        return None
    known = json.loads(record.read_text())
    return Layer(known["digest"], known["size"], None) if known["digest"] in had else None


# ---- containerd
def _import(name: str, layers: Sequence[Layer], script: Path) -> None:
    """Stream an OCI image into the cluster, with the layers that it lacks."""
    command = [str(script), "load", "/dev/stdin"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as loading:
        assert loading.stdin
        assert loading.stderr
        with tarfile.open(fileobj=loading.stdin, mode="w|") as archive:
            _write_image(archive, name, layers)
        loading.stdin.close()
        said = loading.stderr.read().decode()
    assert loading.returncode == 0, said


def _write_image(archive: tarfile.TarFile, name: str, layers: Sequence[Layer]) -> None:
    """As https://github.com/opencontainers/image-spec/blob/main/image-layout.md says."""
    for layer in layers:
        if layer.tar is not None:
            with layer.tar.open("rb") as file:
                _add(archive, _place(layer.digest), file, layer.size)
    rootfs = {"type": "layers", "diff_ids": [layer.digest for layer in layers]}
    config = {"architecture": "amd64", "os": "linux", "config": CONFIG, "rootfs": rootfs}
    kind = "application/vnd.oci.image"
    manifest = {
        "schemaVersion": 2,
        "config": _add_json(archive, f"{kind}.config.v1+json", config),
        "layers": [
            {"mediaType": f"{kind}.layer.v1.tar", "digest": layer.digest, "size": layer.size}
            for layer in layers
        ],
    }
    described = _add_json(archive, f"{kind}.manifest.v1+json", manifest)
    described["annotations"] = {"io.containerd.image.name": name}
    index = json.dumps({"schemaVersion": 2, "manifests": [described]}).encode()
    _add(archive, "index.json", io.BytesIO(index), len(index))
    version = b'{"imageLayoutVersion": "1.0.0"}'
    _add(archive, "oci-layout", io.BytesIO(version), len(version))


def _add_json(archive: tarfile.TarFile, media_type: str, document: Any) -> dict[str, Any]:
    """Add `document` as a blob; its descriptor."""
    data = json.dumps(document).encode()
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    _add(archive, _place(digest), io.BytesIO(data), len(data))
    return {"mediaType": media_type, "digest": digest, "size": len(data)}


def _add(archive: tarfile.TarFile, path: str, file: Any, size: int) -> None:
    member = tarfile.TarInfo(path)
    member.size = size
    archive.addfile(member, file)


def _place(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"


def _forget_others(image: Image, name: str) -> None:
    """Remove all but the newest tags, so that the disk does not fill."""
    used = CACHE / f"{image.name.rpartition('/')[2]}.tags"
    before = used.read_text().split() if used.is_file() else []
    tags = [name, *(tag for tag in before if tag != name)]
    used.write_text("\n".join(tags[:KEPT]))
    for tag in tags[KEPT:]:
        _remove(tag)


def _remove(tag: str) -> None:
    """The tag, and the name by digest that Kubernetes gave to the same image."""
    rows = [line.split() for line in _ctr("images", "ls").splitlines()[1:]]
    target = next((row[2] for row in rows if row[0] == tag), None)
    for row in rows:
        if row[2] == target:
            _ctr("images", "rm", row[0])


def _ctr(*words: str) -> str:
    address = os.environ.get("CONTAINERD_ADDRESS", CONTAINERD)
    return _run("ctr", "--address", address, "--namespace", "k8s.io", *words)


# ---- programs
def _uv(*words: str) -> None:
    _run(str(Path(sys.executable).with_name("uv")), *words)


def _run(*words: str) -> str:
    environ = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    environ.setdefault("UV_FIND_LINKS", environ.get("PIP_FIND_LINKS", "").replace(" ", ","))
    done = subprocess.run(words, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stdout}{done.stderr}"
    return done.stdout


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:24]
