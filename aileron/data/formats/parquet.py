"""Parquet files as Hugging Face's library writes them: rows in a tree, with their features.

What the columns mean stands in the metadata of the schema under ``huggingface``: names of
classes, which columns are pictures and recordings. Files are read group by group; a medium is
named by its file and row, so that any can be had again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from aileron.core.errors import InvalidInput
from aileron.data.formats.parts import part_in
from aileron.data.formats.port import Sink, Tree
from aileron.data.formats.problems import Fault
from aileron.data.formats.text.values import class_name
from aileron.data.layout import Part

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

SUFFIX: Final = ".parquet"
FOLDER: Final = "data"
NO_PART: Final = "all"
METADATA: Final = b"huggingface"
MOST: Final = 256 << 20
"""Bytes of the media in a file, after which the next one begins."""
ROWS: Final = 100
"""Of a group, as the library has them for media."""
_BATCH: Final = 32
MediaKind = Literal["Image", "Audio"]


def parquets(tree: Tree) -> list[str]:
    """The Parquet files of `tree`."""
    return [path for path in tree.paths() if path.lower().endswith(SUFFIX)]


@dataclass(frozen=True)
class Columns:
    """The columns of a file: their names, which is the medium, and the names of classes."""

    names: tuple[str, ...]
    media: Mapping[MediaKind, str]
    classes: Mapping[str, tuple[str, ...]]
    """Column, or ``column.field`` of a nested one -> the names of its numbers."""


class Table:
    """One file. Its rows are read as they are consumed.

    Raises:
        InvalidInput: it is no Parquet.
    """

    def __init__(self, tree: Tree, path: str) -> None:
        import pyarrow.parquet as pq

        self.path = path
        with _reading(path):
            self._file: pq.ParquetFile = pq.ParquetFile(tree.open(path))
            self.columns = _columns(self._file.schema_arrow)

    @property
    def part(self) -> Part | None:
        """The part that its name says."""
        return part_in(self.path.rsplit("/", 1)[-1])

    def rows(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Number from 0 and values of each row."""
        number = 0
        with _reading(self.path):
            batches = self._file.iter_batches(batch_size=_BATCH)
        while True:
            with _reading(self.path):
                batch = next(batches, None)
                values = [] if batch is None else batch.to_pylist()
            if batch is None:
                return
            for row in values:
                yield number, row
                number += 1

    def cell(self, column: str, row: int) -> Any:
        """The value of one cell."""
        first = 0
        for group in range(self._file.num_row_groups):
            count = self._file.metadata.row_group(group).num_rows
            if row < first + count:
                with _reading(self.path):
                    found = self._file.read_row_group(group, columns=[column])
                    return found.column(column)[row - first].as_py()
            first += count
        raise Fault("no_medium", key=f"{self.path}#{row}")


class Media:
    """The bytes of the media of some tables, by ``file#row``."""

    def __init__(self, tree: Tree, kind: MediaKind, tables: Sequence[Table]) -> None:
        self._tree, self._kind = tree, kind
        self._paths = frozenset(tree.paths())
        self._tables = {table.path: table for table in tables}
        self._latest: tuple[str, bytes] = ("", b"")

    def take(self, table: Table, number: int, row: Mapping[str, Any]) -> tuple[str, bytes, str]:
        """The name of the medium of a row, its bytes, and the path that it says it had.

        Raises:
            Fault: it has none.
        """
        name = f"{table.path}#{number}"
        content, path = self._content(name, row.get(table.columns.media[self._kind]))
        self._latest = name, content
        return name, content, path

    def read(self, name: str) -> bytes:
        """The bytes of the medium `name`; those of the latest row are at hand."""
        if self._latest[0] == name:
            return self._latest[1]
        path, _, number = name.rpartition("#")
        table = self._tables[path]
        cell = table.cell(table.columns.media[self._kind], int(number))
        return self._content(name, cell)[0]

    def _content(self, name: str, cell: Any) -> tuple[bytes, str]:
        if isinstance(cell, bytes):
            return cell, ""
        values = cell if isinstance(cell, dict) else {}
        path = values.get("path")
        shown = path if isinstance(path, str) else ""
        content = values.get("bytes")
        if isinstance(content, bytes):
            return content, shown
        if shown in self._paths:
            return self._tree.read(shown), shown
        raise Fault("no_medium", key=name)


