"""What modalities share whose samples are rows of ``samples.parquet`` with lists of labels."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from aileron.core.digest import canonical_json
from aileron.core.errors import InvalidInput
from aileron.data.attributes import attributes_of
from aileron.data.layout import CONTENT_DIGEST, SAMPLE_ID, SAMPLES_FILE, SPLIT_COLUMN
from aileron.data.operations.annotated import said
from aileron.data.operations.edit import Edit, Facts, LabelSet, label_codes
from aileron.data.operations.modality import (
    CardT,
    ColumnKind,
    Modality,
    joined_classes,
    same_kind,
)

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

_PLACES: Final = frozenset((SAMPLE_ID, SPLIT_COLUMN, "media", "row"))
"""Columns that do not say what a sample is."""
ATTRIBUTE = "attributes."
"""Before the name of an attribute, where a condition names a column."""


class SampleRows(Modality[CardT]):
    """A modality whose samples are rows with labels, annotated or not, and attributes."""

    batch_rows: ClassVar[int] = 16384
    names_columns: ClassVar[Sequence[str]] = ("labels",)
    """The columns that `names` reads."""
    list_tasks: ClassVar[Sequence[str]] = ("classification",)
    """Tasks whose samples have labels as a whole."""
    says: ClassVar[Sequence[str]] = ("labels", "attributes")
    """The columns that whole annotations fill."""

    @abstractmethod
    def schema(self) -> pa.Schema:
        """The columns of ``samples.parquet``."""

    @abstractmethod
    def names(self, samples: pa.Table) -> Iterable[LabelSet]:
        """The different labels of each sample, and of what is marked in it, sorted."""

    @abstractmethod
    def with_names(
        self, samples: pa.Table, names: Mapping[str, str | None], card: CardT
    ) -> pa.Table:
        """`samples` with labels renamed, or taken off where the new name is None."""

    def labels_are_given(self, card: CardT) -> bool:
        return task_of(card) in self.list_tasks

    def facts(self, folder: Path, card: CardT) -> Facts:  # noqa: ARG002
        import pyarrow as pa

        read = [SAMPLE_ID, SPLIT_COLUMN, "annotated"]
        kept: list[pa.Table] = []
        labels: list[LabelSet] = []
        for batch in self.batches(folder, [*read, *self.names_columns]):
            labels += self.names(batch)
            kept.append(batch.select(read))
        samples = pa.concat_tables(kept)
        ids, parts, annotated = (samples[name].combine_chunks() for name in read)
        sets, codes = label_codes(labels)
        return Facts(ids, parts, annotated, sets, codes)

    def values(
        self,
        folder: Path,
        card: CardT,  # noqa: ARG002
        columns: Sequence[str],
    ) -> Iterator[list[list[Any]]]:
        for batch in self.batches(folder):
            yield [self.column(batch, name) for name in columns]

    def contents(self, folders: Sequence[Path], card: CardT) -> list[np.ndarray[Any, Any]]:  # noqa: ARG002
        import numpy as np
        import pyarrow as pa
        import pyarrow.parquet as pq

        read = [
            pq.read_table(folder / SAMPLES_FILE, columns=[CONTENT_DIGEST])[0] for folder in folders
        ]
        digests = pa.chunked_array([chunk for column in read for chunk in column.chunks])
        numbers = digests.combine_chunks().dictionary_encode().indices.to_numpy()
        return np.split(numbers, np.cumsum([len(column) for column in read])[:-1])

    def identities(self, folders: Sequence[Path], card: CardT) -> list[np.ndarray[Any, Any]]:  # noqa: ARG002
        import numpy as np

        columns = [name for name in self.schema().names if name not in _PLACES]
        known: dict[bytes, int] = {}
        return [
            np.array(
                [
                    known.setdefault(digest, len(known))
                    for batch in self.batches(folder, columns)
                    for digest in map(_said, batch.to_pylist())
                ],
                dtype=np.int64,
            )
            for folder in folders
        ]

    def column(self, samples: pa.Table, name: str) -> list[Any]:
        """The values of one of `columns`."""
        if name.startswith(ATTRIBUTE):
            name = name.removeprefix(ATTRIBUTE)
            return [attributes_of(text).get(name) for text in samples["attributes"].to_pylist()]
        values: list[Any] = samples[name].to_pylist()
        return values

    def columns(self, card: CardT) -> Mapping[str, ColumnKind]:  # noqa: ARG002
        return {SAMPLE_ID: "text"}

    def kind(self, card: CardT, column: str) -> ColumnKind | None:
        return "any" if column.startswith(ATTRIBUTE) else super().kind(card, column)

    def joined(self, one: CardT, other: CardT) -> CardT:
        same_kind(one, other, {"modality": "modality", "task": "task"})
        types = getattr(one, "label_type", None), getattr(other, "label_type", None)
        if types == ("single", "multi"):
            raise InvalidInput("data.operations.single_and_multi", one=one.name, other=other.name)
        return one.model_copy(
            update={"classes": joined_classes(classes_of(one), classes_of(other))}
        )

    def renamed(
        self,
        card: CardT,
        names: Mapping[str, str | None],  # noqa: ARG002
        classes: Sequence[str],
    ) -> CardT:
        return card.model_copy(update={"classes": tuple(classes)})

    def batches(self, folder: Path, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """The samples in order; columns that a version of old lacks have what it meant."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        schema = self.schema()
        wanted = schema if columns is None else pa.schema([schema.field(n) for n in columns])
        with pq.ParquetFile(folder / SAMPLES_FILE) as file:
            there = [name for name in wanted.names if name in file.schema_arrow.names]
            for batch in file.iter_batches(self.batch_rows, columns=there):
                yield _completed(pa.Table.from_batches([batch]), wanted)

    def edited(self, edit: Edit, card: CardT) -> Iterator[pa.Table]:
        """The samples of `edit` as they go into the result; no batch is empty."""
        start = 0
        for batch in self.batches(edit.folder):
            samples, start = chosen(batch, edit, start), start + len(batch)
            if not len(samples):
                continue
            if edit.names:
                samples = self.with_names(samples, edit.names, card)
            samples = with_annotations(self._with_labels(samples, edit, card), edit, self.says)
            yield with_ids(samples, edit)

    def _with_labels(self, samples: pa.Table, edit: Edit, card: CardT) -> pa.Table:
        """`samples` with the labels that `edit` gives them; they are annotated by that."""
        ids = samples[SAMPLE_ID].to_pylist() if edit.labels else []
        rows = [row for row, sample in enumerate(ids) if sample in edit.labels]
        if not rows:
            return samples
        labels, annotated = (samples[name].to_pylist() for name in ("labels", "annotated"))
        for row in rows:
            labels[row] = list(edit.labels[ids[row]])
            annotated[row] = bool(labels[row]) or not must_have_label(card)
        return replaced(replaced(samples, "labels", labels), "annotated", annotated)


