"""Operations on texts: rows pass through in small numbers, whatever the size of the corpus."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from aileron.data.layout import SAMPLE_ID, SAMPLES_FILE
from aileron.data.operations.edit import Edit, LabelSet
from aileron.data.operations.modality import ColumnKind
from aileron.data.operations.samples import (
    SampleRows,
    Tally,
    must_have_label,
    with_label_names,
)
from aileron.data.parquet import ROW_GROUP
from aileron.data.texts.card import TextCard, TextCounts
from aileron.data.texts.layout import row_digest, samples_schema, texts_digest

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

COUNTED = ("tokens", "spans", "relations", "turns")


class Texts(SampleRows[TextCard]):
    """Texts with labels, tags, or marked pieces."""

    batch_rows: ClassVar[int] = 4096
    names_columns: ClassVar[Sequence[str]] = ("labels", "spans", "tags")
    says: ClassVar[Sequence[str]] = ("labels", "tags", "spans", "relations", "attributes")
    list_tasks: ClassVar[Sequence[str]] = ("classification", "matching")

    def schema(self) -> pa.Schema:
        return samples_schema()

    def by_place(self, card: TextCard, ids: pa.Array) -> np.ndarray[Any, Any]:  # noqa: ARG002
        import numpy as np
        import pyarrow.compute as pc

        return np.asarray(pc.match_substring_regex(ids, r":\d+(~\d+)?$"))

    def columns(self, card: TextCard) -> Mapping[str, ColumnKind]:
        counted: dict[str, ColumnKind] = dict.fromkeys(("characters", *COUNTED), "number")
        return {**super().columns(card), **counted, "text": "text", "pair": "text"}

    def column(self, samples: pa.Table, name: str) -> list[Any]:
        import pyarrow.compute as pc

        if name == "characters":
            return _characters(samples)
        if name in COUNTED:
            counts: list[Any] = pc.list_value_length(samples[name]).to_pylist()
            return counts
        return super().column(samples, name)

    def names(self, samples: pa.Table) -> Iterable[LabelSet]:
        columns = (samples[name].to_pylist() for name in self.names_columns)
        for labels, spans, tags in zip(*columns, strict=True):
            marked = (span["label"] for span in spans)
            tagged = (tag[2:] for tag in tags if tag != "O")
            yield tuple(sorted({*labels, *marked, *tagged}))

    def with_names(
        self, samples: pa.Table, names: Mapping[str, str | None], card: TextCard
    ) -> pa.Table:
        import pyarrow as pa

        samples = with_label_names(samples, names, must=must_have_label(card))
        if task_has_labels_alone(card):
            return samples
        rows = samples.to_pylist()
        for row in rows:
            row["tags"] = [_renamed_tag(tag, names) for tag in row["tags"]]
            _rename_spans(row, names)
        return pa.Table.from_pylist(rows, samples.schema)

    def write(
        self,
        target: Path,
        card: TextCard,
        edits: Sequence[Edit],
        *,
        whole: bool,  # noqa: ARG002
    ) -> TextCard:
        import pyarrow.parquet as pq

        target.mkdir(parents=True)
        tally, characters = Tally(), 0
        digests: list[tuple[str, bytes]] = []
        path, schema = target / SAMPLES_FILE, self.schema()
        with pq.ParquetWriter(path, schema, compression="zstd", store_schema=False) as file:
            for samples in (one for edit in edits for one in self.edited(edit, card)):
                file.write_table(samples, row_group_size=ROW_GROUP)
                tally.add(samples, self.names(samples))
                characters += sum(_characters(samples))
                digests += [(row[SAMPLE_ID], row_digest(row)) for row in samples.to_pylist()]
        counts = TextCounts(
            rows=tally.rows,
            characters=characters,
            repeats=tally.rows - len(tally.contents),
            refused=0,
            waiting=tally.waiting,
        )
        digest = texts_digest(card.task, card.classes, card.label_type, digests)
        update = {**tally.fields(card.classes), "counts": counts, "digest": digest}
        return card.model_copy(update=update)


def task_has_labels_alone(card: TextCard) -> bool:
    """Whether nothing is marked inside the texts."""
    return card.task in Texts.list_tasks


def _characters(samples: pa.Table) -> list[Any]:
    """How many characters there are to read in each sample."""
    columns = (samples[name].to_pylist() for name in ("text", "pair", "tokens", "turns"))
    return [
        len(text) + len(pair or "") + sum(map(len, tokens)) + sum(len(t["content"]) for t in turns)
        for text, pair, tokens, turns in zip(*columns, strict=True)
    ]


def _renamed_tag(tag: str, names: Mapping[str, str | None]) -> str:
    """A tag in IOB2 with another type; a dropped one is outside of everything."""
    if tag == "O" or tag[2:] not in names:
        return tag
    new = names[tag[2:]]
    return "O" if new is None else f"{tag[:2]}{new}"


def _rename_spans(row: dict[str, Any], names: Mapping[str, str | None]) -> None:
    """Give the spans of `row` their new labels; what is dropped takes its relations along."""
    labels = [names.get(span["label"], span["label"]) for span in row["spans"]]
    kept = [index for index, label in enumerate(labels) if label is not None]
    places = {index: place for place, index in enumerate(kept)}
    row["spans"] = [{**row["spans"][index], "label": labels[index]} for index in kept]
    row["relations"] = [
        {**relation, "head": places[relation["head"]], "tail": places[relation["tail"]]}
        for relation in row["relations"]
        if relation["head"] in places and relation["tail"] in places
    ]
