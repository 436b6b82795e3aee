"""What is proposed for pictures, and why: one assumption with its reason for each choice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aileron.core.phrase import phrase
from aileron.lifecycle.new.proposal import Assumption

if TYPE_CHECKING:
    from aileron.lifecycle.new.images import Inspected

SIDES: Final = (32, 64, 128)
"""Sizes of pictures that a small network learns from in reasonable time on a CPU."""
PHOTOGRAPH: Final = 96
"""Pixels of the shorter side from which a picture in colour is taken for a photograph."""
FEW: Final = 1000
MANY: Final = 20_000
UNEVEN: Final = 1.5
"""Ratio of the largest class to the smallest from which it is spoken of."""
SCARCE: Final = 10
"""Pictures of a class below which no part has enough of it."""
SHOWN: Final = 8
# fmt: off
NORMAL: Final = frozenset((
    "normal", "ok", "good", "negative", "neg", "no", "none", "healthy", "pass", "false", "0",
    "background", "正常", "合格", "无", "良品", "好", "阴性",
))
# fmt: on
"""Names of the class that nobody is looking for."""

Advice = Iterator[tuple[Assumption, dict[str, Any]]]


@dataclass(frozen=True)
class Advised:
    """What goes into the lifecycle, and what is said about it."""

    parameters: Mapping[str, Any]
    thresholds: Mapping[str, Any]
    assumptions: tuple[Assumption, ...]


def advise(seen: Inspected, source: Path) -> Advised:
    """The parameters and thresholds for the pictures `seen` in `source`, each with its reason."""
    parameters: dict[str, Any] = {}
    said = [*_structure(seen, source), *_faults(seen)]
    advisers: tuple[Callable[[Inspected], Advice], ...] = (_size, _colour, _amount, _balance)
    for adviser in advisers:
        for assumption, chosen in adviser(seen):
            said.append(assumption)
            parameters |= chosen
    thresholds: dict[str, Any] = {}
    if seen.label_type == "single":
        usual = max(seen.classes, key=lambda label: seen.counts[label])
        share = seen.counts[usual] / sum(seen.counts.values())
        least = round(share, 3)
        thresholds = {"accuracy": {"min": least}}
        said.append(_assume("gate", least=least, label=usual, share=f"{share:.0%}"))
    return Advised(parameters, thresholds, tuple(said))


def positive_last(classes: tuple[str, ...], counts: Mapping[str, int]) -> tuple[str, ...]:
    """Two classes with the one that is looked for last: the named fault, or the rarer one."""
    normal = [label for label in classes if label.lower() in NORMAL]
    if len(normal) == 1:
        return (normal[0], next(label for label in classes if label != normal[0]))
    first, second = classes
    return (second, first) if counts[first] < counts[second] else classes


def _assume(name: str, **values: Any) -> Assumption:
    """The assumption of the three sentences ``images_NAME_what``, ``_because``, ``_change``."""
    what, because, change = (
        phrase(f"lifecycle.images_{name}_{part}", **values)
        for part in ("what", "because", "change")
    )
    return Assumption(what, because, change)


def _structure(seen: Inspected, source: Path) -> Iterator[Assumption]:
    """Where classes and parts come from."""
    shown = ", ".join(f"{label} ({seen.counts[label]:,})" for label in seen.classes[:SHOWN])
    if len(seen.classes) > SHOWN:
        shown += ", ..."
    facts = {"total": f"{seen.total:,}", "count": len(seen.classes), "classes": shown}
    from_table = seen.found.from_table
    if seen.label_type == "multi":
        yield _assume("labels", **facts)
    elif from_table:
        yield _assume("table", **facts)
    else:
        where = source.name + "/" + seen.found.structure.root.rstrip("/")
        yield _assume("classes", where=where.rstrip("/"), **facts)
    if seen.label_type == "single" and len(seen.classes) == 2:
        other, positive = seen.classes
        named = other.lower() in NORMAL
        reason = "positive_name" if named else "positive_rare"
        yield _assume(reason, label=positive, other=other, count=seen.counts[positive],
                      others=seen.counts[other])  # fmt: skip
    parts = {place.part for place in seen.found.places.values()} - {None}
    if parts:
        yield _assume("parts", parts=", ".join(sorted(map(str, parts))))
    for name in seen.found.structure.empty if not from_table else ():
        yield _assume("empty", label=name)


def _faults(seen: Inspected) -> Iterator[Assumption]:
    """What is left out, and what contradicts itself."""
    if seen.refused:
        first = seen.refused[0]
        reason = first.reason.to_dict()
        yield _assume("refused", count=len(seen.refused), path=first.where, reason=reason)
    if seen.found.others:
        yield _assume("others", count=f"{seen.found.others:,}")
    if len(seen.checked) + len(seen.refused) < seen.total:
        yield _assume("sampled", looked=f"{len(seen.checked):,}", total=f"{seen.total:,}")
    owner: dict[str, str] = {}
    for path, facts in seen.checked.items():
        other = owner.setdefault(facts.digest, path)
        if seen.found.places[other].labels != seen.found.places[path].labels:
            yield _assume("contradiction", first=other, second=path)
            return


def _size(seen: Inspected) -> Advice:
    width, height = seen.size
    longest = max(width, height)
    side = max((size for size in SIDES if size <= longest), default=SIDES[0])
    yield (
        _assume("size", side=side, width=width, height=height),
        {"image_size": side},
    )


def _colour(seen: Inspected) -> Advice:
    """Photographs may be mirrored; signs and letters may not."""
    if not seen.is_grey and min(seen.size) >= PHOTOGRAPH:
        yield _assume("mirror"), {"flip": True}
    else:
        yield _assume("no_mirror"), {"flip": False}


def _amount(seen: Inspected) -> Advice:
    """Few pictures need more passes over them, many need fewer."""
    total = f"{seen.total:,}"
    if seen.total < FEW:
        yield _assume("few", total=total, epochs=60), {"epochs": 60, "batch_size": 16}
    elif seen.total > MANY:
        yield _assume("many", total=total, epochs=15), {"epochs": 15, "batch_size": 64}
    scarce = [label for label in seen.classes if seen.counts[label] < SCARCE]
    if scarce:
        shown = ", ".join(f"{label} ({seen.counts[label]})" for label in scarce[:SHOWN])
        yield _assume("scarce", count=len(scarce), classes=shown, least=SCARCE), {}


def _balance(seen: Inspected) -> Advice:
    most = max(seen.classes, key=lambda label: seen.counts[label])
    least = min(seen.classes, key=lambda label: seen.counts[label])
    ratio = seen.counts[most] / seen.counts[least]
    if seen.label_type == "single" and ratio >= UNEVEN:
        values = {"most": most, "least": least, "ratio": f"{ratio:.1f}"}
        yield _assume("uneven", **values), {"class_weight": "balanced"}
