"""What a purge takes from the artifact store, and what it leaves there."""

from __future__ import annotations

import pytest
from plugins.history import History
from sqlalchemy import text

from aileron.client import LocalClient
from aileron.client.local import Installation
from aileron.core.ports import ArtifactKind
from aileron.ledger import DatasetVersion, RunState

PEARS = {"a": ("1", "pear")}
LONG_AGO = "now() - interval '31 days'"


@pytest.fixture
def client(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> LocalClient:
    monkeypatch.setattr("aileron.store.store.GRACE_SECONDS", -60.0)
    return LocalClient(installation, language="en")


def version(history: History, number: int) -> DatasetVersion:
    found = history.ledger.datasets.get("default", "fruit", number)
    assert found is not None
    return found


def made_long_ago(history: History, statement: str) -> None:
    with history.ledger._database.transaction() as connection:
        connection.execute(text(statement))


def deleted(history: History, client: LocalClient, number: int) -> None:
    client.delete_dataset("fruit", number)
    made_long_ago(
        history, f"UPDATE dataset_versions SET deleted = {LONG_AGO} WHERE version = {number}"
    )


def test_a_purge_takes_the_copy_in_the_store_along(client: LocalClient, history: History) -> None:
    history.dataset_version(1, PEARS)
    history.dataset_version(2, {**PEARS, "b": ("2", "plum")})
    going, stays = version(history, 1).reference, version(history, 2).reference
    deleted(history, client, 1)
    told = client.purge_datasets(dry_run=True)
    assert (told.artifacts, history.store.exists(going)) == (1, True)
    done = client.purge_datasets(dry_run=False)
    assert (done.artifacts, done.artifact_bytes) == (1, told.artifact_bytes)
    assert done.artifact_bytes > 0
    assert not history.store.exists(going)
    history.store.verify(stays)


def test_what_another_version_or_a_run_has_stays(client: LocalClient, history: History) -> None:
    history.dataset_version(1, PEARS)
    shared = version(history, 1).reference
    tag = "other/apples@v1"
    history.ledger.datasets.add("other", "apples", 1, tag, shared.digest, shared, "c" * 40)
    deleted(history, client, 1)
    assert client.purge_datasets(dry_run=False).artifacts == 0
    history.ledger.datasets.remove("other", "apples", 1)

    history.ledger.datasets.add(
        "default", "fruit", 2, "default/fruit@v2", shared.digest, shared, "c" * 40
    )
    run = history.begun("made_it")
    history.node(run, "ingest", "data.ingest", {"dataset": shared})
    deleted(history, client, 2)
    assert client.purge_datasets(dry_run=True).artifacts == 0, "the run is not over"
    history.finished(run, RunState.SUCCEEDED)
    assert client.purge_datasets(dry_run=True).artifacts == 0, "it was over a moment ago"
    made_long_ago(history, f"UPDATE runs SET ended = {LONG_AGO}")
    assert client.purge_datasets(dry_run=False).artifacts == 1
    assert not history.store.exists(shared)


def test_what_a_model_was_made_from_stays(client: LocalClient, history: History) -> None:
    history.dataset_version(1, PEARS)
    kept = version(history, 1).reference
    history.finished(history.trained("r1"))
    deleted(history, client, 1)
    made_long_ago(history, f"UPDATE runs SET ended = {LONG_AGO}")
    done = client.purge_datasets(dry_run=False)
    assert (done.artifacts, [one.tag for one in done.kept]) == (0, ["default/fruit@v1"])
    assert history.store.exists(kept)
    assert kept.kind is ArtifactKind.DATASET
