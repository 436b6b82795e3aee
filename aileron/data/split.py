"""Step `data.split`: each sample goes to train, validation or test, by seed and sample id.

Within a stratum, samples are ordered by a hash of seed and sample id and cut at the asked
fractions. So the same seed and samples give the same split whatever the order of rows.

A dataset may give parts itself (a test file, a folder ``test/``). Those samples stay where they
are given; the parts that nobody gave are cut from the rest, by their fractions of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar, Final, Literal

from pydantic import Field, model_validator

from aileron.core.errors import InvalidInput
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context, StepConfig
from aileron.data.card import Card, read_card
from aileron.data.images.repeats import joined, repeated_pictures
from aileron.data.layout import (
    PARTS,
    SAMPLE_ID,
    SAMPLES_FILE,
    SPLIT_COLUMN,
    SPLIT_FACTS,
    SPLIT_FILE,
    Part,
    read_given_parts,
    read_samples,
    read_table,
    write_parquet,
)
from aileron.data.times import divide_by_time, read_times

FORMAT_VERSION: Literal[1] = 1
QUANTILES = 10
"""Strata of a stratified regression: tenths of the target's order."""
HELD_OUT: Final[tuple[Part, ...]] = ("validation", "test")
"""Given parts that are kept; a sample given for training may still be held out for a part that
nobody gave."""


class SplitConfig(StepConfig):
    """Sizes of the parts; what is left is for training."""

    test: float = Field(0.2, gt=0, lt=1, description="share of samples for the final evaluation")
    validation: float = Field(
        0.2, ge=0, lt=1, description="share for early stopping and the threshold; may be 0"
    )
    stratify: bool | None = Field(
        None,
        description="keep the classes' shares (or the target's tenths) in each part; by default "
        "for classification with one label, where a class that is too small is for training alone",
    )

    @model_validator(mode="after")
    def _leaves_something(self) -> SplitConfig:
        if self.test + self.validation >= 1:
            raise ValueError("test and validation together must leave something for training")
        return self


