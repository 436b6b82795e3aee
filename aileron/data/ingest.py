"""Step `data.ingest`: a file of rows becomes a dataset with a card and sample ids."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, cast

from aileron.core.digest import digest_file
from aileron.core.errors import InvalidInput
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context
from aileron.data.appending import PARENT, PARENT_PORT, ImportConfig, taken_in
from aileron.data.card import Card, Counts, SourceFile, read_table_card, write_card
from aileron.data.joining import Joined, Raw, SourceFiles, join, read_raw, source_files
from aileron.data.layout import write_rows, write_samples
from aileron.data.limits import check_size
from aileron.data.parquet import ROW_GROUP
from aileron.data.reading import Source
from aileron.data.reading.spilled import column_of, file_of
from aileron.data.refusals import LeftOut
from aileron.data.refused_file import write_refused_rows
from aileron.data.row_faults import OF_ROWS, Noted, Report, refusing
from aileron.data.shelf import Shelf
from aileron.data.sifting.sift import sift
from aileron.data.specs import ColumnSpec, TableSpec
from aileron.data.table_limits import check_columns, first_of_rows
from aileron.data.times import check_times

if TYPE_CHECKING:
    import pyarrow as pa

    from aileron.data.inference import Typed, Typist


COLUMNS_AT_ONCE: Final = 2
"""Columns of a file that are typed, and in memory, together."""
MOST_CLASSES: Final = 1000
"""More classes than this are no classification that the other stages are made for."""


class IngestConfig(TableSpec, ImportConfig):
    """How to read the source: the dataset definition without its source."""


class Ingest(Component[IngestConfig]):
    """Import a file."""

    name = "data.ingest"
    version = 4
    title: ClassVar[Mapping[str, str]] = {"en": "Import a table", "zh": "导入表格"}
    Config = IngestConfig
    inputs: ClassVar[Mapping[str, Port]] = {
        "source": Port(ArtifactKind.SOURCE, "one file, or one in data/ and one in test/"),
        PARENT: PARENT_PORT,
    }
    outputs: ClassVar[Mapping[str, Port]] = {
        "dataset": Port(ArtifactKind.DATASET),
        "refused": Port(ArtifactKind.EXPORT, "rows that were left out, and why", optional=True),
    }

    def run(
        self, context: Context, config: IngestConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        return taken_in(type(self), self._take_in, context, config, inputs)

    def _take_in(
        self, context: Context, config: IngestConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        config = _as_before(config, inputs)
        files = source_files(inputs["source"])
        folder = context.output("dataset")
        with tempfile.TemporaryDirectory(prefix="rows-", dir=context.work) as work:
            taken, outputs = _taken(context, config, files, Path(work))
            card = _write(folder, config, files, taken)
        for note in taken.joined.notes:
            context.log(note)
        rows, features = card.counts.rows, len(card.features)
        context.log(f"{rows} rows, {features} features, digest {card.digest[:12]}")
        for column in card.columns:
            if column.role == "ignored":
                context.log(f"column {column.name} is ignored: {column.reason}")
        return {"dataset": folder, **outputs}


def _as_before(config: IngestConfig, inputs: Mapping[str, Path]) -> IngestConfig:
    """`config` with the types that columns have in the version that its rows join."""
    if config.append is None:
        return config
    columns = dict(config.columns)
    for column in read_table_card(inputs[PARENT]).columns:
        said = columns.get(column.name, ColumnSpec())
        free = column.role in ("feature", "ignored") and column.type != "other"
        if free and said.type is None and not said.categories:
            columns[column.name] = said.model_copy(update={"type": column.type})
    return config.model_copy(update={"columns": columns})


@dataclass(frozen=True)
class Taken:
    """The rows that are imported, before they are written."""

    joined: Joined
    ids: pa.Array
    typed: list[Typed]
    shelf: Shelf
    left: LeftOut = field(default_factory=LeftOut)
    """The rows that are not."""


def _taken(
    context: Context, config: IngestConfig, files: SourceFiles, work: Path
) -> tuple[Taken, dict[str, Path]]:
    """All rows, or those that can be used, and what is handed back of the others.

    Raises:
        InvalidInput: the file cannot be used, or too many of its rows.
    """
    for path in (files.data, files.test):
        if path is not None:
            check_size(path, config.limits.archive)
    numbers = count()

    def make(raw: Raw, files: SourceFiles, noted: Noted | None = None) -> Taken:
        check_columns(raw.data.table.column_names, config.limits.tables, files.data.name)
        joined = join(raw, files, config, noted)
        report = noted.report() if noted else refusing(joined.source.where)
        ids = _sample_ids(joined, config, report)
        shelf = Shelf(work / f"typed{next(numbers)}", file_of(joined.source.table))
        alone, name = config.append is None, files.data.name
        at_once = 1 if noted else COLUMNS_AT_ONCE
        typed = typed_columns(
            joined.source, config, name, shelf.keep, report, alone=alone, at_once=at_once
        )
        return Taken(joined, ids, typed, shelf)

    def limited(raw: Raw, files: SourceFiles) -> Raw:
        return first_of_rows(raw, config.limits.dataset, files.data, context.log)

    try:
        return make(limited(read_raw(files, config, work), files), files), {}
    except InvalidInput as error:
        if error.message_id not in OF_ROWS:
            raise
        context.log("some rows cannot be used; they are looked for")
        sifted = sift(files, config, work / "sifted", limited, make, error)
    outputs = write_refused_rows(
        context.output("refused"), sifted.left, sifted.pieces, sifted.missing
    )
    sifted.left.judge(context, files.data.name, sifted.rows, config)
    if sifted.error is not None:
        raise sifted.error  # of the rest
    made = cast("Taken", sifted.made)  # there is a rest, or it would have been judged
    notes = (*sifted.notes, *made.joined.notes)
    return replace(made, joined=replace(made.joined, notes=notes), left=sifted.left), outputs


def typed_columns(
    source: Source,
    spec: TableSpec,
    file: str,
    keep: Callable[[pa.Array], pa.Array] = lambda values: values,
    report: Report | None = None,
    *,
    alone: bool = True,
    at_once: int = 1,
) -> list[Typed]:
    """The columns in source order, without the id column.

    Args:
        keep: puts the values of a column where they wait for the others.
        report: takes the rows with values that do not fit; the first one is raised without it.
        alone: whether there are no other rows, which may be of other classes.
        at_once: how many columns are worked on; the first fault in their order is raised.

    Raises:
        InvalidInput: values do not fit a type, or there is nothing to learn from or to predict.
    """
    import pyarrow as pa

    from aileron.data.inference import Typist

    report = report or refusing(source.where)
    typist = Typist(spec, report, spec.limits.tables.max_characters, alone=alone)

    def typed_(name: str) -> Typed:
        values = column_of(source.table, name)
        item = _typed(typist, name, values)
        if isinstance(item.values, pa.ChunkedArray):
            if item.values is values:
                return item  # it lies in a file already
            item = replace(item, values=item.values.combine_chunks())
        return replace(item, values=keep(item.values))

    names = [name for name in source.table.column_names if name != spec.id_column]
    with ThreadPoolExecutor(at_once) as pool:
        typed = list(pool.map(typed_, names))
    univariate = spec.task == "forecasting"  # its own past is enough
    if not univariate and not any(item.column.role == "feature" for item in typed):
        raise InvalidInput("data.no_features", where=file, target=spec.target or "-")
    classes = _classes(typed)
    if spec.task == "forecasting":
        check_times(typed, report)
    if classes is not None and len(classes) > MOST_CLASSES:
        raise InvalidInput(
            "data.too_many_classes",
            where=file,
            target=spec.target,
            count=len(classes),
            limit=MOST_CLASSES,
        )
    return typed


def _typed(typist: Typist, name: str, values: pa.Array) -> Typed:
    if name == typist.spec.target:
        return typist.target(values)
    if name == typist.spec.time_column:
        return typist.time(values)
    if name in typist.spec.series:
        return typist.series(name, values)
    return typist.feature(name, values)


def _classes(typed: Sequence[Typed]) -> tuple[str, ...] | None:
    """The classes of the target; None where it has none."""
    return next((item.column.categories for item in typed if item.column.role == "target"), None)


def _write(
    folder: Path,
    config: IngestConfig,
    files: SourceFiles,
    taken: Taken,
) -> Card:
    import pyarrow as pa

    from aileron.data.column_digests import dataset_digest

    joined, ids, typed, shelf = taken.joined, taken.ids, taken.typed, taken.shelf
    columns = tuple(item.column for item in typed)
    rows = pa.table({item.column.name: item.values for item in typed})
    parts = None if joined.parts is None else pa.array(joined.parts, pa.string())
    folder.mkdir(parents=True)
    with ThreadPoolExecutor(1) as pool:  # the rows are written while their digest is computed
        written = pool.submit(write_rows, folder, ids, rows, shelf.release)
        source = _source_file(files.data)
        values = [item.values for item in typed]
        digest = dataset_digest(columns, ids, values, parts, shelf.release)
        write_samples(folder, ids, parts)
        written.result()
    card = Card(
        name=config.name,
        display_name=config.display_name,
        task=config.task,
        target=config.target,
        time_column=config.time_column,
        series=config.series,
        classes=_classes(typed),
        id_column=config.id_column,
        columns=columns,
        counts=Counts(rows=len(ids), refused=taken.left.count),
        digest=digest,
        source=source,
        test_source=_source_file(files.test) if files.test else None,
        refused=taken.left.named(),
        licence=config.licence,
        owner=config.owner,
        created_by=f"{Ingest.name}@{Ingest.version}",
    )
    write_card(card, folder)
    return card


def _source_file(path: Path) -> SourceFile:
    return SourceFile(file=path.name, sha256=digest_file(path))


def _sample_ids(joined: Joined, config: IngestConfig, report: Report) -> pa.Array:
    """Ids from the id column, else ``r00000001`` and so on in source order."""
    import pyarrow as pa
    import pyarrow.compute as pc

    table = joined.source.table
    if config.id_column is None:
        return pa.concat_arrays(
            _counted(start, min(start + ROW_GROUP, table.num_rows))
            for start in range(0, table.num_rows, ROW_GROUP)
        )
    name = config.id_column
    ids = table[name].combine_chunks().cast(pa.string())
    if ids.null_count:
        report(ids.is_null(), "data.missing_id", lambda _: {"column": name})
    if pc.count_distinct(ids, mode="only_valid").as_py() < len(ids) - ids.null_count:
        report(
            _again(ids),
            "data.duplicate_id",
            lambda row: {"column": name, "value": ids[row].as_py()},
        )
    return ids


def _counted(start: int, end: int) -> pa.Array:
    """The ids of the rows from number `start` (from 0) to before `end`."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    numbers = pa.array(np.arange(start + 1, end + 1)).cast(pa.string())
    return pc.binary_join_element_wise("r", pc.utf8_lpad(numbers, width=8, padding="0"), "")


def _again(ids: pa.Array) -> pa.Array:
    """Whether each id stands in an earlier row as well."""
    import pyarrow as pa

    seen: set[str] = set()
    again = []
    for value in ids.to_pylist():
        again.append(value is not None and value in seen)
        seen.add(value)
    return pa.array(again, pa.bool_())
