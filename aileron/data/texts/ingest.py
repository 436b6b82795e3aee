"""Step `data.ingest_texts`: a file, a folder or an archive of texts becomes a dataset.

The format is recognised, or said. What cannot be used is named with its line and reason and
left out, and too much of it fails the step. Samples pass through in small numbers.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final

from aileron.core.digest import digest_file
from aileron.core.errors import InvalidInput
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context
from aileron.data.appending import PARENT, PARENT_PORT, ImportConfig, taken_in
from aileron.data.formats import Format, Problems, Reading, find_format, recognise
from aileron.data.formats.problems import Fault
from aileron.data.formats.records import TextSample
from aileron.data.formats.usage import names_of
from aileron.data.labels import label_order
from aileron.data.layout import SAMPLES_FILE
from aileron.data.limits import TextLimits, check_size, first_of
from aileron.data.parquet import ROW_GROUP
from aileron.data.refusals import LeftOut
from aileron.data.refused_file import write_refused
from aileron.data.texts.card import TextCard, TextCounts, TextSource
from aileron.data.texts.cutting import cut, length_of
from aileron.data.texts.dataset import characters_of, read_samples
from aileron.data.texts.layout import (
    content_digest,
    row_digest,
    row_of,
    samples_schema,
    texts_digest,
)
from aileron.data.texts.spec import TextSpec
from aileron.data.trees.tree import FileTree, only_file, open_tree

BATCH: Final = 4096
LABELLED: Final = ("classification", "matching")
"""Tasks whose samples have labels as a whole."""


class IngestTextsConfig(TextSpec, ImportConfig):
    """What the texts mean: the dataset definition without its source."""


class IngestTexts(Component[IngestTextsConfig]):
    """Import texts."""

    name = "data.ingest_texts"
    version = 4
    title: ClassVar[Mapping[str, str]] = {"en": "Import texts", "zh": "导入文本"}
    Config = IngestTextsConfig
    inputs: ClassVar[Mapping[str, Port]] = {
        "source": Port(ArtifactKind.SOURCE, "a file of texts, or a zip or tar of several"),
        PARENT: PARENT_PORT,
    }
    outputs: ClassVar[Mapping[str, Port]] = {
        "dataset": Port(ArtifactKind.DATASET),
        "refused": Port(ArtifactKind.EXPORT, "what was left out, and why", optional=True),
    }

    def run(
        self, context: Context, config: IngestTextsConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        return taken_in(type(self), self._take_in, context, config, inputs)

    def _take_in(
        self, context: Context, config: IngestTextsConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        path = only_file(inputs["source"])
        check_size(path, config.limits.archive)
        tree = open_tree(path, context.work)
        format_ = _format(tree, config)
        problems = Problems()
        reading = format_.read(tree, config.task, problems)
        for note in (f"read as {format_.name}", *reading.notes):
            context.log(str(note))
        samples = _short(
            context, _fitting(reading, config, problems), config.limits.texts, problems
        )
        samples = first_of(samples, config.limits.dataset, path.name, context.log)
        if config.repeats == "drop":
            samples = _last_of_each(context, samples)
        draft = context.work / SAMPLES_FILE  # no output before it is known to be good
        found = _write(draft, samples)
        refused = LeftOut.of(problems)
        if not found.rows and not refused.count:
            raise InvalidInput("data.formats.no_samples", where=path.name, count=0)
        outputs = write_refused(context.output("refused"), refused, tree)
        refused.judge(context, path.name, found.rows, config)
        folder = context.output("dataset")
        folder.mkdir(parents=True)
        shutil.move(draft, folder / SAMPLES_FILE)
        classes = _classes(config, reading, found)
        source = TextSource(file=path.name, sha256=digest_file(path), format=format_.name)
        card = _card(config, source, found, refused, classes)
        card.write(folder)
        _log(context, card)
        return {"dataset": folder, **outputs}


@dataclass
class _Found:
    """What was written, counted on the way."""

    rows: int = 0
    characters: int = 0
    waiting: int = 0
    classes: Counter[str] = field(default_factory=Counter)
    parts: Counter[str] = field(default_factory=Counter)
    last: dict[str, str] = field(default_factory=dict)
    """Digest of a content -> the last sample that has it."""
    digests: list[tuple[str, bytes]] = field(default_factory=list)

    def add(self, sample: TextSample, row: Mapping[str, Any]) -> None:
        self.rows += 1
        self.characters += characters_of(sample)
        self.waiting += not sample.annotated
        self.classes.update(set(names_of(sample)))
        self.parts.update([sample.split] if sample.split else [])
        self.last[row["content_digest"]] = sample.sample_id
        self.digests.append((sample.sample_id, row_digest(row)))


def _format(tree: FileTree, config: IngestTextsConfig) -> Format[TextSample]:
    if config.format is not None:
        return find_format(config.format, "text").with_options(config.options)
    return recognise(tree, "text")


def _fitting(
    reading: Reading[TextSample], config: IngestTextsConfig, problems: Problems
) -> Iterator[TextSample]:
    """The samples that have what the task needs; one label each, if one is wanted."""
    single = config.task in LABELLED and config.label_type == "single"
    for sample in reading.samples:
        if single and sample.annotated and len(sample.labels) != 1:
            _add(problems, sample, Fault("text_label_count", count=len(sample.labels)))
        elif config.classes and (unknown := set(names_of(sample)) - set(config.classes)):
            known = ", ".join(config.classes)
            _add(problems, sample, Fault("unknown_label", name=min(unknown), classes=known))
        else:
            yield sample


def _add(problems: Problems, sample: TextSample, fault: Fault) -> None:
    """Note what is wrong with a sample; without an id of its own it is called after its line."""
    file, _, line = sample.sample_id.rpartition(":")
    if file and line.isdecimal():
        problems.add(file, fault, int(line))
    else:
        problems.add(sample.sample_id, fault)


def _short(
    context: Context, samples: Iterator[TextSample], limits: TextLimits, problems: Problems
) -> Iterator[TextSample]:
    """The samples that are no longer than `limits` say, or were cut to that."""
    count = 0
    for sample in samples:
        most, length = limits.max_characters, length_of(sample)
        if most is None or length <= most:
            yield sample
        elif limits.on_longer == "cut" and (piece := cut(sample, most)) is not None:
            count += 1
            yield piece
        else:
            _add(problems, sample, Fault("long_text", length=length, most=most))
    if count:
        context.log(f"{count:,} texts are cut to {limits.max_characters:,} characters")


def _last_of_each(context: Context, samples: Iterator[TextSample]) -> Iterator[TextSample]:
    """The samples that no later one repeats; the file between is larger than memory may be."""
    draft = context.work / "with_repeats.parquet"
    found = _write(draft, samples)
    if found.rows > len(found.last):
        dropped = found.rows - len(found.last)
        context.log(f"{dropped:,} texts repeat a later one and are dropped")
    for sample in read_samples(draft):
        if found.last[content_digest(sample)] == sample.sample_id:
            yield sample
    draft.unlink()


def _write(path: Path, samples: Iterator[TextSample]) -> _Found:
    """Write ``samples.parquet``, a batch in memory at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    found, schema = _Found(), samples_schema()
    with pq.ParquetWriter(path, schema, compression="zstd", store_schema=False) as file:
        batch: list[dict[str, Any]] = []
        for sample in samples:
            row = row_of(sample)
            found.add(sample, row)
            batch.append(row)
            if len(batch) == BATCH:
                file.write_table(pa.Table.from_pylist(batch, schema), row_group_size=ROW_GROUP)
                batch = []
        if batch or not found.rows:
            file.write_table(pa.Table.from_pylist(batch, schema), row_group_size=ROW_GROUP)
    return found


