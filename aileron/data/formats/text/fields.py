"""A text as the fields of a row, of JSON or of a table with nested columns.

Ours are read and written; read are also those of doccano, spaCy, CLUE and Hugging Face.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aileron.data.formats.documents import field
from aileron.data.formats.problems import Fault
from aileron.data.formats.records import Relation, Span, Task, TextSample
from aileron.data.formats.text.dialogues import TURNS_FIELD, turns_of
from aileron.data.formats.text.tagging import Scheme, decode, scheme_of
from aileron.data.formats.text.values import (
    ATTRIBUTES,
    attributes_of,
    class_name,
    class_names,
    part_of,
    roles_of,
)

TOKENS: Final = ("tokens", "words")
TAGS: Final = ("tags", "ner_tags", "labels", "label")
SPANS: Final = ("spans", "entities")
RELATIONS: Final = "relations"
_KNOWN: Final = frozenset((*TOKENS, *TAGS, *SPANS, RELATIONS, TURNS_FIELD))


@dataclass(frozen=True)
class Shape:
    """What the first rows of a dataset show of all of them."""

    task: Task
    scheme: Scheme


def shape_of(rows: Iterable[Mapping[str, Any]]) -> Shape:
    """The task that `rows` are of, the richest that is met, and the scheme of their tags."""
    tasks: set[Task] = set()
    tags: list[str] = []
    for row in rows:
        tasks.add(_task(row))
        if TOKENS[0] in row or TOKENS[1] in row:
            values = (row.get(name) for name in TAGS)
            lists = (value for value in values if isinstance(value, list))
            tags += [tag for tag in next(lists, []) if isinstance(tag, str)]
    order: tuple[Task, ...] = (
        "instruction", "sequence_labelling", "entities", "matching", "classification",
    )  # fmt: skip
    return Shape(next((task for task in order if task in tasks), "pretraining"), scheme_of(tags))


def sample_of(row: Mapping[str, Any], default_id: str, shape: Shape) -> TextSample:
    """The text of `row`.

    Raises:
        Fault: it cannot be one.
    """
    roles = roles_of(row)
    text = _text(row, roles.get("text"))
    pair = row.get(roles["pair"]) if "pair" in roles else None
    if pair is not None and not isinstance(pair, str):
        raise Fault("wrong_field", field=roles["pair"], found=str(pair)[:60], wanted="text")
    tokens = _tokens(row)
    turns = turns_of(field(row, TURNS_FIELD, list)) if row.get(TURNS_FIELD) else ()
    if not (text or tokens or turns):
        raise Fault("no_text")
    spans, places = _spans(row, roles, text)
    return TextSample(
        sample_id=_id(row, roles, default_id),
        text=text,
        pair=pair,
        labels=() if tokens else _labels(row, roles),
        tokens=tokens,
        tags=_tags(row, tokens, shape.scheme),
        spans=spans,
        relations=tuple(_relations(row, places, len(spans))),
        turns=turns,
        split=part_of(row.get(roles["split"])) if "split" in roles else None,
        annotated=_annotated(row, roles, shape.task),
        attributes=attributes_of(row, _KNOWN | frozenset(roles.values())),
    )


def row_of(sample: TextSample) -> dict[str, Any]:
    """The fields that say everything of `sample` but its part."""
    row: dict[str, Any] = {"id": sample.sample_id}
    if sample.text or not (sample.tokens or sample.turns):
        row["text"] = sample.text
    if sample.pair is not None:
        row["text_b"] = sample.pair
    if len(sample.labels) == 1:
        row["label"] = sample.labels[0]
    elif sample.labels:
        row["labels"] = list(sample.labels)
    if sample.tokens:
        row["tokens"] = list(sample.tokens)
    if sample.tags:
        row["tags"] = list(sample.tags)
    if sample.spans:
        row["spans"] = [span._asdict() for span in sample.spans]
    if sample.relations:
        row[RELATIONS] = [relation._asdict() for relation in sample.relations]
    if sample.turns:
        row[TURNS_FIELD] = [turn._asdict() for turn in sample.turns]
    if sample.attributes:
        row[ATTRIBUTES] = dict(sample.attributes)
    row["annotated"] = sample.annotated
    return row


def _task(row: Mapping[str, Any]) -> Task:
    roles = roles_of(row)
    if row.get(TURNS_FIELD):
        return "instruction"
    if any(name in row for name in TOKENS):
        return "sequence_labelling"
    label = row.get(roles.get("labels") or roles.get("label") or "")
    if any(name in row for name in (*SPANS, RELATIONS)) or _are_spans(label):
        return "entities"
    if "pair" in roles:
        return "matching"
    return "classification" if label is not None else "pretraining"


def _text(row: Mapping[str, Any], name: str | None) -> str:
    if name is None or row[name] is None:
        return ""
    text: str = field(row, name, str)
    return text


def _id(row: Mapping[str, Any], roles: Mapping[Any, str], default: str) -> str:
    name = roles.get("id")
    value = row.get(name) if name else None
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
        raise Fault("wrong_field", field=name, found=str(value)[:60], wanted="text")
    return str(value)


def _tokens(row: Mapping[str, Any]) -> tuple[str, ...]:
    tokens = _list(row, TOKENS)
    if not all(isinstance(token, str) and token for token in tokens):
        raise Fault("wrong_field", field=TOKENS[0], found=str(tokens)[:60], wanted='["..."]')
    return tuple(tokens)


def _tags(row: Mapping[str, Any], tokens: Sequence[str], scheme: Scheme) -> tuple[str, ...]:
    tags = _list(row, TAGS) if tokens else []
    if not tags:
        return ()
    for tag in tags:
        if isinstance(tag, int):
            raise Fault("number_for_name", field=TAGS[0], found=tag)
        if not isinstance(tag, str):
            raise Fault("wrong_field", field=TAGS[0], found=str(tag)[:60], wanted='["B-..."]')
    if len(tags) != len(tokens):
        raise Fault("tag_count", tokens=len(tokens), tags=len(tags))
    try:
        return tuple(decode(tags, scheme))
    except ValueError as error:
        raise Fault("unknown_tag", tag=str(error)[:60], scheme=scheme.upper()) from None


def _labels(row: Mapping[str, Any], roles: Mapping[Any, str]) -> tuple[str, ...]:
    name = roles.get("labels") or roles.get("label")
    value = row.get(name or "")
    if name is None or value is None or value == "" or _are_spans(value):
        return ()
    return class_names(value if isinstance(value, list) else [value], name)


def _are_spans(value: Any) -> bool:
    """Whether the labels of a row are those of pieces of the text: doccano's, CLUE's."""
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and (
        isinstance(value[0], (list, dict))
    ))  # fmt: skip


def _spans(
    row: Mapping[str, Any], roles: Mapping[Any, str], text: str
) -> tuple[tuple[Span, ...], dict[Any, int]]:
    """The spans of a row, and the place of each by the id by which relations name it."""
    found: list[Span] = []
    places: dict[Any, int] = {}
    values: Iterable[Any] = _list(row, SPANS)
    label = row.get(roles.get("labels") or roles.get("label") or "")
    if not values and _are_spans(label):
        values = _clue_spans(label, text) if isinstance(label, dict) else label or ()
    for value in values:
        span, name = _span(value)
        if not 0 <= span.start < span.end <= len(text):
            raise Fault("span_outside", start=span.start, end=span.end, length=len(text))
        if name is not None:
            places[name] = len(found)
        found.append(span)
    return tuple(found), places


def _span(value: Any) -> tuple[Span, Any]:
    """A span and its id: a list of start, end and label, or an object with them."""
    if isinstance(value, (list, tuple)) and len(value) == 3:
        value = {"start": value[0], "end": value[1], "label": value[2]}
    if isinstance(value, dict) and "start_offset" in value:
        value = {**value, "start": value["start_offset"], "end": value.get("end_offset")}
    start, end = field(value, "start", int), field(value, "end", int)
    name = value.get("id")
    return Span(class_name(value.get("label"), "label"), start, end), (
        name if isinstance(name, (str, int)) else None
    )


def _clue_spans(value: Mapping[str, Any], text: str) -> Iterator[dict[str, Any]]:
    """CLUE's: class -> words -> [start, end], the end being that of the last letter."""
    for label, words in value.items():
        for said, places in words.items() if isinstance(words, dict) else ():
            for place in places if isinstance(places, list) else ():
                if not (
                    isinstance(place, list)
                    and len(place) == 2
                    and all(isinstance(one, int) for one in place)
                ):
                    raise Fault("wrong_field", field=label, found=str(place)[:60], wanted="[0, 1]")
                start, last = place
                if text[start : last + 1] != said:
                    wanted = text[start : last + 1][:60]
                    raise Fault("other_words", name=label, found=str(said)[:60], wanted=wanted)
                yield {"start": start, "end": last + 1, "label": label}


