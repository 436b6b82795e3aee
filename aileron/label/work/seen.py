"""What was seen of an item in Label Studio, and what the ledger makes of it. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aileron.label.annotation import Annotation, digest_of
from aileron.ledger import Item, ItemState


@dataclass(frozen=True)
class Seen:
    """One task as Label Studio has it."""

    studio_task: int
    annotation: Mapping[str, Any] | None = None
    """The JSON of an `Annotation`; None: there is none, or it was taken away."""
    draft: bool = False
    """Whether something is begun that was not handed over."""
    seconds: float | None = None
    skipped: bool = False
    """The annotator said that there is nothing to say: no annotation."""
    by: str | None = None
    """Who drew it, if that is known; else it is the package's annotator."""


def looked_at(item: Item, seen: Seen, annotator: str) -> Item:
    """`item` as it is after `seen`: the same if nothing is new.

    What is approved stays as it is. A rejected item stays rejected until its annotation is
    another one. The same annotation as that of the newest revision is never a new revision,
    not even if it was away for a while.
    """
    if item.state is ItemState.APPROVED:
        return item
    if seen.annotation is None:
        return _without(item, seen)
    annotation = Annotation.model_validate(seen.annotation).to_json()
    seconds = item.seconds if seen.seconds is None else seen.seconds
    said: dict[str, Any] = {"annotation": annotation, "skipped": False, "seconds": seconds}
    digest = digest_of(annotation)
    if digest == item.digest:
        rejected = item.state is ItemState.REJECTED
        state = ItemState.REJECTED if rejected else ItemState.LABELLED
        return item.model_copy(update={**said, "state": state})
    new = {
        "state": ItemState.LABELLED,
        "revision": item.revision + 1,
        "digest": digest,
        "by": seen.by or annotator,
    }
    return item.model_copy(update={**said, **new})


def _without(item: Item, seen: Seen) -> Item:
    state = ItemState.DRAFT if seen.draft else ItemState.OPEN
    if item.state is ItemState.REJECTED:
        state = ItemState.REJECTED
    now = {"state": state, "annotation": None, "skipped": seen.skipped}
    return item.model_copy(update=now)
