"""Samples of a dataset version by number: decoded, with random access, in any process.

A map-style dataset in the sense of torch, and of everything that asks for `len` and items;
it needs PyArrow and NumPy, and the decoder of its modality when an item is read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from aileron.core.errors import InvalidInput
from aileron.data.audio.card import AudioCard
from aileron.data.audio.layout import sample_of as recording_of
from aileron.data.card import Card, read_card
from aileron.data.formats.records import AudioSample, ImageSample, SeriesSample, TextSample
from aileron.data.images.annotations import sample_of as picture_of
from aileron.data.images.card import ImageCard
from aileron.data.layout import SAMPLE_ID, SAMPLES_FILE, SPLIT_COLUMN, Part, read_split
from aileron.data.loaders import decoding
from aileron.data.media import MEDIA_FOLDER
from aileron.data.media.mapped import MappedMedia
from aileron.data.series.card import SeriesCard
from aileron.data.series.layout import sample_of as series_of
from aileron.data.texts.layout import sample_of as text_of

if TYPE_CHECKING:
    import pyarrow as pa

ANNOTATED = "annotated"


class Item(NamedTuple):
    """One sample."""

    sample_id: str
    medium: Any
    """Pixels uint8 [height, width, channels]; sound float32 [channels, frames]; of a series
    float64 [time and channels, points]; or a text."""
    label: Any
    """Number of the class, or a 1.0 for each of several; boxes and their classes; marks; segments;
    ()."""


class Samples:
    """The annotated samples of a version, or of one part of it.

    Args:
        folder: the version: pictures, recordings, time series or texts.
        part: train, validation or test; by default all.
        split: the SPLIT artifact that says who is in `part`; by default the dataset's own parts.
        transform: what becomes of a decoded medium; a module's function, for other processes.
        annotated: False: samples that wait for annotation as well.

    Raises:
        InvalidInput: it is a table, or has no such part.
    """

    def __init__(
        self,
        folder: str | Path,
        part: Part | None = None,
        split: str | Path | None = None,
        transform: Callable[[Any], Any] | None = None,
        *,
        annotated: bool = True,
    ) -> None:
        card = read_card(Path(folder))
        if isinstance(card, Card):
            raise InvalidInput("data.loaders.a_table", where=card.name)
        self.card = card
        self.transform = transform
        self._chosen = (Path(folder), part, None if split is None else Path(split), annotated)
        self._open()

    def _open(self) -> None:
        folder, part, split, annotated = self._chosen
        rows = _rows(folder, part, split, annotated=annotated)
        if part is not None and not len(rows):
            raise InvalidInput("data.loaders.no_part", where=self.card.name, part=part)
        self._rows = rows
        self._columns = {name: rows[name].combine_chunks() for name in rows.column_names}
        self._number = {name: place for place, name in enumerate(self.card.classes)}
        self._media = MappedMedia(folder / MEDIA_FOLDER)

    def __getstate__(self) -> dict[str, Any]:
        """A spawned process reads the rows itself: they may be many."""
        return {"card": self.card, "transform": self.transform, "_chosen": self._chosen}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._open()

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> Item:
        index = range(len(self))[index]
        sample_id = self._columns[SAMPLE_ID][index].as_py()
        medium = self._medium(index, sample_id)
        if self.transform is not None:
            medium = self.transform(medium)
        return Item(sample_id, medium, self._label(index))

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes; a label is a place in it."""
        return self.card.classes

    @property
    def sample_ids(self) -> Sequence[str]:
        """Of all, in their order."""
        ids: list[str] = self._columns[SAMPLE_ID].to_pylist()
        return ids

    def record(self, index: int) -> ImageSample | AudioSample | SeriesSample | TextSample:
        """All that is said of a sample: polygons, masks, key points, relations, attributes."""
        (row,) = self._rows.slice(range(len(self))[index], 1).to_pylist()
        if isinstance(self.card, ImageCard):
            return picture_of(row)
        if isinstance(self.card, SeriesCard):
            return series_of(row)
        return recording_of(row) if isinstance(self.card, AudioCard) else text_of(row)

    def content(self, index: int) -> bytes:
        """The bytes of a picture or a recording, as its file had them."""
        shard, row = (self._columns[name][index].as_py() for name in ("media", "row"))
        return self._media.read(shard, row)

    def sample_rate(self, index: int) -> int:
        """Frames per second of a recording."""
        rate: int = self._columns["sample_rate"][index].as_py()
        return rate

    def _medium(self, index: int, sample_id: str) -> Any:
        if isinstance(self.card, ImageCard):
            return decoding.pixels(self.content(index))
        if isinstance(self.card, AudioCard):
            return decoding.sound(self.content(index), sample_id)[0]
        if isinstance(self.card, SeriesCard):
            return decoding.channels(self.content(index))
        record = self.record(index)
        return decoding.text(record) if isinstance(record, TextSample) else None

    def _label(self, index: int) -> Any:
        if self.card.task in decoding.LABELLED:
            labels = self._columns["labels"][index].as_py()
            several = self.card.label_type == "multi"
            if not labels and not several:
                return ()
            return decoding.classes_of(labels, self._number, several=several)
        record = self.record(index)
        if isinstance(record, ImageSample):
            return decoding.boxes(record, self._number)
        if isinstance(record, (AudioSample, SeriesSample)):
            return decoding.segments(record, self._number)
        return decoding.marks(record)


def _rows(folder: Path, part: Part | None, split: Path | None, *, annotated: bool) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    rows = pq.read_table(folder / SAMPLES_FILE)
    if annotated and ANNOTATED in rows.column_names:
        rows = rows.filter(rows[ANNOTATED])
    if part is None:
        return rows
    if split is None:
        return rows.filter(pc.fill_null(pc.equal(rows[SPLIT_COLUMN], part), False))
    parts = read_split(split)
    members = pa.array(parts.index[parts == part], pa.string())
    return rows.filter(pc.is_in(rows[SAMPLE_ID], value_set=members))
