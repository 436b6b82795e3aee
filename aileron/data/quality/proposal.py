"""A suite proposed from a profile: what holds for this version and should hold for the next.

What would make training meaningless is critical; what merely looks like drift is a warning.
Where the last version's profile is given, bounds are about what changed since. The suite is a
beginning: it goes into ``expectations.yaml`` and is edited there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from aileron.data.quality.profile import ColumnProfile, Profile, read_profile
from aileron.data.quality.written import Expectation, critical, share, short, warning, widened

MOST_COLUMNS: Final = 20
"""Features that get expectations of their own; the first ones of each table."""
MOST_NAMES: Final = 200
"""Columns up to which their names are expected; beyond, their number."""
MOST_VALUES: Final = 20
ROWS_SHARE: Final = 0.5
MOSTLY: Final = 0.99
SLACK: Final = 0.1
"""By how much the share of missing values may grow."""
DRIFT: Final = 0.5
"""Standard deviations by which a mean may move from one version to the next."""
SHIFT: Final = 0.1
"""Relative entropy by which the classes may shift from one version to the next."""


def propose_suite(found: Profile | Path, last: Profile | None = None) -> list[Expectation]:
    """Expectations as ``expectations.yaml`` has them: type, kwargs, maybe severity.

    Args:
        found: a profile, or a DATASET artifact's folder, which is profiled first.
        last: the profile of the version before.
    """
    if isinstance(found, Path):
        found = _profile_of(found)
    least = max(1, int(found.rows * ROWS_SHARE))
    suite = [critical("expect_table_row_count_to_be_between", min_value=least)]
    suite += _table(found) if found.modality == "table" else _samples(found)
    if last is not None:
        suite += _drift(found, last)
    return suite


def _profile_of(folder: Path) -> Profile:
    from aileron.data.quality.profile import PROFILE_FILE
    from aileron.data.quality.profiling import profile

    return read_profile(folder) if (folder / PROFILE_FILE).is_file() else profile(folder)


def _table(found: Profile) -> Iterator[Expectation]:
    if len(found.columns) <= MOST_NAMES:
        names = [column.name for column in found.columns]
        yield critical("expect_table_columns_to_match_set", column_set=names, exact_match=False)
    else:
        yield critical("expect_table_column_count_to_be_between", min_value=len(found.columns))
    yield from _classes(found)
    features = [column for column in found.columns if column.role == "feature"]
    for column in features[:MOST_COLUMNS]:
        yield from _column(column, found.rows)


def _classes(found: Profile) -> Iterator[Expectation]:
    target = next((c.name for c in found.columns if c.role == "target"), None)
    if target is None:
        return
    yield critical("expect_column_values_to_not_be_null", column=target)
    if found.classes:
        labels = [one.label for one in found.classes]
        yield critical("expect_column_values_to_be_in_set", column=target, value_set=labels)


def _column(column: ColumnProfile, rows: int) -> Iterator[Expectation]:
    """Missing values, range or set, uniqueness."""
    name = column.name
    mostly = 1.0 if not column.missing else max(0.0, round(column.count / rows - SLACK, 2))
    if mostly > 0:
        yield warning("expect_column_values_to_not_be_null", column=name, **share(mostly))
    if column.type == "number" and column.min is not None:
        low, high = _range(column)
        bounds = {"min_value": low, "max_value": high} | share(MOSTLY)
        yield warning("expect_column_values_to_be_between", column=name, **bounds)
    elif column.type == "category" and 0 < column.distinct <= len(column.top) <= MOST_VALUES:
        values = sorted(one.value for one in column.top)
        known = {"value_set": values} | share(MOSTLY)
        yield warning("expect_column_values_to_be_in_set", column=name, **known)
    elif column.type == "text" and column.max is not None:
        yield warning(
            "expect_column_value_lengths_to_be_between",
            column=name, max_value=int(2 * float(column.max)), mostly=MOSTLY,
        )  # fmt: skip
    elif column.type == "date":
        pattern = r"^\d{4}-\d{2}-\d{2}"
        yield warning("expect_column_values_to_match_regex", column=name, regex=pattern)
    told_apart = column.distinct_exact and column.distinct == column.count > 1
    if column.type in ("category", "text") and told_apart:
        yield warning("expect_column_values_to_be_unique", column=name)


_CLEAN: Final = {
    "image": ("boxes_outside", "boxes_empty"),
    "text": ("odd_characters",),
    "audio": (),
    "series": (),
}
"""Facts that should be 0 of every sample, critical if they are today."""
_RANGES: Final = {
    "image": ("width", "height", "aspect", "bytes", "objects", "brightness", "contrast",
              "sharpness"),
    "text": ("characters", "tokens", "turns"),
    "audio": ("seconds", "loudness", "silence_share"),
    "series": ("points", "length"),
}  # fmt: skip
_SETS: Final = {
    "image": ("mode", "format"),
    "text": ("script",),
    "audio": ("sample_rate", "channels", "format"),
    "series": (),
}
_MOST_REPEATED: Final = 0.95
"""Samples that should be the only one of their kind, unless fewer are today."""


def _samples(found: Profile) -> Iterator[Expectation]:
    """Of pictures, texts and recordings: their facts."""
    yield from _labels(found)
    for name in _CLEAN[found.modality]:
        if found.modality != "image" or found.column("objects") is not None:
            clean = found.column(name) is None
            rule = critical if clean else warning
            yield rule("expect_column_values_to_be_between", column=name, min_value=0, max_value=0)
    if found.modality == "text":
        yield critical("expect_column_values_to_be_between", column="characters", min_value=1)
    for name in _RANGES[found.modality]:
        column = found.column(name)
        if column is not None and column.min is not None:
            low, high = _range(column)
            bounds = {"min_value": low, "max_value": high} | share(MOSTLY)
            yield warning("expect_column_values_to_be_between", column=name, **bounds)
    for name in _SETS[found.modality]:
        column = found.column(name)
        if column is not None and 0 < column.distinct <= len(column.top):
            values: list[Any] = sorted(one.value for one in column.top)
            if column.type == "number":
                values = sorted(short(float(value)) for value in values)
            yield warning("expect_column_values_to_be_in_set", column=name, value_set=values)
    yield from _repeats(found)


def _labels(found: Profile) -> Iterator[Expectation]:
    label = found.column("label")
    if label is None or not found.classes or label.distinct > len(label.top):
        return
    if {one.value for one in label.top} <= {one.label for one in found.classes} | {""}:
        labels = [one.label for one in found.classes]
        waiting = [""] if any(one.value == "" for one in label.top) else []
        known = {"value_set": labels + waiting}
        yield critical("expect_column_values_to_be_in_set", column="label", **known)


def _repeats(found: Profile) -> Iterator[Expectation]:
    for name, repeats in (("repeats", found.repeats), ("near_repeats", found.near_repeats)):
        if repeats is not None and found.rows:
            today = 1 - repeats.samples / found.rows
            mostly = min(_MOST_REPEATED, max(0.0, round(today - SLACK, 2)))
            alone = {"min_value": 0, "max_value": 0, "mostly": mostly}
            if mostly > 0:
                yield warning("expect_column_values_to_be_between", column=name, **alone)


def _drift(found: Profile, last: Profile) -> Iterator[Expectation]:
    """What should have stayed as it was in the last version; all are warnings."""
    for before in last.columns:
        now = found.column(before.name)
        if now is None or before.about != "sample" or before.role == "ignored":
            continue
        if before.type == "number" and before.std and before.mean is not None:
            move = DRIFT * before.std
            low, high = short(before.mean - move), short(before.mean + move)
            bounds = {"min_value": low, "max_value": high}
            yield warning("expect_column_mean_to_be_between", column=now.name, **bounds)
        if before.missing and last.rows:
            least = max(0.0, round(before.count / last.rows - SLACK, 2))
            proportion = "expect_column_proportion_of_non_null_values_to_be_between"
            yield warning(proportion, column=now.name, min_value=least)
    yield from _class_shift(found, last)


def _class_shift(found: Profile, last: Profile) -> Iterator[Expectation]:
    target = next((c for c in found.columns if c.role == "target"), found.column("label"))
    if target is None or target.type != "category" or not last.classes:
        return
    if target.role is None and target.distinct > len(target.top):
        return
    before = last.column(target.name)
    if before is None or before.distinct > len(before.top) or not before.count:
        return
    values = [one.value for one in before.top]
    weights = [one.count / before.count for one in before.top]
    partition = {"values": values, "weights": weights}
    yield warning(
        "expect_column_kl_divergence_to_be_less_than",
        column=target.name, partition_object=partition, threshold=SHIFT,
        tail_weight_holdout=0.001,
    )  # fmt: skip


def _range(column: ColumnProfile) -> tuple[float, float]:
    return widened(float(column.min or 0), float(column.max or 0))
