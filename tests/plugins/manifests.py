"""docker/kubernetes as kustomize renders it, and in the versions that an old cluster serves."""

from __future__ import annotations

import copy
import json
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

FOLDER: Final = Path(__file__).parents[2] / "docker" / "kubernetes"
OVERLAYS: Final = ("small", "high-availability")
OLDER: Final[Mapping[tuple[str, str], str]] = {
    ("policy/v1", "PodDisruptionBudget"): "policy/v1beta1",
    ("batch/v1", "CronJob"): "batch/v1beta1",
}
"""What clusters before 1.21 call it. Its fields are the same, as far as they are used here."""

Manifest = dict[str, Any]


@cache
def rendered(overlay: str) -> tuple[Manifest, ...]:
    """The objects of an overlay; skips where this machine's kustomize knows no components."""
    said = subprocess.run(
        ["kubectl", "version", "--client", "-o", "json"], capture_output=True, text=True
    )
    if "kustomizeVersion" not in json.loads(said.stdout or "{}"):
        pytest.skip("this kubectl has a kustomize before 4.1, which knows no components")
    done = subprocess.run(
        ["kubectl", "kustomize", str(FOLDER / "overlays" / overlay)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", "nothing deprecated"
    return tuple(yaml.safe_load_all(done.stdout))


def for_old_cluster(manifests: tuple[Manifest, ...], namespace: str) -> list[Manifest]:
    """The same in another namespace, in the versions that Kubernetes 1.20 serves."""
    found = []
    for manifest in copy.deepcopy(manifests):
        if manifest["kind"] == "Namespace":
            continue
        kind = (manifest["apiVersion"], manifest["kind"])
        manifest["apiVersion"] = OLDER.get(kind, manifest["apiVersion"])
        if "namespace" in manifest["metadata"]:
            manifest["metadata"]["namespace"] = namespace
        for subject in manifest.get("subjects", ()):
            subject["namespace"] = namespace
        if kind[1].startswith("Cluster"):  # there may be another installation's
            manifest["metadata"]["name"] += f"-{namespace}"
        found.append(manifest)
    return found


def pod_specs(manifests: tuple[Manifest, ...]) -> Iterator[tuple[str, Manifest]]:
    """Name and pod of each object that makes some."""
    for manifest in manifests:
        spec = manifest.get("spec", {})
        if manifest["kind"] == "CronJob":
            spec = spec["jobTemplate"]["spec"]
        if isinstance(spec.get("template"), dict):
            yield manifest["metadata"]["name"], spec["template"]["spec"]
