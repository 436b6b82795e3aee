"""Imports that add to the version before, instead of replacing it.

A sample that is there already, with the same id and all that is said of it, is that sample. Where
ids say only where in the source a sample stood (rows without an id column, lines of texts), it is
known by what it is instead, and what is new gets ids of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from aileron.core.errors import InvalidInput
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context, StepConfig
from aileron.data.card import AnyCard, Card
from aileron.data.card_base import CARD_FILE, Made
from aileron.data.definition_head import SameIds
from aileron.data.layout import hand_over
from aileron.data.operations.base import Opened
from aileron.data.operations.edit import Edit, Facts
from aileron.data.operations.merge import new_ids
from aileron.data.table_files import read_column

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

PARENT: Final = "parent"
"""The input that is the version before."""
PARENT_PORT: Final = Port(
    ArtifactKind.DATASET, "the version before, whose samples stay", optional=True
)
_COUNTED: Final = re.compile(r"r(\d{8,})")
"""Ids of rows without an id column."""


class Append(BaseModel):
    """That an import adds to a version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    parent: str = Field(description="tag of the version before")
    same_ids: SameIds = Field("refuse", description="what becomes of samples with ids of it")


class ImportConfig(StepConfig):
    """What an import is told besides what the data mean."""

    append: Append | None = Field(
        None, description="the samples join the version before, which is an input then"
    )


ConfigT = TypeVar("ConfigT", bound=ImportConfig)
TakeIn = Callable[[Context, ConfigT, Mapping[str, Path]], Mapping[str, Path]]


@dataclass(frozen=True)
class _Aside:
    """A context whose dataset is not the output, but joins one that is."""

    context: Context
    folder: Path

    def output(self, port: str) -> Path:
        return self.folder if port == "dataset" else self.context.output(port)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.context, name)


def taken_in(
    step: type[Component[Any]],
    take_in: TakeIn[ConfigT],
    context: Context,
    config: ConfigT,
    inputs: Mapping[str, Path],
) -> Mapping[str, Path]:
    """What `take_in` makes of a source; with the version before, if the import adds to it.

    Raises:
        InvalidInput: a sample is another one than that of the same id, or they do not go together.
    """
    if config.append is None:
        return take_in(context, config, inputs)
    aside: Any = _Aside(context, context.work / "joining" / "dataset")
    aside.folder.parent.mkdir()
    outputs = take_in(aside, config, inputs)
    made = Made(
        operation=step.name,
        options={"mode": "append"} | config.append.model_dump(exclude_defaults=True,
                                                              exclude={"parent"}),
    )  # fmt: skip
    origin = {
        "parent": config.append.parent,
        "made": made,
        "created_by": f"{step.name}@{step.version}",
    }
    before, joining = Opened.read(inputs[PARENT]), Opened.read(aside.folder)
    joined = _Joining(before, joining, config.append.same_ids)
    folder = context.output("dataset")
    count = int(joined.joins.sum())
    context.log(f"{count:,} samples join {config.append.parent}; the others are there already")
    if count:
        joined.write(folder, origin)
    else:
        _hand_over(before.folder, folder)
    return {**outputs, "dataset": folder}


