"""How right suggestions were: compared with what people said after they had seen them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aileron.label.agreement import alike, cohen_kappa, spans_of_tags
from aileron.label.annotation import AnnotatedObject, AnnotatedSegment, Annotation
from aileron.label.overlap import likeness, pairs_of, time_overlap
from aileron.label.spec import LabelSpec

SAME: Final = 0.9999
"""From which likeness on a drawing was not moved: places come back rounded."""


@dataclass(frozen=True)
class ClassCorrections:
    """What became of the suggestions of one class: labels, objects, spans or segments."""

    suggested: int = 0
    kept: int = 0
    """Of those: people said the same of the same thing; objects may have been moved a little."""
    final: int = 0
    """What people said in the end, suggested or not."""

    @property
    def precision(self) -> float | None:
        """The share of suggestions that people kept; None without any."""
        return self.kept / self.suggested if self.suggested else None

    @property
    def recall(self) -> float | None:
        """The share of what people said that had been suggested; None without any."""
        return self.kept / self.final if self.final else None


@dataclass(frozen=True)
class Corrections:
    """What people made of the suggestions of one model version."""

    model_version: str
    items: int
    unchanged: int
    """Items in which nothing was changed."""
    agreement: float
    """Mean likeness of suggestion and annotation, 0 to 1, as of two people."""
    kappa: float | None
    """The same with chance taken off, where a sample has exactly one label."""
    score_kept: float | None
    """Mean score of the suggestions that were not changed; None without any."""
    score_changed: float | None
    """Of those that were: a model that knows what it does not know is less sure there."""
    classes: Mapping[str, ClassCorrections]
    """By class, in the order of the spec; those that neither named are left out."""

    @property
    def share_unchanged(self) -> float:
        """The share of items that people left as they were suggested."""
        return self.unchanged / self.items


def corrections(
    spec: LabelSpec, items: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]
) -> list[Corrections]:
    """What people made of suggestions, by model version.

    Args:
        spec: the campaign's.
        items: (suggestion as `Suggestion.to_json` has it, annotation) of each item that has both.
    """
    by_version: dict[str, _Tally] = {}
    for suggestion, annotation in items:
        tally = by_version.setdefault(suggestion["model_version"], _Tally(spec))
        before = Annotation.model_validate(suggestion["annotation"])
        tally.add(before, Annotation.model_validate(annotation), suggestion.get("score"))
    return [tally.made(version) for version, tally in sorted(by_version.items())]


class _Tally:
    """Counts of one model version."""

    def __init__(self, spec: LabelSpec) -> None:
        self._spec = spec
        self._agreement = 0.0
        self._scores: dict[bool, list[float]] = {True: [], False: []}
        self._items = Counter[bool]()
        self._pairs = Counter[tuple[str, str]]()
        self._suggested = Counter[str]()
        self._kept = Counter[str]()
        self._final = Counter[str]()

    def add(self, before: Annotation, after: Annotation, score: float | None) -> None:
        likely = alike(before, after, self._spec)
        unmoved = _times(before) == _times(after)
        same = likely >= SAME and unmoved and _attributes(before) == _attributes(after)
        self._agreement += likely
        self._items[same] += 1
        if score is not None:
            self._scores[same].append(score)
        if self._spec.single and before.labels and after.labels:
            self._pairs[before.labels[0], after.labels[0]] += 1
        first, second = _things(before), _things(after)
        self._suggested.update(label for label, _ in first)
        self._final.update(label for label, _ in second)
        self._kept.update(_kept(first, second))

    def made(self, version: str) -> Corrections:
        total = self._items.total()
        named = self._suggested + self._final
        return Corrections(
            model_version=version,
            items=total,
            unchanged=self._items[True],
            agreement=self._agreement / total,
            kappa=cohen_kappa(self._pairs) if self._pairs else None,
            score_kept=_mean(self._scores[True]),
            score_changed=_mean(self._scores[False]),
            classes={
                name: ClassCorrections(self._suggested[name], self._kept[name], self._final[name])
                for name in self._spec.class_names
                if name in named
            },
        )


def _things(annotation: Annotation) -> list[tuple[str, Any]]:
    """(class, what is said of it) of all that has a class."""
    found: list[tuple[str, Any]] = [(label, None) for label in annotation.labels]
    found += [(one.label, one) for one in annotation.objects]
    found += [(one.label, (one.start, one.end)) for one in annotation.spans]
    found += [(one.label, one) for one in annotation.segments]
    found += [(label, (start, end)) for label, start, end in spans_of_tags(annotation.tags)]
    return found


def _times(annotation: Annotation) -> list[tuple[str, float, float]]:
    """The segments to the millisecond, in an order that tells nothing."""
    return sorted(
        (one.label, round(one.start, 3), round(one.end, 3)) for one in annotation.segments
    )


def _attributes(annotation: Annotation) -> list[str]:
    """What else is said of the sample and of its objects, in an order that tells nothing."""
    objects = sorted(f"{one.label} {sorted(one.attributes.items())}" for one in annotation.objects)
    return [str(sorted(annotation.attributes.items())), *objects]


def _kept(first: list[tuple[str, Any]], second: list[tuple[str, Any]]) -> list[str]:
    """The classes of those of `first` that are in `second`."""

    def same(one: tuple[str, Any], other: tuple[str, Any]) -> float:
        if one[0] != other[0]:
            return 0.0
        if isinstance(one[1], AnnotatedObject):
            return likeness(one[1], other[1])
        if isinstance(one[1], AnnotatedSegment):
            return time_overlap(one[1], other[1])
        return float(one[1] == other[1])

    return [first[place][0] for place, _, _ in pairs_of(first, second, same)]


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None
