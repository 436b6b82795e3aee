"""Which traits samples really use, and what a format would do to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from aileron.core.errors import InvalidInput
from aileron.data.formats.port import Format
from aileron.data.formats.records import ImageSample, Label, Sample, TextSample
from aileron.data.formats.traits import Keep, Trait


def traits_of(samples: Iterable[Sample], labels: Iterable[Label] = ()) -> frozenset[Trait]:
    """The traits that at least one sample has; `labels` are all classes."""
    found = {Trait.IDS}
    met: set[str] = set()
    for sample in samples:
        found.update(_of_sample(sample))
        met.update(names_of(sample))
    if any(label.name not in met for label in labels):
        found.add(Trait.EMPTY_CLASSES)
    return frozenset(found)


def names_of(sample: Sample) -> Iterator[str]:
    """The classes that `sample` names."""
    yield from sample.labels
    if isinstance(sample, ImageSample):
        yield from (thing.label for thing in sample.objects)
    elif isinstance(sample, TextSample):
        yield from (span.label for span in sample.spans)
        yield from (tag[2:] for tag in sample.tags if tag != "O")
    else:
        yield from (segment.label for segment in sample.segments)


def fates(format_: Format[Any], used: Iterable[Trait]) -> dict[Trait, Keep]:
    """What becomes of each of the traits `used` that `format_` does not keep."""
    order = list(Trait)
    cells = {trait: format_.keeps[trait] for trait in sorted(used, key=order.index)}
    return {trait: cell for trait, cell in cells.items() if cell.fate != "kept"}


def check_writable(format_: Format[Any], used: Iterable[Trait]) -> dict[Trait, Keep]:
    """The losses of writing samples with the traits `used`.

    Raises:
        InvalidInput: one of them is refused; says which and why.
    """
    found = fates(format_, used)
    for trait, cell in found.items():
        if cell.fate == "refused" and cell.reason is not None:
            raise InvalidInput(
                "data.formats.refused_trait",
                format=format_.name,
                trait=trait.value.replace("_", " "),
                reason=cell.reason.to_dict(),
            )
    return found


def _of_sample(sample: Sample) -> Iterator[Trait]:
    if sample.labels:
        yield Trait.LABELS
    if len(sample.labels) > 1:
        yield Trait.SEVERAL_LABELS
    if sample.attributes:
        yield Trait.ATTRIBUTES
    if sample.split is not None:
        yield Trait.SPLITS
    if not sample.annotated:
        yield Trait.UNANNOTATED
    if isinstance(sample, ImageSample):
        yield from _of_objects(sample)
    elif isinstance(sample, TextSample):
        yield from _of_text(sample)
    elif sample.segments:
        yield Trait.SEGMENTS


def _of_objects(sample: ImageSample) -> Iterator[Trait]:
    for thing in sample.objects:
        if thing.mask is not None:
            yield Trait.MASKS
        elif thing.polygons:
            yield Trait.POLYGONS
        elif not thing.points:
            yield Trait.BOXES
        if thing.points:
            yield Trait.KEY_POINTS
        if thing.crowd:
            yield Trait.CROWDS
        if thing.attributes:
            yield Trait.OBJECT_ATTRIBUTES


def _of_text(sample: TextSample) -> Iterator[Trait]:
    held = {
        Trait.TEXTS: sample.text,
        Trait.PAIRS: sample.pair is not None,
        Trait.TAGS: sample.tags,
        Trait.SPANS: sample.spans,
        Trait.RELATIONS: sample.relations,
        Trait.TURNS: sample.turns,
    }
    yield from (trait for trait, there in held.items() if there)
