"""The session's stack with a pool on the cluster, reached by a way that a test can close."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from plugins.away import Way
from plugins.cluster import Cluster, NewNamespace
from plugins.command import Command
from plugins.engines import write_distribution
from plugins.pod_stores import pool_document, share

from aileron.ledger import Ledger, NodeState
from aileron.stack.stack import Stack

CONTEXT = "closable"
LIFECYCLE = """\
apiVersion: aileron/v1
kind: Lifecycle
name: podded
dataset: breast_cancer
train:
  algorithm: xgboost
  parameters: {n_estimators: 50}
gate: {thresholds: {roc_auc: {min: 0.5}}}
package: false
release: false
runtime: {runner: kubernetes, pool: pods, retries: 2, retry_seconds: 1}
"""
PROBED = """\
apiVersion: aileron/v1
kind: Pipeline
name: probed
runtime: {retries: 2, retry_seconds: 1}
nodes:
  - name: train
    step: probe.component
    config: {behaviour: sleep, amount: 8}
    runner: kubernetes
    resources: {pool: pods}
"""
"""What trains is not what is tested: nearly all faults meet a step that sleeps."""
PROBE = {"probe.component": "aileron.run.probes:Probe"}


@pytest.fixture(scope="session")
def way(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Way]:
    """The way to the cluster's API of the context `CONTEXT`, which KUBECONFIG has from now on."""
    config = yaml.safe_load(cluster.kubeconfig.read_text(encoding="utf-8"))
    near = config["clusters"][0]
    host, _, port = near["cluster"]["server"].removeprefix("https://").partition(":")
    way = Way((host, int(port)))
    near["cluster"]["server"] = f"https://127.0.0.1:{way.port}"
    near["name"] = CONTEXT
    user = config["users"][0]["name"]
    config["contexts"] = [{"name": CONTEXT, "context": {"cluster": CONTEXT, "user": user}}]
    del config["current-context"]
    file = tmp_path_factory.mktemp("way") / "kubeconfig"
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KUBECONFIG", os.pathsep.join([str(cluster.kubeconfig), str(file)]))
        yield way
    way.close()


@pytest.fixture(scope="session")
def pod_namespace(new_namespace: NewNamespace) -> str:
    """The namespace of the pool `pods`."""
    return new_namespace()


@pytest.fixture(scope="session")
def pod_stack(
    way: Way,
    pod_namespace: str,
    trainer_image: str,
    stack_home: Path,
    stack_workspace: Path,
    request: pytest.FixtureRequest,
) -> Stack:
    """The running stack; `podded` trains in a pod, and a step of `probed` sleeps in one.

    The way and the shared store must be there before the stack starts.
    """
    store = share(stack_home / "store")
    folder = stack_workspace / "configs"
    (folder / "pools").mkdir(exist_ok=True)
    text = pool_document("pods", pod_namespace, trainer_image, store, CONTEXT)
    (folder / "pools" / "pods.yaml").write_text(text, encoding="utf-8")
    (folder / "lifecycles" / "podded.yaml").write_text(LIFECYCLE, encoding="utf-8")
    (folder / "pipelines" / "probed.yaml").write_text(PROBED, encoding="utf-8")
    write_distribution(stack_workspace / "site", "probes", PROBE)
    running: Stack = request.getfixturevalue("stack")
    return running


class Pods:
    """Runs of the stack and their pods."""

    def __init__(self, aileron: Command, ledger: Ledger, cluster: Cluster, namespace: str) -> None:
        self.aileron = aileron
        self.ledger = ledger
        self.cluster = cluster
        self.namespace = namespace

    def launch(self, seed: int, *words: str, name: str = "probed") -> str:
        """Start a run; the seed keeps it from reusing another's."""
        said = self.aileron("lifecycle", "run", name, "--set", f"seed={seed}", "--json", *words)
        run_id: str = said.json["run_id"]
        return run_id

    def listed(self) -> list[dict[str, Any]]:
        """The pods that are there."""
        words = ("get", "pods", "-n", self.namespace, "-o", "json")
        items: list[dict[str, Any]] = json.loads(self.cluster.kubectl(*words))["items"]
        return items

    def names(self) -> list[str]:
        return [pod["metadata"]["name"] for pod in self.listed()]

    def working(self) -> bool:
        return any(pod["status"].get("phase") == "Running" for pod in self.listed())

    def delete(self, name: str, *words: str) -> None:
        self.cluster.kubectl("delete", "pod", "-n", self.namespace, name, *words)

    def created(self) -> int:
        """How many pods were ever created here, by the cluster's events."""
        words = ("get", "events", "-n", self.namespace, "-o", "json")
        events = json.loads(self.cluster.kubectl(*words))["items"]
        uids = {
            event["involvedObject"]["uid"] for event in events if event["reason"] == "Scheduled"
        }
        return len(uids)

    def state(self, run_id: str) -> NodeState | None:
        """Of the training."""
        row = self.ledger.nodes.get(run_id, "train")
        return row.state if row else None


@pytest.fixture
def pods(
    pod_stack: Stack,
    aileron: Command,
    stack_ledger: Ledger,
    cluster: Cluster,
    pod_namespace: str,
) -> Pods:
    """What runs in pods of the stack."""
    return Pods(aileron, stack_ledger, cluster, pod_namespace)
