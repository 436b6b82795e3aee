"""Recordings whose sound events are known become a dataset; older ones stay what they were."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from plugins.datasets import Notebook
from plugins.operations import Operations, Result, operations
from plugins.sound_files import pets, sound, zipped

from aileron.client.local.browsing.build import entries
from aileron.core.errors import InvalidInput
from aileron.data.audio.card import AudioCard
from aileron.data.audio.dataset import AudioDataset, stored_digest
from aileron.data.audio.ingest import IngestAudio, IngestAudioConfig
from aileron.data.audio.layout import audio_digest
from aileron.data.card import read_card
from aileron.data.export import export
from aileron.data.formats import find_format
from aileron.data.formats.records import Segment
from aileron.data.layout import SAMPLES_FILE
from aileron.data.loaders import Samples
from aileron.data.quality.profiling import profile

__all__ = ["operations"]
HEADER = "filename\tonset\toffset\tevent_label\n"


@pytest.fixture
def ingest(tmp_path: Path) -> Any:
    numbers = iter(range(1000))

    def run(files: dict[str, bytes], **config: Any) -> Path:
        place = tmp_path / str(next(numbers))
        (place / "source").mkdir(parents=True)
        zipped(place / "source" / "sounds.zip", files)
        values = {"name": "bells", "task": "event_detection", **config}
        checked = IngestAudioConfig.model_validate(values)
        return IngestAudio().run(Notebook(place), checked, {"source": place / "source"})["dataset"]

    return run


def bells(rows: str) -> dict[str, bytes]:
    tones = {f"audio/{n}.wav": sound(seconds=1.0, tone=400 + n) for n in range(4)}
    return {**tones, "metadata/events.tsv": (HEADER + rows).encode()}


def card_of(folder: Path) -> AudioCard:
    card = read_card(folder)
    assert isinstance(card, AudioCard)
    return card


def test_segments_are_kept_counted_and_cut_to_the_recording(ingest: Any) -> None:
    rows = "0.wav\t0.1\t0.5\tbell\n0.wav\t0.2\t1.0005\tdog\n0.wav\t0.6\t0.7\tbell\n1.wav\t\t\t\n"
    folder = ingest(bells(rows))
    card = card_of(folder)
    assert (card.task, card.classes, card.class_counts) == (
        "event_detection", ("bell", "dog"), {"bell": 1, "dog": 1},
    )  # fmt: skip
    assert (card.counts.rows, card.counts.waiting) == (4, 2)
    records = {one.sample_id: one for one in AudioDataset.read(folder).records()}
    assert records["0.wav"].segments == (
        Segment("bell", 0.1, 0.5), Segment("dog", 0.2, 1.0), Segment("bell", 0.6, 0.7),
    )  # fmt: skip
    assert [records[f"{n}.wav"].annotated for n in range(4)] == [True, True, False, False]
    assert stored_digest(folder, card) == card.digest
    moved = card_of(ingest(bells(rows.replace("0.5\t", "0.4\t"))))
    assert moved.digest != card.digest


def test_a_segment_outside_its_recording_is_refused_with_its_times(ingest: Any) -> None:
    rows = "0.wav\t0.1\t1.2\tbell\n1.wav\t1.0\t1.0005\tbell\n2.wav\t0.1\t0.2\tbell\n"
    card = card_of(ingest(bells(rows), max_refused=0.9))
    reasons = {one.path: one.reason for one in card.refused}
    assert "1.2 s, and the recording lasts 1.0 s" in reasons["audio/0.wav"]
    assert set(reasons) == {"audio/0.wav", "audio/1.wav"}
    with pytest.raises(InvalidInput, match="bell"):
        ingest(bells("0.wav\t0.1\t0.2\tbell\n"), classes=["dog"])


def test_recordings_alone_wait_where_the_format_is_named(ingest: Any) -> None:
    card = card_of(ingest(pets(), format="audacity_labels"))
    assert (card.counts.waiting, card.classes) == (8, ())
    with pytest.raises(InvalidInput, match="event detection"):
        ingest(pets())
    with pytest.raises(InvalidInput, match="classification"):
        ingest(bells(""), task="classification")


def test_what_is_read_of_segments_elsewhere(ingest: Any, tmp_path: Path) -> None:
    folder = ingest(bells("0.wav\t0.25\t0.5\tdog\n0.wav\t0\t1\tbell\n1.wav\t\t\t\n"))
    samples = Samples(folder)
    label = samples[0].label
    assert label["segments"].tolist() == [[0.25, 0.5], [0.0, 1.0]]
    assert label["labels"].tolist() == [1, 0]
    assert samples[1].label["segments"].shape == (0, 2)
    first = next(iter(entries(folder / SAMPLES_FILE)))
    assert first.labels == {"bell", "dog"}
    assert '"segments":[{"label":"dog","start":0.25,"end":0.5}' in first.body
    columns = {one.name: one for one in profile(folder).columns}
    assert columns["segments"].max == 2
    assert {one.value for one in columns["label"].top} == {"bell;dog", ""}
    for name in ("dcase_tsv", "audacity_labels", "webdataset_audio"):
        export(folder, tmp_path / name, find_format(name, "audio"))
    for name in ("audio_csv", "huggingface_audio"):
        with pytest.raises(InvalidInput):
            export(folder, tmp_path / name, find_format(name, "audio"))


def test_versions_of_old_without_segments_are_what_they_were(
    operations: Operations, ingest: Any
) -> None:
    whole = operations.any("audio")
    card = card_of(whole.folder)
    assert "segments" not in pq.read_schema(whole.folder / SAMPLES_FILE).names
    assert stored_digest(whole.folder, card) == card.digest
    assert all(one.segments == () for one in AudioDataset.read(whole.folder).records())
    assert profile(whole.folder).column("segments") is None
    half = operations.run("sample", Result(whole.folder), count=6)
    rest = operations.run("sample", Result(whole.folder), count=6, rest=True)
    joined = operations.merge(half, rest)
    assert joined.card.digest == card.digest
    assert "segments" not in pq.read_schema(joined.folder / SAMPLES_FILE).names
    with pytest.raises(InvalidInput, match="task differs"):
        operations.merge(whole, operations.any("events"))


def test_the_digest_of_a_classification_is_what_it_was_before_there_were_segments() -> None:
    row = {
        "sample_id": "a.wav", "content_digest": "0" * 64, "labels": ["x"], "split": None,
        "annotated": True, "attributes": "{}",
    }  # fmt: skip
    known = "0090ec2322860bc4604fe445293ba2d33652d309959273f77bd3c7c5b6557d20"
    assert audio_digest("classification", ("x", "y"), "single", [row]) == known
    assert audio_digest("classification", ("x", "y"), "single", [{**row, "segments": []}]) == known
    assert audio_digest("event_detection", ("x", "y"), "single", [row]) != known


def test_labels_of_segments_get_other_names_or_go(operations: Operations) -> None:
    whole = operations.any("events", 4)
    renamed = operations.run("relabel", whole, rename={"bad": "good"}, drop=["noise"])
    assert set(renamed.labels.values()) == {("good",)}
    records = list(AudioDataset.read(renamed.folder).records())
    assert all(one.segments == (Segment("good", 0.1, 0.25),) for one in records)
    with pytest.raises(InvalidInput, match="event detection"):
        operations.run("relabel", whole, changes=[{"sample_id": "000.wav", "labels": ["bad"]}])
    many = operations.run("filter", whole, where=[{"column": "segments", "op": "gt", "value": 1}])
    assert len(many.labels) == 4
