"""Samples that were added one at a time: ``HOME/dataset-drafts/FOLDER/NUMBER``.

A sample is one JSON file, named by the digest of its content, with its labels; a picture lies
beside it. The JSON is written last and at once, so a sample is there as a whole or not at all.
An import reads the newest draft of a folder. The ledger keeps two writers apart.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from aileron.core.digest import digest_bytes
from aileron.core.errors import InvalidInput, Unavailable

FOLDER: Final = "dataset-drafts"
SAMPLES: Final = "samples"
MEDIA: Final = "media"
PICTURES: Final = "pictures"
TEXTS: Final = "texts.jsonl"
"""What an import reads, made of the samples when it begins: links, or one file."""
Label = Mapping[str, Any]
"""``name`` alone, or with ``x1, y1, x2, y2`` in pixels, as BML's JSON has them."""


@dataclass(frozen=True)
class AddedSample:
    """A picture or a text, and what is said of it."""

    labels: tuple[Label, ...]
    picture: bytes | None = None
    suffix: str = ""
    """Of a picture's file: ``.jpg``."""
    text: str = ""
    pair: str | None = None

    @property
    def digest(self) -> str:
        """Of the content without the labels: what is added again is the same sample."""
        content = self.picture
        if content is None:
            content = json.dumps([self.text, self.pair], ensure_ascii=False).encode()
        return digest_bytes(content)


class DraftFolder:
    """The samples of one draft."""

    def __init__(self, home: Path, folder: str, number: int) -> None:
        self.path = home / FOLDER / folder / str(number)

    def begin(self) -> None:
        """Make it the folder's newest draft, which an import reads from now on."""
        with _on_disk(self.path):
            for name in (SAMPLES, MEDIA):
                (self.path / name).mkdir(mode=0o700, parents=True, exist_ok=True)

    def labels(self, sample: AddedSample) -> tuple[Label, ...] | None:
        """What is said of the sample so far; None if it is not there."""
        try:
            return tuple(json.loads(self._document(sample).read_bytes())["labels"])
        except FileNotFoundError:
            return None

    def put(self, sample: AddedSample) -> int:
        """Write the sample, whatever was said of it before; how many bytes came with it.

        Raises:
            Unavailable: the disk is full.
        """
        document = self._document(sample)
        new = not document.exists()
        row: dict[str, Any] = {"labels": list(sample.labels)}
        grown = 0
        with _on_disk(self.path):
            if sample.picture is not None:
                row["file"] = f"{sample.digest}{sample.suffix}"
                if new:
                    _write(self.path / MEDIA / row["file"], sample.picture)
                    grown += len(sample.picture)
            else:
                row |= {"text": sample.text, "pair": sample.pair}
            content = json.dumps(row, ensure_ascii=False).encode()
            _write(document, content)
        return grown + len(content) if new else 0

    def remove(self) -> None:
        """Delete all of it; nothing happens if it is gone."""
        shutil.rmtree(self.path, ignore_errors=True)

    def _document(self, sample: AddedSample) -> Path:
        return self.path / SAMPLES / f"{sample.digest}.json"


def draft_files(home: Path, folder: str) -> dict[str, Path]:
    """Path inside the SOURCE artifact -> what holds the samples of the newest draft.

    Raises:
        InvalidInput: nothing was added yet.
        Unavailable: the disk is full.
    """
    above = home / FOLDER / folder
    numbers = [int(path.name) for path in above.glob("[0-9]*")] if above.is_dir() else []
    newest = above / str(max(numbers, default=0))
    documents = sorted((newest / SAMPLES).glob("*.json"))
    if not documents:
        raise InvalidInput("data.sources.nothing_added")
    rows = ((path, json.loads(path.read_bytes())) for path in documents)
    with _on_disk(newest):
        if "text" in json.loads(documents[0].read_bytes()):
            return {TEXTS: _texts(newest, rows)}
        return {f"{PICTURES}.tar": _pictures(newest, rows)}


def _texts(draft: Path, rows: Iterable[tuple[Path, Mapping[str, Any]]]) -> Path:
    """One file of JSON Lines; it stays as it is if nothing changed, and is not read again."""
    lines = bytearray()
    for path, row in rows:
        names = [label["name"] for label in row["labels"]]
        known = {"id": path.stem[:32], "text": row["text"], "text_b": row["pair"]}
        shown = {name: value for name, value in known.items() if value is not None}
        shown |= {"label": names[0]} if len(names) == 1 else {"labels": names}
        shown["annotated"] = bool(names)
        lines += json.dumps(shown, ensure_ascii=False).encode() + b"\n"
    target = draft / TEXTS
    if not target.exists() or target.read_bytes() != lines:
        _write(target, bytes(lines))
    return target


def _pictures(draft: Path, rows: Iterable[tuple[Path, Mapping[str, Any]]]) -> Path:
    """A folder of links: pictures, and beside each that has labels its JSON."""
    target = draft / PICTURES
    target.mkdir(exist_ok=True)
    for path, row in rows:
        _link(draft / MEDIA / row["file"], target / row["file"])
        if row["labels"]:
            _link(path, target / path.name)
        else:
            (target / path.name).unlink(missing_ok=True)
    return target


def _link(source: Path, target: Path) -> None:
    try:
        if target.samefile(source):
            return
    except FileNotFoundError:
        pass
    part = target.with_name(f".{target.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    part.hardlink_to(source)
    part.replace(target)


def _write(path: Path, content: bytes) -> None:
    """The file as a whole, its bytes safe on the disk before it has its name."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


@contextmanager
def _on_disk(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        problem = error.strerror or str(error)
        raise Unavailable("data.sources.disk", where=str(path), problem=problem) from error
