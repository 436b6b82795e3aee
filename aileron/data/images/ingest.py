"""Step `data.ingest_images`: a folder or an archive of pictures becomes a dataset.

Every picture is decoded once; what cannot be used is named with its reason and left out, and
too many of those fail the step. Pictures pass through in small numbers, so memory does not
grow with the bytes of the source.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Final

from aileron.core.digest import digest_file
from aileron.core.errors import InvalidInput
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context, StepConfig
from aileron.data.images.archive import Archive, open_archive
from aileron.data.images.card import ImageCard, ImageCounts, ImageSource, RefusedPicture
from aileron.data.images.checking import Checked, check_pictures
from aileron.data.images.classes import classes_of
from aileron.data.images.finding import Found, find_pictures
from aileron.data.images.layout import Sample
from aileron.data.images.spec import ImageSpec

NAMED: Final = 1000
"""Refused files that card and log name."""
SHOWN: Final = 10
TINY: Final = 8
"""Pixels of a side below which a picture is spoken of."""
PROGRESS: Final = 10_000


class IngestImagesConfig(ImageSpec, StepConfig):
    """What the pictures mean: the dataset definition without its source."""


class IngestImages(Component[IngestImagesConfig]):
    """Import pictures."""

    name = "data.ingest_images"
    version = 1
    title: ClassVar[Mapping[str, str]] = {"en": "Import pictures", "zh": "导入图片"}
    Config = IngestImagesConfig
    inputs: ClassVar[Mapping[str, Port]] = {
        "source": Port(ArtifactKind.SOURCE, "a zip or tar of a folder with a folder per class")
    }
    outputs: ClassVar[Mapping[str, Port]] = {"dataset": Port(ArtifactKind.DATASET)}

    def run(
        self, context: Context, config: IngestImagesConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        path = _only_file(inputs["source"])
        archive = open_archive(path, context.work)
        found = find_pictures(archive, config.label_type, path.name)
        _log_found(context, found)
        samples, refused = _check(context, archive, found)
        _judge(context, config, path, samples, refused)
        classes = classes_of(_labels(samples), config.label_type, config.classes, path.name)
        folder = context.output("dataset")
        card = _write(folder, config, path, archive, found, samples, refused, classes)
        _log_samples(context, samples, card)
        return {"dataset": folder}


def _check(
    context: Context, archive: Archive, found: Found
) -> tuple[list[Sample], list[RefusedPicture]]:
    samples: list[Sample] = []
    refused = list(found.refused)
    for done, (path, facts) in enumerate(check_pictures(archive, found.members), 1):
        if done % PROGRESS == 0:
            context.log(f"{done:,} of {len(found.members):,} pictures read")
        if isinstance(facts, str):
            refused.append(RefusedPicture(path=path, reason=facts))
        else:
            samples.append(_sample(path, facts, found))
    return samples, sorted(refused, key=lambda item: item.path)


def _sample(path: str, facts: Checked, found: Found) -> Sample:
    place = found.places[path]
    return Sample(
        sample_id=place.sample_id,
        content_digest=facts.digest,
        labels=place.labels,
        split=place.part,
        width=facts.width,
        height=facts.height,
        mode=facts.mode,
        format=facts.format,
        bytes=facts.bytes,
    )


def _judge(
    context: Context,
    config: IngestImagesConfig,
    path: Path,
    samples: Sequence[Sample],
    refused: Sequence[RefusedPicture],
) -> None:
    """Name what was refused, and fail if it was too much."""
    for item in refused[:NAMED]:
        context.log(f"{item.path} is left out: {item.reason}")
    if len(refused) > NAMED:
        context.log(f"{len(refused) - NAMED:,} more are left out")
    total = len(samples) + len(refused)
    if total == 0:
        raise InvalidInput("data.no_pictures", where=path.name)
    if len(refused) > config.max_refused * total or not samples:
        raise InvalidInput(
            "data.too_many_refused",
            where=path.name,
            count=len(refused),
            total=total,
            most=f"{config.max_refused:.0%}",
            first=refused[0].path,
            reason=refused[0].reason,
        )


def _labels(samples: Sequence[Sample]) -> dict[str, str]:
    """Label -> the first sample that has it."""
    found: dict[str, str] = {}
    for sample in samples:
        for label in sample.labels:
            found.setdefault(label, sample.sample_id)
    return found


def _write(
    folder: Path,
    config: IngestImagesConfig,
    path: Path,
    archive: Archive,
    found: Found,
    samples: Sequence[Sample],
    refused: Sequence[RefusedPicture],
    classes: tuple[str, ...],
) -> ImageCard:
    from aileron.data.images.writer import write_samples

    paths = {place.sample_id: name for name, place in found.places.items()}
    written = write_samples(
        folder, samples, lambda s: archive.read(paths[s.sample_id]), classes, config.label_type
    )
    labels = Counter(label for sample in samples for label in sample.labels)
    parts = Counter(sample.split for sample in samples if sample.split)
    card = ImageCard(
        name=config.name,
        display_name=config.display_name,
        label_type=config.label_type,
        classes=classes,
        class_counts={label: labels[label] for label in classes},
        part_counts=dict(sorted(parts.items())) or None,
        counts=ImageCounts(
            rows=len(samples),
            pictures=written.pictures,
            bytes=written.bytes,
            refused=len(refused),
        ),
        digest=written.digest,
        source=ImageSource(file=path.name, sha256=digest_file(path)),
        refused=tuple(refused[:NAMED]),
        licence=config.licence,
        owner=config.owner,
        created_by=f"{IngestImages.name}@{IngestImages.version}",
    )
    card.write(folder)
    return card


def _log_found(context: Context, found: Found) -> None:
    if found.structure.root:
        context.log(f"classes are looked for in {found.structure.root}")
    if found.structure.has_parts:
        context.log("the source gives the parts: train, validation, test")
    for name in found.structure.empty:
        context.log(f"folder {name} holds no picture and is no class")
    if found.others:
        context.log(f"{found.others:,} files that are no pictures are left out")


def _log_samples(context: Context, samples: Sequence[Sample], card: ImageCard) -> None:
    counts = ", ".join(f"{label}: {count:,}" for label, count in card.class_counts.items())
    context.log(f"{card.counts.rows:,} pictures, {counts}, digest {card.digest[:12]}")
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


def _only_file(folder: Path) -> Path:
    files = [path for path in folder.iterdir() if path.is_file()]
    if len(files) != 1:
        raise InvalidInput("data.not_one_file", count=len(files))
    return files[0]
