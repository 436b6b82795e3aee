"""Step `data.split`: each sample goes to train, validation or test, by seed and sample id.

Within a stratum, samples are ordered by a hash of seed and sample id and cut at the asked
fractions. So the same seed and samples give the same split whatever the order of rows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from aileron.core.errors import InvalidInput
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context, StepConfig
from aileron.data.card import Card, read_card
from aileron.data.layout import (
    PARTS,
    SAMPLE_ID,
    SPLIT_FACTS,
    SPLIT_FILE,
    Part,
    read_table,
    write_parquet,
)

FORMAT_VERSION: Literal[1] = 1
QUANTILES = 10
"""Strata of a stratified regression: tenths of the target's order."""


class SplitConfig(StepConfig):
    """Sizes of the parts; what is left is for training."""

    test: float = Field(0.2, gt=0, lt=1, description="share of samples for the final evaluation")
    validation: float = Field(
        0.2, ge=0, lt=1, description="share for early stopping and the threshold; may be 0"
    )
    stratify: bool | None = Field(
        None,
        description="keep the classes' shares (or the target's tenths) in each part; "
        "by default for classification only",
    )

    @model_validator(mode="after")
    def _leaves_something(self) -> SplitConfig:
        if self.test + self.validation >= 1:
            raise ValueError("test and validation together must leave something for training")
        return self


class SplitDataset(Component[SplitConfig]):
    """Divide a dataset."""

    name = "data.split"
    version = 1
    title: ClassVar[Mapping[str, str]] = {"en": "Split a dataset", "zh": "划分数据集"}
    Config = SplitConfig
    inputs: ClassVar[Mapping[str, Port]] = {"dataset": Port(ArtifactKind.DATASET)}
    outputs: ClassVar[Mapping[str, Port]] = {"split": Port(ArtifactKind.SPLIT)}

    def run(
        self, context: Context, config: SplitConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        card = read_card(inputs["dataset"])
        target = read_table(inputs["dataset"], [card.target])[card.target]
        ids: list[str] = target.index.tolist()
        stratify = config.stratify if config.stratify is not None else card.task != "regression"
        strata = _strata(card, ids, target.tolist()) if stratify else {"": ids}
        fractions = _fractions(config)
        parts: dict[str, Part] = {}
        for name, members in sorted(strata.items()):
            parts |= divide(members, fractions, context.seed, _stratum_name(card, name))
        folder = context.output("split")
        counts = _write(
            folder, ids, parts, fractions, context.seed, card.target if stratify else None
        )
        context.log(", ".join(f"{part}: {count}" for part, count in counts.items()))
        return {"split": folder}


def divide(
    ids: Sequence[str], fractions: Mapping[Part, float], seed: int, stratum: str
) -> dict[str, Part]:
    """Give each id a part; every part gets at least one.

    Raises:
        InvalidInput: there are fewer ids than parts; says which stratum.
    """
    if len(ids) < len(fractions):
        raise InvalidInput(
            "data.too_few_to_split", stratum=stratum, count=len(ids), parts=len(fractions)
        )
    ordered = sorted(ids, key=lambda i: hashlib.sha256(f"{seed}\0{i}".encode()).digest())
    result: dict[str, Part] = {}
    start = 0
    for part, size in _sizes(len(ids), fractions).items():
        result |= dict.fromkeys(ordered[start : start + size], part)
        start += size
    return result


def _sizes(total: int, fractions: Mapping[Part, float]) -> dict[Part, int]:
    """Whole sizes near the fractions, at least 1 each; train takes what rounding leaves."""
    sizes: dict[Part, int] = {
        part: max(1, round(total * share)) for part, share in fractions.items() if part != "train"
    }
    while sum(sizes.values()) >= total:
        largest = max(sizes, key=lambda part: sizes[part])
        sizes[largest] -= 1
    return {**sizes, "train": total - sum(sizes.values())}


def _fractions(config: SplitConfig) -> dict[Part, float]:
    shares: dict[Part, float] = {
        "train": round(1 - config.test - config.validation, 12),
        "validation": config.validation,
        "test": config.test,
    }
    return {part: share for part, share in shares.items() if share > 0}


def _strata(card: Card, ids: list[str], targets: list[str | float]) -> dict[str, list[str]]:
    if card.task == "classification":
        strata: dict[str, list[str]] = {}
        for sample, label in zip(ids, targets, strict=True):
            strata.setdefault(str(label), []).append(sample)
        return strata
    ordered = [sample for _, sample in sorted(zip(targets, ids, strict=True))]
    cuts = [len(ordered) * i // QUANTILES for i in range(QUANTILES + 1)]
    return {f"{i + 1:02d}": ordered[start:end] for i, (start, end) in enumerate(pairwise(cuts))}


def _stratum_name(card: Card, name: str) -> str:
    if not name:
        return "the dataset"
    return f"{card.target} = {name}" if card.classes else f"tenth {name} of {card.target}"


def _write(
    folder: Path,
    ids: list[str],
    parts: Mapping[str, Part],
    fractions: Mapping[Part, float],
    seed: int,
    stratified_by: str | None,
) -> dict[Part, int]:
    import pyarrow as pa

    given = [parts[sample] for sample in ids]
    counts: dict[Part, int] = {part: given.count(part) for part in PARTS}
    facts = {
        "format_version": FORMAT_VERSION,
        "seed": seed,
        "fractions": dict(fractions),
        "stratified_by": stratified_by,
        "counts": counts,
    }
    folder.mkdir(parents=True)
    (folder / SPLIT_FACTS).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    table = pa.table({SAMPLE_ID: pa.array(ids, pa.string()), "split": pa.array(given, pa.string())})
    write_parquet(table, folder / SPLIT_FILE)
    return counts
