"""Parts of a dataset in the names of files and folders: ``instances_val2017.json``."""

from __future__ import annotations

import re
from typing import Final

from aileron.data.layout import Part
from aileron.data.trees.structure import PART_NAMES

_WORDS: Final = re.compile(r"[a-zA-Z]+")


def part_in(name: str) -> Part | None:
    """The part that a word of `name` names; None if none or several do."""
    found = {PART_NAMES[w] for w in _WORDS.findall(name.lower()) if w in PART_NAMES}
    return found.pop() if len(found) == 1 else None
