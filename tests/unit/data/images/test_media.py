"""Media files: many small row groups, several files, few of them in memory."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from plugins.written_media import written_media

from aileron.core.digest import digest_bytes
from aileron.core.errors import StepFailed
from aileron.data.images import ImageCard, ImageDataset
from aileron.data.images import dataset as reading
from aileron.data.images.card import ImageCounts, ImageSource
from aileron.data.images.layout import Sample
from aileron.data.images.writer import write_samples
from aileron.data.media import GROUP_ROWS
from aileron.data.version_files import verify_dataset

COUNT = 300


def content(number: int) -> bytes:
    return bytes([number % 251]) * (1000 + number)


def sample(number: int) -> Sample:
    data = content(number)
    return Sample(f"{number:04d}", digest_bytes(data), ("cat",), None, 1, 1, "L", "PNG", len(data))


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """300 samples of 1 to 1.3 kB in media files of 100 kB."""
    folder = tmp_path / "dataset"
    samples = [sample(i) for i in range(COUNT)]
    places = written_media(folder, map(content, range(COUNT)), 100_000)
    written = write_samples(folder, samples, places, ("cat",), "multi")
    ImageCard(
        name="blocks",
        label_type="multi",
        classes=("cat",),
        class_counts={"cat": COUNT},
        counts=ImageCounts(rows=COUNT, pictures=COUNT, bytes=written.bytes, refused=0),
        digest=written.digest,
        source=ImageSource(file="blocks", sha256="0" * 64),
        created_by="test@1",
    ).write(folder)
    return folder


def test_pictures_fill_several_files_in_small_groups(dataset: Path) -> None:
    files = sorted((dataset / "media").iterdir())
    assert len(files) == 4
    for file in files:
        facts = pq.ParquetFile(file).metadata
        groups = [facts.row_group(i).num_rows for i in range(facts.num_row_groups)]
        assert max(groups) <= GROUP_ROWS


def test_every_picture_is_found_from_many_threads(dataset: Path) -> None:
    every = ImageDataset.read(dataset).all()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(every.picture, list(range(COUNT)) * 3))
    assert found == [content(i) for i in range(COUNT)] * 3


def test_few_pictures_stay_in_memory(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CACHE_BYTES", 150_000)
    every = ImageDataset.read(dataset).all()
    for i in range(COUNT):
        every.picture(i)
    kept = sum(pictures.nbytes for pictures in every._media._groups.values())
    assert 0 < kept <= 150_000


def test_a_copy_for_another_process_opens_the_files_itself(dataset: Path) -> None:
    every = ImageDataset.read(dataset).all()
    every.picture(0)
    assert pickle.loads(pickle.dumps(every)).picture(7) == content(7)


def test_damaged_and_missing_pictures_are_noticed(dataset: Path) -> None:
    card = ImageDataset.read(dataset).card
    verify_dataset(dataset, card.digest)
    file = min((dataset / "media").iterdir())
    damaged = bytearray(file.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    file.write_bytes(damaged)
    with pytest.raises(StepFailed, match="has other bytes than were imported"):
        verify_dataset(dataset, card.digest)
    file.unlink()
    with pytest.raises(StepFailed, match="is missing"):
        verify_dataset(dataset, card.digest)


def test_changed_labels_are_noticed(dataset: Path) -> None:
    import pyarrow as pa

    card = ImageDataset.read(dataset).card
    table = pq.read_table(dataset / "samples.parquet")
    column = table.schema.get_field_index("labels")
    labels = pa.array([[]] * COUNT, pa.list_(pa.string()))
    pq.write_table(table.set_column(column, "labels", labels), dataset / "samples.parquet")
    with pytest.raises(StepFailed, match="have digest"):
        verify_dataset(dataset, card.digest)
