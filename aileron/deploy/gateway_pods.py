"""The gateway as a Deployment: its objects, and where each of its pods is asked.

It keeps nothing: routes come from the ledger, whose address is in a Secret. A pod that goes
serves on until every proxy has heard of it, and ends its connections one answer at a time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Final, Literal

from sqlalchemy import make_url

from aileron.cluster import labels, objects
from aileron.cluster.access import Cluster, Offers
from aileron.cluster.placement import Placement, Resources
from aileron.cluster.pods import container_resources, container_security, pod_security, scheduling
from aileron.cluster.pools import Pool
from aileron.core.errors import InvalidInput, Refused, Unavailable
from aileron.deploy.manifests import (
    DRAIN_SECONDS,
    GATEWAY_LABELS,
    ONE_BY_ONE,
    POD_DISRUPTION_BUDGETS,
    PORT,
    SETTLE,
    SETTLE_SECONDS,
    probe,
)
from aileron.deploy.pod_troubles import is_available, is_ready, last_trouble

NAME: Final = "aileron-gateway"
LEDGER_KEY: Final = "ledger-url"
STOP_SECONDS: Final = 10
"""Requests that are open at the end may take so long."""
HOME: Final = "/var/lib/aileron"
LOG_SPACE: Final = "256Mi"
POLL: Final = 0.5
RESOURCES: Final = Resources(cpu=1, memory_mb=512)
SELECTOR: Final = labels.selector(GATEWAY_LABELS)
ServiceType = Literal["ClusterIP", "NodePort", "LoadBalancer"]
Manifest = dict[str, Any]


def gateway_placement(pool: Pool, image: str | None = None) -> Placement:
    """Where the gateway's pods run; the pool's quota and sizes are for steps and services.

    Args:
        image: default: the pool's for services, which holds the gateway too.

    Raises:
        InvalidInput: the pool has no image for services, and no other is given.
    """
    image = image or pool.images.server
    if image is None:
        raise InvalidInput("cluster.no_server_image", pool=pool.name)
    same = (
        *("context", "namespace", "pull_policy", "pull_secrets", "node_selector"),
        *("tolerations", "priority_class", "user", "group"),
    )
    return Placement(
        pool=pool.name,
        image=image,
        resources=RESOURCES,
        **{field: getattr(pool, field) for field in same},
    )


def apply_gateway(
    cluster: Cluster,
    placement: Placement,
    ledger_url: str,
    *,
    replicas: int = 2,
    service_type: ServiceType = "ClusterIP",
) -> None:
    """Make the gateway be as asked for; pods that differ are replaced one by one.

    Raises:
        Refused: pods could not reach the ledger there, or the cluster does not take an object.
        Unavailable: the cluster does not answer.
    """
    host = make_url(ledger_url).host or "localhost"
    if host == "localhost" or host.startswith("127."):
        raise Refused("deploy.ledger_of_this_machine", host=host)
    objects.apply(cluster, ledger_secret(placement, ledger_url))
    for manifest in gateway_manifests(
        placement, cluster.offers, replicas=replicas, service_type=service_type
    ):
        objects.apply(cluster, manifest)


def gateway_address(cluster: Cluster, placement: Placement, seconds: float) -> str:
    """``http://host:port`` of the gateway in its cluster, once its pods are ready.

    Raises:
        Unavailable: they are not in time; says why, if a pod does.
    """
    deadline = time.monotonic() + seconds
    while not _available(cluster, placement):
        if time.monotonic() > deadline:
            pods = objects.listed(cluster, "v1", "Pod", placement.namespace, SELECTOR)
            trouble = last_trouble(cluster, pods, NAME)
            raise Unavailable("deploy.gateway_not_ready", seconds=seconds, problem=trouble or "-")
        time.sleep(POLL)
    service = objects.read(cluster, "v1", "Service", placement.namespace, NAME)
    return f"http://{service['spec']['clusterIP']}:{PORT}" if service else ""


def _available(cluster: Cluster, placement: Placement) -> bool:
    found = objects.read(cluster, "apps/v1", "Deployment", placement.namespace, NAME)
    return found is not None and is_available(found)


def gateway_manifests(
    placement: Placement,
    offers: Offers,
    *,
    replicas: int = 2,
    service_type: ServiceType = "ClusterIP",
) -> Iterator[Manifest]:
    """All objects but the Secret with the ledger's address."""
    yield _object(placement, "v1", "ServiceAccount", automountServiceAccountToken=False)
    port = {"name": "http", "port": PORT, "targetPort": PORT}
    spec: Manifest = {"type": service_type, "selector": GATEWAY_LABELS, "ports": [port]}
    yield _object(placement, "v1", "Service", spec=spec)
    budget = offers.first("PodDisruptionBudget", *POD_DISRUPTION_BUDGETS)
    if budget is not None:
        spec = {"maxUnavailable": 1, "selector": {"matchLabels": GATEWAY_LABELS}}
        yield _object(placement, budget, "PodDisruptionBudget", spec=spec)
    spec = {
        "replicas": replicas,
        "selector": {"matchLabels": GATEWAY_LABELS},
        "strategy": ONE_BY_ONE,
        "template": {"metadata": {"labels": GATEWAY_LABELS}, "spec": _pod(placement)},
    }
    yield _object(placement, "apps/v1", "Deployment", spec=spec)


