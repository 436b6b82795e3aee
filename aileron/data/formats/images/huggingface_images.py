"""Hugging Face's Parquet of pictures: `image` with the bytes, `label` or `labels`, `objects`.

Objects are as the library's own detection datasets have them: lists of `bbox` (x, y, width and
height in pixels) and of `category`. Split, class names and paths are where the library has them,
so that ``load_dataset`` reads the folder.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from aileron.core.errors import InvalidInput
from aileron.data.formats.documents import NUMBER
from aileron.data.formats.ids import Ids
from aileron.data.formats.images.geometry import check_box
from aileron.data.formats.images.pictures import size_of
from aileron.data.formats.parquet import (
    Media,
    ParquetWriter,
    Table,
    class_feature,
    label_name,
    list_feature,
    parquets,
    value_feature,
)
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import Attributes, Box, ImageSample, Label, Object, Task
from aileron.data.formats.text.values import ATTRIBUTES, scalars_of
from aileron.data.formats.traits import KEPT, Keep, Trait, refused
from aileron.data.trees.paths import clean, is_picture

if TYPE_CHECKING:
    import pyarrow as pa

OBJECTS: Final = "objects"
_CATEGORY: Final = ("category", "categories", "label", "labels", "category_id")
_SUFFIXES: Final[Mapping[bytes, str]] = {
    b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"GIF8": ".gif", b"RIFF": ".webp",
    b"BM": ".bmp", b"II*\0": ".tif", b"MM\0*": ".tif",
}  # fmt: skip


class HuggingfaceImages(Format[ImageSample]):
    """Parquet of pictures."""

    name = "huggingface_images"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Hugging Face Parquet",
        "zh": "Hugging Face Parquet",
    }
    modality = "image"
    tasks: ClassVar[tuple[Task, ...]] = ("classification", "detection")
    keeps: ClassVar[Mapping[Trait, Keep]] = {
        Trait.IDS: KEPT,
        Trait.LABELS: KEPT,
        Trait.SEVERAL_LABELS: KEPT,
        Trait.BOXES: KEPT,
        Trait.POLYGONS: refused(),
        Trait.MASKS: refused(),
        Trait.KEY_POINTS: refused(),
        Trait.CROWDS: refused(),
        Trait.ATTRIBUTES: KEPT,
        Trait.OBJECT_ATTRIBUTES: KEPT,
        Trait.SPLITS: KEPT,
        Trait.UNANNOTATED: KEPT,
        Trait.EMPTY_CLASSES: KEPT,
    }
    layout = "data/{part}-00000.parquet: image{bytes,path}, label or objects{bbox,category}"
    source = "https://huggingface.co/docs/datasets/image_dataset"

    def recognises(self, tree: Tree) -> bool:
        paths = parquets(tree)
        return bool(paths) and has_medium(tree, paths[0], "Image")

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[ImageSample]:
        tables = [Table(tree, path) for path in parquets(tree)]
        if not tables:
            raise InvalidInput("data.formats.no_annotations", where=tree.name, layout=self.layout)
        for table in tables:
            if "Image" not in table.columns.media:
                found = ", ".join(table.columns.names)
                raise InvalidInput(
                    "data.formats.no_medium_column", where=table.path, kind="Image", found=found
                )
        media = Media(tree, "Image", tables)
        boxed = any(_object_column(table) for table in tables)
        names = classes_of(tables)
        return Reading(
            task=self.wanted(task, "detection" if boxed else "classification"),
            labels=tuple(Label(name) for name in names or ()),
            samples=_samples(tables, media, problems),
            known=names is not None,
            media=lambda sample: media.read(sample.media),
        )

    def write(self, writing: Writing[ImageSample], sink: Sink) -> None:
        boxed = any(sample.objects for sample in writing.samples) or writing.task == "detection"
        several = any(len(sample.labels) > 1 for sample in writing.samples)
        labelled = any(sample.labels for sample in writing.samples) or not boxed
        names = [label.name for label in writing.labels]
        numbers = {name: number for number, name in enumerate(names)}
        schema, features = _schema(names, boxed=boxed, several=several, labelled=labelled)
        with ParquetWriter(sink, schema, features) as writer:
            for sample in writing.samples:
                content = writing.media(sample)
                row: dict[str, Any] = {
                    "image": {"bytes": content, "path": sample.sample_id},
                    "width": sample.width,
                    "height": sample.height,
                    OBJECTS: _objects_row(sample, numbers),
                    ATTRIBUTES: attributes_text(sample.attributes),
                    **label_cells(sample.labels, numbers, annotated=sample.annotated),
                }
                writer.add(sample.split, {n: row[n] for n in schema.names}, len(content))


def has_medium(tree: Tree, path: str, kind: Any) -> bool:
    """Whether Parquet file `path` has a column of pictures or of recordings."""
    try:
        return kind in Table(tree, path).columns.media
    except InvalidInput:  # it is told of when it is read in earnest
        return False


def classes_of(tables: Sequence[Table]) -> list[str] | None:
    """The classes that the features of all tables list; None if one of them lists none."""
    found: dict[str, None] = {}
    for table in tables:
        columns = table.columns.classes
        if not columns:
            return None
        for names in columns.values():
            found.update(dict.fromkeys(names))
    return list(found)


def label_cells(
    labels: Sequence[str], numbers: Mapping[str, int], *, annotated: bool
) -> dict[str, Any]:
    """The cells of one label, and of several; none where nobody looked."""
    found = [numbers[label] for label in labels]
    return {"label": found[0] if found else None, "labels": found if annotated else None}


def labels_of(table: Table, row: Mapping[str, Any]) -> tuple[tuple[str, ...], bool]:
    """The labels of a row, and whether it says anything of them."""
    name = next((n for n in ("labels", "label", "class") if n in table.columns.names), None)
    if name is None or row[name] is None:
        return (), False
    values = row[name] if isinstance(row[name], list) else [row[name]]
    names = table.columns.classes.get(name)
    found = [label_name(value, names, name) for value in values]
    labels = tuple(dict.fromkeys(label for label in found if label is not None))
    return labels, bool(labels) or isinstance(row[name], list)


def attributes_text(attributes: Attributes) -> str | None:
    """Attributes as JSON; None if there are none."""
    return json.dumps(dict(attributes), ensure_ascii=False) if attributes else None


def attributes_in(value: Any) -> Attributes:
    """The attributes that `attributes_text` wrote.

    Raises:
        Fault: it is other text.
    """
    if not isinstance(value, str) or not value:
        return {}
    try:
        return scalars_of(json.loads(value), ATTRIBUTES)
    except (ValueError, RecursionError):
        shown = value[:60]
        raise Fault("wrong_field", field=ATTRIBUTES, found=shown, wanted="{}") from None


def _sample_name(path: str, content: bytes, table: Table, number: int, ids: Ids) -> str:
    """The id of a picture: its path if that is a safe one of its own, else its place."""
    name = clean(path)
    if name and is_picture(name) and not ids.has(name, table.path):
        return name
    suffix = next((end for mark, end in _SUFFIXES.items() if content.startswith(mark)), ".jpg")
    return f"{table.path.removesuffix('.parquet')}/{number:06d}{suffix}"


def _schema(
    names: Sequence[str], *, boxed: bool, several: bool, labelled: bool
) -> tuple[pa.Schema, dict[str, Any]]:
    import pyarrow as pa

    fields = [
        ("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
        ("width", pa.int32()),
        ("height", pa.int32()),
        (ATTRIBUTES, pa.string()),
    ]
    features: dict[str, Any] = {
        "image": {"_type": "Image"},
        "width": value_feature("int32"),
        "height": value_feature("int32"),
        ATTRIBUTES: value_feature("string"),
    }
    label = class_feature(names)
    if labelled:
        name = "labels" if several else "label"
        fields.append((name, pa.list_(pa.int64()) if several else pa.int64()))
        features[name] = list_feature(label) if several else label
    if boxed:
        fields.append((OBJECTS, _object_type()))
        features[OBJECTS] = {
            "bbox": list_feature(list_feature(value_feature("float64"))),
            "category": list_feature(label),
            "area": list_feature(value_feature("float64")),
            ATTRIBUTES: list_feature(value_feature("string")),
        }
    return pa.schema(fields), features


def _object_type() -> pa.DataType:
    import pyarrow as pa

    return pa.struct(
        [
            ("bbox", pa.list_(pa.list_(pa.float64()))),
            ("category", pa.list_(pa.int64())),
            ("area", pa.list_(pa.float64())),
            (ATTRIBUTES, pa.list_(pa.string())),
        ]
    )


def _objects_row(sample: ImageSample, numbers: Mapping[str, int]) -> dict[str, Any] | None:
    if not sample.annotated:
        return None
    things = sample.objects
    return {
        "bbox": [list(thing.box) for thing in things],
        "category": [numbers[thing.label] for thing in things],
        "area": [thing.box.width * thing.box.height for thing in things],
        ATTRIBUTES: [attributes_text(thing.attributes) for thing in things],
    }


def _object_column(table: Table) -> str | None:
    return next((name for name in (OBJECTS, "annotations") if name in table.columns.names), None)


def _samples(tables: Sequence[Table], media: Media, problems: Problems) -> Iterator[ImageSample]:
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
) -> ImageSample:
    name, content, path = media.take(table, number, row)
    size = size_of(content)
    if size is None:
        raise Fault("picture_unreadable", file=path or name)
    labels, told = labels_of(table, row)
    column = _object_column(table)
    value = row[column] if column else None
    objects = tuple(_objects(table, column or "", value, *size))
    return ImageSample(
        sample_id=ids.new(_sample_name(path, content, table, number, ids), table.path),
        media=name,
        width=size.width,
        height=size.height,
        labels=labels,
        objects=objects,
        split=table.part,
        annotated=told or value is not None,
        attributes=attributes_in(row.get(ATTRIBUTES)),
    )


def _objects(table: Table, column: str, value: Any, width: int, height: int) -> Iterator[Object]:
    """Objects in a struct of lists, as the library stores them, or in a list of structs."""
    if value is None:
        return
    rows = value if isinstance(value, list) else _turned(value)
    for row in rows:
        name = next((name for name in _CATEGORY if name in (row or {})), None)
        box = (row or {}).get("bbox")
        if name is None or not isinstance(box, list):
            raise Fault("missing_field", field=f"{column}.bbox, .category")
        if len(box) != 4 or not all(isinstance(side, NUMBER) for side in box):
            raise Fault("wrong_field", field="bbox", found=str(box)[:60], wanted="[x, y, w, h]")
        found = Box(*map(float, box))
        check_box(found, width, height)
        label = label_name(row[name], table.columns.classes.get(f"{column}.{name}"), name)
        if label is None:
            raise Fault("empty_label")
        yield Object(label, found, attributes=attributes_in(row.get(ATTRIBUTES)))


def _turned(value: Any) -> list[dict[str, Any]]:
    """A struct of lists as a list of structs.

    Raises:
        Fault: the lists are not of one length.
    """
    lists = {
        name: cells
        for name, cells in (value.items() if isinstance(value, dict) else ())
        if isinstance(cells, list)
    }
    counts = {len(cells) for cells in lists.values()}
    if len(counts) > 1:
        raise Fault("wrong_field", field=OBJECTS, found=str(sorted(counts)), wanted="[...]")
    return [dict(zip(lists, cells, strict=True)) for cells in zip(*lists.values(), strict=True)]
