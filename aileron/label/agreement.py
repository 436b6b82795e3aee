"""How far people agree who labelled the same samples.

`alike` compares two annotations of one sample. Over a whole campaign, classes that exclude each
other are compared by kappa, which takes off what chance alone would bring.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Final

from aileron.label.annotation import AnnotatedSpan, Annotation
from aileron.label.overlap import (
    Ranges,
    joined,
    likeness,
    pairs_of,
    range_overlap,
    ranges,
    time_overlap,
)
from aileron.label.spec import LabelSpec

OBJECTS: Final = ("detection", "instance_segmentation", "key_points")
SPANS: Final = ("entities", "sequence_labelling")


def measure_of(spec: LabelSpec) -> str:
    """The name of what `alike` says of a task: of single labels it is made a kappa."""
    if spec.single:
        return "kappa"
    if spec.task == "key_points":
        return "oks"
    if spec.task in OBJECTS or spec.task == "semantic_segmentation":
        return "iou"
    if spec.task == "event_detection":
        return "segment_f1"
    return "span_f1" if spec.task in SPANS else "jaccard"


def alike(one: Annotation, other: Annotation, spec: LabelSpec) -> float:
    """How alike two annotations of one sample are, 0 to 1; attributes do not count."""
    if spec.task in OBJECTS:
        return object_agreement(one, other)
    if spec.task == "semantic_segmentation":
        return region_agreement(one, other)
    if spec.task == "event_detection":
        return segment_f1(one, other)
    if spec.task == "entities":
        return f1(_said(one), _said(other))
    if spec.task == "sequence_labelling":
        return f1(set(spans_of_tags(one.tags)), set(spans_of_tags(other.tags)))
    return jaccard(set(one.labels), set(other.labels))


def jaccard(one: set[str], other: set[str]) -> float:
    """What both have of what any has; of one label each 1 or 0."""
    return len(one & other) / len(one | other) if one or other else 1.0


def f1(one: set[Hashable], other: set[Hashable]) -> float:
    """The F measure, the same whichever of the two is taken for the truth.

    G. Hripcsak and A. S. Rothschild, "Agreement, the F-Measure, and Reliability in Information
    Retrieval", 2005: where nobody can count what neither marked, it stands for kappa.
    """
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 1.0


def token_accuracy(one: Sequence[str], other: Sequence[str]) -> float:
    """The share of tokens with the same tag."""
    longer = max(len(one), len(other))
    same = sum(a == b for a, b in zip(one, other, strict=False))
    return same / longer if longer else 1.0


def object_agreement(one: Annotation, other: Annotation) -> float:
    """Mean likeness of the objects that both drew with the same label; others count as 0.

    The *panoptic quality* of A. Kirillov et al., "Panoptic Segmentation", 2019: the sum of the
    pairs' IoU over the mean number of objects.
    """
    count = len(one.objects) + len(other.objects)
    if not count:
        return 1.0
    total = 0.0
    for label in {thing.label for thing in one.objects}:
        mine = [thing for thing in one.objects if thing.label == label]
        theirs = [thing for thing in other.objects if thing.label == label]
        total += sum(score for _, _, score in pairs_of(mine, theirs, likeness))
    return 2 * total / count


def segment_f1(one: Annotation, other: Annotation) -> float:
    """The F measure of segments: two are one if their label is and half of their time.

    Event-based F of A. Mesaros et al., "Metrics for Polyphonic Sound Event Detection", 2016, with
    segments matched by their intersection over union, as boxes are.
    """
    count = len(one.segments) + len(other.segments)
    if not count:
        return 1.0
    same = 0
    for label in {segment.label for segment in one.segments}:
        mine = [segment for segment in one.segments if segment.label == label]
        theirs = [segment for segment in other.segments if segment.label == label]
        same += len(pairs_of(mine, theirs, time_overlap))
    return 2 * same / count


def region_agreement(one: Annotation, other: Annotation) -> float:
    """Mean over the classes that any of both has of the IoU of all that is painted with it.

    The mean IoU of M. Everingham et al., "The PASCAL Visual Object Classes Challenge", 2015,
    without the background.
    """
    mine, theirs = _regions(one), _regions(other)
    labels = mine.keys() | theirs.keys()
    if not labels:
        return 1.0
    found = (range_overlap(mine.get(label, []), theirs.get(label, [])) for label in labels)
    return sum(found) / len(labels)


def spans_of_tags(tags: Sequence[str]) -> list[tuple[str, int, int]]:
    """(label, first token, token behind the last) of what the tags in scheme IOB2 mark."""
    found: list[tuple[str, int, int]] = []
    for place, tag in enumerate(tags):
        kind, _, label = tag.partition("-")
        goes_on = bool(found) and kind == "I" and found[-1][0] == label and found[-1][2] == place
        if goes_on:
            found[-1] = (label, found[-1][1], place + 1)
        elif kind in ("B", "I"):
            found.append((label, place, place + 1))
    return found


def cohen_kappa(pairs: Mapping[tuple[str, str], int]) -> float:
    """Of two people who labelled the same samples; `pairs`: (one's, other's label) -> samples.

    J. Cohen, "A Coefficient of Agreement for Nominal Scales", 1960. 1 if they always agree,
    0 if as often as by chance, below if less.
    """
    total = sum(pairs.values())
    observed = sum(count for (one, other), count in pairs.items() if one == other) / total
    first, second = Counter[str](), Counter[str]()
    for (one, other), count in pairs.items():
        first[one] += count
        second[other] += count
    chance = sum(first[label] * second[label] for label in first) / total**2
    return _over_chance(observed, chance)


def fleiss_kappa(ratings: Mapping[tuple[str, ...], int]) -> float:
    """Of any people, as many for each sample; `ratings`: the labels of a sample -> samples.

    J. L. Fleiss, "Measuring Nominal Scale Agreement Among Many Raters", 1971.
    """
    total = sum(ratings.values())
    each = len(next(iter(ratings)))
    share, agreeing = Counter[str](), 0
    for labels, count in ratings.items():
        for label, times in Counter(labels).items():
            share[label] += times * count
            agreeing += times * (times - 1) * count
    observed = agreeing / (total * each * (each - 1))
    chance = sum((times / (total * each)) ** 2 for times in share.values())
    return _over_chance(observed, chance)


def kappa(said: Mapping[tuple[tuple[str, ...], tuple[str, ...]], int]) -> float | None:
    """Cohen's if the same two people labelled everything, else Fleiss'; None of nothing.

    Args:
        said: (people, what each said) of a sample -> how many samples.
    """
    if not said:
        return None
    crowds = {tuple(sorted(people)) for people, _ in said}
    if len(crowds) == 1 and len(next(iter(crowds))) == 2:
        pairs = Counter[tuple[str, str]]()
        for (people, labels), count in said.items():
            one, other = (label for _, label in sorted(zip(people, labels, strict=True)))
            pairs[one, other] += count
        return cohen_kappa(pairs)
    ratings = Counter[tuple[str, ...]]()
    for (_, labels), count in said.items():
        ratings[tuple(sorted(labels))] += count
    return fleiss_kappa(ratings)


def _over_chance(observed: float, chance: float) -> float:
    """1 also where there was only one label to say: nothing was left to chance."""
    return 1.0 if chance >= 1 else (observed - chance) / (1 - chance)


def _said(annotation: Annotation) -> set[Hashable]:
    """Spans, and relations with their ends."""
    spans: set[Hashable] = {_place(span) for span in annotation.spans}
    return spans | {
        (one.label, _place(annotation.spans[one.head]), _place(annotation.spans[one.tail]))
        for one in annotation.relations
    }


def _place(span: AnnotatedSpan) -> tuple[str, int, int]:
    return span.label, span.start, span.end


def _regions(annotation: Annotation) -> dict[str, Ranges]:
    """Label -> the pixels that are painted with it."""
    found: dict[str, list[Ranges]] = {}
    for thing in annotation.objects:
        if thing.mask is not None:
            found.setdefault(thing.label, []).append(ranges(thing.mask))
    return {label: joined(several) for label, several in found.items()}
