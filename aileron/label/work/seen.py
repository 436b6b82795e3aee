"""What becomes of an item by what was seen of it in Label Studio, or said of it. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from aileron.core.digest import digest_json
from aileron.label.annotation import Annotation, digest_of
from aileron.ledger import SETTLED, Item, ItemState

SKIPPED: Final = "skipped"
"""The reason of an item that was set aside by Label Studio's own button."""


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
    """The annotator skipped it: no annotation."""
    by: str | None = None
    """Who drew it, if that is known; else it is the package's annotator."""


def looked_at(item: Item, seen: Seen, annotator: str) -> Item:
    """`item` as it is after `seen`: the same if nothing is new.

    What is settled stays as it is. A rejected item stays rejected until its annotation is
    another one. The same annotation as that of the newest revision is never a new revision,
    not even if it was away for a while. Skipping sets an item aside, once; it is back when it
    gets an annotation, or a draft in place of the skip.
    """
    if item.state in SETTLED:
        return item
    by = seen.by or annotator
    if seen.annotation is None:
        return _without(item, seen, by)
    annotation = Annotation.model_validate(seen.annotation).to_json()
    seconds = item.seconds if seen.seconds is None else seen.seconds
    said: dict[str, Any] = {"annotation": annotation, "skipped": False, "seconds": seconds}
    if item.state is ItemState.ASIDE and annotation == item.annotation:
        return item.model_copy(update=said)
    digest = digest_of(annotation)
    if digest == item.digest:
        rejected = item.state is ItemState.REJECTED
        state = ItemState.REJECTED if rejected else ItemState.LABELLED
        return item.model_copy(update={**said, "state": state})
    new = {
        "state": ItemState.LABELLED,
        "aside": None,
        "revision": item.revision + 1,
        "digest": digest,
        "by": by,
    }
    return item.model_copy(update={**said, **new})


def put_aside(item: Item, reason: str, by: str) -> Item:
    """`item` as one that cannot be labelled, which is a revision; what is drawn stays."""
    said: dict[str, Any] = {"aside": reason, "digest": digest_json({"aside": reason}), "by": by}
    said |= {"state": ItemState.ASIDE, "revision": item.revision + 1}
    return item.model_copy(update=said)


def brought_back(item: Item) -> Item:
    """`item` to be labelled after all; what is drawn counts again, as a revision.

    One that a reviewer has rejected, for what it was or for being aside, is rejected.
    """
    state = ItemState.OPEN if item.annotation is None else ItemState.LABELLED
    if item.comment is not None:
        state = ItemState.REJECTED
    back: dict[str, Any] = {"state": state, "aside": None}
    if item.annotation is not None:
        back |= {"revision": item.revision + 1, "digest": digest_of(item.annotation)}
    return item.model_copy(update=back)


def _without(item: Item, seen: Seen, by: str) -> Item:
    now: dict[str, Any] = {"annotation": None, "skipped": seen.skipped}
    if item.state is ItemState.ASIDE:
        unskipped = item.skipped and item.aside == SKIPPED and seen.draft and not seen.skipped
        if not unskipped:
            return item.model_copy(update=now)
    elif seen.skipped and not item.skipped:
        seconds = item.seconds if seen.seconds is None else seen.seconds
        return put_aside(item, SKIPPED, by).model_copy(update={**now, "seconds": seconds})
    state = ItemState.DRAFT if seen.draft else ItemState.OPEN
    if item.state is ItemState.REJECTED:
        state = ItemState.REJECTED
    return item.model_copy(update={**now, "state": state, "aside": None})