def _relations(row: Mapping[str, Any], places: Mapping[Any, int], count: int) -> Iterator[Relation]:
    """Relations by the places of spans; doccano's by their ids."""
    for value in _list(row, (RELATIONS,)):
        if isinstance(value, dict) and "from_id" in value:
            ends = value["from_id"], value.get("to_id")
            label = class_name(value.get("type"), "type")
            if not all(isinstance(end, (str, int)) and end in places for end in ends):
                raise Fault("relation_outside", found=str(ends)[:60], count=count)
            yield Relation(label, places[ends[0]], places[ends[1]])
            continue
        head, tail = field(value, "head", int), field(value, "tail", int)
        label = class_name(value.get("label"), "label")
        for end in (head, tail):
            if not 0 <= end < count:
                raise Fault("relation_outside", found=end, count=count)
        yield Relation(label, head, tail)


def _annotated(row: Mapping[str, Any], roles: Mapping[Any, str], task: Task) -> bool:
    """What the row says of it; otherwise whether there is an annotation."""
    said = row.get(roles.get("annotated", ""))
    if isinstance(said, bool):
        return said
    names = [
        *TAGS,
        *SPANS,
        RELATIONS,
        TURNS_FIELD,
        *(roles[r] for r in ("label", "labels") if r in roles),
    ]
    return task == "pretraining" or any(row.get(name) not in (None, "") for name in names)


def _list(row: Mapping[str, Any], names: Sequence[str]) -> list[Any]:
    """The value of the first of `names` that the row has; an empty list if it has none."""
    for name in names:
        if row.get(name) is not None:
            found: list[Any] = field(row, name, list)
            return found
    return []
