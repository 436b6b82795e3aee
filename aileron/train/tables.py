"""A table dataset with its split, as arrays: what every trainer and evaluation reads.

`encode` agrees cell by cell with the encoding that services use (`aileron.serve.encoding`);
it only works by column, so that a million rows of numbers take a second. What an encoding
learns, the vocabulary of a text, it learns from training rows alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from aileron.core.errors import InvalidInput
from aileron.data import Card, Column, Part, read_table_card
from aileron.serve.encoding import Encoder, Feature, Matrix, RowError
from aileron.serve.model import Task
from aileron.serve.text import MOST_TERMS, Vocabulary

SMALL: Final = 1_000_000
"""Cells below which a second thread costs more than it brings, most of all on a busy machine."""

TEXT_CELLS: Final = 50_000_000
"""Most cells of the matrix that texts may take, which bounds memory; 200 MB as float32."""
FITTING_TEXTS: Final = 50_000
"""Texts that a vocabulary is fitted on, spread evenly over the training rows."""


@dataclass(frozen=True)
class Target:
    """What is to be predicted; `classes` in the order of their indices, None of a number."""

    name: str
    task: Task
    classes: tuple[str, ...] | None


@dataclass(frozen=True)
class Labelled:
    """Rows of one part: ids, features of shape (rows, features), class indices or values."""

    sample_ids: tuple[str, ...]
    matrix: Matrix
    target: NDArray[Any]

    def __len__(self) -> int:
        return len(self.sample_ids)


def threads_for(cells: int) -> int:
    """Threads that pay for so many cells: one for small tables, else all (0)."""
    return 1 if cells < SMALL else 0


@dataclass(frozen=True)
class SplitTable:
    """A dataset's card and its rows, by part."""

    card: Card
    parts: Mapping[str, pa.Table]

    @classmethod
    def read(cls, dataset: Path, split: Path) -> SplitTable:
        """Read the DATASET and the SPLIT directory.

        Raises:
            InvalidInput: a sample of the dataset is in no part.
        """
        files = sorted((dataset / "table").iterdir())
        table = pa.concat_tables([pq.read_table(path) for path in files])
        parts = pq.read_table(split / "split.parquet")
        place = pc.index_in(table["sample_id"], parts["sample_id"].combine_chunks())
        if place.null_count:
            sample = table.filter(pc.is_null(place))["sample_id"][0].as_py()
            raise InvalidInput("train.split_mismatch", count=place.null_count, sample=sample)
        part = pc.take(parts["split"], place)
        names = ("train", "validation", "test")
        return cls(
            read_table_card(dataset), {name: table.filter(pc.equal(part, name)) for name in names}
        )

    @property
    def cells(self) -> int:
        return self.card.counts.rows * max(1, len(self.card.features))

    def part(self, name: Part) -> pa.Table:
        """The rows of a part, in the dataset's order; `InvalidInput` if there are none."""
        if not self.parts[name].num_rows:
            raise InvalidInput("train.empty_part", part=name)
        return self.parts[name]

    def features(self) -> tuple[Feature, ...]:
        """The columns to learn from; vocabularies of texts are fitted on the training rows.

        Raises:
            InvalidInput: there are none, or one of a type that no table model takes.
        """
        if not self.card.features:
            raise InvalidInput("train.no_features", dataset=self.card.name)
        return tuple(self._feature(column) for column in self.card.features)

    def _feature(self, column: Column) -> Feature:
        if column.type == "other":
            raise InvalidInput("train.unusable_feature", column=column.name, type=column.type)
        return Feature(
            column.name,
            column.type,
            column.categories,
            column.missing > 0,
            column.formats,
            self._vocabulary(column.name) if column.type == "text" else None,
        )

    def _vocabulary(self, name: str) -> Vocabulary:
        table = self.part("train")
        if name not in table.column_names:
            raise InvalidInput("train.missing_column", column=name)
        texts = sum(column.type == "text" for column in self.card.features)
        most = min(MOST_TERMS, TEXT_CELLS // (texts * self.card.counts.rows))
        present = table[name].drop_null()
        step = -(-len(present) // FITTING_TEXTS) or 1
        chosen = present.take(pa.array(range(0, len(present), step), pa.int64()))
        return Vocabulary.fit(chosen.to_pylist(), most)

    def target(self) -> Target:
        """The target column and its classes.

        Raises:
            InvalidInput: a classification with fewer than two classes.
        """
        name, classes = self.card.predicted, self.card.classes
        if self.card.task == "forecasting":
            raise InvalidInput("train.not_learnt", where=self.card.name, task=self.card.task)
        if self.card.task == "regression":
            return Target(name, "regression", None)
        if classes is None or len(classes) < 2:
            raise InvalidInput("train.too_few_classes", column=name, count=len(classes or ()))
        return Target(name, "binary" if len(classes) == 2 else "multiclass", classes)

    def labelled(self, name: Part, features: Sequence[Feature], target: Target) -> Labelled:
        """A part, encoded for a model with these features and this target."""
        table = self.part(name)
        return Labelled(
            tuple(table["sample_id"].to_pylist()),
            encode(table, features),
            target_values(table, target, name),
        )


def encode(table: pa.Table, features: Sequence[Feature]) -> Matrix:
    """The features' columns of `table`, as float32 of shape (rows, columns of the encoder).

    Raises:
        InvalidInput: a column is missing, or a cell does not fit; names the sample.
    """
    encoder = Encoder(features)
    matrix = np.full((table.num_rows, encoder.width), np.nan, dtype=np.float32)
    there = frozenset(table.column_names)  # the table makes a new list at each call
    for place, feature in enumerate(features):
        if feature.name not in there:
            raise InvalidInput("train.missing_column", column=feature.name)
        column = table[feature.name].combine_chunks()
        start = encoder.starts[place]
        try:
            _encode_column(column, encoder, place, matrix[:, start : start + feature.width])
        except RowError as error:
            sample = table["sample_id"][error.row].as_py()
            raise InvalidInput("train.bad_row", sample=sample, problem=str(error)) from None
    return matrix


def _encode_column(column: Any, encoder: Encoder, place: int, block: Matrix) -> None:
    """One feature into its columns; whatever looks odd goes through the encoder of its cells,
    which names the fault."""
    feature = encoder.features[place]
    wide = encoder.wide(place)
    if feature.type == "number":
        block[:, 0] = _encode_numbers(column, encoder, place)
    elif feature.type == "text" and wide:
        for row, value in enumerate(column.to_pylist()):
            wide(value, row, block[row])
    else:
        values, first, indices = _distinct(column)
        codes = np.full((len(values), feature.width), np.nan, dtype=np.float32)
        for index, (value, row) in enumerate(zip(values, first, strict=True)):
            if wide:
                wide(value, row, codes[index])
            else:
                codes[index, 0] = encoder.cell(place)(value, row)
        block[:] = codes[indices]


def _encode_numbers(column: Any, encoder: Encoder, place: int) -> NDArray[np.float32]:
    feature, cell = encoder.features[place], encoder.cell(place)
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        return np.array([cell(v, row) for row, v in enumerate(column.to_pylist())], np.float32)
    values = pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False)
    with np.errstate(over="ignore"):
        encoded = values.astype(np.float32)
    odd = ~np.isfinite(encoded) & ~(np.isnan(values) & feature.missing_allowed)
    if odd.any():
        row = int(odd.argmax())
        cell(float(values[row]), row)
    return np.asarray(encoded)


def _distinct(column: Any) -> tuple[list[Any], list[int], NDArray[np.int64]]:
    """The values of `column`, the first row of each, and each row's place among the values."""
    coded = column.dictionary_encode(null_encoding="encode")
    indices = coded.indices.to_numpy(zero_copy_only=False)
    first = np.unique(indices, return_index=True)[1].tolist()
    return coded.dictionary.to_pylist(), first, indices


def target_values(table: pa.Table, target: Target, part: str) -> NDArray[Any]:
    """Class indices (int64) or values (float64) of the target column.

    Raises:
        InvalidInput: the column or a value is missing, or a value is none of the classes.
    """
    if target.name not in table.column_names:
        raise InvalidInput("train.missing_column", column=target.name)
    column = table[target.name].combine_chunks()
    missing = pc.is_null(column, nan_is_null=True)
    count = pc.sum(missing).as_py()
    if count:
        sample = table.filter(missing)["sample_id"][0].as_py()
        raise InvalidInput(
            "train.target_missing", count=count, part=part, column=target.name, sample=sample
        )
    if target.classes is None:
        return np.asarray(pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False))
    places = {label: index for index, label in enumerate(target.classes)}
    distinct = column.dictionary_encode()
    values = distinct.dictionary.to_pylist()
    for value in values:
        if value not in places:
            classes = ", ".join(map(repr, target.classes))
            raise InvalidInput(
                "train.unknown_class", column=target.name, found=repr(value), classes=classes
            )
    indices = distinct.indices.to_numpy(zero_copy_only=False)
    codes = np.array([places[value] for value in values], dtype=np.int64)
    return np.asarray(codes[indices])


def plain_rows(table: pa.Table, features: Sequence[Feature], rows: Sequence[int]) -> list[Any]:
    """The features of some rows as a caller of the service would send them."""
    chosen = table.select([feature.name for feature in features]).take(pa.array(rows, pa.int64()))
    return [{name: _plain(value) for name, value in row.items()} for row in chosen.to_pylist()]


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and value != value else value