class _Joining:
    """Which samples of a source join a version, and under which ids."""

    def __init__(self, before: Opened, joining: Opened, same_ids: SameIds) -> None:
        import numpy as np
        import pyarrow.compute as pc

        if before.card.modality != joining.card.modality:
            raise InvalidInput(
                "data.operations.other_kind", one=before.card.name, other=joining.card.name,
                what="modality", first=before.card.modality, second=joining.card.modality,
            )  # fmt: skip
        self.before, self.joining = before, joining
        self.card: AnyCard = before.modality.joined(before.card, joining.card)
        here, new = before.facts, joining.modality.facts(joining.folder, self.card)
        known, identities = before.modality.identities([before.folder, joining.folder], self.card)
        counted = before.modality.by_place(self.card, new.ids)
        place = pc.index_in(new.ids, value_set=here.ids)
        taken = np.asarray(place.is_valid())
        places = place.fill_null(0).to_numpy()
        same = np.where(counted, np.isin(identities, known), taken & (known[places] == identities))
        self.joins: np.ndarray[Any, Any] = ~same
        clash = self.joins & taken & ~counted
        self.stays = np.ones(len(here), dtype=bool)
        if clash.any():
            self._settle(new, clash, places, same_ids)
        if isinstance(self.card, Card) and self.card.time_column is not None:
            self._check_times((*self.card.series, self.card.time_column))
        self.ids = self._renamed(here, new, self.joins & counted & taken, bool(counted.any()))

    def _settle(
        self,
        new: Facts,
        clash: np.ndarray[Any, Any],
        places: np.ndarray[Any, Any],
        same_ids: SameIds,
    ) -> None:
        """What becomes of samples that are others than those of the same ids."""
        import numpy as np

        if same_ids == "refuse":
            sample = new.ids[int(np.argmax(clash))].as_py()
            raise InvalidInput(
                "data.other_content",
                where=self.before.card.name, sample=sample, count=int(clash.sum()),
            )  # fmt: skip
        if same_ids == "keep":
            self.joins = self.joins & ~clash
        else:
            self.stays[places[clash]] = False

    def _check_times(self, columns: Sequence[str]) -> None:
        """Raise `InvalidInput` if a series would have two rows at one time."""
        here, new = (
            list(zip(*(read_column(one.folder, name).to_pylist() for name in columns), strict=True))
            for one in (self.before, self.joining)
        )
        taken = {key for key, stays in zip(here, self.stays, strict=True) if stays}
        for key, joins in zip(new, self.joins, strict=True):
            if joins and key in taken:
                *series, time = map(str, key)
                raise InvalidInput(
                    "data.duplicate_time",
                    where=self.joining.card.source.file, time=time, series=", ".join(series) or "-",
                )  # fmt: skip

    def _renamed(
        self, here: Facts, new: Facts, taken: np.ndarray[Any, Any], counted: bool
    ) -> dict[str, str]:
        """New ids of samples whose own say only where they stood."""
        import pyarrow as pa

        if self.card.modality == "table" and counted:
            joining: list[str] = new.ids.filter(pa.array(self.joins)).to_pylist()
            last = _last_number(here.ids)
            return {name: f"r{number:08d}" for number, name in enumerate(joining, last + 1)}
        return new_ids(here, new, new.ids.filter(pa.array(taken)))

    def write(self, folder: Path, origin: Mapping[str, Any]) -> None:
        """Write the samples of both into the new directory `folder`."""
        import pyarrow as pa

        edits = [
            Edit(self.before.folder, None if self.stays.all() else pa.array(self.stays)),
            Edit(
                self.joining.folder,
                None if self.joins.all() else pa.array(self.joins),
                ids=self.ids,
            ),
        ]
        card = self.before.modality.write(folder, self.card, edits, whole=True)
        new = self.joining.card
        said = ("display_name", "licence", "owner", "source", "refused")
        counts = card.counts.model_copy(update={"refused": new.counts.refused})
        update = {name: getattr(new, name) for name in said}
        card.model_copy(update={**update, "counts": counts, **origin}).write(folder)


def _last_number(ids: pa.Array) -> int:
    """The largest number of the ids of rows that are counted."""
    found = map(_COUNTED.fullmatch, ids.to_pylist())
    return max((int(match[1]) for match in found if match), default=0)


def _hand_over(source: Path, target: Path) -> None:
    """Make `target` the same as `source`."""
    for path in sorted(source.rglob("*")):
        if path.is_file():
            place = target / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            hand_over(path, place)


def with_parent(folder: Path, card: AnyCard, parent: str, target: Path) -> Path:
    """The DATASET artifact in `folder` as `target`, whose card names `parent`."""
    _hand_over(folder, target)
    (target / CARD_FILE).unlink()
    card.model_copy(update={"parent": parent}).write(target)
    return target
