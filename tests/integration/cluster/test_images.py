"""The tests' own images: they run as Kubernetes' restricted profile asks, and hold the lock."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from plugins.cluster import SCRIPT, Cluster
from plugins.images import REPOSITORY, TRAINER, load

RESTRICTED = {
    "readOnlyRootFilesystem": True,
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
}
TOLD = """
import getpass, json, os, sys
from importlib.metadata import entry_points, version
import aileron
{imports}
told = {{name: version(name) for name in {distributions}}}
told |= {{"user": getpass.getuser(), "uid": os.getuid(), "aileron": aileron.__file__}}
told |= {{"steps": len(entry_points(group="aileron.steps"))}}
print(json.dumps(told))
"""


def run(cluster: Cluster, namespace: str, name: str, image: str, program: str) -> str:
    """What `program` prints in a pod of its own."""
    container = {
        "name": "base",
        "image": image,
        "imagePullPolicy": "Never",
        "command": ["python", "-c", program],
        "securityContext": RESTRICTED,
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
    }
    spec = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "containers": [container],
        "volumes": [{"name": "tmp", "emptyDir": {}}],
    }
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}
    cluster.kubectl("-n", namespace, "apply", "-f", "-", given=json.dumps(pod))
    end = time.monotonic() + 180
    where = ("-n", namespace, "get", "pod", name, "-o", "jsonpath={.status.phase}")
    while (phase := cluster.kubectl(*where)) not in ("Succeeded", "Failed"):
        assert time.monotonic() < end, cluster.kubectl("-n", namespace, "describe", "pod", name)
        time.sleep(0.2)
    output = cluster.kubectl("-n", namespace, "logs", name)
    assert phase == "Succeeded", output
    return output


@pytest.mark.parametrize(
    ("kind", "distributions"),
    [
        ("trainer", ["torch", "xgboost-cpu"]),
        ("server", ["xgboost-cpu", "onnxruntime", "uvicorn"]),
    ],
)
def test_an_image_runs_under_the_restricted_profile_with_the_locked_versions(
    kind: str,
    distributions: list[str],
    cluster: Cluster,
    namespace: str,
    request: pytest.FixtureRequest,
) -> None:
    image = request.getfixturevalue(f"{kind}_image")
    imports = "import " + ", ".join(name.removesuffix("-cpu") for name in distributions)
    program = TOLD.format(imports=imports, distributions=distributions)
    told = json.loads(run(cluster, namespace, kind, image, program).splitlines()[-1])
    assert {name: told[name].partition("+")[0] for name in distributions} == locked(distributions)
    assert (told["user"], told["uid"]) == ("aileron", 1000)
    assert told["aileron"].startswith("/opt/venv/")
    assert told["steps"] > 30


def locked(names: list[str]) -> dict[str, str]:
    lock = (Path(REPOSITORY) / "requirements.lock").read_text()
    found = {name: re.search(rf"^{name}==([^ \n]+)", lock, re.MULTILINE) for name in names}
    return {name: match[1] for name, match in found.items() if match}


def test_an_unchanged_checkout_keeps_its_image(
    cluster: Cluster, trainer_image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only Aileron's own layer is made again, to see that it is the same."""
    name = load(TRAINER, SCRIPT)
    monkeypatch.setattr("plugins.images._import", lambda *_: pytest.fail("it is loaded again"))
    assert load(TRAINER, SCRIPT) == name
