"""What operations on pictures and recordings share: shards go over as they are, samples change."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from aileron.data.layout import CONTENT_DIGEST, SAMPLE_ID, SAMPLES_FILE, write_parquet
from aileron.data.media import MEDIA_FOLDER, Shards, places_of
from aileron.data.operations.edit import Edit
from aileron.data.operations.modality import CardT, ColumnKind
from aileron.data.operations.samples import SampleRows, Tally, replaced

if TYPE_CHECKING:
    import pyarrow as pa


class MediaRows(SampleRows[CardT]):
    """A modality whose samples, in order of sample id, name a shard and a row of it."""

    has_media = True
    numbers: ClassVar[Sequence[str]] = ("bytes",)
    """Columns of numbers that conditions may be about."""
    words: ClassVar[Sequence[str]] = ("format",)
    """Columns of text that conditions may be about."""

    @abstractmethod
    def counted(self, card: CardT, samples: pa.Table, tally: Tally) -> CardT:
        """`card` with counts and digest of these samples."""

    def kept(self, samples: pa.Table, card: CardT) -> pa.Table:  # noqa: ARG002
        """The columns of `samples` that a dataset of `card` has."""
        return samples

    def columns(self, card: CardT) -> Mapping[str, ColumnKind]:
        numbers: dict[str, ColumnKind] = dict.fromkeys(self.numbers, "number")
        return {**super().columns(card), **numbers, **dict.fromkeys(self.words, "text")}

    def write(self, target: Path, card: CardT, edits: Sequence[Edit], *, whole: bool) -> CardT:
        import pyarrow as pa

        shards = Shards(target / MEDIA_FOLDER)
        pieces = []
        for number, edit in enumerate(edits):
            edited = pa.concat_tables([self.schema().empty_table(), *self.edited(edit, card)])
            if whole and number == 0:
                known = places_of(edited) if len(edits) > 1 else {}
                shards.keep(edit.folder / MEDIA_FOLDER, known)
                pieces.append(edited)
            else:
                pieces.append(_moved(shards, edit.folder, edited))
        samples = pa.concat_tables(pieces).sort_by(SAMPLE_ID).combine_chunks()
        write_parquet(self.kept(samples, card), target / SAMPLES_FILE)
        tally = Tally()
        tally.add(samples, self.names(samples))
        return self.counted(card, samples, tally)


def bytes_of(samples: pa.Table) -> int:
    """Bytes of the different media."""
    columns = (samples[name].to_pylist() for name in (CONTENT_DIGEST, "bytes"))
    return sum(dict(zip(*columns, strict=True)).values())


def _moved(shards: Shards, folder: Path, samples: pa.Table) -> pa.Table:
    """`samples` of the dataset in `folder`, their media taken over into `shards`."""
    shards.add(folder / MEDIA_FOLDER, places_of(samples))
    places = [shards.places[digest] for digest in samples[CONTENT_DIGEST].to_pylist()]
    samples = replaced(samples, "media", [place.shard for place in places])
    return replaced(samples, "row", [place.row for place in places])
