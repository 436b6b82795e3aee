"""Verdicts on items, and the end of an audit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from aileron.core.errors import Conflict, InvalidInput, NotFound, Refused
from aileron.label.spec import LabelSpec
from aileron.label.work.closing import close
from aileron.ledger import (
    IN_AUDIT,
    HeldPackage,
    Item,
    ItemState,
    Package,
    PackageState,
    Verdict,
)

Outcome = Literal["passed", "has_errors", "rejected"]


def review(
    held: HeldPackage,
    position: int,
    verdict: Verdict,
    comment: str | None,
    reviewer: str,
    *,
    manager: bool,
) -> Item:
    """Note a verdict on an item; it takes effect when the audit ends."""
    package = held.package
    _check_in_audit(package)
    item = next((one for one in held.items() if one.position == position), None)
    if item is None:
        raise NotFound("ledger.no_label_item", package=package.id, position=position)
    named: dict[str, Any] = {"package": package.id, "position": position}
    if item.state is not ItemState.SUBMITTED:
        raise Conflict("label.work.not_reviewable", **named, state=item.state)
    if reviewer in (item.by, package.annotator):
        raise Refused("label.work.own_item", **named)
    if item.verdict is not None and item.reviewer not in (None, reviewer) and not manager:
        raise Conflict("label.work.reviewed_already", **named, by=item.reviewer)
    if verdict is Verdict.REJECTED and comment is None:
        raise InvalidInput("label.work.comment_missing", **named)
    said = {"verdict": verdict, "comment": comment, "reviewer": reviewer}
    held.judge(item, verdict, comment, reviewer)
    held.change_items([{"id": item.id, "audited": True, **said}])
    held.change_package(state=PackageState.AUDITING)
    before = {"verdict": item.verdict, "comment": item.comment, "reviewer": item.reviewer}
    told = {"position": position, "revision": item.revision}
    held.tell_package("label_item.reviewed", {**told, **before}, {**told, **said})
    return item.model_copy(update={**said, "audited": True})


def check_newest(held: HeldPackage, position: int, revision: int | None) -> None:
    """Raise `Conflict` if what was looked at is not what the item says now."""
    for item in held.items() if revision is not None else ():
        if item.position == position and item.revision != revision:
            raise Conflict(
                "label.work.newer_revision",
                package=held.package.id,
                position=position,
                revision=item.revision,
            )


def audit(
    held: HeldPackage, spec: LabelSpec, outcome: Outcome, comment: str | None, auditor: str
) -> Package:
    """End the audit of a package; says why if the verdicts are against the outcome."""
    package = held.package
    _check_in_audit(package)
    submitted = [item for item in held.items() if item.state is ItemState.SUBMITTED]
    if auditor == package.annotator or any(item.by == auditor for item in submitted):
        raise Refused("label.work.own_package", package=package.id)
    rejected = [item for item in submitted if item.verdict is Verdict.REJECTED]
    _check_outcome(package, outcome, submitted, rejected, comment)
    passed = outcome == "passed"
    close(held, spec, PackageState.PASSED if passed else PackageState.RETURNED, comment,
          all_back=outcome == "rejected")  # fmt: skip
    return held.package


def _check_in_audit(package: Package) -> None:
    if package.state not in IN_AUDIT:
        raise Conflict("label.work.not_in_audit", package=package.id, state=package.state)


def _check_outcome(
    package: Package,
    outcome: Outcome,
    submitted: Sequence[Item],
    rejected: Sequence[Item],
    comment: str | None,
) -> None:
    waiting = [item.position for item in submitted if item.audited and item.verdict is None]
    if outcome == "rejected":
        if comment is None and not rejected:
            raise InvalidInput("label.work.no_reason", package=package.id)
        return
    if waiting:
        raise Conflict(
            "label.work.not_reviewed", package=package.id, count=len(waiting), first=waiting[0]
        )
    if outcome == "passed" and rejected:
        count = len(rejected)
        raise Conflict("label.work.has_rejected", package=package.id, count=count)
    if outcome == "has_errors" and not rejected:
        raise Conflict("label.work.none_rejected", package=package.id)
