"""Pods for tests: a folder that this machine shares with them, and where they run."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from plugins.pod_stores import GROUP, share

from aileron.cluster.placement import Placement, Resources, StoreAccess, Volume
from aileron.run.conformance.runners import Bench
from aileron.run.kubernetes import KubernetesRunner
from aileron.run.request import Subject
from aileron.store import Store


def new_subject() -> Subject:
    """A node of a run, with a key that no other execution has."""
    return Subject(
        installation="i",
        project="p",
        lifecycle="l",
        run_id="p/l/1",
        node="train",
        key=uuid.uuid4().hex,
    )


def left_over(store: Store) -> list[str]:
    """Objects of exchanges, but for the marks of pods that nobody saw end: those stay a while."""
    return [key for key in store.object_keys("executions/") if not key.endswith("/lost")]


@pytest.fixture(scope="session")
def shared_folder() -> Iterator[Path]:
    """A folder that the pods' group may write to, as a shared volume is."""
    with TemporaryDirectory(prefix="aileron-pods-") as name:
        yield share(Path(name, "shared"))


@pytest.fixture(scope="module")
def placement(namespace: str, trainer_image: str, shared_folder: Path) -> Placement:
    """A small pod with the shared folder under its own path.

    It asks for little of the node, which pods of other tests share.
    """
    volume = Volume(mount=str(shared_folder), host_path=str(shared_folder))
    return Placement(
        pool="test",
        namespace=namespace,
        image=trainer_image,
        resources=Resources(cpu=0.3, memory_mb=1024, shm_mb=64),
        store=StoreAccess(volume=volume),
        group=GROUP,
    )


@pytest.fixture(scope="module")
def pods_bench(shared_folder: Path, placement: Placement) -> Bench:
    """The runner in pods, with probes."""
    return Bench(KubernetesRunner(), shared_folder, placement)
