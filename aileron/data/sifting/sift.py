"""Which rows of a table can be imported together, and why the others cannot.

Cells are judged by the column that they are in, and what a column is follows from all of its
cells; so the rows that are left are judged again until none of them is at fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from aileron.core.errors import InvalidInput
from aileron.core.phrase import Phrase, phrase
from aileron.data.joining import Raw, SourceFiles, read_raw
from aileron.data.reading import Source
from aileron.data.refusals import LeftOut
from aileron.data.row_faults import Noted
from aileron.data.sifting.lines import has_lines
from aileron.data.sifting.side import Side
from aileron.data.specs import TableSpec

MadeT = TypeVar("MadeT")
Make = Callable[[Raw, SourceFiles, Noted], MadeT]
"""Makes of the rows what is wanted of them, and notes those that are at fault."""


@dataclass(frozen=True)
class Sifted(Generic[MadeT]):
    """What came of it."""

    made: MadeT | None
    """Of the rows that are left; None if nothing can be made of them."""
    error: InvalidInput | None
    """Why not; None too if there are none."""
    rows: int
    left: LeftOut
    pieces: Mapping[str, bytes]
    """Name of a file -> the rows that were left out of it."""
    missing: int
    """Rows that these do not hold: too many, or too large."""
    notes: tuple[str, ...] = ()


def sift(
    files: SourceFiles,
    spec: TableSpec,
    work: Path,
    limited: Callable[[Raw, SourceFiles], Raw],
    make: Make[MadeT],
    error: InvalidInput,
) -> Sifted[MadeT]:
    """Leave out of `files` what cannot be used.

    Args:
        work: a new folder, for what does not fit into memory.
        limited: takes of the rows as many as there may be.
        error: what was found to be wrong; raised if it cannot be got round.

    Raises:
        InvalidInput: something is wrong with more than rows.
    """
    work.mkdir()
    paths = [path for path in (files.data, files.test) if path is not None]
    sides = [
        Side(path, spec, work / f"{number}", alone=len(paths) == 1)
        for number, path in enumerate(paths)
    ]
    if any(side.is_empty for side in sides):
        return _sifted(sides)
    whole = SourceFiles(*(side.path for side in sides))
    raw = read_raw(whole, spec, work if has_lines(spec) else None)
    if not all(side.fits(source) for side, source in _each(sides, raw)):
        raise error
    for side, source in _each(sides, limited(raw, whole)):
        side.open(source)
    return _judged(sides, whole, spec, make)


def _each(sides: Sequence[Side], raw: Raw) -> Iterator[tuple[Side, Source]]:
    """Each file and its rows."""
    sources = [source for source in (raw.data, raw.test) if source is not None]
    return zip(sides, sources, strict=True)


def _judged(
    sides: Sequence[Side], files: SourceFiles, spec: TableSpec, make: Make[MadeT]
) -> Sifted[MadeT]:
    if spec.missing_target == "leave_out" and spec.target is not None:
        for side in sides:
            side.drop_without(spec.target)
    while all(len(side.kept) for side in sides):
        noted = Noted(sum(len(side.kept) for side in sides))
        made: MadeT | None = None
        try:
            made = make(Raw(*(side.rows() for side in sides)), files, noted)
        except InvalidInput as error:
            if not noted.bad.any():
                return _sifted(sides, error=error)
        if made is not None and not noted.bad.any():
            return _sifted(sides, made)
        first = 0
        for side in sides:
            last = first + len(side.kept)
            side.drop(noted.bad[first:last], _counted(noted.reasons, first, last))
            first = last
    return _sifted(sides)


def _counted(
    reasons: Mapping[int, Mapping[str, Phrase]], first: int, last: int
) -> Iterator[tuple[int, Phrase]]:
    """The reasons of the rows from `first` to `last`, whose numbers begin with 0 then."""
    for row, several in reasons.items():
        if first <= row < last:
            yield row - first, _one(tuple(several.values()))


def _one(reasons: tuple[Phrase, ...]) -> Phrase:
    if len(reasons) == 1:
        return reasons[0]
    return phrase("data.several_reasons", reasons=[reason.to_dict() for reason in reasons])


def _sifted(
    sides: Sequence[Side], made: MadeT | None = None, error: InvalidInput | None = None
) -> Sifted[MadeT]:
    left = LeftOut()
    for side in sides:
        left.add_all(side.left)
    listed = sum(len(side.pieces.rows) for side in sides)
    return Sifted(
        made=made,
        error=error,
        rows=sum(side.remaining for side in sides),
        left=left,
        pieces={side.pieces.name: side.pieces.content() for side in sides if side.pieces.rows},
        missing=left.count - listed,
        notes=tuple(note for side in sides for note in side.notes),
    )
