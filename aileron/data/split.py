"""Step `data.split`: each sample goes to train, validation or test, by seed and sample id.

Within a stratum, samples are ordered by a hash of seed and sample id and cut at the asked
fractions. So the same seed and samples give the same split whatever the order of rows.

Pictures that are the same one, and the copies that an augmentation made of it, go together: an
original is drawn, and its copies follow it.

A dataset may give parts itself (a test file, a folder ``test/``). Those samples stay where they
are given; the parts that nobody gave are cut from the rest, by their fractions of it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from pydantic import Field, model_validator

from aileron.core.errors import InvalidInput
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context, StepConfig
from aileron.data.card import Card, read_card
from aileron.data.images.repeats import (
    join_repeats,
    joined_groups,
    originals,
    repeated_pictures,
)
from aileron.data.layout import (
    PARTS,
    SAMPLE_ID,
    SAMPLES_FILE,
    SPLIT_COLUMN,
    SPLIT_FACTS,
    SPLIT_FILE,
    Part,
    read_ids,
    read_parts,
    write_parquet,
)
from aileron.data.ranks import ranks
from aileron.data.table_files import read_column
from aileron.data.times import divide_by_time, read_times

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

FORMAT_VERSION: Literal[1] = 1
QUANTILES = 10
"""Strata of a stratified regression: tenths of the target's order."""
HELD_OUT: Final[tuple[Part, ...]] = ("validation", "test")
"""Given parts that are kept; a sample given for training may still be held out for a part that
nobody gave."""
NO_PART: Final = -1
"""Among the codes of parts, which are their places in `PARTS`."""


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
    version = 4
    title: ClassVar[Mapping[str, str]] = {"en": "Split a dataset", "zh": "划分数据集"}
    Config = SplitConfig
    inputs: ClassVar[Mapping[str, Port]] = {"dataset": Port(ArtifactKind.DATASET)}
    outputs: ClassVar[Mapping[str, Port]] = {"split": Port(ArtifactKind.SPLIT)}

    def run(
        self, context: Context, config: SplitConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        labels = read_labels(inputs["dataset"])
        kept = _kept(inputs["dataset"], len(labels.ids))
        fractions = _fractions(config, held := _held(kept))
        parts = assigned(context, config, labels, kept)
        folder = context.output("split")
        by = labels.target if is_stratified(config, labels) else None
        counts = _write(folder, parts, labels.ids, _facts(fractions, context.seed, by, held))
        for part in held:
            context.log(f"{part}: as the dataset gives it; its fraction applies to nothing")
        context.log(", ".join(f"{part}: {count}" for part, count in counts.items()))
        return {"split": folder}


@dataclass(frozen=True)
class Labels:
    """What samples are stratified by."""

    ids: pa.Array
    """The sample ids, in the order of the dataset."""
    values: pa.Array | None
    """Class, or number of a regression, of each; None for tasks without either."""
    target: str
    classes: bool
    """Whether strata are classes, not tenths."""
    exclusive: bool
    """Whether each sample has exactly one class: what is stratified unless told otherwise."""
    times: Mapping[str, float] = field(default_factory=dict)
    """sample_id -> its moment, of a forecasting, which is cut by them."""
    task: str = "classification"
    repeated: Sequence[Sequence[int]] = ()
    """Numbers of samples of one picture, which must be in one part together; of no copies."""
    original: np.ndarray[Any, Any] | None = None
    """The number of what each sample is a copy of, or its own; None: there are no copies."""

    def is_copy(self) -> np.ndarray[Any, Any]:
        """Whether each sample is a copy of another one."""
        import numpy as np

        numbers = np.arange(len(self.ids))
        return np.zeros(len(numbers), bool) if self.original is None else self.original != numbers

    def stratum(self, name: str) -> str:
        """Stratum `name` in words."""
        if not name:
            return "the dataset"
        return f"{self.target} = {name}" if self.classes else f"tenth {name} of {self.target}"


def read_labels(folder: Path) -> Labels:
    """The labels of the DATASET artifact in `folder`; of several labels, all of them together."""
    card = read_card(folder)
    ids = read_ids(folder)
    if isinstance(card, Card) and card.task in ("clustering", "forecasting"):
        times = read_times(folder, card)
        return Labels(ids, None, card.target or "", False, False, times=times, task=card.task)
    if isinstance(card, Card):
        classes = card.task == "classification"
        values = read_column(folder, card.predicted)
        return Labels(ids, values, card.predicted, classes, classes)
    import pyarrow as pa
    import pyarrow.parquet as pq

    labels = pq.read_table(folder / SAMPLES_FILE, columns=["labels"])["labels"].to_pylist()
    values = pa.array([";".join(sorted(names)) for names in labels], pa.string())
    exclusive = card.task == "classification" and card.label_type == "single"
    repeated = repeated_pictures(folder)
    if card.modality != "image":
        return Labels(ids, values, "labels", True, exclusive, repeated=repeated)
    original = originals(ids)
    repeated = joined_groups(repeated, original)
    return Labels(ids, values, "labels", True, exclusive, repeated=repeated, original=original)


def is_stratified(config: SplitConfig, labels: Labels) -> bool:
    """Whether each part keeps the classes' shares.

    Raises:
        InvalidInput: it is asked for, and the task has nothing to stratify by.
    """
    if config.stratify and labels.task in ("clustering", "forecasting"):
        raise InvalidInput("data.not_stratified", where="stratify", task=labels.task)
    return labels.exclusive if config.stratify is None else config.stratify


def assigned(
    context: Context, config: SplitConfig, labels: Labels, kept: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    """The code of each sample's part; those of `kept` that are not `NO_PART` stay in theirs.

    Raises:
        InvalidInput: a stratum has fewer samples than there are parts.
    """
    import numpy as np

    fractions = _fractions(config, _held(kept))
    copy = labels.is_copy()
    rest = np.flatnonzero((kept == NO_PART) & ~copy)
    parts = kept.copy()
    if labels.times:
        parts[rest] = _by_time(labels, rest, fractions)
        return parts
    strata = (_strata(labels, rest) if is_stratified(config, labels) else {}) or {"": rest}
    lenient = config.stratify is None and max(map(len, strata.values())) >= len(fractions)
    rank = ranks(labels.ids, f"{context.seed}\0")
    for name, members in sorted(strata.items()):
        if lenient and len(members) < len(fractions):
            parts[members] = PARTS.index("train")
            context.log(f"{labels.stratum(name)}: {len(members)} samples, for training alone")
        else:
            drawn = members[np.argsort(rank[members], kind="stable")]
            parts[drawn] = divided(len(members), fractions, labels.stratum(name))
    if moved := join_repeats(labels.repeated, parts, kept != NO_PART):
        context.log(f"{moved} samples go where another one of the same picture is")
    followers = np.flatnonzero((kept == NO_PART) & copy)
    if labels.original is not None and len(followers):
        parts[followers] = parts[labels.original[followers]]
        context.log(f"{len(followers):,} copies go where their originals are")
    return parts


def divided(count: int, fractions: Mapping[Part, float], stratum: str) -> np.ndarray[Any, Any]:
    """The codes of the parts of `count` samples in their drawn order; every part gets one.

    Raises:
        InvalidInput: there are fewer samples than parts; says which stratum.
    """
    import numpy as np

    if count < len(fractions):
        raise InvalidInput(
            "data.too_few_to_split", stratum=stratum, count=count, parts=len(fractions)
        )
    sizes = _sizes(count, fractions)
    return np.repeat([PARTS.index(part) for part in sizes], list(sizes.values()))


def part_names(parts: np.ndarray[Any, Any]) -> pa.Array:
    """The parts of these codes as strings, null for `NO_PART`."""
    import pyarrow as pa

    codes = pa.array(parts, pa.int8(), mask=parts == NO_PART)
    return pa.DictionaryArray.from_arrays(codes, pa.array(PARTS, pa.string())).cast(pa.string())


def _by_time(
    labels: Labels, rest: np.ndarray[Any, Any], fractions: Mapping[Part, float]
) -> list[int]:
    samples = labels.ids.take(rest).to_pylist()
    times = {sample: labels.times[sample] for sample in samples}
    found = divide_by_time(times, fractions, labels.stratum(""))
    return [PARTS.index(found[sample]) for sample in samples]


def _kept(folder: Path, count: int) -> np.ndarray[Any, Any]:
    """The codes of the parts that the dataset holds out."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    given = read_parts(folder)
    if given is None:
        return np.full(count, NO_PART, dtype=np.int8)
    held = pc.if_else(pc.is_in(given, value_set=pa.array(HELD_OUT)), given, None)
    codes = pc.index_in(held, value_set=pa.array(PARTS)).fill_null(NO_PART)
    kept: np.ndarray[Any, Any] = codes.to_numpy(zero_copy_only=False).astype(np.int8)
    return kept


def _held(kept: np.ndarray[Any, Any]) -> list[Part]:
    """The parts that are among the codes `kept`, by name."""
    return sorted(part for code, part in enumerate(PARTS) if (kept == code).any())


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


def _strata(labels: Labels, samples: np.ndarray[Any, Any]) -> dict[str, np.ndarray[Any, Any]]:
    """Stratum -> the numbers of its samples, among these."""
    import numpy as np

    if labels.values is None or not len(samples):
        return {}
    values = labels.values.take(samples)
    if labels.classes:
        coded = values.dictionary_encode()
        codes = coded.indices.to_numpy(zero_copy_only=False)
        by_class = samples[np.argsort(codes, kind="stable")]
        ends = np.cumsum(np.bincount(codes))[:-1]
        names = map(str, coded.dictionary.to_pylist())
        return dict(zip(names, np.split(by_class, ends), strict=True))
    place = np.argsort(_places(labels.ids)[samples], kind="stable")
    numbers = values.to_numpy(zero_copy_only=False)[place]
    ordered = samples[place][np.argsort(numbers, kind="stable")]
    cuts = [len(ordered) * i // QUANTILES for i in range(QUANTILES + 1)]
    return {f"{i + 1:02d}": ordered[start:end] for i, (start, end) in enumerate(pairwise(cuts))}


def _places(ids: pa.Array) -> np.ndarray[Any, Any]:
    """The place of each id in their order."""
    import numpy as np
    import pyarrow.compute as pc

    places = np.empty(len(ids), dtype=np.int64)
    places[pc.sort_indices(ids).to_numpy()] = np.arange(len(ids))
    return places


def _facts(
    fractions: Mapping[Part, float], seed: int, by: str | None, given: Sequence[Part]
) -> dict[str, Any]:
    facts = {
        "format_version": FORMAT_VERSION,
        "seed": seed,
        "fractions": dict(fractions),
        "stratified_by": by,
    }
    return {**facts, "given": list(given)} if given else facts


def _write(
    folder: Path, parts: np.ndarray[Any, Any], ids: pa.Array, facts: Mapping[str, Any]
) -> dict[Part, int]:
    import pyarrow as pa

    counts: dict[Part, int] = {part: int((parts == code).sum()) for code, part in enumerate(PARTS)}
    document = {**facts, "counts": counts}
    folder.mkdir(parents=True)
    (folder / SPLIT_FACTS).write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    table = pa.table({SAMPLE_ID: ids, SPLIT_COLUMN: part_names(parts)})
    write_parquet(table, folder / SPLIT_FILE)
    return counts
