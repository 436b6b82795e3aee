"""Hugging Face's Parquet of recordings: `audio` with the bytes, `label` or `labels`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

from aileron.core.errors import InvalidInput
from aileron.data.formats.audio.recordings import check_kind
from aileron.data.formats.ids import Ids
from aileron.data.formats.images.huggingface_images import (
    attributes_in,
    attributes_text,
    classes_of,
    has_medium,
    label_cells,
    labels_of,
)
from aileron.data.formats.parquet import (
    Media,
    ParquetWriter,
    Table,
    class_feature,
    list_feature,
    parquets,
    value_feature,
)
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import AudioSample, Label, Task
from aileron.data.formats.text.lines import suffix_of
from aileron.data.formats.text.values import ATTRIBUTES
from aileron.data.formats.traits import KEPT, TRAITS, Keep, Trait, refused
from aileron.data.trees.paths import SOUNDS, clean

_SUFFIXES: Final[Mapping[bytes, str]] = {
    b"RIFF": ".wav", b"fLaC": ".flac", b"ID3": ".mp3", b"\xff\xfb": ".mp3", b"OggS": ".ogg",
}  # fmt: skip


class HuggingfaceAudio(Format[AudioSample]):
    """Parquet of recordings."""

    name = "huggingface_audio"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Hugging Face Parquet",
        "zh": "Hugging Face Parquet",
    }
    modality = "audio"
    tasks: ClassVar[tuple[Task, ...]] = ("classification",)
    keeps: ClassVar[Mapping[Trait, Keep]] = {
        **dict.fromkeys(TRAITS["audio"], KEPT),
        Trait.SEGMENTS: refused(),
    }
    layout = "data/{part}-00000.parquet: audio{bytes,path}, label"
    source = "https://huggingface.co/docs/datasets/audio_dataset"

    def recognises(self, tree: Tree) -> bool:
        paths = parquets(tree)
        pictures = bool(paths) and has_medium(tree, paths[0], "Image")
        return bool(paths) and not pictures and has_medium(tree, paths[0], "Audio")

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[AudioSample]:
        tables = [Table(tree, path) for path in parquets(tree)]
        if not tables:
            raise InvalidInput("data.formats.no_annotations", where=tree.name, layout=self.layout)
        for table in tables:
            if "Audio" not in table.columns.media:
                found = ", ".join(table.columns.names)
                raise InvalidInput(
                    "data.formats.no_medium_column", where=table.path, kind="Audio", found=found
                )
        media = Media(tree, "Audio", tables)
        names = classes_of(tables)
        return Reading(
            task=self.wanted(task, "classification"),
            labels=tuple(Label(name) for name in names or ()),
            samples=_samples(tables, media, problems),
            known=names is not None,
            media=lambda sample: media.read(sample.media),
        )

    def write(self, writing: Writing[AudioSample], sink: Sink) -> None:
        import pyarrow as pa

        several = any(len(sample.labels) > 1 for sample in writing.samples)
        names = [label.name for label in writing.labels]
        numbers = {name: number for number, name in enumerate(names)}
        name = "labels" if several else "label"
        label = class_feature(names)
        schema = pa.schema(
            [
                ("audio", pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
                (ATTRIBUTES, pa.string()),
                (name, pa.list_(pa.int64()) if several else pa.int64()),
            ]
        )
        features = {
            "audio": {"_type": "Audio"},
            ATTRIBUTES: value_feature("string"),
            name: list_feature(label) if several else label,
        }
        with ParquetWriter(sink, schema, features) as writer:
            for sample in writing.samples:
                content = writing.media(sample)
                cells = label_cells(sample.labels, numbers, annotated=sample.annotated)
                row: dict[str, Any] = {
                    "audio": {"bytes": content, "path": sample.sample_id},
                    ATTRIBUTES: attributes_text(sample.attributes),
                    name: cells[name],
                }
                writer.add(sample.split, row, len(content))


def _samples(tables: Sequence[Table], media: Media, problems: Problems) -> Iterator[AudioSample]:
    ids = Ids()
    for table in tables:
        for number, row in table.rows():
            try:
                sample = _sample(table, number, row, media, ids)
            except Fault as fault:
                problems.add(f"{table.path}#{number}", fault)
                continue
            yield sample


def _sample(
    table: Table, number: int, row: Mapping[str, Any], media: Media, ids: Ids
) -> AudioSample:
    name, content, path = media.take(table, number, row)
    own = clean(path)
    if not own or suffix_of(own) not in SOUNDS or ids.has(own, table.path):
        suffix = next((end for mark, end in _SUFFIXES.items() if content.startswith(mark)), "")
        own = f"{table.path.removesuffix('.parquet')}/{number:06d}{suffix}"
    check_kind(own)
    labels, told = labels_of(table, row)
    return AudioSample(
        sample_id=ids.new(own, table.path),
        media=name,
        labels=labels,
        split=table.part,
        annotated=told,
        attributes=attributes_in(row.get(ATTRIBUTES)),
    )
