"""Operations on recordings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from aileron.data.audio.card import AudioCard, AudioCounts
from aileron.data.audio.layout import SEGMENTS, audio_digest, samples_schema
from aileron.data.operations.edit import LabelSet
from aileron.data.operations.media_rows import MediaRows, bytes_of
from aileron.data.operations.modality import ColumnKind
from aileron.data.operations.samples import (
    Tally,
    must_have_label,
    renamed_segments,
    replaced,
    with_label_names,
)

if TYPE_CHECKING:
    import pyarrow as pa


class Audio(MediaRows[AudioCard]):
    """Recordings with labels, or with segments in which something is heard."""

    names_columns: ClassVar[Sequence[str]] = ("labels", SEGMENTS)
    says: ClassVar[Sequence[str]] = ("labels", SEGMENTS, "attributes")
    numbers: ClassVar[Sequence[str]] = (
        "seconds", "sample_rate", "channels", "bytes", SEGMENTS,
    )  # fmt: skip
    words: ClassVar[Sequence[str]] = ("codec", "format")

    def schema(self) -> pa.Schema:
        return samples_schema("event_detection")

    def kept(self, samples: pa.Table, card: AudioCard) -> pa.Table:
        return samples.select(samples_schema(card.task).names)

    def names(self, samples: pa.Table) -> Iterable[LabelSet]:
        columns = (samples[name].to_pylist() for name in self.names_columns)
        for labels, segments in zip(*columns, strict=True):
            yield tuple(sorted({*labels, *(one["label"] for one in segments)}))

    def columns(self, card: AudioCard) -> Mapping[str, ColumnKind]:
        found = super().columns(card)
        there = samples_schema(card.task).names
        return {name: kind for name, kind in found.items() if name != SEGMENTS or name in there}

    def column(self, samples: pa.Table, name: str) -> list[Any]:
        import pyarrow.compute as pc

        if name == SEGMENTS:
            counts: list[Any] = pc.list_value_length(samples[SEGMENTS]).to_pylist()
            return counts
        return super().column(samples, name)

    def with_names(
        self, samples: pa.Table, names: Mapping[str, str | None], card: AudioCard
    ) -> pa.Table:
        samples = with_label_names(samples, names, must=must_have_label(card))
        segments = [renamed_segments(several, names) for several in samples[SEGMENTS].to_pylist()]
        return replaced(samples, SEGMENTS, segments)

    def counted(self, card: AudioCard, samples: pa.Table, tally: Tally) -> AudioCard:
        counts = AudioCounts(
            rows=tally.rows,
            recordings=len(tally.contents),
            bytes=bytes_of(samples),
            seconds=round(sum(samples["seconds"].to_pylist()), 3),
            refused=0,
            waiting=tally.waiting,
        )
        digest = audio_digest(card.task, card.classes, card.label_type, samples.to_pylist())
        update = {**tally.fields(card.classes), "counts": counts, "digest": digest}
        return card.model_copy(update=update)
