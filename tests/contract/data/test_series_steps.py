"""The steps of stage `data` keep their promises on time series, too."""

from __future__ import annotations

from pathlib import Path

import pytest
from plugins.datasets import Notebook
from plugins.series_files import tanks
from plugins.sound_files import zipped

from aileron.data.quality.step import ProfileDataset
from aileron.data.series.ingest import IngestSeries, IngestSeriesConfig
from aileron.data.split import SplitDataset
from aileron.data.validate import ValidateDataset
from aileron.run.conformance import Case, check_component


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    zipped(folder / "tanks.zip", tanks())
    return folder


def test_ingest_series_is_a_component(source: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    zipped(tmp_path / "other" / "texts.zip", {"a/x.txt": b"words"})
    check_component(
        IngestSeries,
        [
            Case({"name": "tanks"}, {"source": source}),
            Case({"name": "tanks", "format": "series_csv"}, {"source": source}),
            Case({"name": "tanks", "repeats": "drop"}, {"source": source}),
        ],
        refused=[
            Case({"name": "tanks"}, {"source": tmp_path / "empty"}),
            Case({"name": "tanks"}, {"source": tmp_path / "other"}),
            Case({"name": "tanks", "format": "coco"}, {"source": source}),
            Case({"name": "tanks", "limits": {"series": {"max_points": 9}}}, {"source": source}),
            Case({"name": "tanks", "classes": ["leak", "fire"]}, {"source": source}),
            Case({"name": "tanks", "classes": ["leak", "leak"]}, {"source": source}),
        ],
    )


@pytest.mark.parametrize("step", [ValidateDataset, SplitDataset, ProfileDataset])
def test_later_steps_are_components_of_time_series(
    source: Path, tmp_path: Path, step: type
) -> None:
    config = IngestSeriesConfig(name="tanks")
    dataset = IngestSeries().run(Notebook(tmp_path), config, {"source": source})["dataset"]
    kwargs = {"column": "points", "min_value": 2, "max_value": 100}
    expected = {"type": "expect_column_values_to_be_between", "kwargs": kwargs}
    unknown = {**expected, "kwargs": {**kwargs, "column": "colour"}}
    cases = {
        ValidateDataset: Case({"expectations": [expected]}, {"dataset": dataset}),
        SplitDataset: Case({"test": 0.34, "validation": 0.0}, {"dataset": dataset}),
        ProfileDataset: Case({}, {"dataset": dataset}),
    }
    validates = step is ValidateDataset
    refused = [Case({"expectations": [unknown]}, {"dataset": dataset})] if validates else []
    check_component(step, [cases[step]], refused=refused)
