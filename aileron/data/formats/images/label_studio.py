"""Label Studio's JSON: tasks with a picture each, and the regions that were drawn on it.

Coordinates are percent of the picture's sides, from the upper left. Of several annotations of a
task the one marked as ground truth counts, or else the last that was not cancelled; predictions
and relations between regions are left out. Regions of one object hang on the first by `parentID`,
as key points do on their box. Attributes of regions are controls per region; those of a picture
are the task's `meta`, and its part is `split` in the task's `data`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final
from urllib.parse import parse_qs, unquote, urlsplit

from aileron.core.errors import InvalidInput
from aileron.data.formats.documents import field as required
from aileron.data.formats.documents import parse_json
from aileron.data.formats.images import label_studio_config as config
from aileron.data.formats.images.label_studio_regions import (
    an_object,
    attribute_of,
    read_shapes,
    regions_of,
)
from aileron.data.formats.images.label_studio_writing import (
    IMAGES,
    task_entry,
)
from aileron.data.formats.images.pictures import Pictures
from aileron.data.formats.images.shapes import (
    objects_of,
    scalars,
    task_of,
)
from aileron.data.formats.intake import Intake
from aileron.data.formats.parts import part_in
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import (
    ImageSample,
    Task,
)
from aileron.data.formats.traits import KEPT, TRAITS, Keep, Trait, lossy
from aileron.data.trees.paths import is_picture

FILE: Final = "tasks.json"
_UPLOAD: Final = re.compile(r"[0-9a-f]{8}-(?=.)")
"""What Label Studio puts before the name of a file that is uploaded."""


class LabelStudio(Format[ImageSample]):
    """The JSON export of Label Studio, with the labeling configuration beside it."""

    name = "label_studio"
    title: ClassVar[Mapping[str, str]] = {"en": "Label Studio JSON", "zh": "Label Studio JSON"}
    modality = "image"
    tasks: ClassVar[tuple[Task, ...]] = (
        "detection",
        "instance_segmentation",
        "semantic_segmentation",
        "key_points",
        "classification",
    )
    keeps: ClassVar[Mapping[Trait, Keep]] = {
        **dict.fromkeys(TRAITS["image"], KEPT),
        Trait.KEY_POINTS: lossy("no_skeleton_lines"),
        Trait.OBJECT_ATTRIBUTES: lossy("mixed_kinds"),
    }
    layout = "tasks.json\nlabel_config.xml\nimages/{sample_id}"
    source = "https://labelstud.io/guide/task_format"

    def recognises(self, tree: Tree) -> bool:
        return any(_is_tasks(tree.head(path)) for path in _documents(tree))

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[ImageSample]:
        paths = [path for path in _documents(tree) if _is_tasks(tree.head(path))]
        if not paths:
            raise InvalidInput("data.formats.no_annotations", where=tree.name, layout=self.layout)
        documents = [(path, parse_json(tree, path)) for path in paths]
        for path, content in documents:
            if not isinstance(content, list):
                raise InvalidInput("data.formats.missing_field", where=path, field="[]")
        survey = _Survey(config.read(tree))
        for _, content in documents:
            for entry in content:
                survey.look(entry)
        labels = survey.classes.labels()
        samples = _samples(tree, documents, survey, problems)
        return Reading(task or task_of(survey.kinds), labels, samples)

    def write(self, writing: Writing[ImageSample], sink: Sink) -> None:
        import orjson

        controls = config.Controls(writing.labels, writing.task)
        for sample in writing.samples:
            controls.look(sample)
        tasks = []
        for number, sample in enumerate(writing.samples, 1):
            path = posixpath.join(IMAGES, sample.sample_id)
            sink.write(path, writing.media(sample))
            tasks.append(task_entry(number, sample, controls))
        sink.write(FILE, orjson.dumps(tasks, option=orjson.OPT_SERIALIZE_NUMPY))
        sink.write(config.FILE, controls.document())


def _documents(tree: Tree) -> list[str]:
    return [path for path in tree.paths() if path.endswith(".json")]


def _is_tasks(head: bytes) -> bool:
    found = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    marks = (b'"annotations"', b'"predictions"')
    return found.startswith(b"[") and b"{" in found and any(mark in head for mark in marks)


@dataclass
class _Survey:
    """What all tasks say together."""

    classes: config.Classes
    kinds: set[str] = field(default_factory=set)

    def look(self, entry: Any) -> None:
        """Note the classes of a task; what is wrong with it is told when it is read."""
        try:
            results = _results(entry) or ()
            regions = regions_of(results)
        except Fault:
            return
        owners = {region.name: region for region in regions}
        for region in regions:
            owner = owners.get(region.parent or "")
            if region.kind == "points" and owner is not None and owner.kind != "points":
                self.classes.meet_point(owner.labels[0], region.labels[0])
            else:
                self.classes.met.update(region.labels)
            self.kinds.add(region.kind)
        for item in results:
            chosen = _choices(item) if str(item.get("id")) not in owners else ()
            self.classes.met.update(chosen)
            self.kinds.update(["label"] if chosen else [])


def _results(entry: Any) -> list[Mapping[str, Any]] | None:
    """What was said of a task's picture; None if nobody has annotated it."""
    annotations = required({"annotations": [], **an_object(entry)}, "annotations", list)
    done = [found for found in map(an_object, annotations) if not found.get("was_cancelled")]
    if not done:
        return None
    chosen = next((found for found in done if found.get("ground_truth")), done[-1])
    return [an_object(item) for item in required(chosen, "result", list)]


