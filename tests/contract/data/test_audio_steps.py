"""The steps of stage `data` keep their promises on recordings, too."""

from __future__ import annotations

from pathlib import Path

import pytest
from plugins.datasets import Notebook
from plugins.sound_files import pets, zipped

from aileron.data.audio.ingest import IngestAudio, IngestAudioConfig
from aileron.data.split import SplitDataset
from aileron.data.validate import ValidateDataset
from aileron.run.conformance import Case, check_component


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    zipped(folder / "pets.zip", pets())
    return folder


def test_ingest_audio_is_a_component(source: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    zipped(tmp_path / "other" / "texts.zip", {"a/x.txt": b"words"})
    check_component(
        IngestAudio,
        [
            Case({"name": "pets"}, {"source": source}),
            Case({"name": "pets", "format": "audio_folders"}, {"source": source}),
            Case({"name": "pets", "repeats": "drop"}, {"source": source}),
        ],
        refused=[
            Case({"name": "pets"}, {"source": tmp_path / "empty"}),
            Case({"name": "pets"}, {"source": tmp_path / "other"}),
            Case({"name": "pets", "format": "coco"}, {"source": source}),
            Case({"name": "pets", "limits": {"audio": {"max_seconds": 0.1}}}, {"source": source}),
            Case({"name": "pets", "classes": ["cat", "cow"]}, {"source": source}),
            Case({"name": "pets", "classes": ["cat", "cat"]}, {"source": source}),
        ],
    )


@pytest.mark.parametrize("step", [ValidateDataset, SplitDataset])
def test_validate_and_split_are_components_of_recordings(
    source: Path, tmp_path: Path, step: type
) -> None:
    config = IngestAudioConfig(name="pets")
    dataset = IngestAudio().run(Notebook(tmp_path), config, {"source": source})["dataset"]
    kwargs = {"column": "seconds", "min_value": 0.1, "max_value": 10}
    expected = {"type": "expect_column_values_to_be_between", "kwargs": kwargs}
    unknown = {**expected, "kwargs": {**kwargs, "column": "colour"}}
    validates = step is ValidateDataset
    case = {"expectations": [expected]} if validates else {"test": 0.3}
    refused = [Case({"expectations": [unknown]}, {"dataset": dataset})] if validates else []
    check_component(step, [Case(case, {"dataset": dataset})], refused=refused)
