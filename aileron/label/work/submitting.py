"""Handing in a package, and drawing the items that reviewers are to look at."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final

from aileron.core.errors import Conflict
from aileron.core.phrase import phrase
from aileron.label.spec import LabelSpec
from aileron.label.work.closing import close
from aileron.label.work.observing import counts
from aileron.ledger import SETTLED, HeldPackage, Item, ItemState, Package, PackageState

_SHOWN: Final = 10
"""Positions that a refusal names."""


def submit(held: HeldPackage, spec: LabelSpec, *, unchanged: bool) -> Package:
    """Hand in a package; it passes at once if nobody is to look at it."""
    package, before = held.package, held.items()
    if not package.changeable:
        raise Conflict("label.work.not_submittable", package=package.id, state=package.state)
    _check_labelled(package, before, unchanged=unchanged)
    going = [item for item in before if item.state not in SETTLED]
    number = package.round + 1
    drawn = draw(held.campaign.seed, package, number, going, spec)
    held.change_items(
        [
            {
                "id": item.id, "state": ItemState.SUBMITTED, "audited": item.id in drawn,
                "verdict": None,
            }
            for item in going
        ]
    )  # fmt: skip
    held.change_package(state=PackageState.SUBMITTED, round=number, submitted=held.now())
    after = {"state": PackageState.SUBMITTED, "round": number, "audited": len(drawn)}
    held.tell_package(
        "label_package.submitted",
        {"state": package.state, "round": package.round, "items": counts(before)}, after,
    )  # fmt: skip
    if not drawn:
        close(held, spec, PackageState.PASSED, None)
    return held.package


def draw(
    seed: int, package: Package, number: int, items: Sequence[Item], spec: LabelSpec
) -> set[int]:
    """Ids of the items to be audited: all that were rejected before or are aside, and some others.

    The same for the same campaign, package and round.
    """
    sure = {item.id for item in items if item.comment is not None or item.aside is not None}
    others = [item.id for item in items if item.id not in sure]
    chance = random.Random(f"{seed}/{package.number}/{package.lane}/{number}")  # noqa: S311
    return sure | set(chance.sample(others, spec.audit.wanted(len(others))))


def _check_labelled(package: Package, items: Sequence[Item], *, unchanged: bool) -> None:
    """Raise `Conflict` unless every item is aside or has an annotation that may be submitted."""
    stay = {ItemState.REJECTED} if unchanged else set()
    ready = {ItemState.LABELLED} | stay
    missing = [
        item
        for item in items
        if item.state not in {ItemState.ASIDE, *SETTLED}
        and (item.state not in ready or item.annotation is None)
    ]
    if not missing:
        return
    groups = {
        "skipped": [item for item in missing if item.skipped],
        "rejected": [item for item in missing if _rejected(item)],
        "draft": [item for item in missing if item.state is ItemState.DRAFT and not item.skipped],
        "open": [item for item in missing if item.state is ItemState.OPEN and not item.skipped],
    }
    which = [
        phrase(f"label.work.which_{name}", count=len(found), positions=_positions(found)).to_dict()
        for name, found in groups.items()
        if found
    ]
    raise Conflict(
        "label.work.not_labelled", package=package.id, missing=len(missing), size=package.size,
        which=which,
    )  # fmt: skip


def _rejected(item: Item) -> bool:
    return item.state is ItemState.REJECTED and not item.skipped


def _positions(items: Sequence[Item]) -> str:
    shown = ", ".join(str(item.position) for item in items[:_SHOWN])
    return shown if len(items) <= _SHOWN else f"{shown}, ..."