def ledger_secret(placement: Placement, ledger_url: str) -> Manifest:
    """The Secret that the gateway's pods read the ledger's address from."""
    return _object(placement, "v1", "Secret", stringData={LEDGER_KEY: ledger_url})


def gateway_pods(cluster: Cluster, namespace: str) -> dict[str, bool]:
    """Address of each pod of the gateway that is at work -> whether it gets new requests."""
    found = objects.listed(cluster, "v1", "Pod", namespace, SELECTOR)
    return {
        f"http://{pod['status']['podIP']}:{PORT}": is_ready(pod)
        and "deletionTimestamp" not in pod["metadata"]
        for pod in found
        if pod["status"].get("podIP") and pod["status"]["phase"] == "Running"
    }


def _object(placement: Placement, version: str, kind: str, **more: Any) -> Manifest:
    carried = {**GATEWAY_LABELS, **labels.MANAGED}
    metadata = {"name": NAME, "namespace": placement.namespace, "labels": carried}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **more}


def _pod(placement: Placement) -> Manifest:
    folders = {"home": HOME, "tmp": "/tmp"}  # noqa: S108 the pod's own
    return {
        "serviceAccountName": NAME,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": pod_security(placement),
        "terminationGracePeriodSeconds": int(SETTLE_SECONDS + DRAIN_SECONDS) + STOP_SECONDS + 5,
        "affinity": {"podAntiAffinity": _apart()},
        "containers": [_container(placement, folders)],
        "volumes": [{"name": name, "emptyDir": {"sizeLimit": LOG_SPACE}} for name in folders],
        **scheduling(placement),
    }


def _apart() -> Manifest:
    """On different nodes, where there are several."""
    term = {
        "labelSelector": {"matchLabels": GATEWAY_LABELS},
        "topologyKey": "kubernetes.io/hostname",
    }
    return {
        "preferredDuringSchedulingIgnoredDuringExecution": [
            {"weight": 100, "podAffinityTerm": term}
        ]
    }


def _container(placement: Placement, folders: dict[str, str]) -> Manifest:
    command = ["python", "-m", "aileron.gateway", "--host", "0.0.0.0"]  # noqa: S104
    command += ["--port", str(PORT), "--drain-seconds", str(DRAIN_SECONDS)]
    secret = {"secretKeyRef": {"name": NAME, "key": LEDGER_KEY}}
    return {
        "name": "gateway",
        "image": placement.image,
        "imagePullPolicy": placement.pull_policy,
        "command": command,
        "env": [
            {"name": "AILERON_LEDGER_URL", "valueFrom": secret},
            {"name": "AILERON_WORKSPACE", "value": HOME},
            {"name": "AILERON_HOME", "value": HOME},
        ],
        "ports": [{"name": "http", "containerPort": PORT}],
        "resources": container_resources(placement.resources),
        "securityContext": container_security(),
        "startupProbe": probe("/livez", period=1, failures=60),
        "livenessProbe": probe("/livez", period=10, failures=3),
        "readinessProbe": probe("/readyz", period=1, failures=2),
        "lifecycle": SETTLE,
        "volumeMounts": [{"name": name, "mountPath": path} for name, path in folders.items()],
    }
