"""Operations on time series."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from aileron.data.operations.edit import LabelSet
from aileron.data.operations.media_rows import MediaRows, bytes_of
from aileron.data.operations.modality import same_kind
from aileron.data.operations.samples import Tally, renamed_segments, replaced
from aileron.data.series.card import SeriesCard, SeriesCounts
from aileron.data.series.layout import SEGMENTS, samples_schema, series_digest

if TYPE_CHECKING:
    import pyarrow as pa


class SeriesRows(MediaRows[SeriesCard]):
    """Time series with ranges."""

    names_columns: ClassVar[Sequence[str]] = (SEGMENTS,)
    says: ClassVar[Sequence[str]] = (SEGMENTS, "attributes")
    numbers: ClassVar[Sequence[str]] = ("points", "first", "last", "bytes", SEGMENTS)
    words: ClassVar[Sequence[str]] = ("time",)

    def schema(self) -> pa.Schema:
        return samples_schema()

    def names(self, samples: pa.Table) -> Iterable[LabelSet]:
        for segments in samples[SEGMENTS].to_pylist():
            yield tuple(sorted({one["label"] for one in segments}))

    def column(self, samples: pa.Table, name: str) -> list[Any]:
        import pyarrow.compute as pc

        if name == SEGMENTS:
            counts: list[Any] = pc.list_value_length(samples[SEGMENTS]).to_pylist()
            return counts
        return super().column(samples, name)

    def joined(self, one: SeriesCard, other: SeriesCard) -> SeriesCard:
        same_kind(one, other, {"channels": "channels", "time": "time"})
        return super().joined(one, other)

    def with_names(
        self,
        samples: pa.Table,
        names: Mapping[str, str | None],
        card: SeriesCard,  # noqa: ARG002
    ) -> pa.Table:
        segments = [renamed_segments(several, names) for several in samples[SEGMENTS].to_pylist()]
        return replaced(samples, SEGMENTS, segments)

    def counted(self, card: SeriesCard, samples: pa.Table, tally: Tally) -> SeriesCard:
        counts = SeriesCounts(
            rows=tally.rows,
            series=len(tally.contents),
            points=sum(samples["points"].to_pylist()),
            bytes=bytes_of(samples),
            refused=0,
            waiting=tally.waiting,
        )
        digest = series_digest(card.classes, card.channels, samples.to_pylist())
        update = {**tally.fields(card.classes), "counts": counts, "digest": digest}
        return card.model_copy(update=update)
