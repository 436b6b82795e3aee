"""Operations on time series: annotations go in, labels change, other channels stay apart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from plugins.datasets import Notebook
from plugins.series_files import series, tanks
from plugins.sound_files import zipped

from aileron.core.catalogue import step_class
from aileron.core.errors import InvalidInput
from aileron.data.card import read_card
from aileron.data.formats.records import Segment
from aileron.data.series.dataset import SeriesDataset, stored_digest
from aileron.data.version_files import verify_dataset

PEAK = {"label": "leak", "start": 3.0, "end": 19.0005}


class Steps:
    """Runs steps one after the other, each in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def new(self) -> Path:
        self._count += 1
        place = self._folder / str(self._count)
        place.mkdir()
        return place

    def run(self, called: str, inputs: dict[str, Path], **config: Any) -> Path:
        step = step_class(called)
        checked = step.Config.model_validate(config)
        return step().run(Notebook(self.new()), checked, inputs)["dataset"]

    def tanks(self, files: dict[str, bytes] | None = None) -> Path:
        source = self.new()
        zipped(source / "series.zip", files or tanks())
        return self.run("data.ingest_series", {"source": source}, name="tanks")

    def annotate(self, dataset: Path, annotations: dict[str, Any], **config: Any) -> Path:
        folder = self.new()
        rows = (json.dumps({"sample_id": name, **said}) for name, said in annotations.items())
        (folder / "annotations.jsonl").write_text("\n".join(rows) + "\n")
        inputs = {"dataset": dataset, "annotations": folder}
        return self.run("data.annotate", inputs, **config)


@pytest.fixture
def steps(tmp_path: Path) -> Steps:
    return Steps(tmp_path)


def records(folder: Path) -> dict[str, Any]:
    return {one.sample_id: one for one in SeriesDataset.read(folder).records()}


def test_ranges_of_annotations_become_those_of_the_version(steps: Steps) -> None:
    before = steps.tanks()
    slow = {"label": "slow", "start": 0.5, "end": 1.0}
    after = steps.annotate(
        before, {"c": {"segments": [PEAK, slow]}, "a": {"segments": []}}, classes=["slow"]
    )
    found = records(after)
    assert found["c"].segments == (Segment("slow", 0.5, 1), Segment("leak", 3, 19))
    assert (found["a"].segments, found["a"].annotated) == ((), True)
    assert found["b"] == records(before)["b"]
    card = read_card(after)
    assert (card.classes, card.counts.waiting) == (("leak", "noise", "slow"), 0)
    assert card.class_counts == {"leak": 1, "noise": 0, "slow": 1}
    assert card.digest == stored_digest(after, card) != read_card(before).digest
    verify_dataset(after, card.digest)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"segments": [PEAK | {"end": 20}]}, "goes from 3.0 to 20.0"),
        ({"segments": [PEAK | {"start": -1}]}, "goes from -1.0"),
        ({"segments": [PEAK | {"label": "fire"}]}, "no class fire"),
        ({"segments": [PEAK | {"end": 3}]}, "ends behind its start"),
        ({"labels": ["leak"]}, "labels"),
    ],
)
def test_annotations_that_do_not_fit_are_refused(steps: Steps, said: Any, problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem):
        steps.annotate(steps.tanks(), {"c": said})


def test_labels_are_renamed_and_dropped_in_ranges(steps: Steps) -> None:
    before = steps.tanks()
    after = steps.run("data.relabel", {"dataset": before}, rename={"leak": "loss"}, drop=["noise"])
    assert records(after)["a"].segments == (Segment("loss", 2, 5.5),)


def test_only_series_of_the_same_channels_are_merged(steps: Steps) -> None:
    one = steps.tanks()
    other = steps.tanks({"series/d.csv": series(30)})
    merged = read_card(steps.run("data.merge", {"dataset": one, "other": other}))
    assert (merged.counts.rows, merged.counts.points) == (4, 90)
    strange = steps.tanks({"series/d.csv": series().replace(b"flow", b"heat")})
    with pytest.raises(InvalidInput, match="channels"):
        steps.run("data.merge", {"dataset": one, "other": strange})


def test_samples_are_chosen_by_their_facts(steps: Steps) -> None:
    dataset = steps.tanks({**tanks(), "series/long.csv": series(40)})
    where = {"column": "points", "op": "gt", "value": 30}
    for condition, rows in ((where, 1), (where | {"column": "segments", "value": 1}, 1)):
        kept = steps.run("data.filter", {"dataset": dataset}, where=[condition])
        assert read_card(kept).counts.rows == rows