class ParquetWriter:
    """Writes ``data/train-00000.parquet`` and so on. A context manager, which ends them."""

    def __init__(self, sink: Sink, schema: pa.Schema, features: Mapping[str, Any]) -> None:
        metadata = {METADATA: json.dumps({"info": {"features": features}}).encode()}
        self._sink, self._schema = sink, schema.with_metadata(metadata)
        self._rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._sizes: dict[str, int] = defaultdict(int)
        self._counts: dict[str, int] = defaultdict(int)

    def add(self, part: Part | None, row: dict[str, Any], size: int) -> None:
        """Put a row of `size` bytes behind the others of its part."""
        name = part or NO_PART
        self._rows[name].append(row)
        self._sizes[name] += size
        if self._sizes[name] >= MOST:
            self._end(name)

    def __enter__(self) -> ParquetWriter:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            for name in list(self._rows):
                self._end(name)

    def _end(self, name: str) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = pa.Table.from_pylist(self._rows.pop(name), schema=self._schema)
        out = pa.BufferOutputStream()
        pq.write_table(table, out, row_group_size=ROWS)
        self._sink.write(
            f"{FOLDER}/{name}-{self._counts[name]:05d}{SUFFIX}", out.getvalue().to_pybytes()
        )
        self._counts[name] += 1
        self._sizes[name] = 0


def label_name(value: Any, names: Sequence[str] | None, field: str) -> str | None:
    """The class that a cell holds as a number of `names`, or as a name; None if it has none.

    Raises:
        Fault: it is no such number.
    """
    if value is None or value == -1 or value == "":
        return None
    if names and isinstance(value, int) and not isinstance(value, bool):
        if not 0 <= value < len(names):
            raise Fault("unknown_label", name=value, classes=", ".join(names)[:200])
        return names[value]
    return class_name(value, field)


def class_feature(names: Sequence[str]) -> dict[str, Any]:
    """The feature of numbers of classes."""
    return {"names": list(names), "_type": "ClassLabel"}


def list_feature(feature: Any) -> dict[str, Any]:
    """The feature of lists."""
    return {"feature": feature, "_type": "Sequence"}


def value_feature(kind: str) -> dict[str, Any]:
    """The feature of plain values."""
    return {"dtype": kind, "_type": "Value"}


def _columns(schema: pa.Schema) -> Columns:
    import pyarrow as pa

    features = _features(schema)
    media: dict[MediaKind, str] = {}
    classes: dict[str, tuple[str, ...]] = {}
    for column in schema:
        feature = features.get(column.name)
        kind = feature.get("_type") if isinstance(feature, dict) else None
        held = pa.types.is_struct(column.type) and column.type.get_field_index("bytes") >= 0
        names: Mapping[str, MediaKind] = {"image": "Image", "img": "Image", "audio": "Audio"}
        if kind == "Image":
            media.setdefault("Image", column.name)
        elif kind == "Audio":
            media.setdefault("Audio", column.name)
        elif (held or pa.types.is_binary(column.type)) and column.name.lower() in names:
            media.setdefault(names[column.name.lower()], column.name)
        classes.update(_class_names(column.name, feature))
    return Columns(tuple(schema.names), media, classes)


def _features(schema: pa.Schema) -> Mapping[str, Any]:
    """The features in the metadata; none if there are none that can be read."""
    try:
        info = json.loads((schema.metadata or {}).get(METADATA, b"{}"))
        found = info["info"]["features"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _class_names(name: str, feature: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    """``column`` or ``column.field`` and the names of its classes."""
    if isinstance(feature, list) and feature:  # a list, as the library once wrote it
        yield from _class_names(name, feature[0])
    if not isinstance(feature, dict):
        return
    names = feature.get("names")
    if feature.get("_type") == "ClassLabel" and isinstance(names, list):
        yield name, tuple(map(str, names))
    elif "_type" in feature:
        yield from _class_names(name, feature.get("feature"))
    else:
        for field, below in feature.items():
            yield from _class_names(f"{name}.{field}", below)


@contextmanager
def _reading(path: str) -> Iterator[None]:
    """What the library raises over a damaged file becomes an `InvalidInput` about `path`."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, ValueError, NotImplementedError, OverflowError) as error:
        problem = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise InvalidInput("data.formats.not_parquet", where=path, problem=problem) from None
