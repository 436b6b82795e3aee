"""Operations on tables: a file of rows that stays as it is goes over, others pass in batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aileron.core.errors import InvalidInput
from aileron.data.card import Card, Column, Counts, read_table_card
from aileron.data.labels import label_order
from aileron.data.layout import (
    CONTENT_DIGEST,
    ROW_GROUP,
    SAMPLE_ID,
    SAMPLES_FILE,
    SPLIT_COLUMN,
    TABLE_FOLDER,
    hand_over,
    part_file,
    write_parquet,
)
from aileron.data.operations.edit import Edit, Facts, label_codes
from aileron.data.operations.modality import ColumnKind, Modality, joined_classes, same_kind
from aileron.data.operations.samples import content_digests, with_parts_and_ids

if TYPE_CHECKING:
    import pyarrow as pa

KINDS: Final[Mapping[str, ColumnKind]] = {"number": "number", "date": "date"}
"""Type of a column -> its kind in a condition, if it is not text."""


SAME: Final = {
    "modality": "modality",
    "task": "task",
    "target": "target",
    "time_column": "column of the time",
    "series": "columns of the series",
}
"""Field of two cards that must be equal -> what it is called."""


class Tables(Modality[Card]):
    """Rows of a table; the labels are the values of the target of a classification."""

    def facts(self, folder: Path, card: Card) -> Facts:
        import numpy as np
        import pyarrow as pa

        samples = _samples(folder, [SAMPLE_ID, SPLIT_COLUMN])
        sets, codes = label_codes([()])
        if card.task == "classification":
            coded = [values for [values] in self.values(folder, card, [card.predicted])]
            sets, codes = label_codes((value,) for values in coded for value in values)
        else:
            codes = np.zeros(len(samples), dtype=np.int32)
        annotated = pa.array(np.ones(len(samples), dtype=bool))
        ids, parts = (samples[name].combine_chunks() for name in (SAMPLE_ID, SPLIT_COLUMN))
        same_order = _order(card) == _order(read_table_card(folder))
        read = partial(content_digests, folder) if same_order else partial(_computed, folder, card)
        return Facts(ids, parts, annotated, sets, codes, read)

    def columns(self, card: Card) -> Mapping[str, ColumnKind]:
        kinds = {column.name: KINDS.get(column.type, "text") for column in card.columns}
        return {SAMPLE_ID: "text", **kinds}

    def values(self, folder: Path, card: Card, columns: Sequence[str]) -> Iterator[list[list[Any]]]:  # noqa: ARG002
        for batch in _rows(folder, list(dict.fromkeys(columns))):
            yield [batch[name].to_pylist() for name in columns]

    def joined(self, one: Card, other: Card) -> Card:
        same_kind(one, other, SAME)
        first, second = set(_order(one)), set(_order(other))
        for names, here, there in ((first - second, one, other), (second - first, other, one)):
            if names:
                raise InvalidInput(
                    "data.operations.lacks_columns",
                    one=here.name, other=there.name, columns=", ".join(sorted(names)),
                )  # fmt: skip
        others = {column.name: column for column in other.columns}
        columns = tuple(_joined_column(one, column, others[column.name]) for column in one.columns)
        classes = one.classes and joined_classes(one.classes, other.classes or ())
        return one.model_copy(update={"columns": columns, "classes": classes})

    def renamed(self, card: Card, names: Mapping[str, str | None], classes: Sequence[str]) -> Card:
        dropped = [name for name, new in names.items() if new is None]
        if dropped:
            raise InvalidInput(
                "data.operations.row_without_class", where=card.name, label=dropped[0]
            )
        columns = tuple(
            column.model_copy(update={"categories": tuple(classes)})
            if column.role == "target"
            else column
            for column in card.columns
        )
        return card.model_copy(update={"columns": columns, "classes": tuple(classes)})

    def labels_are_given(self, card: Card) -> bool:
        return card.task == "classification"

    def write(self, target: Path, card: Card, edits: Sequence[Edit], *, whole: bool) -> Card:  # noqa: ARG002
        import pyarrow as pa

        from aileron.data.rows import dataset_digest

        (target / TABLE_FOLDER).mkdir(parents=True)
        writing = _Writing(target / TABLE_FOLDER, card)
        samples = pa.concat_tables([writing.add(edit) for edit in edits]).combine_chunks()
        ids, digests, parts = (samples[name].combine_chunks() for name in samples.column_names)
        if parts.null_count == len(parts):
            samples, parts = samples.drop_columns(SPLIT_COLUMN), None
        write_parquet(samples, target / SAMPLES_FILE)
        columns = tuple(
            column.model_copy(update={"missing": writing.missing[column.name]})
            for column in card.columns
        )
        digest = dataset_digest(columns, ids, digests, parts)
        counts = Counts(rows=len(samples))
        return card.model_copy(update={"columns": columns, "counts": counts, "digest": digest})


@dataclass
class _Writing:
    """The directory of rows of a dataset in the making."""

    folder: Path
    card: Card

    def __post_init__(self) -> None:
        self.missing: Counter[str] = Counter()
        self._files = 0

    def add(self, edit: Edit) -> pa.Table:
        """Take over the rows of `edit`; returns their samples."""
        samples = _samples(edit.folder, keep=edit.keep)
        card = read_table_card(edit.folder)
        same_order = _order(card) == _order(self.card)
        if edit.keep is None and same_order and not (edit.ids or edit.names or edit.labels):
            for path in _table_files(edit.folder):
                hand_over(path, self._next())
            self.missing.update({column.name: column.missing for column in card.columns})
            return with_parts_and_ids(samples, edit)
        digests = self._rewrite(edit, same_order=same_order)
        if digests is not None:
            index = samples.schema.get_field_index(CONTENT_DIGEST)
            samples = samples.set_column(index, CONTENT_DIGEST, digests)
        return with_parts_and_ids(samples, edit)

    def _next(self) -> Path:
        self._files += 1
        return self.folder / part_file(self._files - 1)

    def _rewrite(self, edit: Edit, *, same_order: bool) -> pa.ChunkedArray | None:
        """Write the rows of `edit`; their digests if they are other ones than before."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        changed = bool(edit.names or edit.labels) or not same_order
        digests: list[pa.Array] = []
        file: pq.ParquetWriter | None = None
        for rows in _grouped(self._edited(edit)):
            if file is None:
                file = pq.ParquetWriter(
                    self._next(), rows.schema, compression="zstd", store_schema=False
                )
            file.write_table(rows, row_group_size=ROW_GROUP)
            self.missing.update({name: rows[name].null_count for name in rows.column_names})
            if changed:
                digests.append(_digests(rows, self.card))
        if file is not None:
            file.close()
        return pa.chunked_array(digests, pa.string()) if changed else None

    def _edited(self, edit: Edit) -> Iterator[pa.Table]:
        """The rows of `edit` as they go into the result."""
        start = 0
        for batch in _rows(edit.folder, [SAMPLE_ID, *_order(self.card)]):
            rows, start = batch, start + len(batch)
            if edit.keep is not None:
                rows = batch.filter(edit.keep.slice(start - len(batch), len(batch)))
            if edit.names or edit.labels:
                rows = _replaced(rows, self.card.predicted, _targets(rows, self.card, edit))
            if edit.ids:
                ids = rows[SAMPLE_ID].to_pylist()
                rows = _replaced(rows, SAMPLE_ID, [edit.ids.get(one, one) for one in ids])
            yield rows