def _said(row: Mapping[str, Any]) -> bytes:
    return blake2b(canonical_json(dict(row)), digest_size=16).digest()


def task_of(card: Any) -> str:
    """The task of a card of whatever modality."""
    return str(card.task)


def classes_of(card: Any) -> tuple[str, ...]:
    """The classes of a card of whatever modality."""
    return tuple(card.classes or ())


def must_have_label(card: Any) -> bool:
    """Whether a sample without a label is one that waits for annotation."""
    return task_of(card) in ("classification", "matching") and card.label_type == "single"


def replaced(samples: pa.Table, name: str, values: Sequence[Any]) -> pa.Table:
    """`samples` with other values in column `name`."""
    import pyarrow as pa

    index = samples.schema.get_field_index(name)
    field = samples.schema.field(index)
    array = values if isinstance(values, pa.Array) else pa.array(values, field.type)
    return samples.set_column(index, field, array)


def chosen(samples: pa.Table, edit: Edit, start: int) -> pa.Table:
    """Those of `samples`, numbers `start` and on, that `edit` keeps, with the parts it gives."""
    if edit.parts is not None:
        samples = replaced(samples, SPLIT_COLUMN, edit.parts.slice(start, len(samples)))
    return samples if edit.keep is None else samples.filter(edit.keep.slice(start, len(samples)))


