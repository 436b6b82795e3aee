"""What becomes of the items when an audit ends."""

from __future__ import annotations

from typing import Any

from aileron.label.spec import LabelSpec
from aileron.label.work.observing import counts, revision_of
from aileron.label.work.seen import brought_back
from aileron.label.work.settling import settle
from aileron.ledger import HeldPackage, Item, ItemState, PackageState, Verdict


def close(
    held: HeldPackage,
    spec: LabelSpec,
    state: PackageState,
    comment: str | None,
    *,
    all_back: bool = False,
) -> None:
    """End the audit: `state` is what the package is then.

    All of a package that passed is approved. Of one that is returned it is what a reviewer has
    approved: the errors that were found say that there are more among the rest. What was set
    aside is excluded where labels would be approved, and comes back where they are rejected.

    Args:
        all_back: nothing of this submission is approved.
    """
    package, before = held.package, held.items()
    passed = state is PackageState.PASSED
    after = [_closed(item, passed=passed, all_back=all_back) for item in before]
    fields = {"id", "state", "audited", "verdict", "comment", "aside", "revision", "digest"}
    changed = [(old, item) for old, item in zip(before, after, strict=True) if old != item]
    held.add_revisions([revision_of(item) for old, item in changed if item.revision > old.revision])
    held.change_items([item.model_dump(mode="json", include=fields) for _, item in changed])
    finished = held.now() if passed else None
    held.change_package(state=state, comment=comment, finished=finished)
    told: dict[str, Any] = {"state": state, "items": counts(after), "comment": comment}
    rejected = [item.position for item in after if item.state is ItemState.REJECTED]
    verb = "label_package.passed" if finished else "label_package.returned"
    held.tell_package(
        verb, {"state": package.state, "items": counts(before)}, {**told, "rejected": rejected}
    )
    settle(held, package.number, spec)


def _closed(item: Item, *, passed: bool, all_back: bool) -> Item:
    if item.state is not ItemState.SUBMITTED:
        return item
    over = {"audited": False, "verdict": None}
    aside = item.aside is not None
    if item.verdict is Verdict.REJECTED:
        back = brought_back(item) if aside else item
        return back.model_copy(update={**over, "state": ItemState.REJECTED})
    approved = passed or (item.verdict is Verdict.APPROVED and not all_back)
    if not approved:
        state = ItemState.ASIDE if aside else ItemState.LABELLED
        return item.model_copy(update={**over, "state": state})
    state = ItemState.EXCLUDED if aside else ItemState.APPROVED
    return item.model_copy(update={**over, "state": state, "comment": None})
