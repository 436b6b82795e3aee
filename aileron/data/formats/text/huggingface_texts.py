"""Hugging Face's Parquet of texts: a column per field of ours or of theirs, see `fields`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from aileron.core.errors import InvalidInput
from aileron.data.formats.ids import Ids
from aileron.data.formats.parquet import (
    ParquetWriter,
    Table,
    class_feature,
    label_name,
    list_feature,
    parquets,
    value_feature,
)
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import TASKS, Label, Task, TextSample
from aileron.data.formats.text.dialogues import (
    DIALOGUE_FIELDS,
    TURNS_FIELD,
    dialogue_of,
    is_dialogue,
    is_waiting,
)
from aileron.data.formats.text.fields import TOKENS, Shape, row_of, sample_of, shape_of
from aileron.data.formats.text.json_rows import HEAD
from aileron.data.formats.text.tagging import OUTSIDE
from aileron.data.formats.text.values import ATTRIBUTES, roles_of
from aileron.data.formats.traits import KEPT, TRAITS, Keep, Trait

if TYPE_CHECKING:
    import pyarrow as pa

MESSAGES: Final = "messages"
"""What dialogues are called on the hub."""


class HuggingfaceTexts(Format[TextSample]):
    """Parquet of texts."""

    name = "huggingface_texts"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Hugging Face Parquet",
        "zh": "Hugging Face Parquet",
    }
    modality = "text"
    tasks: ClassVar[tuple[Task, ...]] = TASKS["text"]
    keeps: ClassVar[Mapping[Trait, Keep]] = dict.fromkeys(TRAITS["text"], KEPT)
    layout = "data/{part}-00000.parquet: text, label; tokens, tags; messages; ..."
    source = "https://huggingface.co/docs/datasets/nlp_load"

    def recognises(self, tree: Tree) -> bool:
        paths = parquets(tree)
        if not paths:
            return False
        try:
            columns = Table(tree, paths[0]).columns
        except InvalidInput:  # it is told of when it is read in earnest
            return False
        ours = is_dialogue(columns.names) or bool(set(columns.names) & {*TOKENS, TURNS_FIELD})
        return not columns.media and ("text" in roles_of(columns.names) or ours)

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[TextSample]:
        tables = [Table(tree, path) for path in parquets(tree)]
        if not tables:
            raise InvalidInput("data.formats.no_annotations", where=tree.name, layout=self.layout)
        shape = shape_of(_head(tables[0]))
        shape = replace(shape, task=self.wanted(task, shape.task))
        names = _listed(tables)
        return Reading(
            task=shape.task,
            labels=tuple(Label(name) for name in names or ()),
            samples=_samples(tables, shape, problems),
            known=names is not None,
        )

    def write(self, writing: Writing[TextSample], sink: Sink) -> None:
        names = [label.name for label in writing.labels]
        several = any(len(sample.labels) > 1 for sample in writing.samples)
        used = {name for sample in writing.samples for name in _row(sample, several)}
        schema, features = _schema(names, used)
        numbers = {name: number for number, name in enumerate(names)}
        with ParquetWriter(sink, schema, features) as writer:
            for sample in writing.samples:
                row = _numbered(_row(sample, several), numbers)
                writer.add(sample.split, row, len(sample.text) * 3)


def _row(sample: TextSample, several: bool) -> dict[str, Any]:
    row = row_of(sample)
    if several and "label" in row:
        row["labels"] = [row.pop("label")]
    if TURNS_FIELD in row:
        row[MESSAGES] = row.pop(TURNS_FIELD)
    if ATTRIBUTES in row:
        row[ATTRIBUTES] = json.dumps(row[ATTRIBUTES], ensure_ascii=False)
    return row


def _numbered(row: dict[str, Any], numbers: Mapping[str, int]) -> dict[str, Any]:
    """A row with the numbers of its classes for their names; those of tags count B and I."""
    if row.get("label") is not None:
        row["label"] = numbers[row["label"]]
    if row.get("labels") is not None:
        row["labels"] = [numbers[name] for name in row["labels"]]
    for span in row.get("spans", ()):
        span["label"] = numbers[span["label"]]
    if row.get("tags") is not None:
        row["tags"] = [
            0 if tag == OUTSIDE else 1 + 2 * numbers[tag[2:]] + (tag[0] == "I")
            for tag in row["tags"]
        ]
    return row


def _schema(names: Sequence[str], used: set[str]) -> tuple[pa.Schema, dict[str, Any]]:
    """Columns for the fields that are `used`; the classes stand in one of them at least."""
    import pyarrow as pa

    text, number = pa.string(), pa.int64()
    span = pa.struct([("label", number), ("start", number), ("end", number)])
    relation = pa.struct([("label", text), ("head", number), ("tail", number)])
    turn = pa.struct([("role", text), ("content", text)])
    tags = [OUTSIDE, *(f"{letter}-{name}" for name in names for letter in "BI")]
    string, whole = value_feature("string"), value_feature("int64")
    known: dict[str, tuple[pa.DataType, Any]] = {
        "id": (text, string),
        "text": (text, string),
        "text_b": (text, string),
        "label": (number, class_feature(names)),
        "labels": (pa.list_(number), list_feature(class_feature(names))),
        "tokens": (pa.list_(text), list_feature(string)),
        "tags": (pa.list_(number), list_feature(class_feature(tags))),
        "spans": (pa.list_(span), [{"label": class_feature(names), "start": whole, "end": whole}]),
        "relations": (pa.list_(relation), [{"label": string, "head": whole, "tail": whole}]),
        MESSAGES: (pa.list_(turn), [{"role": string, "content": string}]),
        ATTRIBUTES: (text, string),
        "annotated": (pa.bool_(), value_feature("bool")),
    }
    if names and not used & {"label", "labels", "tags", "spans"}:
        used = used | {"label"}
    chosen = {name: column for name, column in known.items() if name in used}
    features = {name: feature for name, (_, feature) in chosen.items()}
    return pa.schema([(name, kind) for name, (kind, _) in chosen.items()]), features


def _listed(tables: Sequence[Table]) -> list[str] | None:
    """The classes that the features list, those of tags without their letters; None if none."""
    found: dict[str, None] = {}
    for table in tables:
        for column, names in table.columns.classes.items():
            tagged = column in ("tags", "ner_tags")
            found.update(dict.fromkeys(name[2:] if tagged else name for name in names))
    found.pop("", None)
    return list(found) or None


def _head(table: Table) -> Iterator[Mapping[str, Any]]:
    for number, row in table.rows():
        if number == HEAD:
            return
        try:
            yield _named(table, row)
        except Fault:  # it is noted when the row is read in earnest
            continue


def _samples(tables: Sequence[Table], shape: Shape, problems: Problems) -> Iterator[TextSample]:
    ids = Ids()
    for table in tables:
        for number, row in table.rows():
            try:
                sample = sample_of(_named(table, row), f"{table.path}#{number}", shape)
                sample_id = ids.new(sample.sample_id, table.path)
            except Fault as fault:
                problems.add(f"{table.path}#{number}", fault)
                continue
            yield replace(sample, sample_id=sample_id, split=sample.split or table.part)


def _with_turns(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with a dialogue in our field, or with the text that waits for an answer."""
    turns = dialogue_of(row)
    rest = {name: value for name, value in row.items() if name not in DIALOGUE_FIELDS}
    if is_waiting(turns):
        return {**rest, "text": turns[0].content, "annotated": False}
    rest.pop("text", None)  # Alpaca's, which has the whole dialogue in one string
    return {**rest, TURNS_FIELD: [turn._asdict() for turn in turns]}


def _named_field(value: Any, name: str, names: Sequence[str]) -> Any:
    """A struct with the name of a class for its number in field `name`."""
    if not isinstance(value, dict) or name not in value:
        return value
    return {**value, name: label_name(value[name], names, name)}


def _named(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with the names of its classes for their numbers, as `fields` reads it.

    Raises:
        Fault: there is no such number.
    """
    found = {name: value for name, value in row.items() if value is not None}
    for column, names in table.columns.classes.items():
        outer, _, inner = column.partition(".")
        value = found.get(outer)
        if inner and isinstance(value, list):
            found[outer] = [_named_field(one, inner, names) for one in value]
        elif isinstance(value, list):
            found[column] = [label_name(one, names, column) for one in value]
        elif value is not None:
            found[column] = label_name(value, names, column)
    if is_dialogue(found):
        found = _with_turns(found)
    if isinstance(found.get(ATTRIBUTES), str):
        try:
            found[ATTRIBUTES] = json.loads(found[ATTRIBUTES])
        except (ValueError, RecursionError):
            shown = found[ATTRIBUTES][:60]
            raise Fault("wrong_field", field=ATTRIBUTES, found=shown, wanted="{}") from None
    return found
