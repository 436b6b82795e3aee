"""CSV, TSV and Excel with a header: a row per text.

Columns are known by their names: `text`, `text_b`, `label` or `labels`, `split`, `id`, and the
spellings of GLUE and of Chinese collections; others are attributes. A column called `labels`
holds several in a cell, with ``;`` or else ``|`` between them; one called `label` holds one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, Final

from aileron.core.errors import InvalidInput
from aileron.core.phrase import Phrase, phrase
from aileron.data.formats.ids import Ids
from aileron.data.formats.parts import part_in
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import Attributes, Scalar, Task, TextSample
from aileron.data.formats.text.lines import encoding_notes, files_with, has_media, suffix_of
from aileron.data.formats.text.pieces import Pieces
from aileron.data.formats.text.tables import SUFFIXES, Table, csv_row, header_of, open_table
from aileron.data.formats.text.values import NAMES, Roles, class_names, part_of, roles_of
from aileron.data.formats.traits import KEPT, Keep, Trait, lossy, refused

MARKS: Final = (";", "|")
"""What may stand between several labels in a cell; the first that is there parts it."""
PREFIX: Final = "attribute."
"""Before the names of attributes that would otherwise be columns of ours."""
_OURS: Final = frozenset(spelling for names in NAMES.values() for spelling in names)


class TextCsv(Format[TextSample]):
    """Tables of texts."""

    name = "text_csv"
    title: ClassVar[Mapping[str, str]] = {"en": "CSV, TSV or Excel", "zh": "CSV、TSV 或 Excel"}
    modality = "text"
    tasks: ClassVar[tuple[Task, ...]] = ("classification", "matching", "pretraining")
    keeps: ClassVar[Mapping[Trait, Keep]] = {
        Trait.IDS: KEPT,
        Trait.TEXTS: KEPT,
        Trait.LABELS: KEPT,
        Trait.SEVERAL_LABELS: KEPT,
        Trait.PAIRS: KEPT,
        Trait.TAGS: refused(),
        Trait.SPANS: refused(),
        Trait.RELATIONS: refused(),
        Trait.TURNS: refused(),
        Trait.ATTRIBUTES: lossy("strings_only"),
        Trait.SPLITS: KEPT,
        Trait.UNANNOTATED: KEPT,
        Trait.EMPTY_CLASSES: lossy("classes_of_samples"),
    }
    layout = "{part}.csv (or .tsv, .xlsx): id,text[,text_b],label[,split][,attribute...]"
    source = "https://www.rfc-editor.org/rfc/rfc4180"
    options: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "joined_by": ("auto", ";", "|", ",", "none"),
    }

    def recognises(self, tree: Tree) -> bool:
        paths = files_with(tree, SUFFIXES)
        return bool(paths) and not has_media(tree) and "text" in roles_of(header_of(tree, paths[0]))

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[TextSample]:
        paths = files_with(tree, SUFFIXES)
        if not paths:
            raise InvalidInput("data.formats.no_annotations", where=tree.name, layout=self.layout)
        tables = [open_table(tree, path) for path in paths]
        for table in tables:
            if "text" not in roles_of(table.header):
                found = ", ".join(table.header)
                raise InvalidInput("data.formats.no_column", where=f"{table.path}:1", found=found)
        wanted = self.wanted(task, _task_of(tables))
        plain = [path for path in paths if suffix_of(path) != ".xlsx"]
        notes = (*encoding_notes(tree, plain), *self._label_notes(tables))
        samples = self._samples(tables, wanted, problems)
        return Reading(wanted, (), samples, known=False, notes=notes)

    def write(self, writing: Writing[TextSample], sink: Sink) -> None:
        columns = _Columns(writing, self._written_mark())
        with Pieces(sink, ".csv", csv_row(columns.names)) as pieces:
            for sample in writing.samples:
                pieces.add(sample.split, csv_row(columns.cells(sample)))

    def _samples(
        self, tables: Sequence[Table], task: Task, problems: Problems
    ) -> Iterator[TextSample]:
        ids = Ids()
        for table in tables:
            roles = roles_of(table.header)
            for line, cells in table.records(problems):
                try:
                    sample = self._sample(table, line, cells, roles, task)
                    sample_id = ids.new(sample.sample_id, table.path)
                except Fault as fault:
                    problems.add(table.path, fault, line)
                    continue
                yield replace(sample, sample_id=sample_id)

    def _sample(
        self,
        table: Table,
        line: int,
        cells: Mapping[str, str],
        roles: Roles,
        task: Task,
    ) -> TextSample:
        text = cells[roles["text"]]
        if not text.strip():
            raise Fault("no_text")
        labels = self._labels(cells, roles)
        part = part_of(cells[roles["split"]].strip()) if "split" in roles else None
        said = cells[roles["annotated"]].strip().lower() if "annotated" in roles else ""
        own = cells[roles["id"]].strip() if "id" in roles else ""
        return TextSample(
            sample_id=own or f"{table.path}:{line}",
            text=text,
            pair=(cells[roles["pair"]] or None) if "pair" in roles else None,
            labels=labels,
            split=part or part_in(table.path.rsplit("/", 1)[-1]),
            annotated=bool(labels) or said == "true" or (not said and task == "pretraining"),
            attributes=_attributes(cells, frozenset(roles.values())),
        )

    def _labels(self, cells: Mapping[str, str], roles: Roles) -> tuple[str, ...]:
        column = roles.get("labels") or roles.get("label")
        if column is None or not cells[column].strip():
            return ()
        cell = cells[column]
        mark = self._mark(cell, several="labels" in roles)
        pieces = [piece for piece in cell.split(mark) if piece.strip()] if mark else [cell]
        return class_names(pieces, column)

    def _mark(self, cell: str, several: bool) -> str | None:
        """What stands between the labels in `cell`; None if there is one."""
        chosen = self.option("joined_by")
        if chosen == "auto":
            return next((mark for mark in MARKS if mark in cell), None) if several else None
        return None if chosen == "none" else chosen

    def _label_notes(self, tables: Sequence[Table]) -> Iterator[Phrase]:
        if self.option("joined_by") == "auto":
            for table in tables:
                if "labels" in roles_of(table.header):
                    mark = " / ".join(MARKS)
                    yield phrase("data.formats.note_joined", file=table.path, mark=mark)

    def _written_mark(self) -> str | None:
        chosen = self.option("joined_by")
        return {"auto": MARKS[0], "none": None}.get(chosen, chosen)


class _Columns:
    """The columns that an export needs, and the cells of a sample."""

    def __init__(self, writing: Writing[TextSample], mark: str | None) -> None:
        self._mark = mark
        attributes: dict[str, None] = {}
        self._pairs = self._labels = self._several = self._blank = False
        for sample in writing.samples:
            attributes.update(dict.fromkeys(sample.attributes))
            self._pairs |= sample.pair is not None
            self._labels |= bool(sample.labels) or writing.task != "pretraining"
            self._several |= len(sample.labels) > 1
            told = bool(sample.labels) or writing.task == "pretraining"
            self._blank |= sample.annotated != told
        self._attributes = sorted(attributes)

    @property
    def names(self) -> list[str]:
        """The header."""
        names = ["id", "text"]
        names += ["text_b"] * self._pairs
        names += ["labels" if self._several else "label"] * self._labels
        names += ["annotated"] * self._blank
        return names + [_column(name) for name in self._attributes]

    def cells(self, sample: TextSample) -> list[str]:
        """The row of `sample`."""
        cells = [sample.sample_id, sample.text]
        cells += [sample.pair or ""] * self._pairs
        cells += [self._cell(sample.labels)] * self._labels
        cells += [str(sample.annotated).lower()] * self._blank
        return cells + [_text(sample.attributes.get(name)) for name in self._attributes]

    def _cell(self, labels: Sequence[str]) -> str:
        if not self._several:
            return "".join(labels)
        for label in labels:
            held = next((mark for mark in (*MARKS, self._mark) if mark and mark in label), None)
            if held or self._mark is None:
                raise InvalidInput("data.formats.mark_in_label", name=label, mark=held or "")
        return str(self._mark).join(labels)


def _task_of(tables: Sequence[Table]) -> Task:
    roles = [roles_of(table.header) for table in tables]
    if any("pair" in found for found in roles):
        return "matching"
    labelled = any("label" in found or "labels" in found for found in roles)
    return "classification" if labelled else "pretraining"


def _attributes(cells: Mapping[str, str], known: frozenset[str]) -> Attributes:
    return {
        name.removeprefix(PREFIX): cell
        for name, cell in cells.items()
        if name not in known and name and cell
    }


def _column(attribute: str) -> str:
    ours = attribute.strip().lower() in _OURS or attribute.startswith(PREFIX)
    return f"{PREFIX}{attribute}" if ours or attribute != attribute.strip() else attribute


def _text(value: Scalar | None) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
