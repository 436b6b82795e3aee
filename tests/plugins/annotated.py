"""Annotated samples for property tests: strategies for each trait, and trees in memory."""

from __future__ import annotations

import functools
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from hypothesis import strategies as st
from PIL import Image

from aileron.data.formats.images.geometry import (
    box_of_mask,
    box_of_polygons,
    encode_mask,
)
from aileron.data.formats.records import (
    Attributes,
    AudioSample,
    Box,
    ImageSample,
    KeyPoint,
    Label,
    Object,
    Relation,
    Sample,
    Segment,
    SeriesSample,
    Span,
    Task,
    TextSample,
    Turn,
)
from aileron.data.formats.traits import Trait
from aileron.data.formats.usage import names_of
from aileron.data.trees.paths import clean

WIDTH, HEIGHT = 40, 30
PARTS = ("train", "validation", "test")
NAMES = ("cat", "dog", "绝缘子", "red box")
POINT_NAMES = ("nose", "left", "right")
LETTERS = "ab 一二三"


class MemoryTree:
    """A tree of files that are bytes in memory; a sink as well."""

    name = "memory"

    def __init__(self, files: Mapping[str, bytes] | None = None) -> None:
        self.files: dict[str, bytes] = dict(files or {})

    def paths(self) -> Sequence[str]:
        return sorted(self.files)

    def size(self, path: str) -> int:
        return len(self.files[path])

    def head(self, path: str, count: int = 65536) -> bytes:
        return self.files[path][:count]

    def read(self, path: str) -> bytes:
        return self.files[path]

    def open(self, path: str) -> BinaryIO:
        return io.BytesIO(self.files[path])

    def write(self, path: str, content: bytes) -> None:
        assert path not in self.files, f"{path} is written twice"
        assert clean(path) == path
        self.files[path] = content


@dataclass(frozen=True)
class Made:
    """A dataset that a strategy made."""

    task: Task
    labels: tuple[Label, ...]
    samples: tuple[Any, ...]


TASK_OF: Mapping[Trait, Task] = {
    Trait.LABELS: "classification",
    Trait.SEVERAL_LABELS: "classification",
    Trait.BOXES: "detection",
    Trait.POLYGONS: "instance_segmentation",
    Trait.MASKS: "instance_segmentation",
    Trait.KEY_POINTS: "key_points",
    Trait.CROWDS: "instance_segmentation",
    Trait.OBJECT_ATTRIBUTES: "detection",
    Trait.PAIRS: "matching",
    Trait.TAGS: "sequence_labelling",
    Trait.SPANS: "entities",
    Trait.RELATIONS: "entities",
    Trait.TURNS: "instruction",
    Trait.SEGMENTS: "event_detection",
}
"""The task that a trait belongs to; the others belong to any."""


