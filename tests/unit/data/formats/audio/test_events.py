"""Sound events: DCASE's tables, and Audacity's label tracks."""

from __future__ import annotations

import pytest
from plugins.annotated import MemoryTree, sound
from plugins.text_trees import read, written

from aileron.core.errors import InvalidInput
from aileron.data.formats import recognise
from aileron.data.formats.records import AudioSample, Segment

WAV = sound("7")
HEADER = "filename\tonset\toffset\tevent_label\n"


def test_a_table_of_dcase_says_what_is_heard_and_what_nobody_has_heard() -> None:
    rows = (
        "a.wav\t0.500\t1.250\tSpeech\n"
        "a.wav\t1.000\t3\tDog\n"
        "b.wav\t\t\t\n"
    )  # fmt: skip
    names = ("a.wav", "b.wav", "c.wav")
    files = {f"set/audio/{name}": WAV for name in names}
    found = read({**files, "set/metadata/labels.tsv": HEADER + rows}, "dcase_tsv")
    assert found.problems == []
    assert [(one.sample_id, one.annotated) for one in found.samples] == [
        ("a.wav", True), ("b.wav", True), ("c.wav", False),
    ]  # fmt: skip
    assert [one.segments for one in found.samples] == [
        (Segment("Speech", 0.5, 1.25), Segment("Dog", 1.0, 3.0)), (), (),
    ]  # fmt: skip
    assert found.reading.task == "event_detection"


def test_parts_come_of_tables_and_of_folders() -> None:
    files = {
        "audio/train/a.wav": WAV, "audio/validation/a.wav": WAV, "audio/test/far/c.wav": WAV,
        "metadata/train/strong.tsv": f"{HEADER}a.wav\t0\t1\tDog\n",
        "metadata/validation.tsv": f"{HEADER}a.wav\t0\t1\tCat\n",
        "metadata/durations.tsv": "filename\tduration\na.wav\t10\n",
    }  # fmt: skip
    found = read(files, "dcase_tsv")
    said = {one.media: (one.sample_id, one.split, one.annotated) for one in found.samples}
    assert said["audio/validation/a.wav"] == ("validation/a.wav", "validation", True)
    assert said["audio/test/far/c.wav"] == ("far/c.wav", "test", False)


def test_a_recording_with_a_wrong_row_is_left_out_and_told_of() -> None:
    rows = (
        "a.wav\t0\t1\tDog\na.wav\t2\t1\tDog\n"  # ends before it starts
        "b.wav\tsoon\t1\tDog\n"
        "c.wav\t0\t1\t\n"  # no label
        "d.wav\t-1\t1\tDog\n"
        "e.wav\t0\tinf\tDog\n"
        "gone.wav\t0\t1\tDog\n"
        "f.wav\t0\t1\tDog\n"
    )
    files = {f"{name}.wav": WAV for name in "abcdef"}
    found = read({**files, "x.tsv": HEADER + rows, "y.tsv": f"{HEADER}f.wav\t3\t4\tDog\n"},
                 "dcase_tsv")  # fmt: skip
    assert [one.sample_id for one in found.samples] == ["f.wav"]
    assert len(found.samples[0].segments) == 1
    places = [problem.split(": ")[0] for problem in found.problems]
    assert places == ["x.tsv:3", "x.tsv:4", "x.tsv:5", "x.tsv:6", "x.tsv:7", "x.tsv:8", "y.tsv:2"]


def test_label_tracks_lie_beside_their_recordings() -> None:
    track = "0.500000\t1.250000\t狗 barks\n\\\t100.0\t200.0\n\n1,5\t2,5\train\n"
    files = {
        "set/train/a.wav": WAV, "set/train/a.txt": track,
        "set/train/b.wav": WAV, "set/train/b.txt": "",
        "set/test/c.flac": WAV, "set/README.txt": "about",
    }  # fmt: skip
    found = read(files, "audacity_labels")
    assert found.problems == []
    first = {one.sample_id: one for one in found.samples}
    assert first["a.wav"].segments == (Segment("狗 barks", 0.5, 1.25), Segment("rain", 1.5, 2.5))
    assert (first["a.wav"].split, first["c.flac"].split) == ("train", "test")
    assert [first[name].annotated for name in ("a.wav", "b.wav", "c.flac")] == [True, True, False]


def test_points_and_labels_without_a_name_are_problems_of_a_track() -> None:
    files = {
        "a.wav": WAV, "a.txt": "1.0\t1.0\tclick\n",
        "b.wav": WAV, "b.txt": "1.0\t2.0\tok\n1.0\t2.0\t\n",
        "c.wav": WAV, "c.txt": "1.0\n",
        "d.wav": WAV, "d.txt": "1.0\t2.0\tok\n",
        "lost.txt": "1.0\t2.0\tok\n",
    }  # fmt: skip
    found = read(files, "audacity_labels")
    assert [one.sample_id for one in found.samples] == ["d.wav"]
    assert [problem.split(": ")[0] for problem in found.problems] == [
        "a.txt:1", "b.txt:2", "c.txt:1", "lost.txt",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("beside", "name"),
    [
        ({"yes/1.txt": "hello there\n"}, "audio_folders"),  # what is said, not when
        ({"list.csv": "file,label\nyes/1.wav,yes\n"}, "audio_csv"),
        ({"list.tsv": f"{HEADER}1.wav\t0\t1\tyes\n"}, "dcase_tsv"),
        ({"list.csv": "filename,onset,offset,event_label\n1.wav,0,1,yes\n"}, "dcase_tsv"),
        ({"yes/1.txt": "0.0\t1.0\tyes\n"}, "audacity_labels"),
    ],
)
def test_formats_of_recordings_are_told_apart(beside: dict[str, str], name: str) -> None:
    files = {path: content.encode() for path, content in beside.items()}
    assert recognise(MemoryTree({"yes/1.wav": WAV, **files})).name == name


@pytest.mark.parametrize("name", ["dcase_tsv", "audacity_labels"])
def test_times_and_ids_come_back_as_they_were(name: str) -> None:
    segments = (Segment("a", 1e-7, 0.1 + 0.2), Segment('say "a"', 1 / 3, 12345.678901))
    samples = [
        AudioSample("train/1.wav", "1", segments=segments),
        AudioSample("train/3.wav", "2", split="train", annotated=False),
        AudioSample("1.wav", "3", split="train", segments=segments[:1]),
        AudioSample("a:b/2.wav", "4", split="test"),
    ]
    found = read(written(name, samples), name)
    assert found.problems == []
    said = {(one.sample_id, one.split, one.annotated, one.segments) for one in found.samples}
    assert said == {(one.sample_id, one.split, one.annotated, one.segments) for one in samples}
    for label in ("two\twords", " wide "):
        with pytest.raises(InvalidInput, match="cannot be written"):
            written(name, [AudioSample("x.wav", "1", segments=(Segment(label, 0.0, 1.0),))])


def test_two_recordings_cannot_share_a_label_track() -> None:
    samples = [AudioSample("x.flac", "1"), AudioSample("x.wav", "2")]
    with pytest.raises(InvalidInput, match="suffix"):
        written("audacity_labels", samples)
