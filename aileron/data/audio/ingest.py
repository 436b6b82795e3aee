"""Step `data.ingest_audio`: a folder or an archive of recordings becomes a dataset.

Every recording is decoded once; what cannot be used is named with its reason and left out, and
too much of it fails the step. Recordings pass through in small numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import ClassVar

from aileron.core.digest import digest_bytes, digest_file
from aileron.core.errors import InvalidInput
from aileron.core.phrase import Phrase
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context
from aileron.data.appending import PARENT, PARENT_PORT, ImportConfig, taken_in
from aileron.data.audio.card import AudioCard, AudioCounts, AudioSource
from aileron.data.audio.checking import Checked, check
from aileron.data.audio.layout import Sample, audio_digest, samples_schema
from aileron.data.audio.spec import AudioSpec
from aileron.data.formats import Format, Problems, Reading, find_format, recognise
from aileron.data.formats.audio.segments import within
from aileron.data.formats.problems import Fault
from aileron.data.formats.records import AudioSample
from aileron.data.formats.usage import names_of
from aileron.data.labels import label_order
from aileron.data.layout import SAMPLES_FILE, write_parquet
from aileron.data.limits import check_size, first_of
from aileron.data.media import MEDIA_FOLDER, Shards
from aileron.data.media.checking import check_media
from aileron.data.refusals import LeftOut
from aileron.data.refused_file import write_refused
from aileron.data.repeats import last_of_each
from aileron.data.trees.tree import FileTree, only_file, open_tree

PROGRESS = 10_000


class IngestAudioConfig(AudioSpec, ImportConfig):
    """What the recordings mean: the dataset definition without its source."""


@dataclass(frozen=True)
class Source:
    """What the source says, and how to get at the bytes of a recording."""

    format: str
    records: Sequence[AudioSample]
    media: Callable[[AudioSample], bytes]
    labels: tuple[str, ...]
    """Classes that the format lists; empty where it lists none."""
    notes: Sequence[str]


class IngestAudio(Component[IngestAudioConfig]):
    """Import recordings."""

    name = "data.ingest_audio"
    version = 2
    title: ClassVar[Mapping[str, str]] = {"en": "Import recordings", "zh": "导入录音"}
    Config = IngestAudioConfig
    inputs: ClassVar[Mapping[str, Port]] = {
        "source": Port(ArtifactKind.SOURCE, "a zip or tar of recordings and what is said of them"),
        PARENT: PARENT_PORT,
    }
    outputs: ClassVar[Mapping[str, Port]] = {
        "dataset": Port(ArtifactKind.DATASET),
        "refused": Port(ArtifactKind.EXPORT, "what was left out, and why", optional=True),
    }

    def run(
        self, context: Context, config: IngestAudioConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        return taken_in(type(self), self._take_in, context, config, inputs)

    def _take_in(
        self, context: Context, config: IngestAudioConfig, inputs: Mapping[str, Path]
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
            raise InvalidInput("data.audio.none", where=path.name)
        outputs = write_refused(context.output("refused"), refused, tree)
        refused.judge(context, path.name, len(samples), config)
        card = _write(context.output("dataset"), config, path, source, samples, refused)
        _log(context, card)
        return {"dataset": context.output("dataset"), **outputs}


def _read(tree: FileTree, config: IngestAudioConfig, problems: Problems) -> Source:
    format_ = _format(tree, config)
    reading = format_.read(tree, config.task, problems)
    notes = (f"read as {format_.name}", *(note.render("en") for note in reading.notes))
    records = tuple(_fitting(reading, config, problems))
    media = reading.media or (lambda sample: tree.read(sample.media))
    labels = tuple(label.name for label in reading.labels) if reading.known else ()
    return Source(format_.name, records, media, labels, notes)


def _format(tree: FileTree, config: IngestAudioConfig) -> Format[AudioSample]:
    return find_format(config.format, "audio") if config.format else recognise(tree, "audio")


def _fitting(
    reading: Reading[AudioSample], config: IngestAudioConfig, problems: Problems
) -> Iterator[AudioSample]:
    """The samples that have what the task needs: known labels, one each if one is wanted."""
    single = config.task == "classification" and config.label_type == "single"
    for sample in reading.samples:
        if single and sample.annotated and len(sample.labels) != 1:
            problems.add(sample.media, Fault("recording_label_count", count=len(sample.labels)))
        elif config.classes and (unknown := set(names_of(sample)) - set(config.classes)):
            known = ", ".join(config.classes)
            problems.add(sample.media, Fault("unknown_label", name=min(unknown), classes=known))
        else:
            yield sample


def _check(
    context: Context, source: Source, config: IngestAudioConfig, refused: LeftOut
) -> list[tuple[AudioSample, Sample]]:
    """The samples whose recordings can be used; the others are added to `refused`."""
    samples: list[tuple[AudioSample, Sample]] = []
    contents = ((record.media, _bytes(source, record)) for record in source.records)
    looked_at = check_media(contents, partial(check, limits=config.limits.audio))
    for done, (record, (path, facts)) in enumerate(zip(source.records, looked_at, strict=True), 1):
        if done % PROGRESS == 0:
            context.log(f"{done:,} of {len(source.records):,} recordings read")
        if isinstance(facts, Phrase):
            refused.add(path, facts)
            continue
        try:
            samples.append((record, _sample(record, facts)))
        except Fault as fault:
            refused.add(path, fault.reason)
    if config.repeats == "keep":
        return samples
    kept = last_of_each(samples, lambda pair: pair[1].content_digest)
    if len(kept) < len(samples):
        context.log(f"{len(samples) - len(kept):,} samples repeat a later one and are dropped")
    return kept


def _bytes(source: Source, record: AudioSample) -> bytes | Phrase:
    try:
        return source.media(record)
    except InvalidInput as error:
        return Phrase(error.message_id, error.values)


def _sample(record: AudioSample, facts: Checked) -> Sample:
    return Sample(
        sample_id=record.sample_id,
        content_digest=facts.digest,
        labels=record.labels,
        split=record.split,
        seconds=facts.seconds,
        sample_rate=facts.sample_rate,
        channels=facts.channels,
        codec=facts.codec,
        format=facts.format,
        bytes=facts.bytes,
        annotated=record.annotated,
        attributes=record.attributes,
        segments=within(record.segments, facts.seconds),
    )


def _write(
    folder: Path,
    config: IngestAudioConfig,
    path: Path,
    source: Source,
    samples: Sequence[tuple[AudioSample, Sample]],
    refused: LeftOut,
) -> AudioCard:
    import pyarrow as pa

    records = {sample.content_digest: record for record, sample in samples}
    sizes = {sample.content_digest: sample.bytes for _, sample in samples}

    def content(digest: str) -> bytes:
        data = source.media(records[digest])
        if digest_bytes(data) != digest:
            raise InvalidInput("data.audio.changed", where=records[digest].sample_id)
        return data

    shards = Shards(folder / MEDIA_FOLDER)
    shards.write(sizes, content)
    ordered = sorted((sample for _, sample in samples), key=lambda sample: sample.sample_id)
    rows = [sample.row(shards.places[sample.content_digest]) for sample in ordered]
    write_parquet(pa.Table.from_pylist(rows, samples_schema(config.task)), folder / SAMPLES_FILE)
    having = Counter(label for sample in ordered for label in sample.names)
    classes = config.classes or source.labels or tuple(sorted(having, key=label_order))
    parts = Counter(sample.split for sample in ordered if sample.split)
    card = AudioCard(
        name=config.name,
        display_name=config.display_name,
        task=config.task,
        label_type=config.label_type,
        classes=classes,
        class_counts={label: having[label] for label in classes},
        part_counts=dict(sorted(parts.items())) or None,
        counts=AudioCounts(
            rows=len(ordered),
            recordings=len(sizes),
            bytes=sum(sizes.values()),
            seconds=round(sum(sample.seconds for sample in ordered), 3),
            refused=refused.count,
            waiting=sum(not sample.annotated for sample in ordered),
        ),
        digest=audio_digest(config.task, classes, config.label_type, rows),
        source=AudioSource(file=path.name, sha256=digest_file(path), format=source.format),
        refused=refused.named(),
        licence=config.licence,
        owner=config.owner,
        created_by=f"{IngestAudio.name}@{IngestAudio.version}",
    )
    card.write(folder)
    return card


def _log(context: Context, card: AudioCard) -> None:
    classes = "".join(f", {name}: {count:,}" for name, count in card.class_counts.items())
    counts = card.counts
    context.log(
        f"{counts.rows:,} recordings of {counts.seconds:,.0f} s together{classes}, "
        f"digest {card.digest[:12]}"
    )
    if counts.rows > counts.recordings:
        context.log(f"{counts.rows - counts.recordings:,} samples repeat a recording")