@functools.cache
def pixels(number: int) -> bytes:
    """A PNG of `WIDTH` x `HEIGHT`, another one for each number."""
    out = io.BytesIO()
    Image.new("RGB", (WIDTH, HEIGHT), (number % 256, number // 256, 7)).save(out, "PNG")
    return out.getvalue()


def medium(sample: Any) -> bytes:
    """The bytes of a made sample: `media` is a number."""
    if isinstance(sample, SeriesSample):
        return series(sample.media)
    return pixels(int(sample.media)) if isinstance(sample, ImageSample) else sound(sample.media)


def series(number: str) -> bytes:
    """A time series of 20 points, another one for each number."""
    rows = "".join(f"{point},{int(number) + point / 8}\n" for point in range(20))
    return f"time,level\n{rows}".encode()


@functools.cache
def sound(number: str) -> bytes:
    """A WAV of 100 samples, another one for each number."""
    import wave

    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(int(number).to_bytes(2, "little") * 100)
    return out.getvalue()


def scalars() -> st.SearchStrategy[Any]:
    text = st.text(LETTERS, min_size=1, max_size=5).map(str.strip).filter(bool)
    return st.one_of(text, st.integers(-99, 99), st.booleans())


def attributes() -> st.SearchStrategy[Attributes]:
    return st.dictionaries(st.sampled_from(["pose", "weather"]), scalars(), min_size=1)


def boxes() -> st.SearchStrategy[Box]:
    x, y = st.integers(0, WIDTH - 9), st.integers(0, HEIGHT - 9)
    side = st.integers(2, 8)
    return st.builds(
        lambda x, y, w, h: Box(float(x), float(y), float(w), float(h)), x, y, side, side
    )


def polygons() -> st.SearchStrategy[tuple[float, ...]]:
    def corners(box: Box) -> tuple[float, ...]:
        x, y, right, low = box.x, box.y, box.x + box.width, box.y + box.height
        return (x, y, right, y, right, low, x + 1, low)

    return boxes().map(corners)


def masks() -> st.SearchStrategy[bytes]:
    import numpy as np

    def filled(box: Box) -> bytes:
        pixels = np.zeros((HEIGHT, WIDTH), bool)
        left, top = int(box.x), int(box.y)
        pixels[top : top + int(box.height), left : left + int(box.width)] = True
        pixels[top, left] = False  # no rectangle
        return encode_mask(pixels)

    return boxes().map(filled)


def key_points() -> st.SearchStrategy[tuple[KeyPoint, ...]]:
    seen = st.builds(
        lambda x, y, v: KeyPoint(float(x), float(y), v),
        st.integers(1, WIDTH - 1),
        st.integers(1, HEIGHT - 1),
        st.sampled_from([1, 2]),
    )
    unseen = st.just(KeyPoint(0.0, 0.0, 0))
    first = seen.map(lambda point: (point,))
    rest = st.tuples(st.one_of(seen, unseen), st.one_of(seen, unseen))
    return st.tuples(first, rest).map(lambda pair: (*pair[0], *pair[1]))


@st.composite
def objects(draw: st.DrawFn, trait: Trait, task: Task) -> Object:
    label = draw(st.sampled_from(NAMES))
    if task == "key_points":
        made = Object(label, draw(boxes()), points=draw(key_points()))
    elif trait in (Trait.MASKS, Trait.CROWDS) or (
        task == "semantic_segmentation" and trait is not Trait.POLYGONS
    ):
        mask = draw(masks())
        made = Object(label, box_of_mask(mask, HEIGHT, WIDTH), mask=mask)
    elif task in ("instance_segmentation", "semantic_segmentation"):
        outline = (draw(polygons()),)
        made = Object(label, box_of_polygons(outline), polygons=outline)
    else:
        made = Object(label, draw(boxes()))
    if trait is Trait.CROWDS:
        made = replace(made, crowd=True)
    if trait is Trait.OBJECT_ATTRIBUTES:
        made = replace(made, attributes=draw(attributes()))
    return made


@st.composite
def image_samples(draw: st.DrawFn, trait: Trait, task: Task, number: int) -> ImageSample:
    folder = draw(st.sampled_from(["", "a/", "图/b/"]))
    labels: tuple[str, ...] = ()
    things: tuple[Object, ...] = ()
    if task == "classification":
        least = 2 if trait is Trait.SEVERAL_LABELS else 1
        chosen = draw(st.lists(st.sampled_from(NAMES), min_size=least, max_size=least, unique=True))
        labels = tuple(sorted(chosen))
    else:
        most = 1 if task == "semantic_segmentation" else 3
        things = tuple(draw(st.lists(objects(trait, task), min_size=1, max_size=most)))
    return ImageSample(f"{folder}{number:03d}.png", str(number), WIDTH, HEIGHT, labels, things)


@st.composite
def text_samples(draw: st.DrawFn, trait: Trait, task: Task, number: int) -> TextSample:
    words = draw(st.lists(st.text("ab一二三", min_size=1, max_size=4), min_size=3, max_size=6))
    text = f"{number} {' '.join(words)}"
    sample = TextSample(f"t{number:03d}", text=text)
    if task == "classification":
        least = 2 if trait is Trait.SEVERAL_LABELS else 1
        chosen = draw(st.lists(st.sampled_from(NAMES), min_size=least, max_size=least, unique=True))
        return replace(sample, labels=tuple(sorted(chosen)))
    if task == "matching":
        return replace(sample, pair=f"{number} other", labels=(draw(st.sampled_from("01")),))
    if task == "sequence_labelling":
        tokens = (str(number), *words)
        return replace(sample, text="", tokens=tokens, tags=draw(tags(len(tokens))))
    if task == "instruction":
        said = Turn("user", text), Turn("assistant", words[0])
        return replace(sample, text="", turns=said)
    if task == "entities":
        length = len(words[0])
        start = text.index(" ") + 1
        spans = (Span("PER", start, start + length), Span("LOC", len(text) - 1, len(text)))
        relations = (Relation("lives in", 0, 1),) if trait is Trait.RELATIONS else ()
        return replace(sample, spans=spans, relations=relations)
    return sample


@st.composite
def tags(draw: st.DrawFn, length: int) -> tuple[str, ...]:
    """Well-formed tags in IOB2."""
    made: list[str] = []
    for _ in range(length):
        before = made[-1] if made else "O"
        inside = [f"I-{before[2:]}"] if before != "O" else []
        made.append(draw(st.sampled_from(["O", "B-PER", "B-LOC", *inside])))
    return tuple(made)


def segments() -> st.SearchStrategy[Segment]:
    start, length = st.floats(0, 9), st.floats(0.001, 9)
    return st.builds(
        lambda label, start, length: Segment(label, start, start + length),
        st.sampled_from(NAMES),
        start,
        length,
    )


@st.composite
def audio_samples(draw: st.DrawFn, trait: Trait, task: Task, number: int) -> AudioSample:
    folder = draw(st.sampled_from(["", "a/", "声/b/"]))
    if task == "event_detection":
        folder = draw(st.sampled_from([folder, "train/"]))
        found = tuple(draw(st.lists(segments(), max_size=3)))
        heard = found or (draw(segments()),) if trait is Trait.SEGMENTS else found
        return AudioSample(f"{folder}{number:03d}.wav", str(number), segments=heard)
    least = 2 if trait is Trait.SEVERAL_LABELS else 1
    chosen = draw(st.lists(st.sampled_from(NAMES), min_size=least, max_size=least, unique=True))
    return AudioSample(f"{folder}{number:03d}.wav", str(number), tuple(sorted(chosen)))


@st.composite
def series_samples(draw: st.DrawFn, trait: Trait, number: int) -> SeriesSample:
    folder = draw(st.sampled_from(["", "a/", "列/b/"]))
    found = tuple(draw(st.lists(segments(), max_size=3)))
    marked = found or (draw(segments()),) if trait is Trait.SEGMENTS else found
    return SeriesSample(f"{folder}{number:03d}", str(number), segments=marked)


@st.composite
def datasets(draw: st.DrawFn, modality: str, trait: Trait, task: Task) -> Made:
    """One to four samples of which at least one has `trait`."""
    samples: list[Sample] = []
    least = 2 if trait is Trait.UNANNOTATED else 1  # pictures alone are of many formats
    for number in range(draw(st.integers(least, 4))):
        if modality == "image":
            sample: Any = draw(image_samples(trait, task, number))
        elif modality == "text":
            sample = draw(text_samples(trait, task, number))
        elif modality == "series":
            sample = draw(series_samples(trait, number))
        else:
            sample = draw(audio_samples(trait, task, number))
        if trait is Trait.SPLITS:
            sample = replace(sample, split=draw(st.sampled_from(PARTS)))
        if trait is Trait.ATTRIBUTES:
            sample = replace(sample, attributes=draw(attributes()))
        samples.append(sample)
    if trait is Trait.UNANNOTATED:
        samples[0] = blank(samples[0])
    met = {name for sample in samples for name in names_of(sample)}
    if trait is Trait.EMPTY_CLASSES:
        met.add("zebra")
    points = POINT_NAMES if task == "key_points" else ()
    labels = tuple(Label(name, points, ((0, 1),) if points else ()) for name in sorted(met))
    samples.sort(key=lambda sample: sample.sample_id)
    return Made(task, labels, tuple(samples))


def blank(sample: Sample) -> Sample:
    """`sample` as nobody has looked at it yet."""
    if isinstance(sample, ImageSample):
        return replace(sample, labels=(), objects=(), annotated=False)
    if isinstance(sample, TextSample):
        words = sample.text or " ".join(sample.tokens) or sample.turns[0].content
        bare = TextSample(sample.sample_id, words, sample.pair, annotated=False)
        return replace(bare, tokens=sample.tokens)
    return replace(sample, labels=(), segments=(), annotated=False)
