"""One annotation of several: what more than half of the people said, or nothing.

Each object, span, segment and label is decided by itself, and what few said is left out. Where
exactly half said it (one of two, for instance) nobody can tell, and an adjudicator decides.
"""

from __future__ import annotations

import itertools
import statistics
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from aileron.label.agreement import OBJECTS, alike, spans_of_tags
from aileron.label.annotation import (
    AnnotatedObject,
    AnnotatedSegment,
    AnnotatedSpan,
    Annotation,
    ObjectBox,
)
from aileron.label.overlap import SAME, likeness, pairs_of, time_overlap
from aileron.label.spec import LabelSpec

Said = TypeVar("Said", bound=Hashable)
Thing = TypeVar("Thing", AnnotatedObject, AnnotatedSegment)


@dataclass(frozen=True)
class Agreed:
    """What came of several annotations of a sample."""

    annotation: Annotation | None
    """None: they do not say enough in common."""
    agreement: float
    """Mean over all pairs of how alike they are, 0 to 1."""


class _Tied(Exception):
    """As many said it as did not."""


def agreed(several: Sequence[Annotation], spec: LabelSpec) -> Agreed:
    """The annotation that comes of those of all lanes, and how alike these are.

    With ``consensus: adjudicator`` only what all said is taken; everything else is decided by
    a person.
    """
    pairs = [alike(one, other, spec) for one, other in itertools.combinations(several, 2)]
    agreement = statistics.fmean(pairs) if pairs else 1.0
    needed = len(several) if spec.consensus == "adjudicator" else len(several) / 2
    vote = _Vote(len(several), needed, all_of_them=spec.consensus == "adjudicator")
    try:
        return Agreed(_merge(several, spec, vote), agreement)
    except _Tied:
        return Agreed(None, agreement)


@dataclass(frozen=True)
class _Vote:
    people: int
    needed: float
    all_of_them: bool

    def __call__(self, votes: int) -> bool:
        """Whether so many are enough; raises `_Tied` if nobody can tell."""
        if self.all_of_them:
            if votes not in (0, self.people):
                raise _Tied
            return votes == self.people
        if votes == self.needed:
            raise _Tied
        return votes > self.needed

    def one(self, values: Iterable[Said]) -> Said:
        """What enough people said."""
        value, votes = Counter(values).most_common(1)[0]
        if not self(votes):
            raise _Tied
        return value

    def those(self, several: Iterable[Iterable[Said]]) -> list[Said]:
        """All that enough people said, in the order in which it was said first."""
        counts = Counter(value for each in several for value in dict.fromkeys(each))
        return [value for value, votes in counts.items() if self(votes)]


def _merge(several: Sequence[Annotation], spec: LabelSpec, vote: _Vote) -> Annotation:
    attributes = _attributes([one.attributes for one in several], vote)
    if spec.task == "semantic_segmentation":
        middle = _middle(several, lambda a, b: alike(a, b, spec), vote)
        return middle.model_copy(update={"attributes": attributes})
    if spec.task in OBJECTS:
        return Annotation(objects=_objects(several, vote), attributes=attributes)
    if spec.task == "event_detection":
        return Annotation(segments=_segments(several, vote), attributes=attributes)
    if spec.task == "entities":
        return _entities(several, vote).model_copy(update={"attributes": attributes})
    if spec.task == "sequence_labelling":
        return Annotation(tags=_tags(several, vote), attributes=attributes)
    if spec.single:
        return Annotation(labels=vote.one(one.labels for one in several), attributes=attributes)
    labels = set(vote.those(one.labels for one in several))
    order = {name: place for place, name in enumerate(spec.class_names)}
    named = tuple(sorted(labels, key=lambda name: (order.get(name, len(order)), name)))
    return Annotation(labels=named, attributes=attributes)


def _objects(several: Sequence[Annotation], vote: _Vote) -> tuple[AnnotatedObject, ...]:
    """The things that enough people drew; where they are, whatever label they have."""
    clusters = _clusters([one.objects for one in several], likeness)
    return tuple(_thing(things, vote) for things in clusters if vote(len(things)))


