"""What the API is given for a placement."""

from __future__ import annotations

from typing import Any

import pytest

from aileron.cluster.placement import Placement, Resources, StoreAccess, Toleration, Volume
from aileron.cluster.pods import label_value, pod_manifest
from aileron.core.errors import InvalidInput

RESOURCES = Resources(cpu=2.5, memory_mb=4096, gpu=1, shm_mb=512, ephemeral_mb=1000)


def manifest(placement: dict[str, Any], **values: Any) -> dict[str, Any]:
    where = Placement(pool="p", namespace="n", image="localhost/t:1", **placement)
    given = {"name": "aileron-a-1", "command": ["python"], "seconds": 99.5}
    return pod_manifest(where, **(given | values))


def spec(placement: dict[str, Any], **values: Any) -> dict[str, Any]:
    found: dict[str, Any] = manifest(placement, **values)["spec"]
    return found


def test_what_is_asked_for_is_reserved_and_is_the_limit() -> None:
    [container] = spec({"resources": RESOURCES})["containers"]
    amounts = {
        "cpu": "2500m",
        "memory": "4096Mi",
        "nvidia.com/gpu": "1",
        "ephemeral-storage": "1000Mi",
    }
    assert container["resources"] == {"requests": amounts, "limits": amounts}


def test_shared_memory_is_a_volume_in_memory() -> None:
    made = spec({"resources": RESOURCES})
    shm = {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "512Mi"}}
    assert shm in made["volumes"]
    assert {"name": "shm", "mountPath": "/dev/shm"} in made["containers"][0]["volumeMounts"]
    assert "shm" not in [volume["name"] for volume in spec({})["volumes"]]


def test_a_pod_is_restricted() -> None:
    made = spec({"user": 1001, "group": 2000})
    assert made["automountServiceAccountToken"] is False
    assert made["restartPolicy"] == "Never"
    assert made["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 1001,
        "runAsGroup": 2000,
        "fsGroup": 2000,
        "fsGroupChangePolicy": "OnRootMismatch",
        "supplementalGroups": [2000],
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert made["containers"][0]["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert made["activeDeadlineSeconds"] == 99


def test_where_it_may_run() -> None:
    gpu = Toleration(key="gpu", operator="Exists", effect="NoSchedule")
    made = spec(
        {
            "node_selector": {"disk": "ssd"},
            "tolerations": [gpu],
            "priority_class": "low",
            "pull_secrets": ["registry"],
            "pull_policy": "Never",
        }
    )
    assert made["nodeSelector"] == {"disk": "ssd"}
    assert made["priorityClassName"] == "low"
    assert made["imagePullSecrets"] == [{"name": "registry"}]
    assert made["containers"][0]["imagePullPolicy"] == "Never"
    assert made["tolerations"][0] == {"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}
    lost = {one["key"]: one["tolerationSeconds"] for one in made["tolerations"][1:]}
    assert lost == {"node.kubernetes.io/not-ready": 60, "node.kubernetes.io/unreachable": 60}


def test_volumes_and_the_store() -> None:
    share = Volume(mount="/data", claim="data", sub_path="sets", read_only=True)
    store = StoreAccess(volume=Volume(mount="/store", host_path="/mnt/store"), secret="s3")
    made = spec({"volumes": [share], "store": store})
    sources = made["volumes"][2:]
    assert sources == [
        {
            "name": "volume-0",
            "persistentVolumeClaim": {"claimName": "data", "readOnly": True},
        },
        {"name": "volume-1", "hostPath": {"path": "/mnt/store", "type": "Directory"}},
    ]
    [container] = made["containers"]
    assert container["volumeMounts"][2:] == [
        {"name": "volume-0", "mountPath": "/data", "readOnly": True, "subPath": "sets"},
        {"name": "volume-1", "mountPath": "/store", "readOnly": False},
    ]
    assert container["envFrom"] == [{"secretRef": {"name": "s3"}}]


def test_labels_are_what_kubernetes_takes() -> None:
    labels = manifest({"labels": {"team": "a"}}, labels={"aileron.io/node": "第一/step " * 9})
    value = labels["metadata"]["labels"]["aileron.io/node"]
    assert labels["metadata"]["labels"]["team"] == "a"
    assert len(value) <= 63
    assert value.isascii()
    assert label_value("breast_cancer") == "breast_cancer"
    assert label_value("-x-") == "x"


def test_more_than_a_hundred_variables_are_refused() -> None:
    most = {f"V{number}": "1" for number in range(100)}
    assert len(spec({}, env=most)["containers"][0]["env"]) == 102
    with pytest.raises(InvalidInput, match="101 environment variables were given"):
        spec({}, env=most | {"ONE": "more"})
