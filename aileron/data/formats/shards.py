"""WebDataset: tar archives in which the files of one name belong to one sample.

``key.jpg``, ``key.json`` and ``key.cls`` lie side by side; a key is the name up to its first
dot. Archives are read in place: a medium is named by the archive, where in it it begins, and its
length, so that any can be had again without reading the others.
"""

from __future__ import annotations

import io
import struct
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from aileron.core.errors import InvalidInput
from aileron.data.formats.parts import part_in
from aileron.data.formats.port import Sink, Tree
from aileron.data.formats.problems import Fault
from aileron.data.layout import Part
from aileron.data.trees.archive import MOST_PICTURE_BYTES
from aileron.data.trees.paths import clean, is_junk

SUFFIX: Final = ".tar"
NO_PART: Final = "data"
MOST_SHARD: Final = 256 << 20
"""Bytes of an archive, after which the next one begins."""
_DAMAGE: Final = (tarfile.TarError, OSError, EOFError, ValueError, struct.error)
"""What the library raises over archives that are not whole."""
_LOOKED_AT: Final = 20


@dataclass(frozen=True)
class Place:
    """Where the bytes of a file lie: in which archive, from where, and how many."""

    shard: str
    offset: int
    size: int

    def __str__(self) -> str:
        return f"{self.shard}:{self.offset}:{self.size}"

    @classmethod
    def parse(cls, text: str) -> Place:
        """The place that `str` made `text` of."""
        shard, offset, size = text.rsplit(":", 2)
        return cls(shard, int(offset), int(size))


@dataclass
class Entry:
    """The files of one key: what follows its first dot -> where it lies."""

    shard: str
    key: str
    files: dict[str, Place] = field(default_factory=dict)

    @property
    def part(self) -> Part | None:
        """The part that the name of the archive says."""
        return part_in(self.shard.rsplit("/", 1)[-1])


def shards(tree: Tree) -> list[str]:
    """The archives of `tree`."""
    return [path for path in tree.paths() if path.lower().endswith(SUFFIX)]


def first_suffixes(tree: Tree) -> frozenset[str]:
    """The suffixes of the first files of the first archive; none if there is no archive."""
    found: set[str] = set()
    for path in shards(tree)[:1]:
        try:
            for number, entry in enumerate(entries(tree, path)):
                found.update(f".{suffix}" for suffix in entry.files)
                if number == _LOOKED_AT:
                    break
        except InvalidInput:  # it is told of when it is read in earnest
            return frozenset()
    return frozenset(found)


def entries(tree: Tree, path: str) -> Iterator[Entry]:
    """The samples of the archive `path`, in its order.

    Raises:
        InvalidInput: it is damaged, or a name leads out of it.
    """
    entry: Entry | None = None
    for name, offset, size in _files(tree, path):
        key, suffix = _split(name)
        if entry is None or entry.key != key:
            if entry is not None:
                yield entry
            entry = Entry(path, key)
        entry.files.setdefault(suffix, Place(path, offset, size))
    if entry is not None:
        yield entry


def content(tree: Tree, place: Place) -> bytes:
    """The bytes at `place`.

    Raises:
        Fault: they are too many, or the archive ends before them.
    """
    if place.size > MOST_PICTURE_BYTES:
        raise Fault("large_medium", size=place.size >> 20, most=MOST_PICTURE_BYTES >> 20)
    with tree.open(place.shard) as file:
        file.seek(place.offset)
        found = file.read(place.size)
    if len(found) != place.size:
        raise Fault("bad_shard", problem="EOF")
    return found


def json_of(tree: Tree, entry: Entry) -> dict[str, Any]:
    """The object in the JSON file of `entry`; an empty one if it has none.

    Raises:
        Fault: it is no object.
    """
    import orjson

    place = entry.files.get("json")
    if place is None:
        return {}
    try:
        found = orjson.loads(content(tree, place))
    except orjson.JSONDecodeError as error:
        raise Fault("not_json_line", problem=error.msg) from None
    if not isinstance(found, dict):
        raise Fault("no_object", found=str(found)[:60])
    return found


def class_of(tree: Tree, entry: Entry, classes: Sequence[str]) -> str | None:
    """The class in the ``cls`` file of `entry`: a name, or a number of `classes`."""
    place = entry.files.get("cls")
    if place is None:
        return None
    text = content(tree, place).decode("utf-8", "replace").strip()
    if text.isdecimal() and len(text) < 10 and int(text) < len(classes):
        return classes[int(text)]
    if not text:
        raise Fault("empty_label")
    return text


class ShardWriter:
    """Writes ``train-000000.tar`` and so on. A context manager, which ends them."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._open: dict[str, tuple[tarfile.TarFile, io.BytesIO]] = {}
        self._counts: dict[str, int] = {}
        self._keys: set[tuple[str, str]] = set()

    def key(self, part: Part | None, stem: str) -> str:
        """A key of its own for the name `stem`: without dots, which end keys."""
        base = key = stem.replace(".", "_")
        count = 1
        while (part or NO_PART, key) in self._keys:
            count += 1
            key = f"{base}-{count}"
        self._keys.add((part or NO_PART, key))
        return key

    def add(self, part: Part | None, key: str, files: Mapping[str, bytes]) -> None:
        """Put the files of one sample behind the others of its part."""
        name = part or NO_PART
        if name not in self._open:
            out = io.BytesIO()
            tar = tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115
            self._open[name] = tar, out
        tar, out = self._open[name]
        for suffix, data in files.items():
            info = tarfile.TarInfo(f"{key}.{suffix}")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        tar.members = []  # type: ignore[attr-defined]  # the library keeps them all
        if out.tell() >= MOST_SHARD:
            self._end(name)

    def __enter__(self) -> ShardWriter:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            for name in list(self._open):
                self._end(name)

    def _end(self, name: str) -> None:
        tar, out = self._open.pop(name)
        tar.close()
        number = self._counts.get(name, 0)
        self._counts[name] = number + 1
        self._sink.write(f"{name}-{number:06d}{SUFFIX}", out.getvalue())


def _files(tree: Tree, path: str) -> Iterator[tuple[str, int, int]]:
    """Clean name, offset and size of each plain file of an archive."""
    with tree.open(path) as file:
        try:
            with tarfile.open(fileobj=file, mode="r:") as tar:
                while (info := tar.next()) is not None:
                    tar.members = []  # type: ignore[attr-defined]
                    if not info.isreg() or info.issparse():
                        continue
                    name = clean(info.name)
                    if name is None:
                        raise InvalidInput("data.unsafe_member", where=path, member=info.name[:200])
                    if name and not is_junk(name):
                        yield name, info.offset_data, info.size
                file.seek(tar.offset)
                # At anything but the zeros of its end the library stops in silence.
                if file.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
                    raise EOFError("it ends too early")
        except _DAMAGE as error:
            problem = str(error) or type(error).__name__
            raise InvalidInput("data.formats.bad_shard", where=path, problem=problem) from None


def _split(name: str) -> tuple[str, str]:
    """Key and suffix: what stands before and behind the first dot of the last name."""
    folder, slash, base = name.rpartition("/")
    stem, _, suffix = base.partition(".")
    return f"{folder}{slash}{stem}", suffix.lower()
