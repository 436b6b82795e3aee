"""What a person should know of a dataset, in sentences, the gravest first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from aileron.core.errors import sentence
from aileron.data.card import AnyCard, Card
from aileron.data.quality.conflicts import conflicts
from aileron.data.quality.facts import VIEW
from aileron.data.quality.profile import Finding, Profile

if TYPE_CHECKING:
    import duckdb

IMBALANCE: Final = 10.0
"""How many times the samples of the rarest class the commonest one may have."""
RARE: Final = 10
MISSING: Final = 0.3
MOST: Final = 12
"""Columns that one finding names."""
_GRAVITY: Final = {"problem": 0, "warning": 1, "note": 2}
_MANY: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "image": (
        ("boxes_outside", "boxes_outside > 0", "problem"),
        ("boxes_empty", "boxes_empty > 0", "problem"),
        ("tiny_pictures", "least(width, height) < 8", "warning"),
        ("dark_pictures", "brightness < 20", "warning"),
        ("bright_pictures", "brightness > 235", "warning"),
        ("flat_pictures", "contrast < 2", "warning"),
        ("blurred_pictures", "sharpness < 20 AND least(width, height) >= 64", "warning"),
        ("odd_shapes", "aspect > 5 OR aspect < 0.2", "note"),
    ),
    "text": (
        ("empty_texts", "characters = 0", "problem"),
        ("odd_characters", "odd_characters > 0", "warning"),
        ("short_texts", "characters BETWEEN 1 AND 2", "note"),
    ),
    "audio": (
        ("silent_recordings", "silence_share > 0.95", "problem"),
        ("clipped_recordings", "clipped_share > 0.01", "warning"),
        ("quiet_recordings", "loudness < -50", "warning"),
        ("short_recordings", "seconds < 0.1", "warning"),
    ),
    "series": (),
}
"""Modality -> finding, the condition of its samples, its gravity."""


def findings_of(
    found: Profile, card: AnyCard, connection: duckdb.DuckDBPyConnection
) -> list[Finding]:
    """The findings about `found`, whose relations `connection` has."""
    every = [
        *_repeats(found),
        *_balance(found),
        *_columns(found, card),
        *_samples(found, connection),
        *_disagreeing(card, connection),
        *_rest(found, card),
    ]
    return sorted(every, key=lambda finding: _GRAVITY[finding.severity])


def finding(name: str, severity: Any, **values: Any) -> Finding:
    """The finding of message `name` of this package."""
    words = {
        "en": sentence(f"data.quality.{name}", "en", **values),
        "zh": sentence(f"data.quality.{name}", "zh", **values),
    }
    return Finding(id=name, severity=severity, values=values, sentence=words)


def _repeats(found: Profile) -> Iterator[Finding]:
    for repeats in (found.repeats, found.near_repeats):
        if repeats is None or not repeats.groups:
            continue
        near = "near_" if repeats.kind == "near" else ""
        facts = {"groups": repeats.groups, "samples": repeats.samples}
        yield finding(f"{near}repeats", "note" if near else "warning", **facts)
        if repeats.across_parts:
            name = f"{near}repeats_across_parts"
            yield finding(name, "warning" if near else "problem", groups=repeats.across_parts)


def _balance(found: Profile) -> Iterator[Finding]:
    counts = {one.label: one.samples for one in found.classes}
    if not counts:
        return
    absent = [label for label, count in counts.items() if not count]
    if absent:
        yield finding("absent_classes", "problem", classes=_some(absent), count=len(absent))
    there = {label: count for label, count in counts.items() if count}
    rare = [label for label, count in there.items() if count < RARE]
    if rare:
        yield finding("rare_classes", "warning", classes=_some(rare), count=len(rare), most=RARE)
    if len(there) > 1:
        common, least = max(there, key=lambda n: there[n]), min(there, key=lambda n: there[n])
        ratio = there[common] / there[least]
        if ratio >= IMBALANCE:
            yield finding("imbalance", "warning", common=common, rare=least, ratio=round(ratio, 1))


def _columns(found: Profile, card: AnyCard) -> Iterator[Finding]:
    if not isinstance(card, Card):
        return
    kept = [column for column in found.columns if column.role != "ignored"]
    constant = [c.name for c in kept if c.distinct == 1 and not c.missing]
    if constant:
        yield finding("constant_columns", "warning", columns=_some(constant), count=len(constant))
    empty = [c.name for c in kept if c.missing > MISSING * found.rows]
    if empty:
        facts = {"columns": _some(empty), "count": len(empty), "share": f"{MISSING:.0%}"}
        yield finding("missing_values", "warning", **facts)
    ids = [
        c.name
        for c in kept
        if c.role == "feature" and c.type in ("category", "text") and c.distinct_exact
        and c.distinct == found.rows > RARE
    ]  # fmt: skip
    if ids:
        yield finding("id_columns", "note", columns=_some(ids), count=len(ids))
    far = [worst.fact for worst in found.worst]
    if far:
        yield finding("far_values", "note", columns=_some(far), count=len(far))


def _samples(found: Profile, connection: duckdb.DuckDBPyConnection) -> Iterator[Finding]:
    """Findings about how many samples are in a condition."""
    for name, condition, severity in _MANY.get(found.modality, ()):
        counted = (
            f"SELECT count(*) FILTER (WHERE {condition}),"
            f" min(sample_id) FILTER (WHERE {condition}),"
            f" count(*) FILTER (WHERE ({condition}) IS NOT NULL) FROM {VIEW}"
        )
        count, first, known = connection.execute(counted).fetchone() or (0, None, 0)
        if count:
            share = f"{count / known:.1%}"
            yield finding(name, severity, count=count, share=share, first=first)


def _disagreeing(card: AnyCard, connection: duckdb.DuckDBPyConnection) -> Iterator[Finding]:
    for name, count, first in conflicts(connection, card):
        yield finding(name, "warning", count=count, first=first)


def _rest(found: Profile, card: AnyCard) -> Iterator[Finding]:
    if not isinstance(card, Card):
        if card.counts.refused:
            yield finding("refused", "warning", count=card.counts.refused)
        waiting = getattr(card.counts, "waiting", 0)
        if waiting:
            yield finding("waiting", "note", count=waiting)
    script = found.column("script")
    if script is not None and len(script.top) > 1:
        facts = [f"{one.value} {one.count}" for one in script.top if one.value != "none"]
        if len(facts) > 1:
            yield finding("several_scripts", "note", scripts=", ".join(facts))
    rates = found.column("sample_rate")
    if rates is not None and rates.distinct > 1:
        yield finding("several_rates", "note", count=rates.distinct)
    if found.sampling is not None:
        yield finding("sampled", "note", looked_at=found.sampling.looked_at, of=found.sampling.of)


def _some(names: list[str]) -> str:
    more = ", ..." if len(names) > MOST else ""
    return ", ".join(names[:MOST]) + more
