"""The catalogue and BML's calls on the whole stack: reads are noted, exports are fetched."""

from __future__ import annotations

import time

import httpx
import pytest
from plugins.api import BmlCall, ClientOf

from aileron.client import Client, RemoteClient
from aileron.client import records as r
from aileron.core.errors import Conflict

DATASET = "small"
SECONDS = 180


@pytest.fixture(scope="module")
def developer(client_of: ClientOf) -> RemoteClient:
    return client_of("li", "developer")


@pytest.fixture(scope="module")
def imported(developer: RemoteClient) -> r.Run:
    """A run that imported the dataset."""
    return ended(developer, developer.start(f"import_{DATASET}").run_id)


def ended(client: Client, run_id: str) -> r.Run:
    for run in client.follow(run_id):
        last = run
    assert last.state == "succeeded", last.reason
    return last


def test_a_run_leads_from_a_version_and_back(imported: r.Run, developer: RemoteClient) -> None:
    shown = developer.dataset(DATASET)
    assert shown.latest is not None
    found = developer.dataset_lineage(DATASET, shown.latest)
    assert imported.run_id in {run.run_id for run in found.runs}


def test_a_dataset_that_is_offline_starts_nothing(imported: r.Run, developer: RemoteClient) -> None:
    developer.change_dataset(DATASET, online=False)
    try:
        with pytest.raises(Conflict, match="offline"):
            developer.start("dataset_export", {"dataset": DATASET, "format": "csv"})
    finally:
        developer.change_dataset(DATASET, online=True)


def test_bmls_export_is_a_run_whose_file_is_fetched(
    imported: r.Run, developer: RemoteClient, api_url: str, bml: BmlCall
) -> None:
    shown = developer.dataset(DATASET)
    newest = shown.history[0]
    task = bml("createExportTask", dataset_id=newest.id, storage_type="sysBos")["task_id"]
    last = time.monotonic() + SECONDS
    while (found := bml("describeExportTask", task_id=task))["export_status"] == "Exporting":
        assert time.monotonic() < last
        time.sleep(0.5)
    assert found["export_status"] == "ExportFinished"
    file = httpx.get(found["download_url"], trust_env=False, timeout=60)
    assert file.is_success
    lines = file.text.splitlines()
    assert len(lines) - 1 == newest.rows
    lineage = developer.dataset_lineage(DATASET, newest.version)
    assert "default/dataset_export" in lineage.lifecycles, "the export's read was noted"
