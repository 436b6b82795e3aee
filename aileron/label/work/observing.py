"""Taking over what people drew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from aileron.core.errors import Conflict
from aileron.label.work.seen import Seen, looked_at
from aileron.ledger import HeldPackage, Item, ItemState, PackageState

SET: Final = {
    "id", "state", "skipped", "aside", "revision", "annotation", "digest", "by", "seconds",
}  # fmt: skip
"""What of an item changes by what its annotator does."""


def observe(held: HeldPackage, found: Sequence[Seen], at: datetime | None) -> int:
    """Take over what is new; how many annotations are.

    Raises:
        Conflict: another look was taken over since `at`.
    """
    package = held.package
    if not package.changeable or package.annotator is None:
        return 0
    if at is not None and package.observed is not None and at < package.observed:
        raise Conflict("label.work.looked_meanwhile", package=package.id)
    seen = {one.studio_task: one for one in found}
    before = held.items()
    after = [
        looked_at(item, seen[item.studio_task], package.annotator)
        if item.studio_task in seen
        else item
        for item in before
    ]
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    made = [new for old, new in changed if new.revision > old.revision]
    held.add_revisions([revision_of(item) for item in made])
    held.change_items([item.model_dump(mode="json", include=SET) for _, item in changed])
    begun = package.state is PackageState.ASSIGNED and any(_begun(item) for item in after)
    state = PackageState.LABELLING if begun else package.state
    held.change_package(state=state, observed=held.now())
    if begun or any(old.state != new.state for old, new in changed) or made:
        new = {str(item.position): item.revision for item in made}
        now = {"state": state, "items": counts(after), "revisions": new}
        held.tell_package(
            "label_package.observed", {"state": package.state, "items": counts(before)}, now
        )
    return sum(item.aside is None for item in made)


def counts(items: Iterable[Item]) -> dict[str, int]:
    """How many are in which state."""
    return dict(Counter(item.state.value for item in items))


def revision_of(item: Item) -> dict[str, Any]:
    """The newest revision of an item, to be kept."""
    return {
        "item_id": item.id,
        "number": item.revision,
        "annotation": item.annotation if item.aside is None else None,
        "aside": item.aside,
        "digest": item.digest,
        "by": item.by,
    }


def _begun(item: Item) -> bool:
    return item.state is not ItemState.OPEN or item.skipped
