"""The objects of a revision on a cluster, in the newest form that its server has.

An init container fetches the package from the store into a folder of the pod; the main
container serves it with the command of `aileron.package.launch`, as a process here does. It
sees neither the store nor a token of the cluster.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from aileron.cluster import labels
from aileron.cluster.access import Offers
from aileron.cluster.placement import Placement, Volume
from aileron.cluster.pods import (
    container_resources,
    container_security,
    label_value,
    pod_security,
    scheduling,
    shared_volumes,
    shm_mounts,
    shm_volumes,
    toleration,
    volume_mount,
    volume_source,
)
from aileron.cluster.serving import ServicePlacement
from aileron.core.ports import Reference
from aileron.ledger import Revision
from aileron.package.launch import READY_PATH, command, variables

PORT: Final = 8080
PACKAGE: Final = Path("/package/files")
"""Where containers see the package; above it lies the pod's own folder."""
SETTLE_SECONDS: Final = 5
"""A pod that goes serves on for so long: every proxy has heard by then that it goes."""
SETTLE: Final = {
    "preStop": {"exec": {"command": ["python", "-c", f"import time; time.sleep({SETTLE_SECONDS})"]}}
}
DRAIN_SECONDS: Final = 5.0
"""And then closes each connection after an answer; the gateway drops idle ones after 4 s."""
STOP_SECONDS: Final = 30.0
START_SECONDS: Final = 300
"""A model may take so long to load."""
GATEWAY_LABELS: Final = {**labels.PART_OF, labels.PART: "gateway"}
POD_DISRUPTION_BUDGETS: Final = ("policy/v1", "policy/v1beta1")
AUTOSCALERS: Final = ("autoscaling/v2", "autoscaling/v2beta2", "autoscaling/v1")
ONE_BY_ONE: Final = {
    "type": "RollingUpdate",
    "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1},
}
"""A pod goes only after another has come."""
Manifest = dict[str, Any]


@dataclass(frozen=True)
class Identity:
    """What a revision is called on a cluster."""

    installation: str
    """Of the ledger: several installations may share a namespace."""
    project: str
    service: str
    number: int

    @classmethod
    def of(cls, installation: str, revision: Revision) -> Identity:
        return cls(installation, revision.project, revision.service, revision.number)

    @property
    def name(self) -> str:
        """Of all its objects: at most 63 characters, as a Service's must be."""
        return f"aileron-{self.service.replace('_', '-')}-{self.number}-{self.digest}"

    @property
    def digest(self) -> str:
        """Tells names apart that look alike in a cluster's alphabet."""
        whole = f"{self.installation}/{self.project}/{self.service}/{self.number}"
        return hashlib.sha256(whole.encode()).hexdigest()[:8]

    @property
    def labels(self) -> dict[str, str]:
        """By which objects are found again."""
        return {
            labels.INSTALLATION: self.installation,
            labels.PROJECT: label_value(self.project),
            labels.SERVICE: label_value(self.service),
            labels.REVISION: str(self.number),
            labels.IDENTITY: self.digest,
        }

    @property
    def selector(self) -> str:
        return labels.selector(self.labels)


def manifests(
    identity: Identity,
    package: Reference,
    placement: ServicePlacement,
    offers: Offers,
    platform: tuple[str, ...] = (),
) -> Iterator[Manifest]:
    """All objects of a revision that serves `package`, in the order in which they are made.

    Args:
        platform: addresses of this platform, from which its supervisor and gateway call.
    """
    made = _Maker(identity, placement)
    yield made("v1", "ServiceAccount", automountServiceAccountToken=False)
    yield made("networking.k8s.io/v1", "NetworkPolicy", spec=_ingress(identity, platform))
    yield made("v1", "Service", spec=_service(identity))
    budget = offers.first("PodDisruptionBudget", *POD_DISRUPTION_BUDGETS)
    if budget is not None:
        spec = {"maxUnavailable": 1, "selector": {"matchLabels": identity.labels}}
        yield made(budget, "PodDisruptionBudget", spec=spec)
    yield made("apps/v1", "Deployment", spec=deployment(identity, package, placement))
    yield from autoscaler(identity, placement, offers)


def autoscaler(
    identity: Identity, placement: ServicePlacement, offers: Offers
) -> Iterator[Manifest]:
    """The object that adds pods under load, where that is asked for and the server has it."""
    version = offers.first("HorizontalPodAutoscaler", *AUTOSCALERS)
    if placement.most <= placement.replicas or version is None:
        return
    spec: Manifest = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": identity.name},
        "minReplicas": placement.replicas,
        "maxReplicas": placement.most,
    }
    if version == "autoscaling/v1":
        spec["targetCPUUtilizationPercentage"] = placement.cpu_percent
    else:
        target = {"type": "Utilization", "averageUtilization": placement.cpu_percent}
        spec["metrics"] = [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]
    yield _Maker(identity, placement)(version, "HorizontalPodAutoscaler", spec=spec)


