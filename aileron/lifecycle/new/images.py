"""A lifecycle for a folder or an archive of pictures: what is found, and what is proposed.

The pictures are looked at by the same code that imports them, so what is refused here is
refused there. Of a large source a sample is decoded; its names are all read.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median_low
from typing import Any, Final

from aileron.core.errors import InvalidInput
from aileron.core.settings import Settings
from aileron.data.images.checking import Checked, check_pictures, read_member
from aileron.data.images.classes import classes_of
from aileron.data.images.finding import Found, find_pictures, labels_file
from aileron.data.images.labels import has_several_labels
from aileron.data.labels import LabelType
from aileron.data.refusals import Refused
from aileron.data.trees.archive import Archive, open_archive
from aileron.data.trees.folder import Folder
from aileron.lifecycle.new.image_advice import advise, positive_last
from aileron.lifecycle.new.places import place
from aileron.lifecycle.new.proposal import NewOptions, Proposal
from aileron.lifecycle.spec import API_VERSION

LOOKED_AT: Final = 2000
"""Pictures that are decoded."""
MAX_REFUSED: Final = 0.05
_TABLE_OPTIONS: Final = ("target", "header", "test_data", "delimiter", "encoding", "sheet")


@dataclass(frozen=True)
class Inspected:
    """What the pictures of a source are."""

    found: Found
    label_type: LabelType
    classes: tuple[str, ...]
    counts: Mapping[str, int]
    """Label -> pictures."""
    checked: Mapping[str, Checked]
    """Path -> facts, of those looked at."""
    refused: tuple[Refused, ...]

    @property
    def total(self) -> int:
        return len(self.found.members)

    @property
    def size(self) -> tuple[int, int]:
        """The usual width and height."""
        facts = self.checked.values()
        return median_low(f.width for f in facts), median_low(f.height for f in facts)

    @property
    def is_grey(self) -> bool:
        return all(fact.mode in ("1", "L", "LA") for fact in self.checked.values())


def propose(settings: Settings, name: str, source: Path, options: NewOptions) -> Proposal:
    """The documents of dataset `name` and lifecycle `name` for the pictures in `source`.

    Raises:
        InvalidInput: there are no pictures, or no classes, or too many that cannot be used;
            or an option that belongs to tables.
    """
    _check_options(options)
    with tempfile.TemporaryDirectory() as work:
        archive = Folder(source) if source.is_dir() else open_archive(source, Path(work))
        seen = inspect(archive, source.name)
    advice = advise(seen, source)
    where = place(settings, name, source)
    dataset = {
        "apiVersion": API_VERSION,
        "kind": "Dataset",
        "modality": "image",
        "name": name,
        "source": {"folder" if source.is_dir() else "archive": where.written},
        **({"label_type": "multi"} if seen.label_type == "multi" else {}),
        "classes": list(seen.classes),
    }
    lifecycle = {
        "apiVersion": API_VERSION,
        "kind": "Lifecycle",
        "name": name,
        "dataset": name,
        "train": {"algorithm": "image_cnn", "parameters": advice.parameters},
        "evaluate": {"primary": "f1_macro"},
        **({"gate": {"thresholds": advice.thresholds}} if advice.thresholds else {}),
        "release": {"service": name},
    }
    return Proposal(
        dataset, _expectations(seen), lifecycle, (*advice.assumptions, where.assumption)
    )


def inspect(archive: Archive, name: str) -> Inspected:
    """What `archive` holds; `name` is what faults are said of.

    Raises:
        InvalidInput: it cannot become a dataset; says why.
    """
    table = labels_file(archive)
    several = table is not None and has_several_labels(archive.read(table))
    label_type: LabelType = "multi" if several else "single"
    found = find_pictures(archive, label_type, name)
    checked, refused = _look(archive, found)
    _check_refused(found, checked, refused, name)
    bad = {item.file for item in refused}
    places = [place for path, place in found.places.items() if path not in bad]
    first = {label: place.sample_id for place in reversed(places) for label in place.labels}
    classes = classes_of(first, label_type, None, name)
    counts = Counter(label for place in places for label in place.labels)
    if label_type == "single" and len(classes) == 2:
        classes = positive_last(classes, counts)
    return Inspected(found, label_type, classes, counts, checked, (*found.refused, *refused))


def _look(archive: Archive, found: Found) -> tuple[dict[str, Checked], list[Refused]]:
    """Facts and faults of the pictures, or of so many at even distances."""
    step = max(1, -(-len(found.members) // LOOKED_AT))
    checked: dict[str, Checked] = {}
    refused = []
    contents = ((m.path, read_member(archive, m)) for m in found.members[::step])
    for path, facts in check_pictures(contents):
        if isinstance(facts, Checked):
            checked[path] = facts
        else:
            refused.append(Refused(path, facts))
    return checked, refused


def _check_refused(
    found: Found, checked: Mapping[str, Checked], refused: Sequence[Refused], name: str
) -> None:
    """Fail as the import would."""
    total = len(checked) + len(refused) + len(found.refused)
    bad = [*found.refused, *refused]
    if total == 0:
        raise InvalidInput("data.no_pictures", where=name)
    if not checked or len(bad) > MAX_REFUSED * total:
        raise InvalidInput(
            "data.too_many_refused",
            where=name,
            count=len(bad),
            total=total,
            most=f"{MAX_REFUSED:.0%}",
            first=bad[0].where,
            reason=bad[0].reason.to_dict(),
        )


def _expectations(seen: Inspected) -> list[dict[str, Any]]:
    """What holds today and should hold of the next pictures."""
    column: dict[str, Any] = {"column": "label", "value_set": list(seen.classes)}
    smallest = min(min(fact.width, fact.height) for fact in seen.checked.values())
    suite: list[dict[str, Any]] = [
        {
            "type": "expect_table_row_count_to_be_between",
            "kwargs": {"min_value": max(1, seen.total // 2)},
        },
        *(
            {
                "type": "expect_column_values_to_be_between",
                "kwargs": {"column": side, "min_value": min(smallest, 16)},
                "severity": "warning",
            }
            for side in ("width", "height")
        ),
    ]
    if seen.label_type == "single":
        suite.insert(1, {"type": "expect_column_values_to_be_in_set", "kwargs": column})
        count = len(seen.classes)
        suite.insert(
            2,
            {
                "type": "expect_column_unique_value_count_to_be_between",
                "kwargs": {"column": "label", "min_value": count, "max_value": count},
            },
        )
    unique = {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "content_digest"}}
    return [*suite, {**unique, "severity": "warning"}]


def _check_options(options: NewOptions) -> None:
    """Refuse what only a table has."""
    given = [name for name in _TABLE_OPTIONS if getattr(options, name) is not None]
    if options.task == "regression":
        given.append("task regression")
    if given:
        words = ", ".join(f"--{option.replace('_', '-')}" for option in given)
        raise InvalidInput("lifecycle.images_option", options=words)