def _targets(rows: pa.Table, card: Card, edit: Edit) -> list[str]:
    """The class of each row."""
    values = rows[card.predicted].to_pylist()
    named = [edit.names.get(value, value) for value in values]
    given = (edit.labels.get(sample) for sample in rows[SAMPLE_ID].to_pylist())
    return [new[0] if new else str(old) for new, old in zip(given, named, strict=True)]


def _grouped(batches: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Neighbours together until they fill a row group."""
    import pyarrow as pa

    waiting: list[pa.Table] = []
    for batch in batches:
        waiting.append(batch)
        if sum(map(len, waiting)) >= ROW_GROUP:
            yield pa.concat_tables(waiting).combine_chunks()
            waiting = []
    if any(map(len, waiting)):
        yield pa.concat_tables(waiting).combine_chunks()


def _joined_column(one: Card, first: Column, second: Column) -> Column:
    if first.type != second.type:
        raise InvalidInput(
            "data.operations.other_type",
            column=first.name, one=one.name, first=first.type, second=second.type,
        )  # fmt: skip
    categories = first.categories
    if categories is not None:
        more = set(second.categories or ()) - set(categories)
        if first.role == "target":
            categories = joined_classes(categories, second.categories or ())
        else:
            categories = (*categories, *sorted(more, key=label_order))
    formats = joined_classes(first.formats, second.formats)
    return first.model_copy(update={"categories": categories, "formats": formats})


def _samples(
    folder: Path,
    columns: Sequence[str] = (SAMPLE_ID, CONTENT_DIGEST, SPLIT_COLUMN),
    keep: pa.Array | None = None,
) -> pa.Table:
    """``samples.parquet`` with a column of parts, whether it has one or not."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kept: list[pa.Table] = []
    start = 0
    with pq.ParquetFile(folder / SAMPLES_FILE) as file:
        there = [name for name in columns if name in file.schema_arrow.names]
        for batch in file.iter_batches(ROW_GROUP, columns=there):
            rows, start = pa.Table.from_batches([batch]), start + len(batch)
            if keep is not None:
                rows = rows.filter(keep.slice(start - len(batch), len(batch)))
            kept.append(rows)
    samples = pa.concat_tables(kept)
    if SPLIT_COLUMN not in there:
        samples = samples.append_column(SPLIT_COLUMN, pa.nulls(len(samples), pa.string()))
    return samples.select(list(columns))


def _computed(folder: Path, card: Card) -> pa.Array:
    """The digests that the rows in `folder` have in the order of the columns of `card`."""
    import pyarrow as pa

    return pa.concat_arrays([_digests(batch, card) for batch in _rows(folder, _order(card))])


def _table_files(folder: Path) -> list[Path]:
    return sorted((folder / TABLE_FOLDER).iterdir())


def _rows(folder: Path, columns: Sequence[str]) -> Iterator[pa.Table]:
    """The rows in order, a row group at most at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for path in _table_files(folder):
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(ROW_GROUP, columns=list(columns)):
                yield pa.Table.from_batches([batch]).select(list(columns))


def _digests(rows: pa.Table, card: Card) -> pa.Array:
    import pyarrow as pa

    from aileron.data.rows import row_digests

    digests = row_digests([rows[name].combine_chunks() for name in _order(card)])
    return pa.array(digests, pa.string())


def _order(card: Card) -> list[str]:
    return [column.name for column in card.columns]


def _replaced(rows: pa.Table, name: str, values: Sequence[str]) -> pa.Table:
    import pyarrow as pa

    index = rows.schema.get_field_index(name)
    return rows.set_column(index, name, pa.array(values, pa.string()))
