"""Recordings in folders and in lists."""

from __future__ import annotations

from plugins.annotated import sound
from plugins.text_trees import read, written

from aileron.data.formats.records import AudioSample

WAV = sound("7")


def test_folders_are_classes_and_may_lie_below_parts() -> None:
    files = {
        f"speech/{path}": WAV for path in ("train/yes/1.wav", "train/no/1.wav", "test/yes/2.mp3")
    }
    found = read(files, "audio_folders")
    assert [(s.sample_id, s.labels, s.split) for s in found.samples] == [
        ("yes/2.mp3", ("yes",), "test"),
        ("no/1.wav", ("no",), "train"),
        ("yes/1.wav", ("yes",), "train"),
    ]
    assert found.reading.task == "classification"


def test_recordings_in_no_folder_wait_for_annotation() -> None:
    found = read(
        {"0_george_1.wav": WAV, "yes/1.wav": WAV, "unlabelled/2.wav": WAV}, "audio_folders"
    )
    assert {s.sample_id: s.annotated for s in found.samples} == {
        "0_george_1.wav": False,
        "unlabelled/2.wav": False,
        "yes/1.wav": True,
    }


def test_kinds_that_are_not_taken_are_named() -> None:
    found = read(
        {"a/1.wav": WAV, "a/2.wma": b"x", "b/3.FLAC": b"x", "b/4.m4a": b"x"}, "audio_folders"
    )
    assert [s.media for s in found.samples] == ["a/1.wav", "b/3.FLAC", "b/4.m4a"]
    assert found.problems == [
        "a/2.wma: Recordings of kind .wma are not taken; WAV, FLAC, MP3 and M4A are. Convert it."
    ]


def test_a_list_names_files_labels_and_parts() -> None:
    rows = "file,label,split,speaker\n1.wav,yes,train,ann\nsub/2.wav,no,dev,\n3.wav,,,bob\n"
    files = {"set/list.csv": rows, "set/1.wav": WAV, "set/sub/2.wav": WAV, "set/3.wav": WAV}
    found = read(files, "audio_csv")
    first, second, third = found.samples
    assert (first.media, first.labels, first.split) == ("set/1.wav", ("yes",), "train")
    assert first.attributes == {"speaker": "ann"}
    assert (second.labels, second.split) == (("no",), "validation")
    assert not third.annotated
    assert found.problems == []


def test_metadata_of_hugging_face() -> None:
    rows = "file_name,labels\nclips/1.mp3,bird;frog\n"
    found = read({"metadata.csv": rows, "clips/1.mp3": b"ID3"}, "audio_csv")
    assert found.labels == [("bird", "frog")]


def test_rows_without_their_file_and_files_that_come_twice_are_problems() -> None:
    rows = "file,label\n1.wav,yes\n9.wav,no\n./1.wav,no\n../2.wav,no\n3.ogg,no\n1.wav\n"
    found = read({"a.csv": rows, "1.wav": WAV, "3.ogg": WAV}, "audio_csv")
    assert len(found.samples) == 1
    assert [problem.split(": ")[0] for problem in found.problems] == [
        f"a.csv:{line}" for line in (3, 4, 5, 6, 7)
    ]


def test_labels_ids_and_attributes_of_recordings_come_back_from_a_list() -> None:
    samples = [
        AudioSample("a:b/1.wav", "1", ("x", "y"), "train", attributes={"label": "l"}),
        AudioSample("b.wav", "2"),
        AudioSample("c.wav", "3", annotated=False),
    ]
    found = read(written("audio_csv", samples), "audio_csv")
    assert [s.sample_id for s in found.samples] == ["a:b/1.wav", "b.wav", "c.wav"]
    assert [s.annotated for s in found.samples] == [True, True, False]
    assert found.samples[0].attributes == {"label": "l"}
    assert found.labels == [("x", "y"), (), ()]
