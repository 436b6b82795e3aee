"""Ids of texts as names of files, and back: any id makes a safe name, and no two the same."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote, unquote

from aileron.data.layout import Part
from aileron.data.trees.paths import clean
from aileron.data.trees.structure import PART_NAMES

_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f%\\:*?"<>|]|^\.|(?<=/)\.|(?<=/)/|^/|/$|[. ](?=/|$)')


def file_name(sample_id: str) -> str:
    """A relative path for `sample_id`, with what no path may hold as ``%2F`` and the like."""
    name = _UNSAFE.sub(lambda found: _escaped(found.group()), sample_id)
    return name if name and clean(name) == name else quote(sample_id, safe="") or "%"


def id_of(path: str) -> str:
    """The id of the file that `file_name` called `path`; other files keep their names."""
    found = unquote("" if path == "%" else path)
    return found if file_name(found) == path else path


def folder_name(name: str) -> str:
    """One folder for the class `name`."""
    return file_name(name).replace("/", "%2F")


def name_of_folder(folder: str) -> str:
    """The class whose folder `folder_name` called `folder`; other folders keep their names."""
    found = unquote(folder)
    return found if folder_name(found) == folder else folder


def part_below(path: str) -> tuple[Part | None, str]:
    """The part that the first folder of `path` names, and the path below it."""
    first, slash, rest = path.partition("/")
    part = PART_NAMES.get(first.lower()) if slash else None
    return (part, rest) if part else (None, path)


def with_part(part: Part | None, path: str) -> str:
    """`path` in the folder of `part`."""
    return posixpath.join(part or "", path)


def common_root(paths: Sequence[str]) -> str:
    """The folders that hold all files, with a ``/`` at the end, but not those of parts."""
    shared = posixpath.commonpath([posixpath.dirname(path) for path in paths]) if paths else ""
    folders = shared.split("/") if shared else []
    kept = 0
    while kept < len(folders) and folders[kept].lower() not in PART_NAMES:
        kept += 1
    return "".join(f"{folder}/" for folder in folders[:kept])


def _escaped(letters: str) -> str:
    return "".join(f"%{byte:02X}" for letter in letters for byte in letter.encode())
