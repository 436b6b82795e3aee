"""Names of files in folders and archives: which are media, which are junk, which are safe."""

from __future__ import annotations

import re
import unicodedata
from posixpath import splitext
from typing import Final

LABELS_FILE: Final = "labels.csv"
SUFFIXES: Final = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff")
)
"""Of pictures that are taken."""
# fmt: off
OTHER_SUFFIXES: Final = frozenset((
    ".heic", ".heif", ".avif", ".svg", ".psd", ".ico", ".jp2", ".jxl", ".dcm", ".dng", ".cr2",
    ".nef", ".arw", ".raw", ".tga", ".pgm", ".ppm", ".pbm", ".pnm", ".eps",
))
# fmt: on
"""Of pictures that are not taken: each is named, since the user meant it."""

# fmt: off
NOTES: Final = frozenset((
    ".ann", ".bio", ".conf", ".conll", ".csv", ".data", ".iob", ".json", ".jsonl", ".names",
    ".ndjson", ".parquet", ".tags", ".tar", ".tsv", ".txt", ".xlsx", ".xml", ".yaml", ".yml",
))
# fmt: on
"""Of files that may say something of pictures, or hold samples themselves."""

# fmt: off
SOUNDS: Final = frozenset((
    ".wav", ".flac", ".mp3", ".m4a", ".ogg", ".opus", ".aac", ".wma", ".aiff", ".aif", ".amr",
    ".oga",
))
# fmt: on
"""Of recordings, taken or not."""
_PICTURES: Final = SUFFIXES | OTHER_SUFFIXES
_WANTED: Final = _PICTURES | NOTES | SOUNDS
_JUNK: Final = re.compile(r"(?:^|/)(?:\.|__MACOSX(?:/|$))")
_CONTROL: Final = re.compile(r"[\x00-\x1f]")


def is_picture(path: str) -> bool:
    """Whether a file is a picture by its name, taken or not."""
    return splitext(path)[1].lower() in _PICTURES


def is_junk(path: str) -> bool:
    """Whether a file is what systems leave behind: hidden, or a Mac's resource forks."""
    return _JUNK.search(path) is not None


def is_wanted(path: str) -> bool:
    """Whether a file is worth reading at all."""
    return splitext(path)[1].lower() in _WANTED and not is_junk(path)


def clean(name: str) -> str | None:
    """`name` as a relative path with ``/``, in Unicode's composed form; None if it is unsafe.

    Unsafe are absolute paths, drive letters, ``..`` and control characters.
    """
    path = unicodedata.normalize("NFC", name.replace("\\", "/"))
    if path.startswith("/") or path[1:2] == ":" or _CONTROL.search(path):
        return None
    parts = [part for part in path.split("/") if part not in ("", ".")]
    return None if ".." in parts else "/".join(parts)