def _choices(item: Mapping[str, Any]) -> tuple[str, ...]:
    """The classes that a result chooses."""
    value = item.get("value")
    if not isinstance(value, dict):
        return ()
    paths = value.get("taxonomy") if item.get("type") == "taxonomy" else None
    chosen = value.get("choices") if item.get("type") == "choices" else None
    if isinstance(paths, list):
        return tuple("/".join(map(str, p)) for p in paths if isinstance(p, list) and p)
    return tuple(map(str, chosen)) if isinstance(chosen, list) else ()


def _samples(
    tree: Tree,
    documents: Sequence[tuple[str, list[Any]]],
    survey: _Survey,
    problems: Problems,
) -> Iterator[ImageSample]:
    pictures = Pictures(tree)
    intake = Intake(problems)
    for path, content in documents:
        for number, entry in enumerate(content, 1):
            name = entry.get("id", number) if isinstance(entry, dict) else number
            where = f"{path} (task {str(name)[:60]})"
            yield from intake.take(where, None, _sample, entry, pictures, survey)


def _sample(entry: Any, pictures: Pictures, survey: _Survey) -> ImageSample:
    data = required(entry, "data", dict)
    path = _picture(data, pictures)
    results = _results(entry)
    split = data.get("split")
    bare = ImageSample(
        sample_id=path.removeprefix(f"{IMAGES}/"),
        media=path,
        width=0,
        height=0,
        split=part_in(split) if isinstance(split, str) else None,
        annotated=results is not None,
        attributes=scalars(entry.get("meta"), "meta"),
    )
    results = results or []
    width, height = _size(results) or pictures.size(path)
    regions = regions_of(results)
    names = {region.name for region in regions}
    extra = [item for item in results if str(item.get("id")) not in names]
    labels = dict.fromkeys(label for item in extra for label in _choices(item))
    said = {name: value for item in extra for name, value in attribute_of(item).items()}
    chosen = {str(item.get("from_name")) for item in extra if _choices(item)}
    return replace(
        bare,
        width=width,
        height=height,
        labels=tuple(labels),
        objects=objects_of(
            read_shapes(results, regions, survey.classes.point_names, width, height), width, height
        ),
        attributes={**{k: v for k, v in said.items() if k not in chosen}, **bare.attributes},
    )


def _size(results: Iterable[Mapping[str, Any]]) -> tuple[int, int] | None:
    for item in results:
        width, height = item.get("original_width"), item.get("original_height")
        if type(width) is int and type(height) is int and width > 0 and height > 0:
            return width, height
    return None


def _picture(data: Mapping[str, Any], pictures: Pictures) -> str:
    """The picture of a task, which has a URL: of uploads, of local files, or of a storage."""
    urls = [data[key] for key in ("image", *data) if isinstance(data.get(key), str)]
    for url in urls:
        path = _place(url)
        parts = path.split("/")
        tails = ["/".join(parts[i:]) for i in range(len(parts))]
        tails.append(_UPLOAD.sub("", parts[-1], count=1))
        if is_picture(path):
            found = next(filter(None, map(pictures.find, tails)), None)
            if found is None:
                raise Fault("no_picture", file=url[:200])
            return found
    raise Fault("missing_field", field="data.image")


def _place(url: str) -> str:
    """The path in a URL."""
    try:
        parts = urlsplit(url)
    except ValueError:  # brackets that are no address
        return url
    local = parse_qs(parts.query).get("d")
    path = local[0] if local else unquote(parts.path)
    return posixpath.normpath(path.replace("\\", "/")).lstrip("/")
