"""Operations on tables: a file of rows that stays as it is goes over, others pass in batches."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aileron.core.errors import InvalidInput
from aileron.data.card import Card, Column, Counts, read_table_card
from aileron.data.labels import label_order
from aileron.data.layout import SAMPLE_ID, SPLIT_COLUMN, read_ids, read_parts
from aileron.data.operations.edit import Edit, Facts, LabelSet
from aileron.data.operations.modality import ColumnKind, Modality, joined_classes, same_kind
from aileron.data.operations.samples import chosen, with_ids
from aileron.data.quality.repeated_rows import contents
from aileron.data.table_files import (
    TableWriter,
    read_rows,
    read_sample_rows,
    table_digest,
    table_files,
)

if TYPE_CHECKING:
    import numpy as np
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

        ids, parts = read_ids(folder), read_parts(folder)
        if parts is None:
            parts = pa.nulls(len(ids), pa.string())
        known: dict[str, int] = {}
        codes = np.zeros(len(ids), dtype=np.int32)
        if card.task == "classification":
            batches = read_rows(folder, [card.predicted])
            codes = np.concatenate([_codes(rows, known) for rows in batches])
        sets: list[LabelSet] = [(label,) for label in known] or [()]
        return Facts(ids, parts, pa.array(np.ones(len(ids), dtype=bool)), sets, codes)

    def contents(self, folders: Sequence[Path], card: Card) -> list[np.ndarray[Any, Any]]:
        with tempfile.TemporaryDirectory(prefix="aileron-contents-") as work:
            return contents(folders, _order(card), Path(work))

    def identities(self, folders: Sequence[Path], card: Card) -> list[np.ndarray[Any, Any]]:
        return self.contents(folders, card)

    def by_place(self, card: Card, ids: pa.Array) -> np.ndarray[Any, Any]:
        import numpy as np

        return np.full(len(ids), card.id_column is None)

    def columns(self, card: Card) -> Mapping[str, ColumnKind]:
        kinds = {column.name: KINDS.get(column.type, "text") for column in card.columns}
        return {SAMPLE_ID: "text", **kinds}

    def values(self, folder: Path, card: Card, columns: Sequence[str]) -> Iterator[list[list[Any]]]:  # noqa: ARG002
        for batch in read_rows(folder, list(dict.fromkeys(columns))):
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
        with TableWriter(target, parts=any(map(_gives_parts, edits))) as writer:
            for edit in edits:
                _write(writer, edit, card)
        columns = tuple(
            column.model_copy(update={"missing": writer.missing[column.name]})
            for column in card.columns
        )
        digest = table_digest(target, columns)
        counts = Counts(rows=writer.count)
        return card.model_copy(update={"columns": columns, "counts": counts, "digest": digest})


def _gives_parts(edit: Edit) -> bool:
    """Whether a sample of `edit` has a part in the result."""
    start = 0
    for samples in read_sample_rows(edit.folder):
        left, start = chosen(samples, edit, start), start + len(samples)
        if left[SPLIT_COLUMN].null_count < len(left):
            return True
    return False


def _write(writer: TableWriter, edit: Edit, card: Card) -> None:
    """Take over the rows of `edit`, and their samples."""
    start = 0
    for samples in read_sample_rows(edit.folder):
        left, start = chosen(samples, edit, start), start + len(samples)
        writer.add_samples(*with_ids(left, edit).columns)
    before = read_table_card(edit.folder)
    changed = edit.keep is not None or edit.ids or edit.names or edit.labels
    if changed or _order(before) != _order(card):
        for rows in _edited(edit, card):
            writer.add(rows)
        writer.end_file()
        return
    for path in table_files(edit.folder):
        writer.hand_over(path)
    writer.missing.update({column.name: column.missing for column in before.columns})


def _edited(edit: Edit, card: Card) -> Iterator[pa.Table]:
    """The rows of `edit` as they go into the result."""
    start = 0
    for batch in read_rows(edit.folder, [SAMPLE_ID, *_order(card)]):
        rows, start = batch, start + len(batch)
        if edit.keep is not None:
            rows = batch.filter(edit.keep.slice(start - len(batch), len(batch)))
        if edit.names or edit.labels:
            rows = _replaced(rows, card.predicted, _targets(rows, card, edit))
        yield with_ids(rows, edit)


def _codes(rows: pa.Table, known: dict[str, int]) -> np.ndarray[Any, Any]:
    """The code of the label of each row; labels that are new get the next ones."""
    import numpy as np

    coded = rows.column(0).combine_chunks().dictionary_encode()
    codes = [known.setdefault(label, len(known)) for label in coded.dictionary.to_pylist()]
    numbers: np.ndarray[Any, Any] = np.array(codes, dtype=np.int32)[coded.indices.to_numpy()]
    return numbers


def _targets(rows: pa.Table, card: Card, edit: Edit) -> list[str]:
    """The class of each row."""
    values = rows[card.predicted].to_pylist()
    named = [edit.names.get(value, value) for value in values]
    given = (edit.labels.get(sample) for sample in rows[SAMPLE_ID].to_pylist())
    return [new[0] if new else str(old) for new, old in zip(given, named, strict=True)]


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


def _order(card: Card) -> list[str]:
    return [column.name for column in card.columns]


def _replaced(rows: pa.Table, name: str, values: Sequence[str]) -> pa.Table:
    import pyarrow as pa

    index = rows.schema.get_field_index(name)
    return rows.set_column(index, name, pa.array(values, pa.string()))
