"""Objects of any kind: applied, read, deleted, in whatever version the server has them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from aileron.cluster.access import CROSSED, TIMEOUT, Cluster, answering, import_library
from aileron.core.errors import Conflict, NotFound, Unavailable

Manifest = Mapping[str, Any]
PAUSES: Final = (0.1, 0.5, 2.0)
"""Seconds before a write that met another's is tried again."""


def apply(cluster: Cluster, manifest: Manifest) -> dict[str, Any]:
    """Make the object be as `manifest` says; fields that it does not name stay.

    Raises:
        Refused: the server does not take it; with its own words.
        Unavailable: the server does not answer.
    """
    return create(cluster, manifest) or patch(cluster, manifest)


def patch(cluster: Cluster, manifest: Manifest) -> dict[str, Any]:
    """Change the fields that `manifest` names of an object that is there.

    Raises:
        NotFound: there is no such object.
        Refused: the server does not take it; with its own words.
        Unavailable: the server does not answer.
    """
    resource, name, namespace = _resource(cluster, manifest)
    return _written(
        manifest,
        lambda: resource.patch(
            body=dict(manifest),
            name=name,
            namespace=namespace,
            content_type="application/merge-patch+json",
            _request_timeout=TIMEOUT,
        ),
    )


def create(cluster: Cluster, manifest: Manifest) -> dict[str, Any] | None:
    """Make the object; None if one of that name is there already.

    Raises:
        Refused: the server does not take it; with its own words.
        Unavailable: the server does not answer.
    """
    resource, _, namespace = _resource(cluster, manifest)
    with suppress(Conflict):
        return _written(
            manifest,
            lambda: resource.create(
                body=dict(manifest), namespace=namespace, _request_timeout=TIMEOUT
            ),
        )
    return None


def read(
    cluster: Cluster, api_version: str, kind: str, namespace: str, name: str
) -> dict[str, Any] | None:
    """The object as it is now; None if there is none."""
    resource = _resource_of(cluster, api_version, kind)
    with suppress(NotFound), answering(f"{kind} {namespace}/{name}"):
        found: dict[str, Any] = resource.get(
            name=name, namespace=namespace, _request_timeout=TIMEOUT
        ).to_dict()
        return found
    return None


def listed(
    cluster: Cluster,
    api_version: str,
    kind: str,
    namespace: str | None,
    selector: str = "",
    fields: str = "",
) -> list[dict[str, Any]]:
    """The objects of a namespace, or of all, with the labels `selector` and these `fields`."""
    resource = _resource_of(cluster, api_version, kind)
    with answering(f"{kind} of {namespace}"):
        found = resource.get(
            namespace=namespace,
            label_selector=selector,
            field_selector=fields,
            _request_timeout=TIMEOUT,
        )
    return [item.to_dict() for item in found.items]


def delete(
    cluster: Cluster,
    api_version: str,
    kind: str,
    namespace: str,
    name: str,
    grace_seconds: int | None = None,
) -> None:
    """Delete the object and what belongs to it; nothing happens if it is gone."""
    resource = _resource_of(cluster, api_version, kind)
    body: dict[str, Any] = {"propagationPolicy": "Background"}
    if grace_seconds is not None:
        body["gracePeriodSeconds"] = grace_seconds
    with suppress(NotFound), answering(f"{kind} {namespace}/{name}"):
        resource.delete(name=name, namespace=namespace, body=body, _request_timeout=TIMEOUT)


def _written(manifest: Manifest, write: Callable[[], Any]) -> dict[str, Any]:
    """What `write` leaves there. One that met another's write is tried again a few times."""
    pauses = iter(PAUSES)
    while True:
        try:
            with answering(_subject(manifest)):
                found: dict[str, Any] = write().to_dict()
                return found
        except Unavailable as error:
            pause = next(pauses, None)
            if error.message_id != CROSSED or pause is None:
                raise
        time.sleep(pause)


def _resource(cluster: Cluster, manifest: Manifest) -> tuple[Any, str, str | None]:
    metadata = manifest["metadata"]
    resource = _resource_of(cluster, manifest["apiVersion"], manifest["kind"])
    return resource, metadata["name"], metadata.get("namespace")


def _resource_of(cluster: Cluster, api_version: str, kind: str) -> Any:
    import_library()
    from kubernetes.dynamic.exceptions import ResourceNotFoundError

    with answering(kind):
        try:
            # Without a prefix, the library asks the server for every group that it has.
            prefix = "apis" if "/" in api_version else "api"
            return cluster.dynamic.resources.get(prefix=prefix, api_version=api_version, kind=kind)
        except ResourceNotFoundError:
            raise NotFound("cluster.kind_not_offered", kind=kind, version=api_version) from None


def _subject(manifest: Manifest) -> str:
    metadata = manifest["metadata"]
    return f"{manifest['kind']} {metadata.get('namespace', '-')}/{metadata['name']}"
