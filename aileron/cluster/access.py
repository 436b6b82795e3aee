"""The way to a cluster, what it offers, and its failures in words."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from aileron.core.errors import AileronError, Conflict, NotFound, Refused, Unavailable

SERVICE_ACCOUNT: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")
TIMEOUT: Final = (5, 30)
"""Seconds to connect and to read."""
CROSSED: Final = "cluster.crossed"
"""Message of what met another's write, of the object itself or of a quota: it is tried again."""


_IMPORTING: Final = threading.Lock()


def import_library() -> None:
    """Import the client library. Its modules import each other: one thread does it at a time."""
    with _IMPORTING:
        import kubernetes.client.exceptions
        import kubernetes.dynamic.exceptions  # noqa: F401 the whole is wanted


@dataclass(frozen=True)
class Offers:
    """What a server has: its version and its kinds by group and version."""

    version: tuple[int, int]
    kinds: frozenset[tuple[str, str]]
    """``(apiVersion, kind)``."""

    def first(self, kind: str, *versions: str) -> str | None:
        """The first of `versions` in which the server has `kind`; None if it has none."""
        return next((version for version in versions if (version, kind) in self.kinds), None)


class Cluster:
    """A Kubernetes API server, reached as a kubeconfig says, or from inside the cluster.

    Args:
        context: of the kubeconfig; None is its current one, or the cluster that this runs in.
    """

    def __init__(self, context: str | None = None) -> None:
        self.context = context

    @cached_property
    def api(self) -> Any:
        """The library's `ApiClient`.

        Raises:
            Unavailable: there is no way to a cluster; says what to set.
        """
        import_library()
        from kubernetes import client, config
        from kubernetes.config.config_exception import ConfigException

        settings = client.Configuration()
        try:
            if self.context is None and SERVICE_ACCOUNT.exists() and "KUBECONFIG" not in os.environ:
                config.load_incluster_config(client_configuration=settings)
            else:
                # The library reads the variable when it is imported; it may be set later.
                config.load_kube_config(
                    os.environ.get("KUBECONFIG"), self.context, client_configuration=settings
                )
        except (ConfigException, OSError) as error:
            problem = str(error).rstrip(".")
            raise Unavailable("cluster.no_access", problem=problem) from None
        settings.retries = 1
        return client.ApiClient(settings)

    @cached_property
    def core(self) -> Any:
        """The library's `CoreV1Api`."""
        import_library()
        from kubernetes import client

        return client.CoreV1Api(self.api)

    @cached_property
    def dynamic(self) -> Any:
        """The library's `DynamicClient`, for kinds in whatever version the server has."""
        import_library()
        from kubernetes.dynamic import DynamicClient

        # By default the library believes a file in the system's folder for temporary files.
        self._cache = TemporaryDirectory(prefix="aileron-kinds-")
        with answering():
            return DynamicClient(self.api, cache_file=str(Path(self._cache.name, "kinds.json")))

    @cached_property
    def offers(self) -> Offers:
        """What the server has, asked once."""
        with answering():
            said = self._get("/version")
            digits = ("".join(filter(str.isdigit, said[part])) for part in ("major", "minor"))
            major, minor = (int(number) for number in digits)
            versions = ["v1"]
            for group in self._get("/apis")["groups"]:
                versions += [entry["groupVersion"] for entry in group["versions"]]
            kinds = {(version, kind) for version in versions for kind in self._kinds(version)}
        return Offers((major, minor), frozenset(kinds))

    def _kinds(self, version: str) -> Iterator[str]:
        path = f"/api/{version}" if version == "v1" else f"/apis/{version}"
        for resource in self._get(path)["resources"]:
            if "/" not in resource["name"]:
                yield resource["kind"]

    def _get(self, path: str) -> Any:
        import json

        return json.loads(self.get(path))

    def get(self, path: str, query: Mapping[str, str] | None = None) -> bytes:
        """What the server answers to ``GET path``, as it sends it.

        Raises:
            kubernetes.client.ApiException: it refuses; `answering` has the words for that.
        """
        answer = self.api.call_api(
            path,
            "GET",
            query_params=list((query or {}).items()),
            header_params={"Accept": "application/json, */*"},
            auth_settings=["BearerToken"],
            _preload_content=False,
            _request_timeout=TIMEOUT,
        )
        body = answer[0] if isinstance(answer, tuple) else answer
        return bytes(body.data)


@contextmanager
def answering(subject: str = "-") -> Iterator[None]:
    """Turn the library's failures into ours; `subject` is what was asked about.

    Raises:
        NotFound: the server has no such object.
        Conflict: the object is there already.
        Refused: the server does not allow it, or does not take it; with its own words.
        Unavailable: the server does not answer, or others write at the same moment.
    """
    import_library()
    from kubernetes.client.exceptions import ApiException
    from urllib3.exceptions import HTTPError

    try:
        yield
    except ApiException as error:
        raise _said(error, subject) from None
    except (HTTPError, OSError) as error:
        raise Unavailable("cluster.silent", subject=subject, problem=str(error)) from None


def _said(error: Any, subject: str) -> AileronError:
    problem = words_of(error)
    if error.status == 404:
        return NotFound("cluster.not_found", subject=subject, problem=problem)
    if error.status == 409 and _field(error, "reason") == "AlreadyExists":
        return Conflict("cluster.conflict", subject=subject, problem=problem)
    if error.status == 409:
        return Unavailable(CROSSED, subject=subject, problem=problem)
    if error.status in (400, 401, 403, 422):
        return Refused("cluster.refused", subject=subject, problem=problem)
    return Unavailable("cluster.silent", subject=subject, problem=problem)


def words_of(error: Any) -> str:
    """What the server said."""
    return _field(error, "message") or str(error.reason or error.status)


def _field(error: Any, name: str) -> str | None:
    """What the body of the server's answer says of `name`."""
    import json

    try:
        return str(json.loads(error.body)[name])
    except (TypeError, ValueError, KeyError):
        return None