class SplitDataset(Component[SplitConfig]):
    """Divide a dataset."""

    name = "data.split"
    version = 3
    title: ClassVar[Mapping[str, str]] = {"en": "Split a dataset", "zh": "划分数据集"}
    Config = SplitConfig
    inputs: ClassVar[Mapping[str, Port]] = {"dataset": Port(ArtifactKind.DATASET)}
    outputs: ClassVar[Mapping[str, Port]] = {"split": Port(ArtifactKind.SPLIT)}

    def run(
        self, context: Context, config: SplitConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        labels = read_labels(inputs["dataset"])
        given = read_given_parts(inputs["dataset"])
        kept = {sample: part for sample, part in given.items() if part in HELD_OUT}
        fractions = _fractions(config, set(kept.values()))
        parts = assigned(context, config, labels, kept)
        folder = context.output("split")
        by = labels.target if is_stratified(config, labels) else None
        counts = _write(folder, parts, list(labels.of), _facts(fractions, context.seed, by, kept))
        for part in sorted(set(kept.values())):
            context.log(f"{part}: as the dataset gives it; its fraction applies to nothing")
        context.log(", ".join(f"{part}: {count}" for part, count in counts.items()))
        return {"split": folder}


@dataclass(frozen=True)
class Labels:
    """What samples are stratified by."""

    of: Mapping[str, Any]
    """sample_id -> class, or number of a regression; in the order of the dataset."""
    target: str
    classes: bool
    """Whether strata are classes, not tenths."""
    exclusive: bool
    """Whether each sample has exactly one class: what is stratified unless told otherwise."""
    times: Mapping[str, float] = field(default_factory=dict)
    """sample_id -> its moment, of a forecasting, which is cut by them."""
    task: str = "classification"
    repeated: Sequence[Sequence[str]] = ()
    """Samples of one picture, which must be in one part together."""

    def stratum(self, name: str) -> str:
        """Stratum `name` in words."""
        if not name:
            return "the dataset"
        return f"{self.target} = {name}" if self.classes else f"tenth {name} of {self.target}"


def read_labels(folder: Path) -> Labels:
    """The labels of the DATASET artifact in `folder`; of several labels, all of them together."""
    card = read_card(folder)
    if isinstance(card, Card) and card.task in ("clustering", "forecasting"):
        of = dict.fromkeys(read_samples(folder))
        times = read_times(folder, card)
        return Labels(of, card.target or "", False, False, times=times, task=card.task)
    if isinstance(card, Card):
        column = read_table(folder, [card.predicted])[card.predicted]
        classes = card.task == "classification"
        return Labels(dict(column.items()), card.predicted, classes, classes)
    import pyarrow.parquet as pq

    table = pq.read_table(folder / SAMPLES_FILE, columns=[SAMPLE_ID, "labels"])
    joined = [";".join(sorted(labels)) for labels in table["labels"].to_pylist()]
    of = dict(zip(table[SAMPLE_ID].to_pylist(), joined, strict=True))
    exclusive = card.task == "classification" and card.label_type == "single"
    return Labels(of, "labels", True, exclusive, repeated=repeated_pictures(folder))


def is_stratified(config: SplitConfig, labels: Labels) -> bool:
    """Whether each part keeps the classes' shares.

    Raises:
        InvalidInput: it is asked for, and the task has nothing to stratify by.
    """
    if config.stratify and labels.task in ("clustering", "forecasting"):
        raise InvalidInput("data.not_stratified", where="stratify", task=labels.task)
    return labels.exclusive if config.stratify is None else config.stratify


def assigned(
    context: Context, config: SplitConfig, labels: Labels, kept: Mapping[str, Part]
) -> dict[str, Part]:
    """The part of each sample; those of `kept` stay in theirs.

    Raises:
        InvalidInput: a stratum has fewer samples than there are parts.
    """
    fractions = _fractions(config, set(kept.values()))
    rest = [sample for sample in labels.of if sample not in kept]
    strata = (_strata(labels, rest) if is_stratified(config, labels) else {}) or {"": rest}
    parts: dict[str, Part] = dict(kept)
    if labels.times:
        times = {sample: labels.times[sample] for sample in rest}
        return parts | divide_by_time(times, fractions, labels.stratum(""))
    lenient = config.stratify is None and max(map(len, strata.values())) >= len(fractions)
    for name, members in sorted(strata.items()):
        if lenient and len(members) < len(fractions):
            parts |= dict.fromkeys(members, "train")
            context.log(f"{labels.stratum(name)}: {len(members)} samples, for training alone")
        else:
            parts |= divide(members, fractions, context.seed, labels.stratum(name))
    moved = joined(labels.repeated, parts, kept)
    if moved:
        context.log(f"{len(moved)} samples go where another one of the same picture is")
    return parts | moved


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


def _fractions(config: SplitConfig, given: Collection[Part]) -> dict[Part, float]:
    """The parts to cut, with their shares of the samples that no part was given to."""
    shares: dict[Part, float] = {
        "validation": 0 if "validation" in given else config.validation,
        "test": 0 if "test" in given else config.test,
    }
    shares = {"train": round(1 - sum(shares.values()), 12), **shares}
    return {part: share for part, share in shares.items() if share > 0}


def _strata(labels: Labels, samples: Sequence[str]) -> dict[str, list[str]]:
    if labels.classes:
        strata: dict[str, list[str]] = {}
        for sample in samples:
            strata.setdefault(str(labels.of[sample]), []).append(sample)
        return strata
    ordered = sorted(samples, key=lambda sample: (labels.of[sample], sample))
    cuts = [len(ordered) * i // QUANTILES for i in range(QUANTILES + 1)]
    return {f"{i + 1:02d}": ordered[start:end] for i, (start, end) in enumerate(pairwise(cuts))}


def _facts(
    fractions: Mapping[Part, float], seed: int, by: str | None, given: Mapping[str, Part]
) -> dict[str, Any]:
    facts = {
        "format_version": FORMAT_VERSION,
        "seed": seed,
        "fractions": dict(fractions),
        "stratified_by": by,
    }
    return {**facts, "given": sorted(set(given.values()))} if given else facts


def _write(
    folder: Path, parts: Mapping[str, Part], ids: list[str], facts: Mapping[str, Any]
) -> dict[Part, int]:
    import pyarrow as pa

    chosen = [parts[sample] for sample in ids]
    counts: dict[Part, int] = {part: chosen.count(part) for part in PARTS}
    document = {**facts, "counts": counts}
    folder.mkdir(parents=True)
    (folder / SPLIT_FACTS).write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    table = pa.table(
        {SAMPLE_ID: pa.array(ids, pa.string()), SPLIT_COLUMN: pa.array(chosen, pa.string())}
    )
    write_parquet(table, folder / SPLIT_FILE)
    return counts
