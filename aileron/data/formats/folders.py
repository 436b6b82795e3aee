"""What the folders of texts and recordings say: which one is a class, which a part."""

from __future__ import annotations

from collections.abc import Sequence

from aileron.core.phrase import Phrase, phrase
from aileron.data.trees.structure import PART_NAMES, Structure


def find_folders(paths: Sequence[str]) -> Structure:
    """The structure of a tree with a folder per class.

    As `find_structure` of pictures, but any part may be there alone, as in an export of a test
    part. A folder that holds everything is passed through, unless files lie in itself: it is
    the only class then.
    """
    folders = [path.split("/")[:-1] for path in paths]
    shared = _shared(folders)
    if any(len(names) == shared for names in folders):
        shared = 0
    below = [names[shared:] for names in folders]
    has_parts = bool(below) and all(names and names[0].lower() in PART_NAMES for names in below)
    return Structure(
        "".join(f"{name}/" for name in folders[0][:shared]) if folders else "", has_parts
    )


def folder_notes(structure: Structure) -> tuple[Phrase, ...]:
    """What was taken for granted: folders of one class alone look like classes themselves."""
    if not structure.root:
        return ()
    return (phrase("data.formats.classes_below", folder=structure.root.rstrip("/")),)


def _shared(folders: Sequence[list[str]]) -> int:
    """How many folders hold all files; those called after a part are not counted."""
    if not folders:
        return 0
    first, last = min(folders), max(folders)
    count = 0
    for one, other in zip(first, last, strict=False):
        if one != other or one.lower() in PART_NAMES:
            break
        count += 1
    return count
