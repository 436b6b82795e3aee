"""One file of a table's source while its rows are sifted: what is left, and what is left out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aileron.core.errors import InvalidInput
from aileron.core.phrase import Phrase
from aileron.data.reading import Source, cleaned
from aileron.data.refusals import LeftOut
from aileron.data.row_faults import Noted
from aileron.data.sifting.lines import WholeRows, has_lines, whole_rows
from aileron.data.sifting.pieces import Pieces, as_csv, csv_header
from aileron.data.specs import TableSpec

if TYPE_CHECKING:
    import numpy as np


class Side:
    """The rows of one file."""

    def __init__(self, original: Path, spec: TableSpec, work: Path, *, alone: bool) -> None:
        """Look at the lines of `original`, if it has any.

        Args:
            work: a folder for the copy of those that are whole.
            alone: whether there is no second file, which may have the same name.
        """
        import numpy as np

        self.original, self.spec = original, spec
        self.left = LeftOut()
        self.notes: list[str] = []
        name = original.name if alone else f"{original.parent.name}/{original.name}"
        self.pieces = Pieces(name, b"")
        self._whole: WholeRows | None = None
        self.kept: np.ndarray[Any, Any] = np.arange(0)
        """The numbers of the rows that are left."""
        self.path = original
        """What is to be read: a file of whole rows."""
        if has_lines(spec):
            copy = work / original.name
            self._whole = whole_rows(original, spec, copy, self._note)
            self.pieces.header = self._whole.header
            self.path = copy

    @property
    def is_empty(self) -> bool:
        """Whether no row of the file is whole."""
        return self._whole is not None and not len(self._whole.lines)

    @property
    def remaining(self) -> int:
        """How many rows are left."""
        return len(self.kept)

    def fits(self, source: Source) -> bool:
        """Whether the rows that were read are those that were whole."""
        return self._whole is None or source.table.num_rows == len(self._whole.lines)

    def open(self, source: Source) -> None:
        """Take the rows, the first of those that were whole."""
        import numpy as np

        self._source, whole, name = source, self._whole, self.original.name
        if whole is None:
            self.pieces.name += ".csv"
            self.pieces.header = csv_header(source.table)
        else:
            self._source = replace(source, where=lambda row: f"{name}:{whole.lines[row]}")
        self.kept = np.arange(source.table.num_rows)

    def rows(self) -> Source:
        """The rows that are left."""
        import pyarrow as pa

        source = self._source
        if len(self.kept) == source.table.num_rows:
            return source
        kept, where = self.kept, source.where
        return Source(source.table.take(pa.array(kept)), lambda row: where(int(kept[row])))

    def drop(self, bad: np.ndarray[Any, Any], reasons: Iterable[tuple[int, Phrase]]) -> None:
        """Leave out those of the rows that are left that are `bad`."""
        named = 0
        for number, reason in reasons:
            row, named = int(self.kept[number]), named + 1
            file, line = _place(self._source.where(row))
            self.left.add(file, reason, line)
            self.pieces.add(line, self._raw(row))
        self.left.count += int(bad.sum()) - named
        self.kept = self.kept[~bad]

    def drop_without(self, target: str) -> None:
        """Leave out the rows without a target, which is no fault where it is said so.

        Raises:
            InvalidInput: none has one.
        """
        import numpy as np

        if target not in self._source.table.column_names:
            return
        rows = len(self.kept)
        meant = cleaned(self._source, self.spec, Noted(rows).report())  # judged later
        has = np.asarray(meant.table[target].is_valid())
        if not has.any():
            raise InvalidInput("data.empty_target", where=self.original.name, target=target)
        if not has.all():
            self.notes.append(
                f"{self.original.name}: left out {int((~has).sum())} rows without {target}"
            )
            self.kept = self.kept[has]

    def _raw(self, row: int) -> bytes:
        if self._whole is not None:
            return self._whole.raw(row)
        return as_csv(list(self._source.table.slice(row, 1).to_pylist()[0].values()))

    def _note(self, line: int, reason: Phrase, content: bytes) -> None:
        self.left.add(self.original.name, reason, line)
        self.pieces.add(line, content)


def _place(where: str) -> tuple[str, int]:
    """File and line, or file and number of the row: ``cars.csv:3``, ``cars.xlsx[one] row 3``."""
    found = re.fullmatch(r"(.*)(?: row |:)(\d+)", where, re.DOTALL)
    if found is None:
        raise ValueError(where)
    return found[1], int(found[2])
