"""Step `data.ingest`: a file of rows becomes a dataset with a card and sample ids."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from aileron.core.digest import digest_file
from aileron.core.errors import InvalidInput
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context, StepConfig
from aileron.data.card import Card, Counts, SourceFile, write_card
from aileron.data.joining import Joined, SourceFiles, read_joined, source_files
from aileron.data.layout import write_rows, write_samples
from aileron.data.reading import Source
from aileron.data.shelf import Shelf
from aileron.data.specs import TableSpec
from aileron.data.times import check_times

if TYPE_CHECKING:
    import pyarrow as pa

    from aileron.data.inference import Typed, Typist


MOST_CLASSES: Final = 1000
"""More classes than this are no classification that the other stages are made for."""


class IngestConfig(TableSpec, StepConfig):
    """How to read the source: the dataset definition without its source."""


class Ingest(Component[IngestConfig]):
    """Import a file."""

    name = "data.ingest"
    version = 3
    title: ClassVar[Mapping[str, str]] = {"en": "Import a table", "zh": "导入表格"}
    Config = IngestConfig
    inputs: ClassVar[Mapping[str, Port]] = {
        "source": Port(ArtifactKind.SOURCE, "one file, or one in data/ and one in test/")
    }
    outputs: ClassVar[Mapping[str, Port]] = {"dataset": Port(ArtifactKind.DATASET)}

    def run(
        self, context: Context, config: IngestConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        files = source_files(inputs["source"])
        folder = context.output("dataset")
        with tempfile.TemporaryDirectory(prefix="rows-", dir=context.work) as work:
            joined = read_joined(files, config, Path(work))
            ids = _sample_ids(joined, config, files)
            shelf = Shelf(Path(work) / "typed")
            typed = typed_columns(joined.source, config, files.data.name, shelf.keep)
            card = _write(folder, config, files, joined, ids, typed, shelf)
        for note in joined.notes:
            context.log(note)
        rows, features = card.counts.rows, len(card.features)
        context.log(f"{rows} rows, {features} features, digest {card.digest[:12]}")
        for column in card.columns:
            if column.role == "ignored":
                context.log(f"column {column.name} is ignored: {column.reason}")
        return {"dataset": folder}


def typed_columns(
    source: Source,
    spec: TableSpec,
    file: str,
    keep: Callable[[pa.Array], pa.Array] = lambda values: values,
) -> list[Typed]:
    """The columns in source order, without the id column.

    Args:
        keep: puts the values of a column where they wait for the others.

    Raises:
        InvalidInput: values do not fit a type, or there is nothing to learn from or to predict.
    """
    from aileron.data.inference import Typist

    typist = Typist(spec, source.where)
    typed = []
    for name in source.table.column_names:
        if name == spec.id_column:
            continue
        item = _typed(typist, name, source.table[name].combine_chunks())
        typed.append(replace(item, values=keep(item.values)))
    univariate = spec.task == "forecasting"  # its own past is enough
    if not univariate and not any(item.column.role == "feature" for item in typed):
        raise InvalidInput("data.no_features", where=file, target=spec.target or "-")
    classes = _classes(typed)
    if spec.task == "forecasting":
        check_times(typed, source.where)
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
    joined: Joined,
    ids: pa.Array,
    typed: list[Typed],
    shelf: Shelf,
) -> Card:
    import pyarrow as pa

    from aileron.data.rows import dataset_digest, row_digest_column

    columns = tuple(item.column for item in typed)
    rows = pa.table({item.column.name: item.values for item in typed})
    with ThreadPoolExecutor(1) as pool:  # Arrow writes while Python computes digests
        written = pool.submit(write_rows, folder, ids, rows, shelf.release)
        digests = row_digest_column([item.values for item in typed], shelf.release)
        written.result()
        samples = pool.submit(write_samples, folder, ids, digests, joined.parts)
        digest = dataset_digest(columns, ids, digests, joined.parts)
        samples.result()
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
        counts=Counts(rows=len(ids)),
        digest=digest,
        source=_source_file(files.data),
        test_source=_source_file(files.test) if files.test else None,
        licence=config.licence,
        owner=config.owner,
        created_by=f"{Ingest.name}@{Ingest.version}",
    )
    write_card(card, folder)
    return card


def _source_file(path: Path) -> SourceFile:
    return SourceFile(file=path.name, sha256=digest_file(path))


def _sample_ids(joined: Joined, config: IngestConfig, files: SourceFiles) -> pa.Array:
    """Ids from the id column, else ``r00000001`` and so on in source order."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    table = joined.source.table
    if config.id_column is None:
        numbers = pa.array(np.arange(1, table.num_rows + 1)).cast(pa.string())
        padded = pc.utf8_lpad(numbers, width=8, padding="0")
        return pc.binary_join_element_wise("r", padded, "")
    ids = table[config.id_column].combine_chunks().cast(pa.string())
    if ids.null_count:
        where = joined.source.where(pc.index(ids.is_null(), True).as_py())
        raise InvalidInput("data.missing_id", where=where, column=config.id_column)
    counts = pc.value_counts(ids)
    twice = counts.filter(pc.greater(counts.field("counts"), 1))
    if len(twice):
        value = twice.field("values")[0].as_py()
        raise InvalidInput(
            "data.duplicate_id", where=files.data.name, column=config.id_column, value=value
        )
    return ids