def _classes(
    config: IngestTextsConfig, reading: Reading[TextSample], found: _Found
) -> tuple[str, ...]:
    """The classes in order: those said, those that the format lists, or those found."""
    if config.classes is not None:
        return config.classes
    listed = tuple(label.name for label in reading.labels) if reading.known else ()
    return listed or tuple(sorted(found.classes, key=label_order))


def _card(
    config: IngestTextsConfig,
    source: TextSource,
    found: _Found,
    refused: LeftOut,
    classes: tuple[str, ...],
) -> TextCard:
    return TextCard(
        name=config.name,
        display_name=config.display_name,
        task=config.task,
        label_type=config.label_type,
        classes=classes,
        class_counts={name: found.classes[name] for name in classes},
        part_counts=dict(sorted(found.parts.items())) or None,
        counts=TextCounts(
            rows=found.rows,
            characters=found.characters,
            repeats=found.rows - len(found.last),
            refused=refused.count,
            waiting=found.waiting,
        ),
        digest=texts_digest(config.task, classes, config.label_type, found.digests),
        source=source,
        refused=refused.named(),
        licence=config.licence,
        owner=config.owner,
        created_by=f"{IngestTexts.name}@{IngestTexts.version}",
    )


def _log(context: Context, card: TextCard) -> None:
    classes = "".join(f", {name}: {count:,}" for name, count in card.class_counts.items())
    context.log(f"{card.counts.rows:,} texts{classes}, digest {card.digest[:12]}")
    if card.counts.repeats:
        context.log(f"{card.counts.repeats:,} of them repeat a text that another one has")
    if card.counts.waiting:
        context.log(f"{card.counts.waiting:,} of them wait for annotation")
