"""A real Kubernetes of one node, and this checkout's images on it.

`k8s_up.sh` of ``../shared/k8s`` (or AILERON_SHARED) starts it; it stays up, so that the next run
is faster. Where there is no such script the tests are skipped, and say so.
``PYTHONPATH=tests python -m plugins.cluster`` starts it and makes the images by hand.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from plugins.images import SERVER, TRAINER, Image, load

SHARED = Path(os.environ.get("AILERON_SHARED") or Path(__file__).parents[3] / "shared")
SCRIPT = SHARED / "k8s" / "k8s_up.sh"
SECONDS = 300

NewNamespace = Callable[[], str]


@dataclass(frozen=True)
class Cluster:
    """A cluster that runs."""

    kubeconfig: Path

    def kubectl(self, *words: str, given: str | None = None) -> str:
        """What ``kubectl`` prints; `given` is its standard input."""
        done = subprocess.run(
            ["kubectl", *words],
            env={**os.environ, "KUBECONFIG": str(self.kubeconfig)},
            input=given,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        assert done.returncode == 0, f"kubectl {' '.join(words)}: {done.stderr}"
        return done.stdout

    @property
    def host(self) -> str:
        """The address of this machine, at which pods reach its servers."""
        path = "jsonpath={.items[0].status.addresses[?(@.type=='InternalIP')].address}"
        return self.kubectl("get", "nodes", "-o", path)


def start() -> Cluster:
    """The cluster, which runs afterwards; a second call takes a second."""
    done = subprocess.run([str(SCRIPT), "up"], capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, f"{SCRIPT} up: {done.stderr}"
    return Cluster(Path(done.stdout.strip().removeprefix("export KUBECONFIG=")))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The running cluster, which KUBECONFIG names."""
    if not SCRIPT.is_file():
        pytest.skip(f"no cluster: {SCRIPT} is not there; set AILERON_SHARED")
    started = start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KUBECONFIG", str(started.kubeconfig))
        yield started


@pytest.fixture(scope="session")
def new_namespace(cluster: Cluster) -> Iterator[NewNamespace]:
    """``new_namespace()`` makes a namespace of a random name; at the end it is deleted."""
    made: list[str] = []

    def make() -> str:
        made.append(f"aileron-{secrets.token_hex(4)}")
        cluster.kubectl("create", "namespace", made[-1])
        return made[-1]

    yield make
    if made:
        cluster.kubectl("delete", "namespace", *made, "--wait=false")


@pytest.fixture(scope="module")
def namespace(new_namespace: NewNamespace) -> str:
    """A namespace for the tests of one file."""
    return new_namespace()


@pytest.fixture(scope="session")
def trainer_image(cluster: Cluster) -> str:
    """The image in which nodes run, with this checkout's Aileron."""
    return _loaded(TRAINER)


@pytest.fixture(scope="session")
def server_image(cluster: Cluster) -> str:
    """The image in which services run, with this checkout's Aileron."""
    return _loaded(SERVER)


def _loaded(image: Image) -> str:
    if shutil.which("mmdebstrap") is None:
        pytest.skip("no image: mmdebstrap is not installed (Debian's package of that name)")
    return load(image, SCRIPT)


def main() -> None:
    """Start the cluster, load the images, say where they are."""
    print(f"export KUBECONFIG={start().kubeconfig}")
    print(f"trainer {load(TRAINER, SCRIPT)}")
    print(f"server {load(SERVER, SCRIPT)}")


if __name__ == "__main__":
    main()
