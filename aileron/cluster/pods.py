"""The manifest of a pod that does one thing and ends: from a placement to what the API takes.

The pod is restricted as the strictest Pod Security Standard asks: an ordinary user, a
read-only root, no capability, no token of a service account. What it may write to are the
folder `WORK`, ``/tmp`` and the volumes of its placement.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from aileron.cluster.placement import MOST_VARIABLES, Placement, Resources, Toleration, Volume
from aileron.core.errors import InvalidInput

CONTAINER: Final = "base"
"""Name of the one container, as Airflow's pod operator calls it."""
WORK: Final = "/work"
"""The pod's own folder, empty at the start."""
GRACE_SECONDS: Final = 15
"""Between SIGTERM and SIGKILL."""
LOST_SECONDS: Final = 60
"""How long a pod stays on a node that does not answer."""
_UNREACHABLE: Final = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")


def pod_manifest(
    placement: Placement,
    *,
    name: str,
    command: Sequence[str],
    seconds: float,
    grace_seconds: float = 0,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    env: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The pod `name` that runs `command` once.

    Args:
        seconds: the cluster ends the pod if it has not ended by then.
        grace_seconds: what the command may take to end when it is told to, if that is long.
        labels: besides those of the placement; values may be any text.

    Raises:
        InvalidInput: more than 100 environment variables.
    """
    named = {key: label_value(value) for key, value in (labels or {}).items()}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": placement.namespace,
            "labels": {**placement.labels, **named},
            "annotations": {**placement.annotations, **(annotations or {})},
        },
        "spec": {
            "restartPolicy": "Never",
            "activeDeadlineSeconds": int(seconds),
            "terminationGracePeriodSeconds": GRACE_SECONDS + int(grace_seconds),
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "securityContext": pod_security(placement),
            "tolerations": _tolerations(placement.tolerations),
            "volumes": _volumes(placement),
            "containers": [_container(placement, command, env or {})],
            **scheduling(placement),
        },
    }


def pod_security(placement: Placement) -> dict[str, Any]:
    """The pod's part of the restricted security context."""
    return {
        "runAsNonRoot": True,
        "runAsUser": placement.user,
        "runAsGroup": placement.group,
        "fsGroup": placement.group,
        "fsGroupChangePolicy": "OnRootMismatch",
        "supplementalGroups": [placement.group],
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def container_security() -> dict[str, Any]:
    """The container's part of the restricted security context."""
    return {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def container_resources(resources: Resources) -> dict[str, dict[str, str]]:
    """What the container gets; the same is reserved for it."""
    amounts = {"cpu": f"{round(resources.cpu * 1000)}m", "memory": f"{resources.memory_mb}Mi"}
    if resources.gpu:
        amounts[resources.gpu_resource] = str(resources.gpu)
    if resources.ephemeral_mb is not None:
        amounts["ephemeral-storage"] = f"{resources.ephemeral_mb}Mi"
    return {"requests": amounts, "limits": dict(amounts)}


def label_value(text: str) -> str:
    """`text` as the value of a label: at most 63 letters, digits, ``-``, ``_`` and ``.``."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", text)[:63].strip("-_.")


def check_variables(env: Mapping[str, str]) -> None:
    """Refuse more variables than a node may set.

    Raises:
        InvalidInput: there are more than 100.
    """
    if len(env) > MOST_VARIABLES:
        raise InvalidInput("cluster.too_many_variables", count=len(env), most=MOST_VARIABLES)


def _container(
    placement: Placement, command: Sequence[str], env: Mapping[str, str]
) -> dict[str, Any]:
    check_variables(env)
    variables = {"HOME": WORK, "TMPDIR": "/tmp", **env}  # noqa: S108 - the pod's own
    container: dict[str, Any] = {
        "name": CONTAINER,
        "image": placement.image,
        "imagePullPolicy": placement.pull_policy,
        "command": list(command),
        "workingDir": WORK,
        "env": [{"name": key, "value": value} for key, value in variables.items()],
        "resources": container_resources(placement.resources),
        "securityContext": container_security(),
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "volumeMounts": _mounts(placement),
    }
    if placement.store.secret is not None:
        container["envFrom"] = [{"secretRef": {"name": placement.store.secret}}]
    return container


def shared_volumes(placement: Placement) -> tuple[Volume, ...]:
    """The store's volume and the others; one that is named twice is mounted once."""
    store = () if placement.store.volume is None else (placement.store.volume,)
    return tuple({volume.mount: volume for volume in (*placement.volumes, *store)}.values())


def _volumes(placement: Placement) -> list[dict[str, Any]]:
    volumes: list[dict[str, Any]] = [
        {"name": "work", "emptyDir": {}},
        {"name": "tmp", "emptyDir": {}},
        *shm_volumes(placement.resources),
    ]
    return volumes + [
        {"name": f"volume-{number}", **volume_source(volume)}
        for number, volume in enumerate(shared_volumes(placement))
    ]


def shm_volumes(resources: Resources) -> list[dict[str, Any]]:
    """The pod's shared memory, if it asks for a size of it."""
    if resources.shm_mb is None:
        return []
    return [{"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": f"{resources.shm_mb}Mi"}}]


def shm_mounts(resources: Resources) -> list[dict[str, Any]]:
    """Where a container sees it."""
    mount = {"name": "shm", "mountPath": "/dev/shm"}  # noqa: S108 - the pod's own
    return [] if resources.shm_mb is None else [mount]


def volume_source(volume: Volume) -> dict[str, Any]:
    """Where the volume's files are, as a pod says it."""
    if volume.claim is not None:
        claim = {"claimName": volume.claim, "readOnly": volume.read_only}
        return {"persistentVolumeClaim": claim}
    return {"hostPath": {"path": volume.host_path, "type": "Directory"}}


def _mounts(placement: Placement) -> list[dict[str, Any]]:
    mounts: list[dict[str, Any]] = [
        {"name": "work", "mountPath": WORK},
        {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - the pod's own
        *shm_mounts(placement.resources),
    ]
    for number, volume in enumerate(shared_volumes(placement)):
        mounts.append(volume_mount(f"volume-{number}", volume))
    return mounts


def volume_mount(name: str, volume: Volume) -> dict[str, Any]:
    """Where a container sees the pod's volume `name`."""
    mount: dict[str, Any] = {
        "name": name,
        "mountPath": volume.mount,
        "readOnly": volume.read_only,
    }
    if volume.sub_path is not None:
        mount["subPath"] = volume.sub_path
    return mount


def _tolerations(tolerations: Sequence[Toleration]) -> list[dict[str, Any]]:
    """The placement's own, and a shorter patience with lost nodes than the cluster's 300 s."""
    given = [toleration(one) for one in tolerations]
    keys = {one.key for one in tolerations}
    return given + [
        {
            "key": key,
            "operator": "Exists",
            "effect": "NoExecute",
            "tolerationSeconds": LOST_SECONDS,
        }
        for key in _UNREACHABLE
        if key not in keys
    ]


def toleration(one: Toleration) -> dict[str, Any]:
    """A toleration as a pod says it."""
    said = {
        "key": one.key,
        "operator": one.operator,
        "value": one.value,
        "effect": one.effect,
        "tolerationSeconds": one.toleration_seconds,
    }
    return {key: value for key, value in said.items() if value is not None}


def scheduling(placement: Placement) -> dict[str, Any]:
    """On which nodes, before whom, and with which pull secrets: what the placement says of it."""
    spec: dict[str, Any] = {}
    if placement.node_selector:
        spec["nodeSelector"] = dict(placement.node_selector)
    if placement.priority_class is not None:
        spec["priorityClassName"] = placement.priority_class
    if placement.pull_secrets:
        spec["imagePullSecrets"] = [{"name": name} for name in placement.pull_secrets]
    return spec
