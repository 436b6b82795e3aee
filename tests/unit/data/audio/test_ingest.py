"""Recordings of any format become a dataset with labels and parts; and go out again."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from plugins.datasets import Notebook
from plugins.sound_files import m4a, pets, sound, zipped

from aileron.core.errors import InvalidInput, StepFailed
from aileron.data.audio.card import AudioCard
from aileron.data.audio.dataset import AudioDataset, stored_digest
from aileron.data.audio.ingest import IngestAudio, IngestAudioConfig
from aileron.data.card import read_card
from aileron.data.export import export
from aileron.data.formats import find_format
from aileron.data.layout import read_parts
from aileron.data.loaders import load_table
from aileron.data.split import read_labels


@pytest.fixture
def ingest(tmp_path: Path) -> Any:
    numbers = iter(range(1000))

    def run(files: dict[str, bytes], **config: Any) -> tuple[Path, list[str]]:
        place = tmp_path / str(next(numbers))
        source = place / "source"
        source.mkdir(parents=True)
        zipped(source / "sounds.zip", files)
        notebook = Notebook(place)
        checked = IngestAudioConfig.model_validate({"name": "pets"} | config)
        return IngestAudio().run(notebook, checked, {"source": source})["dataset"], notebook.lines

    return run


def card_of(folder: Path) -> AudioCard:
    card = read_card(folder)
    assert isinstance(card, AudioCard)
    return card


def test_folders_of_classes_become_a_dataset(ingest: Any) -> None:
    folder, _ = ingest(pets())
    card = card_of(folder)
    assert (card.modality, card.classes, card.class_counts) == (
        "audio", ("cat", "dog"), {"cat": 4, "dog": 4},
    )  # fmt: skip
    assert (card.counts.rows, card.counts.recordings, card.counts.seconds) == (8, 8, 4.0)
    dataset = AudioDataset.read(folder)
    for record in dataset.records():
        assert dataset.recording(record) == pets()[record.sample_id]
    labels = read_labels(folder)
    assert labels.values is not None
    named = dict(zip(labels.ids.to_pylist(), labels.values.to_pylist(), strict=True))
    assert named["cat/0.wav"] == "cat"
    assert stored_digest(folder, card) == card.digest


def test_facts_of_each_recording_stand_beside_it(ingest: Any) -> None:
    files = {"a/x.wav": sound(), "b/y.flac": sound("FLAC"), "b/z.m4a": m4a()}
    facts = load_table(ingest(files)[0]).set_index("sample_id")
    assert facts["format"].to_dict() == {"a/x.wav": "WAV", "b/y.flac": "FLAC", "b/z.m4a": "M4A"}
    assert facts.loc["b/z.m4a", ["seconds", "sample_rate", "channels"]].to_list() == [2, 44100, 2]


def test_parts_and_several_labels_come_from_a_list(ingest: Any) -> None:
    rows = "file,labels,split,speaker\nx.wav,a;b,train,ann\ny.wav,b,test,bob\n"
    files = {"recordings.csv": rows.encode(), "x.wav": sound(), "y.wav": sound(tone=500)}
    folder, _ = ingest(files, label_type="multi")
    records = {record.sample_id: record for record in AudioDataset.read(folder).records()}
    assert records["x.wav"].labels == ("a", "b")
    assert records["x.wav"].attributes == {"speaker": "ann"}
    parts = read_parts(folder)
    assert parts is not None
    assert parts.to_pylist() == ["train", "test"]
    assert card_of(folder).part_counts == {"test": 1, "train": 1}


def test_what_cannot_be_used_is_named_and_left_out(ingest: Any) -> None:
    files = {**pets(), "cat/empty.wav": b"", "dog/half.flac": sound("FLAC")[:300]}
    card = card_of(ingest(files, max_refused=0.5)[0])
    reasons = {item.path: item.reason for item in card.refused}
    assert card.counts.refused == 2
    assert "0 bytes" in reasons["cat/empty.wav"]
    assert "cannot be decoded" in reasons["dog/half.flac"]
    with pytest.raises(InvalidInput, match=r"cat/empty\.wav"):
        ingest(files)


def test_one_label_each_unless_several_are_wanted(ingest: Any) -> None:
    rows = "file,labels\nx.wav,a;b\ny.wav,b\n"
    files = {"recordings.csv": rows.encode(), "x.wav": sound(), "y.wav": sound(tone=500)}
    card = card_of(ingest(files, max_refused=0.5)[0])
    assert [item.path for item in card.refused] == ["x.wav"]
    assert "2 labels" in card.refused[0].reason


def test_an_unknown_class_is_refused_by_name(ingest: Any) -> None:
    card = card_of(ingest(pets(), classes=["dog"], max_refused=0.5)[0])
    assert card.classes == ("dog",)
    assert card.counts.refused == 4


def test_a_repeat_is_stored_once_and_dropped_on_demand(ingest: Any) -> None:
    files = {**pets(), "dog/again.wav": pets()["cat/0.wav"]}
    kept = card_of(ingest(files)[0])
    assert (kept.counts.rows, kept.counts.recordings) == (9, 8)
    folder, lines = ingest(files, repeats="drop")
    records = {record.sample_id: record for record in AudioDataset.read(folder).records()}
    assert len(records) == 8
    assert "cat/0.wav" not in records
    assert records["dog/again.wav"].labels == ("dog",)
    assert "1 samples repeat a later one and are dropped" in lines


def test_the_digest_is_of_what_is_heard_and_said(ingest: Any) -> None:
    first = card_of(ingest(pets())[0])
    assert card_of(ingest(pets())[0]) == first
    louder = card_of(ingest({**pets(), "cat/0.wav": sound(tone=300)})[0])
    moved = {name.replace("cat/3", "dog/9"): content for name, content in pets().items()}
    assert len({first.digest, louder.digest, card_of(ingest(moved)[0]).digest}) == 3


def test_a_changed_recording_is_found(ingest: Any) -> None:
    import pyarrow.parquet as pq

    folder, _ = ingest(pets())
    (shard,) = (folder / "media").iterdir()
    table = pq.read_table(shard)
    contents = [b"x", *table["bytes"].to_pylist()[1:]]
    pq.write_table(table.set_column(1, table.schema.field(1), [contents]), shard)
    with pytest.raises(StepFailed, match=r"cat/.* is missing in the dataset|dog/.* is missing"):
        stored_digest(folder, card_of(folder))


def test_it_goes_out_again_in_another_format(ingest: Any, tmp_path: Path) -> None:
    folder, _ = ingest(pets())
    export(folder, tmp_path / "out.zip", find_format("audio_csv", "audio"))
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    again, _ = ingest(files)
    assert card_of(again).class_counts == card_of(folder).class_counts
    heard = {record.media for record in AudioDataset.read(folder).records()}
    assert {record.media for record in AudioDataset.read(again).records()} == heard


def test_nothing_to_hear_is_said(ingest: Any) -> None:
    with pytest.raises(InvalidInput):
        ingest({"readme.md": b"no sound"})
    with pytest.raises(InvalidInput, match=r"Recordings of kind \.ogg are not taken"):
        ingest({"a/x.ogg": b"OggS"}, format="audio_folders")


def test_another_dataset_is_not_read_as_recordings(tmp_path: Path, ingest: Any) -> None:
    folder, _ = ingest(pets())
    (folder / "card.json").write_text("{}")
    with pytest.raises(InvalidInput):
        AudioDataset.read(folder)


def test_folders_of_classes_are_classes_whatever_lies_beside_them(ingest: Any) -> None:
    files = {**pets(), "notes.csv": b"speaker,age\nann,30\n", "about.json": b"{}"}
    assert card_of(ingest(files)[0]).class_counts == {"cat": 4, "dog": 4}


def test_what_is_taken_for_a_class_is_said(ingest: Any) -> None:
    files = {f"dog/{name}": content for name, content in pets().items()}
    folder, lines = ingest(files)
    assert card_of(folder).classes == ("cat", "dog")
    assert any("The folders in dog are taken for the classes" in line for line in lines)
    alone, lines = ingest({"dog/a.wav": sound(), "dog/b/c.wav": sound(tone=500)})
    assert card_of(alone).classes == ("dog",)
    assert not any("taken for the classes" in line for line in lines)
