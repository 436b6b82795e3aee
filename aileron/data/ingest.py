"""Step `data.ingest`: a CSV or Parquet file becomes a dataset with a card and sample ids."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from aileron.core.digest import digest_file
from aileron.core.documents import suggestion
from aileron.core.errors import InvalidInput
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context, StepConfig
from aileron.data.card import Card, Counts, SourceFile, write_card
from aileron.data.layout import write_dataset
from aileron.data.specs import TableSpec

if TYPE_CHECKING:
    import pyarrow as pa

    from aileron.data.inference import Typed


class IngestConfig(TableSpec, StepConfig):
    """How to read the source: the dataset definition without its source."""


class Ingest(Component[IngestConfig]):
    """Import a file."""

    name = "data.ingest"
    version = 1
    title: ClassVar[Mapping[str, str]] = {"en": "Import a table", "zh": "导入表格"}
    Config = IngestConfig
    inputs: ClassVar[Mapping[str, Port]] = {
        "source": Port(ArtifactKind.SOURCE, "a directory with one CSV or Parquet file")
    }
    outputs: ClassVar[Mapping[str, Port]] = {"dataset": Port(ArtifactKind.DATASET)}

    def run(
        self, context: Context, config: IngestConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        from aileron.data.reading import read_source

        path = _only_file(inputs["source"])
        source = read_source(path, config)
        _check_columns(source.column_names, config, path.name)
        ids = _sample_ids(source, config, path)
        typed = _typed(source, config, path)
        folder = context.output("dataset")
        card = _write(folder, config, path, ids, typed)
        rows, features = card.counts.rows, len(card.features)
        context.log(f"{rows} rows, {features} features, digest {card.digest[:12]}")
        for column in card.columns:
            if column.role == "ignored":
                context.log(f"column {column.name} is ignored: {column.reason}")
        return {"dataset": folder}


def _write(
    folder: Path, config: IngestConfig, path: Path, ids: pa.Array, typed: list[Typed]
) -> Card:
    import pyarrow as pa

    from aileron.data.rows import dataset_digest, row_digests

    columns = tuple(item.column for item in typed)
    digests = row_digests([item.values for item in typed])
    target = next(column for column in columns if column.role == "target")
    card = Card(
        name=config.name,
        display_name=config.display_name,
        task=config.task,
        target=config.target,
        classes=target.categories,
        id_column=config.id_column,
        columns=columns,
        counts=Counts(rows=len(ids)),
        digest=dataset_digest(columns, ids.to_pylist(), digests),
        source=SourceFile(file=path.name, sha256=digest_file(path)),
        licence=config.licence,
        owner=config.owner,
        created_by=f"{Ingest.name}@{Ingest.version}",
    )
    write_dataset(folder, ids, digests, pa.table({i.column.name: i.values for i in typed}))
    write_card(card, folder)
    return card


def _typed(source: pa.Table, config: IngestConfig, path: Path) -> list[Typed]:
    """The columns in source order, without the id column."""
    from aileron.data.inference import Typist
    from aileron.data.reading import where_is_row

    typist = Typist(config, lambda row: where_is_row(path, config, row))
    typed = []
    for name in source.column_names:
        values = source[name].combine_chunks()
        if name == config.target:
            typed.append(typist.target(values))
        elif name != config.id_column:
            typed.append(typist.feature(name, values))
    if not any(item.column.role == "feature" for item in typed):
        raise InvalidInput("data.no_features", where=path.name, target=config.target)
    return typed


def _sample_ids(source: pa.Table, config: IngestConfig, path: Path) -> pa.Array:
    """Ids from the id column, else ``r00000001`` and so on in source order."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from aileron.data.reading import where_is_row

    if config.id_column is None:
        return pa.array([f"r{i:08d}" for i in range(1, source.num_rows + 1)], pa.string())
    ids = source[config.id_column].combine_chunks().cast(pa.string())
    if ids.null_count:
        where = where_is_row(path, config, pc.index(ids.is_null(), True).as_py())
        raise InvalidInput("data.missing_id", where=where, column=config.id_column)
    counts = pc.value_counts(ids)
    twice = counts.filter(pc.greater(counts.field("counts"), 1))
    if len(twice):
        value = twice.field("values")[0].as_py()
        raise InvalidInput(
            "data.duplicate_id", where=path.name, column=config.id_column, value=value
        )
    return ids


def _check_columns(names: list[str], config: IngestConfig, file: str) -> None:
    """Every column that the config names must be in the file."""
    if config.target not in names:
        raise InvalidInput(
            "data.no_target",
            where=file,
            target=config.target,
            hint=suggestion(config.target, names),
        )
    wanted = [*config.columns, *([config.id_column] if config.id_column else [])]
    for name in wanted:
        if name not in names:
            hint = suggestion(name, names)
            raise InvalidInput("data.no_column", where=file, column=name, hint=hint)


def _only_file(folder: Path) -> Path:
    files = [path for path in folder.iterdir() if path.is_file()]
    if len(files) != 1:
        raise InvalidInput("data.not_one_file", count=len(files))
    return files[0]
