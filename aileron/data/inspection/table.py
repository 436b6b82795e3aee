"""A file of rows, looked at as a whole: the fields of a dataset definition, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aileron.core.errors import InvalidInput
from aileron.data.card import Column, Task
from aileron.data.inspection.assumption import Assumption, assume, listed
from aileron.data.inspection.columns import all_missing, assumptions, judge
from aileron.data.inspection.container import find_format
from aileron.data.inspection.delimiters import draft
from aileron.data.inspection.files import Opened, open_excel, open_sqlite, open_text
from aileron.data.inspection.target import (
    counts_of,
    find_target,
    find_task,
    label_assumptions,
    match_labels,
    order_classes,
)
from aileron.data.joining import Raw, SourceFiles, join, read_raw
from aileron.data.reading import Source, cleaned
from aileron.data.specs import DELIMITED, HEADED, MISSING, FileFormat, TableSpec

if TYPE_CHECKING:
    import pyarrow as pa


OPTIONS: Final[Mapping[str, tuple[FileFormat, ...]]] = {
    "delimiter": DELIMITED,
    "encoding": (*DELIMITED, "json", "jsonl"),
    "header": HEADED,
    "sheet": ("excel",),
    "table": ("sqlite",),
}
"""What can be asked for -> the formats that it means something for."""


@dataclass(frozen=True)
class Asked:
    """What the user said about the file; None is for us to find out."""

    target: str | None = None
    task: Task | None = None
    header: bool | None = None
    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    table: str | None = None


@dataclass(frozen=True)
class Inspection:
    """What was found."""

    definition: dict[str, Any]
    """Fields of a dataset definition, without name and source; only what is no default."""
    spec: TableSpec
    columns: tuple[Column, ...]
    """As the import will have them."""
    table: pa.Table
    """The rows as the import will have them."""
    assumptions: tuple[Assumption, ...]
    test_rows: int = 0

    @property
    def rows(self) -> int:
        return int(self.table.num_rows)


def inspect_table(data: Path, asked: Asked, test: Path | None = None) -> Inspection:
    """Look at the file `data`, and at `test` if the test rows are in a file of their own.

    Raises:
        InvalidInput: the data cannot be used; says where and what to do.
    """
    opened = _open(data, asked)
    files = SourceFiles(data, test)
    raw = read_raw(files, draft(**opened.fields))
    table = raw.data.table
    target, said = find_target(asked.target, table.column_names, data.name)
    if table.num_columns == 1:
        raise InvalidInput("data.one_column", where=data.name, column=target)
    verdicts = judge(table, target, keys=test is None)
    chosen = find_task(asked.task, target, verdicts.cells[target], data.name)
    fields = {
        **opened.fields,
        "missing": all_missing(verdicts) if verdicts.missing else list(MISSING),
        "target": target,
        "task": chosen.task,
        "id_column": verdicts.id_column,
        "columns": verdicts.specs,
    }
    found = [*opened.assumptions, *said, *chosen.assumptions]
    fields, more = _targets(raw, fields)
    return _checked(raw, files, fields, (*found, *more, *assumptions(verdicts)))


def _open(data: Path, asked: Asked) -> Opened:
    """The fields that say how to read the file.

    Raises:
        InvalidInput: it is no table, or what was asked for does not fit its format.
    """
    form: FileFormat = find_format(data)
    for option in OPTIONS:
        if getattr(asked, option) is not None and form not in OPTIONS[option]:
            formats = ", ".join(OPTIONS[option])
            values = {"option": option, "formats": formats, "found": form}
            raise InvalidInput("data.option_of_format", where=data.name, **values)
    if form in ("csv", "tsv", "json", "jsonl"):
        return open_text(data, form, asked.delimiter, asked.encoding, asked.header, asked.target)
    if form == "excel":
        return open_excel(data, asked.sheet, asked.header, asked.target)
    if form == "sqlite":
        return open_sqlite(data, asked.table, asked.target)
    return Opened({"format": form}, ())


def _targets(raw: Raw, fields: dict[str, Any]) -> tuple[dict[str, Any], list[Assumption]]:
    """`fields` with labels, classes and what happens to rows without a target; and why."""
    said: list[Assumption] = []
    target = fields["target"]
    spec = draft(**fields)
    values = [
        cleaned(Source(source.table.select([target]), source.where), spec).table[target]
        for source in (raw.data, raw.test)
        if source is not None and target in source.table.column_names
    ]
    lost = sum(column.null_count for column in values)
    if lost:
        fields = {**fields, "missing_target": "leave_out"}
        said.append(assume("missing_target", target=target, count=lost))
    if fields["task"] == "regression":
        return fields, said
    counts = counts_of(values[0])
    if len(values) == 2:
        labels = match_labels(list(counts), list(counts_of(values[1])))
        said += label_assumptions(labels)
        fields = {**fields, **({"labels": labels} if labels else {})}
    if len(counts) == 2:
        classes, positive = order_classes(counts, target)
        fields = {**fields, "classes": classes}
        said.append(positive)
    return fields, said


def _checked(
    raw: Raw, files: SourceFiles, fields: dict[str, Any], said: tuple[Assumption, ...]
) -> Inspection:
    """The inspection, after the rows went through what the import does with them."""
    import pyarrow as pa

    from aileron.data.ingest import typed_columns

    spec = draft(**fields)
    joined = join(raw, files, spec)
    typed = typed_columns(joined.source, spec, files.data.name)
    columns = tuple(item.column for item in typed)
    test_rows = sum(part == "test" for part in joined.parts or ())
    return Inspection(
        definition={key: value for key, value in fields.items() if not _is_default(key, value)},
        spec=spec,
        columns=columns,
        table=pa.table({item.column.name: item.values for item in typed}),
        assumptions=(*said, *_kinds(columns)),
        test_rows=test_rows,
    )


def _kinds(columns: tuple[Column, ...]) -> Iterator[Assumption]:
    """What is learnt from texts and dates, since a person would not guess it."""
    for kind, said in (("text", "text_features"), ("date", "date_features")):
        names = [c.name for c in columns if c.type == kind and c.role == "feature"]
        if names:
            yield assume(said, columns=listed(names), count=len(names))


def _is_default(key: str, value: Any) -> bool:
    default = TableSpec.model_fields[key].get_default(call_default_factory=True)
    return bool(value == default or (key == "missing" and tuple(value) == MISSING) or value is None)
