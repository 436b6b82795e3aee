"""Whose pods are whose: several installations may have the same pool."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from plugins.workspaces import POOL
from sqlalchemy import create_engine, text

from aileron.cluster import labels, objects
from aileron.cluster.access import Cluster
from aileron.cluster.placement import Placement
from aileron.cluster.pools import Pool
from aileron.ledger import Ledger
from aileron.run import pods
from aileron.run.orphans import step_pods
from aileron.run.request import Request, Subject
from aileron.store import Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "store"))


@pytest.fixture
def living(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The pods of a cluster, which lists them by their labels as Kubernetes does."""
    found: list[dict[str, Any]] = []

    def listed(_cluster: object, _version: str, _kind: str, _namespace: str, wanted: str) -> Any:
        def fits(pod: dict[str, Any]) -> bool:
            has = pod["metadata"]["labels"]
            pairs = (one.partition("=") for one in wanted.split(","))
            return all(has.get(key) == value if is_ else key in has for key, is_, value in pairs)

        return [pod for pod in found if fits(pod)]

    monkeypatch.setattr(objects, "listed", listed)
    return found


@pytest.fixture
def other_ledger(ledger: Ledger, ledger_url: str) -> Ledger:
    """Of another installation."""
    assert ledger.installation
    engine = create_engine(ledger_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE installation SET name = 'other'"))
    engine.dispose()
    return ledger.acting("ann")


def prepared(ledger: Ledger, store: Store, folder: Path) -> dict[str, Any]:
    subject = Subject(
        installation=ledger.installation,
        project="default",
        lifecycle="fruit",
        run_id="default/fruit/1",
        node="train",
        key="ab" * 32,
    )
    request = Request(
        action="run",
        step="train.x",
        target="m:C",
        store=store.root,
        folder=folder,
        subject=subject,
        placement=Placement(
            pool="shared", namespace="n", image="t:1", labels={labels.POOL: "shared"}
        ),
    )
    return pods.prepare(request, store, Cluster())


def test_pods_of_another_installation_are_neither_removed_nor_adopted(
    ledger: Ledger,
    other_ledger: Ledger,
    store: Store,
    living: list[dict[str, Any]],
    tmp_path: Path,
) -> None:
    living.append(prepared(ledger, store, tmp_path))
    pool = Pool.model_validate(yaml.safe_load(POOL))
    assert [pod.run_id for pod in step_pods(pool, ledger, store)] == ["default/fruit/1"]
    assert list(step_pods(pool, other_ledger, store)) == []
    assert prepared(ledger, store, tmp_path)["metadata"]["name"].endswith("-2")
    theirs = prepared(other_ledger, store, tmp_path)["metadata"]
    assert theirs["name"].endswith("-1")
    assert theirs["name"] != living[0]["metadata"]["name"]
