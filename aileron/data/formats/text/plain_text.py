"""Texts and nothing else, for pre-training: one per line, or one per file.

Files called after a part or after nothing (``train.txt``, ``part-0001.txt``) and files that are
alone hold a text per line; others, and those in a folder ``documents``, are a text each. The
option `unit` says it where names mislead. Written are lines, unless a text has several.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Final

from aileron.core.errors import InvalidInput
from aileron.data.formats.ids import Ids
from aileron.data.formats.parts import part_in
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import Task, TextSample
from aileron.data.formats.text.file_names import (
    common_root,
    file_name,
    id_of,
    part_below,
    with_part,
)
from aileron.data.formats.text.kinds import DOCUMENTS, is_generic, kind_of, name_of
from aileron.data.formats.text.lines import encoding_notes, encoding_of, files_with, lines_of
from aileron.data.formats.text.pieces import Pieces
from aileron.data.formats.traits import KEPT, Keep, Trait, lossy, refused

_BREAKS: Final = re.compile(r"[\r\n]+")
LINES: Final = "texts"
"""The name of the file of texts that are in no part."""


class PlainText(Format[TextSample]):
    """Plain texts, ATP's `single_text`."""

    name = "plain_text"
    title: ClassVar[Mapping[str, str]] = {"en": "Plain text", "zh": "纯文本"}
    modality = "text"
    tasks: ClassVar[tuple[Task, ...]] = ("pretraining",)
    keeps: ClassVar[Mapping[Trait, Keep]] = {
        Trait.IDS: lossy("ids_by_line"),
        Trait.TEXTS: KEPT,
        Trait.LABELS: refused(),
        Trait.SEVERAL_LABELS: refused(),
        Trait.PAIRS: refused(),
        Trait.TAGS: refused(),
        Trait.SPANS: refused(),
        Trait.RELATIONS: refused(),
        Trait.TURNS: refused(),
        Trait.ATTRIBUTES: refused(),
        Trait.SPLITS: KEPT,
        Trait.UNANNOTATED: lossy("no_waiting"),
        Trait.EMPTY_CLASSES: lossy("classes_of_samples"),
    }
    layout = f"{{part}}.txt: a text per line\n{DOCUMENTS}/[{{part}}/]{{sample_id}}.txt"
    source = "https://huggingface.co/docs/datasets/nlp_load"
    options: ClassVar[Mapping[str, tuple[str, ...]]] = {"unit": ("auto", "line", "file")}

    def recognises(self, tree: Tree) -> bool:
        return kind_of(tree) == self.name

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[TextSample]:
        paths = files_with(tree, (".txt",))
        if not paths:
            raise InvalidInput("data.formats.no_annotations", where=tree.name, layout=self.layout)
        if self._by_line(paths):
            samples = _from_lines(tree, paths)
        else:
            samples = _from_files(tree, paths, problems)
        return Reading(
            self.wanted(task, "pretraining"), (), samples, notes=encoding_notes(tree, paths)
        )

    def write(self, writing: Writing[TextSample], sink: Sink) -> None:
        chosen = self.option("unit")
        lines = chosen == "line" or not any(_is_long(one.text) for one in writing.samples)
        if lines and chosen != "file":
            with Pieces(sink, ".txt", no_part=LINES) as pieces:
                for sample in writing.samples:
                    pieces.add(sample.split, _BREAKS.sub(" ", sample.text).encode() + b"\n")
            return
        for sample in writing.samples:
            path = with_part(sample.split, file_name(sample.sample_id))
            sink.write(f"{DOCUMENTS}/{path}.txt", sample.text.encode())

    def _by_line(self, paths: Sequence[str]) -> bool:
        chosen = self.option("unit")
        if chosen != "auto":
            return chosen == "line"
        if any(path.startswith(f"{DOCUMENTS}/") for path in paths):
            return False
        return len(paths) == 1 or all(map(is_generic, paths))


def _is_long(text: str) -> bool:
    """Whether a text would be read as several, or as none, from a line."""
    return "\n" in text or "\r" in text or not text.strip()


def _from_lines(tree: Tree, paths: Sequence[str]) -> Iterator[TextSample]:
    for path in paths:
        part = part_in(name_of(path))
        for line, text in lines_of(tree, path, encoding_of(tree, path)):
            if text.strip():
                yield TextSample(f"{path}:{line}", text.rstrip("\r\n"), split=part)


def _from_files(tree: Tree, paths: Sequence[str], problems: Problems) -> Iterator[TextSample]:
    ours = paths[0].startswith(f"{DOCUMENTS}/")
    root = f"{DOCUMENTS}/" if ours else common_root(paths)
    ids = Ids()
    for path in paths:
        part, below = part_below(path.removeprefix(root))
        try:
            text = whole_text(tree, path)
            sample_id = ids.new(id_of(below.removesuffix(".txt")), part or "")
        except Fault as fault:
            problems.add(path, fault)
        except InvalidInput as error:
            problems.add_error(path, error)
        else:
            yield TextSample(sample_id, text, split=part)


def whole_text(tree: Tree, path: str) -> str:
    """All of a file as one text.

    Raises:
        Fault: it is empty.
        InvalidInput: it is in no encoding that is known.
    """
    text = "".join(line for _, line in lines_of(tree, path, encoding_of(tree, path)))
    if not text.strip():
        raise Fault("no_text")
    return text