def with_ids(samples: pa.Table, edit: Edit) -> pa.Table:
    """`samples` with the ids that `edit` gives them."""
    if edit.ids:
        ids = samples[SAMPLE_ID].to_pylist()
        samples = replaced(samples, SAMPLE_ID, [edit.ids.get(sample, sample) for sample in ids])
    return samples


def with_annotations(samples: pa.Table, edit: Edit, columns: Sequence[str]) -> pa.Table:
    """`samples` with all in `columns` that `edit` says of them; they are annotated by that."""
    import numpy as np
    import pyarrow as pa

    ids = samples[SAMPLE_ID].to_pylist() if edit.annotations else []
    named = np.array([sample in edit.annotations for sample in ids], dtype=bool)
    if not named.any():
        return samples
    rows = [
        row | said(edit.annotations[row[SAMPLE_ID]], columns, row)
        for row in samples.filter(pa.array(named)).to_pylist()
    ]
    changed = pa.Table.from_pylist(rows, samples.schema)
    order = np.argsort(np.concatenate((np.flatnonzero(~named), np.flatnonzero(named))))
    return pa.concat_tables([samples.filter(pa.array(~named)), changed]).take(pa.array(order))


def with_label_names(samples: pa.Table, names: Mapping[str, str | None], *, must: bool) -> pa.Table:
    """`samples` with other names in the lists of labels; none is in a list twice.

    Args:
        must: whether a sample that loses its last label waits for annotation from now on.
    """
    before = samples["labels"].to_pylist()
    after = [_renamed(labels, names) for labels in before]
    samples = replaced(samples, "labels", after)
    if must:
        lost = [bool(old) and not new for old, new in zip(before, after, strict=True)]
        annotated = samples["annotated"].to_pylist()
        now = [was and not gone for was, gone in zip(annotated, lost, strict=True)]
        samples = replaced(samples, "annotated", now)
    return samples


def renamed_segments(
    segments: Sequence[Mapping[str, Any]], names: Mapping[str, str | None]
) -> list[dict[str, Any]]:
    """`segments` with other labels; those whose label is dropped are left out."""
    labels = (names.get(one["label"], one["label"]) for one in segments)
    found = zip(segments, labels, strict=True)
    return [{**one, "label": label} for one, label in found if label is not None]


def _renamed(labels: Sequence[str], names: Mapping[str, str | None]) -> list[str]:
    if not any(label in names for label in labels):
        return list(labels)
    new = (names.get(label, label) for label in labels)
    return list(dict.fromkeys(label for label in new if label is not None))


def _completed(samples: pa.Table, schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    columns = []
    for field in schema:
        if field.name in samples.column_names:
            columns.append(samples[field.name].cast(field.type))
        else:
            missing: Any = {"annotated": True, "objects": [], "segments": []}.get(field.name)
            columns.append(pa.array([missing] * len(samples), field.type))
    return pa.table(columns, schema=schema)


class Tally:
    """Counts what is written: samples by class and by part, and those that wait."""

    def __init__(self) -> None:
        self.rows = 0
        self.waiting = 0
        self.classes: Counter[str] = Counter()
        self.parts: Counter[str] = Counter()
        self.contents: set[str] = set()

    def add(self, samples: pa.Table, names: Iterable[LabelSet]) -> None:
        self.rows += len(samples)
        self.waiting += samples["annotated"].to_pylist().count(False)
        self.classes.update(label for labels in names for label in labels)
        self.parts.update(part for part in samples[SPLIT_COLUMN].to_pylist() if part)
        self.contents.update(samples[CONTENT_DIGEST].to_pylist())

    def fields(self, classes: Sequence[str]) -> dict[str, Any]:
        """The counts as fields of a card."""
        return {
            "class_counts": {name: self.classes[name] for name in classes},
            "part_counts": dict(sorted(self.parts.items())) or None,
            "refused": (),
        }
