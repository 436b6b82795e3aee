"""What all operations share: one dataset in, one dataset out, and how it came about."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import Field

from aileron.core.errors import InvalidInput
from aileron.core.names import Name
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context, StepConfig
from aileron.data.card import AnyCard, read_card
from aileron.data.card_base import CardBase, Made
from aileron.data.operations.edit import Edit, Facts
from aileron.data.operations.modality import Modality, modality_of


class OperationConfig(StepConfig):
    """What every operation is told."""

    name: Name | None = Field(
        None, description="name of the result; default: a version of the same dataset"
    )
    parent: str | None = Field(
        None, description="tag of the version that it is made from, for the record"
    )


ConfigT = TypeVar("ConfigT", bound=OperationConfig)


@dataclass(frozen=True)
class Opened:
    """A dataset that goes into an operation."""

    folder: Path
    card: AnyCard

    @classmethod
    def read(cls, folder: Path) -> Opened:
        return cls(folder, read_card(folder))

    @property
    def modality(self) -> Modality[Any]:
        return modality_of(self.card)

    @cached_property
    def facts(self) -> Facts:
        return self.modality.facts(self.folder, self.card)


@dataclass(frozen=True)
class Plan:
    """What an operation is going to write."""

    card: CardBase
    edits: Sequence[Edit]
    notes: Sequence[str] = ()
    compact: bool = False
    """Leave out media that no sample refers to."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What the card says of the choice besides, or instead of, the config."""


class Operation(Component[ConfigT], Generic[ConfigT]):
    """Base of the operations: each says what it changes, `plan`, and the rest is done here."""

    version = 2
    modalities: ClassVar[tuple[str, ...]] = ()
    """The kinds of data that it is for; none: all."""
    tasks: ClassVar[tuple[str, ...]] = ()
    """The tasks of data that it is for; none: all."""
    inputs: ClassVar[Mapping[str, Port]] = {"dataset": Port(ArtifactKind.DATASET)}
    outputs: ClassVar[Mapping[str, Port]] = {"dataset": Port(ArtifactKind.DATASET)}

    @abstractmethod
    def plan(
        self, context: Context, config: ConfigT, opened: Opened, inputs: Mapping[str, Path]
    ) -> Plan:
        """What becomes of the dataset `opened`.

        Raises:
            InvalidInput: what is asked for cannot be done with it; the sentence says why.
        """

    def run(
        self, context: Context, config: ConfigT, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        before = read_card(inputs["dataset"])
        plan = self.plan(context, config, Opened(inputs["dataset"], before), inputs)
        if all(edit.keep is not None and not edit.keep.true_count for edit in plan.edits):
            raise InvalidInput("data.operations.nothing_left", where=before.name)
        own = config.name is None or config.name == before.name
        card = plan.card.model_copy(update=self._origin(config, plan, before, own=own))
        folder = context.output("dataset")
        whole = own and not plan.compact
        card = modality_of(before).write(folder, card, plan.edits, whole=whole)
        card.write(folder)
        for note in plan.notes:
            context.log(note)
        rows = f"{before.counts.rows:,} samples before, {card.counts.rows:,} after"
        context.log(f"{rows}, digest {card.digest[:12]}")
        return {"dataset": folder}

    def _origin(self, config: ConfigT, plan: Plan, before: AnyCard, *, own: bool) -> dict[str, Any]:
        """The fields of the card that say whose result it is, and how it came about."""
        tags = {"parent", "other_parent"}
        chosen = config.model_dump(mode="json", exclude_defaults=True, exclude=tags)
        made = Made(
            operation=self.name,
            options={**chosen, **plan.options},
            other=getattr(config, "other_parent", None),
        )
        return {
            "name": config.name or before.name,
            "display_name": before.display_name if own else None,
            "parent": config.parent,
            "made": made,
            "created_by": f"{self.name}@{self.version}",
        }
