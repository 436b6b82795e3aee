"""Step `data.ingest_series`: a folder or an archive of time series becomes a dataset.

Every series is read once, and kept in one form; what cannot be used is named with its reason and
left out, and too much of it fails the step. Series pass through in small numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import ClassVar, NamedTuple

from aileron.core.digest import digest_bytes, digest_file
from aileron.core.errors import InvalidInput
from aileron.core.phrase import Phrase, phrase
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context
from aileron.data.appending import PARENT, PARENT_PORT, ImportConfig, taken_in
from aileron.data.formats import Format, Problems, Reading, find_format, recognise
from aileron.data.formats.problems import Fault
from aileron.data.formats.records import SeriesSample
from aileron.data.formats.usage import names_of
from aileron.data.labels import label_order
from aileron.data.layout import SAMPLES_FILE, write_parquet
from aileron.data.limits import check_size, first_of
from aileron.data.media import MEDIA_FOLDER, Shards
from aileron.data.media.checking import check_media
from aileron.data.refusals import LeftOut
from aileron.data.refused_file import write_refused
from aileron.data.repeats import last_of_each
from aileron.data.series.card import SeriesCard, SeriesCounts, SeriesSource
from aileron.data.series.checking import Checked, check, kept_form
from aileron.data.series.layout import Sample, samples_schema, series_digest
from aileron.data.series.ranges import inside
from aileron.data.series.spec import SeriesSpec
from aileron.data.trees.tree import FileTree, only_file, open_tree

PROGRESS = 10_000


class IngestSeriesConfig(SeriesSpec, ImportConfig):
    """What the time series mean: the dataset definition without its source."""


@dataclass(frozen=True)
class Source:
    """What the source says, and how to get at the bytes of a series."""

    format: str
    records: Sequence[SeriesSample]
    media: Callable[[SeriesSample], bytes]
    labels: tuple[str, ...]
    """Classes that the format lists; empty where it lists none."""
    notes: Sequence[str]


class Taken(NamedTuple):
    """A series that can be used."""

    record: SeriesSample
    sample: Sample
    facts: Checked


class IngestSeries(Component[IngestSeriesConfig]):
    """Import time series."""

    name = "data.ingest_series"
    version = 1
    title: ClassVar[Mapping[str, str]] = {"en": "Import time series", "zh": "导入时间序列"}
    Config = IngestSeriesConfig
    inputs: ClassVar[Mapping[str, Port]] = {
        "source": Port(ArtifactKind.SOURCE, "a zip or tar of time series and what is said of them"),
        PARENT: PARENT_PORT,
    }
    outputs: ClassVar[Mapping[str, Port]] = {
        "dataset": Port(ArtifactKind.DATASET),
        "refused": Port(ArtifactKind.EXPORT, "what was left out, and why", optional=True),
    }

    def run(
        self, context: Context, config: IngestSeriesConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        return taken_in(type(self), self._take_in, context, config, inputs)

    def _take_in(
        self, context: Context, config: IngestSeriesConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        path = only_file(inputs["source"])
        problems = Problems()
        check_size(path, config.limits.archive)
        tree = open_tree(path, context.work)
        source = _read(tree, config, problems)
        for note in source.notes:
            context.log(note)
        some = first_of(source.records, config.limits.dataset, path.name, context.log)
        source = replace(source, records=tuple(some))
        refused = LeftOut.of(problems)
        samples = _check(context, source, config, refused)
        if not samples and not refused.count:
            raise InvalidInput("data.series.none", where=path.name)
        outputs = write_refused(context.output("refused"), refused, tree)
        refused.judge(context, path.name, len(samples), config)
        card = _write(context.output("dataset"), config, path, source, samples, refused)
        _log(context, card)
        return {"dataset": context.output("dataset"), **outputs}


def _read(tree: FileTree, config: IngestSeriesConfig, problems: Problems) -> Source:
    format_ = _format(tree, config)
    reading = format_.read(tree, config.task, problems)
    notes = (f"read as {format_.name}", *(note.render("en") for note in reading.notes))
    records = tuple(_fitting(reading, config, problems))
    media = reading.media or (lambda sample: tree.read(sample.media))
    labels = tuple(label.name for label in reading.labels) if reading.known else ()
    return Source(format_.name, records, media, labels, notes)


def _format(tree: FileTree, config: IngestSeriesConfig) -> Format[SeriesSample]:
    return find_format(config.format, "series") if config.format else recognise(tree, "series")


def _fitting(
    reading: Reading[SeriesSample], config: IngestSeriesConfig, problems: Problems
) -> Iterator[SeriesSample]:
    """The samples whose ranges have known labels."""
    for sample in reading.samples:
        if config.classes and (unknown := set(names_of(sample)) - set(config.classes)):
            known = ", ".join(config.classes)
            problems.add(sample.media, Fault("unknown_label", name=min(unknown), classes=known))
        else:
            yield sample


def _check(
    context: Context, source: Source, config: IngestSeriesConfig, refused: LeftOut
) -> list[Taken]:
    """The samples whose series can be used; the others are added to `refused`."""
    samples: list[Taken] = []
    contents = ((record.media, _bytes(source, record)) for record in source.records)
    looked_at = check_media(contents, partial(check, limits=config.limits.series))
    for done, (record, (path, facts)) in enumerate(zip(source.records, looked_at, strict=True), 1):
        if done % PROGRESS == 0:
            context.log(f"{done:,} of {len(source.records):,} series read")
        if isinstance(facts, Checked) and samples:
            facts = _other(samples[0].facts, facts) or facts  # noqa: PLW2901
        if isinstance(facts, Phrase):
            refused.add(path, facts)
            continue
        try:
            samples.append(Taken(record, _sample(record, facts), facts))
        except Fault as fault:
            refused.add(path, fault.reason)
    if config.repeats == "keep":
        return samples
    kept = last_of_each(samples, lambda taken: taken.sample.content_digest)
    if len(kept) < len(samples):
        context.log(f"{len(samples) - len(kept):,} samples repeat a later one and are dropped")
    return kept


def _bytes(source: Source, record: SeriesSample) -> bytes | Phrase:
    try:
        return source.media(record)
    except InvalidInput as error:
        return Phrase(error.message_id, error.values)


def _other(first: Checked, found: Checked) -> Phrase | None:
    """Why a series does not go with the first one; None if it does."""
    if found.channels != first.channels:
        names, wanted = (", ".join(one.channels)[:300] for one in (found, first))
        return phrase("data.series.other_channels", found=names, wanted=wanted)
    if found.time != first.time:
        return phrase("data.series.other_time", found=found.time, wanted=first.time)
    return None


def _sample(record: SeriesSample, facts: Checked) -> Sample:
    return Sample(
        sample_id=record.sample_id,
        content_digest=facts.digest,
        labels=record.labels,
        split=record.split,
        time=facts.time,
        points=facts.points,
        first=facts.first,
        last=facts.last,
        bytes=facts.bytes,
        annotated=record.annotated,
        attributes=record.attributes,
        segments=inside(record.segments, facts.first, facts.last),
    )


def _write(
    folder: Path,
    config: IngestSeriesConfig,
    path: Path,
    source: Source,
    samples: Sequence[Taken],
    refused: LeftOut,
) -> SeriesCard:
    import pyarrow as pa

    records = {one.sample.content_digest: one.record for one in samples}
    sizes = {one.sample.content_digest: one.sample.bytes for one in samples}
    channels = samples[0].facts.channels if samples else ()

    def content(digest: str) -> bytes:
        data = kept_form(source.media(records[digest]), config.limits.series)
        if digest_bytes(data) != digest:
            raise InvalidInput("data.series.changed", where=records[digest].sample_id)
        return data

    shards = Shards(folder / MEDIA_FOLDER)
    shards.write(sizes, content)
    ordered = sorted((one.sample for one in samples), key=lambda sample: sample.sample_id)
    rows = [sample.row(shards.places[sample.content_digest]) for sample in ordered]
    write_parquet(pa.Table.from_pylist(rows, samples_schema()), folder / SAMPLES_FILE)
    having = Counter(label for sample in ordered for label in sample.names)
    classes = config.classes or source.labels or tuple(sorted(having, key=label_order))
    parts = Counter(sample.split for sample in ordered if sample.split)
    card = SeriesCard(
        name=config.name,
        display_name=config.display_name,
        task=config.task,
        label_type=config.label_type,
        time=samples[0].facts.time if samples else "number",
        channels=channels,
        classes=classes,
        class_counts={label: having[label] for label in classes},
        part_counts=dict(sorted(parts.items())) or None,
        counts=SeriesCounts(
            rows=len(ordered),
            series=len(sizes),
            points=sum(sample.points for sample in ordered),
            bytes=sum(sizes.values()),
            refused=refused.count,
            waiting=sum(not sample.annotated for sample in ordered),
        ),
        digest=series_digest(classes, channels, rows),
        source=SeriesSource(file=path.name, sha256=digest_file(path), format=source.format),
        refused=refused.named(),
        licence=config.licence,
        owner=config.owner,
        created_by=f"{IngestSeries.name}@{IngestSeries.version}",
    )
    card.write(folder)
    return card


def _log(context: Context, card: SeriesCard) -> None:
    classes = "".join(f", {name}: {count:,}" for name, count in card.class_counts.items())
    counts = card.counts
    context.log(
        f"{counts.rows:,} series of {counts.points:,} points together{classes}, "
        f"digest {card.digest[:12]}"
    )
    if counts.rows > counts.series:
        context.log(f"{counts.rows - counts.series:,} samples repeat a series")
