"""Where the user's data is, as a dataset definition says it: the files stay where they are."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from aileron.core.phrase import phrase
from aileron.core.settings import Settings
from aileron.lifecycle.new.proposal import Assumption
from aileron.lifecycle.new.writing import dataset_folder_of


@dataclass(frozen=True)
class Place:
    """A path as it is written into the definition, and the assumption to say."""

    written: str
    assumption: Assumption


def place(settings: Settings, name: str, path: Path) -> Place:
    """`path` for the definition of dataset `name`: inside the workspace relative, else absolute.

    Relative means relative to the dataset's folder, as everywhere in a definition.
    """
    full = path.resolve()
    inside = full.is_relative_to(settings.workspace)
    written = str(full)
    if inside:
        written = os.path.relpath(full, dataset_folder_of(settings, name))
    because = "lifecycle.new_place_because" + ("_inside" if inside else "_outside")
    assumption = Assumption(
        phrase("lifecycle.new_place", path=written),
        phrase(because),
        phrase("lifecycle.new_place_change"),
    )
    return Place(written, assumption)
