"""Marks in texts: spans of characters, what holds between them, and tags of tokens.

Label Studio counts characters as browsers do, in UTF-16, where an emoji is two; datasets count
code points. Tokens are shown with a space between them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, Final

from aileron.core.errors import InvalidInput
from aileron.data.formats.text.tagging import OUTSIDE, chunks
from aileron.label.annotation import AnnotatedSpan, Annotation, SpanRelation
from aileron.label.interface.controls import SPANS
from aileron.label.interface.saying import label_in
from aileron.label.spec import LabelSpec

_PLANE: Final = 0xFFFF
Result = dict[str, Any]


def text_of(spec: LabelSpec, sample: Mapping[str, Any]) -> str:
    """What people read of `sample`."""
    if spec.task == "sequence_labelling":
        return " ".join(sample["tokens"])
    return sample.get("text") or ""


def marks(spec: LabelSpec, sample: Mapping[str, Any], annotation: Annotation) -> Iterator[Result]:
    """The results that mark the text of `sample`."""
    text = text_of(spec, sample)
    if spec.task == "sequence_labelling":
        starts = _starts(sample["tokens"])
        spans = [
            AnnotatedSpan(
                label=one.label,
                start=starts[one.start],
                end=starts[one.end - 1] + len(sample["tokens"][one.end - 1]),
            )
            for one in chunks(annotation.tags)
        ]
    else:
        spans = list(annotation.spans)
    units = _units(text)
    for place, span in enumerate(spans):
        where = {"start": units[span.start], "end": units[span.end]}
        said = {"text": text[span.start : span.end], SPANS.key: [span.label]}
        yield SPANS.result(f"span{place}", where | said)
    for relation in annotation.relations:
        yield {
            "from_id": f"span{relation.head}",
            "to_id": f"span{relation.tail}",
            "type": "relation",
            "direction": "right",
            "labels": [relation.label],
        }


def read_marks(
    spec: LabelSpec, sample: Mapping[str, Any], result: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The fields of an annotation that `result` says of the text of `sample`."""
    text = text_of(spec, sample)
    units = _units(text)
    spans: dict[str, AnnotatedSpan] = {}
    for item in result:
        if item.get("from_name") != SPANS.name:
            continue
        value = item["value"]
        first, last = int(value["start"]), int(value["end"])
        if not 0 <= first < last <= units[-1]:
            raise InvalidInput("label.interface.bad_result", problem=f"{first}-{last}")
        start, end = bisect_right(units, first) - 1, bisect_left(units, last)
        spans[str(item["id"])] = AnnotatedSpan(label=label_in(spec, value), start=start, end=end)
    if spec.task == "sequence_labelling":
        return {"tags": _tags(sample["tokens"], list(spans.values()))}
    return {"spans": tuple(spans.values()), "relations": tuple(_relations(spec, spans, result))}


def _relations(
    spec: LabelSpec, spans: Mapping[str, AnnotatedSpan], result: Sequence[Mapping[str, Any]]
) -> Iterator[SpanRelation]:
    order = {name: place for place, name in enumerate(spans)}
    for item in result:
        if item.get("type") != "relation":
            continue
        ends = [str(item["from_id"]), str(item["to_id"])]
        if not order.keys() >= set(ends):
            continue
        labels = item.get("labels") or (spec.relations if len(spec.relations) == 1 else ())
        if not labels:
            head, tail = (f"{spans[end].label} {spans[end].start}" for end in ends)
            known = ", ".join(spec.relations) or "-"
            raise InvalidInput(
                "label.interface.unnamed_relation", head=head, tail=tail, known=known
            )
        ways = {"left": [ends[::-1]], "bi": [ends, ends[::-1]]}.get(item.get("direction", ""))
        for head, tail in ways or [ends]:
            for label in labels:
                yield SpanRelation(label=label, head=order[head], tail=order[tail])


def _tags(tokens: Sequence[str], spans: Sequence[AnnotatedSpan]) -> tuple[str, ...]:
    """One tag per token; a mark that touches a token is one of all of it."""
    tags = [OUTSIDE] * len(tokens)
    starts = _starts(tokens)
    for span in sorted(spans, key=lambda span: span.start):
        letter = "B"
        for place, (token, start) in enumerate(zip(tokens, starts, strict=True)):
            if start >= span.end or start + len(token) <= span.start:
                continue
            if tags[place] != OUTSIDE:
                raise InvalidInput("label.interface.overlapping_tags", token=token)
            tags[place] = f"{letter}-{span.label}"
            letter = "I"
    return tuple(tags)


def _starts(tokens: Sequence[str]) -> list[int]:
    """Where each token begins, with a space between them."""
    return [0, *accumulate(len(token) + 1 for token in tokens)][: len(tokens)]


def _units(text: str) -> list[int]:
    """Where each character begins in UTF-16, and where the text ends."""
    return [0, *accumulate(2 if ord(character) > _PLANE else 1 for character in text)]
