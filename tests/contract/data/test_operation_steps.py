"""The operations on datasets keep what every component promises."""

from __future__ import annotations

from pathlib import Path

import pytest
from plugins.operations import MODALITIES, Operations, operations

from aileron.data.operations.annotate import AnnotateDataset
from aileron.data.operations.compact import CompactDataset
from aileron.data.operations.dedupe import DedupeDataset
from aileron.data.operations.filter import FilterDataset
from aileron.data.operations.merge import MergeDatasets
from aileron.data.operations.relabel import RelabelDataset
from aileron.data.operations.resplit import ResplitDataset
from aileron.data.operations.sample import SampleDataset
from aileron.run.conformance import Case, check_component

__all__ = ["operations"]


@pytest.fixture(params=MODALITIES)
def dataset(request: pytest.FixtureRequest, operations: Operations) -> Path:
    return operations.any(request.param).folder


def test_choosing_samples_is_a_component(dataset: Path) -> None:
    inputs = {"dataset": dataset}
    check_component(
        SampleDataset,
        [Case({"count": 4}, inputs), Case({"fraction": 0.5, "name": "half"}, inputs, seed=1)],
        refused=[Case({"count": 99}, inputs), Case({}, inputs)],
    )
    check_component(
        FilterDataset,
        [Case({"any_of": ["good"]}, inputs), Case({"none_of": ["bad"], "name": "few"}, inputs)],
        refused=[
            Case({}, inputs),
            Case({"any_of": ["nothing"]}, inputs),
            Case({"parts": ["test"]}, inputs),
            Case({"where": [{"column": "no_such", "value": 1}]}, inputs),
        ],
    )


def test_changing_samples_is_a_component(dataset: Path) -> None:
    inputs = {"dataset": dataset}
    check_component(
        RelabelDataset,
        [Case({"rename": {"good": "best"}}, inputs)],
        refused=[Case({"rename": {"best": "good"}}, inputs), Case({}, inputs)],
    )
    check_component(
        ResplitDataset,
        [Case({}, inputs), Case({"test": 0.5, "validation": 0}, inputs, seed=1)],
        refused=[Case({"test": 2}, inputs)],
    )


def test_annotating_samples_is_a_component(operations: Operations, tmp_path: Path) -> None:
    pictures = operations.any("image")
    lines = {"good": '{"sample_id": "s0000", "labels": ["good"]}\n', "bad": "nothing\n"}
    files = {}
    for name, line in lines.items():
        files[name] = tmp_path / name
        files[name].mkdir()
        (files[name] / "annotations.jsonl").write_text(line)
    inputs = {"dataset": pictures.folder, "annotations": files["good"]}
    check_component(
        AnnotateDataset,
        [Case({}, inputs), Case({"keep": "annotated", "classes": ["new"], "name": "few"}, inputs)],
        refused=[Case({}, {**inputs, "annotations": files["bad"]})],
    )


def test_merging_is_a_component(dataset: Path) -> None:
    both = {"dataset": dataset, "other": dataset}
    check_component(
        MergeDatasets,
        [Case({"ids": "rename"}, both), Case({"ids": "keep", "name": "all"}, both)],
        refused=[Case({}, both)],
    )


@pytest.mark.parametrize("modality", MODALITIES)
def test_leaving_out_is_a_component(operations: Operations, modality: str) -> None:
    whole = operations.any(modality)
    twice = operations.merge(whole, whole, ids="rename")
    once = {"dataset": whole.folder}
    check_component(
        DedupeDataset,
        [Case({}, {"dataset": twice.folder})],
        refused=[Case({}, once)],
    )
    few = operations.run("sample", whole, count=3)
    if (whole.folder / "media").exists():
        check_component(
            CompactDataset,
            [Case({}, {"dataset": few.folder})],
            refused=[Case({}, once)],
        )
