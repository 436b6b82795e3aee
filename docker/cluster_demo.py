"""`make cluster-demo`: the shipped lifecycles with training and services on a cluster.

It makes a workspace of its own with a pool, in the state directory, starts the embedded servers
for it and runs `aileron demo` there. Environment variables say where:

KUBECONFIG        the cluster; needed
NAMESPACE         the namespace of all pods; default: aileron-demo; made if it is not there
TRAINER_IMAGE, SERVER_IMAGE   both or none: what `make images` built and the cluster can pull;
                  default: made and loaded by the tests' script, for the cluster of that script
AILERON_STORE_URI, STORE_SECRET   a store in S3 and the Secret with its AWS_* variables; default:
                  a folder here, which a cluster of this one machine mounts
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from aileron.cluster.access import Cluster
from aileron.cluster.objects import create, read
from aileron.core.errors import AileronError

ROOT: Final = Path(__file__).parents[1]
HOME: Final = Path(os.environ.get("AILERON_HOME") or ROOT / ".aileron") / "cluster-demo"
WORKSPACE: Final = HOME / "workspace"
STORE: Final = HOME / "store"
LIFECYCLES: Final = ("breast_cancer", "handwritten_digits")
POOL: Final = "demo"
OVERLAY: Final = "cluster"
GROUP: Final = 1000
"""Of pods, unless their pool names another."""


def main() -> int:
    """Prepare, start the servers, run the demo; its exit code."""
    if not os.environ.get("KUBECONFIG"):
        sys.exit(
            "KUBECONFIG is not set. For a cluster of this one machine:\n"
            '  eval "$(../shared/k8s/k8s_up.sh up)"'
        )
    namespace = os.environ.get("NAMESPACE") or "aileron-demo"
    try:
        make_namespace(namespace)
    except AileronError as error:
        sys.exit(str(error))
    trainer, server = images()
    make_workspace()
    write("pools", POOL, pool(namespace, trainer, server))
    write("environments", OVERLAY, overlay())
    environ = environment()
    aileron("stack", "up", environ=environ)
    ended = aileron("demo", *LIFECYCLES, environ=environ, check=False)
    print("\nGo on in this installation, or stop it with `aileron stack down`:")
    print(
        f"  export AILERON_HOME={HOME} AILERON_WORKSPACE={WORKSPACE} AILERON_ENVIRONMENT={OVERLAY}"
    )
    print(f"Its pods end with: kubectl delete namespace {namespace}")
    return ended


def make_namespace(name: str) -> None:
    """Unless it is there: an account of kubernetes/rights may read namespaces and make none."""
    cluster = Cluster()
    if read(cluster, "v1", "Namespace", "", name) is None:
        create(cluster, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})


def images() -> tuple[str, str]:
    """The trainer's and the server's image."""
    trainer, server = (os.environ.get(name) for name in ("TRAINER_IMAGE", "SERVER_IMAGE"))
    if trainer and server:
        return trainer, server
    if trainer or server:
        sys.exit("Of TRAINER_IMAGE and SERVER_IMAGE only one is set. Set both, or none.")
    print("TRAINER_IMAGE and SERVER_IMAGE are not set: images of this checkout are loaded.")
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "tests")}
    words = [sys.executable, "-m", "plugins.cluster"]
    done = subprocess.run(words, env=environ, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(
            "Build images with `make images`, push them, and name them (see docker/README.md)."
        )
    said = dict(line.split() for line in done.stdout.splitlines() if "export" not in line)
    return said["trainer"], said["server"]


def make_workspace() -> None:
    """The folders that `aileron init` makes, and a store that pods may write to."""
    if not WORKSPACE.is_dir():
        aileron("init", str(WORKSPACE), environ=os.environ)
    if not in_s3() and not STORE.is_dir():
        make_store()


def make_store() -> None:
    """The folder gets its name when the pods' group may write to it."""
    fresh = STORE.with_name("store.new")
    try:
        fresh.mkdir(exist_ok=True)
        os.chown(fresh, -1, GROUP)
        fresh.chmod(0o2770)
    except OSError as error:
        sys.exit(
            f"{fresh} cannot be given to group {GROUP}, which pods run as: {error.strerror}.\n"
            "Run this as root or as a member of that group, or name a store in S3:\n"
            "AILERON_STORE_URI and STORE_SECRET."
        )
    fresh.rename(STORE)


def in_s3() -> bool:
    return os.environ.get("AILERON_STORE_URI", "").startswith("s3://")


def pool(namespace: str, trainer: str, server: str) -> dict[str, Any]:
    """The pool of the demo: small pods, on a machine that runs the servers, too."""
    sizes = {
        "training": {"cpu": 1, "memory_mb": 2048},
        "serving": {"cpu": 0.2, "memory_mb": 512},
    }
    return {
        "kind": "Pool",
        "name": POOL,
        "namespace": namespace,
        "images": {"trainer": trainer, "server": server},
        "sizes": sizes,
        "default_size": "training",
        "store": store_access(),
    }


def store_access() -> dict[str, Any]:
    if in_s3():
        return {"secret": os.environ.get("STORE_SECRET")}
    return {"volume": {"mount": str(STORE), "host_path": str(STORE)}}


def overlay() -> dict[str, Any]:
    """Values under both lifecycles, whose files say nothing of clusters."""
    runtime = {"runner": "kubernetes", "pool": POOL, "retries": 1, "retry_seconds": 10}
    release = {"target": "kubernetes", "pool": POOL, "size": "serving", "replicas": 2}
    values = {"runtime": runtime, "release": release}
    return {"kind": "Environment", "name": OVERLAY, "values": values}


def write(folder: str, name: str, document: Mapping[str, Any]) -> None:
    path = WORKSPACE / "configs" / folder / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    text = yaml.safe_dump({"apiVersion": "aileron/v1", **document}, sort_keys=False)
    path.write_text(text, encoding="utf-8")


def environment() -> dict[str, str]:
    """Variables of the demo's own installation."""
    own = {"AILERON_HOME": HOME, "AILERON_WORKSPACE": WORKSPACE, "AILERON_ENVIRONMENT": OVERLAY}
    return {**os.environ, **{name: str(value) for name, value in own.items()}}


def aileron(*words: str, environ: Mapping[str, str], check: bool = True) -> int:
    program = Path(sys.executable).with_name("aileron")
    return subprocess.run([program, *words], env=environ, check=check).returncode


if __name__ == "__main__":
    sys.exit(main())
