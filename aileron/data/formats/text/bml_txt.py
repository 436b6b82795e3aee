"""Baidu BML's texts: ``text<tab>label`` lines, ``a<tab>b<tab>0|1`` for pairs, or plain lines.

BML-TXT-01, 02 and 09 of the inventory. Labels of a multi-label text are joined by ``/``, as
BML shows them (``education/science``). A zip of BML holds ``name.txt`` and ``name.json`` per
text, which is read too. Texts without labels go to files of their own, since BML imports those
apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

from aileron.core.errors import InvalidInput
from aileron.data.formats.documents import field, parse_json
from aileron.data.formats.parts import part_in
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import Task, TextSample
from aileron.data.formats.text.kinds import UNLABELLED, kind_of, name_of, says_unlabelled
from aileron.data.formats.text.lines import (
    encoding_notes,
    encoding_of,
    files_with,
    head_lines,
    lines_of,
    stem_of,
)
from aileron.data.formats.text.pieces import Pieces
from aileron.data.formats.text.plain_text import whole_text
from aileron.data.formats.text.values import class_name, class_names
from aileron.data.formats.traits import KEPT, Keep, Trait, lossy, refused

_BREAKS: Final = re.compile(r"[\t\r\n]+")


class BmlTxt(Format[TextSample]):
    """Text files of Baidu BML."""

    name = "bml_txt"
    title: ClassVar[Mapping[str, str]] = {"en": "BML text", "zh": "BML 文本"}
    modality = "text"
    tasks: ClassVar[tuple[Task, ...]] = ("classification", "matching")
    keeps: ClassVar[Mapping[Trait, Keep]] = {
        Trait.IDS: lossy("ids_by_line"),
        Trait.TEXTS: lossy("one_line"),
        Trait.LABELS: KEPT,
        Trait.SEVERAL_LABELS: KEPT,
        Trait.PAIRS: KEPT,
        Trait.TAGS: refused(),
        Trait.SPANS: refused(),
        Trait.RELATIONS: refused(),
        Trait.TURNS: refused(),
        Trait.ATTRIBUTES: refused(),
        Trait.SPLITS: KEPT,
        Trait.UNANNOTATED: KEPT,
        Trait.EMPTY_CLASSES: lossy("classes_of_samples"),
    }
    layout = "{part}.txt: text<tab>label[/label]\n{part}_unlabelled.txt: text"
    source = "https://ai.baidu.com/ai-doc/BML/Wkmgb8zyy"
    options: ClassVar[Mapping[str, tuple[str, ...]]] = {"joined_by": ("/", ",", ";", "|", "none")}

    def recognises(self, tree: Tree) -> bool:
        return kind_of(tree) == self.name

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[TextSample]:
        paths = files_with(tree, (".txt",))
        if not paths:
            raise InvalidInput("data.formats.no_annotations", where=tree.name, layout=self.layout)
        found = self.wanted(task, _task_of(tree, paths))
        notes = encoding_notes(tree, paths)
        return Reading(found, (), self._samples(tree, paths, found, problems), False, notes=notes)

    def write(self, writing: Writing[TextSample], sink: Sink) -> None:
        with Pieces(sink, ".txt") as pieces:
            for sample in writing.samples:
                cells = [sample.text] if sample.pair is None else [sample.text, sample.pair]
                cells = [_BREAKS.sub(" ", cell) for cell in cells]
                cells += [self._joined(sample.labels)] * sample.annotated
                kind = "" if sample.annotated else f"_{UNLABELLED}"
                pieces.add(sample.split, "\t".join(cells).encode() + b"\n", kind)

    def _samples(
        self, tree: Tree, paths: Sequence[str], task: Task, problems: Problems
    ) -> Iterator[TextSample]:
        known = frozenset(tree.paths())
        for path in paths:
            document = f"{path.removesuffix('.txt')}.json"
            if document in known:
                yield from _paired(tree, path, document, problems)
                continue
            for line, text in lines_of(tree, path, encoding_of(tree, path)):
                if not text.strip():
                    continue
                try:
                    yield self._sample(path, line, text.rstrip("\r\n"), task)
                except Fault as fault:
                    problems.add(path, fault, line)

    def _sample(self, path: str, line: int, text: str, task: Task) -> TextSample:
        cells = text.split("\t")
        texts = 2 if task == "matching" else 1
        if len(cells) not in (texts, texts + 1):
            raise Fault("column_count", found=len(cells), wanted=texts + 1)
        if not all(cell.strip() for cell in cells[:texts]):
            raise Fault("no_text")
        labelled = len(cells) > texts and not says_unlabelled(stem_of(path))
        return TextSample(
            sample_id=f"{path}:{line}",
            text=cells[0],
            pair=cells[1] if texts == 2 else None,
            labels=self._labels(cells[texts]) if labelled else (),
            split=part_in(name_of(path)),
            annotated=labelled,
        )

    def _labels(self, cell: str) -> tuple[str, ...]:
        mark = self.option("joined_by")
        if not cell.strip():
            raise Fault("empty_label")
        return class_names([cell] if mark == "none" else cell.split(mark), "label")

    def _joined(self, labels: Sequence[str]) -> str:
        mark = self.option("joined_by")
        for label in labels:
            held = next((sign for sign in (mark, "\t", "\n", "\r") if sign in label), None)
            if held:
                raise InvalidInput("data.formats.mark_in_label", name=label, mark=repr(held)[1:-1])
        if mark == "none" and len(labels) > 1:
            raise InvalidInput("data.formats.mark_in_label", name=" ".join(labels), mark=mark)
        return mark.join(labels)


def _task_of(tree: Tree, paths: Sequence[str]) -> Task:
    """Matching if the lines have two tabs, or two texts and no label."""
    lines = [line for line in head_lines(tree, paths[0]) if line.strip()]
    tabs = sorted(line.count("\t") for line in lines) or [0]
    wanted = 1 if says_unlabelled(stem_of(paths[0])) else 2
    return "matching" if tabs[len(tabs) // 2] >= wanted else "classification"


def _paired(tree: Tree, path: str, document: str, problems: Problems) -> Iterator[TextSample]:
    """The one text of `path`, with the labels of `document`: ``{"labels": [{"name": ...}]}``."""
    try:
        values = field(parse_json(tree, document), "labels", list)
        labels = tuple(dict.fromkeys(_name(value) for value in values))
        text = whole_text(tree, path)
    except Fault as fault:
        problems.add(document, fault)
    except InvalidInput as error:
        problems.add_error(document, error)
    else:
        part = part_in(path.split("/", maxsplit=1)[0]) if "/" in path else None
        yield TextSample(path.removesuffix(".txt"), text, labels=labels, split=part)


def _name(value: Any) -> str:
    return class_name(value.get("name") if isinstance(value, dict) else value, "labels[].name")