def _segments(several: Sequence[Annotation], vote: _Vote) -> tuple[AnnotatedSegment, ...]:
    """The segments that enough people marked with the same label, by the medians of their ends.

    Others may be heard at the same time, so those of each label are looked at by themselves.
    """
    found: list[AnnotatedSegment] = []
    for label in dict.fromkeys(segment.label for one in several for segment in one.segments):
        own = [[one for one in said.segments if one.label == label] for said in several]
        for segments in _clusters(own, time_overlap):
            if vote(len(segments)):
                start = statistics.median(one.start for one in segments)
                end = statistics.median(one.end for one in segments)
                found.append(AnnotatedSegment(label=label, start=start, end=end))
    return tuple(sorted(found, key=lambda one: (one.start, one.end, one.label)))


def _clusters(
    several: Iterable[Sequence[Thing]], alike: Callable[[Thing, Thing], float]
) -> list[list[Thing]]:
    """What several people said of each thing, at most one of each person."""

    def to_cluster(cluster: Sequence[Thing], thing: Thing) -> float:
        return statistics.fmean(alike(one, thing) for one in cluster)

    clusters: list[list[Thing]] = []
    for things in several:
        found = pairs_of(clusters, things, to_cluster)
        taken = {place for _, place, _ in found}
        for number, place, _ in found:
            clusters[number].append(things[place])
        clusters.extend([thing] for place, thing in enumerate(things) if place not in taken)
    return clusters


def _thing(things: Sequence[AnnotatedObject], vote: _Vote) -> AnnotatedObject:
    """One thing of several drawings: boxes by their medians, outlines the one in the middle."""
    label = vote.one(one.label for one in things)
    likely = [one for one in things if one.label == label]
    middle = max(likely, key=lambda one: sum(likeness(one, other) for other in likely))
    values: dict[str, Any] = {"attributes": _most(likely)}
    if not (middle.polygons or middle.mask or middle.points):
        sides = {
            name: statistics.median(getattr(one.box, name) for one in likely)
            for name in ObjectBox.model_fields
        }
        values["box"] = ObjectBox(**sides)
    return middle.model_copy(update=values)


def _most(things: Sequence[AnnotatedObject]) -> dict[str, Any]:
    """Each attribute as most of those say who drew the thing; of a tie, the first."""
    names = dict.fromkeys(name for one in things for name in one.attributes)
    return {
        name: Counter(one.attributes[name] for one in things if name in one.attributes)
        .most_common(1)[0][0]
        for name in names
    }  # fmt: skip


def _middle(
    several: Sequence[Annotation], alike: Callable[[Annotation, Annotation], float], vote: _Vote
) -> Annotation:
    """The one that is most like all, if enough are like it; nothing is painted anew."""
    scores = [[alike(one, other) for other in several] for one in several]
    best = max(range(len(several)), key=lambda place: sum(scores[place]))
    if not vote(sum(score >= SAME for score in scores[best])):
        raise _Tied
    return several[best]


def _entities(several: Sequence[Annotation], vote: _Vote) -> Annotation:
    spans = vote.those([_key(span) for span in one.spans] for one in several)
    places = {span: number for number, span in enumerate(spans)}
    relations = vote.those(
        [
            (one.label, _key(annotation.spans[one.head]), _key(annotation.spans[one.tail]))
            for one in annotation.relations
        ]
        for annotation in several
    )
    return Annotation.model_validate(
        {
            "spans": [{"label": label, "start": start, "end": end} for label, start, end in spans],
            "relations": [
                {"label": label, "head": places[head], "tail": places[tail]}
                for label, head, tail in relations
                if head in places and tail in places
            ],
        }
    )


def _tags(several: Sequence[Annotation], vote: _Vote) -> tuple[str, ...]:
    length = vote.one(len(one.tags) for one in several)
    tags = ["O"] * length
    for label, start, end in vote.those(spans_of_tags(one.tags) for one in several):
        tags[start:end] = [f"B-{label}"] + [f"I-{label}"] * (end - start - 1)
    return tuple(tags)


def _attributes(several: Sequence[Mapping[str, Any]], vote: _Vote) -> dict[str, Any]:
    names = dict.fromkeys(name for one in several for name in one)
    chosen = {name: vote.one(one.get(name) for one in several) for name in names}
    return {name: value for name, value in chosen.items() if value is not None}


def _key(span: AnnotatedSpan) -> tuple[str, int, int]:
    return span.label, span.start, span.end
