"""Dialogues for tuning language models: messages, ShareGPT's conversations, Alpaca's rows.

A dialogue of one question alone is a text that waits for its answer. Written are messages, as
OpenAI and Hugging Face have them, unless the option `style` says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from aileron.core.errors import InvalidInput
from aileron.data.formats.ids import Ids
from aileron.data.formats.parts import part_in
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import Task, TextSample, Turn
from aileron.data.formats.text.dialogues import (
    DIALOGUE_FIELDS,
    dialogue_of,
    is_dialogue,
    is_waiting,
)
from aileron.data.formats.text.json_rows import first_fields, row_files, rows_of
from aileron.data.formats.text.lines import has_media
from aileron.data.formats.text.pieces import Pieces
from aileron.data.formats.text.values import attributes_of, part_of
from aileron.data.formats.traits import KEPT, Keep, Trait, lossy, refused


class Instructions(Format[TextSample]):
    """Instructions and dialogues."""

    name = "instructions"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Instructions (JSON Lines)",
        "zh": "指令（JSON Lines）",
    }
    modality = "text"
    tasks: ClassVar[tuple[Task, ...]] = ("instruction",)
    keeps: ClassVar[Mapping[Trait, Keep]] = {
        Trait.IDS: KEPT,
        Trait.TEXTS: KEPT,
        Trait.LABELS: refused(),
        Trait.SEVERAL_LABELS: refused(),
        Trait.PAIRS: refused(),
        Trait.TAGS: refused(),
        Trait.SPANS: refused(),
        Trait.RELATIONS: refused(),
        Trait.TURNS: KEPT,
        Trait.ATTRIBUTES: KEPT,
        Trait.SPLITS: KEPT,
        Trait.UNANNOTATED: KEPT,
        Trait.EMPTY_CLASSES: lossy("classes_of_samples"),
    }
    layout = '{part}.jsonl: {"id": ..., "messages": [{"role": ..., "content": ...}]}'
    source = "https://huggingface.co/docs/trl/dataset_formats"
    options: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "style": ("messages", "sharegpt", "alpaca"),
    }

    def recognises(self, tree: Tree) -> bool:
        paths = row_files(tree)
        return bool(paths) and not has_media(tree) and is_dialogue(first_fields(tree, paths[0]))

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[TextSample]:
        paths = row_files(tree)
        if not paths:
            raise InvalidInput("data.formats.no_annotations", where=tree.name, layout=self.layout)
        return Reading(self.wanted(task, "instruction"), (), _samples(tree, paths, problems))

    def write(self, writing: Writing[TextSample], sink: Sink) -> None:
        import orjson

        style = {"messages": _messages, "sharegpt": _sharegpt, "alpaca": _alpaca}
        fields_of = style[self.option("style")]
        with Pieces(sink, ".jsonl") as pieces:
            for sample in writing.samples:
                row = {"id": sample.sample_id, **fields_of(sample)}
                if sample.attributes:
                    row["attributes"] = dict(sample.attributes)
                pieces.add(sample.split, orjson.dumps(row) + b"\n")


def _samples(tree: Tree, paths: Sequence[str], problems: Problems) -> Iterator[TextSample]:
    ids = Ids()
    for path in paths:
        part = part_in(path.rsplit("/", 1)[-1])
        for number, (line, row) in enumerate(rows_of(tree, path, problems), 1):
            try:
                turns = dialogue_of(row)
                said = row.get("id")
                name = str(said) if isinstance(said, (str, int)) and said != "" else None
                sample_id = ids.new(name or f"{path}:{line or number}", path)
                waits = is_waiting(turns)
                sample = TextSample(
                    sample_id=sample_id,
                    text=turns[0].content if waits else "",
                    turns=() if waits else turns,
                    split=part_of(row.get("split")) or part,
                    annotated=not waits,
                    attributes=attributes_of(row, DIALOGUE_FIELDS | {"id", "split"}),
                )
            except Fault as fault:
                problems.add(path if line else f"{path} ({number})", fault, line)
                continue
            yield sample


def _said(sample: TextSample) -> tuple[Turn, ...]:
    """The dialogue, or the text as a question without an answer."""
    return sample.turns or (Turn("user", sample.text),)


def _messages(sample: TextSample) -> dict[str, Any]:
    return {"messages": [turn._asdict() for turn in _said(sample)]}


def _sharegpt(sample: TextSample) -> dict[str, Any]:
    names = {"system": "system", "user": "human", "assistant": "gpt"}
    said = [{"from": names[turn.role], "value": turn.content} for turn in _said(sample)]
    return {"conversations": said}


def _alpaca(sample: TextSample) -> dict[str, Any]:
    turns = list(_said(sample))
    row: dict[str, Any] = {}
    if turns[0].role == "system":
        row["system"] = turns.pop(0).content
    waits = not sample.turns
    wanted = ["user"] if waits else ["user", "assistant"] * max(1, len(turns) // 2)
    if [turn.role for turn in turns] != wanted:
        raise InvalidInput("data.formats.not_alpaca", name=sample.sample_id)
    if len(turns) > 2:
        pairs = zip(turns[:-2:2], turns[1:-2:2], strict=True)
        row["history"] = [[asked.content, told.content] for asked, told in pairs]
    answer = "" if waits else turns[-1].content
    asked = turns[0 if waits else -2].content
    return {**row, "instruction": asked, "input": "", "output": answer}
