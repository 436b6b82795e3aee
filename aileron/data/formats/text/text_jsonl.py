"""JSON Lines: an object per text, which can say everything that is said of texts.

Read are also JSON lists, and the fields of doccano, spaCy, CLUE and GLUE; `fields` knows them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from aileron.core.errors import InvalidInput
from aileron.core.phrase import phrase
from aileron.data.formats.classes import CLASSES_FILE, read_classes, write_classes
from aileron.data.formats.ids import Ids
from aileron.data.formats.parts import part_in
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import TASKS, Task, TextSample
from aileron.data.formats.text.dialogues import TURNS_FIELD, is_dialogue
from aileron.data.formats.text.fields import TOKENS, Shape, row_of, sample_of, shape_of
from aileron.data.formats.text.json_rows import (
    first_fields,
    head_rows,
    row_files,
    rows_of,
)
from aileron.data.formats.text.lines import has_media
from aileron.data.formats.text.pieces import Pieces
from aileron.data.formats.text.values import roles_of
from aileron.data.formats.traits import KEPT, TRAITS, Keep, Trait


class TextJsonl(Format[TextSample]):
    """JSON Lines of texts, the fullest format for them."""

    name = "text_jsonl"
    title: ClassVar[Mapping[str, str]] = {"en": "JSON Lines", "zh": "JSON Lines"}
    modality = "text"
    tasks: ClassVar[tuple[Task, ...]] = TASKS["text"]
    keeps: ClassVar[Mapping[Trait, Keep]] = dict.fromkeys(TRAITS["text"], KEPT)
    layout = f"{{part}}.jsonl\n{CLASSES_FILE}"
    source = "https://jsonlines.org"

    def recognises(self, tree: Tree) -> bool:
        paths = row_files(tree)
        return bool(paths) and not has_media(tree) and _is_ours(first_fields(tree, paths[0]))

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[TextSample]:
        paths = row_files(tree)
        if not paths:
            raise InvalidInput("data.formats.no_annotations", where=tree.name, layout=self.layout)
        shape = shape_of(head_rows(tree, paths))
        shape = replace(shape, task=self.wanted(task, shape.task))
        classes = read_classes(tree)
        notes = () if shape.scheme in ("iob", "io") else (
            phrase("data.formats.note_scheme", scheme=shape.scheme.upper()),
        )  # fmt: skip
        return Reading(
            task=shape.task,
            labels=classes or (),
            samples=_samples(tree, paths, shape, problems),
            known=classes is not None,
            notes=notes,
        )

    def write(self, writing: Writing[TextSample], sink: Sink) -> None:
        import orjson

        with Pieces(sink, ".jsonl") as pieces:
            for sample in writing.samples:
                pieces.add(sample.split, orjson.dumps(row_of(sample)) + b"\n")
        sink.write(CLASSES_FILE, write_classes(writing.labels))


def _is_ours(names: frozenset[str]) -> bool:
    """Whether a row is of texts or tokens, and no dialogue of another format."""
    ours = "text" in roles_of(names) or bool(names & {*TOKENS, TURNS_FIELD})
    return ours and not is_dialogue(names)


def _samples(
    tree: Tree, paths: Sequence[str], shape: Shape, problems: Problems
) -> Iterator[TextSample]:
    ids = Ids()
    for path in paths:
        part = part_in(path.rsplit("/", 1)[-1])
        for number, (line, row) in enumerate(rows_of(tree, path, problems), 1):
            try:
                sample = sample_of(row, f"{path}:{line or number}", shape)
                sample_id = ids.new(sample.sample_id, path)
            except Fault as fault:
                problems.add(path if line else f"{path} ({number})", fault, line)
                continue
            yield replace(sample, sample_id=sample_id, split=sample.split or part)
