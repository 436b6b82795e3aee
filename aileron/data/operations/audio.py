"""Operations on recordings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from aileron.data.audio.card import AudioCard, AudioCounts
from aileron.data.audio.layout import audio_digest, samples_schema
from aileron.data.operations.edit import LabelSet
from aileron.data.operations.media_rows import MediaRows, bytes_of
from aileron.data.operations.samples import Tally, must_have_label, with_label_names

if TYPE_CHECKING:
    import pyarrow as pa


class Audio(MediaRows[AudioCard]):
    """Recordings with labels."""

    numbers: ClassVar[Sequence[str]] = ("seconds", "sample_rate", "channels", "bytes")
    words: ClassVar[Sequence[str]] = ("codec", "format")

    def schema(self) -> pa.Schema:
        return samples_schema()

    def names(self, samples: pa.Table) -> Iterable[LabelSet]:
        return (tuple(sorted(set(labels))) for labels in samples["labels"].to_pylist())

    def with_names(
        self, samples: pa.Table, names: Mapping[str, str | None], card: AudioCard
    ) -> pa.Table:
        return with_label_names(samples, names, must=must_have_label(card))

    def counted(self, card: AudioCard, samples: pa.Table, tally: Tally) -> AudioCard:
        counts = AudioCounts(
            rows=tally.rows,
            recordings=len(tally.contents),
            bytes=bytes_of(samples),
            seconds=round(sum(samples["seconds"].to_pylist()), 3),
            refused=0,
            waiting=tally.waiting,
        )
        digest = audio_digest(card.classes, card.label_type, samples.to_pylist())
        update = {**tally.fields(card.classes), "counts": counts, "digest": digest}
        return card.model_copy(update=update)
