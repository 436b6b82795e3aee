"""Samples that a program of BML's adds one at a time become a version by a run of Airflow."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from plugins.allowed import write_connections
from plugins.api import BmlCall, ClientOf

KIND = {"type": "TEXT_CLASSIFICATION", "template_type": "TEXT_CLASSIFICATION_ONE_LABEL"}
SECONDS = 180


@pytest.fixture
def soon(stack_workspace: Path) -> Iterator[None]:
    """Imports begin twelve seconds after a first sample."""
    path = stack_workspace / "configs/connections.yaml"
    before = path.read_text(encoding="utf-8") if path.exists() else None
    write_connections(stack_workspace, limits={"draft_minutes": 0.2})
    yield
    path.unlink() if before is None else path.write_text(before, encoding="utf-8")


def test_added_samples_become_a_version_soon(soon: None, client_of: ClientOf, bml: BmlCall) -> None:
    made = bml("create", dataset_name="评论 reviews of bml", **KIND)["dataset_id"]
    for number in range(12):
        label = ("good", "bad")[number % 2]
        labels = [{"label_name": label}]
        bml("addentity", dataset_id=made, entity_content=f"text {number}", labels=labels, **KIND)
    last = time.monotonic() + SECONDS
    while (shown := bml("describeDatasetVersion", dataset_id=made))["import_status"] != (
        "ImportFinished"
    ):
        assert shown["import_status"] == "Importing", shown
        assert time.monotonic() < last
        time.sleep(0.5)
    found = client_of("li", "developer").dataset("reviews_of_bml")
    assert (shown["rows"], shown["version_number"]) == (12, found.latest)
    assert found.rows == 12
    assert found.card is not None
    assert found.card["class_counts"] == {"bad": 6, "good": 6}
    assert bml("deleteDatasetVersion", dataset_id=made)["result"] is True
