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
LEDGER_VERSION: Final = "aileron.io/ledger-version"
"""An annotation of the pods: another ledger's address makes them others."""
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
        *("tolerations", "priority_class", "start_seconds", "user", "group"),
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
    secret = objects.apply(cluster, ledger_secret(placement, ledger_url))
    for manifest in gateway_manifests(
        placement,
        cluster.offers,
        replicas=replicas,
        service_type=service_type,
        ledger_version=secret["metadata"]["resourceVersion"],
    ):
        objects.apply(cluster, manifest)


def gateway_address(cluster: Cluster, placement: Placement, seconds: float) -> str:
    """``http://host:port`` of the gateway, once its pods are ready.

    Of its load balancer or of a node that it is on, where its Service is of such a type; else
    that of the Service in its cluster.

    Raises:
        Unavailable: they are not in time, or it has no address; says why, if a pod does.
    """
    deadline = time.monotonic() + seconds
    while not _available(cluster, placement):
        if time.monotonic() > deadline:
            pods = _pods(cluster, placement.namespace)
            trouble = last_trouble(cluster, pods, NAME, placement.start_seconds)
            problem = trouble.error if trouble else "-"
            raise Unavailable("deploy.gateway_not_ready", seconds=seconds, problem=problem)
        time.sleep(POLL)
    while (found := _host(cluster, placement)) is None:
        if time.monotonic() > deadline:
            raise Unavailable("deploy.gateway_no_address", seconds=seconds)
        time.sleep(POLL)
    return f"http://{found}"


def _host(cluster: Cluster, placement: Placement) -> str | None:
    service = objects.read(cluster, "v1", "Service", placement.namespace, NAME)
    if service is None:
        return None
    spec = service["spec"]
    if spec["type"] == "LoadBalancer":
        given = (service.get("status") or {}).get("loadBalancer", {}).get("ingress") or ()
        return next((f"{one.get('ip') or one['hostname']}:{PORT}" for one in given), None)
    if spec["type"] == "NodePort":
        port, pods = spec["ports"][0]["nodePort"], _pods(cluster, placement.namespace)
        nodes = sorted(pod["status"]["hostIP"] for pod in pods if is_ready(pod))
        return f"{nodes[0]}:{port}" if nodes else None
    return f"{spec['clusterIP']}:{PORT}"


def _available(cluster: Cluster, placement: Placement) -> bool:
    found = objects.read(cluster, "apps/v1", "Deployment", placement.namespace, NAME)
    return found is not None and is_available(found)


def gateway_manifests(
    placement: Placement,
    offers: Offers,
    *,
    replicas: int = 2,
    service_type: ServiceType = "ClusterIP",
    ledger_version: str | None = None,
) -> Iterator[Manifest]:
    """All objects but the Secret with the ledger's address.

    Args:
        ledger_version: of that Secret; pods that began with another one are replaced.
    """
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
        "template": {
            "metadata": {
                "labels": GATEWAY_LABELS,
                "annotations": {LEDGER_VERSION: ledger_version} if ledger_version else {},
            },
            "spec": _pod(placement),
        },
    }
    yield _object(placement, "apps/v1", "Deployment", spec=spec)


def ledger_secret(placement: Placement, ledger_url: str) -> Manifest:
    """The Secret that the gateway's pods read the ledger's address from."""
    return _object(placement, "v1", "Secret", stringData={LEDGER_KEY: ledger_url})


def gateway_pods(cluster: Cluster, namespace: str) -> dict[str, bool]:
    """Address of each pod of the gateway that is at work -> whether it gets new requests."""
    return {
        f"http://{pod['status']['podIP']}:{PORT}": is_ready(pod)
        and "deletionTimestamp" not in pod["metadata"]
        for pod in _pods(cluster, namespace)
        if pod["status"].get("podIP") and pod["status"]["phase"] == "Running"
    }


def _pods(cluster: Cluster, namespace: str) -> list[Manifest]:
    return objects.listed(cluster, "v1", "Pod", namespace, SELECTOR)


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
