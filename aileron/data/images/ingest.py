"""Step `data.ingest_images`: a folder or an archive of pictures becomes a dataset.

Every picture is decoded once; what cannot be used is named with its reason and left out, and
too many of those fail the step. Pictures pass through in small numbers, so memory does not
grow with the bytes of the source.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Final

from aileron.core.digest import digest_bytes, digest_file
from aileron.core.errors import InvalidInput
from aileron.core.phrase import Phrase, phrase
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context
from aileron.data.appending import ImportConfig, taken_in
from aileron.data.formats.records import ImageSample, Label
from aileron.data.formats.usage import names_of
from aileron.data.images.card import (
    ImageCard,
    ImageCounts,
    ImageSource,
    KeyPointNames,
)
from aileron.data.images.checking import Checked, check_pictures
from aileron.data.images.classes import classes_of
from aileron.data.images.dataset import read_image_card
from aileron.data.images.layout import Sample
from aileron.data.images.limits import limit_problem
from aileron.data.images.reading import Source, read_source
from aileron.data.images.spec import ImageSpec
from aileron.data.labels import label_order
from aileron.data.layout import SAMPLES_FILE
from aileron.data.limits import check_size, first_of
from aileron.data.media import MEDIA_FOLDER, Place, Shards, places_of
from aileron.data.media.layout import PLACE_COLUMNS
from aileron.data.refusals import LeftOut
from aileron.data.refused_file import write_refused
from aileron.data.repeats import last_of_each
from aileron.data.trees.tree import FileTree, only_file, open_files

SHOWN: Final = 10
TINY: Final = 8
"""Pixels of a side below which a picture is spoken of."""
PROGRESS: Final = 10_000


class IngestImagesConfig(ImageSpec, ImportConfig):
    """What the pictures mean: the dataset definition without its source."""


class IngestImages(Component[IngestImagesConfig]):
    """Import pictures."""

    name = "data.ingest_images"
    version = 4
    title: ClassVar[Mapping[str, str]] = {"en": "Import pictures", "zh": "导入图片"}
    Config = IngestImagesConfig
    inputs: ClassVar[Mapping[str, Port]] = {
        "source": Port(ArtifactKind.SOURCE, "a zip or tar of pictures and what is said of them"),
        "parent": Port(
            ArtifactKind.DATASET,
            "the version before, whose stored pictures are kept and not written again",
            optional=True,
        ),
    }
    outputs: ClassVar[Mapping[str, Port]] = {
        "dataset": Port(ArtifactKind.DATASET),
        "refused": Port(ArtifactKind.EXPORT, "what was left out, and why", optional=True),
    }

    def run(
        self, context: Context, config: IngestImagesConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        return taken_in(type(self), self._take_in, context, config, inputs)

    def _take_in(
        self, context: Context, config: IngestImagesConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        path = only_file(inputs["source"])
        check_size(path, config.limits.archive)
        files = open_files(path, context.work)
        source = read_source(files, path.name, config)
        for note in source.notes:
            context.log(note)
        some = first_of(source.samples, config.limits.dataset, path.name, context.log)
        source = replace(source, samples=tuple(some))
        samples = _check(context, source, config)
        refused = source.refused
        if not samples and not refused.count:
            raise InvalidInput("data.no_pictures", where=path.name)
        outputs = write_refused(context.output("refused"), refused, FileTree(path.name, files))
        refused.judge(context, path.name, len(samples), config)
        if config.repeats == "drop":
            samples = _last_of_each(context, samples)
        labels = _labels_of(source, samples, config, path.name)
        folder = context.output("dataset")
        places = _write_media(folder, source, samples, _pictures(inputs.get("parent")))
        card = _write(folder, config, path, samples, refused, labels, places)
        _log_samples(context, samples, card)
        return {"dataset": folder, **outputs}


def _pictures(parent: Path | None) -> Path | None:
    """The folder of the version before, if it is one of pictures: nothing else can be kept."""
    if parent is not None:
        read_image_card(parent)
    return parent


def _check(context: Context, source: Source, config: IngestImagesConfig) -> list[Sample]:
    """The samples whose pictures can be used; the others are added to those refused."""
    samples: list[Sample] = []
    contents = ((record.media, source.medium(record)) for record in source.samples)
    looked_at = zip(source.samples, check_pictures(contents), strict=True)
    for done, (record, (path, facts)) in enumerate(looked_at, 1):
        if done % PROGRESS == 0:
            context.log(f"{done:,} of {len(source.samples):,} pictures read")
        if isinstance(facts, Phrase):
            source.refused.add(path, facts)
        elif (problem := _problem(record, facts, config)) is not None:
            source.refused.add(path, problem)
        else:
            samples.append(_sample(record, facts))
    return samples


def _write_media(
    folder: Path, source: Source, samples: Sequence[Sample], parent: Path | None
) -> dict[str, Place]:
    """Write each different picture once, or keep it if `parent` has it; digest -> place."""
    import pyarrow.parquet as pq

    records = {record.sample_id: record for record in source.samples}
    first = {sample.content_digest: sample.sample_id for sample in reversed(samples)}
    shards = Shards(folder / MEDIA_FOLDER)
    if parent is not None:
        stored = pq.read_table(parent / SAMPLES_FILE, columns=list(PLACE_COLUMNS))
        shards.keep(parent / MEDIA_FOLDER, places_of(stored))

    def content(digest: str) -> bytes:
        data = source.medium(records[first[digest]])
        if isinstance(data, Phrase) or digest_bytes(data) != digest:
            raise InvalidInput("data.picture_changed", where=first[digest])
        return data

    shards.write(first, content)
    return shards.places


def _last_of_each(context: Context, samples: Sequence[Sample]) -> list[Sample]:
    kept = last_of_each(samples, lambda sample: sample.content_digest)
    if len(kept) < len(samples):
        context.log(f"{len(samples) - len(kept):,} pictures repeat a later one and are dropped")
    return kept


def _problem(record: ImageSample, facts: Checked, config: IngestImagesConfig) -> Phrase | None:
    """Why a whole picture is not taken with what is said of it; None if it is."""
    if record.objects and (record.width, record.height) != (facts.width, facts.height):
        return _other_size(record, facts)
    unknown = set(names_of(record)) - set(config.classes or ())
    if config.classes and unknown:
        known = ", ".join(config.classes)
        return phrase("data.formats.unknown_label", name=min(unknown), classes=known)
    return limit_problem(facts, len(record.objects), config.limits.pictures)


def _other_size(record: ImageSample, facts: Checked) -> Phrase:
    said, found = f"{record.width} x {record.height}", f"{facts.width} x {facts.height}"
    return phrase("data.formats.wrong_size", said=said, found=found)


def _sample(record: ImageSample, facts: Checked) -> Sample:
    return Sample(
        sample_id=record.sample_id,
        content_digest=facts.digest,
        labels=record.labels,
        split=record.split,
        width=facts.width,
        height=facts.height,
        mode=facts.mode,
        format=facts.format,
        bytes=facts.bytes,
        objects=record.objects,
        annotated=record.annotated,
        attributes=record.attributes,
    )


def _labels_of(
    source: Source, samples: Sequence[Sample], config: IngestImagesConfig, where: str
) -> tuple[Label, ...]:
    """The classes in order: those said, those that the format lists, or those found."""
    said = {label.name: label for label in source.labels or ()}
    found = _first_samples(samples)
    if config.task == "classification" or config.classes is not None:
        listed = config.classes or (tuple(said) if set(said) == set(found) else None)
        alone = config.append is None and any(sample.annotated for sample in samples)
        names = classes_of(found, config.label_type, listed, where, alone=alone)
    else:
        names = tuple(said) if said else tuple(sorted(found, key=label_order))
    return tuple(said.get(name) or Label(name) for name in names)


def _names(sample: Sample) -> set[str]:
    """The classes of a sample and of its objects."""
    return {*sample.labels, *(thing.label for thing in sample.objects)}


def _first_samples(samples: Sequence[Sample]) -> dict[str, str]:
    """Label -> the first sample that has it."""
    found: dict[str, str] = {}
    for sample in samples:
        for label in sorted(_names(sample)):
            found.setdefault(label, sample.sample_id)
    return found


def _write(
    folder: Path,
    config: IngestImagesConfig,
    path: Path,
    samples: Sequence[Sample],
    refused: LeftOut,
    labels: tuple[Label, ...],
    places: Mapping[str, Place],
) -> ImageCard:
    from aileron.data.images.writer import write_samples

    classes = tuple(label.name for label in labels)
    points = {
        label.name: KeyPointNames(names=label.point_names, skeleton=label.skeleton)
        for label in labels
        if label.point_names
    }
    written = write_samples(
        folder,
        samples,
        places,
        classes,
        config.label_type,
        points={name: known.model_dump(mode="json") for name, known in points.items()},
    )
    having = Counter(name for sample in samples for name in _names(sample))
    parts = Counter(sample.split for sample in samples if sample.split)
    card = ImageCard(
        name=config.name,
        display_name=config.display_name,
        task=config.task,
        label_type=config.label_type,
        classes=classes,
        class_counts={label: having[label] for label in classes},
        points=points,
        part_counts=dict(sorted(parts.items())) or None,
        counts=ImageCounts(
            rows=len(samples),
            pictures=written.pictures,
            bytes=written.bytes,
            refused=refused.count,
            objects=sum(len(sample.objects) for sample in samples),
            waiting=sum(not sample.annotated for sample in samples),
        ),
        digest=written.digest,
        source=ImageSource(file=path.name, sha256=digest_file(path)),
        refused=refused.named(),
        licence=config.licence,
        owner=config.owner,
        created_by=f"{IngestImages.name}@{IngestImages.version}",
    )
    card.write(folder)
    return card


def _log_samples(context: Context, samples: Sequence[Sample], card: ImageCard) -> None:
    counts = ", ".join(f"{label}: {count:,}" for label, count in card.class_counts.items())
    drawn = f", {card.counts.objects:,} objects" if card.counts.objects else ""
    context.log(f"{card.counts.rows:,} pictures{drawn}, {counts}, digest {card.digest[:12]}")
    for line in (*_contradictions(samples), *_tiny(samples)):
        context.log(line)


def _contradictions(samples: Sequence[Sample]) -> Iterator[str]:
    """The same picture with different labels; a repeat with the same labels does no harm."""
    first: dict[str, Sample] = {}
    repeats, told = 0, 0
    for sample in samples:
        other = first.setdefault(sample.content_digest, sample)
        repeats += other is not sample
        if set(other.labels) != set(sample.labels):
            told += 1
            if told <= SHOWN:
                labels = ", ".join(sample.labels) or "-"
                others = ", ".join(other.labels) or "-"
                yield (
                    f"the same picture has two answers: {other.sample_id} ({others}) "
                    f"and {sample.sample_id} ({labels}); remove the wrong one"
                )
    if told > SHOWN:
        yield f"{told - SHOWN:,} more pictures have two answers"
    if repeats:
        yield f"{repeats:,} samples repeat a picture that another one has; it is kept once"


def _tiny(samples: Sequence[Sample]) -> Iterator[str]:
    tiny = [sample for sample in samples if min(sample.width, sample.height) < TINY]
    if tiny:
        names = ", ".join(f"{s.sample_id} ({s.width} x {s.height})" for s in tiny[:SHOWN])
        yield f"{len(tiny):,} pictures have a side below {TINY} pixels: {names}"
