"""Every format does to every trait what its cell of the preservation matrix says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plugins.annotated import TASK_OF, Made, MemoryTree, datasets, medium

from aileron.core.errors import InvalidInput
from aileron.data.formats import Format, Problems, Writing, formats, recognise
from aileron.data.formats.records import Box, ImageSample, KeyPoint, Object
from aileron.data.formats.traits import TRAITS, Trait
from aileron.data.formats.usage import check_writable, fates, traits_of

FORMATS = {found.name: found for found in formats()}
CELLS = [(name, trait) for name, found in FORMATS.items() for trait in TRAITS[found.modality]]
PIXEL = 0.51
"""How far a coordinate may move where whole pixels are written."""
NEAR = 0.01


def task_of(format_: Format[Any], trait: Trait) -> Any:
    """The task by which a dataset comes to `trait`; None if the format has no such task."""
    wanted = TASK_OF.get(trait)
    if wanted is None:
        return format_.tasks[0]
    if wanted in format_.tasks:
        return wanted
    if trait in (Trait.MASKS, Trait.POLYGONS) and "semantic_segmentation" in format_.tasks:
        return "semantic_segmentation"
    if trait is Trait.OBJECT_ATTRIBUTES:
        return next(
            (
                task
                for task in format_.tasks
                if task in TASK_OF.values() and task != "classification"
            ),
            None,
        )
    return None


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_has_a_cell_for_each_trait_of_its_modality(name: str) -> None:
    found = FORMATS[name]
    assert set(found.keeps) == set(TRAITS[found.modality])
    assert set(found.title) == {"en", "zh"}
    assert found.tasks
    assert found.layout.strip()
    assert found.source


@pytest.mark.parametrize(("name", "trait"), CELLS, ids=lambda value: str(value))
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_cell_is_true(name: str, trait: Trait, data: st.DataObject) -> None:
    format_ = FORMATS[name]
    task = task_of(format_, trait)
    if task is None:
        assert format_.keeps[trait].fate == "refused", "no task of the format has this trait"
        return
    made = data.draw(datasets(format_.modality, trait, task))
    used = traits_of(made.samples, made.labels)
    refused = {t for t, cell in fates(format_, used).items() if cell.fate == "refused"}
    if refused:
        with pytest.raises(InvalidInput) as refusal:
            check_writable(format_, used)
        assert refusal.value.render("en") != refusal.value.render("zh")
        assert trait in refused or format_.keeps[trait].fate != "refused"
        return
    assert format_.keeps[trait].fate != "refused"
    tree = write(format_, made)
    assert recognise(tree, format_.modality).name == format_.name
    problems = Problems()
    reading = format_.read(tree, made.task, problems)
    samples = list(reading.samples)
    assert [str(problem) for problem in problems] == []
    lost = frozenset(fates(format_, used))
    media = reading.media or (lambda sample: tree.read(sample.media))
    compare(made, samples, lost, media)
    if reading.known and Trait.EMPTY_CLASSES not in lost:
        assert sorted(label.name for label in reading.labels) == sorted(
            label.name for label in made.labels
        )
    if task == "key_points" and Trait.KEY_POINTS not in lost:
        assert set(reading.labels) == set(made.labels)


def write(format_: Format[Any], made: Made) -> MemoryTree:
    tree = MemoryTree()
    media = {} if format_.modality == "text" else {"media": medium}
    writing = Writing(
        task=made.task,
        labels=made.labels,
        samples=made.samples,
        **media,
    )
    format_.write(writing, tree)
    return tree


def compare(
    made: Made, found: list[Any], lost: frozenset[Trait], media: Callable[[Any], bytes]
) -> None:
    """Both are the same but for what is lost; without ids, samples are told by their contents."""
    assert len(found) == len(made.samples)
    with_media = hasattr(made.samples[0], "media")
    if Trait.IDS in lost:
        if with_media:
            places = {medium(sample): i for i, sample in enumerate(made.samples)}
            found = sorted(found, key=lambda sample: places[media(sample)])
        else:
            words = {words_of(sample): i for i, sample in enumerate(made.samples)}
            found = sorted(found, key=lambda sample: words[words_of(sample)])
        found = [
            replace(sample, sample_id=wanted.sample_id)
            for sample, wanted in zip(found, made.samples, strict=True)
        ]
    found = sorted(found, key=lambda sample: sample.sample_id)
    for wanted, sample in zip(made.samples, found, strict=True):
        if with_media:
            assert media(sample) == medium(wanted)
            sample = replace(sample, media=wanted.media)
        for trait in lost:
            wanted, sample = without(wanted, trait), without(sample, trait)
        assert_same(sample, wanted, PIXEL if lost & SHAPES else NEAR)


def words_of(sample: Any) -> tuple[Any, ...]:
    return (sample.text, *sample.tokens, *sample.turns)


SHAPES = frozenset((Trait.BOXES, Trait.POLYGONS, Trait.MASKS, Trait.KEY_POINTS))


def without(sample: Any, trait: Trait) -> Any:
    """`sample` with nothing said of `trait`."""
    forget: Mapping[Trait, Callable[[Any], Any]] = {
        Trait.SPLITS: lambda s: replace(s, split=None),
        Trait.ATTRIBUTES: lambda s: replace(s, attributes={}),
        Trait.UNANNOTATED: lambda s: replace(s, annotated=True),
        Trait.LABELS: lambda s: replace(s, labels=()),
        Trait.SEVERAL_LABELS: lambda s: replace(s, labels=()),
        Trait.OBJECT_ATTRIBUTES: lambda s: each(s, lambda o: replace(o, attributes={})),
        Trait.CROWDS: lambda s: each(s, lambda o: replace(o, crowd=False)),
        Trait.MASKS: lambda s: each(s, lambda o: replace(o, mask=None, polygons=())),
        Trait.POLYGONS: lambda s: each(s, lambda o: replace(o, mask=None, polygons=())),
        Trait.TAGS: lambda s: replace(s, tags=()),
        Trait.TURNS: lambda s: replace(s, turns=()),
        Trait.SEGMENTS: lambda s: replace(s, segments=()),
    }
    return forget.get(trait, lambda s: s)(sample)


def each(sample: ImageSample, change: Callable[[Object], Object]) -> ImageSample:
    return replace(sample, objects=tuple(change(thing) for thing in sample.objects))


def assert_same(found: Any, wanted: Any, near: float) -> None:
    for field in fields(wanted):
        a, b = getattr(found, field.name), getattr(wanted, field.name)
        if field.name == "objects":
            assert len(a) == len(b)
            for one, other in zip(sorted(a, key=order), sorted(b, key=order), strict=True):
                assert_same_object(one, other, near)
        elif field.name == "labels":
            assert sorted(a) == sorted(b)
        else:
            assert a == b, field.name


def assert_same_object(found: Object, wanted: Object, near: float) -> None:
    assert (found.label, found.crowd) == (wanted.label, wanted.crowd)
    assert found.attributes == wanted.attributes
    assert found.mask == wanted.mask
    assert found.box == pytest.approx(wanted.box, abs=2 * near)
    assert len(found.polygons) == len(wanted.polygons)
    for a, b in zip(found.polygons, wanted.polygons, strict=True):
        assert a == pytest.approx(b, abs=near)
    assert len(found.points) == len(wanted.points)
    for one, other in zip(found.points, wanted.points, strict=True):
        assert one.visibility == other.visibility
        assert KeyPoint(*one)[:2] == pytest.approx(other[:2], abs=near)


def order(thing: Object) -> tuple[Any, ...]:
    rounded = Box(*(round(value) for value in thing.box))
    return (thing.label, rounded, thing.mask or b"", str(sorted(thing.attributes.items())))
