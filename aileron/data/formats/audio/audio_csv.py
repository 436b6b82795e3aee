"""A CSV with a row per recording, ``file,label[,split]``, and the files beside it.

Several labels of a recording stand in a column `labels` with ``;`` between them; other columns
are attributes. Hugging Face's ``metadata.csv`` with its `file_name` is read too.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Final

from aileron.core.errors import InvalidInput
from aileron.data.formats.audio.dcase_tsv import lists_events
from aileron.data.formats.audio.recordings import Recordings, check_kind, has_pictures, recordings
from aileron.data.formats.parts import part_in
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import AudioSample, Task
from aileron.data.formats.text.file_names import file_name, id_of
from aileron.data.formats.text.lines import encoding_notes, files_with
from aileron.data.formats.text.tables import Table, csv_row, header_of, open_table
from aileron.data.formats.text.values import Roles, class_names, part_of, roles_of
from aileron.data.formats.traits import KEPT, Keep, Trait, lossy, refused

LIST: Final = "recordings.csv"
FOLDER: Final = "audio"
JOINED: Final = ";"
FILES: Final = ("file", "file_name", "filename", "path", "audio", "wav", "文件")
PREFIX: Final = "attribute."
_OURS: Final = ("label", "labels", "split", *FILES)


class AudioCsv(Format[AudioSample]):
    """A list of recordings."""

    name = "audio_csv"
    title: ClassVar[Mapping[str, str]] = {"en": "CSV and files", "zh": "CSV 与音频文件"}
    modality = "audio"
    tasks: ClassVar[tuple[Task, ...]] = ("classification",)
    keeps: ClassVar[Mapping[Trait, Keep]] = {
        Trait.IDS: KEPT,
        Trait.LABELS: KEPT,
        Trait.SEVERAL_LABELS: KEPT,
        Trait.SEGMENTS: refused(),
        Trait.ATTRIBUTES: lossy("strings_only"),
        Trait.SPLITS: KEPT,
        Trait.UNANNOTATED: KEPT,
        Trait.EMPTY_CLASSES: lossy("classes_of_samples"),
    }
    layout = f"{LIST}: file,label[,split][,attribute...]\n{FOLDER}/{{sample_id}}"
    source = "https://huggingface.co/docs/datasets/audio_dataset#audiofolder"

    def recognises(self, tree: Tree) -> bool:
        ours = lists_files(tree) and not lists_events(tree)
        return ours and bool(recordings(tree)) and not has_pictures(tree)

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[AudioSample]:
        paths = files_with(tree, (".csv", ".tsv"))
        if not paths:
            raise InvalidInput("data.formats.no_annotations", where=tree.name, layout=self.layout)
        tables = [open_table(tree, path) for path in paths]
        for table in tables:
            if _file_column(table.header) is None:
                where, found = f"{table.path}:1", ", ".join(table.header)
                raise InvalidInput("data.formats.no_file_column", where=where, found=found)
        samples = _samples(tree, tables, problems)
        notes = encoding_notes(tree, paths)
        return Reading(self.wanted(task, "classification"), (), samples, known=False, notes=notes)

    def write(self, writing: Writing[AudioSample], sink: Sink) -> None:
        several = any(len(sample.labels) > 1 for sample in writing.samples)
        split = any(sample.split for sample in writing.samples)
        waiting = any(sample.annotated != bool(sample.labels) for sample in writing.samples)
        names = sorted({name for sample in writing.samples for name in sample.attributes})
        header = ["file", "labels" if several else "label", *["split"] * split]
        header += ["annotated"] * waiting
        rows = [csv_row([*header, *(f"{PREFIX}{n}" if n.lower() in _OURS else n for n in names)])]
        for sample in writing.samples:
            path = file_name(sample.sample_id)
            sink.write(f"{FOLDER}/{path}", writing.media(sample))
            cells = [path, _joined(sample.labels, several), *[sample.split or ""] * split]
            cells += [str(sample.annotated).lower()] * waiting
            rows.append(csv_row([*cells, *(_shown(sample.attributes.get(n)) for n in names)]))
        sink.write(LIST, b"".join(rows))


def lists_files(tree: Tree) -> bool:
    """Whether the first table of `tree` has a column of files."""
    paths = files_with(tree, (".csv", ".tsv"))
    return bool(paths) and _file_column(header_of(tree, paths[0])) is not None


def _file_column(header: Sequence[str]) -> str | None:
    plain = {name.lower(): name for name in header}
    return next((plain[name] for name in FILES if name in plain), None)


def _samples(tree: Tree, tables: Sequence[Table], problems: Problems) -> Iterator[AudioSample]:
    files = Recordings(tree, FOLDER)
    seen: set[str] = set()
    for table in tables:
        for line, cells in table.records(problems):
            try:
                sample = _sample(table, cells, files)
            except Fault as fault:
                problems.add(table.path, fault, line)
                continue
            if sample.media in seen:
                problems.add(table.path, Fault("twice", name=sample.sample_id), line)
                continue
            seen.add(sample.media)
            yield sample


def _sample(table: Table, cells: Mapping[str, str], files: Recordings) -> AudioSample:
    column = _file_column(table.header) or ""
    folder = posixpath.dirname(table.path)
    path = files.find(cells[column].strip(), folder)
    if path is None:
        raise Fault("no_recording", file=cells[column][:200])
    check_kind(path)
    roles: Roles = {
        role: name
        for role, name in roles_of(table.header).items()
        if role in ("label", "labels", "split", "annotated")
    }
    labels = _labels(cells, roles)
    part = part_of(cells[roles["split"]].strip()) if "split" in roles else None
    known = {column, *roles.values()}
    root = posixpath.join(folder, FOLDER) + "/"
    return AudioSample(
        sample_id=id_of(path.removeprefix(root if path.startswith(root) else f"{FOLDER}/")),
        media=path,
        labels=labels,
        split=part or part_in(posixpath.basename(table.path)),
        annotated=bool(labels) or _is_true(cells.get(roles.get("annotated", ""), "")),
        attributes={
            n.removeprefix(PREFIX): v for n, v in cells.items() if n not in known and n and v
        },
    )


def _labels(cells: Mapping[str, str], roles: Roles) -> tuple[str, ...]:
    column = roles.get("labels") or roles.get("label")
    if column is None or not cells[column].strip():
        return ()
    several = "labels" in roles
    pieces = [piece for piece in cells[column].split(JOINED) if piece.strip()]
    return class_names(pieces if several else [cells[column]], column)


def _is_true(cell: str) -> bool:
    return cell.strip().lower() == "true"


def _joined(labels: Sequence[str], several: bool) -> str:
    for label in labels if several else ():
        if JOINED in label:
            raise InvalidInput("data.formats.mark_in_label", name=label, mark=JOINED)
    return JOINED.join(labels)


def _shown(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