@dataclass(frozen=True)
class _Maker:
    identity: Identity
    placement: ServicePlacement

    def __call__(self, version: str, kind: str, **more: Any) -> Manifest:
        pod = self.placement.pod
        carried = {**pod.labels, **self.identity.labels, **labels.PART_OF, **labels.MANAGED}
        metadata = {"name": self.identity.name, "namespace": pod.namespace, "labels": carried}
        return {"apiVersion": version, "kind": kind, "metadata": metadata, **more}


def _service(identity: Identity) -> Manifest:
    port = {"name": "http", "port": PORT, "targetPort": PORT}
    return {"type": "ClusterIP", "selector": identity.labels, "ports": [port]}


def _ingress(identity: Identity, platform: tuple[str, ...]) -> Manifest:
    callers: list[Manifest] = [
        {"namespaceSelector": {}, "podSelector": {"matchLabels": GATEWAY_LABELS}}
    ]
    callers += [{"ipBlock": {"cidr": f"{address}/32"}} for address in platform]
    rule = {"from": callers, "ports": [{"protocol": "TCP", "port": PORT}]}
    return {
        "podSelector": {"matchLabels": identity.labels},
        "policyTypes": ["Ingress"],
        "ingress": [rule],
    }


def deployment(identity: Identity, package: Reference, placement: ServicePlacement) -> Manifest:
    """What keeps the pods."""
    return {
        "replicas": placement.replicas,
        "revisionHistoryLimit": 1,
        "selector": {"matchLabels": identity.labels},
        "strategy": ONE_BY_ONE,
        "template": {
            "metadata": {
                "labels": {**placement.pod.labels, **identity.labels},
                "annotations": dict(placement.pod.annotations),
            },
            "spec": _pod(identity, package, placement.pod),
        },
    }


def _pod(identity: Identity, package: Reference, placement: Placement) -> Manifest:
    return {
        "serviceAccountName": identity.name,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": pod_security(placement),
        "terminationGracePeriodSeconds": int(SETTLE_SECONDS + DRAIN_SECONDS + STOP_SECONDS) + 5,
        "tolerations": [toleration(one) for one in placement.tolerations],
        "initContainers": [_fetching(package, placement)],
        "containers": [_serving(placement)],
        "volumes": [
            {"name": "package", "emptyDir": {}},
            {"name": "tmp", "emptyDir": {}},
            *shm_volumes(placement.resources),
            *({"name": name, **volume_source(one)} for name, one in _store_volumes(placement)),
        ],
        **scheduling(placement),
    }


def _container(name: str, placement: Placement) -> Manifest:
    return {
        "name": name,
        "image": placement.image,
        "imagePullPolicy": placement.pull_policy,
        "resources": container_resources(placement.resources),
        "securityContext": container_security(),
        "terminationMessagePolicy": "FallbackToLogsOnError",
    }


def _fetching(package: Reference, placement: Placement) -> Manifest:
    words = ["python", "-m", "aileron.package.fetch", str(placement.store.uri)]
    secret = placement.store.secret
    return {
        **_container("package", placement),
        "command": [*words, package.model_dump_json(), str(PACKAGE)],
        "envFrom": [{"secretRef": {"name": secret}}] if secret else [],
        "volumeMounts": [
            *_folders(read_only=False),
            *(volume_mount(name, one) for name, one in _store_volumes(placement)),
        ],
    }


def _store_volumes(placement: Placement) -> list[tuple[str, Volume]]:
    """What the store lies on, with names; a service gets none of its pool's other volumes."""
    store = PurePosixPath(placement.store.uri or "")
    found = [one for one in shared_volumes(placement) if store.is_relative_to(one.mount)]
    return [(f"store-{i}", volume) for i, volume in enumerate(found)]


def _serving(placement: Placement) -> Manifest:
    words = command(
        Path("python"),
        PACKAGE,
        host="0.0.0.0",  # noqa: S104 the pod's own address; a policy says who may call
        port=PORT,
        drain_seconds=DRAIN_SECONDS,
        stop_seconds=STOP_SECONDS,
    )
    return {
        **_container("service", placement),
        "command": words,
        "env": [{"name": name, "value": value} for name, value in variables(PACKAGE).items()],
        "ports": [{"name": "http", "containerPort": PORT}],
        "startupProbe": probe("/livez", period=1, failures=START_SECONDS),
        "livenessProbe": probe("/livez", period=10, failures=3),
        "readinessProbe": probe(READY_PATH, period=1, failures=2),
        "lifecycle": SETTLE,
        "volumeMounts": [*_folders(read_only=True), *shm_mounts(placement.resources)],
    }


def _folders(*, read_only: bool) -> list[Manifest]:
    package = {"name": "package", "mountPath": str(PACKAGE.parent), "readOnly": read_only}
    return [package, {"name": "tmp", "mountPath": "/tmp"}]  # noqa: S108 the pod's own


def probe(path: str, *, period: int, failures: int) -> Manifest:
    """A question over HTTP, asked each `period` seconds; so many bad answers in a row count."""
    return {
        "httpGet": {"path": path, "port": PORT},
        "periodSeconds": period,
        "timeoutSeconds": 5,
        "failureThreshold": failures,
    }
