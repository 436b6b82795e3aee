"""Datasets of every modality are defined; a lifecycle on one that nothing learns is refused."""

from __future__ import annotations

import json

import pytest
from plugins.workspaces import Workspace

from aileron.core.errors import InvalidInput
from aileron.lifecycle import lint, load_dataset, resolve
from aileron.lifecycle.schema import schemas

HEAD = "apiVersion: aileron/v1\nkind: Dataset\nname: data\n"
DEFINITIONS = {
    "text": "modality: text\nsource: {file: rows.csv}\n",
    "audio": "modality: audio\nsource: {archive: rows.csv}\n",
    "events": "modality: audio\ntask: event_detection\nsource: {archive: rows.csv}\n",
    "series": "modality: series\nsource: {archive: rows.csv}\n",
    "clustering": "task: clustering\nsource: {file: rows.csv}\n",
    "forecasting": "task: forecasting\ntarget: a\ntime_column: b\nsource: {file: rows.csv}\n",
}
LIFECYCLE = """\
apiVersion: aileron/v1
kind: Lifecycle
name: data
dataset: data
train: {algorithm: xgboost}
"""


@pytest.fixture(params=DEFINITIONS)
def data(workspace: Workspace, request: pytest.FixtureRequest) -> Workspace:
    workspace.write("datasets/data/dataset.yaml", HEAD + DEFINITIONS[request.param])
    workspace.write("datasets/data/rows.csv", "a,b,text,label\n1,2,x,u\n")
    workspace.lifecycle("data", LIFECYCLE)
    return workspace


def test_what_nothing_learns_is_refused_with_what_can_be_learnt(data: Workspace) -> None:
    first = lint(data.settings, "data")[0]
    dataset = load_dataset(data.settings, "data")
    assert first.severity == "error"
    task = dataset.task.replace("_", " ")
    assert f"Dataset data is for {task}" in str(first)
    assert "there are algorithms for image: classification; table: classification" in str(first)
    assert "data.yaml:4" in str(first.where)
    with pytest.raises(InvalidInput, match="which no installed algorithm learns"):
        resolve(data.settings, "data", run_id="default/data/1", actor="me")


def test_its_source_is_found_and_imported_by_its_step(data: Workspace) -> None:
    dataset = load_dataset(data.settings, "data")
    assert list(dataset.source_files(data.settings)) == ["rows.csv"]
    wanted = {
        "text": "data.ingest_texts", "audio": "data.ingest_audio", "table": "data.ingest",
        "series": "data.ingest_series",
    }  # fmt: skip
    assert dataset.ingest_step == wanted[dataset.modality]


def test_the_schema_knows_the_fields_of_each_modality() -> None:
    schema = schemas()["dataset"]
    found = {}
    branch = schema
    while "if" in branch:
        name = branch["if"]["properties"]["modality"]["const"]
        found[name] = set(branch["then"]["properties"])
        branch = branch["else"]
    assert "target" in branch["properties"]
    assert set(found) == {"image", "text", "audio", "series"}
    assert all("limits" in fields for fields in found.values())
    assert "options" in found["text"]
    assert all("repeats" in fields for fields in found.values())
    assert '"FilesSourceSpec"' in json.dumps(schema)
