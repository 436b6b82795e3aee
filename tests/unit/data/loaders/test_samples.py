"""Samples by number: what they are decoded to, and that any process may ask for them."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from plugins.datasets import Notebook, Workbench
from plugins.picture_folders import Gallery, brighter, two_classes
from plugins.sound_files import m4a, pets, sound, zipped
from plugins.text_sets import REVIEWS, Library

from aileron.core.errors import InvalidInput
from aileron.data.audio.ingest import IngestAudio, IngestAudioConfig
from aileron.data.loaders import Samples, torch_samples
from aileron.data.split import SplitConfig, SplitDataset

BOXES = (
    b'{"images": [{"id": 1, "file_name": "a.png", "width": 12, "height": 9}],'
    b'"categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}],'
    b'"annotations": [{"id": 1, "image_id": 1, "category_id": 2, "bbox": [1, 2, 3, 4]}]}'
)


def recordings(folder: Path, files: dict[str, bytes], **config: Any) -> Path:
    (folder / "source").mkdir(parents=True)
    zipped(folder / "source" / "sounds.zip", files)
    checked = IngestAudioConfig.model_validate({"name": "pets"} | config)
    return IngestAudio().run(Notebook(folder), checked, {"source": folder / "source"})["dataset"]


def plain(content: bytes) -> Any:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def test_a_picture_is_its_pixels_and_the_number_of_its_class(gallery: Gallery) -> None:
    files = two_classes()
    samples = Samples(gallery.ingest_files(files).folder)
    assert (len(samples), samples.classes) == (6, ("cat", "dog"))
    for place, item in enumerate(samples):  # type: ignore[arg-type, var-annotated]
        assert (item.medium == plain(files[item.sample_id])).all()
        assert samples.classes[item.label] == item.sample_id.split("/")[0]
        assert samples.content(place) == files[item.sample_id]
    assert samples[-1].sample_id == samples.sample_ids[5]
    with pytest.raises(IndexError):
        samples[6]


def test_boxes_come_as_corners_with_the_numbers_of_their_classes(gallery: Gallery) -> None:
    files = {"a.png": two_classes()["cat/0.png"], "annotations.json": BOXES}
    folder = gallery.ingest_files(files, task="detection").folder
    item = Samples(folder)[0]
    assert item.label["boxes"].tolist() == [[1, 2, 4, 6]]
    assert item.label["labels"].tolist() == [1]
    tensors = torch_samples(folder)[0].label
    assert {name: str(value.dtype) for name, value in tensors.items()} == {
        "boxes": "torch.float32", "labels": "torch.int64",
    }  # fmt: skip


def test_a_recording_is_its_sound(tmp_path: Path) -> None:
    rows = b"file,labels\nx.wav,a;b\ny.wav,b\nz.wav,\n"
    files = {"recordings.csv": rows, "x.wav": sound(), "y.wav": sound(tone=500)}
    files["z.wav"] = sound("WAV", seconds=1)
    folder = recordings(tmp_path, files, label_type="multi")
    samples = Samples(folder)
    assert samples[0].medium.shape == (1, 4000)
    assert samples[0].label.tolist() == [1.0, 1.0]
    assert samples[1].label.tolist() == [0.0, 1.0]
    assert samples.sample_rate(0) == 8000
    assert (len(samples), len(Samples(folder, annotated=False))) == (2, 3)


def test_an_m4a_is_not_decoded_and_says_so(tmp_path: Path) -> None:
    samples = Samples(recordings(tmp_path, {"a/x.m4a": m4a(), "b/y.m4a": m4a(seconds=3)}))
    with pytest.raises(InvalidInput, match="M4A is not decoded"):
        samples[0]
    assert samples.content(0) == m4a()


def test_texts_come_as_they_are_read(library: Library) -> None:
    samples = Samples(library.ingest_file("reviews.csv", REVIEWS).folder, part="test")
    assert [tuple(samples[i]) for i in range(2)] == [
        ("r3", "never again", 0), ("r4", "good, quiet room", 1),
    ]  # fmt: skip
    tagged = "我 在 北 京\tO O B-LOC I-LOC\n"
    tokens = Samples(library.ingest_file("tags.txt", tagged, task="sequence_labelling").folder)[0]
    assert (tokens.medium, tokens.label) == (
        ("我", "在", "北", "京"), ("O", "O", "B-LOC", "I-LOC"),
    )  # fmt: skip


def test_a_split_says_who_is_in_a_part(gallery: Gallery, tmp_path: Path) -> None:
    folder = gallery.ingest_files(two_classes(each=10)).folder
    run = SplitDataset().run(Notebook(tmp_path), SplitConfig(), {"dataset": folder})
    parts = [
        set(Samples(folder, part=part, split=run["split"]).sample_ids)
        for part in ("train", "validation", "test")
    ]
    assert [len(part) for part in parts] == [12, 4, 4]
    assert len(set.union(*parts)) == 20
    with pytest.raises(InvalidInput, match="no samples in part test"):
        Samples(folder, part="test")


def test_a_table_has_no_samples_to_decode(workbench: Workbench) -> None:
    with pytest.raises(InvalidInput, match="load_table"):
        Samples(workbench.ingest("model,fast,x\na,yes,1\nb,no,2\n", {
            "name": "cars", "target": "fast", "task": "classification",
        }))  # fmt: skip


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_workers_of_a_torch_loader_read_every_sample(gallery: Gallery, start: str) -> None:
    from torch.utils.data import DataLoader, Dataset

    files = two_classes(each=20)
    samples = torch_samples(gallery.ingest_files(files).folder, transform=brighter)
    assert isinstance(samples, Dataset)
    first = samples[0]
    loader = DataLoader(
        samples, batch_size=7, shuffle=True, num_workers=2, multiprocessing_context=start
    )
    seen = {}
    for ids, media, labels in loader:
        assert media.shape[1:] == first.medium.shape == (3, 9, 12)
        seen |= dict(zip(ids, zip(media, labels.tolist(), strict=True), strict=True))
    assert seen.keys() == files.keys()
    for name, (medium, label) in seen.items():
        assert (medium.permute(1, 2, 0).numpy() == plain(files[name]) + 1.0).all()
        assert label == int(name.startswith("dog"))


def test_what_is_pickled_is_small_and_reads_the_same(gallery: Gallery) -> None:
    samples = Samples(gallery.ingest_files(two_classes(each=50)).folder)
    data = pickle.dumps(samples)
    assert len(data) < 3000
    again = pickle.loads(data)
    assert (again[7].medium == samples[7].medium).all()


@pytest.mark.parametrize("form", ["image", "audio"])
def test_other_libraries_read_our_samples(gallery: Gallery, tmp_path: Path, form: str) -> None:
    import pyarrow.dataset as ds

    folder = (
        gallery.ingest_files(two_classes()).folder if form == "image"
        else recordings(tmp_path, pets())
    )  # fmt: skip
    samples = ds.dataset(folder / "samples.parquet").to_table(columns=["content_digest", "media"])
    media = ds.dataset(folder / "media").to_table(columns=["digest", "bytes"])
    joined = samples.join(media, "content_digest", "digest")
    assert joined.num_rows == samples.num_rows > 0
    assert joined["bytes"].null_count == 0
