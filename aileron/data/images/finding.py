"""Which members of an archive are samples, with which labels and in which part.

Labels come from the folders' names, or from ``labels.csv`` beside them if there is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from aileron.core.errors import InvalidInput
from aileron.core.phrase import Phrase, phrase
from aileron.data.images.labels import Row, fault_at, read_labels
from aileron.data.labels import LabelType
from aileron.data.layout import Part
from aileron.data.refusals import Refused
from aileron.data.trees.archive import Archive, Member
from aileron.data.trees.paths import LABELS_FILE, is_junk, is_picture
from aileron.data.trees.structure import Structure, find_structure

_NO_CLASS: Final = phrase("data.in_no_class")
_NOT_LISTED: Final = phrase("data.labels_not_listed", file=LABELS_FILE)
_TWICE: Final = phrase("data.member_twice")


@dataclass(frozen=True)
class Place:
    """What the place of a picture says of its sample."""

    sample_id: str
    """The path below the root: the same with and without a folder around everything."""
    labels: tuple[str, ...]
    part: Part | None


@dataclass(frozen=True)
class Found:
    """The candidates, in order of their paths, and what was left out."""

    members: tuple[Member, ...]
    places: Mapping[str, Place]
    refused: tuple[Refused, ...]
    structure: Structure
    others: int
    """Files that are no pictures."""
    from_table: bool = False
    """Whether labels come from ``labels.csv``."""


def find_pictures(archive: Archive, label_type: LabelType, name: str) -> Found:
    """The pictures of `archive` and their labels; `name` is the archive's, for messages.

    Raises:
        InvalidInput: multi-label pictures without ``labels.csv``, or a table that is wrong.
    """
    pictures, repeated, others, folders = _sorted_out(archive)
    table = labels_file(archive)
    if table is None and label_type == "multi":
        raise InvalidInput("data.no_labels_file", where=name)
    structure = find_structure([m.path for m in pictures], folders)
    refused = [Refused(path, _TWICE, keep=False) for path in repeated]  # its first one is taken
    named: set[str] = set()
    if table is None:
        places = _by_folders(pictures, structure)
        reason: Phrase = _NO_CLASS
    else:
        structure = Structure(_folder_of(table), has_parts=False)
        faults: dict[str, Refused] = {}
        rows = read_labels(archive.read(table), label_type == "single", faults)
        places = _by_table(pictures, structure.root, rows, faults)
        refused += faults.values()
        named = {structure.root + path for path in faults}
        reason = _NOT_LISTED
    lost = (m.path for m in pictures if m.path not in places and m.path not in named)
    refused += [Refused(path, reason) for path in lost]
    members = [m for m in pictures if m.path in places]
    return Found(
        tuple(members), places, tuple(refused), structure, others, from_table=table is not None
    )


def _sorted_out(archive: Archive) -> tuple[list[Member], list[str], int, list[str]]:
    """Pictures, paths that came again, the number of other files, and folders."""
    pictures: dict[str, Member] = {}
    repeated, folders, others = [], [], 0
    for member in archive.members:
        if member.kind == "folder":
            if member.path and not is_junk(member.path):
                folders.append(member.path)
        elif is_junk(member.path) or not _is_candidate(member):
            others += PurePosixPath(member.path).name.lower() != LABELS_FILE
        elif member.path in pictures:
            repeated.append(member.path)
        else:
            pictures[member.path] = member
    return [pictures[path] for path in sorted(pictures)], repeated, others, folders


def _is_candidate(member: Member) -> bool:
    """A picture by its name; or a link to a folder, whose pictures the user would miss."""
    if member.kind == "link" and not PurePosixPath(member.path).suffix:
        return True
    return is_picture(member.path)


def labels_file(archive: Archive) -> str | None:
    """The ``labels.csv`` nearest to the top."""
    found = [
        member.path
        for member in archive.members
        if member.kind == "file"
        and PurePosixPath(member.path).name.lower() == LABELS_FILE
        and not is_junk(member.path)
    ]
    return min(found, key=lambda path: (path.count("/"), path), default=None)


def _folder_of(path: str) -> str:
    folder, slash, _ = path.rpartition("/")
    return folder + slash


def _by_folders(pictures: list[Member], structure: Structure) -> dict[str, Place]:
    places = {}
    for member in pictures:
        label = structure.label(member.path)
        if label is not None:
            path = member.path
            places[path] = Place(structure.below(path), (label,), structure.part(path))
    return places


def _by_table(
    pictures: list[Member], root: str, rows: Mapping[str, Row], faults: dict[str, Refused]
) -> dict[str, Place]:
    """The places of the listed pictures; lines that lead to none are added to `faults`."""
    places = {}
    for member in pictures:
        path = member.path.removeprefix(root)
        row = rows.get(path) if member.path.startswith(root) else None
        if row is not None:
            places[member.path] = Place(path, row.labels, row.part)
    known = {member.path for member in pictures}
    for path, row in rows.items():
        if root + path not in known:
            faults[path] = fault_at(row.line, InvalidInput("data.labels_no_file", file=path))
    return places
